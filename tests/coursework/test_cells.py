"""What a student wrote is run if it is code and seen by the marker if it is text, wherever it stands."""

from __future__ import annotations

import nbformat
import pytest

from weightinit_course.cells import assemble
from weightinit_course.examples.answers import blank, right, with_answers
from weightinit_course.problem_set import ProblemSet, copy, grader, is_test

WRITTEN, CODE = "ps2-sum", "ps2-normal"
DERIVATION = "The terms are **independent**, so $0<i<j$ drops out."
STD = "def xavier_normal(shape, rng, gain=1.0):\n    return rng.normal(0, 1, shape)"


def ids(cells):
    return [grader(cell).get("grade_id") for cell in cells]


def cell_of(notebook, name):
    return next(cell for cell in notebook.cells if grader(cell).get("grade_id") == name)


def place_of(notebook, name):
    return ids(notebook.cells).index(name)


def copied(notebook, name, source, *, below=1):
    """A copy of the notebook in which a cell stands a second time, as JupyterLab copies it."""
    notebook = copy(notebook)
    twin = nbformat.from_dict({**cell_of(notebook, name), "id": "twin", "source": source})
    notebook.cells.insert(place_of(notebook, name) + below, twin)
    return notebook


def own(notebook, cell, *, at):
    notebook = copy(notebook)
    notebook.cells.insert(at, cell)
    return notebook


def turned(notebook, name, kind, source):
    notebook = copy(notebook)
    new = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    notebook.cells[place_of(notebook, name)] = new[kind](source, metadata=cell_of(notebook, name).metadata)
    return notebook


# ---- the frame ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [blank, right])
def test_a_notebook_in_order_stays_as_it_is(make, ps2):
    cells, remarks, empty = assemble(make(ps2), ps2)
    assert ids(cells) == ids(blank(ps2).cells) and remarks == []
    assert empty == (set() if make is right else {"ps2-sum", "ps2-backward", "ps2-words"})


def test_what_is_missing_is_put_back_where_it_was(ps2):
    notebook = right(ps2)
    for name in ("ps2-normal", "ps2-normal-test", "ps2-slip-text"):
        notebook.cells.remove(cell_of(notebook, name))
    cells, remarks, _ = assemble(notebook, ps2)
    assert ids(cells) == ids(blank(ps2).cells)
    assert remarks == [
        "the answer cell 'ps2-normal' is missing",
        "the test cell 'ps2-normal-test' was removed; it was put back",
    ]


def test_locked_cells_come_back_and_what_was_written_into_them_stands_beside_them(ps2):
    notebook = blank(ps2)
    cell_of(notebook, "ps2-sum-text").source += "\n\nMy answer: independent."
    cell_of(notebook, "ps2-setup").source = "from math import sqrt\nVARIANT = {}"
    cells, remarks, empty = assemble(notebook, ps2)
    for cell in cells:
        if grader(cell) and not grader(cell).get("solution"):
            assert cell.source == cell_of(blank(ps2), grader(cell)["grade_id"]).source
    sources = [cell.source for cell in cells]
    setup = ids(cells).index("ps2-setup")
    assert sources[setup - 1].startswith("from math import sqrt")  # before: the released numbers hold
    assert "My answer: independent." in sources[ids(cells).index("ps2-sum-text") + 1]
    assert "ps2-sum" not in empty and sum("was written into the cell" in remark for remark in remarks) == 2


def test_a_copy_of_a_locked_cell_and_other_numbers_in_it_say_nothing(ps2):
    other = ProblemSet("ps2", "another-term")
    notebook = copied(right(other), "ps2-setup", cell_of(right(other), "ps2-setup").source)
    cells, remarks, _ = assemble(notebook, ps2)
    assert ids(cells) == ids(blank(ps2).cells) and remarks == []
    assert cell_of(notebook, "ps2-setup").source != cells[1].source == cell_of(blank(ps2), "ps2-setup").source


def test_a_cell_of_another_name_is_found_by_its_id_or_is_the_students_own(ps2):
    notebook = right(ps2)
    cell_of(notebook, "ps2-stack").metadata["nbgrader"]["grade_id"] = "my-stack"
    assert ids(assemble(notebook, ps2).cells) == ids(blank(ps2).cells)
    cell_of(notebook, "my-stack").id = "x"
    cells, remarks, _ = assemble(notebook, ps2)
    assert "the cell id 'my-stack' is not one of the released ones; taken as the student's own cell" in remarks
    assert [cell.source for cell in cells if not grader(cell)] == [cell_of(right(ps2), "ps2-stack").source]


# ---- written answers ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("below", [0, 1])
def test_of_two_copies_of_a_text_the_answered_one_counts(below, ps2):
    cells, remarks, empty = assemble(copied(blank(ps2), WRITTEN, DERIVATION, below=below), ps2)
    assert ids(cells).count(WRITTEN) == 1 and WRITTEN not in empty
    assert [cell.source for cell in cells if grader(cell).get("grade_id") == WRITTEN] == [DERIVATION]
    assert remarks == [f"the cell {WRITTEN!r} is there 2 times; the answered one counts"]


def test_of_two_answered_copies_the_marker_sees_both(ps2):
    notebook = copied(with_answers(blank(ps2), {WRITTEN: "first"}), WRITTEN, "second")
    cells, remarks, empty = assemble(notebook, ps2)
    assert [cell.source for cell in cells if grader(cell).get("grade_id") == WRITTEN] == ["first\n\nsecond"]
    assert WRITTEN not in empty and "their texts stand together" in remarks[0]


@pytest.mark.parametrize("kind", ["code", "raw"])
def test_a_text_that_was_turned_into_another_kind_is_text_again(kind, ps2):
    cells, remarks, empty = assemble(turned(blank(ps2), WRITTEN, kind, DERIVATION), ps2)
    (cell,) = [cell for cell in cells if grader(cell).get("grade_id") == WRITTEN]
    assert (cell.cell_type, cell.source) == ("markdown", DERIVATION) and WRITTEN not in empty
    assert remarks == [f"the answer {WRITTEN!r} was turned into a {kind} cell; it is shown as text"]


@pytest.mark.parametrize("made", [nbformat.v4.new_markdown_cell, nbformat.v4.new_raw_cell, nbformat.v4.new_code_cell])
@pytest.mark.parametrize("step", [0, 1])
def test_an_empty_answer_with_something_beside_it_is_left_to_the_marker(made, step, ps2):
    notebook = own(blank(ps2), made(DERIVATION), at=place_of(blank(ps2), WRITTEN) + step)
    cells, remarks, empty = assemble(notebook, ps2)
    assert WRITTEN not in empty and "ps2-backward" in empty
    assert [cell.source for cell in cells if not grader(cell)] == [DERIVATION]
    assert remarks == [f"the answer {WRITTEN!r} is empty; what stands in own cells is left to the marker"]


def test_an_empty_answer_with_nothing_beside_it_is_empty(ps2):
    last = len(blank(ps2).cells)
    for made, at in (("", place_of(blank(ps2), WRITTEN) + 1), (DERIVATION, 2)):
        assert WRITTEN in assemble(own(blank(ps2), nbformat.v4.new_markdown_cell(made), at=at), ps2).blank
    emptied = with_answers(blank(ps2), {WRITTEN: " \n"})
    assert WRITTEN in assemble(emptied, ps2).blank
    deleted = own(blank(ps2), nbformat.v4.new_markdown_cell(DERIVATION), at=last)
    deleted.cells.remove(cell_of(deleted, WRITTEN))
    assert WRITTEN not in assemble(deleted, ps2).blank  # who deletes the cell may have answered anywhere


def test_text_is_kept_as_typed(ps2):
    source = "$0<i<j$ and <b>bold</b>: `a<b`"
    cells = assemble(with_answers(blank(ps2), {WRITTEN: source}), ps2).cells
    assert source in [cell.source for cell in cells]


# ---- code -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("below", [0, 1])
def test_of_two_copies_of_code_the_untouched_one_takes_nothing_away(below, ps2):
    cells, remarks, _ = assemble(copied(blank(ps2), CODE, STD, below=below), ps2)
    assert [cell.source for cell in cells if "def xavier_normal" in cell.source] == [STD]
    assert remarks == [f"the cell {CODE!r} is there 2 times; the answered one counts"]


def test_answered_copies_of_code_are_all_run_in_their_order(ps2):
    first = STD.replace("1, shape", "2, shape")
    cells, remarks, _ = assemble(copied(with_answers(blank(ps2), {CODE: first}), CODE, STD), ps2)
    assert [cell.source for cell in cells if "def xavier_normal" in cell.source] == [first, STD]
    assert remarks == [f"the cell {CODE!r} is there 2 times; all that were answered are run"]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_code_that_was_turned_into_text_is_run_if_nothing_else_does_its_work(kind, ps2):
    notebook = turned(blank(ps2), CODE, kind, STD)
    cells, remarks, _ = assemble(notebook, ps2)
    (cell,) = [cell for cell in cells if grader(cell).get("grade_id") == CODE]
    assert (cell.cell_type, cell.source) == ("code", STD) and "run as code" in remarks[0]
    other = own(notebook, nbformat.v4.new_code_cell("# better\n" + STD), at=3)
    cells, remarks, _ = assemble(other, ps2)
    assert [cell.cell_type for cell in cells if STD in cell.source] == ["code", "markdown"]
    assert "another cell defines what it defined" in remarks[0]


@pytest.mark.parametrize("at", [3, -1])
@pytest.mark.parametrize("deleted", [False, True])
def test_an_untouched_stub_is_not_run_over_the_answer_in_another_cell(at, deleted, ps2):
    notebook = own(blank(ps2), nbformat.v4.new_code_cell(STD), at=at)
    if deleted:
        notebook.cells.remove(cell_of(notebook, CODE))
    cells, remarks, _ = assemble(notebook, ps2)
    assert [cell.source for cell in cells if "def xavier_normal" in cell.source] == [STD]
    assert f"the answer to {CODE!r} stands in another cell" in remarks
    assert any(is_test(cell) for cell in cells)
