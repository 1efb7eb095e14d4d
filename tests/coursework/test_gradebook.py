"""Nbgrader's gradebook gets the marks, and keeps what a person gave."""

from __future__ import annotations

import dataclasses
import datetime
import json

import nbformat
import pytest

from weightinit_course import gradebook
from weightinit_course.examples.answers import blank, right
from weightinit_course.marks import CellMark
from weightinit_course.problem_set import ProblemSet, is_test, is_written
from weightinit_course.run import load


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


def saved(folder, points):
    """A person gives ada's first derivation points, as the formgrader does."""
    with gradebook.open_gradebook(folder) as book:
        grade = book.find_grade("ps2-sum", "ps2", "ps2", "ada")
        grade.manual_score, grade.needs_manual_grade = points, points is None
        book.db.commit()


def hand_in(made, answer=None, code=None):
    """Ada's marks are recorded with another text as her first derivation, blank if it is empty, or with other code.

    Returns points of this derivation, whether a person is asked to look at it, and the comment.
    """
    marks = load(made.folder / "results" / "ps2" / "ada.json").marks
    notebook = nbformat.reads(marks.notebook, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    if answer is not None:
        cells["ps2-sum"].source = answer
    if code is not None:
        cells["ps2-normal"].source = code
    mark = CellMark(0.0, 10.0, blank=True) if answer == "" else CellMark(None, 10.0)
    marks = dataclasses.replace(marks, cells=marks.cells | {"ps2-sum": mark}, notebook=nbformat.writes(notebook))
    with gradebook.open_gradebook(made.folder) as book:
        outcome = dataclasses.replace(made.outcomes["ada"], marks=marks)
        gradebook.record(book, made.folder, "ps2", outcome)
        grade = book.find_grade("ps2-sum", "ps2", "ps2", "ada")
        return grade.score, grade.needs_manual_grade, book.find_comment("ps2-sum", "ps2", "ps2", "ada").comment


def test_a_mark_that_a_person_gave_is_flagged_exactly_while_the_text_is_another_one(a_class):
    saved(a_class.folder, 9)
    for answer, expected in (
        (None, (9, False, None)),
        ("A second thought.", (9, True, None)),
        ("", (9, True, "No response.")),
        ("A second thought.", (9, True, None)),
        (None, (9, False, None)),  # the text on which it was given
        ("A second thought.", (9, True, None)),
    ):
        for _ in range(3):  # however often the marking is repeated
            assert hand_in(a_class, answer) == expected
    saved(a_class.folder, 7)  # the person has looked at this one now
    assert hand_in(a_class, "A second thought.") == (7, False, None)
    assert hand_in(a_class) == (7, True, None)
    saved(a_class.folder, None)
    assert hand_in(a_class) == (0, True, None)


def test_killed_between_flag_and_notebook_nothing_is_lost(a_class, monkeypatch):
    saved(a_class.folder, 9)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(gradebook, "write_whole", killed)
        hand_in(a_class, "A second thought.")
    saved(a_class.folder, 8)  # meanwhile, on the old text, which is still shown
    assert hand_in(a_class, "A second thought.") == (8, True, None)


def test_a_mark_that_a_person_put_in_place_of_ours_is_flagged_if_the_code_is_another_one(a_class):
    with gradebook.open_gradebook(a_class.folder) as book:
        book.find_grade("ps2-normal-test", "ps2", "ps2", "ada").manual_score = 11
        book.db.commit()
    for code, flagged in ((None, False), ("pass", True), ("pass", True), (None, False)):
        hand_in(a_class, code=code)
        with gradebook.open_gradebook(a_class.folder) as book:
            grade = book.find_grade("ps2-normal-test", "ps2", "ps2", "ada")
            assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (12, 11, flagged)


def test_an_answer_is_its_cell_with_the_own_cells_and_pictures_below():
    def changed(number=None, **fields):
        cells = [
            {"grade_id": "text", "grade": True, "solution": True, "locked": False},
            {},
            {"grade_id": "code", "grade": False, "solution": True, "locked": False},
            {},
            {"grade_id": "test", "grade": True, "solution": False, "locked": True},
        ]
        cells = [{"cell_type": "code", "source": ["x"], "metadata": {"nbgrader": meta}} for meta in cells]
        if number is not None:
            cells[number] |= fields
        said = gradebook.answers(json.dumps({"cells": cells}))
        assert set(said) == {"text", "test"}
        return said

    before = changed()
    for number, fields, differ in (
        (0, {"source": ["y"]}, {"text", "test"}),
        (0, {"attachments": {"a.png": {}}}, {"text", "test"}),
        (1, {"source": ["y"]}, {"text", "test"}),
        (2, {"source": ["y"]}, {"test"}),
        (3, {"source": ["y"]}, {"test"}),
        (4, {"source": ["y"]}, set()),
        (0, {"outputs": ["y"]}, set()),
    ):
        after = changed(number, **fields)
        assert {name for name in before if before[name] != after[name]} == differ


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


def test_no_response_is_not_said_where_a_person_gave_points(a_class):
    with gradebook.open_gradebook(a_class.folder) as book:
        assert book.find_comment("ps2-sum", "ps2", "ps2", "ben").auto_comment == "No response."
        grade = book.find_grade("ps2-sum", "ps2", "ps2", "ben")
        grade.manual_score, grade.needs_manual_grade = 8, False
        book.db.commit()
    a_class.mark()
    with gradebook.open_gradebook(a_class.folder) as book:
        assert book.find_comment("ps2-sum", "ps2", "ps2", "ben").comment is None
        assert book.find_comment("ps2-words", "ps2", "ps2", "ben").auto_comment == "No response."
