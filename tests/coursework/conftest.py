"""The tools of the coursework, a term's problem sets, and the sandbox's toolbox."""

from __future__ import annotations

import pytest

TERM = "test-term"


@pytest.fixture(scope="session")
def term() -> str:
    return TERM


@pytest.fixture(scope="session")
def ps2():
    from weightinit_course.course import ProblemSet

    return ProblemSet("ps2", TERM)


@pytest.fixture(scope="session")
def toolboxes(tmp_path_factory):
    """toolboxes(problem_set) -> the folder that its sandboxes may import from."""
    from weightinit_course.sandbox import make_toolbox

    made = {}

    def toolbox(problem_set):
        if problem_set.name not in made:
            folder = tmp_path_factory.mktemp(f"toolbox-{problem_set.name}")
            for parent in (folder, *folder.parents[:2]):  # pytest's own folders are closed to other users
                parent.chmod(0o755)
            made[problem_set.name] = make_toolbox(folder / "box", problem_set.needs)
        return made[problem_set.name]

    return toolbox


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A build folder of the test's own, so that no gradebook of an instructor is touched."""
    from weightinit_course import course

    monkeypatch.setattr(course, "BUILD", tmp_path / "coursework")
    return tmp_path / "coursework"


@pytest.fixture(scope="session")
def strong(ps2, toolboxes) -> bool:
    """Does this machine offer what keeps files and network out of a submission's reach?"""
    from weightinit_course.sandbox import Limits, Sandbox, enough

    with Sandbox(toolboxes(ps2), Limits()) as sandbox:
        return enough(sandbox.active)
