"""Whatever an editor or a habit has made of a right notebook: full marks, and every derivation reaches the marker."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_course.examples.answers import right
from weightinit_course.examples.editors import PROBLEM_SET, changes
from weightinit_course.mark_one import mark_submission
from weightinit_course.problem_set import ProblemSet, copy
from weightinit_course.toolbox import make_toolbox


@pytest.fixture(scope="module")
def toolbox(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("editors")
    for parent in (folder, *folder.parents[:2]):  # pytest's own folders are closed to other users
        parent.chmod(0o755)
    return make_toolbox(folder / "box", ProblemSet(PROBLEM_SET, "test-term").needs)


@pytest.mark.parametrize("name", changes())
def test_a_right_notebook_that_was_changed_gets_full_marks(name, toolbox):
    problem_set = ProblemSet(PROBLEM_SET, "test-term")
    notebook = copy(right(problem_set))
    changes()[name](notebook)
    marks = mark_submission(notebook, problem_set, toolbox)
    lost = {n: cell.report for n, cell in marks.cells.items() if cell.points is not None and cell.points < cell.of}
    assert lost == {}, marks.remarks
    assert (marks.automatic, marks.by_hand) == (65, 35)
    assert "No response." not in marks.notebook
