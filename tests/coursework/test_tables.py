"""The report and the tables for learning platforms."""

from __future__ import annotations

import csv

import pytest

from weightinit_course.marks import Outcome
from weightinit_course.submissions import Submission
from weightinit_course.tables import REPORT, inert, one_line, report_row, summary, write_report


def rows_of(path):
    with path.open(newline="", encoding="utf8") as file:
        return list(csv.DictReader(file))


def test_the_report_has_a_line_a_student(class_once):
    rows = {row["student"]: row for row in rows_of(class_once.folder / "report-ps2.csv")}
    assert set(rows) == set(class_once.outcomes)
    ada, cleo, zoe = rows["ada"], rows["cleo"], rows["zoe"]
    assert (ada["status"], ada["automatic"], ada["of"], ada["to mark by hand"]) == ("marked", "65.0", "100.0", "35.0")
    assert cleo["mistakes"].startswith("ps2-normal-test:half_variance") and cleo["remarks"] == ""
    assert zoe["status"] == "not marked: nothing was submitted"
    for row in rows.values():
        if row["status"] != "marked":
            assert row["automatic"] == row["of"] == row["seconds"] == ""  # no silent zero


def test_a_row_has_a_value_for_every_column(class_once):
    assert {len(report_row(outcome)) for outcome in class_once.outcomes.values()} == {len(REPORT)}


def test_canvas_finds_its_columns_and_its_students(class_once):
    rows = rows_of(class_once.folder / "ps2-canvas.csv")
    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps2"]
    assert rows[0]["Student"].strip() == "Points Possible" and rows[0]["ps2"] == "100"
    points = {row["SIS User ID"]: row["ps2"] for row in rows[1:]}
    assert points == {
        "ada": "65",
        "ben": "0",
        "cleo": "59",
        "dan": "0",
        "zoe": "",
        "broken-text": "",
        "broken-name": "",
    }
    assert {row["SIS User ID"]: (row["Student"], row["ID"]) for row in rows}["ada"] == ("Lovelace, Ada", "11")


def test_moodle_finds_its_columns_and_its_students(class_once):
    rows = {row["ID number"]: row for row in rows_of(class_once.folder / "ps2-moodle.csv")}
    assert rows["cleo"]["ps2"] == "59" and rows["ada"]["Email address"] == "ada@example.org"
    assert rows["zoe"]["ps2"] == "" and rows["zoe"]["ps2 feedback"] == ""
    assert rows["ada"]["ps2 feedback"] == "parts are still to be marked by hand"
    assert rows["ben"]["ps2 feedback"] == "marked"


def test_nbgraders_own_table_is_there(class_once):
    assert {row["student_id"]: row["score"] for row in rows_of(class_once.folder / "grades.csv")}["ada"] == "65.0"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a"])
def test_no_cell_is_a_formula_for_a_spreadsheet(text):
    assert inert(text) == f"'{text}" and inert(f"a{text}") == f"a{text}" and inert("") == ""


def test_a_name_that_is_a_formula_is_made_harmless(class_once):
    names = [row["Student"] for row in rows_of(class_once.folder / "ps2-canvas.csv")]
    assert "'=1+1, Ben" in names


def test_the_summary_names_everybody_who_was_not_marked_and_what_was_odd(class_once):
    text = summary(list(class_once.outcomes.values()), class_once.folder)
    assert text.startswith(f"4 of {len(class_once.outcomes)} marked.")
    assert "  zoe: not marked: nothing was submitted" in text and "  dan: stopped in code cell" in text
    assert text.endswith(str(class_once.folder))


def test_what_a_student_wrote_starts_no_line_and_sends_no_control_character(tmp_path):
    forged = Outcome(Submission("eve"), refusal="odd\n  ada: not marked: it is a link\x1b[2J\udcff")
    lines = summary([forged], tmp_path).splitlines()
    assert len(lines) == 3 and lines[1].startswith("  eve: not marked: odd ada: not marked")
    write_report(tmp_path / "report.csv", [forged])
    (row,) = rows_of(tmp_path / "report.csv")
    assert row["status"].isprintable() and lines[1].isprintable()
    assert len(one_line("x" * 100_000)) == 2001
