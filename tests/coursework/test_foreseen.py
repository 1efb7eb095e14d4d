"""Every mistake that a test foresees can be made: it gets its name and its share of the points. All variants: test-attacks."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from scipy import stats

from weightinit_course.examples.answers import right, with_answers
from weightinit_course.examples.unusual import unusual
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.foreseen import Foreseen, InProcess
from weightinit_course.problem_set import ProblemSet, is_test, problem_sets

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
        for credit, at_home in ((0.5, True), (0.5, True), (0.4, True), (0.5, False), (0.5, False), (0.4, False))
    ]
    assert {f.message for f in found if f.at_home} == {f.message for f in found if not f.at_home}


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


SAMPLERS = {
    "he_normal": lambda shape, rng, negative_slope=0.0, mode="fan_in": (
        0.92 * rng.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * shape[mode == "fan_out"])), shape)
    ),
    "he_uniform": lambda shape, rng, negative_slope=0.0: (
        0.92 * rng.uniform(-1, 1, shape) * np.sqrt(6 / ((1 + negative_slope**2) * shape[0]))
    ),
    "he_truncated": lambda shape, rng, negative_slope=0.0: (
        stats.truncnorm.rvs(-2, 2, size=shape, random_state=rng)
        * np.sqrt(2 / ((1 + negative_slope**2) * shape[0]))
        / stats.truncnorm(-2.5, 2.5).std()
    ),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_scale_that_is_a_little_off_is_not_called_a_slope_that_is_not_squared(name, answers):
    """√((1 + a²)/(1 + a)) is 0.92 at a = 0.6; at slope 0 nothing but the scale can be wrong."""
    ps3 = answers("ps3")
    with ps3.answering(name, SAMPLERS[name]):
        report = ps3.report(f"ps3-{name.replace('_', '-')}-test")
    assert not report.ok and "slope is" not in repr(report), report
    assert report.credit == (0.7 if name == "he_truncated" else 0)


def test_tails_that_are_set_to_the_cut_or_to_0_are_named_at_home(answers):
    ps3 = answers("ps3")

    def clipped(shape, rng, negative_slope=0.0):
        return np.clip(rng.standard_normal(shape), -2, 2) * np.sqrt(2 / shape[0])

    def zeroed(shape, rng, negative_slope=0.0):
        z = rng.standard_normal(shape)
        return np.where(np.abs(z) > 2, 0, z) * np.sqrt(2 / shape[0])

    for answer, words in ((clipped, "np.clip"), (zeroed, "are set to 0")):
        with ps3.answering("he_truncated", answer):
            for at_home in (True, False):
                said = repr(ps3.report("ps3-he-truncated-test", at_home=at_home))
                assert words in said and "depend on each other" not in said and "_refilled" not in said


@pytest.mark.parametrize(
    ("name", "test", "answer", "wrong"),
    [
        ("ps3", "ps3-gain-test", "gain", lambda name: 1.0),
        ("ps3", "ps3-backward-test", "backward_gain", lambda name: 2.0),
        ("ps3", "ps3-predict-test", "predict_q", lambda widths, variances, slope, m_0: [2.0, 4.0]),
        ("ps4", "ps4-measure-test", "measure", lambda *_: (np.array([8.0]), np.array([4.0]))),
        ("ps4", "ps4-predict-test", "predict_q", lambda *_: np.array([7.0])),
    ],
)
def test_a_visible_check_says_right_only_of_what_it_compared(name, test, answer, wrong, answers):
    given = answers(name)
    with given.answering(answer, wrong):
        assert repr(given.report(test, at_home=True)).startswith("✗")


@pytest.mark.parametrize(("name", "test"), [("ps3", "ps3-backward-test"), ("ps4", "ps4-gains-test")])
def test_where_nothing_was_compared_the_visible_check_says_received(name, test, answers):
    assert "received" in repr(answers(name).report(test, at_home=True)).splitlines()[-1]


@pytest.mark.parametrize("name", SETS)
def test_no_visible_check_passes_whatever_number_it_gets(name, term):
    for cell in filter(is_test, ProblemSet(name, term).released.cells):
        assert all(float(atol) < 0.1 for atol in re.findall(r"atol=([\d.e+-]+)", cell.source)), cell.source


def test_a_relu_before_the_first_layer_gives_another_layer_for_every_width(term):
    largest = math.log(float(np.finfo(np.float32).max))
    for width in ProblemSet("ps3", term).choices["width"]:
        right, wrong = (
            math.ceil((2 * largest + extra) / math.log(width / 2)) for extra in (-math.log(2), 0.0)
        )  # √(2 (n/2)^l) and √((n/2)^l) beyond the limit
        assert right != wrong, width


def test_a_visible_check_of_problem_set_3_does_not_hold_the_answer_to_the_question_above_it(term):
    source = "".join(cell.source for cell in ProblemSet("ps3", term).released.cells if is_test(cell))
    assert not re.search(r"√π|√\(2q\)|math\.pi|\(1 \+ a²\)", source)


def test_two_questions_of_a_task_add_up(term):
    """A mistake in each keeps what each of them earns: 2 · 0.5 and 2 · 0.45 points of 4."""
    wrong = wrong_answers("ps3")["lopsided_wrong_keeps_what_leaky_earned"]
    notebook = with_answers(right(ProblemSet("ps3", term)), {wrong.cell: wrong.source})
    answers = InProcess(ProblemSet("ps3", term), notebook)
    reports = [answers.report(f"ps3-{name}-test") for name in ("leaky", "lopsided")]
    assert [report.credit for report in reports] == [0.5, 0.45]


def test_a_ratio_may_follow_from_a_chi_1_that_is_right_but_not_to_the_last_digit(answers):
    """0.9 % off in chi_1 is right, and some 9 % or more in its power."""
    ps3 = answers("ps3")
    chi = 1.009 * ps3.names["chi_1"]
    with ps3.answering("chi_1", chi), ps3.answering("gradient_ratio", chi ** ((ps3.names["depth"] - 1) / 2)):
        assert ps3.report("ps3-chi-test").ok
