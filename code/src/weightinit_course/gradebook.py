"""The gradebook of nbgrader in a term's folder: problem sets, students and marks go in through its API."""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import sys
import warnings
from pathlib import Path

import sqlalchemy.exc
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import ComputeChecksums, LockCells, SaveCells

from weightinit_course.marks import Outcome
from weightinit_course.problem_set import ProblemSet, copy

# nbgrader starts alembic by name when it makes a new database.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
# nbgrader 0.9.6 with SQLAlchemy 2.1: harmless, and once for every submission.
warnings.filterwarnings("ignore", message="Object of type <Submitted", category=sqlalchemy.exc.SAWarning)


def course_id(term: str) -> str:
    """What nbgrader calls the course of a term."""
    return f"weightinit-{term}"


def database(folder: Path) -> str:
    """URL of the gradebook in a term's folder."""
    return f"sqlite:///{folder / 'gradebook.db'}"


def autograded(folder: Path, name: str, student: str) -> Path:
    """Where nbgrader looks for what was marked of a student."""
    return folder / "autograded" / student / name / f"{name}.ipynb"


def open_gradebook(folder: Path) -> Gradebook:
    """The gradebook of a term's folder; use it as a context manager."""
    return Gradebook(database(folder), course_id=course_id(folder.name))


def register(book: Gradebook, folder: Path, problem_set: ProblemSet) -> None:
    """Tell the gradebook which cells a problem set has."""
    name = problem_set.name
    book.update_or_create_assignment(name)
    book.close()  # nbgrader's step opens the database itself
    where = {"notebook": name, "assignment": name, "db_url": database(folder), "course_id": course_id(problem_set.term)}
    notebook, resources = copy(problem_set.notebook), {"nbgrader": where}
    logger = logging.getLogger("weightinit.gradebook")
    for step in (LockCells, ComputeChecksums, SaveCells):
        notebook, resources = step(log=logger).preprocess(notebook, resources)


def record(book: Gradebook, folder: Path, name: str, outcome: Outcome) -> None:
    """Write the marks of one submission of `name`, and the notebook that markers and students see.

    A mark that a person gave stays; it is flagged for another look if the submission is fresh.
    """
    person, marks = outcome.submission.person, outcome.marks
    book.update_or_create_student(
        person.id,
        lms_user_id=person.lms_id or None,
        first_name=person.first_name or None,
        last_name=person.last_name or None,
        email=person.email or None,
    )
    timestamp = datetime.datetime.fromtimestamp(outcome.when, datetime.UTC).replace(tzinfo=None)
    book.update_or_create_submission(name, person.id, timestamp=timestamp)
    for grade_id, mark in marks.cells.items():
        grade = book.find_grade(grade_id, name, name, person.id)
        grade.auto_score = mark.points
        by_hand = grade.manual_score is not None
        grade.needs_manual_grade = outcome.fresh if by_hand else mark.points is None
        if mark.blank:
            book.find_comment(grade_id, name, name, person.id).auto_comment = "No response."
    book.db.commit()
    target = autograded(folder, name, person.id)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(marks.notebook, encoding="utf8")


def export(folder: Path, target: Path) -> None:
    """Write nbgrader's own table of all problem sets (`nbgrader export`)."""
    plugin = CsvExportPlugin()
    plugin.to = str(target)
    # The plugin leaves the process in another folder; leaving the block brings it back.
    with contextlib.chdir("."), open_gradebook(folder) as book:
        plugin.export(book)
