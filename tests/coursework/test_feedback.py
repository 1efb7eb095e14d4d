"""The page that a student gets."""

from __future__ import annotations

from weightinit_course.feedback import write_page


def page(made, student):
    return (made.folder / "feedback" / student / "ps2" / "ps2.html").read_text(encoding="utf8")


def test_the_page_says_the_mistake_and_tells_no_hidden_test(class_once):
    shown = page(class_once, "cleo")
    assert "half of what it should be" in shown
    assert "HIDDEN" not in shown and "alternative(" not in shown


def test_whoever_could_not_be_marked_reads_why_and_that_it_is_no_zero(class_once):
    assert "not a notebook that can be read" in page(class_once, "broken-text")
    assert "wrong name: expected ps2.ipynb, found Untitled.ipynb" in page(class_once, "broken-name")
    assert "not a mark of zero" in page(class_once, "broken-name")


def test_a_reason_is_text_and_no_markup(tmp_path):
    path = write_page(tmp_path, "ps2", "ada", "found <script>alert(1)</script>")
    assert "<script" not in path.read_text() and "&lt;script&gt;" in path.read_text()


def test_a_notebook_that_cannot_be_shown_stops_nobody_elses_page(tmp_path):
    path = write_page(tmp_path, "ps2", "ada", None)  # there is none
    assert "it cannot be shown as a page (" in path.read_text() and "Your marks stand" in path.read_text()


def test_half_characters_in_a_reason_can_be_written(tmp_path):
    assert "found ?" in write_page(tmp_path, "ps2", "ada", "found \udcff").read_text()
