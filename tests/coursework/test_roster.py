"""The roster: what it says, and where it is wrong."""

from __future__ import annotations

import pytest

from weightinit_course.roster import Person, is_id, read_roster
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
        ("id\nada\nADA\n", "line 3: id 'ADA' is there twice, also as 'ada'"),
        ("ID number\tName\nada\tx\n", "its first line is: ID number\tName"),
        ("id\n../x\n", "line 2: id '../x'"),
        ("id\n", "no student"),
    ],
)
def test_a_bad_roster_says_what_and_where(tmp_path, text, words):
    path = tmp_path / "students.csv"
    path.write_text(text)
    with pytest.raises(CourseError, match=words):
        read_roster(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_roster_is_read_as_spreadsheets_write_it(encoding, delimiter, tmp_path):
    path = tmp_path / "students.csv"
    rows = [["Last Name", "Nr", "ID", "First-name"], ["Müller", "1", "müller", "Zoë"], ["", "", "", ""]]
    path.write_bytes("\r\n".join(map(delimiter.join, rows)).encode(encoding))
    assert read_roster(path) == {"müller": Person("müller", "Zoë", "Müller")}


def test_a_line_of_excel_s_own_and_a_comma_in_a_name(tmp_path):
    path = tmp_path / "students.csv"
    for line in ("sep=;", '"sep=;"'):
        path.write_text(f'{line}\nid;first_name\nada;"Ada; Countess"\n')
        assert read_roster(path) == {"ada": Person("ada", "Ada; Countess")}
    path.write_text("sep=;\nid;first_name\nada;Ada\nbo b;Bob\n")
    with pytest.raises(CourseError, match="line 4: id 'bo b'"):
        read_roster(path)
    path.write_text("id;first_name\n;\n")
    with pytest.raises(CourseError, match="has a header line and no student"):
        read_roster(path)


@pytest.mark.parametrize("id_", ["ø", "李雷", "o.neill+1@x-y", "a" * 120])
def test_ids_of_any_script(id_):
    assert is_id(id_)


@pytest.mark.parametrize("id_", ["", ".", "..", "../x", "a/b", "a b", "-x", "_x", "a\n", "é" * 61, "a\udcff"])
def test_what_can_name_no_folder_is_no_id(id_):
    assert not is_id(id_)


def test_a_roster_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(CourseError, match="STUDENTS=none.csv cannot be read: No such file or directory$"):
        read_roster(tmp_path / "none.csv")
    (tmp_path / "students.csv").write_bytes(b"id\n\xff\x81\n")
    with pytest.raises(CourseError, match="STUDENTS=students.csv cannot be read"):
        read_roster(tmp_path / "students.csv")


@pytest.mark.parametrize("begins", [b"PK\x03\x04\x81", b"\xd0\xcf\x11\xe0\x81"])
def test_a_spreadsheet_is_called_one(begins, tmp_path):
    (tmp_path / "students.csv").write_bytes(begins)
    with pytest.raises(CourseError, match="^STUDENTS=students.csv is a spreadsheet; open it, and save it as CSV$"):
        read_roster(tmp_path / "students.csv")
