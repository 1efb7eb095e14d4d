"""Rows of the reference pages: a verdict follows from the numbers, and from nothing else."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightinit_book import records
from weightinit_book.records import Errata, Ours, Replications, difference, half_unit, number, typeset


def verdict(capsys, published, *ours, **options) -> str:
    Replications().compare("rep-a", "paper", "what", published, *ours, **options)
    return " | ".join(capsys.readouterr().out.splitlines()[2:])


def test_the_examples_are_right():
    assert doctest.testmod(records).failed == 0


def samples(mean, spread=0.01, n=100):
    """Numbers with exactly this mean and, about, this standard deviation."""
    z = np.linspace(-1.7, 1.7, n)
    return mean + spread * z


@pytest.mark.parametrize(
    ("published", "ours", "comes_out"),
    [
        ("0.8", 0.849, True),
        ("0.8", 0.851, False),
        ("0.80", 0.849, False),
        ("1.7e4", 16723.0, True),
        ("1.7e4", 16400.0, False),
        ("-0.5", -0.47, True),
    ],
)
def test_a_printed_number_stands_for_all_that_round_to_it(capsys, published, ours, comes_out):
    assert verdict(capsys, published, ours).startswith("comes out") is comes_out


def test_an_interval_has_to_meet_an_exact_number(capsys):
    assert verdict(capsys, "one", samples(1.001), value=1.0) == "comes out"
    assert verdict(capsys, "one", samples(1.05), value=1.0) == "differs: 5 % more"


def test_of_a_limit_the_whole_interval_has_to_be_near(capsys):
    assert verdict(capsys, "one", samples(1.02), value=1.0, allowance=0.03) == "comes out"
    wide = samples(1.02, 0.05)  # meets 1 within the allowance, but not wholly
    assert verdict(capsys, "one", wide, value=1.0, allowance=0.03).startswith("differs")


def test_a_single_run_may_lie_anywhere_where_another_run_would(capsys):
    found = samples(1.0, 0.3)
    assert verdict(capsys, "1.4", found).startswith("differs")
    assert verdict(capsys, "1.4", found, one_run=True) == "comes out; 10 % off would, too"
    assert verdict(capsys, "3.4", found, one_run=True).startswith("differs")
    logs = Ours.of(np.exp(samples(0.0, 1.0)), statistic="geometric_mean", one_run=True)
    assert 0 < logs.low < 0.2 and 5 < logs.high and np.isclose(logs.low * logs.high, 1)


def test_one_number_of_several_that_differs_is_enough(capsys):
    assert verdict(capsys, ["1.0", "2.0"], 1.0, 3.0) == "differs: 50 % more"
    assert verdict(capsys, ["1.0", "2.0"], 1.0, 2.02) == "comes out"


def test_what_would_come_out_10_percent_off_says_so(capsys):
    assert verdict(capsys, "0.8", 0.849) == "comes out; 10 % off would, too"
    assert verdict(capsys, "0.85", 0.849) == "comes out"
    assert verdict(capsys, ["0.8", "0.85"], 0.849, 0.849) == "comes out", "one that tells is enough"


def test_why_is_said_only_where_it_differs(capsys):
    assert verdict(capsys, "1.00", 1.0, why="of this") == "comes out"
    assert verdict(capsys, "1.0", 2.0, why="of this") == "differs: 2 times | note      of this"


def test_errors_say_what_is_wrong():
    rows = Replications()
    with pytest.raises(ValueError, match="too wide to decide on 1: more seeds"):
        rows.compare("rep-a", "paper", "what", "1", samples(1.0, 5.0, 10))
    with pytest.raises(ValueError, match="a value for each of"):
        rows.compare("rep-a", "paper", "what", ["1", "2"], 1.0)
    with pytest.raises(ValueError, match="time must be one of"):
        rows.compare("rep-a", "paper", "what", "1", 1.0, time="hours")
    rows.compare("rep-a", "paper", "what", "1", 1.0)
    with pytest.raises(ValueError, match="new on this page, got 'rep-a' again"):
        rows.compare("rep-a", "paper", "what", "1", 1.0)


def test_an_erratum_must_refute_and_find_what_holds(capsys):
    rows = Errata()
    rows.refute("err-a", "claim", "easily said", 1.0, samples(0.5), holds=0.5, what="half")
    assert capsys.readouterr().out.splitlines()[:2] == ["half", "claimed 1"]
    with pytest.raises(AssertionError, match="not refuted"):
        rows.refute("err-b", "claim", "easily said", 0.5, samples(0.5))
    with pytest.raises(AssertionError, match="not what holds"):
        rows.refute("err-b", "claim", "easily said", 1.0, samples(0.5), holds=0.55)
    with pytest.raises(AssertionError, match="not what holds"):
        rows.refute("err-b", "claim", "easily said", 1.0, samples(0.5), holds=0.55, allowance=0.05)
    rows.refute("err-b", "claim", "easily said", 1.0, samples(0.5), holds=0.51, allowance=0.1)


def test_the_table_has_a_row_each_with_its_link_and_no_loose_markup(capsys):
    rows = Errata()
    rows.refute("err-a", "a < b & 2^-6", "x/y", 1.0, 0.5, what="n_in")
    shown, told = rows._repr_html_(), repr(rows)
    assert '<a href="#err-a">a &lt; b &amp; 2<sup>−6</sup></a>' in shown.replace("-6", "−6")
    assert "<small>n<sub>in</sub></small> <small>x/y</small>" in shown
    assert told == "a < b & 2^-6 (n_in; x/y): 1 · 0.500"


@given(st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6), st.integers(2, 8))
def test_what_is_printed_rounds_to_the_number(value, digits):
    assert abs(float(number(value, digits)) - value) <= 0.5000001 * abs(value) * 10.0 ** (1 - digits)


@given(st.decimals(-1000, 1000, places=3))
def test_half_a_unit_of_the_last_digit(value):
    assert half_unit(str(value)) == pytest.approx(0.0005)


def test_small_words():
    assert half_unit("1.7e4") == 500 and half_unit("20") == 0.5
    assert difference(0.5, 1.0) == "1/2" and difference(0.9, 1.0) == "10 % less"
    assert difference(-1.1, -1.0) == "10 % more"
    assert typeset("-ln 2 - 2.4/N") == "−ln 2 - 2.4/N"
