"""The released notebooks on the site: they are there, they are the students' version, and nothing else tells a solution."""

from __future__ import annotations

import functools
import html
import json
import re
from pathlib import Path

import nbformat
import pytest
from checks import soup

from weightinit_course.problem_set import ProblemSet, problem_sets
from weightinit_course.terms import SHOWN_TERM

GUIDE = "coursework/student-guide.html"
TELLING = 36  # shorter lines are idioms that the chapters use as well
READ = {".html", ".ipynb", ".js", ".json", ".txt", ".md", ".xml", ".css", ".svg"}


@functools.cache
def text_of(path: Path, changed: int) -> str:
    """What a file says, without markup: a notebook's cells, a page's text; other files as they are."""
    text = path.read_text(encoding="utf8", errors="replace")
    if path.suffix == ".html":
        return html.unescape(re.sub(r"<[^>]+>", "", text))
    if path.suffix == ".ipynb":
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text


def told(site: Path, name: str) -> list[str]:
    """Where on the site a line of a problem set's solution, hidden tests or mark scheme stands."""
    lines = ProblemSet(name, SHOWN_TERM).secrets(shortest=TELLING)
    files = [path for path in sorted(site.rglob("*")) if path.suffix in READ and "_static" not in path.parts]
    found = []
    for path in files:
        text = text_of(path, path.stat().st_mtime_ns)
        found += [f"{path.relative_to(site)}: {line}" for line in lines if line in text]
    return found


@pytest.mark.parametrize("name", problem_sets())
def test_the_students_notebook_can_be_downloaded(site, name):
    link = soup(site / GUIDE).select_one(f'a[download][href$="/{name}.ipynb"]')
    assert link is not None
    offered = nbformat.read((site / GUIDE).parent / link["href"], as_version=4)
    assert offered == ProblemSet(name, SHOWN_TERM).released
    row = link.find_parent("tr").get_text(" ", strip=True)
    assert ProblemSet(name, SHOWN_TERM).title in row


def test_both_guides_are_in_the_book(site):
    for guide in ("student-guide", "instructor-guide"):
        assert soup(site / "index.html").select(f'nav a[href$="coursework/{guide}.html"]')


@pytest.mark.parametrize("name", problem_sets())
def test_no_solution_is_told_anywhere_on_the_site(site, name):
    assert told(site, name) == []


@pytest.mark.parametrize("ending", ["html", "ipynb", "js"])
def test_a_solution_that_is_told_is_found(tmp_path, ending):
    line = max(ProblemSet("ps2", SHOWN_TERM).secrets(shortest=TELLING), key=len)
    text = {
        "html": "".join(f"<span>{html.escape(part)}</span>" for part in re.split("(?<= )", line)),
        "ipynb": json.dumps({"cells": [{"source": ["x = 1\n", line]}]}),
        "js": f"Search.setIndex({line})",
    }[ending]
    (tmp_path / f"a.{ending}").write_text(text)
    assert told(tmp_path, "ps2") == [f"a.{ending}: {line}"]
