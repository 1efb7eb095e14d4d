"""The gradebook of nbgrader: problem sets, students and marks go in through its API; CSV files and feedback come out."""

from __future__ import annotations

import csv
import datetime
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import sqlalchemy.exc
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import ComputeChecksums, GetGrades, LockCells, SaveCells
from traitlets.config import Config

from weightinit_course.course import ProblemSet, course_folder
from weightinit_course.submissions import Person

# nbgrader starts alembic by name when it makes a new database.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
FORMGRADER = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
TEMPLATES = FORMGRADER / "templates"
BOOTSTRAP = FORMGRADER / "static" / "node_modules" / "bootstrap" / "dist" / "css"
# nbgrader 0.9.6 with SQLAlchemy 2.1: harmless, and once for every submission.
warnings.filterwarnings("ignore", message="Object of type <Submitted", category=sqlalchemy.exc.SAWarning)


def database(term: str) -> str:
    """URL of a term's gradebook."""
    return f"sqlite:///{course_folder(term) / 'gradebook.db'}"


def open_gradebook(term: str) -> Gradebook:
    """The gradebook of a term; use it as a context manager."""
    return Gradebook(database(term), course_id=f"weightinit-{term}")


def register(book: Gradebook, problem_set: ProblemSet) -> None:
    """Tell the gradebook which cells a problem set has."""
    book.update_or_create_assignment(problem_set.name)
    book.close()  # nbgrader's step opens the database itself
    resources = {
        "nbgrader": {
            "notebook": problem_set.name,
            "assignment": problem_set.name,
            "db_url": database(problem_set.term),
            "course_id": f"weightinit-{problem_set.term}",
        }
    }
    notebook = nbformat.reads(nbformat.writes(problem_set.notebook), as_version=4)
    logger = logging.getLogger("weightinit.gradebook")
    for step in (LockCells, ComputeChecksums, SaveCells):
        notebook, resources = step(log=logger).preprocess(notebook, resources)


def record(book: Gradebook, problem_set: ProblemSet, person: Person, result: dict[str, Any], when: float) -> None:
    """Write the marks of one submission, and the notebook that markers and students see.

    A mark that a person gave stays; it is flagged for another look if the submission is new (`result["fresh"]`).
    """
    name, student = problem_set.name, person.id
    details = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
    book.update_or_create_student(
        student, lms_user_id=person.lms_id or None, **{k: v or None for k, v in details.items()}
    )
    timestamp = datetime.datetime.fromtimestamp(when, datetime.UTC).replace(tzinfo=None)
    book.update_or_create_submission(name, student, timestamp=timestamp)
    for grade_id, mark in result["cells"].items():
        grade = book.find_grade(grade_id, name, name, student)
        grade.auto_score = mark["points"]
        by_hand = grade.manual_score is not None
        grade.needs_manual_grade = result["fresh"] if by_hand else mark["points"] is None
        if mark["report"] == "No response.":
            book.find_comment(grade_id, name, name, student).auto_comment = "No response."
    book.db.commit()
    target = course_folder(problem_set.term) / "autograded" / student / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(result["notebook"], encoding="utf8")


def feedback(term: str, name: str, student: str) -> Path:
    """Write the student's feedback as one HTML page, in nbgrader's form."""
    folder = course_folder(term)
    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
    config.HTMLExporter.extra_template_paths = [str(BOOTSTRAP)]
    config.HTMLExporter.exclude_input_prompt = True
    exporter = HTMLExporter(config=config)
    resources = {
        "nbgrader": {
            "notebook": name,
            "assignment": name,
            "student": student,
            "db_url": database(term),
        },
        "metadata": {"name": name},
    }
    notebook = nbformat.read(folder / "autograded" / student / name / f"{name}.ipynb", as_version=4)
    notebook, resources = GetGrades(log=logging.getLogger("weightinit.feedback")).preprocess(notebook, resources)
    page, _ = exporter.from_notebook_node(notebook, resources)
    target = folder / "feedback" / student / name / f"{name}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf8")
    return target


# ---- tables ---------------------------------------------------------------------------------------------------------
def _rows(book: Gradebook, name: str, roster: dict[str, Person]) -> Iterable[tuple[Person, Any]]:
    for person in roster.values():
        try:
            yield person, book.find_submission(name, person.id)
        except MissingEntry:
            yield person, None


def write_canvas(book: Gradebook, name: str, roster: dict[str, Person], target: Path) -> None:
    """Columns that Canvas imports: Student, ID, SIS User ID, SIS Login ID, Section, then the assignment."""
    maximum = book.find_assignment(name).max_score
    rows = [["    Points Possible", "", "", "", "", f"{maximum:g}"]]
    for person, submission in _rows(book, name, roster):
        full = f"{person.last_name}, {person.first_name}" if person.last_name else person.id
        rows.append([full, person.lms_id, person.id, person.id, "", _score(submission)])
    _write(target, ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", name], rows)


def write_moodle(book: Gradebook, name: str, roster: dict[str, Person], target: Path) -> None:
    """Columns that Moodle's grade import maps by itself: Email address and ID number, then the grade and a comment."""
    rows = []
    for person, submission in _rows(book, name, roster):
        open_parts = submission is not None and submission.needs_manual_grade
        comment = "" if submission is None else "parts are still to be marked by hand" if open_parts else "marked"
        rows.append([person.id, person.email, _score(submission), comment])
    _write(target, ["ID number", "Email address", name, f"{name} feedback"], rows)


def _score(submission: Any) -> str:
    return "" if submission is None else f"{submission.score:g}"


def _write(target: Path, header: list[str], rows: list[list[str]]) -> None:
    with target.open("w", newline="", encoding="utf8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([inert(value) for value in row] for row in rows)


def inert(value: str) -> str:
    """A spreadsheet runs what begins with = + - @: names may not."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@") else value


TABLES: dict[str, Callable[..., None]] = {"canvas": write_canvas, "moodle": write_moodle}


def export(term: str, target: Path) -> None:
    """Write nbgrader's own table of all problem sets (`nbgrader export`)."""
    from nbgrader.plugins import CsvExportPlugin

    plugin = CsvExportPlugin()
    plugin.to = str(target)
    before = os.getcwd()
    with open_gradebook(term) as book:
        plugin.export(book)
    os.chdir(before)
