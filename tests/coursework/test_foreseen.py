"""Every mistake that a test foresees can be made: it gets its name and its share of the points. All variants: test-attacks."""

from __future__ import annotations

import pytest

from weightinit_course.foreseen import Foreseen, InProcess
from weightinit_course.problem_set import ProblemSet, problem_sets

SETS = problem_sets()


@pytest.fixture(scope="module")
def answers(term):
    """answers(name) -> the right answers to a problem set, in this process."""
    made: dict[str, InProcess] = {}

    def given(name: str) -> InProcess:
        if name not in made:
            made[name] = InProcess(ProblemSet(name, term))
        return made[name]

    return given


@pytest.mark.parametrize("name", SETS)
def test_every_foreseen_mistake_is_named_and_pays_its_share(name, answers):
    assert answers(name).unreached() == []


def test_what_is_foreseen_is_found_in_the_tests_themselves(answers):
    found = answers("ps2").foreseen("ps2-stack-test")
    assert [(f.answer, f.credit, f.at_home) for f in found] == [
        ("signal_by_layer", credit, at_home)
        for credit, at_home in ((0.5, True), (0.5, True), (0.5, False), (0.5, False), (0.4, False))
    ]
    assert {f.message for f in found if f.at_home} < {f.message for f in found if not f.at_home}


def test_a_mistake_that_makes_no_difference_or_pays_something_else_is_found(answers, monkeypatch):
    given = answers("ps2")
    known = given.foreseen("ps2-slip-test")[0]
    same = Foreseen(known.test, known.answer, given.names["layers_until_lost"], known.message, 0.7, at_home=False)
    dearer = Foreseen(known.test, known.answer, known.wrong, known.message, 0.5, at_home=False)
    monkeypatch.setattr(InProcess, "foreseen", lambda self, test: [known, same, dearer] if test == known.test else [])
    problems = given.unreached()
    assert len(problems) == 2 and "1.0 points" in problems[0] and "0.7 points" in problems[1]
