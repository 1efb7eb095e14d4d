"""Tables of a class: the report, what Canvas and Moodle import, and nbgrader's own over all problem sets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from weightinit_course.files import write_whole
from weightinit_course.harmless import one_line
from weightinit_course.marks import Outcome
from weightinit_course.roster import Person

REPORT = ["student", "status", "automatic", "by hand", "of", "to mark by hand", "mistakes", "remarks"]
OPEN = "parts are still to be marked by hand"
SHOWN = 40  # lines of each kind in the terminal; the report has all


# ---- the report -----------------------------------------------------------------------------------------------------
def report_row(outcome: Outcome) -> list[Any]:
    """What the report says of one submission, in the order of `REPORT`."""
    marks, remarks = outcome.marks, "; ".join(outcome.remarks)
    if marks is None:
        return [outcome.student, outcome.status, "", "", "", "", "", remarks]
    mistakes = " ".join(f"{name}:{','.join(cell.mistakes)}" for name, cell in marks.cells.items() if cell.mistakes)
    by_hand = "" if outcome.by_hand is None else outcome.by_hand  # not given yet is not 0
    return [
        outcome.student,
        outcome.status,
        marks.automatic,
        by_hand,
        marks.of,
        outcome.to_mark,
        mistakes,
        remarks,
    ]


def write_report(target: Path, outcomes: Iterable[Outcome]) -> None:
    """A line a student: points, mistakes by name, what was odd, what could not be marked and why."""
    _write(target, [REPORT], [_row(report_row, outcome.student, outcome) for outcome in outcomes])


def summary(outcomes: list[Outcome], folder: Path) -> str:
    """A few lines for the terminal; what somebody has to look after stands first."""
    marked = [outcome for outcome in outcomes if outcome.marks]
    lines = [f"{len(marked)} of {len(outcomes)} marked."]
    lines += _some([f"{o.student}: {o.status}" for o in outcomes if o.status != "marked"])
    lines += _some([f"{o.student}: {'; '.join(o.remarks)}" for o in marked if o.remarks])
    by_hand = sum(outcome.to_mark > 0 for outcome in marked)
    if by_hand:
        lines.append(
            f"{by_hand} to be marked by hand (make formgrader TERM={folder.name}); no table has their sum yet."
        )
    failed = sum(not outcome.whole for outcome in outcomes)
    if failed:
        lines.append(f"{failed} could not be finished for a reason of ours; type the same again.")
    lines.append(f"Report, tables, feedback and gradebook: {folder}")
    return "\n".join(lines)


def _some(lines: list[str]) -> list[str]:
    shown = [f"  {one_line(line)}" for line in lines[:SHOWN]]
    return shown + ([f"  … and {len(lines) - SHOWN} more, in the report"] if len(lines) > SHOWN else [])


# ---- learning platforms ---------------------------------------------------------------------------------------------
def write_canvas(book: Gradebook, name: str, roster: dict[str, Person], target: Path) -> None:
    """Columns that Canvas imports: Student, ID, SIS User ID, SIS Login ID, Section, then the assignment.

    Only those whose score is final: to Canvas an empty field is a change, which takes an earlier score away.
    """
    maximum = book.find_assignment(name).max_score
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", name]

    def row(person: Person) -> list[Any]:
        full = f"{person.last_name}, {person.first_name}" if person.last_name else person.id
        score = _score(_submission(book, name, person.id))
        return [full, person.lms_id, person.id, person.id, "", score] if score else []

    rows = [_row(row, person.id, person) for person in roster.values()]
    _write(target, [header, ["    Points Possible", "", "", "", "", f"{maximum:g}"]], filter(None, rows))


def write_moodle(book: Gradebook, name: str, roster: dict[str, Person], target: Path) -> None:
    """Columns that Moodle's grade import maps by itself: Email address and ID number, then the grade and a comment."""

    def row(person: Person) -> list[Any]:
        submission = _submission(book, name, person.id)
        return [person.id, person.email, _score(submission), _word(submission)]

    rows = [_row(row, person.id, person) for person in roster.values()]
    _write(target, [["ID number", "Email address", name, f"{name} feedback"]], rows)


LEARNING_PLATFORMS: dict[str, Callable[..., None]] = {"canvas": write_canvas, "moodle": write_moodle}


def write_grades(book: Gradebook, roster: dict[str, Person], target: Path) -> None:
    """All problem sets and all students, in the columns of `nbgrader export`, with a word on what is not there yet.

    Students of the roster of whom nothing was marked have their lines, too, and those who were marked before they left it.
    """
    header = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
    header += ["raw_score", "late_submission_penalty", "score", "max_score", "status"]

    people = {student.id: student for student in book.students} | roster

    def row(assignment: Any, student: Any) -> list[Any]:
        submission = _submission(book, assignment.name, student.id)
        cells = [assignment.name, assignment.duedate, submission and submission.timestamp, student.id]
        cells += [student.last_name, student.first_name, student.email]
        score = _score(submission)  # while a person has to give points, no column has a sum
        cells += [submission.score if score else None, submission and submission.late_submission_penalty]
        return [*cells, score, assignment.max_score, _word(submission) or "nothing was marked"]

    rows = [_row(row, student.id, task, student) for task in book.assignments for student in people.values()]
    _write(target, [header], rows)


def _submission(book: Gradebook, name: str, student: str) -> Any:
    try:
        return book.find_submission(name, student)
    except MissingEntry:
        return None


def _score(submission: Any) -> str:
    """Points that are final: as long as a person has to give some, there is no sum that could be taken for one."""
    if submission is None or submission.needs_manual_grade:
        return ""
    return f"{max(0.0, submission.score - submission.late_submission_penalty):g}"


def _word(submission: Any) -> str:
    return "" if submission is None else OPEN if submission.needs_manual_grade else "marked"


# ---- cells ----------------------------------------------------------------------------------------------------------
# A spreadsheet runs what begins with one of these signs, narrow or full-width, whatever invisible stands before it. In
# many languages it takes the semicolon for what parts cells.
_FORMULA = re.compile(r"(?:^|(?<=;))(?=[\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠])")


def _write(target: Path, header: list[list[str]], rows: Iterable[list[Any]]) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerows(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    write_whole(target, file.getvalue())


def _row(make: Callable[..., list[Any]], student: str, *about: Any) -> list[Any]:
    """A row of a table; where it cannot be made, one that says so and that no platform takes for a mark."""
    try:
        return make(*about)
    except Exception as error:  # one student never stops the table
        return [student, f"this line could not be written ({type(error).__name__}: {error})"]


def _cell(value: Any) -> Any:
    """A number as it is, nothing for None, and everything else as a text that does nothing."""
    return value if isinstance(value, (int, float)) else inert(one_line("" if value is None else str(value)))


def inert(value: str) -> str:
    """A text that no spreadsheet takes for a formula: what a student wrote may not run."""
    return _FORMULA.sub("'", value)
