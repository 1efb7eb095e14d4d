"""Nbgrader's gradebook gets the marks, and keeps what a person gave."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import nbformat

from weightinit_course import gradebook
from weightinit_course.examples.answers import blank, right, with_cell
from weightinit_course.problem_set import ProblemSet, is_test, is_written


def test_the_gradebook_knows_every_graded_cell(class_once):
    cells = ProblemSet("ps2", class_once.term).notebook.cells
    with gradebook.open_gradebook(class_once.folder) as book:
        known = {cell.name: cell.max_score for cell in book.find_notebook("ps2", "ps2").grade_cells}
    graded = [cell.metadata["nbgrader"] for cell in cells if is_test(cell) or is_written(cell)]
    assert known == {meta["grade_id"]: meta["points"] for meta in graded}


def test_marks_and_names_are_in_the_gradebook(class_once):
    with gradebook.open_gradebook(class_once.folder) as book:
        scores = {s: book.find_submission("ps2", s).score for s in class_once.students}
        assert scores == {"ada": 65, "ben": 0, "cleo": 59, "dan": 0}
        assert book.find_grade("ps2-normal-test", "ps2", "ps2", "cleo").auto_score == 6
        ada = book.find_student("ada")
        assert (ada.first_name, ada.last_name, ada.email, ada.lms_user_id) == (
            "Ada",
            "Lovelace",
            "ada@example.org",
            "11",
        )
        assert book.find_student("cleo").email is None
        handed_in = (class_once.submissions / "ada" / "ps2.ipynb").stat().st_mtime
        expected = datetime.datetime.fromtimestamp(handed_in, datetime.UTC).replace(tzinfo=None)
        assert book.find_submission("ps2", "ada").timestamp == expected


def test_a_person_is_asked_where_something_was_written_and_nowhere_else(class_once):
    with gradebook.open_gradebook(class_once.folder) as book:
        assert book.find_submission("ps2", "ada").needs_manual_grade
        assert not book.find_submission("ps2", "ben").needs_manual_grade
        assert book.find_comment("ps2-sum", "ps2", "ps2", "ben").comment == "No response."
        assert book.find_comment("ps2-sum", "ps2", "ps2", "ada").comment is None


def given(folder):
    with gradebook.open_gradebook(folder) as book:
        grade = book.find_grade("ps2-sum", "ps2", "ps2", "ada")
        return grade.score, grade.needs_manual_grade


def test_what_a_person_gave_stays_and_is_looked_at_again_after_a_new_submission(a_class):
    with gradebook.open_gradebook(a_class.folder) as book:
        grade = book.find_grade("ps2-sum", "ps2", "ps2", "ada")
        grade.manual_score, grade.needs_manual_grade = 9, False
        book.db.commit()
    a_class.mark()
    assert given(a_class.folder) == (9, False)
    changed = with_cell(right(ProblemSet("ps2", a_class.term)), "# a second thought")
    nbformat.write(changed, a_class.submissions / "ada" / "ps2.ipynb")
    a_class.mark()
    assert given(a_class.folder) == (9, True)


def test_the_export_leaves_us_where_we_are(class_once, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gradebook.export(class_once.folder, tmp_path / "grades.csv")
    assert os.getcwd() == str(tmp_path) and "ada" in Path("grades.csv").read_text()


def test_a_blank_answer_that_is_filled_in_later_is_for_a_person(a_class):
    ben = right(ProblemSet("ps2", a_class.term))
    nbformat.write(ben, a_class.submissions / "ben" / "ps2.ipynb")
    a_class.mark()
    with gradebook.open_gradebook(a_class.folder) as book:
        assert book.find_submission("ps2", "ben").needs_manual_grade
    nbformat.write(blank(ProblemSet("ps2", a_class.term)), a_class.submissions / "ben" / "ps2.ipynb")
    a_class.mark()
    with gradebook.open_gradebook(a_class.folder) as book:
        assert not book.find_submission("ps2", "ben").needs_manual_grade
