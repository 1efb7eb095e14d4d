"""Who takes the course: the roster, a CSV file."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from weightinit_course.terms import CourseError

STUDENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,80}")
COLUMNS = ("id", "first_name", "last_name", "email", "lms_id")


@dataclass(frozen=True)
class Person:
    """A line of the roster."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""


def read_roster(path: Path) -> dict[str, Person]:
    """The class, from a CSV file with the columns id, first_name, last_name, email, lms_id (all but id optional)."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"STUDENTS={path.name} cannot be read: {error}") from None
    if not rows or "id" not in rows[0]:
        raise CourseError(f"STUDENTS={path.name} must have a header line with a column 'id', and at least one student")
    people: dict[str, Person] = {}
    for line, row in enumerate(rows, 2):
        person = Person(*((row.get(column) or "").strip() for column in COLUMNS))
        where = f"STUDENTS={path.name}, line {line}: id {person.id!r}"
        if not STUDENT_ID.fullmatch(person.id):
            raise CourseError(f"{where} must be letters, digits and . _ @ + -")
        if person.id in people:
            raise CourseError(f"{where} is there twice")
        people[person.id] = person
    return people
