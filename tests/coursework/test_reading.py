"""A file that is to be read as a notebook: in any encoding, without trust, and with words for whoever handed it in."""

from __future__ import annotations

import codecs
import json
import resource
from dataclasses import replace

import nbformat
import pytest

from weightinit_course.cells import assemble
from weightinit_course.examples.answers import blank, right
from weightinit_course.problem_set import grader
from weightinit_course.reading import LARGEST, MOST_CELLS, MOST_VALUES, read
from weightinit_course.submissions import Refused


def write(folder, name, notebook):
    path = folder / name
    nbformat.write(notebook, path)
    return path


def ids(cells):
    return [grader(cell).get("grade_id") for cell in cells]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_of_json_is_read(encoding, tmp_path, ps2):
    path = tmp_path / "ps2.ipynb"
    path.write_text(nbformat.writes(blank(ps2)), encoding=encoding)
    notebook, remarks = read(path, ps2)
    assert ids(notebook.cells) == ids(blank(ps2).cells) and remarks == []


SAYS = {
    "an empty file": (b"", "the file is empty"),
    "a PDF": (b"%PDF-1.7 \xff", "it is a PDF"),
    "a web page": (b"\n<!doctype html><html>", "it is a web page, as a browser saves it"),
    "a zip file": (b"PK\x03\x04\xff\xff", "it is a zip file or an office document"),
    "half of it": (b'{"cells": [{"cell_type": "code", ', "it breaks off in the middle"),
    "Latin-1": ('{"cells": "\xe9"}'.encode("latin-1"), "its characters are not stored as UTF-8"),
    "an essay": (b"Dear professor", "what it holds is no notebook"),
    "other JSON": (b'{"cells": 3}', "what it holds is no notebook"),
    "nested": (codecs.BOM_UTF8 + b"[" * 100_000 + b"]" * 100_000, "what it holds is no notebook"),
}


@pytest.mark.parametrize("kind", SAYS)
def test_what_is_no_notebook_is_called_by_its_name(kind, tmp_path, ps2):
    content, words = SAYS[kind]
    path = tmp_path / "ps2.ipynb"
    path.write_bytes(content)
    with pytest.raises(Refused) as said:
        read(path, ps2)
    assert str(said.value).startswith(f"it is not a notebook that can be read: {words}")
    assert "Error" not in str(said.value)


def test_too_large_too_many_cells_and_too_many_values(tmp_path, ps2):
    cells = [nbformat.v4.new_code_cell("1") for _ in range(MOST_CELLS + 1)]
    with pytest.raises(Refused, match="500 cells"):
        read(write(tmp_path, "many.ipynb", nbformat.v4.new_notebook(cells=cells)), ps2)
    huge = tmp_path / "huge.ipynb"
    with huge.open("wb") as file:
        file.truncate(6 * 2**30)  # takes no disk, and would take all memory if it were read
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused, match="larger than 20 MB; clear the outputs"):
        read(huge, ps2)
    bomb = tmp_path / "bomb.ipynb"
    bomb.write_text('{"cells": [], "metadata": {"x": [' + "[]," * (MOST_VALUES // 2) + "0]}}")
    assert bomb.stat().st_size < LARGEST
    with pytest.raises(Refused, match="more values than a notebook needs"):
        read(bomb, ps2)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def test_another_term_is_said_and_marked_with_the_right_numbers(tmp_path, ps2):
    notebook = blank(ps2)
    notebook.metadata["weightinit"]["term"] = "last-year"
    _, remarks = read(write(tmp_path, "ps2.ipynb", notebook), ps2)
    assert remarks == ["it was released for the term 'last-year'; it is marked with the numbers of 'test-term'"]


def test_the_variant_of_another_student_is_said(tmp_path, ps2):
    ada, ben = replace(ps2, student="ada"), replace(ps2, student="ben")
    path = write(tmp_path, "ps2.ipynb", right(ben))
    assert read(path, ben)[1] == []
    assert read(path, ada)[1] == ["it was released for the student 'ben', and is marked with the numbers of 'ada'"]


def test_cells_whose_metadata_an_editor_has_dropped_are_found_by_their_ids(tmp_path, ps2):
    notebook = right(ps2)
    for cell in notebook.cells:
        cell.metadata = {}
    notebook.metadata = {}
    read_again, remarks = read(write(tmp_path, "ps2.ipynb", notebook), ps2)
    assert ids(read_again.cells) == ids(right(ps2).cells)
    assert remarks == [
        f"{len(notebook.cells)} cells had lost what marks them (another editor?); they were found by their ids"
    ]
    notebook = right(ps2)
    notebook.cells[3].metadata = {}
    read_again, remarks = read(write(tmp_path, "ps2.ipynb", notebook), ps2)
    assert assemble(read_again, ps2).remarks == []
    assert remarks == ["the cell 'ps2-numbers' had lost what marks it; it was found by its id"]


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
    cells, remarks, _ = assemble(read(path, ps2)[0], ps2)
    assert ids(cells).count("ps2-numbers") == 1 and remarks == []  # its id says which one it is


def test_half_characters_and_what_controls_a_terminal_stay_outside(tmp_path, ps2):
    notebook = blank(ps2)
    notebook.cells[0].source += " \ud800\x1b[2J"
    notebook.metadata["weightinit"]["term"] = "\x1b[2Jlast\x07"
    path = tmp_path / "ps2.ipynb"
    path.write_text(json.dumps(notebook))
    notebook, (remark,) = read(path, ps2)
    assert notebook.cells[0].source.endswith(" \N{REPLACEMENT CHARACTER}")
    assert "'last\N{REPLACEMENT CHARACTER}'" in remark
