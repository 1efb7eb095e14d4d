"""Replications and errata: every row of the table has a section, a source and an executed cell that added it."""

from __future__ import annotations

import ast
import html
import json
import re
from pathlib import Path

import pytest

from weightinit_book.check import text_of

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
PAGES = {"replications": ("compare", "rep-", 20), "errata": ("refute", "err-", 25)}
PEERS = {"torch", "keras", "tensorflow", "jax"}
# an address, a citation, a page of this book that cites it, or that it is easily said
SOURCE = re.compile(
    r"https?://|\{cite:[pt]\}|[Ee]asily |\b(?:Keras|PyTorch) \d|[sS]ame (?:section|notebook|file|repository)"
)

each_page = pytest.mark.parametrize("name", PAGES)


def cells(name: str) -> list[dict]:
    return json.loads((CHAPTERS / f"{name}.ipynb").read_text(encoding="utf8"))["cells"]


def added(source: str, method: str) -> list[str]:
    """The names of the rows that a cell adds."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == f"rows.{method}"]


def table(name: str) -> list[tuple[str, list[str], list[str]]]:
    """Name, small lines and values of each row of the stored table."""
    shown = text_of(cells(name)[-1]["outputs"][0]["data"]["text/html"])
    rows = re.findall(r'<tr[^>]*><th scope="row"><a href="#([\w-]+)">(.*?)</tr>', shown, re.S)
    return [
        (row, re.findall(r"<small>(.*?)</small>", rest), re.findall(r"<td [^>]*>(.*?)</td>", rest))
        for row, rest in rows
    ]


@each_page
def test_there_are_enough_rows_and_each_has_its_section_its_cell_and_its_numbers(name):
    method, prefix, least = PAGES[name]
    rows, page = table(name), cells(name)
    names = [row for row, _, _ in rows]
    sections, by_cell = [], []
    for before, cell in zip(page, page[1:], strict=False):
        if cell["cell_type"] == "code" and (found := added(text_of(cell["source"]), method)):
            by_cell += found
            sections += re.findall(r"^\(([\w-]+)\)=$", text_of(before["source"]), re.M)
            assert cell["execution_count"] and cell["outputs"], found
    assert len(names) >= least
    assert names == by_cell == sections
    assert all(row.startswith(prefix) for row in names)
    assert all(values and all(values) for _, _, values in rows)


@each_page
def test_each_row_names_its_source(name):
    assert {row: notes for row, notes, _ in table(name) if not notes or not notes[-1]} == {}
    texts = [text_of(cell["source"]) for cell in cells(name) if cell["cell_type"] == "markdown"]
    groups, missing, group = {}, [], ""
    for text in texts:
        group = text if re.search(r"^## ", text, re.M) else group
        for row in re.findall(r"^\(([\w-]+)\)=$", text, re.M):
            groups[row] = group
            missing += [row] if not SOURCE.search(text) and not SOURCE.search(group) else []
    assert missing == [] and len(groups) == len(table(name))


@each_page
def test_the_table_stands_first_on_the_page_and_is_made_last(name):
    last = cells(name)[-1]
    assert "lead" in last["metadata"]["tags"] and text_of(last["source"]) == "rows"


@each_page
def test_no_framework_is_imported(name):
    for cell in cells(name):
        if cell["cell_type"] == "code":
            for node in ast.walk(ast.parse(text_of(cell["source"]))):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    modules = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                    assert not PEERS & {module.partition(".")[0] for module in modules}


def test_tests_of_peers_that_a_row_names_exist():
    peers = "".join(path.read_text(encoding="utf8") for path in (CHAPTERS.parent / "tests/peers").glob("*.py"))
    if not peers:
        pytest.skip("a copy without the tests of peers")
    text = "".join(text_of(cell["source"]) for cell in cells("errata"))
    named = set(re.findall(r"`(test_\w+)`", text))
    assert named and {test for test in named if f"def {test}(" not in peers} == set()


def test_what_differs_says_so():
    rows = {row: values for row, _, values in table("replications")}
    assert {re.split("[:;]", values[-1])[0] for values in rows.values()} == {"comes out", "differs"}
    assert html.unescape(rows["rep-crit-swish"][-1]) == "differs: 10 times"
