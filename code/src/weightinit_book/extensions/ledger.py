"""The equation ledger: every labeled equation of the notebooks, with the stored line that shows how it was checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from weightinit_book.check import text_of

EQUATION = re.compile(r"\$\$(?P<latex>(?:(?!\$\$).)+?)\$\$\s*\((?P<label>[a-zA-Z][\w-]*)\)", re.S)
CLAIM = re.compile(r"^.*?\[(?P<label>eq-[a-z0-9-]+)\].*$", re.M)
DEFINITION = "def-"


@dataclass
class Chapter:
    """What one notebook states and what it checks."""

    docname: str
    title: str
    equations: dict[str, str] = field(default_factory=dict)  # label → LaTeX, in the order of the text
    claims: dict[str, list[str]] = field(default_factory=dict)  # label → printed lines


def read_chapter(path: Path, docname: str) -> Chapter:
    """Labeled equations and claim lines of a notebook."""
    notebook = json.loads(path.read_text(encoding="utf8"))
    chapter = Chapter(docname, path.stem)
    titled = False
    for cell in notebook["cells"]:
        source = text_of(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = re.search(r"^# +(.+)$", source, re.M)
            if heading and not titled:
                chapter.title, titled = heading[1].strip(), True
            for match in EQUATION.finditer(source):
                chapter.equations[match["label"]] = match["latex"].strip()
        elif cell["cell_type"] == "code":
            for output in cell.get("outputs", []):
                if output.get("output_type") == "stream" and output.get("name") == "stdout":
                    for match in CLAIM.finditer(text_of(output["text"])):
                        chapter.claims.setdefault(match["label"], []).append(match[0].strip())
    return chapter


def chapters(app: Sphinx) -> Iterator[Chapter]:
    """All notebooks of the book, in the order of the table of contents."""
    for docname in app.env.external_site_map:
        path = Path(app.srcdir) / f"{docname}.ipynb"
        if path.is_file():
            yield read_chapter(path, docname)


class equation_ledger(nodes.General, nodes.Element):  # noqa: N801
    """Placeholder; becomes the tables when all pages have been read and the equations have their numbers."""


class EquationLedger(SphinxDirective):
    """``{equation-ledger}``: the table of all labeled equations and their checks."""

    def run(self) -> list[nodes.Node]:
        """Leave the placeholder, and make this page depend on every notebook."""
        for docname in self.env.external_site_map:
            path = Path(self.env.srcdir) / f"{docname}.ipynb"
            if path.is_file():
                self.env.note_dependency(str(path))
        return [equation_ledger()]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the tables in place of the placeholder."""
    for placeholder in list(doctree.findall(equation_ledger)):
        content: list[nodes.Node] = []
        statements = checks = 0
        for chapter in chapters(app):
            claimed = {k: v for k, v in chapter.equations.items() if not k.startswith(DEFINITION)}
            if claimed:
                later = (
                    ["wi-far"] if content else []
                )  # below the first screens, as pages.DeferLayout marks it elsewhere
                content.append(nodes.container("", *chapter_table(app, docname, chapter, claimed), classes=later))
                statements += len(claimed)
                checks += sum(len(chapter.claims.get(label, ())) for label in claimed)
        total = f"{count(statements, 'statement')}, {count(checks, 'executed check')}."
        placeholder.replace_self([nodes.paragraph("", total), *content])


def count(number: int, noun: str) -> str:
    """A number and its noun: one check, 2 checks."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def chapter_table(app: Sphinx, docname: str, chapter: Chapter, equations: dict[str, str]) -> list[nodes.Node]:
    """Heading and table of one chapter."""
    numbers = app.env.domaindata["math"]["objects"]
    uri = app.builder.get_relative_uri(docname, chapter.docname)
    heading = nodes.rubric("", "", nodes.reference("", chapter.title.replace("$", ""), refuri=uri, internal=True))
    heading["heading-level"] = 2
    heading["classes"].append("ledger-chapter")

    table = nodes.table(classes=["ledger"])
    group = nodes.tgroup(cols=2)
    table += group
    group += [nodes.colspec(colwidth=width) for width in (10, 90)]
    titles = ("No.", "Statement, and how it was checked")
    head = nodes.thead("", nodes.row("", *(entry(nodes.Text(text)) for text in titles)))
    body = nodes.tbody()
    group += [head, body]
    for label, latex in equations.items():
        number = numbers[label][1] if label in numbers else None
        shown = f"({equation_number(app, chapter.docname, label, number)})"
        link = nodes.reference("", shown, refuri=f"{uri}#equation-{label}", internal=True)
        link["reftitle"] = label
        formula = nodes.math_block(latex, latex, nowrap=False, number=None, label=None, docname=docname)
        checks = chapter.claims.get(label, [])
        lines = [nodes.paragraph("", re.sub(r"\s*\[" + re.escape(label) + r"\]", "", line)) for line in checks]
        lines = lines or [nodes.paragraph("", "not checked")]
        body += nodes.row("", entry(link), nodes.entry("", formula, *lines))
    return [heading, table]


def equation_number(app: Sphinx, docname: str, label: str, number: int | None) -> str:
    """The number as it stands beside the equation: with `math_numfig`, it has the chapter's number in front."""
    numbers = app.env.toc_fignumbers.get(docname, {}).get("displaymath", {})
    found = numbers.get(f"equation-{label}")
    return ".".join(map(str, found)) if found else str(number if number is not None else "–")


def entry(child: nodes.Node) -> nodes.entry:
    """A table cell with one line in it."""
    return nodes.entry("", nodes.paragraph("", "", child))
