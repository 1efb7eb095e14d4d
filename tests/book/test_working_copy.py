"""The reader's working copy: it follows the book, and never at the cost of what the reader wrote."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from weightinit_book import build as build_module
from weightinit_book import lab
from weightinit_book.lab import options, update
from weightinit_book.revive import VIEW, on_save

NAME = "chapters/05-he.ipynb"


@pytest.fixture(autouse=True)
def signatures(tmp_path, monkeypatch) -> None:
    """Not in the user's own database."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


@pytest.fixture
def fresh(tmp_path) -> Path:
    folder = tmp_path / "lab"
    write(folder / NAME, "as it was")
    (folder / "chapters" / "notation.md").write_text("# Notation\n")
    return folder


def write(path: Path, text: str, out: str = "1") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    output = new_output("stream", name="stdout", text=out)
    cells = [new_markdown_cell(text, id="a"), new_code_cell("print(1)", id="b", outputs=[output])]
    nbformat.write(new_notebook(cells=cells), path)


def text_of(path: Path) -> str:
    return nbformat.read(path, as_version=4).cells[0].source


def test_a_first_copy_is_whole_and_trusted(fresh, tmp_path):
    work = tmp_path / "work"
    assert update(fresh, work) == []
    assert (work / NAME).read_bytes() == (fresh / NAME).read_bytes() and (work / "chapters/notation.md").is_file()
    assert NotebookNotary().check_signature(nbformat.read(work / NAME, as_version=4))
    assert not list(work.rglob("*.half"))


def test_what_was_only_run_follows_the_book(fresh, tmp_path):
    work = tmp_path / "work"
    update(fresh, work)
    write(work / NAME, "as it was", out="2")
    run = (work / NAME).read_bytes()
    assert update(fresh, work) == [] and (work / NAME).read_bytes() == run  # nothing is new: nothing is touched
    write(fresh / NAME, "better")
    assert update(fresh, work) == [] and text_of(work / NAME) == "better"


def test_what_was_changed_stays_and_the_new_version_lies_beside_it(fresh, tmp_path):
    work = tmp_path / "work"
    update(fresh, work)
    write(work / NAME, "mine")
    assert update(fresh, work) == []
    for number, text in enumerate(("better", "best")):
        write(fresh / NAME, text)
        (said,) = update(fresh, work)
        assert said == (
            "work/chapters/05-he.ipynb holds changes of yours and stays; "
            "the book's new version is work/chapters/05-he-new.ipynb"
        ), number
        assert text_of(work / NAME) == "mine" and text_of(work / "chapters/05-he-new.ipynb") == text
        assert update(fresh, work) == []  # told once
    write(work / "chapters/05-he-new.ipynb", "mine too")
    write(fresh / NAME, "best of all")
    (said,) = update(fresh, work)
    assert said.endswith("05-he-new-2.ipynb") and text_of(work / "chapters/05-he-new-2.ipynb") == "best of all"
    assert text_of(work / NAME) == "mine" and text_of(work / "chapters/05-he-new.ipynb") == "mine too"


def test_without_its_record_a_file_is_the_readers(fresh, tmp_path):
    work = tmp_path / "work"
    update(fresh, work)
    (work / lab.RECORD).unlink()
    write(work / NAME, "mine")
    (said,) = update(fresh, work)
    assert "05-he-new.ipynb" in said and text_of(work / NAME) == "mine"


def test_what_was_deleted_comes_back(fresh, tmp_path):
    work = tmp_path / "work"
    update(fresh, work)
    (work / NAME).unlink()
    assert update(fresh, work) == [] and text_of(work / NAME) == "as it was"


def test_what_is_not_as_it_was_written_is_not_trusted(fresh, tmp_path):
    work = tmp_path / "work"
    update(fresh, work)
    write(work / NAME, "as it was", out="<script>")
    update(fresh, work)
    assert not NotebookNotary().check_signature(nbformat.read(work / NAME, as_version=4))


@pytest.mark.parametrize("folder", ["_build", "work"])
def test_a_folder_that_cannot_be_written_is_told_in_one_line(folder, fresh, tmp_path, monkeypatch, capsys):
    """`/proc` refuses even root."""
    monkeypatch.setattr(build_module, "BUILD", Path("/proc") / folder if folder == "_build" else tmp_path)
    monkeypatch.setattr(lab, "WORK", Path("/proc") / folder)
    monkeypatch.setattr(lab, "BUILD", tmp_path)
    if folder == "work":
        monkeypatch.setattr(lab, "build", lambda: 0)
    assert lab.lab([]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert folder in line and "cannot be written" in line


def test_jupyterlab_gets_what_the_reader_adds_and_runs_as_root(monkeypatch):
    for user in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        chosen = options(["--no-browser", "--port", "8889"])
        assert chosen[-3:] == ["--no-browser", "--port", "8889"]
        assert ("--ServerApp.allow_root=True" in chosen) == (user == 0)


def test_a_saved_notebook_needs_no_kernel_for_its_questions():
    html = '<div class="wi-quiz"><p>What is 1 + 1?</p></div>'
    live = {"version_major": 2, "version_minor": 0, "model_id": "of-the-kernel"}
    bundles = [{"text/html": html, VIEW: live}, {"text/html": "<p>other</p>", VIEW: live}]

    def saved(path: str, times: int = 1) -> list[dict]:
        notebook = new_notebook(
            cells=[new_code_cell("ask()", outputs=[new_output("display_data", data=dict(data))]) for data in bundles]
        )
        for _ in range(times):
            on_save(model={"type": "notebook", "content": notebook}, path=path, contents_manager=None)
        nbformat.validate(notebook)
        return [cell.outputs[0].data for cell in notebook.cells]

    asked, other = saved("work/x.ipynb")
    assert list(asked) == ["text/html"] and asked["text/html"].startswith(html) and "<script>" in asked["text/html"]
    assert other == bundles[1]
    assert saved("work/x.ipynb", times=2)[0] == asked
    assert saved("chapters/05-he.ipynb") == bundles and saved("index.ipynb") == bundles
    on_save(model={"type": "file", "content": "text"}, path="x.txt", contents_manager=None)
