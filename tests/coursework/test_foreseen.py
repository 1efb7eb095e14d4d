"""Every mistake that a test foresees can be made: it gets its name and its share of the points. All variants: test-attacks."""

from __future__ import annotations

import pytest

from weightinit_course.examples.answers import right, with_answers
from weightinit_course.examples.unusual import unusual
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.foreseen import Foreseen, InProcess
from weightinit_course.problem_set import ProblemSet, problem_sets

SETS = problem_sets()
# a few of each problem set; all of them, in the sandbox: test-attacks
WRONG = [(name, mistake) for name in SETS for mistake in list(wrong_answers(name))[:: 12 if name == "ps4" else 9]]
UNUSUAL = [one for one in unusual() if one.problem_set != "ps4"][::9]


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


@pytest.mark.parametrize(("name", "mistake"), WRONG, ids=[f"{n}-{m}" for n, m in WRONG])
def test_a_wrong_answer_gets_its_name_its_message_and_its_mark(name, mistake, term):
    wrong = wrong_answers(name)[mistake]
    notebook = with_answers(right(ProblemSet(name, term)), {wrong.cell: wrong.source})
    report = InProcess(ProblemSet(name, term), notebook).report(wrong.test)
    assert wrong.mistake in report.mistakes
    assert wrong.phrase in repr(report)
    assert report.credit == pytest.approx(wrong.credit, abs=1e-3)


@pytest.mark.parametrize("one", UNUSUAL, ids=lambda one: f"{one.problem_set}-{one.name}")
def test_an_unusual_right_notebook_is_right_at_home_and_in_the_marking(one, term):
    problem_set = ProblemSet(one.problem_set, term)
    answers = InProcess(problem_set, one.submission(problem_set))
    for test in answers.tests:
        assert answers.report(test).ok
        assert answers.report(test, at_home=True).credit == 1
