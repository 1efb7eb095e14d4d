"""The answers to self-checks, for paper."""

from __future__ import annotations

from weightinit.selfcheck import choice, numeric
from weightinit_book.extensions.answers import answer


def test_the_right_answer_of_a_choice_is_told_and_no_other():
    made = choice("Is x_1 < 2?", {"no": "It is not so.", "yes": "For it is 1."}, correct="yes")
    assert answer(made.html) == "Is x<sub>1</sub> &lt; 2? <strong>yes.</strong> For it is 1."


def test_a_number_is_told_with_its_explanation():
    made = numeric("How large?", 0.25, explanation="It is 2^-2.", mistakes={0.5: "Only one half."})
    assert answer(made.html) == "How large? <strong>0.25.</strong> It is 2<sup>−2</sup>."
