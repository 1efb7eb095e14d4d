"""The equation ledger: every labeled equation of the notebooks with its checks, a table for each chapter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from weightinit_book.extensions.claims import equation_number, ledger_row, raw, template
from weightinit_book.extensions.formulas import convert
from weightinit_book.extensions.statements import POWER, Chapter, add_power, read_chapter, read_power

NO_BREAK = "\u00a0"
TOGETHER = 2  # statements in a table: one of a whole chapter would keep a phone busy for longer than a tap can wait
ROW = 1.75  # rem: how much place is kept for a row that is not laid out yet (DeferLayout in pages.py)


def chapters(env: BuildEnvironment) -> Iterator[Chapter]:
    """All notebooks of the book that state something, in the order of the table of contents."""
    known = read_power(Path(env.srcdir))
    for docname in env.external_site_map:
        path = Path(env.srcdir) / f"{docname}.ipynb"
        if path.is_file() and (chapter := read_chapter(path, docname)).statements:
            add_power(chapter, known.get(docname, []))
            yield chapter


class equation_ledger(nodes.General, nodes.Element):  # noqa: N801
    """Placeholder; becomes the table of a chapter when all pages have been read and the equations have their numbers."""


class EquationLedger(SphinxDirective):
    """``{equation-ledger}``: a sentence that counts, a list of the chapters to jump to, and a section for each."""

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder in the section of each chapter, and make this page depend on every notebook."""
        for docname in self.env.external_site_map:
            path = Path(self.env.srcdir) / f"{docname}.ipynb"
            if path.is_file():
                self.env.note_dependency(str(path))
        jumps, sections = nodes.bullet_list(classes=["wi-jumps"]), []
        self.env.note_dependency(str(Path(self.env.srcdir) / POWER))
        statements = checks = 0
        everything = list(chapters(self.env))
        for chapter in everything:
            title, _ = self.state.inline_text(chapter.title, self.lineno)
            section = nodes.section("", nodes.title("", "", *title))
            section["ids"] = [make_id(self.env, self.state.document, "ledger", Path(chapter.docname).name)]
            section["names"] = []
            section += equation_ledger(docname=chapter.docname)
            sections.append(section)
            number = sum(len(chapter.claims.get(label, ())) for label in chapter.statements)
            link = nodes.reference(
                "", "", *(child.deepcopy() for child in title), refid=section["ids"][0], internal=True
            )
            much = nodes.Text(f": {count(len(chapter.statements), 'statement')}, {count(number, 'check')}")
            jumps += nodes.list_item("", nodes.paragraph("", "", link, much))
            statements, checks = statements + len(chapter.statements), checks + number
        total = f"{count(statements, 'statement')}, {count(checks, 'executed check')}."
        if known := confidence(everything):
            total += (
                f" Every ± and every comparison over seeds holds with a confidence of {known.replace(' ', NO_BREAK)}, "
                "unless its row says otherwise."
            )
        return [nodes.paragraph("", total), jumps, *sections]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put tables of a few statements each in place of the placeholders."""
    placeholders = {node["docname"]: node for node in doctree.findall(equation_ledger)}
    if not placeholders:
        return
    everything = list(chapters(app.env))
    known = confidence(everything)
    for chapter in everything:
        uri, claims = app.builder.get_relative_uri(docname, chapter.docname), chapter.claims
        rows = [
            {
                "id": ledger_row(label),
                "href": f"{uri}#equation-{label}",
                "number": equation_number(app.env, chapter.docname, label),
                "formula": convert(app, latex, display=True, node=placeholders[chapter.docname]),
                "claims": [(claim, f"{uri}#{cell}") for claim, cell in claims.get(label, ())],
            }
            for label, latex in chapter.statements.items()
        ]
        tables = []
        for first in range(0, len(rows), TOGETHER):
            some = rows[first : first + TOGETHER]
            tables.append(raw(template(app).ledger(some, known, f"{ROW * height(some):.0f}rem")))
        placeholders[chapter.docname].replace_self(tables)


def height(rows: list[dict]) -> int:
    """How many lines statements and their checks take: two for a formula."""
    return sum(2 + max(len(row["claims"]), 1) for row in rows)


def confidence(everything: list[Chapter]) -> str:
    """The confidence of most claims: "99.9 %"."""
    claims = (claim for chapter in everything for claims in chapter.checks.values() for claim in claims)
    found = Counter(claim.confidence for claim in claims if claim.confidence)
    return found.most_common(1)[0][0] if found else ""


def count(number: int, noun: str) -> str:
    """A number and its noun: one check, 2 checks."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
