"""The tables of the page on starts, made from the rows of `starts.toml` and `calls.toml`: as HTML, and as text.

>>> print(repr(layers("torch")).splitlines()[0].partition(":")[2])
 weight U 1/(3 n_in), bias U 1/(3 n_in): a third of LeCun's variance, and the biases are not zero
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from weightinit_book import calls, starts
from weightinit_book.records import number

INDEX = r"(?<!\w)([a-zA-Zσχ])_(in|out|classes|fc|[a-z0-9])(?![a-zA-Z0-9_])"  # n_in, σ_w², but not of c_proj
NAMES = {"torch": "PyTorch", "keras": "Keras", "jax": "JAX"}


def formula(text: str) -> str:
    """A formula of a row as HTML: small indices and powers, a real minus sign.

    >>> formula("U 1/(3 n_in²)"), formula("10^-12"), formula("c_proj")
    ('U 1/(3 n<sub>in</sub>²)', '10<sup>−12</sup>', 'c_proj')
    """
    text = re.sub(INDEX, r"\1<sub>\2</sub>", html.escape(text, quote=False))
    text = re.sub(r"\^(-?\d+)", r"<sup>\1</sup>", text)
    return re.sub(r"(?<![\w])-(?=[\d.])", "−", text)


def code(text: str) -> str:
    """A name or a call as HTML."""
    return f"<code>{html.escape(text, quote=False)}</code>"


def said(text: str) -> str:
    """A remark as HTML: `code` between backticks, formulas typeset.

    >>> said("`a` is 10^-5")
    '<code>a</code> is 10<sup>−5</sup>'
    """
    parts = text.split("`")
    return "".join(code(part) if k % 2 else formula(part) for k, part in enumerate(parts))


@dataclass(frozen=True)
class Table:
    """A table that is narrow on a phone: there each row is a block.

    Attributes
    ----------
    heads : sequence of str
        Names of the columns; the first names the rows.
    rows : sequence of sequences of str
        Cells as HTML.
    lines : sequence of str
        The rows as text, which nbval compares.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[str]

    def _repr_html_(self) -> str:
        first, *others = self.heads
        heads = "".join(f'<th scope="col">{head}</th>' for head in self.heads)
        body = []
        for name, *cells in self.rows:
            shown = "".join(
                f'<td data-name="{head}">{cell}</td>' for head, cell in zip(others, cells, strict=True) if cell or head
            )
            body.append(f'<tr><th scope="row">{name}</th>{shown}</tr>')
        return "\n".join(
            [f'<table class="wi-records wi-starts"><thead><tr>{heads}</tr></thead><tbody>', *body, "</tbody></table>"]
        )

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def _draws(draws: dict[str, starts.Draw]) -> str:
    """One line for all parameters that are drawn alike."""
    alike: dict[str, list[str]] = {}
    for name, draw in draws.items():
        alike.setdefault(draw.text, []).append(name)
    lines = []
    for text, names in alike.items():
        shown = "all" if names == ["*"] else ", ".join(code(name.removeprefix("*/")) for name in names)
        lines.append(f'{shown} <span class="wi-law">{formula(text)}</span>')
    return "<br>".join(lines)


def layers(framework: str) -> Table:
    """The rows of a framework: "torch", "keras", "linen" or "nnx"."""
    rows, lines = [], []
    for row in starts.layers():
        if row.framework != framework:
            continue
        also = f"<small>also {', '.join(code(name) for name in row.also)}</small>" if row.also else ""
        rows.append((code(row.name) + also, _draws(row.draws), said(row.silent)))
        draws = ", ".join(f"{name} {draw.text}" for name, draw in row.draws.items())
        lines.append(f"{row.name}: {draws}: {row.silent}")
    return Table(("layer", "drawn from", "not expected"), rows, lines)


def size(value: float) -> str:
    """Three digits, and a power of ten from a thousand on.

    >>> size(141.76), size(5405.6), size(2.0000000001), size(math.inf)
    ('142', '5.4·10^3', '2', '∞')
    """
    if math.isinf(value):
        return "∞"
    if value >= 1000:
        power = math.floor(math.log10(value))
        return f"{value / 10**power:.1f}·10^{power}"
    return number(round(value, 9))


def code_bases() -> Table:
    """The rows on public code bases, with what follows from their rules."""
    rows, lines = [], []
    for row in starts.code_bases():
        place, growth, loss = row.place(), row.growth(), row.first_loss()
        name = f'<a href="{row.address}">{row.name}</a><small>{row.repo} {row.commit[:7]}; {row.example}</small>'
        where = [f"σ_w² = {size(place.sigma_w2)}"]
        where += [f"σ_b² = {size(place.sigma_b2)}"] if place.sigma_b2 else []
        where += [f"q = {size(place.q)}", f"χ₁ = {size(place.chi_1)}"]
        first = "" if loss is None else f"{loss:.2f}"
        stream = "" if growth is None else f"× {size(growth)}"
        place_shown = (
            "<br>".join(formula(part) for part in where) + f"<br><small>{row.activation.replace('_', ' ')}</small>"
        )
        rows.append(
            (name, _draws(row.draws) + f"<small>{said(row.silent)}</small>", place_shown, first, formula(stream))
        )
        lines.append(f"{row.name}: {', '.join(where)}; loss {first or '–'}; stream {stream or '–'}")
    return Table(("code base", "rule", "hidden layer", "first loss", "stream"), rows, lines)


def there() -> Table:
    """Our initializers in the three libraries."""
    rows, lines = [], []
    for row in calls.there():
        given = {name: getattr(row, name) for name in NAMES}
        cell = "<br>".join(f"{NAMES[name]} {code(call) if call else '–'}" for name, call in given.items())
        rows.append((code(row.ours.replace("shape, rng", "…")), cell, said(row.note)))
        lines.append(f"{row.ours}: {'; '.join(given.values())}")
    return Table(("here", "there", "mind"), rows, lines)


def back(framework: str) -> Table:
    """The initializers of a library here: "torch", "keras" or "jax"."""
    found = [row for row in calls.back() if row.framework == framework]
    rows = [(code(row.theirs), code(row.ours) if row.ours else "–", said(row.note)) for row in found]
    return Table((NAMES[framework], "here", "mind"), rows, [f"{row.theirs}: {row.ours or '–'}" for row in found])


def surprises(framework: str, raises: bool) -> Table:
    """What raises, or what silently does something else."""
    found = [row for row in calls.surprises() if row.framework == framework and bool(row.raises) == raises]
    rows = [(code(row.call), said(row.says)) + ((code(row.raises),) if raises else ()) for row in found]
    heads = (NAMES[framework], "why", "error") if raises else (NAMES[framework], "what it does")
    return Table(heads, rows, [f"{row.call}: {row.raises or row.says}" for row in found])
