"""No string of a submission reaches a terminal, a table or a page with more in it than text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightinit_course.harmless import ODD, harmless, harmless_throughout, one_line

ANY = st.text(st.characters() | st.characters(categories=("Cs", "Cc")))


@given(ANY)
def test_every_text_can_be_written_and_holds_no_control_character(text):
    made = harmless(text)
    made.encode("utf8")
    assert not any(ord(sign) < 32 and sign not in "\n\t" or 127 <= ord(sign) < 160 for sign in made)
    assert harmless(made) == made
    assert len(one_line(text).splitlines()) <= 1


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs"))))
def test_plain_text_of_every_script_stays_as_it_is(text):
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("\x1b[38m", ""),  # nbconvert's IndexError
        ("\x1b[1;31mwrong\x1b[0m", "wrong"),
        ("\x1b[2J\x1b[H300 of 300 marked.\x1b]52;c;aGk=\x07\n  ada", "300 of 300 marked.\n  ada"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("\x1b(Btext", "text"),
        ("one\r\ntwo\rthree\x0cfour", "one\ntwo\nthree\nfour"),
        ("\ud83d\x00\x9b31m", ODD * 3 + "31m"),
        ("x\x1b", "x" + ODD),
        ("\u202e21 fo 21\u2066", f"{ODD}21 fo 21{ODD}"),
        ("\u05d0\u200f (1)", "\u05d0\u200f (1)"),  # a mark, which turns no other letter round
    ],
)
def test_what_a_terminal_would_obey_goes(sent, kept):
    assert harmless(sent) == kept


def test_all_strings_of_a_value_are_reached_and_nothing_else_is_changed():
    array = np.ones(2)
    made = harmless_throughout({"a\x07": ["\x1b[0mb", ("\ud800", 1.5, None, array)]})
    assert made == {"a" + ODD: ["b", (ODD, 1.5, None, array)]}
    assert made["a" + ODD][1][3] is array


def test_one_line_starts_no_other_and_turns_none_around():
    assert one_line("a\n  ✓ b\u2028c \u202egnp") == f"a ✓ b c {ODD}gnp"
    family = "\N{MAN}\u200d\N{GIRL}"
    assert one_line(family) == family
