"""Who takes the course: the roster, a CSV file as spreadsheets and learning platforms write it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from weightinit_course.terms import CourseError

# An id names folders and files: letters and digits of any script, none of a path's own signs.
_ID = re.compile(r"[^\W_][\w.@+-]*")
_LONGEST_ID = 120  # bytes; 255 is what a file's name may have
COLUMNS = ("id", "first_name", "last_name", "email", "lms_id")


@dataclass(frozen=True)
class Person:
    """A line of the roster.

    Attributes
    ----------
    id : str
        Names the student everywhere, folders and files included.
    first_name, last_name, email : str
    lms_id : str
        The learning platform's own number of the student.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""

    def __str__(self):
        name = f"{self.first_name} {self.last_name}".strip()
        return f"{name} ({self.id})" if name else self.id


def is_id(text: str) -> bool:
    """Can this be a student's id?"""
    return bool(_ID.fullmatch(text)) and len(text.encode()) <= _LONGEST_ID


def same(text: str) -> str:
    """What two spellings of one id or address have in common: letter case and the way accents are stored do not count."""
    return unicodedata.normalize("NFC", text).casefold()


def read_roster(path: Path) -> dict[str, Person]:
    """The class, from a CSV file with the columns id, first_name, last_name, email, lms_id (all but id optional).

    Columns may stand in any order, between commas, semicolons or tabs; other columns are left alone.
    """
    called = f"STUDENTS={path.name}"
    above = 0  # lines before the header
    try:
        data = path.read_bytes()
        if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):  # what Excel and LibreOffice write, new and old
            raise CourseError(f"{called} is a spreadsheet; open it, and save it as CSV")
        lines = _text(data).splitlines()
        if lines and lines[0].strip('"').startswith("sep="):  # a line of Excel's for itself
            lines, above = lines[1:], 1
        delimiter = max(",;\t", key=lines[0].count) if lines else ","
        header, *rows = list(csv.reader(lines, delimiter=delimiter)) or [[]]
    except OSError as error:
        raise CourseError(f"{called} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{called} cannot be read: {error}") from None
    columns = [re.sub(r"[\s_-]+", "_", name.strip().casefold()) for name in header]
    rows = [
        (line, dict(zip(columns, row, strict=False)))
        for line, row in enumerate(rows, 2 + above)
        if any(map(str.strip, row))
    ]
    if "id" not in columns:
        raise CourseError(
            f"{called} must have a header line with a column 'id'; its first line is: "
            f"{delimiter.join(header)[:200] or 'empty'}"
        )
    if not rows:
        raise CourseError(f"{called} has a header line and no student")
    return _people(called, rows)


def _people(called: str, rows: Iterable[tuple[int, dict[str, str]]]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    taken: dict[str, str] = {}
    for line, row in rows:
        person = Person(*(unicodedata.normalize("NFC", row.get(column, "").strip()) for column in COLUMNS))
        where = f"{called}, line {line}: id {person.id!r}"
        if not is_id(person.id):
            raise CourseError(f"{where} must be letters, digits and . _ @ + - (at most {_LONGEST_ID} bytes)")
        if (other := taken.setdefault(same(person.id), person.id)) in people:
            raise CourseError(f"{where} is there twice" + (f", also as {other!r}" if other != person.id else ""))
        people[person.id] = person
    return people


def _text(data: bytes) -> str:
    """A table's text: UTF-8 or UTF-16 as their marks say, else UTF-8, else what Excel writes on Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")
