"""A page of the book in plain Markdown: what JupyterLab shows, which knows no MyST.

Roles become the text that the site shows for them, with a link to the cell that they speak of; directives become quotes
and headings. A cell falls into several where something of it is folded away. Numbers are given, not counted: the site's.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from weightinit_book.revive import outputs

ROLE = re.compile(r"\{(?P<role>[a-z]+(?::[a-z]+)?)\}`(?:(?P<text>[^`<]+?)\s*<(?P<of>[^`>]+)>|(?P<target>[^`]+))`")
EQUATION = re.compile(r"\$\$(?P<latex>(?:(?!\$\$).)+?)\s*\$\$[ \t]*\((?P<label>[a-zA-Z][\w-]*)\)", re.S)
TARGET = re.compile(r"^\((?P<label>[\w-]+)\)=[ \t]*\n?", re.M)
HEADING = re.compile(r"^(#{1,6}) +(.+)$", re.M)
FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\})?[ \t]*(?P<argument>.*)$")
OPTION = re.compile(r"^:(?P<key>[\w-]+):[ \t]*(?P<value>.*)$")

FOLDED = {"hide-input", "hide-cell", "remove-input"}

STARS = (
    "★ applies what was derived, ★★ asks for a derivation or an experiment of your own, ★★★ is a small project. Each "
    "solution is folded away: the button below its heading opens it."
)


class Reference(NamedTuple):
    """A role and what it speaks of; the key under which the site's text for it is looked up."""

    role: str
    target: str


class Block(NamedTuple):
    """A piece of a text: prose, a directive, or code between fences (whole, as prose that is left alone)."""

    text: str
    name: str = ""
    argument: str = ""
    options: Mapping[str, str] = {}


@dataclass
class Piece:
    """What becomes one text cell, and the labels that are defined in it."""

    source: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)


@dataclass
class Page:
    """What the site knows of a page: where it is, its texts for references, the numbers of its headings in order."""

    docname: str
    shown: Mapping[Reference, str]
    numbers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = iter(self.numbers)
        self.starred = False


# ---- what stands in a text ----------------------------------------------------------------------------------------------
def blocks(text: str) -> Iterator[Block]:
    """Cut a text at its fences."""
    lines = iter(text.split("\n"))
    prose: list[str] = []
    for line in lines:
        start = FENCE.match(line)
        if not start or (start["fence"][0] == ":" and not start["name"]):
            prose.append(line)
            continue
        inner = []
        for following in lines:
            if (
                following.strip()
                and set(following.strip()) == {start["fence"][0]}
                and len(following.strip()) >= len(start["fence"])
            ):
                break
            inner.append(following)
        yield Block("\n".join(prose))
        prose = []
        if not start["name"]:
            yield Block("\n".join([line, *inner, start["fence"]]), "code")
            continue
        options = {}
        while inner and (option := OPTION.match(inner[0])):
            options[option["key"]] = option["value"].strip()
            inner.pop(0)
        yield Block("\n".join(inner).strip("\n"), start["name"], start["argument"].strip(), options)
    yield Block("\n".join(prose))


def references(text: str) -> list[Reference]:
    """Everything that a text asks the site's numbers for: its roles, and what it labels itself."""
    found = [
        Reference(match["role"], " ".join((match["of"] or match["target"]).split())) for match in ROLE.finditer(text)
    ]
    found += [Reference("eq", match["label"]) for match in EQUATION.finditer(text)]
    for block in blocks(text):
        if block.name == "exercise":
            found.append(Reference("ref", block.options["label"]))
    return found


# ---- texts ----------------------------------------------------------------------------------------------------------------
def split(text: str, page: Page) -> list[Piece]:
    """The pieces of a text, roles still in them."""
    pieces = [Piece()]
    for block in blocks(text):
        if block.name == "exercise":
            label = block.options["label"]
            if not page.starred:
                page.starred = True
                pieces[-1].source += f"\n\n{STARS}"
            heading = f"### {page.shown[Reference('ref', label)]} {block.argument}"
            pieces.append(Piece(labels=[label]))
            pieces[-1].source = f"{heading}\n\n{prose(block.text, page, pieces[-1])}"
        elif block.name in ("solution", "solution-start"):
            heading = f"#### Solution to {page.shown[Reference('ref', block.argument)]}"
            labels = [block.options["label"]] if "label" in block.options else []
            # JupyterLab folds what follows such a heading, up to the next one of its level or above
            pieces.append(Piece(heading, {"jp-MarkdownHeadingCollapsed": True}, labels))
            pieces.append(Piece())
            pieces[-1].source = prose(block.text, page, pieces[-1])
        elif block.name == "solution-end":
            pieces.append(Piece())
        else:
            pieces[-1].source += prose_of(block, page, pieces[-1])
    for piece in pieces:
        piece.source = re.sub(r"\n{3,}", "\n\n", piece.source).strip()
    return [piece for piece in pieces if piece.source]


def prose(text: str, page: Page, piece: Piece) -> str:
    """A text without directives that begin a cell of their own."""
    return "".join(prose_of(block, page, piece) for block in blocks(text))


def prose_of(block: Block, page: Page, piece: Piece) -> str:
    """One block as plain Markdown; the labels that it defines go to its piece."""
    if block.name == "code":
        return f"\n{block.text}\n"
    if block.name:
        inner = prose(block.text, page, piece).strip("\n")
        if block.name == "table":
            return f"\n\n{inner}\n\n"
        # HTML around Markdown: formulas that take several lines would not survive a ">" before each
        title = block.argument or block.name.capitalize()
        return f"\n\n<blockquote>\n\n**{title}**\n\n{inner}\n\n</blockquote>\n\n"

    def equation(match: re.Match) -> str:
        piece.labels.append(match["label"])
        number = page.shown[Reference("eq", match["label"])].strip("()")
        return f"$${match['latex']}\n\\tag{{{number}}}\n$$"

    def target(match: re.Match) -> str:
        piece.labels.append(match["label"])
        return ""

    def heading(match: re.Match) -> str:
        number = next(page.left, "")
        return f"{match[1]} {number} {match[2]}" if number else match[0]

    return HEADING.sub(heading, TARGET.sub(target, EQUATION.sub(equation, block.text)))


def resolve(text: str, page: Page, places: Mapping[str, tuple[str, str]]) -> str:
    """Put the site's text in the place of each role, linked to where it leads."""

    def role(match: re.Match) -> str:
        reference = Reference(match["role"], " ".join((match["of"] or match["target"]).split()))
        said = match["text"] if match["text"] and "%" not in match["text"] else page.shown[reference]
        said = re.sub(r"([\[\]*_])", r"\\\1", " ".join(said.split()))
        if reference.role.startswith("cite"):
            return f"[{said}]({relative('chapters/references.md', page.docname)})"
        if reference.target not in places:
            return said
        docname, cell = places[reference.target]
        if not cell:  # a page that is no notebook has no cells to lead to
            return said if docname == page.docname else f"[{said}]({relative(f'{docname}.md', page.docname)})"
        file = "" if docname == page.docname else relative(f"{docname}.ipynb", page.docname)
        return f"[{said}]({file}#cell-id={cell})"

    return ROLE.sub(role, text)


# What the text says of the page, and is not so in a copy: a pattern of it, and what stands there instead.
OF_THE_PAGE = (
    (r"; on\s+these\s+pages\s+the\s+lines\s+are\s+set\s+as\s+a\s+table\.", "."),
    (r",\s+and\s+its\s+✓\s+leads\s+to\s+the\s+cell\.", "."),
)


def of_the_copy(text: str) -> str:
    """A text without what is true of the page only."""
    for pattern, instead in OF_THE_PAGE:
        text = re.sub(pattern, instead, text)
    return text


def relative(path: str, docname: str) -> str:
    """A path of the book as it is linked from a page."""
    return os.path.relpath(path, os.path.dirname(docname) or ".").replace(os.sep, "/")


# ---- notebooks ------------------------------------------------------------------------------------------------------------
def cells(notebook: NotebookNode, page: Page) -> Iterator[tuple[NotebookNode, list[str]]]:
    """The cells of a notebook's working copy, each with the labels that lead to it; roles still in them."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            for number, piece in enumerate(split(cell.source, page)):
                name = f"{cell.id}-{number}" if number else cell.id
                yield new_markdown_cell(piece.source, id=name, metadata=piece.metadata), piece.labels
            continue
        # what asks or explores is plumbing, and a question's source tells its answer; what is folded on the page is folded
        # here, since the text says so, and a click opens it to be changed
        folded = FOLDED & set(cell.metadata.get("tags", ())) or any(outputs({"cells": [cell]}))
        metadata = {"jupyter": {"source_hidden": True}} if folded else {}
        yield (
            new_code_cell(
                cell.source,
                id=cell.id,
                metadata=metadata,
                execution_count=cell.execution_count,
                outputs=cell.outputs,
            ),
            [],
        )
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if "caption" in figure:
            number = page.shown[Reference("numref", figure["name"])]
            yield new_markdown_cell(f"**{number}.** {figure['caption']}", id=f"{cell.id}-caption"), [figure["name"]]
