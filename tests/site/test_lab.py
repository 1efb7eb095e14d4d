"""The working copies for JupyterLab: nothing raw, nothing told too early, and in a real browser as on paper.

The build writes them beside the site, into _build/lab.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import missing
from pages import ROOT, SITE

from weightinit_book.check import notebooks
from weightinit_book.extensions.numbers import count
from weightinit_book.revive import BROUGHT, outputs

LAB = SITE.parent / "lab"
CHAPTERS = [path.relative_to(ROOT).as_posix() for path in notebooks()]
FIRST = "chapters/01-why-the-start-matters.ipynb"

RAW = re.compile(
    r"\{[a-z]+(?::[a-z]+)?\}`|[`:]{3}\{|^:[a-z]+: |^\([\w-]+\)=|\((?:eq|def|sec|ex|fig)-[\w-]+\)|\$\$ *\(", re.M
)
SOLUTION = re.compile(r"^`{3,}\{solution(?:-start)?\}", re.M)


@pytest.fixture(scope="session")
def copies() -> Path:
    if not (LAB / "index.ipynb").is_file():
        missing(f"there is no {LAB.name}/index.ipynb beside the site; run: make book")
    return LAB


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def seen(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells that JupyterLab shows: not those below a folded heading, up to the next one of its level or above."""
    shown, folded = [], 7
    for cell in notebook.cells:
        heading = re.match(r"#+", cell.source) if cell.cell_type == "markdown" else None
        if heading and len(heading[0]) <= folded:
            folded = 7
        if folded == 7:
            shown.append(cell)
        if cell.metadata.get("jp-MarkdownHeadingCollapsed"):
            folded = len(heading[0])
    return shown


def solving(notebook: nbformat.NotebookNode) -> set[str]:
    """Names of the code cells of a chapter that belong to solutions."""
    found, inside = set(), False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found |= {cell.id} if inside else set()
        else:
            inside = max(cell.source.rfind("{solution-start}"), 0 if inside else -1) > cell.source.rfind(
                "{solution-end}"
            )
    return found


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_markup_is_left(copies, name):
    for cell in read(copies / name).cells:
        if cell.cell_type == "markdown":
            assert not RAW.findall(cell.source), cell.id


def test_no_markup_is_left_in_pages_that_are_no_notebooks(copies):
    pages = {path.stem: path.read_text(encoding="utf8") for path in (copies / "chapters").glob("*.md")}
    names = {"notation", "cheat-sheet", "decisions", "questions", "ledger", "references", "package"}
    assert set(pages) == names
    for name, text in pages.items():
        assert not RAW.findall(text), name
    assert pages["ledger"].count("#cell-id=") > 80 and "He" in pages["references"]


@pytest.mark.parametrize("name", CHAPTERS)
def test_nothing_is_told_too_early_and_nothing_else_is_hidden(copies, name):
    source, made = read(ROOT / name), read(copies / name)
    shown = seen(made)
    assert solving(source) <= {cell.id for cell in made.cells} and not solving(source) & {cell.id for cell in shown}
    solutions = sum(len(SOLUTION.findall(cell.source)) for cell in source.cells if cell.cell_type == "markdown")
    folded = [cell for cell in shown if cell.metadata.get("jp-MarkdownHeadingCollapsed")]
    assert len(folded) == solutions and all(
        re.fullmatch(r"#### Solution to Exercise\s[\d.]+", cell.source) for cell in folded
    )
    open_code = {cell.id for cell in shown if cell.cell_type == "code"}
    assert open_code | solving(source) == {cell.id for cell in source.cells if cell.cell_type == "code"}
    assert any("What to remember" in cell.source for cell in shown) or not re.match(r"chapters/\d\d-", name)
    for cell in shown:
        if cell.cell_type == "code" and re.match(r"(selfcheck|explorers)\.", cell.source.splitlines()[0]):
            assert cell.metadata.jupyter.source_hidden
    folded_there = {
        cell.id for cell in source.cells if {"hide-input", "hide-cell"} & set(cell.metadata.get("tags", ()))
    }
    folded_here = {cell.id for cell in made.cells if cell.metadata.get("jupyter", {}).get("source_hidden")}
    ideas = {cell.id for cell in source.cells if "idea" in cell.metadata.get("tags", ())}
    assert folded_there <= folded_here and not ideas & folded_here


@pytest.mark.parametrize("name", CHAPTERS)
def test_code_and_outputs_are_those_of_the_chapter(copies, name):
    """So running the copy gives what is stored in it: `make nbval` runs the chapter."""
    made, source = ([c for c in read(folder / name).cells if c.cell_type == "code"] for folder in (copies, ROOT))
    for mine, theirs in zip(made, source, strict=True):
        for data, html in outputs({"cells": [mine]}):
            data["text/html"] = html.split(BROUGHT)[0]
        assert (mine.source, mine.execution_count, mine.outputs) == (
            theirs.source,
            theirs.execution_count,
            theirs.outputs,
        )


def test_nothing_is_said_that_is_true_of_the_page_only(copies):
    text = " ".join(
        " ".join(cell.source for cell in read(copies / FIRST).cells if cell.cell_type == "markdown").split()
    )
    assert "How to read a ✓" in text and "[stated share](notation.md)" in text
    assert "set as a table" not in text and "leads to the cell" not in text and "has such a line." in text


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_has_its_caption_and_every_link_its_goal(copies, name):
    made, source = read(copies / name), read(ROOT / name)
    places = [cell.id for cell in made.cells]
    figures = [cell for cell in source.cells if "caption" in cell.metadata.get("mystnb", {}).get("figure", {})]
    for figure in figures:
        below = made.cells[places.index(figure.id) + 1]
        assert re.match(r"\*\*Figure\s\d+\.\d+\.\*\* \S", below.source), figure.id
    for cell in made.cells:
        if cell.cell_type == "markdown":
            assert not re.findall(r"\]\([^)\s]*#(?!cell-id=)", re.sub(r"\]\(https?:[^)]*\)", "", cell.source))
            for goal, anchor in re.findall(r"\]\(([^)#\s]*)(#cell-id=[\w-]+)?\)", cell.source):
                path = (copies / name).parent / goal if goal else copies / name
                if "coursework/" in goal:  # beside the folder that the copies are meant for, `work`
                    path = Path(os.path.normpath(ROOT / "work" / Path(name).parent / goal))
                if not goal.startswith("http"):
                    assert path.is_file(), goal
                    assert not anchor or anchor.removeprefix("#cell-id=") in [c.id for c in read(path).cells], anchor


def test_the_first_page_has_the_book_in_numbers_and_leads_to_the_coursework(copies):
    text = "\n".join(cell.source for cell in read(copies / "index.ipynb").cells)
    assert "<!--" not in text and all(f"- **{number}** {what}" in text for number, what in count().lines())
    assert "](../coursework/student-guide.md)" in text and "](chapters/notation.md)" in text


def test_numbers_are_those_of_the_site(copies, site):
    page = (site / FIRST).with_suffix(".html").read_text(encoding="utf8")
    made = "\n".join(cell.source for cell in read(copies / FIRST).cells)
    for number in re.findall(r'class="eqno">\(([\d.]+)\)', page):
        assert f"\\tag{{{number}}}" in made
    for number, title in re.findall(r'<h2><span class="section-number">([\d.]+) ?</span>([^<]+)<', page):
        plain = title.translate(str.maketrans("“”’", '""\''))
        assert f"## {number} {plain}" in made


# ---- in JupyterLab ------------------------------------------------------------------------------------------------------
START = """
import sys
from pathlib import Path
from weightinit_book import lab
root, copies, *rest = sys.argv[1:]
lab.ROOT, lab.WORK, lab.BUILD, lab.build = Path(root), Path(root) / "work", Path(copies).parent, lambda: 0
sys.exit(lab.lab(rest))
"""


@pytest.fixture(scope="module")
def jupyterlab(copies, tmp_path_factory) -> Iterator[str]:
    """Address of a JupyterLab on a working copy, as `make lab` starts it, where the port that was asked for is taken."""
    root = tmp_path_factory.mktemp("ü lab")
    settings = root / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')  # all cells, also far below
    places = {"JUPYTER_RUNTIME_DIR": "run", "JUPYTER_DATA_DIR": "data", "JUPYTER_CONFIG_DIR": "config"}
    environment = os.environ | {name: str(root / folder) for name, folder in places.items()}
    environment |= {
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
    }
    with socket.create_server(("127.0.0.1", 0)) as taken, (root / "log").open("w") as log:
        port = taken.getsockname()[1]
        command = [sys.executable, "-c", START, root, copies, "--no-browser", f"--port={port}"]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=root)
        try:
            yield f"{address(root / 'run', server, root / 'log')}"
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(20)
            server.kill()


def address(runtime: Path, server: subprocess.Popen, log: Path) -> str:
    """Where a server listens, and its token, as soon as it says so."""
    for _ in range(1800):  # a busy machine
        for path in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(ValueError, OSError):
                about = json.loads(path.read_text(encoding="utf8"))
                urllib.request.urlopen(f"{about['url']}api?token={about['token']}").close()
                return f"{about['url']}lab/workspaces/work/tree/work/{FIRST}?token={about['token']}"
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail(log.read_text())


READY = """() => {
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-MarkdownCell')];
    return cells.length > 20 && cells.every(cell => cell.querySelector('.jp-RenderedMarkdown')?.childElementCount)
        && document.querySelector('[data-status="idle"]') && document.querySelector('.jp-Notebook .wi-numeric.wi-live');
}"""
UNCHANGED = "() => !document.querySelector('.jp-mod-dirty')"


def test_a_chapter_in_jupyterlab(jupyterlab, copies, browser):
    stored = read(copies / FIRST)
    page = browser.new_context(viewport={"width": 1300, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(jupyterlab)
    page.wait_for_function(READY)

    # as it is opened: trusted, unchanged, without anything of nbgrader, without news
    assert page.evaluate(UNCHANGED)
    assert page.locator(".Toastify__toast").count() == 0
    assert "Nbgrader" not in page.locator(".lm-MenuBar").inner_text() and page.get_by_text("Validate").count() == 0
    notebook = page.locator(".jp-Notebook")
    text = notebook.inner_text().replace("\u00a0", " ")
    assert not re.findall(
        r"\{(?:eq|ref|numref|cite:.)\}|`{3}|\(sec-|\(eq-|:label:|Error displaying|\\begin\{|\$\$", text
    )
    assert "1.4. Reason one: one factor a layer" in text and "Exercise 1.1 ★" in text and "What to remember" in text
    # solutions and what stands in plumbing cells are folded; figures and explorers are there before anything is run
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    hidden = [cell for cell in code if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert hidden and "correct=" not in text and "explanation=" not in text
    ours = next(cell for cell in code if "def signal_sizes(" in cell.source)  # "Ours are folded below"
    assert ours in hidden and not [line for line in ours.source.splitlines()[1:] if line and line in text]
    assert notebook.get_by_role("heading", name=re.compile(r"Solution to Exercise\s1\.1$")).is_visible()
    solved = [cell for cell in code if cell not in seen(stored)]
    for cell in solved:
        assert cell.source.splitlines()[-1] not in text
    drawn = [
        cell for cell in seen(stored) if any("<svg" in str(output.get("data")) for output in cell.get("outputs", ()))
    ]
    pictures = notebook.locator(".jp-OutputArea :is(svg, img) >> visible=true")
    sizes = [picture.bounding_box()["width"] for picture in pictures.all()]
    assert len(drawn) == len([size for size in sizes if size > 300])

    # a cell that is run gives what is stored
    prints = next(place for place, cell in enumerate(code) if cell.outputs and cell.outputs[0].output_type == "stream")
    printing = notebook.locator(".jp-CodeCell").nth(prints)
    printing.locator(".jp-OutputArea-output").evaluate("node => node.dataset.old = 'yes'")
    for cell in (notebook.locator(".jp-CodeCell").nth(0), printing):
        if cell.locator(".jp-InputPlaceholder, .jp-Placeholder").count():  # folded: a click opens it
            cell.locator(".jp-InputPlaceholder, .jp-Placeholder").first.click()
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
    fresh = printing.locator(".jp-OutputArea-output:not([data-old])")
    assert fresh.inner_text().strip() == code[prints].outputs[0].text.strip()

    # a question that was asked anew still answers when the notebook is reopened without its kernel
    asked = notebook.locator(".jp-CodeCell:has(.wi-numeric)").first
    asked.locator(".wi-numeric").evaluate("node => node.dataset.old = 'yes'")
    asked.locator(".jp-InputPlaceholder, .jp-Placeholder").first.click()
    asked.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    asked.locator(".wi-numeric.wi-live:not([data-old])").wait_for()
    page.keyboard.press("Control+s")
    page.wait_for_function(UNCHANGED)
    base, token = re.match(r"(.*/)lab/.*token=(\w+)", jupyterlab).groups()
    sessions = page.request.get(f"{base}api/sessions", headers={"Authorization": f"token {token}"}).json()
    assert sessions
    for session in sessions:
        page.request.delete(f"{base}api/sessions/{session['id']}", headers={"Authorization": f"token {token}"})
    page.goto(jupyterlab)
    page.wait_for_function(READY)
    assert not re.findall("Error displaying|model not found", page.locator(".jp-Notebook").inner_text())
    assert len([1 for picture in pictures.all() if picture.bounding_box()["width"] > 300]) == len(drawn)
    assert page.evaluate(UNCHANGED)
    question = page.locator(".wi-numeric.wi-live", has_text="1000 classes")  # outputs do not arrive in their order
    question.locator("input").fill("6.91")
    question.locator("button").click()
    assert "✓" in question.locator(".wi-verdict").inner_text()

    # in a narrow window no printed line breaks, inside a word or a number, and no drawing is cut
    page.set_viewport_size({"width": 620, "height": 900})
    page.wait_for_function("() => document.querySelector('.jp-Notebook').clientWidth < 620")
    printed = notebook.locator(".jp-OutputArea-output.jp-RenderedText pre >> visible=true")
    assert set(printed.evaluate_all("all => all.map(pre => getComputedStyle(pre).whiteSpace)")) == {"pre"}
    assert any(printed.evaluate_all("all => all.map(pre => pre.scrollWidth > pre.clientWidth)"))
    cut = "all => all.filter(svg => svg.getBoundingClientRect().width > svg.parentElement.clientWidth + 1).length"
    assert notebook.locator(".jp-RenderedSVG > svg >> visible=true").evaluate_all(cut) == 0
    page.context.close()
