"""Where a line must not break: between a formula and what touches it, before %, inside ± and 1e-09, before a number."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from docutils import nodes
from sphinx.application import Sphinx

NO_BREAK = "\u00a0"
GLUED = re.compile(
    r"(?<=[\d)]) (?=[%±])|(?<=±) (?=[\d.])"  # 3 %, 0.50 ± 0.02
    r"|(?<=\bFigure) (?=\d)|(?<=\bTable) (?=\d)|(?<=\b(?:Chapter|Section)) (?=\d)|(?<=\bExercise) (?=\d)"
)
POWER = re.compile(r"([\d.]+e[-+−]\d+)")  # a line may end behind its hyphen
VERBATIM = (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.raw, nodes.Invisible)


def keep_together(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Walk over one page; no text is changed but for spaces, which no longer break."""
    if app.builder.format != "html":
        return
    for text in [text for text in doctree.findall(nodes.Text) if not isinstance(text.parent, VERBATIM)]:
        parts = list(without_breaks(text))
        if parts != [text]:
            text.parent.replace(text, parts)
    for parent in {id(formula.parent): formula.parent for formula in doctree.findall(nodes.math)}.values():
        parent.children, children = [], parent.children
        parent.extend(with_neighbors(children))


def without_breaks(text: str) -> Iterator[nodes.Node]:
    """A text whose numbers do not break."""
    for place, part in enumerate(POWER.split(GLUED.sub(NO_BREAK, text))):
        if part:
            yield together([nodes.Text(part)]) if place % 2 else nodes.Text(part)


def with_neighbors(children: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
    """The contents of a paragraph, each formula in one piece with the text before and after it up to the next space."""
    for touches, run in itertools.groupby(pieces(children), is_part_of_word):
        parts = list(run)
        if touches and len(parts) > 1 and any(isinstance(part, nodes.math) for part in parts):
            yield together(parts)
        else:
            yield from parts


def is_part_of_word(piece: nodes.Node) -> bool:
    """Whether a piece is a formula or a text without spaces."""
    return isinstance(piece, nodes.math) or (isinstance(piece, nodes.Text) and piece[0] not in " \t\n")


def pieces(children: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
    """The contents of a paragraph, where a text is cut into what touches the formulas at its ends and the rest."""
    for child in children:
        if isinstance(child, nodes.Text):
            yield from (nodes.Text(part) for part in re.split(r"([ \t\n](?:.*[ \t\n])?)", child, flags=re.S) if part)
        else:
            yield child


def together(parts: list[nodes.Node]) -> nodes.inline:
    """What stays on one line; book.css says so."""
    return nodes.inline("", "", *parts, classes=["wi-together"])
