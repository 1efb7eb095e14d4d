"""Tables of a class: the report, and what Canvas and Moodle import."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from weightinit_course.harmless import one_line
from weightinit_course.marks import Outcome
from weightinit_course.roster import Person

REPORT = ["student", "status", "automatic", "of", "to mark by hand", "seconds", "mistakes", "remarks"]


# ---- the report -----------------------------------------------------------------------------------------------------
def report_row(outcome: Outcome) -> list[Any]:
    """What the report says of one submission, in the order of `REPORT`."""
    marks, remarks = outcome.marks, one_line("; ".join(outcome.remarks))
    if marks is None:
        return [one_line(outcome.student), f"not marked: {one_line(outcome.refusal)}", "", "", "", "", "", remarks]
    mistakes = " ".join(f"{name}:{','.join(cell.mistakes)}" for name, cell in marks.cells.items() if cell.mistakes)
    return [outcome.student, "marked", marks.automatic, marks.of, marks.by_hand, marks.seconds, mistakes, remarks]


def write_report(target: Path, outcomes: Iterable[Outcome]) -> None:
    """A line a student: points, mistakes by name, what was odd, what could not be marked and why."""
    _write(target, REPORT, map(report_row, outcomes))


def summary(outcomes: list[Outcome], folder: Path) -> str:
    """A few lines for the terminal."""
    marked = [outcome for outcome in outcomes if outcome.marks]
    odd = [outcome for outcome in marked if outcome.remarks][:20]
    lines = [f"{len(marked)} of {len(outcomes)} marked."]
    lines += [
        one_line(f"{outcome.student}: not marked: {outcome.refusal}") for outcome in outcomes if not outcome.marks
    ]
    lines += [one_line(f"{outcome.student}: {'; '.join(outcome.remarks)}") for outcome in odd]
    lines[1:] = [f"  {line}" for line in lines[1:]]
    lines.append(f"Report, tables, feedback and gradebook: {folder}")
    return "\n".join(lines)


# ---- learning platforms ---------------------------------------------------------------------------------------------
def write_canvas(book: Gradebook, name: str, roster: dict[str, Person], target: Path) -> None:
    """Columns that Canvas imports: Student, ID, SIS User ID, SIS Login ID, Section, then the assignment."""
    maximum = book.find_assignment(name).max_score
    rows = [["    Points Possible", "", "", "", "", f"{maximum:g}"]]
    for person, submission in _submissions(book, name, roster):
        full = f"{person.last_name}, {person.first_name}" if person.last_name else person.id
        rows.append([full, person.lms_id, person.id, person.id, "", _score(submission)])
    _write(target, ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", name], rows)


def write_moodle(book: Gradebook, name: str, roster: dict[str, Person], target: Path) -> None:
    """Columns that Moodle's grade import maps by itself: Email address and ID number, then the grade and a comment."""
    rows = []
    for person, submission in _submissions(book, name, roster):
        open_parts = submission is not None and submission.needs_manual_grade
        comment = "" if submission is None else "parts are still to be marked by hand" if open_parts else "marked"
        rows.append([person.id, person.email, _score(submission), comment])
    _write(target, ["ID number", "Email address", name, f"{name} feedback"], rows)


LEARNING_PLATFORMS: dict[str, Callable[..., None]] = {"canvas": write_canvas, "moodle": write_moodle}


def _submissions(book: Gradebook, name: str, roster: dict[str, Person]) -> Iterable[tuple[Person, Any]]:
    """Each student with nbgrader's submission, or None."""
    for person in roster.values():
        try:
            yield person, book.find_submission(name, person.id)
        except MissingEntry:
            yield person, None


def _score(submission: Any) -> str:
    return "" if submission is None else f"{submission.score:g}"


# ---- CSV ------------------------------------------------------------------------------------------------------------
def _write(target: Path, header: list[str], rows: Iterable[list[Any]]) -> None:
    with target.open("w", newline="", encoding="utf8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([inert(str(value)) for value in row] for row in rows)


def inert(value: str) -> str:
    """A spreadsheet runs what begins with = + - @: what a student wrote may not."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@") else value
