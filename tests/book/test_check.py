"""The checks before the build, tried on broken copies: each stops with a line that names the file."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from weightinit_book.__main__ import main
from weightinit_book.check import can_print, check_book, check_notebook, toc_entries


def notebook() -> nbformat.NotebookNode:
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell("import math", execution_count=1),
        new_code_cell("print(1)", execution_count=2, outputs=[new_output("stream", name="stdout", text="1\n")]),
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "index.md").write_text("# Book\n")
    (tmp_path / "chapters" / "notation.md").write_text("# Notation\n")
    nbformat.write(notebook(), tmp_path / "chapters" / "01-one.ipynb")
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n- caption: A\n  chapters:\n  - file: chapters/01-one\n"
        "    sections:\n    - file: chapters/notation.md\n"
    )
    return tmp_path


def change(book: Path, **changes) -> Path:
    """Change the last cell of the notebook."""
    path = book / "chapters" / "01-one.ipynb"
    content = json.loads(path.read_text())
    content["cells"][-1].update(changes)
    path.write_text(json.dumps(content))
    return path


def test_a_sound_book_passes(book):
    assert check_book(book) == []


def test_a_chapter_missing_from_the_toc_is_named(book):
    (book / "chapters" / "02-two.ipynb").write_text((book / "chapters" / "01-one.ipynb").read_text())
    assert check_book(book) == ["chapters/02-two.ipynb: is not in _toc.yml"]


def test_a_toc_entry_without_file_is_named(book):
    (book / "chapters" / "01-one.ipynb").unlink()
    (problem,) = check_book(book)
    assert "_toc.yml" in problem and "chapters/01-one" in problem


def test_a_chapter_listed_twice_is_named(book):
    toc = book / "_toc.yml"
    toc.write_text(toc.read_text() + "  - file: chapters/01-one\n")
    assert any("more than once" in problem and "01-one" in problem for problem in check_book(book))


@pytest.mark.parametrize("text", ["root: [", None])
def test_an_unreadable_toc_is_named(book, text):
    if text is None:
        (book / "_toc.yml").unlink()
    else:
        (book / "_toc.yml").write_text(text)
    (problem,) = check_book(book)
    assert problem.startswith("_toc.yml: ") and "\n" not in problem


ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
WARNING = {"output_type": "stream", "name": "stderr", "text": "UserWarning: beware"}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"execution_count": None}, "not executed"),
        ({"outputs": []}, "no stored output"),
        ({"execution_count": None, "outputs": []}, "not executed"),
        ({"execution_count": 7}, "out of order"),
        ({"outputs": [ERROR]}, "ValueError"),
        ({"outputs": [WARNING]}, "stderr"),
        ({"source": "  \n"}, "empty"),
    ],
)
def test_a_broken_notebook_is_named(book, changes, word):
    change(book, **changes)
    problems = check_book(book)
    assert problems and all(p.startswith("chapters/01-one.ipynb: cell 3") and "\n" not in p for p in problems)
    assert any(word in p for p in problems)


def test_an_expected_error_is_allowed(book):
    path = change(book, outputs=[ERROR], metadata={"tags": ["raises-exception"]})
    assert check_notebook(path) == []


@pytest.mark.parametrize("text", ["", "{}", "not json"])
def test_a_file_that_is_no_notebook_is_named(book, text):
    (book / "chapters" / "01-one.ipynb").write_text(text)
    (problem,) = check_book(book)
    assert problem.startswith("chapters/01-one.ipynb: is not a notebook")


def test_the_command_prints_the_lines_and_fails(book, capsys):
    assert main(["check", str(book)]) == 0
    change(book, outputs=[])
    assert main(["check", str(book)]) == 1
    assert "error: chapters/01-one.ipynb: cell 3" in capsys.readouterr().err


@pytest.mark.parametrize(
    "source",
    ["print(1)", "x = 1\nx", "fig", "a + b", "for i in x:\n    print(i)", "claims.claim('eq-a', 1, m)", "explorers.explore(f, a=[1])",
     "with x:\n    claim_exact('eq-a', 1, 1)", "selfcheck.numeric('?', 1)"],
)  # fmt: skip
def test_a_cell_that_shows_something_is_known(source):
    assert can_print(source)


@pytest.mark.parametrize(
    "source",
    ["x = 1", "import numpy", "plots.use_style()", "def f():\n    print(1)", "x;", "# comment", "if x:\n    print(x)", "ax.legend();"],
)  # fmt: skip
def test_a_silent_cell_is_known(source):
    assert not can_print(source)


def test_toc_of_all_forms_is_read():
    toc = {
        "root": "a",
        "parts": [{"chapters": [{"file": "b.md", "sections": [{"file": "c.ipynb"}]}]}],
        "chapters": [{"file": "d"}],
    }
    assert toc_entries(toc) == ["a", "b", "c", "d"]
