"""Reports and the checks of numbers and functions."""

from __future__ import annotations

import ast
import doctest
import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from weightinit import grading
from weightinit.grading import (
    MISTAKES,
    Finding,
    Report,
    alternative,
    answers,
    asked,
    check_function,
    check_number,
    check_orthogonal,
    check_sampler,
    check_that,
    mistakes,
    report,
    samplers,
)
from weightinit.grading.asked import Asked
from weightinit.grading.samplers import _Measured


def normal(shape, rng):
    return rng.normal(0, math.sqrt(2 / sum(shape)), shape)


# ---- reports --------------------------------------------------------------------------------------------------------
def test_every_mistake_says_something_and_has_a_credit_below_one():
    for name, mistake in MISTAKES.items():
        assert len(mistake.message) > 10 and 0 <= mistake.credit < 1, name


def test_of_two_mistakes_that_explain_a_spread_it_is_known_which_is_told():
    priorities = [mistake.priority for mistake in MISTAKES.values() if mistake.spreads]
    assert len(set(priorities)) == len(priorities) and min(priorities) > 0


def test_a_mistake_is_written_down_once():
    assert len({mistake.message for mistake in MISTAKES.values()}) == len(MISTAKES)
    assert all(key == mistake.key for key, mistake in MISTAKES.items())


def test_credit_is_the_product_over_what_is_wrong():
    a, b, c = Finding("x", "first", 0.5), Finding("y", "second", 0.25), Finding("z", "third", 0.0)
    assert Report("t").credit == 1 and Report("t").ok
    assert Report("t", (a, b)).credit == 0.125 and Report("t", (a, b)).mistakes == ("x", "y")
    assert Report("t", (a, b, c)).credit == 0
    assert (Report("t", (a,)) & Report("u", (b,))).credit == 0.125
    assert (Report("t", (a,)) & Report("u", (a,))).credit == 0.5


def test_joining_reports_keeps_what_differs_and_drops_what_repeats():
    named = Finding.named("half_variance", "Shape (3, 4).")
    again = Finding.named("half_variance", "Shape (5, 6).")
    one, two = Finding("wrong_value", "first", 0.5), Finding("wrong_value", "second", 0.5)
    assert (Report("a", (named,)) & Report("a", (again,))).findings == (named,)
    assert (Report("a", (one,)) & Report("b", (two,))).findings == (one, two)
    assert (Report("a", (one,)) & Report("b", (one,))).findings == (one,)
    assert (Report("a", seen=("x",)) & Report("b", seen=("y",))).seen == ("x", "y")
    assert (Report("a", (one,)) & Report("b")).credit == 0.5
    with pytest.raises(TypeError):
        Report("a") & True


def test_an_error_is_told_by_its_kind_and_a_blank_is_no_error():
    assert Finding.of_error("NotImplementedError", "") == Finding.named("unanswered")
    told = Finding.of_error("ValueError", "x" * 1000)
    assert told.mistake == "raises" and "ValueError: xxx" in told.message and len(told.message) < 400
    assert Finding.raised(KeyError("w")) == Finding.of_error("KeyError", "'w'")


def test_an_error_from_another_process_brings_its_own_finding():
    error = RuntimeError("far away")
    error.finding = Finding.named("stopped", "It took too long.")
    assert Finding.raised(error) is error.finding
    error.finding = "not a finding"
    assert Finding.raised(error).mistake == "raises"


def test_a_report_can_be_read():
    assert repr(Report("my task", seen=("std 0.1",))) == "✓ my task\n    std 0.1"
    assert repr(Report("my task", (Finding("x", "Look again.", 0.0),))) == "✗ my task\n    Look again."
    received = Report("a", seen=("received 43.2",), received=True)
    assert repr(received) == "• a: received 43.2 (marked after you hand in)"
    assert repr(received & received) == repr(received)


def test_each_check_has_its_line_and_received_never_looks_like_right():
    right, received = Report("a", seen=("3",)), Report("b", seen=("received 4",), received=True)
    wrong = Report("c", (Finding.named("half_variance", "Measured 1."), Finding("wrong_value", "No.", 0.5)))
    again = Report("d", (Finding.named("half_variance", "Measured 2."),))
    whole = right & received & wrong & again
    assert repr(whole).split("\n") == [
        "✓ a",
        "    3",
        "• b: received 4 (marked after you hand in)",
        "✗ c",
        f"    {MISTAKES['half_variance'].message} Measured 1.",
        "    No.",
        "✗ d",
        "    The same as above.",
    ]
    assert not whole.received and (received & received).received and not (right & received).received
    assert whole.title == "a; b; c; d" and [check.title for check in whole.checks] == ["a", "b", "c", "d"]


def test_what_was_only_received_is_left_out_of_what_was_compared():
    right, received = Report("a", seen=("3",)), Report("b", seen=("received 4",), received=True)
    wrong = Report("c", (Finding("wrong_value", "No.", 0.5),))
    assert repr((received & wrong & right).compared) == "✗ c\n    No.\n✓ a\n    3"
    assert (received & wrong).compared.credit == 0.5 and (received & received).compared.received


def test_of_one_title_the_verdict_is_shown_and_not_that_it_was_received():
    received, right = Report("a", seen=("received 4",), received=True), Report("a", seen=("4",))
    assert repr(received & right) == repr(right & received) == repr(right & right) == "✓ a\n    4"
    wrong = Report("a", (Finding("wrong_value", "No.", 0.0),))
    assert repr(received & wrong) == repr(wrong & right) == "✗ a\n    No."
    assert (received & right).ok and not (received & wrong).ok


# ---- numbers --------------------------------------------------------------------------------------------------------
@given(st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6))
def test_a_number_within_tolerance_is_right(value):
    assert check_number("n", value * 1.009, value).ok
    assert not check_number("n", value * 1.02, value).ok


class Own(float):
    """A learner's own kind of number."""


NUMBERS = [
    3,
    3.0,
    Own(3),
    Fraction(3),
    Decimal(3),
    sympy.Integer(3),
    sympy.sqrt(9),
    np.float16(3),
    np.float32(3),
    np.longdouble(3),
    np.complex128(3),
    np.array(3.0),
    np.array([3.0]),
    [Fraction(3)],
]


@pytest.mark.parametrize("value", NUMBERS, ids=[f"{type(value).__name__}-{k}" for k, value in enumerate(NUMBERS)])
def test_all_kinds_of_numbers_are_taken(value):
    assert check_number("n", value, 3).ok and check_number("n", value).ok
    assert check_number("n", value, 4).mistakes == ("wrong_value",)
    assert check_function("f", lambda: value, [3.0], [()]).ok
    assert check_function("f", lambda: value, [4.0], [()]).mistakes == ("wrong_value",)


@pytest.mark.parametrize(
    ("value", "mistake"),
    [
        (None, "unanswered"),
        (..., "unanswered"),
        ("3", "wrong_type"),
        (b"3", "wrong_type"),
        (True, "wrong_type"),
        (np.array([True]), "wrong_type"),
        ([1, 2], "wrong_type"),
        ([[1], [2, 3]], "wrong_type"),
        ([None], "wrong_type"),
        (1j, "wrong_type"),
        (sympy.Symbol("x"), "wrong_type"),
        (math.nan, "not_finite"),
        (math.inf, "not_finite"),
        (10**400, "not_finite"),
        (-(10**5000), "not_finite"),
        (4, "wrong_value"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_other_things_are_named(value, mistake):
    report = check_number("n", value, 3)
    assert report.mistakes == (mistake,) and report.credit == 0
    assert check_number("n", value).mistakes == ((mistake,) if mistake != "wrong_value" else ())


def test_a_number_that_was_received_is_not_said_to_be_right():
    report = check_number("n", 43.2)
    assert report.ok and report.received and repr(report) == "• n: received 43.2 (marked after you hand in)"
    assert not check_number("n", 43.2, 43.2).received


def test_a_number_in_quotes_is_told_to_take_them_off():
    assert "got 'q/2'. Remove the quotes" in repr(check_number("n", "q/2"))
    assert "Remove the quotes" not in repr(check_number("n", [1, 2]))


def test_a_count_that_is_not_whole_is_told_so_at_home_too():
    said = "Count to a whole number."
    for expected in (None, 37):
        report = check_number("n", 36.4286, expected, rtol=1e-4, whole=said)
        assert report.credit == 0 and f"{said} You have 36.4286." in repr(report)
    assert check_number("n", 37.0, 37, whole=said).ok and check_number("n", 37.0, whole=said).received
    assert "whole" not in repr(check_number("n", 36.0, 37, rtol=1e-4, whole=said))
    foreseen = [alternative(36.4286, said, 0.7)]
    assert check_number("n", 36.4286, 37, rtol=1e-4, whole=said, alternatives=foreseen).credit == 0.7


def test_a_count_below_0_is_told_that_and_not_to_round_up():
    for expected in (None, 37):
        for number in (-46.54, -46):
            said = repr(check_number("n", number, expected, whole="Round up.", unit="steps"))
            assert f"You have {number} steps; a count cannot be negative." in said and "Round up" not in said


def test_the_unit_of_a_number_is_told():
    told = [check_number("n", 79.4, wanted, unit="steps") for wanted in (None, 79.4, 12.0, 79.4 * 1.05)]
    assert "received 79.4 steps" in repr(told[0])
    assert all("79.4 steps" in repr(report) for report in told)


@pytest.mark.parametrize(
    ("number", "near"), [(1.60428, True), (1.5957, True), (1.62, False), (1.5, False), (-1.6, False)]
)
def test_a_number_that_is_nearly_right_is_asked_where_its_digits_went(number, near):
    report = check_number("n", number, 1.6, rtol=1e-3)
    assert report.credit == 0 and ("simulated, or rounded?" in repr(report)) == near
    assert near == (f"{abs(number / 1.6 - 1):.2g} of it off, and 0.001 is allowed" in repr(report))


def test_a_function_is_told_what_it_was_called_with_and_what_it_returned_but_not_what_was_wanted():
    def wrong(widths, slope, batch):
        return np.array([1.0, 3.25, 2.0])

    case = ([4, 2, 3, 5, 6, 7, 8], 0.123456789, np.ones((30, 2)))
    report = check_function("f", wrong, [np.array([1.0, 2.5, 7.0])], [case])
    called = "called with [4, 2, 3, 5, 6, 7, … 7 in all], 0.123457, an array of shape (30, 2)"
    assert f"Case 1 of 1, {called}: counted from 0, the result[1] is 3.25, which is too large." in repr(report)
    assert "2.5" not in repr(report).replace("3.25", "") and "0.75" not in repr(report)
    assert "too small" in repr(check_function("f", wrong, [np.array([1.0, 4.5, 7.0])], [case]))
    assert "whole numbers" not in repr(report)


def test_an_array_of_whole_numbers_is_named_where_digits_are_lost():
    def cut(x):
        return np.array([1, 2])

    assert "an array of whole numbers" in repr(check_function("f", cut, [np.array([1.0, 2.6])], [(1,)]))
    assert "an array of whole numbers" not in repr(check_function("f", cut, [np.array([1.0, 3.0])], [(1,)]))
    assert "whole numbers" not in repr(check_function("f", lambda x: 1, [1.5], [(1,)]))  # no array: it is only wrong


def test_a_function_of_which_the_form_is_looked_at_is_received_and_not_said_to_be_right():
    report = check_function("f", lambda x: (x, np.array([1.0, 1 / 3])), [(9.0, np.zeros(2))], [(0.1,)], form_only=True)
    assert report.ok and report.received
    assert repr(report) == "• f: received (0.1, [1, 0.333333]) (marked after you hand in)"
    for other in (None, "3", math.nan, (1.0,), (1.0, [1.0, 2.0, 3.0])):
        report = check_function("f", lambda other=other: other, [(9.0, np.zeros(2))], [()], form_only=True)
        assert not report.ok and report.credit == 0


PARTS = ("loss", "slope", "bias")
WHOLE = (0.5, np.ones((3, 2)), np.ones(2))


def parts_told(*result):
    return repr(check_function("f", lambda: result, [WHOLE], [()], parts=PARTS))


def test_the_parts_of_a_result_are_told_by_the_names_that_the_task_gives_them():
    loss, slope, bias = WHOLE
    assert "Case 1 of 1: loss is 0.4, which is too small." in parts_told(0.4, slope, bias)
    assert "counted from 0, bias[1] is 3, which is too large." in parts_told(loss, slope, np.array([1.0, 3.0]))
    assert "must have 3 parts: (loss, slope, bias), got (0.5, an array of shape (3, 2))." in parts_told(loss, slope)
    unnamed = repr(check_function("f", lambda: (0.4, slope, bias), [WHOLE], [()]))
    assert "the result[0] is 0.4" in unnamed


def test_shapes_are_looked_at_before_numbers():
    assert "bias must have the shape (2,), got an array of shape (3,)." in parts_told(0.4, WHOLE[1], np.ones(3))
    assert "loss must be one number, got an array of shape (7,)." in parts_told(np.ones(7), *WHOLE[1:])
    assert "slope must have the shape (3, 2), got one number." in parts_told(0.5, 2.0, WHOLE[2])
    assert "slope is None" in parts_told(0.4, None, WHOLE[2])


def test_right_parts_in_another_order_are_told_that():
    loss, slope, bias = WHOLE
    report = check_function("f", lambda: (slope, bias, loss), [WHOLE], [()], parts=PARTS)
    assert report.mistakes == ("wrong_order",) and report.credit == MISTAKES["wrong_order"].credit
    assert "You return (slope, bias, loss), asked for: (loss, slope, bias)." in repr(report)
    assert "wrong_order" not in check_function("f", lambda: (slope, bias, 0.4), [WHOLE], [()], parts=PARTS).mistakes
    assert "wrong_order" not in check_function("f", lambda: (slope, bias, loss), [WHOLE], [()]).mistakes

    def sometimes(k):
        return (loss, bias, slope) if k else (loss, slope, bias)

    report = check_function("f", sometimes, [WHOLE, WHOLE], [(0,), (1,)], parts=PARTS)
    assert report.mistakes == ("wrong_shape",)
    at_home = check_function("f", lambda: (0.4, 2 * bias, slope), [WHOLE], [()], parts=PARTS, form_only=True)
    assert at_home.mistakes == ("wrong_order",)  # by the shapes


def test_names_of_parts_that_do_not_fit_are_a_mistake_of_the_test():
    for expected in ((1.0, 2.0), 1.0):
        with pytest.raises(ValueError, match=r"parts must name all parts of every expected result"):
            check_function("f", lambda: (1.0, 2.0), [expected], [()], parts=PARTS)


def test_a_case_is_told_in_the_words_of_the_test():
    def f(x):
        return x + (x == 3)

    report = check_function("f", f, f_right, [(2,), (3,)], told=["an even number", "an odd number"])
    assert "Case 2 of 2, an odd number: the result is 4, which is too large." in repr(report)
    with pytest.raises(ValueError, match="told must say what each of the 2 cases is, got 1"):
        check_function("f", f, f_right, [(2,), (3,)], told=["an even number"])


def f_right(x):
    return x


WORDS = ("red", "blue")


def test_a_word_that_is_none_of_those_to_choose_from_is_told_them():
    for other in ("reddish", 3, "Red"):
        report = check_function("f", lambda other=other: other, ["red"], [()], words=WORDS)
        assert f'the result is {other!r}. Asked for is one of the words "red", "blue".' in repr(report)
    assert "one of the words" not in repr(check_function("f", lambda: "blue", ["red"], [()], words=WORDS))


def test_a_forgotten_return_is_asked_for():
    for right in ("red", 3.0, (1.0, 2.0)):
        report = check_function("f", lambda: None, [right], [()])
        assert "the result is None: is the return missing?" in repr(report) and report.credit == 0
    assert "return" not in repr(check_function("f", lambda: (1.0, None), [(1.0, 2.0)], [()]))


def test_a_word_without_quotes_is_told_to_put_them():
    def unquoted():
        return red  # noqa: F821

    def other():
        return pink  # noqa: F821

    report = check_function("f", unquoted, ["red"], [()], words=WORDS)
    assert report.mistakes == ("raises",) and 'A word needs quotes: write "red".' in repr(report)
    assert "quotes" not in repr(check_function("f", other, ["red"], [()], words=WORDS))
    assert "quotes" not in repr(check_function("f", unquoted, ["red"], [()]))


def test_foreseen_numbers_get_their_message():
    known = [alternative(9.0, "You squared it.", 0.4), alternative(1.5, "You halved it.")]
    squared, halved = (check_number("n", x, 3, alternatives=known) for x in (9, 1.5))
    assert squared.credit == 0.4 and "squared" in repr(squared)
    assert halved.credit == 0.5 and "halved" in repr(halved)
    assert check_number("n", 3, 3, alternatives=[alternative(3.0, "never", 0.0)]).ok
    near = [alternative(9.0, "You squared it."), alternative(9.06, "You did something else.")]
    assert "else" in repr(check_number("n", 9.05, 3, alternatives=near))


def test_a_mistake_with_a_name_is_told_once_and_costs_once_whatever_number_of_answers_make_it():
    known = [alternative(1.0, mistake="missing_sqrt3"), alternative(2.0, mistake="half_variance")]
    bound, spread, other = (check_number("n", x, 3, alternatives=known) for x in (1, 1, 2))
    assert bound.mistakes == (bound & spread).mistakes == ("missing_sqrt3",)
    assert (bound & spread).credit == MISTAKES["missing_sqrt3"].credit
    assert (bound & other).mistakes == ("missing_sqrt3", "half_variance")
    follows = check_number("n", 2, 3, alternatives=[alternative(2.0, "Follows from your a.", 1.0)])
    assert not follows.ok and follows.credit == 1.0


def test_mistakes_that_are_made_together_are_both_told_and_each_takes_its_share():
    both = alternative(2.0, mistake=["half_variance", "gain_forgotten"])
    report = check_number("n", 2, 3, alternatives=[both])
    assert report.mistakes == ("half_variance", "gain_forgotten")
    assert report.credit == both.credit == MISTAKES["half_variance"].credit * MISTAKES["gain_forgotten"].credit


def test_a_mistake_may_be_told_by_its_digits():
    def near(x):
        return 1.0049 * x

    known = [alternative(near, "By its digits.", 0.6, rtol=1e-6)]
    exact, rough = (
        check_function("f", lambda x, factor=factor: factor * x, lambda x: x, [(2.0,)], rtol=1e-3, alternatives=known)
        for factor in (1.0049, 1.0048)
    )
    assert exact.credit == 0.6 and rough.mistakes == ("wrong_value",) and rough.credit == 0


# ---- functions ------------------------------------------------------------------------------------------------------
CASES = [(np.array([1.0, 2.0]), 2), (np.array([-1.0, 0.5]), 3)]


def power(x, k):
    return x**k


def test_a_function_that_agrees_is_right():
    assert check_function("f", power, power, CASES).ok
    assert check_function("f", lambda x, k: list(x**k), power, CASES).ok
    assert check_function("f", power, [np.array([1.0, 4.0]), np.array([-1.0, 0.125])], CASES).ok


@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        (lambda x, k: x**k + 1e-3, "wrong_value"),
        (lambda x, k: x[:1] ** k, "wrong_shape"),
        (lambda x, k: x * np.nan, "not_finite"),
        (lambda x, k: "text", "wrong_type"),
        (lambda x, k: None, "wrong_type"),
        (lambda x, k: [[1], [2, 3]], "wrong_type"),
        (lambda x: x, "raises"),
    ],
)
def test_a_function_that_differs_is_named(function, mistake):
    report = check_function("f", function, power, CASES)
    assert report.mistakes == (mistake,) and report.credit == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("size", "said"), [(1e200, "e+199, which is too large"), (1e-200, "e-201, which is too small")]
)
def test_numbers_without_squares_are_measured_all_the_same(size, said):
    """Such a spread is wrong, and nothing else is: the squares of these numbers are inf or 0 in double precision."""

    def normal(shape, rng):
        return size * rng.standard_normal(shape)

    report = check_sampler(normal, "lecun", shapes=[(30, 40)])
    assert report.mistakes == ("wrong_std",) and said in str(report)
    assert check_orthogonal(normal, shapes=[(8, 6)]).mistakes == ("not_orthogonal",)


def test_arrays_may_come_as_lists_of_any_numbers_and_tuples_with_names():
    class Pair(NamedTuple):
        one: object
        other: object

    mixed = Pair([Fraction(1), Decimal(2)], sympy.Rational(1, 2))
    assert check_function("f", lambda: mixed, [(np.array([1.0, 2.0]), 0.5)], [()]).ok
    assert check_function("f", lambda: mixed, [(np.array([1.0, 2.0]), 0.6)], [()]).mistakes == ("wrong_value",)
    assert check_function("f", lambda: np.array([2 + 0j, 3]), [np.array([2.0, 3.0])], [()]).ok
    assert check_function("f", lambda: np.array([2 + 1j, 3]), [np.array([2.0, 3.0])], [()]).mistakes == ("wrong_type",)
    assert check_function("f", lambda: [10**400, 3], [np.array([2.0, 3.0])], [()]).mistakes == ("not_finite",)
    assert check_function("f", lambda: np.array(True), [True], [()]).ok  # as numpy's own comparisons give


def test_an_unanswered_function():
    def blank(x, k):
        raise NotImplementedError()

    assert check_function("f", blank, power, CASES).mistakes == ("unanswered",)


def test_a_foreseen_mistake_must_explain_every_case():
    known = [alternative(lambda x, k: x * k, "You multiplied.", 0.3)]
    assert check_function("f", lambda x, k: x * k, power, CASES, alternatives=known).credit == 0.3
    half = check_function("f", lambda x, k: x * k if k == 3 else x + 1, power, CASES, alternatives=known)
    assert half.credit == 0


def test_a_function_that_changes_its_input_does_not_change_ours():
    def spoils(x, k):
        x[:] = 0
        return x

    given_array = np.array([1.0, 2.0])
    check_function("f", spoils, power, [(given_array, 2)])
    assert given_array.tolist() == [1, 2]


def test_tuples_dicts_strings_and_booleans():
    right = [(1.0, {"a": np.ones(2), "word": "dead", "flag": True})]
    assert check_function("f", lambda: (1.0, {"a": [1, 1], "word": "dead", "flag": True}), right, [()]).ok
    for wrong in (
        (1.0, {"a": [1, 1], "word": "fine", "flag": True}),
        (1.0, {"a": [1, 1], "word": "dead", "flag": False}),
        (1.0, {"a": [1, 1], "word": "dead"}),
        (1.0,),
        (1.1, {"a": [1, 1], "word": "dead", "flag": True}),
    ):
        assert not check_function("f", lambda wrong=wrong: wrong, right, [()]).ok


def test_one_is_not_true_and_a_liar_is_no_word():
    class Liar(str):
        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    assert not check_function("f", lambda: 1, [True], [()]).ok
    assert not check_function("f", lambda: Liar("x"), ["dead"], [()]).ok


def test_conditions():
    assert check_that("c", True, "no").ok and check_that("c", np.True_, "no").ok
    report = check_that("c", False, "It does not train.", credit=0.3)
    assert report.credit == 0.3 and "does not train" in repr(report)
    with pytest.raises(TypeError, match="condition"):
        check_that("c", 1, "no")


# ---- what was asked for ---------------------------------------------------------------------------------------------
def test_a_task_says_what_it_asks_for():
    every = Asked("he", gain=2.0, negative_slope=0.25, mode="fan_out", distribution="truncated_normal")
    assert str(every) == "he, truncated normal, slope 0.25, fan_out, gain 2"
    assert str(Asked("std", given=0.1)) == "given std"
    assert check_sampler(normal, "xavier", shapes=[(30, 50)]).title == "normal: xavier"
    assert check_sampler(normal, "xavier", shapes=[(30, 50)], title="my task").title == "my task"


def spread(asked_for, factor, error=0.0):
    """What is said of a standard deviation that is `factor` times the right one."""
    found = samplers._name_the_spread(asked_for, [_Measured((30, 50), 0.0, factor * asked_for.std(30, 50), error)])
    return found[0].mistake if found else None


def test_five_percent_are_right_and_two_percent_near_a_mistake_are_that_mistake():
    task = Asked("lecun")
    assert spread(task, 1.045) is None and spread(task, 0.955) is None
    assert spread(task, 1.055) == "wrong_std" and spread(task, 0.945) == "wrong_std"
    for near, far in ((1.015, 1.025), (0.985, 0.975)):
        assert spread(task, near * math.sqrt(2)) == "extra_two" and spread(task, far * math.sqrt(2)) == "wrong_std"


def test_of_two_mistakes_closer_than_a_draw_can_tell_the_likelier_is_told():
    """With gain √2 (1 + ε) a forgotten gain and half the variance are ε apart."""
    for apart, told in ((0.0008, "gain_forgotten"), (0.0012, "half_variance")):
        task = Asked("xavier", gain=math.sqrt(2) * (1 + apart))
        assert spread(task, 1 / math.sqrt(2)) == told


def test_a_mistake_that_makes_no_difference_here_is_not_told():
    """With gain 1.04 a gain that is squared is within the tolerance: no reason to name it for another fault."""
    assert spread(Asked("lecun", gain=1.04), 1.055) == "wrong_std"


def test_a_law_with_heavy_tails_is_allowed_its_standard_errors_but_not_more_than_a_factor_of_two():
    task = Asked("lecun")
    assert spread(task, 1.15) == "wrong_std" and spread(task, 1.15, error=0.02) is None
    assert spread(task, 1.2, error=0.02) == "wrong_std" and spread(task, 1.95, error=3.0) is None
    assert spread(task, 2.05, error=3.0) == "wrong_std" and spread(task, 0.45, error=3.0) == "wrong_std"


def test_every_shape_must_fit_the_mistake():
    task = Asked("xavier")
    one, other = _Measured((30, 50), 0.0, math.sqrt(2 / 30)), _Measured((50, 30), 0.0, math.sqrt(2 / 50))
    (found,) = samplers._name_the_spread(task, [one, other])
    assert found.mistake == "he_for_xavier"
    (found,) = samplers._name_the_spread(task, [one, replace(other, std=task.std(50, 30))])
    assert found.mistake == "wrong_std" and "Shape (30, 50): measured 0.2582, which is too large." in found.message
    (small,) = samplers._name_the_spread(task, [replace(one, std=0.01)])
    assert small.mistake == "wrong_std" and "measured 0.01, which is too small." in small.message


def test_mistakes_of_different_steps_are_all_told_where_two_shapes_fit_them_and_no_fewer_do():
    task = Asked("xavier", gain=1.6)
    shapes = [(30, 50), (150, 40)]

    def told(std, shapes):
        found = samplers._name_the_spread(task, [_Measured(shape, 0.0, std(*shape)) for shape in shapes])
        return [finding.mistake for finding in found]

    def half_without_gain(i, o):
        return math.sqrt(1 / (i + o))

    assert told(half_without_gain, shapes) == ["half_variance", "gain_forgotten"]
    assert told(half_without_gain, shapes[:1]) == ["wrong_std"]
    assert told(lambda i, o: 1.03 * half_without_gain(i, o), shapes) == ["wrong_std"]
    assert told(lambda i, o: half_without_gain(i, o) if i == 30 else 0.2, shapes) == ["wrong_std"]
    assert told(lambda i, o: 1 / (i + o), shapes) == ["half_variance", "variance_as_std", "gain_forgotten"]
    assert told(lambda i, o: 1.6 / (i + o), shapes) == ["half_variance", "variance_as_std"]


def moments(mean, std):
    """The mistakes of a sample of (30, 50) with these, in units of what Xavier asks for."""
    right = Asked("xavier").std(30, 50)
    found = samplers._scale_and_mean(Asked("xavier"), [_Measured((30, 50), mean * right, std * right)])
    return [finding.mistake for finding in found]


def test_a_wrong_mean_excuses_a_standard_deviation_only_if_it_explains_it():
    assert moments(0.04, 1) == [] and moments(0.06, 1) == moments(-2.5, 1) == ["nonzero_mean"]
    half = math.sqrt(3) / 2, 1 / 2  # of a uniform law cut at 0: the mean square is right
    assert moments(*half) == ["nonzero_mean"]
    assert moments(half[0] / math.sqrt(3), half[1] / math.sqrt(3)) == ["nonzero_mean", "missing_sqrt3"]
    assert moments(half[0] * 1.3, half[1] * 1.3) == ["nonzero_mean", "wrong_std"]
    assert moments(0.3, 1 / math.sqrt(2)) == ["nonzero_mean", "half_variance"]
    assert moments(math.sqrt(0.99), 0.1) == ["nonzero_mean", "wrong_std"]  # a constant, nearly


def test_beside_a_wrong_mean_no_root_mean_square_is_told_as_a_standard_deviation():
    """Mean 2 and standard deviation 2: their root mean square is 2.83."""
    for target, told in ((math.sqrt(8) * 1.3, "measured 2,"), (math.sqrt(8 * 3), None)):
        found = samplers._scale_and_mean(Asked("std", given=target), [_Measured((30, 50), 2.0, 2.0)])
        assert "The mean is not 0. It is 2, and the standard deviation is 2." == found[0].message
        assert "2.83" not in found[1].message and (told or "√3 is missing") in found[1].message
        assert told or "easured" not in found[1].message


def test_a_check_says_what_it_measured_and_never_what_was_wanted():
    """Wanted are 0.158 and 0.135 here, 1.414 times as much as is drawn."""
    for factor in (1 / math.sqrt(2), 0.8, 1.3):
        report = check_sampler(lambda s, rng, by=factor: by * normal(s, rng), "xavier", shapes=[(30, 50), (80, 30)])
        text = repr(report) + "".join(report.seen)
        for wanted in ("0.158", "0.135", "0.1348", "asked for", f"{factor:.3g}", f"{1 / factor:.3g}"):
            assert wanted not in text, text


def test_a_matrix_in_the_other_law_is_told_which_was_asked_for():
    report = check_sampler(normal, "xavier", shapes=[(30, 50)], distribution="truncated_normal")
    assert report.mistakes == ("wrong_distribution",) and "Asked for: truncated normal." in repr(report)


def cut_at(end):
    """A sampler of a normal law cut at `end` of its standard deviations, of He's realized one."""
    left = stats.truncnorm(-end, end).std()

    def sampler(shape, rng):
        weights = rng.normal(size=shape)
        while (beyond := np.abs(weights) > end).any():
            weights[beyond] = rng.normal(size=beyond.sum())
        return math.sqrt(2 / shape[0]) / left * weights

    return sampler


@pytest.mark.parametrize("end", [1.8, 1.9, 2.1, 2.5])
def test_a_normal_law_that_is_cut_elsewhere_is_told_so_although_its_standard_deviation_is_right(end):
    """The Kolmogorov-Smirnov test accepts all four."""
    report = check_sampler(cut_at(end), "he", shapes=[(40, 60)], distribution="truncated_normal")
    assert report.mistakes == ("wrong_distribution",), report
    assert "It is cut elsewhere than at 2 standard deviations." in repr(report)


def test_where_a_law_is_cut_is_judged_whatever_its_scale_and_mean_are():
    def draw(end, factor, mean):
        def sampler(s, rng):
            return (factor * cut_at(end)(s, rng) + mean).astype(np.float32)

        return check_sampler(sampler, "he", shapes=[(40, 60), (70, 8)], distribution="truncated_normal").mistakes

    assert draw(2, 1, 0) == draw(2, 0.97, 0) == draw(2, 1.03, 0) == ()
    assert draw(2, samplers.TRUNCATED_STD, 0) == ("truncation_uncorrected",)
    assert draw(2, 1, 0.02) == ("nonzero_mean",)


def test_a_right_cut_is_missed_less_than_once_in_a_billion_times():
    law = stats.truncnorm(-2, 2)
    error = math.sqrt((law.stats("k") + 2) / (4 * samplers.ENTRIES))  # of the standard deviation, relative
    inside = 0.002  # how far half the range may fall short: the gaps at both ends together are twice that, or more
    gaps = stats.gamma.sf(2 * 2 * inside, 2, scale=1 / (samplers.ENTRIES * law.pdf(2)))
    assert 2 * stats.norm.sf((samplers.CUT_WITHIN - inside) / error) + gaps < 1e-9


@pytest.mark.parametrize(
    ("asked_for", "variance"),
    [
        (Asked("xavier"), 2 / 50),
        (Asked("he", negative_slope=0.5), 2 / (1.25 * 20)),
        (Asked("he", mode="fan_out"), 2 / 30),
        (Asked("lecun", gain=3.0), 9 / 20),
        (Asked("orthogonal"), 1 / 30),
        (Asked("std", given=0.1, gain=2.0), 0.04),
    ],
)
def test_the_variance_that_is_asked_for(asked_for, variance):
    assert asked_for.std(20, 30) ** 2 == pytest.approx(variance)


# ---- bad input of the test's author ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: check_sampler(normal, "orthogonal", shapes=[(3, 4)]), "scheme"),
        (lambda: check_sampler(normal, "xavier", shapes=[]), "shapes"),
        (lambda: check_sampler(normal, "xavier", shapes=[(3, 3)]), "shapes"),
        (lambda: check_sampler(normal, "xavier", shapes=[(3, 4)], distribution="cauchy"), "distribution"),
        (lambda: check_sampler(normal, "he", shapes=[(3, 4)], mode="fan_avg"), "mode"),
        (lambda: check_sampler(normal, "xavier", shapes=[(3, 4)], gain=-1), "gain"),
        (lambda: check_sampler(normal, "std", shapes=[(3, 4)]), "std"),
        (lambda: check_sampler(normal, "xavier", shapes=[(3, 4)], std=0.1), "std"),
        (lambda: check_sampler(normal, "xavier", shapes=[(3, 4, 5)]), "shapes"),
        (lambda: check_sampler(normal, "xavier", shapes=[(3, 4)], seed=-1), "seed"),
        (lambda: check_orthogonal(normal, shapes=[]), "shapes"),
        (lambda: check_orthogonal(normal, shapes=[(3, 0)]), "shapes"),
        (lambda: check_orthogonal(normal, shapes=[(3, 3)], gain=0), "gain"),
        (lambda: check_sampler(normal, "std", shapes=[(3, 4)], std=0.0), "std"),
        (
            lambda: check_sampler(normal, "std", shapes=[(3, 4), (1, 1)], std=1.0),
            "shapes must have more than one entry",
        ),
        (lambda: check_orthogonal(normal, shapes=[(1, 1)]), "shapes must have more than one entry"),
        (lambda: check_sampler(normal, "he", shapes=[(3, 4)], negative_slope=math.nan), "negative_slope"),
        (lambda: check_function("f", power, power, []), "cases"),
        (lambda: check_function("f", power, [1.0], CASES), "reference"),
        (lambda: check_number("n", 1, 1, rtol=0), "rtol"),
        (lambda: alternative(1, "x", 1.01), "credit"),
        (lambda: alternative(1, "x", rtol=0.0), "rtol"),
        (lambda: alternative(1, mistake=[]), "mistake"),
        (lambda: alternative(1, "x", mistake=["half_variance", "one_fan"]), "mistake"),
        (lambda: alternative(1, credit=0.3, mistake=["half_variance", "one_fan"]), "mistake"),
        (lambda: alternative(1), "message"),
        (lambda: alternative(1, mistake="nobody"), "mistake"),
    ],
)
def test_bad_input_names_the_argument(call, name):
    with pytest.raises(ValueError, match=name):
        call()


@pytest.mark.parametrize(
    "check", [check_orthogonal, lambda sampler, **rest: check_sampler(sampler, "std", std=1, **rest)]
)
def test_what_is_no_list_of_pairs_is_named(check):
    for shapes in ((3, 4), 3, "34", [(3, 4.0)]):
        with pytest.raises(TypeError, match="shapes must be"):
            check(normal, shapes=shapes)
    with pytest.raises(TypeError, match="^seed must be an integer"):
        check(normal, shapes=[(3, 4)], seed=0.5)


def test_grading_holds_no_sampler():
    """The checker is in reach of submissions: it must not be able to draw what they are asked to draw."""
    modules = sorted(Path(grading.__file__).parent.glob("*.py"))
    assert {module.stem for module in modules} >= {"mistakes", "samplers"}
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf8"))):
            if isinstance(node, ast.ImportFrom):
                assert "initializers" not in (node.module or "") and node.module != "weightinit"
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("normal", "uniform", "standard_normal", "rvs") or module.stem == "samplers"


def test_the_examples_in_the_docstrings_hold():
    for module in (answers, asked, mistakes, report, samplers):
        tried = doctest.testmod(module)
        assert tried.attempted > 0 and tried.failed == 0, module


def test_a_forgotten_return_is_told():
    report = grading.check_sampler(lambda shape, rng: None, "xavier", shapes=[(30, 80)])
    assert report.mistakes == ("wrong_type",) and "It returned None: is the return missing?" in repr(report)


def test_several_mistakes_of_the_scale_pay_nothing_beside_a_seed_of_its_own():
    def check(sampler, gain):
        return check_sampler(
            sampler, "xavier", shapes=[(30, 50), (150, 40)], gain=gain, arguments={"gain": gain}, distribution="normal"
        )

    def wrong(shape, rng, gain=1.0):
        return rng.normal(0, 2 / sum(shape), shape)

    def seeded(shape, rng, gain=1.0):
        return wrong(shape, np.random.default_rng(42))

    both = check(wrong, 1.6)
    assert both.mistakes == ("variance_as_std", "gain_forgotten") and both.credit > 0
    assert check(seeded, 1.0).credit > 0  # one mistake of the scale, and the seed: each takes its share
    assert check(seeded, 1.6).mistakes[:2] == both.mistakes and check(seeded, 1.6).credit == 0
