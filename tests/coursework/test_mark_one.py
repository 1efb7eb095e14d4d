"""Right answers get everything, blank ones nothing, and each foreseen mistake its message and its stated mark."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter

from weightinit_course.examples.answers import blank, right, with_answers, with_cell
from weightinit_course.harmless import ODD
from weightinit_course.mark_one import mark_submission
from weightinit_course.problem_set import ProblemSet, grader, is_test, problem_sets
from weightinit_course.sandbox import Limits, Stopped
from weightinit_course.submissions import Refused

SETS = problem_sets()


def outputs_of(marks):
    """All that was printed, as the student and the marker see it."""
    cells = nbformat.reads(marks.notebook, as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


def automatic(marks):
    return {name: cell for name, cell in marks.cells.items() if cell.points is not None}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("term", ["test-term", "another-term"])
def test_the_solution_gets_full_marks(name, term, toolboxes):
    problem_set = ProblemSet(name, term)
    open_ended = {"ps4-explore": "pass"} if name == "ps4" else {}  # 12 s of training that no test asks for
    marks = mark_submission(with_answers(right(problem_set), open_ended), problem_set, toolboxes(problem_set))
    assert all(cell.points == cell.of for cell in automatic(marks).values()), automatic(marks)
    assert set(automatic(marks)) == {grader(c)["grade_id"] for c in problem_set.notebook.cells if is_test(c)}
    assert marks.remarks == ()


@pytest.mark.parametrize("name", SETS)
def test_a_blank_notebook_gets_nothing(name, term, toolboxes):
    problem_set = ProblemSet(name, term)
    marks = mark_submission(blank(problem_set), problem_set, toolboxes(problem_set))
    assert [cell.points for cell in marks.cells.values()] == [0.0] * len(marks.cells)
    assert all(cell.mistakes == ("unanswered",) for cell in marks.cells.values()), marks.cells


def test_answers_in_other_cells_count_too(ps2, toolboxes):
    """What counts is the function, not the cell that it stands in."""
    perfect = right(ps2)
    moved = with_answers(perfect, {"ps2-normal": "# see above"})
    source = next(c.source for c in perfect.cells if grader(c).get("grade_id") == "ps2-normal")
    marks = mark_submission(with_cell(moved, source, at=3), ps2, toolboxes(ps2))
    assert marks.cells["ps2-normal-test"].points == 12


def test_an_error_in_one_cell_leaves_the_others_alone(ps2, toolboxes):
    notebook = with_answers(right(ps2), {"ps2-stack": "this is no Python"})
    marks = mark_submission(notebook, ps2, toolboxes(ps2))
    assert marks.cells["ps2-stack-test"].points == 0
    assert marks.automatic == 65 - 8
    assert any("ps2-stack" in remark and "SyntaxError" in remark for remark in marks.remarks)


def test_a_slow_cell_is_interrupted_and_the_rest_goes_on(ps2, toolboxes):
    notebook = with_cell(right(ps2), "while True: pass", at=4)
    marks = mark_submission(notebook, ps2, toolboxes(ps2), limits=Limits(seconds=600, cell_seconds=5))
    assert marks.automatic == 65
    assert any("stopped after 5 s" in remark for remark in marks.remarks)


def test_pictures_and_prints_are_shown(ps2, toolboxes):
    source = (
        "import matplotlib.pyplot as plt\nprint('hello there')\nplt.plot([1, 2])\n"
        "from weightinit import plots\nfig, ax = plots.subplots()\nax.plot([1, 2])\nfig"
    )
    marks = mark_submission(with_cell(blank(ps2), source), ps2, toolboxes(ps2))
    assert "hello there" in marks.notebook
    assert "data:image/png;base64" in marks.notebook and "data:image/svg+xml;base64" in marks.notebook


def test_an_answer_that_ends_the_process_while_it_is_tested_is_stopped_and_said(ps2, toolboxes):
    notebook = with_answers(
        right(ps2), {"ps2-normal": "def xavier_normal(shape, rng, gain=1.0):\n    import os; os._exit(0)"}
    )
    marks = mark_submission(notebook, ps2, toolboxes(ps2))
    assert marks.cells["ps2-normal-test"].mistakes == ("stopped",)
    assert "ended by itself" in marks.cells["ps2-normal-test"].report
    after = list(automatic(marks)).index("ps2-normal-test")
    assert all(cell.mistakes == ("stopped",) for cell in list(automatic(marks).values())[after:])
    assert marks.cells["ps2-stack-test"].points == 8  # it came before
    assert marks.stopped == "ended"


def test_a_cell_that_ends_the_process_takes_no_answer_along(ps2, toolboxes):
    last = len(right(ps2).cells)
    notebook = with_cell(with_cell(right(ps2), "print('shown')", at=last), "import os; os._exit(0)", at=last)
    marks = mark_submission(notebook, ps2, toolboxes(ps2))
    assert marks.automatic == 65 and marks.stopped == "ended"
    assert "Stopped here: " in marks.notebook and "shown" in outputs_of(marks)
    (remark,) = marks.remarks
    assert remark.startswith(f"stopped in code cell {last + 1}, which was left out then: its process ended by itself")


def test_two_cells_that_end_the_process_are_stopped_and_said(ps2, toolboxes):
    notebook = with_cell(with_cell(right(ps2), "import os; os._exit(0)"), "import os; os._exit(0)")
    marks = mark_submission(notebook, ps2, toolboxes(ps2))
    assert marks.automatic == 0 and len(marks.remarks) == 2 and marks.stopped == "ended"
    assert all("ended by itself" in cell.report for cell in automatic(marks).values())


# ---- the order ------------------------------------------------------------------------------------------------------
def test_tests_see_the_names_as_they_were_where_they_stand_and_no_cell_sees_a_test(ps2, toolboxes):
    spying = """seen = []
def signal_by_layer(widths, stds, q0):
    seen.append(list(widths))
    signals = [q0]
    for width, std in zip(widths, stds):
        signals.append(signals[-1] * width * std**2)
    return np.array(signals[1:])
"""
    notebook = with_answers(right(ps2), {"ps2-stack": spying, "ps2-explore": "print('calls', len(seen))"})
    cells = {grader(cell)["grade_id"]: cell for cell in notebook.cells}
    measure, cells["ps2-measure"].source = cells["ps2-measure"].source, ""
    notebook = with_cell(notebook, measure, at=notebook.cells.index(cells["ps2-measure-test"]) + 1)  # below its test
    places = {grader(cell).get("grade_id"): k for k, cell in enumerate(notebook.cells)}
    notebook.cells.insert(2, notebook.cells.pop(places["ps2-factors-test"]))  # a test above its answer
    later = "fan_in = 'overwritten'\ndef xavier_bound(*_, **__): return 0.0\nxavier_normal = None"
    marks = mark_submission(with_cell(notebook, later, at=len(notebook.cells)), ps2, toolboxes(ps2))
    assert marks.automatic == 65, marks.cells
    assert marks.remarks == ("the answer to 'ps2-measure' stands in another cell",)
    assert "calls 0" in outputs_of(marks)


# ---- what is said ---------------------------------------------------------------------------------------------------
def test_only_a_stub_is_unanswered_and_what_an_error_says_forges_no_line(ps2, toolboxes):
    answers = {
        "ps2-numbers": "fan_in = {1}\nraise NotImplementedError()",
        "ps2-stack": "def signal_by_layer(widths, stds, q0):\n    raise NotImplementedError('for more than 3')",
        "ps2-normal": "def xavier_normal(*_, **__):\n    raise ValueError('x\\n✓ xavier_normal\\x1b[38m \\ud83d')",
        "ps2-factors": "def total_factors(widths):\n    return {1.0}",
        "ps2-explore": "raise NotImplementedError('Implement enable_gui in a subclass')",
    }
    marks = mark_submission(with_answers(right(ps2), answers), ps2, toolboxes(ps2))
    expected = {
        "ps2-fan-in-test": ("wrong_type", "fan_in: a set, which has no order"),
        "ps2-stack-test": ("raises", "NotImplementedError: for more than 3"),
        "ps2-normal-test": ("raises", f"ValueError: x ✓ xavier_normal {ODD}"),
        "ps2-factors-test": ("wrong_type", "A set, which has no order, came back"),
    }
    for name, (mistake, words) in expected.items():
        assert marks.cells[name].mistakes == (mistake,) and words in marks.cells[name].report
    assert not [line for line in marks.cells["ps2-normal-test"].report.splitlines() if line.strip().startswith("✓")]
    text = "\n".join(marks.remarks)
    assert "(ps2-numbers) ended with NotImplementedError: is the line" in text
    assert "(ps2-explore) ended with NotImplementedError: Implement enable_gui" in text


def test_odd_strings_and_attached_pictures_leave_marks_that_can_be_written_and_shown(ps2, toolboxes):
    notebook = with_cell(right(ps2), "print('\\ud800 \\x1b[38m')")
    written = next(cell for cell in notebook.cells if grader(cell).get("grade_id") == "ps2-sum")
    written.source = "By hand, $0<i<n$: ![page](attachment:page.png)"
    marks = mark_submission(notebook, ps2, toolboxes(ps2))
    marks.notebook.encode("utf8")
    assert "By hand, $0<i<n$: (a picture that is not shown here: page)" in marks.notebook
    assert marks.remarks == ("the answer 'ps2-sum' shows an attached picture that is not in the file; ask for it",)
    assert marks.automatic == 65 and marks.cells["ps2-sum"].points is None
    HTMLExporter().from_notebook_node(nbformat.reads(marks.notebook, as_version=4))


def test_without_a_process_a_submission_is_refused_and_gets_no_zero(ps2, monkeypatch):
    def fails(*_, **__):
        raise Stopped("its process could not be started", "start")

    monkeypatch.setattr("weightinit_course.mark_one.Sandbox", fails)
    with pytest.raises(Refused, match="could not be started; mark again"):
        mark_submission(blank(ps2), ps2, Path("nowhere"))


def test_a_mistake_that_one_task_knows_is_named_by_its_words(term, toolboxes):
    problem_set = ProblemSet("ps2", term)
    answers = {
        "ps2-slip": 'layers_until_lost = int(np.floor(VARIANT["threshold_exponent"] * np.log2(10)))',
        "ps2-normal": "def xavier_normal(shape, rng, gain=1.0):\n"
        "    return rng.normal(0, gain * np.sqrt(1 / sum(shape)), shape)",
    }
    marks = mark_submission(with_answers(right(problem_set), answers), problem_set, toolboxes(problem_set))
    assert marks.cells["ps2-slip-test"].mistakes == ("one-layer-too-early-there-it-is-still",)
    assert marks.cells["ps2-normal-test"].mistakes == ("half_variance",)


def test_what_was_only_received_is_not_told_in_the_marking(term, toolboxes):
    """At home the line says "marked after you hand in"; here that has come."""
    ps4 = ProblemSet("ps4", term)
    answer = "def start(widths, m_0, rng):\n    return []\n\n\nLEARNING_RATE = 0.01\n"
    marks = mark_submission(with_answers(blank(ps4), {"ps4-start": answer}), ps4, toolboxes(ps4))
    report = marks.cells["ps4-start-test"].report
    assert report.startswith("✗ start, form") and "received" not in report
    assert "marked after you hand in" not in outputs_of(marks)
