"""Every mistake that a test foresees can be made: it gets its name and its share of the points. All variants: test-attacks."""

from __future__ import annotations

import ast
import math
import re
import warnings

import numpy as np
import pytest
from scipy import stats

from weightinit_course import capstone
from weightinit_course.examples.answers import right, with_answers
from weightinit_course.examples.unusual import unusual
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.foreseen import Foreseen, InProcess
from weightinit_course.problem_set import ProblemSet, is_test, problem_sets

SETS = problem_sets()
# a few of each problem set; all of them, in the sandbox: test-attacks
WRONG = [(name, mistake) for name in SETS for mistake in list(wrong_answers(name))[:: 24 if name == "ps4" else 18]]
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
def test_every_foreseen_mistake_is_named_and_pays_its_share(name, answers, monkeypatch):
    given = answers(name)
    monkeypatch.delitem(given.tests, "ps2-uniform-test", raising=False)  # draws 2000 matrices for each: test-attacks
    assert given.unreached() == []


def test_what_is_foreseen_is_found_in_the_tests_themselves(answers):
    found = answers("ps2").foreseen("ps2-stack-test")
    assert [(f.answer, f.credit, f.at_home) for f in found] == [
        ("signal_by_layer", credit, at_home) for at_home in (True, False) for credit in (0.5, 0.5, 0.4, 0.6, 0.6, 0.7)
    ]
    assert {f.messages for f in found if f.at_home} == {f.messages for f in found if not f.at_home}


def test_a_mistake_that_makes_no_difference_or_pays_something_else_is_found(answers, monkeypatch):
    given = answers("ps2")
    known = given.foreseen("ps2-slip-test")[0]
    same = Foreseen(known.test, known.answer, given.names["layers_until_lost"], known.messages, 0.7, at_home=False)
    dearer = Foreseen(known.test, known.answer, known.wrong, known.messages, 0.5, at_home=False)
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


@pytest.mark.parametrize("draw", ["laplace", "logistic", "triangular"])
def test_the_scale_of_another_law_is_not_taken_for_a_square_or_a_root(draw, term):
    """In no term, whatever standard deviation it draws."""

    def random_weights(shape, rng, std):
        return rng.triangular(-std, 0, std, shape) if draw == "triangular" else getattr(rng, draw)(0, std, shape)

    for k in range(3):
        answers = InProcess(ProblemSet("ps1", f"{term}-{k}"))
        with answers.answering("random_weights", random_weights):
            for at_home in (True, False):
                assert answers.report("ps1-random-test", at_home=at_home).mistakes == ("wrong_std",)


def test_a_wrong_return_value_of_problem_set_1_is_told_what_the_case_was_and_what_may_be_returned(answers):
    ps1 = answers("ps1")
    parameters = "(loss, dW1, db1, dW2, db2)"
    for name, wrong, test, said in (
        ("loss_and_gradients", lambda *_: 0.0, "ps1-gradients-test", f"5 parts: {parameters}"),
        ("loss_and_gradients", lambda *a: (0.0, *a[:3], a[1]), "ps1-gradients-test", "db2 must have"),
        ("permute_hidden", lambda W1, b1, W2, order: (W1[:, order], b1[order]), "ps1-permute-test", "(W1, b1, W2)"),
        ("kind_of_start", lambda *_: "broken", "ps1-kind-test", '"dead", "symmetric", "fine"'),
        ("kind_of_start", lambda *_: "symmetric", "ps1-kind-test", "three random units: the result is 'symmetric'"),
    ):
        with ps1.answering(name, wrong):
            for at_home in (True, False):
                assert said in repr(ps1.report(test, at_home=at_home)), (name, at_home)


@pytest.mark.parametrize("name", SETS)
def test_the_parts_of_a_result_have_the_names_that_the_task_gives_them(name, term):
    text = "\n".join(cell.source for cell in ProblemSet(name, term).released.cells if not is_test(cell))
    for cell in filter(is_test, ProblemSet(name, term).notebook.cells):
        for named in re.findall(r'(?:parts|_PARTS)\s*=\s*(\("[^()]*\))', cell.source):
            assert f"({', '.join(ast.literal_eval(named))})" in text, named


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


def test_of_the_learning_rate_the_range_is_looked_at_and_nothing_else_is_said_to_be_right(answers):
    ps4 = answers("ps4")
    lines = repr(ps4.report("ps4-start-test", at_home=True)).splitlines()
    assert lines[1].startswith("• LEARNING_RATE: received") and lines[2] == "✓ LEARNING_RATE between 1e-5 and 0.1"
    with ps4.answering("LEARNING_RATE", 3.0):
        for at_home in (True, False):
            said = repr(ps4.report("ps4-start-test", at_home=at_home))
            assert "✗ LEARNING_RATE between" in said and "LEARNING_RATE must be between" in said


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


def test_the_two_numbers_of_task_7_are_paid_each_for_itself(term):
    """The steps are right and the further ones unknown, or the other way round: 5 or 4 points of 9."""
    for cell, points in (("more_steps", (1, 0)), ("steps_to_differ", (0, 1))):
        answers = InProcess(ProblemSet("ps1", term))
        with answers.answering(cell, 12.0):
            reports = [answers.report(f"ps1-{name}-test") for name in ("growth", "more")]
        assert tuple(report.credit for report in reports) == points


def test_a_permutation_in_place_is_not_said_to_be_right_at_home(answers):
    ps1 = answers("ps1")

    def in_place(W1, b1, W2, order):
        for k in range(len(order)):
            W1[:, k], b1[k], W2[k] = W1[:, order[k]], b1[order[k]], W2[order[k]]
        return W1, b1, W2

    with ps1.answering("permute_hidden", in_place):
        for at_home in (True, False):
            assert not ps1.report("ps1-permute-test", at_home=at_home).ok


def test_a_loss_in_an_array_of_one_is_as_good_as_a_number(answers):
    ps1 = answers("ps1")
    right_answer = ps1.names["loss_and_gradients"]

    def in_array(*arguments):
        loss, *gradients = right_answer(*arguments)
        return np.array([loss]), *gradients

    with ps1.answering("loss_and_gradients", in_array), warnings.catch_warnings(action="error"):
        assert ps1.report("ps1-gradients-test", at_home=True).ok and ps1.report("ps1-gradients-test").ok


def test_the_example_of_task_4_tells_ways_of_counting_apart_at_home(answers):
    ps1 = answers("ps1")

    def units_of(W1, b1, W2):
        return np.concatenate([W1, b1[None], W2.T]).T

    for count, named in (
        (lambda W1, b1, W2, *_: len(np.unique(W1, axis=1).T), "Only the columns of W1"),
        (lambda W1, b1, W2, *_: len(np.unique(units_of(W1, b1, W2)[:, :-1], axis=0)), "rows of W2 count too"),
        (lambda W1, b1, W2, *_: len(np.unique(np.delete(units_of(W1, b1, W2), -2, 1), axis=0)), "entries of b1 count"),
        (lambda W1, b1, W2, *_: len(np.unique(units_of(W1, b1, W2))), ""),  # different numbers
        (lambda *parts: len(np.unique(np.concatenate([parts[0], parts[1][None], parts[2].T]), axis=1)), ""),  # rows
        (lambda W1, b1, W2, *_: 11 - len(np.unique(units_of(W1, b1, W2), axis=0)), ""),  # copies
        (
            lambda W1, b1, W2, *_: int(np.sum(np.unique(units_of(W1, b1, W2), axis=0, return_counts=True)[1] == 1)),
            "",
        ),  # those without a copy
        (lambda W1, b1, W2, *_: 1 + int(np.any(np.diff(units_of(W1, b1, W2), axis=0), axis=1).sum()), ""),  # neighbors
        (lambda W1, b1, W2, *_: 1 + int(np.any(units_of(W1, b1, W2) != units_of(W1, b1, W2)[0], axis=1).sum()), ""),
    ):
        with ps1.answering("distinct_units", count):
            report = ps1.report("ps1-distinct-test", at_home=True)
        assert not report.ok and named in repr(report) and ("count too" in repr(report)) == bool(named), report


@pytest.mark.parametrize(
    ("name", "answer", "tests"),
    [
        ("ps2", "second_moment_z", ["fan-in", "fan-out", "variance", "second-moment"]),
        ("ps4", "q_blind", ["q-xavier", "q-he", "q-blind"]),
    ],
)
def test_a_number_that_nobody_can_explain_leaves_the_others_their_points(name, answer, tests, answers):
    given = answers(name)
    with given.answering(answer, 7.7):
        assert [given.report(f"{name}-{test}-test").credit for test in tests] == [1.0] * (len(tests) - 1) + [0.0]


@pytest.mark.parametrize(
    ("name", "test", "answer", "wrong"),
    [
        ("ps2", "ps2-factors-test", "total_factors", lambda w: (2 * w[0] / (w[0] + w[-1]), 2 * w[-1] / (w[0] + w[-1]))),
        ("ps2", "ps2-uniform-test", "xavier_bound", lambda i, o, gain=1.0: math.sqrt(6 / (i + o))),
    ],
)
def test_the_commonest_slips_are_named_at_home(name, test, answer, wrong, answers):
    given = answers(name)
    with given.answering(answer, wrong):
        report = given.report(test, at_home=True)
    assert not report.ok and report.credit > 0, report


SLIPS = ["after", "variance", "no slope", "slope at the output", "sum", "sum over the batch", "before the slope"]


@pytest.mark.parametrize("kind", SLIPS)
def test_the_examples_by_hand_of_problem_set_4_show_the_common_slips_of_a_measurement(kind, answers):
    given = answers("ps4")

    def wrong(weights, x, gradient):
        return capstone.measure(given.problem_set.variant, weights, x, gradient, kind)

    with given.answering("measure", wrong):
        assert not given.report("ps4-measure-test", at_home=True).ok


@pytest.mark.parametrize("kind", ["fan_out", "early", "linear"])
def test_the_examples_by_hand_of_problem_set_4_show_the_common_slips_of_a_prediction(kind, answers):
    given = answers("ps4")

    def wrong(widths, variances, m_0):
        return capstone.predict(given.problem_set.variant, widths, variances, m_0, kind)

    with given.answering("predict_q", wrong):
        assert not given.report("ps4-predict-test", at_home=True).ok


@pytest.mark.parametrize("nodes", [101, 200])
@pytest.mark.parametrize("activation", ["tanh", "softsign", "elu"])
def test_the_rule_of_chapter_3_is_told_by_name_where_it_is_not_exact_enough(activation, nodes, term):
    problem_set = ProblemSet("ps4", term)
    problem_set.__dict__["variant"] = problem_set.variant | {"activation": activation}
    given = InProcess(problem_set)

    def gains(q):
        return capstone.gains_by_gauss_hermite(problem_set.variant, q, nodes)

    with given.answering("gains", gains):
        report = given.report("ps4-gains-test")
    assert report.credit == 0.6 and f"Hermite rule with {nodes} nodes" in repr(report), report


def test_a_ratio_may_follow_from_a_chi_1_that_is_right_but_not_to_the_last_digit(answers):
    """0.9 % off in chi_1 is right, and some 9 % or more in its power."""
    ps3 = answers("ps3")
    chi = 1.009 * ps3.names["chi_1"]
    with ps3.answering("chi_1", chi), ps3.answering("gradient_ratio", chi ** ((ps3.names["depth"] - 1) / 2)):
        assert ps3.report("ps3-chi-test").ok
