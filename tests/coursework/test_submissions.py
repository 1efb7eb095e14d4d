"""Bad input: a line in the report that says what is wrong, never a stack trace and never a silent zero."""

from __future__ import annotations

import nbformat
import pytest

from weightinit_course.course import CourseError, grader, is_test
from weightinit_course.samples import blank, solved, write_broken
from weightinit_course.submissions import Submission, assemble, find, read, read_roster


def write(folder, name, notebook):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def ids(cells):
    return [grader(cell).get("grade_id") for cell in cells]


# ---- finding --------------------------------------------------------------------------------------------------------
def test_all_layouts_are_understood(tmp_path, ps2):
    notebook = blank(ps2)
    write(tmp_path, "ada/ps2.ipynb", notebook)
    write(tmp_path, "ben/ps2/ps2.ipynb", notebook)
    write(tmp_path, "cleo.ipynb", notebook)
    roster = read_roster(roster_file(tmp_path, "ada", "ben", "cleo", "dan"))
    write(tmp_path, "dan_12345_9876_ps2-1.ipynb", notebook)
    found = find(tmp_path, "ps2", roster)
    assert [(s.student, s.refused) for s in found] == [("ada", None), ("ben", None), ("cleo", None), ("dan", None)]


def roster_file(folder, *names):
    path = folder / "students.csv"
    path.write_text("id\n" + "\n".join(names) + "\n")
    return path


@pytest.mark.parametrize(
    "student", ["text", "empty", "binary", "json", "half", "name", "folder", "other-set", "own-notebook"]
)
def test_broken_submissions_say_why(student, tmp_path, ps2):
    expected = write_broken(tmp_path, ps2)[f"broken-{student}"]
    submission = next(s for s in find(tmp_path, "ps2", None) if s.student == f"broken-{student}")
    assert read(submission, ps2) is None
    assert expected in submission.refused


def test_a_file_that_is_no_notebook(tmp_path):
    (tmp_path / "ada.pdf").write_text("x")
    assert "not a notebook" in find(tmp_path, "ps2", None)[0].refused


def test_a_link_is_refused(tmp_path, ps2):
    target = write(tmp_path, "elsewhere/other.ipynb", solved(ps2))
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "ps2.ipynb").symlink_to(target)
    (tmp_path / "in" / "ben").symlink_to(tmp_path / "elsewhere")
    assert all(s.refused for s in find(tmp_path / "in", "ps2", None))


def test_unknown_and_missing_students(tmp_path, ps2):
    write(tmp_path, "eve/ps2.ipynb", solved(ps2))
    write(tmp_path, "ada/ps2.ipynb", solved(ps2))
    roster = read_roster(roster_file(tmp_path, "ada", "ben"))
    refused = {s.student: s.refused for s in find(tmp_path, "ps2", roster)}
    assert refused["ada"] is None
    assert "unknown student" in refused["eve"]
    assert refused["ben"] == "nothing was submitted"


def test_two_submissions_of_one_student(tmp_path, ps2):
    write(tmp_path, "ada/ps2.ipynb", solved(ps2))
    write(tmp_path, "ada_late.ipynb", blank(ps2))
    found = find(tmp_path, "ps2", read_roster(roster_file(tmp_path, "ada")))
    assert len(found) == 1 and "another submission" in found[0].remarks[0]


def test_a_name_that_is_no_id(tmp_path, ps2):
    write(tmp_path, "ada lovelace!/ps2.ipynb", solved(ps2))
    assert "no student's id" in find(tmp_path, "ps2", None)[0].refused


def test_a_folder_that_does_not_exist_or_is_empty(tmp_path):
    with pytest.raises(CourseError, match="SUBMISSIONS"):
        find(tmp_path / "nowhere", "ps2", None)
    with pytest.raises(CourseError, match="no submission of ps2"):
        find(tmp_path, "ps2", None)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "header"),
        ("name\nada\n", "'id'"),
        ("id\nada\nada\n", "twice"),
        ("id\n../x\n", "line 2"),
        ("id\n", "at least one"),
    ],
)
def test_a_bad_roster_says_what_and_where(tmp_path, text, word):
    path = tmp_path / "students.csv"
    path.write_text(text)
    with pytest.raises(CourseError, match=word):
        read_roster(path)
    with pytest.raises(CourseError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")


# ---- reading --------------------------------------------------------------------------------------------------------
def test_another_term_is_said_and_marked_with_the_right_numbers(tmp_path, ps2):
    notebook = blank(ps2)
    notebook.metadata["weightinit"]["term"] = "last-year"
    submission = Submission("ada", write(tmp_path, "ps2.ipynb", notebook))
    assert read(submission, ps2) is not None
    assert "last-year" in submission.remarks[0]


def test_too_large_and_too_many_cells(tmp_path, ps2):
    many = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1") for _ in range(501)])
    submission = Submission("ada", write(tmp_path, "many.ipynb", many))
    assert read(submission, ps2) is None and "500 cells" in submission.refused
    big = tmp_path / "big.ipynb"
    big.write_bytes(b" " * (21 * 2**20))
    submission = Submission("ada", big)
    assert read(submission, ps2) is None and "20 MB" in submission.refused


def test_strange_metadata_is_no_stack_trace(tmp_path, ps2):
    for value in ({"nbgrader": 3}, {"nbgrader": {"grade_id": ["x"]}}, {"nbgrader": {}}):
        notebook = blank(ps2)
        notebook.cells[3].metadata = nbformat.from_dict(value)
        path = tmp_path / "ps2.ipynb"
        path.write_text(nbformat.writes(notebook))
        submission = Submission("ada", path)
        read_notebook = read(submission, ps2)
        assert read_notebook is not None or "not a notebook" in submission.refused
        if read_notebook is not None:
            assemble(read_notebook, ps2, submission.remarks)


# ---- assembling -----------------------------------------------------------------------------------------------------
def test_an_untouched_notebook_stays_as_it_is(ps2):
    remarks = []
    assert ids(assemble(blank(ps2), ps2, remarks)) == ids(blank(ps2).cells) and remarks == []


def test_missing_doubled_renamed_and_turned_cells_are_said(ps2):
    notebook = blank(ps2)
    cells = {grader(cell)["grade_id"]: cell for cell in notebook.cells}
    cells["ps2-stack"].metadata["nbgrader"]["grade_id"] = "ps2-my-stack"
    notebook.cells.remove(cells["ps2-normal"])
    notebook.cells.remove(cells["ps2-normal-test"])
    notebook.cells.append(nbformat.from_dict({**cells["ps2-slip"]}))
    turned = notebook.cells.index(cells["ps2-measure"])
    notebook.cells[turned] = nbformat.v4.new_markdown_cell("text", metadata=cells["ps2-measure"].metadata)
    remarks = []
    result = assemble(notebook, ps2, remarks)
    text = "\n".join(remarks)
    assert "'ps2-my-stack' is not one of the released ones" in text and "answer cell 'ps2-stack' is missing" in text
    assert "answer cell 'ps2-normal' is missing" in text and "'ps2-normal-test' was removed" in text
    assert "'ps2-slip' is there more than once" in text
    assert "'ps2-measure' was turned into a markdown cell" in text
    names = ids(result)
    assert names.count("ps2-normal-test") == 1 and names.index("ps2-normal-test") > names.index("ps2-normal-text")


def test_locked_cells_come_back_as_they_were_released(ps2):
    notebook = blank(ps2)
    for cell in notebook.cells:
        if not grader(cell).get("solution"):
            cell.source = "tampered"
    originals = {grader(cell)["grade_id"]: cell.source for cell in blank(ps2).cells}
    for cell in assemble(notebook, ps2, []):
        if not grader(cell).get("solution"):
            assert cell.source == originals[grader(cell)["grade_id"]]
    assert any(is_test(cell) for cell in notebook.cells)
