"""The gradebook of nbgrader in a term's folder: problem sets, students and marks go in through its API."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
import sqlalchemy.exc
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.preprocessors import ComputeChecksums, LockCells, SaveCells
from sqlalchemy.dialects.sqlite import insert

from weightinit_course.files import write_whole
from weightinit_course.marks import Outcome
from weightinit_course.problem_set import ProblemSet, copy
from weightinit_course.terms import CourseError

# nbgrader starts alembic by name when it makes a new database.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
# nbgrader 0.9.6 with SQLAlchemy 2.1: harmless, and once for every submission.
warnings.filterwarnings("ignore", message="Object of type <Submitted", category=sqlalchemy.exc.SAWarning)
# Its API prints the traceback of every error before it raises it.
logging.getLogger("tornado.application").addHandler(logging.NullHandler())

PATIENCE = 60  # seconds to wait while somebody else writes
BUSY = "somebody is writing in the gradebook; nothing is lost, type the same again"
# nbgrader has no place for it: of each mark that a person gave, the text on which it was given.
_SEEN = sqlalchemy.Table(
    "weightinit_seen",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("grade", sqlalchemy.String(32), primary_key=True),
    sqlalchemy.Column("text", sqlalchemy.String(64), nullable=False),
)


def course_id(term: str) -> str:
    """What nbgrader calls the course of a term."""
    return f"weightinit-{term}"


def database(folder: Path) -> sqlalchemy.URL:
    """Where nbgrader finds the gradebook of a term's folder."""
    return sqlalchemy.URL.create("sqlite", database=str(folder / "gradebook.db"), query={"timeout": str(PATIENCE)})


def autograded(folder: Path, name: str, student: str) -> Path:
    """Where nbgrader looks for what was marked of a student."""
    return folder / "autograded" / student / name / f"{name}.ipynb"


@contextlib.contextmanager
def open_gradebook(folder: Path) -> Iterator[Gradebook]:
    """The gradebook of a term's folder; CourseError if somebody else writes in it all the time."""
    try:
        with Gradebook(database(folder), course_id=course_id(folder.name)) as book:
            yield book
    except (sqlalchemy.exc.OperationalError, InvalidEntry) as error:
        if is_busy(error):
            raise CourseError(BUSY) from None
        raise


def is_busy(error: Exception) -> bool:
    """Is it an error that goes away by waiting?"""
    return "database is locked" in str(error)


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


def has_marks(book: Gradebook, name: str, student: str) -> bool:
    """Has anything of this student been marked?"""
    with contextlib.suppress(MissingEntry):
        return bool(book.find_submission(name, student))
    return False


def record(book: Gradebook, folder: Path, name: str, outcome: Outcome) -> tuple[float | None, float]:
    """Write the marks of one submission of `name`, and the notebook that markers and students see.

    All that it writes follows from what was handed in and from what a person gave, so that a run which is repeated, or
    killed on the way, changes nothing. A mark that a person gave stays. It is flagged for another look exactly while
    the text is another one than that on which it was given; saving it in the formgrader makes the new text the old one.

    Returns
    -------
    by_hand : float or None
        Points that a person gave; None while nobody has given any.
    to_mark : float
        Points that a person still has to give or to look at again, at most.
    """
    person, marks = outcome.submission.person, outcome.marks
    target = autograded(folder, name, person.id)
    shown, handed_in = answers(_text(target)), answers(marks.notebook)
    book.update_or_create_student(
        person.id,
        lms_user_id=person.lms_id or None,
        first_name=person.first_name or None,
        last_name=person.last_name or None,
        email=person.email or None,
    )
    timestamp = datetime.datetime.fromtimestamp(outcome.when, datetime.UTC).replace(tzinfo=None)
    book.update_or_create_submission(name, person.id, timestamp=timestamp)
    notebook = book.find_submission_notebook(name, name, person.id)
    grades = list(notebook.grades)
    seen = _seen(book, [grade.id for grade in grades])
    for grade in grades:
        mark = marks.cells[grade.name]
        grade.auto_score = mark.points
        if grade.manual_score is None:
            grade.needs_manual_grade = mark.points is None
            continue
        if not grade.needs_manual_grade:  # a person has saved it since, and has seen what was shown then
            _see(book, grade.id, seen, shown.get(grade.name, ""))
        grade.needs_manual_grade = seen.get(grade.id) != handed_in[grade.name]
    by_person = {grade.name for grade in grades if grade.manual_score is not None and not grade.needs_manual_grade}
    for comment in notebook.comments:
        mark = marks.cells.get(comment.name)
        silent = mark is not None and mark.blank and comment.name not in by_person
        comment.auto_comment = "No response." if silent else None
    given = [grade.manual_score for grade in grades if grade.manual_score is not None]
    to_mark = sum(grade.max_score for grade in grades if grade.needs_manual_grade)
    book.db.commit()
    write_whole(target, marks.notebook)  # after the flags: killed in between, the old text is shown, and flagged
    return (round(sum(given), 2) if given else None), to_mark


def _seen(book: Gradebook, grades: list[str]) -> dict[str, str]:
    """On which texts a person gave these marks."""
    _SEEN.create(book.db.connection(), checkfirst=True)
    return dict(book.db.execute(sqlalchemy.select(_SEEN).where(_SEEN.c.grade.in_(grades))).all())


def _see(book: Gradebook, grade: str, seen: dict[str, str], text: str) -> None:
    """Remember on which text a person gave a mark."""
    if seen.get(grade) != text:
        seen[grade] = text
        book.db.execute(
            insert(_SEEN)
            .values(grade=grade, text=text)
            .on_conflict_do_update(index_elements=[_SEEN.c.grade], set_={"text": text})
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf8")
    except (OSError, ValueError):
        return '{"cells": []}'


def answers(notebook: str) -> dict[str, str]:
    """What a person looks at for each mark, as a checksum, by grade_id.

    For a written answer that is its cell and the student's own cells below it, with their pictures; for a test, all
    that the student has written.
    """
    whole: list[Any] = []
    parts: dict[str, list[Any]] = {}
    tests: list[str] = []
    below: list[Any] = whole
    for cell in json.loads(notebook)["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        content = [cell["cell_type"], "".join(cell["source"]), cell.get("attachments")]
        if meta.get("grade_id"):
            below = parts.setdefault(meta["grade_id"], []) if meta.get("grade") and meta.get("solution") else []
        if meta.get("grade") and not meta.get("solution"):
            tests.append(meta["grade_id"])
        if not meta.get("locked"):
            below.append(content)
            whole.append(content)
    parts |= dict.fromkeys(tests, whole)
    return {name: hashlib.sha256(json.dumps(part).encode()).hexdigest() for name, part in parts.items()}
