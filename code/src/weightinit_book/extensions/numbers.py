"""The book in numbers, counted where they come from: the landing page shows them, and a test holds README.md to them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from weightinit_book.check import ROOT, notebooks, text_of
from weightinit_book.extensions.statements import read_chapter

PLACE = re.compile(
    r"<!--\s*the book in numbers\s*-->"
)  # in a Markdown cell, where a reader of the notebook sees nothing
WORDS_A_MINUTE = 220
MINUTES_A_FORMULA = 0.5
SOLUTION = re.compile(r"^```\{solution-start\}.*?^```\{solution-end\}\s*^```$|^```\{solution\}.*?^```$", re.S | re.M)
NO_PROSE = re.compile(r"<!--.*?-->|^```python$.*?^```$|\$\$.*?\$\$|\$[^$]*\$|`[^`\n]+`|^:[\w-]+:.*?$", re.S | re.M)


@dataclass(frozen=True)
class Numbers:
    """How much there is."""

    chapters: int
    shortest: int  # minutes of reading
    longest: int
    statements: int
    checks: int
    problem_sets: int

    def lines(self) -> list[tuple[str, str]]:
        """Each number, and what it counts. That no page asks another host for anything is what the build makes sure of."""
        return [
            (str(self.chapters), f"chapters, {self.shortest} to {self.longest} minutes each"),
            (str(self.statements), "statements, each derived and predicted"),
            (str(self.checks), "checks of them, executed and printed"),
            (str(self.problem_sets), "problem sets, their code marked by a command"),
            ("0", "requests to other hosts"),
        ]


def count(root: Path = ROOT) -> Numbers:
    """Count in the notebooks and the problem sets."""
    paths = [path for path in notebooks(root) if re.match(r"\d\d-", path.name)]
    read = [read_chapter(path, path.stem) for path in paths]
    minutes = [round(minutes_to_read(path) / 5) * 5 for path in paths]
    return Numbers(
        chapters=len(paths),
        shortest=min(minutes, default=0),
        longest=max(minutes, default=0),
        statements=sum(len(chapter.statements) for chapter in read),
        checks=sum(len(chapter.claims.get(label, ())) for chapter in read for label in chapter.statements),
        problem_sets=len(list((root / "coursework" / "source").glob("*/*.ipynb"))),
    )


def words_and_formulas(path: Path) -> tuple[int, int]:
    """How many words a notebook has in its text, and how many displayed formulas, without solutions and code."""
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    text = "\n\n".join(text_of(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    text = SOLUTION.sub("", text)
    formulas = re.findall(r"\$\$.*?\$\$", text, re.S)
    return len(re.findall(r"[^\W\d_]+", NO_PROSE.sub("", text))), len(formulas)


def minutes_to_read(path: Path) -> float:
    """The time for the text and the displayed formulas of a notebook."""
    words, formulas = words_and_formulas(path)
    return words / WORDS_A_MINUTE + MINUTES_A_FORMULA * formulas


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the numbers in the place that a page keeps for them."""
    for place in [raw for raw in doctree.findall(nodes.raw) if PLACE.search(raw.astext())]:
        items = [
            nodes.list_item("", nodes.paragraph("", "", nodes.strong("", number), nodes.Text(f" {what}")))
            for number, what in count(Path(app.srcdir)).lines()
        ]
        place.replace_self(nodes.bullet_list("", *items, classes=["wi-numbers"]))
