"""A classroom for each who marks and each problem set, made when it is first asked for."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from classroom import Classroom
from ordinary import ask_for_programs


@pytest.fixture(scope="session")
def open_folder():
    """A folder that other users may enter; pytest closes its own to them, also while another run of it begins."""
    with tempfile.TemporaryDirectory(prefix="weightinit-attacks-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def classrooms(open_folder):
    """classrooms(who, problem_set) -> the classroom, with a quiet run in it."""
    ask_for_programs()
    known = {}

    def classroom(who: str, problem_set: str) -> Classroom:
        if (who, problem_set) not in known:
            known[who, problem_set] = Classroom(who, open_folder / f"{who}-{problem_set}", problem_set)
        return known[who, problem_set]

    return classroom
