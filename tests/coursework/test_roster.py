"""The roster: what it says, and where it is wrong."""

from __future__ import annotations

import pytest

from weightinit_course.roster import Person, read_roster
from weightinit_course.terms import CourseError


def test_a_roster_is_read_with_blanks_and_missing_columns(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("\ufeffemail,id\nada@example.org, ada \n,b.en@x\n", encoding="utf8")  # Excel marks its UTF-8
    assert read_roster(path) == {"ada": Person("ada", email="ada@example.org"), "b.en@x": Person("b.en@x")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "header"),
        ("name\nada\n", "'id'"),
        ("id\nada\nada\n", "line 3: id 'ada' is there twice"),
        ("id\n../x\n", "line 2: id '../x'"),
        ("id\n", "at least one"),
    ],
)
def test_a_bad_roster_says_what_and_where(tmp_path, text, words):
    path = tmp_path / "students.csv"
    path.write_text(text)
    with pytest.raises(CourseError, match=words):
        read_roster(path)


def test_a_roster_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(CourseError, match="STUDENTS=none.csv cannot be read"):
        read_roster(tmp_path / "none.csv")
    (tmp_path / "students.csv").write_bytes(b"id\n\xff\xfe\n")
    with pytest.raises(CourseError, match="STUDENTS=students.csv cannot be read"):
        read_roster(tmp_path / "students.csv")
