"""Right notebooks of an unusual form get full marks, through the whole path: the sandbox, its wire, the hidden tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_course.examples.unusual import Unusual, unusual
from weightinit_course.mark_one import mark_submission
from weightinit_course.problem_set import ProblemSet
from weightinit_course.toolbox import make_toolbox

TERM = "unusual-term"


@pytest.fixture(scope="session")
def toolbox(tmp_path_factory):
    """toolbox(problem_set) -> the folder that its sandboxes may import from."""
    made: dict[str, Path] = {}

    def of(problem_set: ProblemSet) -> Path:
        if problem_set.name not in made:
            folder = tmp_path_factory.mktemp(f"unusual-{problem_set.name}")
            for parent in (folder, *folder.parents[:2]):  # pytest's own folders are closed to other users
                parent.chmod(0o755)
            made[problem_set.name] = make_toolbox(folder / "box", problem_set.needs)
        return made[problem_set.name]

    return of


def test_there_are_enough_of_them_for_every_problem_set():
    known = unusual()
    assert len(known) >= 47 and {one.problem_set for one in known} == {"ps1", "ps2", "ps3", "ps4"}
    assert all(one.what.endswith(".") and (one.answers or one.own) for one in known)


@pytest.mark.parametrize("one", unusual(), ids=lambda one: f"{one.problem_set}-{one.name}")
def test_an_unusual_right_notebook_gets_full_marks(one: Unusual, toolbox):
    problem_set = ProblemSet(one.problem_set, TERM)
    marks = mark_submission(one.submission(problem_set), problem_set, toolbox(problem_set))
    lost = {
        name: cell.report for name, cell in marks.cells.items() if cell.points is not None and cell.points < cell.of
    }
    assert {name: report for name, report in lost.items() if "not answered yet" not in report} == lost
    assert lost == {}, marks.remarks
    assert not [remark for remark in marks.remarks if "ended with" in remark]
