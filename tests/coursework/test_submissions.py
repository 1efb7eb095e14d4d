"""Bad input: a line in the report that says what is wrong, never a stack trace and never a silent zero."""

from __future__ import annotations

import json

import nbformat
import pytest

from weightinit_course.examples.answers import blank, right
from weightinit_course.examples.broken import write_broken
from weightinit_course.problem_set import grader, is_test
from weightinit_course.roster import Person
from weightinit_course.submissions import LARGEST, MOST_CELLS, Refused, assemble, find, locate, read
from weightinit_course.terms import CourseError


def write(folder, name, notebook):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def ids(cells):
    return [grader(cell).get("grade_id") for cell in cells]


def roster(*names):
    return {name: Person(name) for name in names}


def refusal(submission, problem_set):
    """Why a submission cannot be marked; None if it can."""
    try:
        read(locate(submission, problem_set.name), problem_set)
    except Refused as reason:
        return str(reason)


def why(folder, problem_set, people=None):
    """student -> why the submission cannot be marked."""
    return {s.student: refusal(s, problem_set) for s in find(folder, problem_set.name, people)}


# ---- finding --------------------------------------------------------------------------------------------------------
def test_all_layouts_are_understood(tmp_path, ps2):
    notebook = blank(ps2)
    write(tmp_path, "ada/ps2.ipynb", notebook)
    write(tmp_path, "ben/ps2/ps2.ipynb", notebook)
    write(tmp_path, "cleo.ipynb", notebook)
    write(tmp_path, "dan_12345_9876_ps2-1.ipynb", notebook)
    assert why(tmp_path, ps2, roster("ada", "ben", "cleo", "dan")) == dict.fromkeys(["ada", "ben", "cleo", "dan"])


def test_broken_submissions_say_why(tmp_path, ps2):
    everything = write_broken(tmp_path, ps2)
    said = why(tmp_path, ps2)
    assert set(said) == {broken.student for broken in everything}
    for broken in everything:
        assert broken.reason in said[broken.student]


def test_a_file_that_is_no_notebook(tmp_path, ps2):
    (tmp_path / "ada.pdf").write_text("x")
    assert "not a notebook" in why(tmp_path, ps2)["ada"]


def test_a_link_is_refused(tmp_path, ps2):
    target = write(tmp_path, "elsewhere/other.ipynb", right(ps2))
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "ps2.ipynb").symlink_to(target)
    (tmp_path / "in" / "ben").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "cleo.ipynb").symlink_to(target)
    said = why(tmp_path / "in", ps2)
    assert "a link" in said["ben"] and "a link" in said["cleo"] and "wrong name" in said["ada"]


def test_unknown_and_missing_students(tmp_path, ps2):
    write(tmp_path, "eve/ps2.ipynb", right(ps2))
    write(tmp_path, "ada/ps2.ipynb", right(ps2))
    said = why(tmp_path, ps2, roster("ada", "ben"))
    assert said["ada"] is None
    assert "unknown student: 'eve'" in said["eve"]
    assert said["ben"] == "nothing was submitted"


def test_two_submissions_of_one_student(tmp_path, ps2):
    write(tmp_path, "ada/ps2.ipynb", right(ps2))
    write(tmp_path, "ada_late.ipynb", blank(ps2))
    (only,) = find(tmp_path, "ps2", roster("ada"))
    assert only.entry == tmp_path / "ada" and only.remarks == (
        "ada_late.ipynb was left out: there is another submission of this student",
    )


def test_a_name_that_is_no_id(tmp_path, ps2):
    write(tmp_path, "ada lovelace!/ps2.ipynb", right(ps2))
    assert "no student's id" in why(tmp_path, ps2)["ada lovelace!"]


def test_a_folder_that_does_not_exist_or_is_empty(tmp_path):
    with pytest.raises(CourseError, match="SUBMISSIONS"):
        find(tmp_path / "nowhere", "ps2", None)
    with pytest.raises(CourseError, match="no submission of ps2"):
        find(tmp_path, "ps2", None)
    assert [s.student for s in find(tmp_path, "ps2", roster("ada"))] == ["ada"]  # everybody is late


# ---- reading --------------------------------------------------------------------------------------------------------
def test_another_term_is_said_and_marked_with_the_right_numbers(tmp_path, ps2):
    notebook = blank(ps2)
    notebook.metadata["weightinit"]["term"] = "last-year"
    _, remarks = read(write(tmp_path, "ps2.ipynb", notebook), ps2)
    assert remarks == ["it was released for the term 'last-year'; it is marked with the numbers of 'test-term'"]


def test_too_large_and_too_many_cells(tmp_path, ps2):
    cells = [nbformat.v4.new_code_cell("1") for _ in range(MOST_CELLS + 1)]
    with pytest.raises(Refused, match="500 cells"):
        read(write(tmp_path, "many.ipynb", nbformat.v4.new_notebook(cells=cells)), ps2)
    big = tmp_path / "big.ipynb"
    big.write_bytes(b" " * (LARGEST + 1))
    with pytest.raises(Refused, match="20 MB"):
        read(big, ps2)


@pytest.mark.parametrize("metadata", [{"nbgrader": 3}, {"nbgrader": {"grade_id": ["x"]}}, {"nbgrader": {}}])
def test_strange_metadata_is_no_stack_trace(metadata, tmp_path, ps2):
    notebook = blank(ps2)
    notebook.cells[3].metadata = nbformat.from_dict(metadata)
    path = tmp_path / "ps2.ipynb"
    path.write_text(nbformat.writes(notebook))
    if metadata == {"nbgrader": 3}:
        with pytest.raises(Refused, match="not a notebook"):
            read(path, ps2)
        return
    cells, remarks = assemble(read(path, ps2)[0], ps2)
    assert "the answer cell 'ps2-numbers' is missing" in remarks and ids(cells).count("ps2-numbers") == 1


# ---- assembling -----------------------------------------------------------------------------------------------------
def test_an_untouched_notebook_stays_as_it_is(ps2):
    cells, remarks = assemble(blank(ps2), ps2)
    assert ids(cells) == ids(blank(ps2).cells) and remarks == []


def test_missing_doubled_renamed_and_turned_cells_are_said(ps2):
    notebook = blank(ps2)
    by_name = {grader(cell)["grade_id"]: cell for cell in notebook.cells}
    by_name["ps2-stack"].metadata["nbgrader"]["grade_id"] = "ps2-my-stack"
    notebook.cells.remove(by_name["ps2-normal"])
    notebook.cells.remove(by_name["ps2-normal-test"])
    notebook.cells.append(nbformat.from_dict({**by_name["ps2-slip"]}))
    turned = notebook.cells.index(by_name["ps2-measure"])
    notebook.cells[turned] = nbformat.v4.new_markdown_cell("text", metadata=by_name["ps2-measure"].metadata)
    cells, remarks = assemble(notebook, ps2)
    text = "\n".join(remarks)
    assert "'ps2-my-stack' is not one of the released ones" in text and "answer cell 'ps2-stack' is missing" in text
    assert "answer cell 'ps2-normal' is missing" in text and "'ps2-normal-test' was removed" in text
    assert "'ps2-slip' is there more than once" in text
    assert "'ps2-measure' was turned into a markdown cell" in text
    names = ids(cells)
    assert names.count("ps2-normal-test") == 1 and names.index("ps2-normal-test") > names.index("ps2-normal-text")


def test_locked_cells_come_back_as_they_were_released(ps2):
    notebook = blank(ps2)
    for cell in notebook.cells:
        if not grader(cell).get("solution"):
            cell.source = "tampered"
    originals = {grader(cell)["grade_id"]: cell.source for cell in blank(ps2).cells}
    for cell in assemble(notebook, ps2)[0]:
        if not grader(cell).get("solution"):
            assert cell.source == originals[grader(cell)["grade_id"]]
    assert any(is_test(cell) for cell in notebook.cells)


def test_half_characters_become_question_marks(tmp_path, ps2):
    notebook = blank(ps2)
    notebook.cells[0].source += " \ud800"
    path = tmp_path / "ps2.ipynb"
    path.write_text(json.dumps(notebook))
    assert read(path, ps2)[0].cells[0].source.endswith(" ?")
