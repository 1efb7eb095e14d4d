"""Right answers get everything, blank ones nothing, and each foreseen mistake its message and its stated mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_course.examples.answers import blank, right, with_answers, with_cell
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.mark_one import judge, mark_submission
from weightinit_course.problem_set import ProblemSet, grader, is_test, problem_sets
from weightinit_course.sandbox import Limits, Sandbox, Stopped
from weightinit_course.submissions import Refused

SETS = problem_sets()
WRONG = [(name, mistake) for name in SETS for mistake in wrong_answers(name)]


def automatic(marks):
    return {name: cell for name, cell in marks.cells.items() if cell.points is not None}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("term", ["test-term", "another-term"])
def test_the_solution_gets_full_marks(name, term, toolboxes):
    problem_set = ProblemSet(name, term)
    marks = mark_submission(right(problem_set), problem_set, toolboxes(problem_set))
    assert all(cell.points == cell.of for cell in automatic(marks).values()), automatic(marks)
    assert set(automatic(marks)) == {grader(c)["grade_id"] for c in problem_set.notebook.cells if is_test(c)}
    assert marks.remarks == ()


@pytest.mark.parametrize("name", SETS)
def test_a_blank_notebook_gets_nothing(name, term, toolboxes):
    problem_set = ProblemSet(name, term)
    marks = mark_submission(blank(problem_set), problem_set, toolboxes(problem_set))
    assert [cell.points for cell in marks.cells.values()] == [0.0] * len(marks.cells)
    assert all(cell.mistakes == ("unanswered",) for cell in marks.cells.values()), marks.cells


class WarmSandbox:
    """A sandbox with the right answers up to some cell; a wrong answer takes the place of the next right one.

    Starting a process for each of the mistakes, and giving all the answers before it again, would take minutes.
    """

    def __init__(self, problem_set: ProblemSet, toolbox: Path):
        self.problem_set = problem_set
        self.sandbox = Sandbox(toolbox, Limits(seconds=3600))
        self.cells = right(problem_set).cells
        self.places = {grader(cell).get("grade_id"): place for place, cell in enumerate(self.cells)}
        self.answered = 0  # the cells before this one were run, with right answers

    def report(self, wrong):
        answer, test = self.places[wrong.cell], self.places[wrong.test]
        self.run(self.cells[self.answered : answer])
        self.answered = answer
        self.sandbox.run(wrong.source)
        self.run(self.cells[answer + 1 : test])
        hidden = next(c for c in self.problem_set.notebook.cells if grader(c).get("grade_id") == wrong.test)
        return judge(hidden, self.problem_set, self.sandbox)

    def run(self, cells):
        for cell in cells:
            if cell.cell_type == "code" and not is_test(cell):
                self.sandbox.run(cell.source)


@pytest.fixture(scope="module")
def warm(term, toolboxes):
    """warm(name) -> the warm sandbox of a problem set."""
    made = {}

    def sandbox(name):
        if name not in made:
            problem_set = ProblemSet(name, term)
            made[name] = WarmSandbox(problem_set, toolboxes(problem_set))
        return made[name]

    yield sandbox
    for each in made.values():
        each.sandbox.close()


@pytest.mark.parametrize(("name", "mistake"), WRONG, ids=[f"{n}-{m}" for n, m in WRONG])
def test_a_wrong_answer_gets_its_name_its_message_and_its_mark(name, mistake, warm):
    wrong = wrong_answers(name)[mistake]
    report = warm(name).report(wrong)
    assert wrong.mistake in report.mistakes
    assert wrong.phrase in repr(report)
    assert report.credit == pytest.approx(wrong.credit, abs=1e-3)


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
    marks = mark_submission(notebook, ps2, toolboxes(ps2), limits=Limits(seconds=600, cell_seconds=10))
    assert marks.automatic == 65
    assert any("stopped after 10 s" in remark for remark in marks.remarks)


def test_pictures_and_prints_are_shown(ps2, toolboxes):
    source = (
        "import matplotlib.pyplot as plt\nprint('hello there')\nplt.plot([1, 2])\n"
        "from weightinit import plots\nfig, ax = plots.subplots()\nax.plot([1, 2])\nfig"
    )
    marks = mark_submission(with_cell(blank(ps2), source), ps2, toolboxes(ps2))
    assert "hello there" in marks.notebook
    assert "data:image/png;base64" in marks.notebook and "data:image/svg+xml;base64" in marks.notebook


def test_an_answer_that_calls_exit_while_it_is_tested_is_stopped_and_said(ps2, toolboxes):
    notebook = with_answers(
        right(ps2), {"ps2-normal": "def xavier_normal(shape, rng, gain=1.0):\n    import os; os._exit(0)"}
    )
    marks = mark_submission(notebook, ps2, toolboxes(ps2))
    assert marks.cells["ps2-normal-test"].mistakes == ("stopped",)
    assert "ended by itself" in marks.cells["ps2-normal-test"].report
    after = list(automatic(marks)).index("ps2-normal-test")
    assert all(cell.mistakes == ("stopped",) for cell in list(automatic(marks).values())[after:])
    assert marks.cells["ps2-stack-test"].points == 8  # it came before


def test_without_a_process_a_submission_is_refused_and_gets_no_zero(ps2, monkeypatch):
    def fails(*_, **__):
        raise Stopped("its process could not be started", "start")

    monkeypatch.setattr("weightinit_course.mark_one.Sandbox", fails)
    with pytest.raises(Refused, match="could not be started; mark again"):
        mark_submission(blank(ps2), ps2, Path("nowhere"))


def test_half_characters_and_attached_pictures_leave_marks_that_can_be_written_and_shown(ps2, toolboxes):
    notebook = with_cell(right(ps2), "print('\\ud800')  # \ud801")
    written = next(cell for cell in notebook.cells if grader(cell).get("grade_id") == "ps2-sum")
    written.source = "By hand: ![page](attachment:page.png)"
    marks = mark_submission(notebook, ps2, toolboxes(ps2))
    marks.notebook.encode("utf8")
    assert "attachment:" not in marks.notebook
    assert [remark for remark in marks.remarks if "(ps2-sum) shows an attached picture" in remark]
    assert all(cell.points == cell.of for cell in automatic(marks).values())
