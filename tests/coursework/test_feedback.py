"""The page that a student gets."""

from __future__ import annotations

import re
import shutil

import nbformat
import pytest
from test_rendering import PNG

from weightinit_course.feedback import headings_of, page_of, write_page, write_unshown
from weightinit_course.gradebook import autograded, open_gradebook
from weightinit_course.problem_set import ProblemSet, grader, problem_sets


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


def refused(folder, reason):
    write_page(folder, "ps2", "ada", reason)
    return page_of(folder, "ps2", "ada").read_text(encoding="utf8")


def test_a_reason_is_text_and_no_markup(tmp_path):
    shown = refused(tmp_path, "found <script>alert(1)</script>")
    assert "<script" not in shown and "&lt;script&gt;" in shown


def test_half_characters_in_a_reason_can_be_written(tmp_path):
    assert "found ?" in refused(tmp_path, "found \udcff")


def test_a_notebook_that_cannot_be_shown_has_a_page_that_says_so(tmp_path):
    write_unshown(tmp_path, "ps2", "ada", "it computed <longer>")
    shown = page_of(tmp_path, "ps2", "ada").read_text(encoding="utf8")
    assert "it cannot be shown as a page (it computed &lt;longer&gt;)" in shown and "Your marks stand" in shown


# ---- what stands where ----------------------------------------------------------------------------------------------
def words(text: str) -> str:
    """What a reader sees of a page, in one line."""
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def test_tasks_have_names_and_what_a_person_marks_is_no_zero(class_once):
    text = words(page(class_once, "ada"))
    assert "65 of 65 points so far Up to 35 more: a person still has to mark 3 of your answers." in text
    assert "4. Xavier, normal 12 of 12" in text and "2. Derivation: the variance of a sum not marked yet (10)" in text
    assert "ps2-normal" not in text and " 0 of 10 " not in text


def test_what_was_left_as_it_was_released_is_zero(class_once):
    text = words(page(class_once, "ben"))
    assert "0 of 100 points" in text and "not marked yet" not in text and "0 of 10" in text


@pytest.mark.parametrize("name", problem_sets())
def test_every_marked_cell_has_a_heading_of_its_own(name):
    notebook = ProblemSet(name, "any").notebook
    title, headings = headings_of(notebook)
    assert title.startswith("Problem set ")
    assert list(headings) == [grader(cell)["grade_id"] for cell in notebook.cells if grader(cell).get("grade")]
    assert len(set(headings.values())) == len(headings) and all(re.match(r"\d+[a-z]?\. ", h) for h in headings.values())


@pytest.fixture
def rewritten(a_class):
    """rewritten({grade_id: source}) -> ada's page with other texts, as the marking leaves them in the notebook."""

    def write(texts: dict[str, str], **attachments: dict) -> str:
        path = autograded(a_class.folder, "ps2", "ada")
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if (name := grader(cell).get("grade_id")) in texts:
                cell.source = texts[name]
                cell.attachments = attachments
        nbformat.write(notebook, path)
        write_page(a_class.folder, "ps2", "ada", None)
        return page(a_class, "ada")

    return write


def test_a_derivation_is_shown_with_its_formulas_and_its_picture(rewritten):
    picture = {"image/png": PNG}
    shown = rewritten({"ps2-sum": "For $0<x<1$: `a<b` ![sketch](attachment:p.png)"}, **{"p.png": picture})
    assert "<mn>0</mn><mo>&lt;</mo><mi>x</mi>" in shown and "<code>a&lt;b</code>" in shown
    assert f'<img src="data:image/png;base64,{PNG}" alt="sketch">' in shown


def test_a_page_loads_nothing_runs_nothing_and_is_the_same_twice(class_once, rewritten):
    shown = rewritten({"ps2-sum": "<script>alert(1)</script> [x](javascript:alert(1)) ![y](http://tell.me/a.png)"})
    assert "<script" not in shown and 'href="javascript' not in shown and "<img" not in shown
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in shown
    assert not re.search(r"<link|<script|@import|url\(|\ssrc=\"(?!data:)", shown)
    assert shown == rewritten({}) and len(page(class_once, "ada").encode()) < 100_000


def test_a_person_s_mark_and_comment_are_shown(a_class):
    with open_gradebook(a_class.folder) as book:
        grade = book.find_grade("ps2-sum", "ps2", "ps2", "ada")
        grade.manual_score, grade.needs_manual_grade = 7.5, False
        book.find_comment("ps2-sum", "ps2", "ps2", "ada").manual_comment = "Where is $\\mathbb{E}[W]=0$? <b>Look</b>"
        again = book.find_grade("ps2-words", "ps2", "ps2", "ada")
        again.manual_score, again.needs_manual_grade = 4, True
        book.db.commit()
    write_page(a_class.folder, "ps2", "ada", None)
    shown = page(a_class, "ada")
    text = words(shown)
    assert "76.5 of 85 points so far Up to 15 more: a person still has to mark 1 of your answers." in text
    assert "7.5 of 10" in text and "4 of 10 , to be looked at again" in text.replace("10, ", "10 , ")
    assert "<mi>𝔼</mi>" in shown and "<b>Look</b>" in shown


def test_whom_handing_in_again_does_not_help_is_not_told_to(tmp_path):
    write_page(tmp_path, "ps2", "eve", "unknown student: 'eve' is not in the roster", False)
    shown = words(page_of(tmp_path, "ps2", "eve").read_text(encoding="utf8"))
    assert "Send this page to your instructor." in shown
    assert "save it as" not in shown and "Hand it in again" not in shown
    assert "Hand it in again" in words(refused(tmp_path, "the folder is empty"))


def test_the_page_of_somebody_who_is_unknown_is_for_the_instructor(a_class):
    shutil.copytree(a_class.submissions / "ada", a_class.submissions / "eve")
    a_class.mark(with_feedback=True)
    assert "Send this page to your instructor. The reason" in page(a_class, "eve")
    assert "Hand it in again" in page(a_class, "broken-name")


def test_a_line_of_88_columns_fits_into_the_page(tmp_path):
    """A sign of the monospaced fonts is 0.6 of its size wide; the page and the code have a margin on both sides."""
    wide = float(re.search(r"main { max-width: ([\d.]+)rem", refused(tmp_path, "any"))[1])
    assert wide >= 88 * 0.6 * 0.85 + 2 * 0.8 + 2 * 1
