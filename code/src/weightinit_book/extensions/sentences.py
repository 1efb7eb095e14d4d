"""Numbers in sentences: each is held to a value that a cell printed, that a formula states, or that its tie names.

A tie is a comment right behind the number, which no reader sees:

    half a decade, 1.13<!-- = 29 * 5 / 128 -->        what Python makes of it
    its first cost of 3.0<!-- = 05: first cost -->    printed, in chapter 5, on a line that has these words
    0.8<!-- = published -->                           in a sentence that cites a paper, with the place there
    0.03<!-- = given -->                              chosen, not found

Most numbers need none: they stand, to their last digit, in an output of their own section, in a displayed formula, or in the
code of the notebook.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx

from weightinit_book.check import text_of

TIE = re.compile(r"<!--\s*=\s*(?P<said>.*?)\s*-->", re.S)

DISPLAYED = re.compile(r"\$\$.*?\$\$", re.S)
# what holds numbers that nobody found: formulas have claims of their own, exercises give theirs, code is code
NO_SENTENCE = re.compile(
    r"\$\$.*?\$\$|^```python\n.*?^```$|^(`{3,})\{exercise\}.*?^\1$|^:\w+:[^\n]*$|\{(?!cite)[\w:]+\}`[^`]*`|(?<!\})`[^`\n]+`|\]\([^)\s]*\)",
    re.S | re.M,
)
NOT_OURS = re.compile(r"\b(?:95|99\.9) %(?= (?:band|interval|confidence))|§+\s?[\d.]+(?:, [\d.]+)*|\b\d+\.\d+\.\d+\b")
WHOLE_CHAPTER = ("Exercises", "What to remember", "Back to the five starts", "")  # they look back
NUMBER = re.compile(r"(?<![\w.^_{])\d+(?:\.\d+)?(?:e[+-]?\d+(?:\.\d+)?)?(?![\w])(?: ?\\?%)?")
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
PLACE = re.compile(r"\{cite:[pt]s?\}.*?(?:§|[Ss]ection|[Ee]q|[Ff]ig|[Tt]able|[Ff]ootnote|[Aa]ppendix|pp?\.)", re.S)


class Number(NamedTuple):
    """A number as it is printed, and half a unit of its last digit."""

    text: str
    value: float
    half_unit: float
    start: int

    def agrees_with(self, value: float, half_unit: float = 0.0) -> bool:
        """Whether `value`, known to `half_unit`, would be printed as this number."""
        slack = self.half_unit * (1 + 1e-6)
        return half_unit <= slack and abs(abs(value) - self.value) <= slack


def plain(text: str) -> str:
    """The same text with every number in the form of Python; no character moves from one line to another."""
    text = re.sub(r"\\,|\{,\}|(?<=\d),(?=\d{3}\b)", "", text.replace("−", "-").replace("\u202f", ""))
    text = re.sub(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda match: "10^{" + match[1].translate(POWERS) + "}", text)
    text = re.sub(r"(\d)\s*(?:\\cdot|·|×|\\times)\s*10\^\{?(-?[\d.]*\d)\}?", r"\1e\2", text)
    return re.sub(r"(?<![\d.e])10\^\{?(-?[\d.]*\d)\}?", r"1e\1", text)


def numbers(text: str) -> list[Number]:
    """The numbers of a text that `plain` has been through."""
    found = []
    for match in NUMBER.finditer(text):
        percent = match[0].endswith("%")
        base, _, power = match[0].rstrip("%\\ ").partition("e")
        scale = 10 ** float(power or 0) * (0.01 if percent else 1)
        zeros = len(base) - len(base.rstrip("0"))
        digits = len(base.partition(".")[2]) or -min(zeros, max(len(base) - 2, 0))  # 2793 may be printed as 2800
        found.append(Number(match[0], float(base) * scale, 0.5 * 10**-digits * scale, match.start()))
    return found


@dataclass
class Section:
    """What stands under one heading."""

    title: str = ""
    prose: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)


@dataclass
class Sentences:
    """The sentences of a notebook, and what they may be held to."""

    sections: list[Section] = field(default_factory=lambda: [Section()])
    code: list[str] = field(default_factory=list)

    @property
    def printed(self) -> list[str]:
        """What the cells printed, all sections together."""
        return [text for section in self.sections for text in section.printed]

    @property
    def displayed(self) -> list[str]:
        """The displayed formulas."""
        return [match for section in self.sections for text in section.prose for match in DISPLAYED.findall(text)]


def read(path: Path) -> Sentences:
    """Sections, captions, alternative texts, outputs and code of a notebook."""
    found = Sentences()
    for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
        source = text_of(cell["source"])
        if cell["cell_type"] == "markdown":
            for part in re.split(r"^(?=## )", source, flags=re.M):
                if part.startswith("## "):
                    found.sections.append(Section(part.partition("\n")[0].removeprefix("## ").strip()))
                found.sections[-1].prose.append(part)
            continue
        section = found.sections[-1]
        found.code.append(source)
        for output in cell["outputs"]:
            section.printed += [text_of(output.get("text", "")), text_of(output.get("data", {}).get("text/plain", ""))]
        shown = cell["metadata"].get("mystnb", {})
        section.prose += [shown.get("figure", {}).get("caption", ""), shown.get("image", {}).get("alt", "")]
    return found


def known(texts: Iterable[str]) -> list[tuple[float, float]]:
    return [(number.value, number.half_unit) for text in texts for number in numbers(plain(text))]


def unheld(path: Path) -> list[str]:
    """What no value holds: each number with the words before it, and why its tie does not hold it."""
    notebook = read(path)
    everywhere = known([*notebook.displayed, *notebook.code])
    chapter = known(notebook.printed)
    wrong = []
    for section in notebook.sections:
        here = everywhere + (chapter if section.title in WHOLE_CHAPTER else known(section.printed))
        for prose in section.prose:
            text = plain(NOT_OURS.sub(lambda match: "§" if "§" in match[0] else " ", NO_SENTENCE.sub(" ", prose)))
            ties = {match.start(): match for match in TIE.finditer(text)}
            outside = re.sub(TIE, lambda match: " " * len(match[0]), text)
            found = numbers(outside)
            held = {}
            for start, match in ties.items():
                before = [number for number in found if number.start < start]
                if not before or start - before[-1].start > 40:
                    wrong.append(f"{path.stem}: no number before <!-- = {match['said']} -->")
                    continue
                held[before[-1].start] = (match["said"], paragraph(text, start))
            for number in found:
                shown = f"{path.stem}, {section.title or 'opening'}: …{outside[max(0, number.start - 50) : number.start]}{number.text}"
                if number.start in held:
                    reason = does_not_hold(number, *held[number.start], path, notebook)
                    wrong += [f"{shown}: {reason}"] if reason else []
                elif re.search(r"[.e%]", number.text) and not any(number.agrees_with(*value) for value in here):
                    wrong.append(f"{shown}: nothing near it says so")
    return [" ".join(line.split()) for line in wrong]


def paragraph(text: str, at: int) -> str:
    start = text.rfind("\n\n", 0, at)
    end = text.find("\n\n", at)
    return text[max(start, 0) : end if end >= 0 else len(text)]


def unseeded(path: Path) -> list[str]:
    """Captions that speak of another number of seeds than their figure averages over."""
    wrong = []
    for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
        caption = cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption", "")
        said = {int(count) for count in re.findall(r"\b(\d+) seeds", caption)}
        twins = [text_of(output.get("data", {}).get("text/plain", "")) for output in cell.get("outputs", ())]
        drawn = {int(count) for twin in twins for count in re.findall(r"^  line .*?: (\d+) seeds,", twin, re.M)}
        if caption and drawn and said != drawn:
            wrong.append(
                f"{path.stem}: {caption[:60]}… says {sorted(said)} seeds, its lines are means over {sorted(drawn)}"
            )
    return wrong


def does_not_hold(number: Number, said: str, around: str, path: Path, notebook: Sentences) -> str:
    """Why a tie does not hold its number; empty if it does."""
    if said == "given":
        return ""
    if said == "published":
        return "" if PLACE.search(around) else "published where? A citation with the place in the paper is missing"
    try:
        value = eval(said, {"__builtins__": {}}, vars(math))  # our own sources, as the code of the notebook is
    except (SyntaxError, NameError, TypeError):
        pass
    else:
        return "" if number.agrees_with(value) else f"{said} is {value:.6g}"
    other, _, words = said.rpartition(": ") if re.match(r"\d\d: ", said) else ("", "", said)
    if other:
        (path,) = path.parent.glob(f"{other}-*.ipynb")
        notebook = read(path)
    lines = [line for text in notebook.printed for line in text.splitlines() if words in line]
    values = known(lines)
    if not lines:
        return f"no line of {path.stem} has the words {words!r}"
    return "" if any(number.agrees_with(*value) for value in values) else f"the line {words!r} has no such number"


def without_ties(text: str) -> str:
    """The text as a reader gets it."""
    return TIE.sub("", text)


def drop(app: Sphinx, doctree: nodes.document) -> None:
    """Take the ties out of a page; the text around one is one text again."""
    for raw in [raw for raw in doctree.findall(nodes.raw) if TIE.fullmatch(raw.astext().strip())]:
        parent, at = raw.parent, raw.parent.index(raw)
        parent.remove(raw)
        around = parent.children[max(at - 1, 0) : at + 1]
        if len(around) == 2 and all(isinstance(node, nodes.Text) for node in around):
            parent[at - 1 : at + 1] = [nodes.Text(around[0] + around[1])]
