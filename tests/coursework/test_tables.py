"""The report and the tables for learning platforms."""

from __future__ import annotations

import csv

import pytest

from weightinit_course import gradebook
from weightinit_course.marks import Marks, Outcome
from weightinit_course.roster import Person
from weightinit_course.submissions import Submission
from weightinit_course.tables import REPORT, inert, one_line, report_row, summary, write_grades, write_report


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
            assert row["automatic"] == row["of"] == row["by hand"] == ""  # no silent zero


def test_a_row_has_a_value_for_every_column(class_once):
    assert {len(report_row(outcome)) for outcome in class_once.outcomes.values()} == {len(REPORT)}


def test_canvas_finds_its_columns_and_its_students(class_once):
    rows = rows_of(class_once.folder / "ps2-canvas.csv")
    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps2"]
    assert rows[0]["Student"].strip() == "Points Possible" and rows[0]["ps2"] == "100"
    points = {row["SIS User ID"]: row["ps2"] for row in rows[1:]}
    assert points == {"ben": "0", "dan": "0"}  # an empty field would take an earlier score away
    assert {row["SIS User ID"]: (row["Student"], row["ID"]) for row in rows}["ben"] == ("'=1+1, Ben", "12")


def test_moodle_finds_its_columns_and_its_students(class_once):
    rows = {row["ID number"]: row for row in rows_of(class_once.folder / "ps2-moodle.csv")}
    assert rows["cleo"]["ps2"] == "" and rows["ben"]["ps2"] == "0" and rows["ada"]["Email address"] == "ada@example.org"
    assert rows["zoe"]["ps2"] == "" and rows["zoe"]["ps2 feedback"] == ""
    assert rows["ada"]["ps2 feedback"] == "parts are still to be marked by hand"
    assert rows["ben"]["ps2 feedback"] == "marked"


def test_nbgraders_own_table_is_there(class_once):
    rows = {row["student_id"]: row for row in rows_of(class_once.folder / "grades.csv")}
    ada, ben = rows["ada"], rows["ben"]
    assert (ada["raw_score"], ada["score"], ada["max_score"]) == ("", "", "100.0")
    assert ada["status"] == "parts are still to be marked by hand"
    assert (ben["score"], ben["status"], ben["first_name"], ben["last_name"]) == ("0", "marked", "Ben", "'=1+1")


def test_a_student_without_a_submission_has_no_zero_in_nbgraders_table(class_once):
    zoe = {row["student_id"]: row for row in rows_of(class_once.folder / "grades.csv")}["zoe"]
    assert (zoe["raw_score"], zoe["score"], zoe["status"]) == ("", "", "nothing was marked")


def test_who_has_left_the_roster_keeps_the_line(a_class):
    with gradebook.open_gradebook(a_class.folder) as book:
        book.add_student("yan")
        write_grades(book, {"zoe": Person("zoe", last_name="Z")}, a_class.folder / "grades.csv")
    rows = {row["student_id"]: row for row in rows_of(a_class.folder / "grades.csv")}
    assert rows["yan"]["status"] == "nothing was marked" and rows["zoe"]["last_name"] == "Z" and "ben" in rows


def test_the_sum_is_there_when_a_person_has_marked_all(a_class):
    with gradebook.open_gradebook(a_class.folder) as book:
        for grade in book.find_submission_notebook("ps2", "ps2", "ada").grades:
            if grade.needs_manual_grade:
                grade.manual_score, grade.needs_manual_grade = 10.5, False
        book.db.commit()
    ada = a_class.mark()["ada"]
    parts = 3
    assert (ada.by_hand, ada.to_mark) == (10.5 * parts, 0)
    assert {r["SIS User ID"]: r["ps2"] for r in rows_of(a_class.folder / "ps2-canvas.csv")}[
        "ada"
    ] == f"{65 + 10.5 * parts:g}"
    row = {row["student"]: row for row in rows_of(a_class.folder / "report-ps2.csv")}["ada"]
    assert (row["automatic"], row["by hand"], row["to mark by hand"]) == ("65.0", "31.5", "0")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r-1", " =1", "\u200b=1", "\ufeff@a", "＝1+1", "＋1", "－1", "＠a"]
)
def test_no_cell_is_a_formula_for_a_spreadsheet(text):
    assert inert(text) == f"'{text}" and inert(f"a{text}") == f"a{text}" and inert("") == ""
    assert inert(f"odd;{text}") == f"odd;'{text}"  # where the semicolon parts cells
    assert inert("Smith-Jones, O'Neil, -3") == "Smith-Jones, O'Neil, -3"


def test_a_row_that_cannot_be_made_is_one_that_says_so(tmp_path):
    strange = Outcome(Submission("eve"), marks=Marks({"a": None}, (), (), "", 0.0))
    good = Outcome(Submission("ada"), refusal="nothing was submitted")
    write_report(tmp_path / "report.csv", [strange, good])
    eve, ada = rows_of(tmp_path / "report.csv")
    assert eve["student"] == "eve" and eve["status"].startswith("this line could not be written (AttributeError")
    assert ada["status"] == "not marked: nothing was submitted"


def test_a_name_that_is_a_formula_is_made_harmless(class_once):
    names = [row["Student"] for row in rows_of(class_once.folder / "ps2-canvas.csv")]
    assert "'=1+1, Ben" in names


def test_the_summary_names_everybody_who_was_not_marked_and_what_was_odd(class_once):
    text = summary(list(class_once.outcomes.values()), class_once.folder)
    assert text.startswith(f"4 of {len(class_once.outcomes)} marked.")
    assert "  zoe: not marked: nothing was submitted" in text and "  dan: stopped in code cell" in text
    assert "2 to be marked by hand (make formgrader TERM=class-test)" in text
    assert text.endswith(str(class_once.folder))


def test_what_could_not_be_finished_is_said(tmp_path):
    unrecorded = Outcome(Submission("ada"), Marks({}, (), (), "", 0.0), unrecorded="the disk is full")
    text = summary([unrecorded, Outcome(Submission("ben"), refusal="it failed", failed=True)], tmp_path)
    assert "  ada: marked, but not recorded: the disk is full" in text and "2 could not be finished" in text
    assert "could not be finished" not in summary([Outcome(Submission("ben"), refusal="it is a link")], tmp_path)


def test_long_lists_are_cut_in_the_terminal(tmp_path):
    absent = [Outcome(Submission(f"s{k}"), refusal="nothing was submitted") for k in range(50)]
    lines = summary(absent, tmp_path).splitlines()
    assert len(lines) == 1 + 40 + 1 + 1 and "… and 10 more, in the report" in lines[41]


def test_what_a_student_wrote_starts_no_line_and_sends_no_control_character(tmp_path):
    forged = Outcome(Submission("eve"), refusal="odd\n  ada: not marked: it is a link\x1b[2J\udcff")
    lines = summary([forged], tmp_path).splitlines()
    assert len(lines) == 3 and lines[1].startswith("  eve: not marked: odd ada: not marked")
    write_report(tmp_path / "report.csv", [forged])
    (row,) = rows_of(tmp_path / "report.csv")
    assert row["status"].isprintable() and lines[1].isprintable()
    assert len(one_line("x" * 100_000)) == 2001
