"""Formulas in a student's Markdown: where they stand, as Jupyter finds them, and MathML that a browser draws by itself.

Formulas are taken out before anything reads the text as Markdown, and put back afterwards, so that no `<`, `_` or `&`
of them means anything there. Everything here takes time in proportion to the length of the text.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from math_core import LatexError, LatexToMathML

LONGEST = 5_000  # characters of a formula; of its MathML ten times as many
DEEPEST = 50  # braces within braces: math-core calls itself for each pair, and some thousands end the process
_OPEN, _CLOSE = "\ue000", "\ue001"  # stand around the number of a formula that was taken out
_PLACE = re.compile(f"(?:{_OPEN}|%EE%80%80)([0-9]+)(?:{_CLOSE}|%EE%80%81)")  # also as it stands in an address
_MARK = re.compile(
    r"(?P<fence>^[ \t>]*(?:`{3,}(?=[^`\n]*$)|~{3,}))"
    r"|(?P<ticks>`+)"
    r"|(?P<blank>\n[ \t]*(?=\n))"
    r"|(?P<begin>\\begin\{[A-Za-z]+\*?\})"
    r"|(?P<end>\\end\{[A-Za-z]+\*?\})"
    r"|(?P<bracket>\\{1,2}[()\[\]])"
    r"|(?P<escape>\\[^\n])"
    r"|(?P<dollars>\$\$?)",
    re.MULTILINE,
)
_PARTNERS = {"(": ")", "[": "]"}
# What students write and math-core does not know
_MACROS = {
    "mbox": r"\text{#1}",
    "substack": r"\begin{matrix}#1\end{matrix}",
    "qed": r"\square",
}
_CONVERTER = LatexToMathML(macros=_MACROS, fancy_error=False, allow_unreliable_rendering=True, max_expansions=DEEPEST)
_SAME = {
    r"\begin{split}": r"\begin{aligned}",
    r"\end{split}": r"\end{aligned}",
    r"\begin{eqnarray}": r"\begin{array}{rcl}",
    r"\end{eqnarray}": r"\end{array}",
    r"\begin{eqnarray*}": r"\begin{array}{rcl}",
    r"\end{eqnarray*}": r"\end{array}",
}
_IN_TEXT = re.compile(r"\\text\{([^{}$]*)\$([^{}$]*)\$([^{}$]*)\}")  # a formula within words within a formula
_UNKNOWN = re.compile("|".join(re.escape(name) for name in sorted(_SAME, key=len, reverse=True)))


@dataclass(frozen=True)
class Formula:
    """A formula as it was typed.

    Attributes
    ----------
    text : str
        With what stands around it.
    latex : str
        Without that; an environment keeps its begin and end.
    display : bool
        On a line of its own.
    """

    text: str
    latex: str
    display: bool

    def to_html(self) -> str:
        """MathML; its own text as code where that cannot be had."""
        mathml = _mathml(self.latex, self.display)
        if mathml is None:
            return f'<code class="formula">{html.escape(self.text)}</code>'
        return f'<span class="{"display " if self.display else ""}formula">{mathml}</span>'


def _mathml(latex: str, display: bool) -> str | None:
    if len(latex) > LONGEST or _depth(latex) > DEEPEST:
        return None
    latex = _UNKNOWN.sub(lambda found: _SAME[found[0]], latex.strip())
    latex = _IN_TEXT.sub(r"\\text{\1}\2\\text{\3}", latex)
    if display and not latex.startswith(r"\begin") and re.search(r"\\(?:tag|label)\b", latex):
        latex = rf"\begin{{equation}}{latex}\end{{equation}}"
    try:
        mathml = _CONVERTER.convert_with_local_state(latex, displaystyle=display)
    except LatexError:
        return None
    return mathml if len(mathml) <= 10 * LONGEST else None


def _depth(latex: str) -> int:
    """How deep braces and brackets stand in each other, at most."""
    depth = deepest = 0
    for found in re.finditer(r"\\begin\b|\\left\b|\\end\b|\\right\b|\\.|[{}]", latex, re.DOTALL):
        if found[0] in ("{", r"\begin", r"\left"):
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in ("}", r"\end", r"\right"):
            depth -= 1
    return deepest


def take_out(text: str) -> tuple[str, list[Formula]]:
    r"""The text with a place instead of each formula, and the formulas.

    Known are ``$…$``, ``$$…$$``, ``\(…\)`` and ``\[…\]`` with one or two backslashes, and environments; none in
    code. A formula within a line holds no empty line.
    """
    text = text.replace(_OPEN, "").replace(_CLOSE, "")
    ends: dict[str, list[int]] = defaultdict(list)  # where each kind of end begins
    for found in _MARK.finditer(text):
        kind = found.lastgroup
        ends[kind if kind in ("fence", "blank") else found[0]].append(found.start())
        if found[0] == "$$":
            ends["$"].append(found.start())
    pieces: list[str] = []
    formulas: list[Formula] = []
    at = done = 0
    while found := _MARK.search(text, at):
        stop, formula = _after(text, found, ends)
        if formula:
            pieces += [text[done : found.start()], f"{_OPEN}{len(formulas)}{_CLOSE}"]
            formulas.append(formula)
            done = stop
        at = stop
    return "".join(pieces) + text[done:], formulas


def _after(text: str, found: re.Match, ends: dict[str, list[int]]) -> tuple[int, Formula | None]:
    """Where to go on behind a mark, and the formula that it begins."""
    kind, mark, start = found.lastgroup, found[0], found.end()

    def first(end: str) -> int | None:
        places = ends.get(end, [])
        number = bisect_left(places, start)
        return places[number] if number < len(places) else None

    if kind == "fence":
        return _after_fence(text, found, ends["fence"]), None
    if kind == "ticks":
        stop = first(mark)
        return (start if stop is None else stop + len(mark)), None
    if kind == "begin":
        end, inside, display = mark.replace("begin", "end", 1), 0, True
    elif kind == "dollars":
        end, inside, display = mark, len(mark), mark == "$$"
    elif kind == "bracket" and mark[-1] in _PARTNERS:
        end, inside, display = mark[:-1] + _PARTNERS[mark[-1]], len(mark), mark[-1] == "["
    else:
        return start, None
    stop = first(end)
    blank = first("blank")
    if stop is None or stop == start or (not display and blank is not None and blank < stop):
        return start, None
    whole = text[found.start() : stop + len(end)]
    return stop + len(end), Formula(whole, whole[inside : len(whole) - inside], display)


def _after_fence(text: str, found: re.Match, fences: list[int]) -> int:
    """Behind the line that ends a block of code: of the same sign, at least as long; the end of the text if there is none."""
    fence = found[0].lstrip(" \t>")
    for number in range(bisect_left(fences, found.end()), len(fences)):
        other = _MARK.match(text, fences[number])
        if other[0].lstrip(" \t>").startswith(fence):
            return other.end()
    return len(text)


def put_back(text: str, formulas: list[Formula]) -> str:
    """The text as it was typed."""
    return _PLACE.sub(lambda found: formulas[int(found[1])].text, text)


def to_html(text: str, formulas: list[Formula]) -> str:
    """Text without any markup as HTML, with its formulas drawn."""
    pieces = _PLACE.split(text)  # every other piece is a number
    return "".join(formulas[int(p)].to_html() if k % 2 else html.escape(p) for k, p in enumerate(pieces))
