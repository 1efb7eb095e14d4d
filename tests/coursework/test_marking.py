"""Right answers get everything, blank ones nothing, and each foreseen mistake its message and its stated mark."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from weightinit_course.course import ProblemSet, grader, is_test, problem_sets
from weightinit_course.marking import judge, mark
from weightinit_course.samples import blank, solved, with_answers, with_cell
from weightinit_course.sandbox import Limits, Sandbox
from weightinit_course.wrong_answers import wrong_answers

SETS = problem_sets()
WRONG = [(name, mistake) for name in SETS for mistake in wrong_answers(name)]


def automatic(result):
    return {name: cell for name, cell in result["cells"].items() if cell["points"] is not None}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("term", ["test-term", "another-term"])
def test_the_solution_gets_full_marks(name, term, toolboxes):
    problem_set = ProblemSet(name, term)
    result = mark(solved(problem_set), problem_set, [], toolboxes(problem_set))
    assert all(cell["points"] == cell["of"] for cell in automatic(result).values()), automatic(result)
    assert set(automatic(result)) == {grader(c)["grade_id"] for c in problem_set.notebook.cells if is_test(c)}
    assert result["remarks"] == []


@pytest.mark.parametrize("name", SETS)
def test_a_blank_notebook_gets_nothing(name, term, toolboxes):
    problem_set = ProblemSet(name, term)
    result = mark(blank(problem_set), problem_set, [], toolboxes(problem_set))
    assert [cell["points"] for cell in result["cells"].values()] == [0.0] * len(result["cells"])
    assert all(cell["mistakes"] == ["unanswered"] for cell in result["cells"].values()), result["cells"]


class Desk:
    """A sandbox with the right answers up to some cell; a wrong answer takes the place of the next right one.

    Starting a process for each of the mistakes, and giving all the answers before it again, would take minutes.
    """

    def __init__(self, problem_set: ProblemSet, toolbox: Path, slot: int):
        self.problem_set = problem_set
        self.sandbox = Sandbox(toolbox, Limits(seconds=3600), slot=slot)
        self.cells = solved(problem_set).cells
        self.places = {grader(cell).get("grade_id"): place for place, cell in enumerate(self.cells)}
        self.right = 0  # the cells before this one were run, with right answers

    def report(self, wrong):
        answer, test = self.places[wrong.cell], self.places[wrong.test]
        self.run(self.cells[self.right : answer])
        self.right = answer
        self.sandbox.run(wrong.source)
        self.run(self.cells[answer + 1 : test])
        hidden = next(c for c in self.problem_set.notebook.cells if grader(c).get("grade_id") == wrong.test)
        return judge(hidden, self.problem_set, self.sandbox, None)

    def run(self, cells):
        for cell in cells:
            if cell.cell_type == "code" and not is_test(cell):
                self.sandbox.run(cell.source)


@pytest.fixture(scope="module")
def desks(term, toolboxes):
    """desks(name) -> the desk of a problem set."""
    made = {}

    def desk(name):
        if name not in made:
            slot = 4000 + (4 * os.getpid() + len(made)) % 500  # a user that no other running sandbox has
            problem_set = ProblemSet(name, term)
            made[name] = Desk(problem_set, toolboxes(problem_set), slot)
        return made[name]

    yield desk
    for desk_ in made.values():
        desk_.sandbox.close()


@pytest.mark.parametrize(("name", "mistake"), WRONG, ids=[f"{n}-{m}" for n, m in WRONG])
def test_a_named_mistake_gets_its_message_and_its_mark(name, mistake, desks):
    wrong = wrong_answers(name)[mistake]
    report = desks(name).report(wrong)
    assert wrong.phrase in repr(report)
    assert report.credit == pytest.approx(wrong.credit, abs=1e-3)


def test_answers_in_other_cells_count_too(ps2, toolboxes):
    """What counts is the function, not the cell that it stands in."""
    right = solved(ps2)
    moved = with_answers(right, {"ps2-normal": "# see above"})
    source = next(c.source for c in right.cells if grader(c).get("grade_id") == "ps2-normal")
    result = mark(with_cell(moved, source, at=3), ps2, [], toolboxes(ps2))
    assert result["cells"]["ps2-normal-test"]["points"] == 12


def test_an_error_in_one_cell_leaves_the_others_alone(ps2, toolboxes):
    notebook = with_answers(solved(ps2), {"ps2-stack": "this is no Python"})
    result = mark(notebook, ps2, [], toolboxes(ps2))
    assert result["cells"]["ps2-stack-test"]["points"] == 0
    assert sum(cell["points"] for cell in automatic(result).values()) == 65 - 8
    assert any("ps2-stack" in remark and "SyntaxError" in remark for remark in result["remarks"])


def test_a_slow_cell_is_interrupted_and_the_rest_goes_on(ps2, toolboxes):
    notebook = with_cell(solved(ps2), "while True: pass", at=4)
    result = mark(notebook, ps2, [], toolboxes(ps2), limits=Limits(seconds=60, cell_seconds=2))
    assert sum(cell["points"] for cell in automatic(result).values()) == 65
    assert any("stopped after 2 s" in remark for remark in result["remarks"])


def test_pictures_and_prints_are_shown(ps2, toolboxes):
    source = (
        "import matplotlib.pyplot as plt\nprint('hello there')\nplt.plot([1, 2])\n"
        "from weightinit import plots\nfig, ax = plots.subplots()\nax.plot([1, 2])\nfig"
    )
    result = mark(with_cell(blank(ps2), source), ps2, [], toolboxes(ps2))
    assert "hello there" in result["notebook"]
    assert "data:image/png;base64" in result["notebook"] and "data:image/svg+xml;base64" in result["notebook"]
