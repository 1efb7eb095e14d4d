"""What a notebook states and how it checked it: labeled equations, and the stored lines of its claims as records.

This is the only place that reads the lines that `weightinit.claims` prints. The proof beside a formula, the tables in the
flow and the ledger are all made from these records.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from weightinit_book.check import text_of

EQUATION = re.compile(r"\$\$(?P<latex>(?:(?!\$\$).)+?)\$\$\s*\((?P<label>[a-zA-Z][\w-]*)\)", re.S)
DEFINITION = "def-"
MARK = "✓ ["
POWER = (
    "chapters/power.json"  # what `make power` found: for each notebook label, words and power of its claims, in order
)

_WHAT = r"(?:(?P<what>.*): )?"
_OVER_SEEDS = r" \((?P<confidence>\S+ %), (?P<seeds>\d+) seeds\)"
KINDS = {
    "measured": re.compile(
        rf"{_WHAT}predicted (?P<predicted>\S+) · measured (?P<measured>\S+) ± (?P<half_width>[^\s,]+)"
        rf"(?:, a limit, within (?P<allowance>\S+ %))?{_OVER_SEEDS}"
        r"(?:; (?P<intervals>\d+) intervals, this is the farthest at entry (?P<entry>[\d, ]+) of \d+)?"
    ),
    "less": re.compile(rf"{_WHAT}(?P<measured>\S+ < \S+){_OVER_SEEDS}"),
    "holds": re.compile(r"(?P<what>.*): (?P<measured>holds(?: for all (?P<seeds>\d+) seeds)?)"),
    "exact": re.compile(
        rf"{_WHAT}(?:(?P<predicted>\S+) \((?P<values>\d+) values\)|(?P<alone>\S+)|(?P<many>\d+) values)"
        r", (?:equal to (?P<tolerance>\S+)|exactly)"
    ),
    "symbolic": re.compile(rf"{_WHAT}(?P<left>[^=]+) = (?P<right>[^=]+), symbolically"),
}


NAMES = {"less": "inequality", "holds": "in words", "exact": "identity", "symbolic": "identity"}


@dataclass(frozen=True)
class Claim:
    """One line that a claim printed; the numbers are texts, as they were printed."""

    label: str
    kind: str  # a key of KINDS; the first of them says most
    what: str = ""
    predicted: str = ""  # of an exact claim: the number that both sides have, if all values have the same
    measured: str = ""  # of "less": the comparison; of "holds": the verdict
    half_width: str = ""
    confidence: str = ""
    seeds: int = 0
    intervals: int = 0  # how many the claim is about, if it is about several; the one shown is the farthest off
    values: int = 0
    tolerance: str = ""  # none if both sides are equal exactly
    left: str = ""  # both sides of an identity, as SymPy writes them
    right: str = ""
    allowance: str = ""  # of a limit: how far the measurement may be from it, "3 %"
    tells: str = ""  # of "measured", if it is known: a prediction that is so far off is told, "5 %"

    @property
    def tested_as(self) -> str:
        """What the ledger calls it: a law, a limit with its allowance, an identity, an inequality, or in words."""
        return NAMES.get(self.kind) or (f"limit, {self.allowance}" if self.allowance else "law")


def read_claim(line: str) -> Claim | None:
    """The record of a printed line; None if no claim printed it."""
    if not line.startswith(MARK):
        return None
    label, text = line.removeprefix(MARK).rstrip().split("] ", 1)
    for kind, pattern in KINDS.items():
        if match := pattern.fullmatch(text):
            parts = {name: value for name, value in match.groupdict().items() if value}
            parts.pop("entry", None)
            if alone := parts.pop("alone", None):
                parts["predicted"] = alone
            if many := parts.pop("many", None):
                parts["values"] = many
            for name in ("seeds", "intervals", "values"):
                parts[name] = int(parts.get(name, 0))
            return Claim(label, kind, **parts)
    raise ValueError(f"a claim that cannot be read: {line!r}")


def read_claims(text: str) -> list[Claim]:
    """The claims among the lines of a printed text."""
    return [claim for line in text.split("\n") if (claim := read_claim(line))]


def anchors(checks: Iterable[list[Claim]]) -> Iterator[str]:
    """Names of the cells that hold these claims, in the order of the page: each after its first claim."""
    seen: Counter[str] = Counter()
    for claims in checks:
        name = "check-" + claims[0].label.removeprefix("eq-")
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}-{seen[name]}"


def by_label(checks: dict[str, list[Claim]]) -> dict[str, list[tuple[Claim, str]]]:
    """For each label its claims, each with the name of its cell."""
    found: dict[str, list[tuple[Claim, str]]] = {}
    for anchor, claims in checks.items():
        for claim in claims:
            found.setdefault(claim.label, []).append((claim, anchor))
    return found


@dataclass
class Chapter:
    """What one notebook states and what it checks."""

    docname: str
    title: str
    equations: dict[str, str] = field(default_factory=dict)  # label → LaTeX, in the order of the text
    checks: dict[str, list[Claim]] = field(default_factory=dict)  # name of a cell → its claims

    @property
    def claims(self) -> dict[str, list[tuple[Claim, str]]]:
        """Label → its claims, each with the name of its cell."""
        return by_label(self.checks)

    @property
    def statements(self) -> dict[str, str]:
        """The equations that claim something."""
        return {label: latex for label, latex in self.equations.items() if not label.startswith(DEFINITION)}


def read_chapter(path: Path, docname: str) -> Chapter:
    """Labeled equations and claims of a notebook."""
    chapter = Chapter(docname, path.stem)
    titled, checks = False, []
    for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
        source = text_of(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = re.search(r"^# +(.+)$", source, re.M)
            if heading and not titled:
                chapter.title, titled = heading[1].strip(), True
            for match in EQUATION.finditer(source):
                chapter.equations[match["label"]] = match["latex"].strip()
        elif claims := read_claims("\n".join(printed(cell))):
            checks.append(claims)
    chapter.checks = dict(zip(anchors(checks), checks, strict=True))
    return chapter


def read_power(root: Path) -> dict[str, list]:
    """Name of a notebook → label, words and power of each of its claims; empty if nobody has asked them."""
    path = root / POWER
    return json.loads(path.read_text(encoding="utf8")) if path.is_file() else {}


def add_power(chapter: Chapter, known: list) -> None:
    """Say of what a chapter measured which predictions are told, unless its claims are no longer those that were asked."""
    claims = [claim for found in chapter.checks.values() for claim in found]
    if [[claim.label, claim.what] for claim in claims] != [asked[:2] for asked in known]:
        return
    parts = iter(known)
    for found in chapter.checks.values():
        for place, claim in enumerate(found):
            *_, part = next(parts)
            if part and claim.kind == "measured":
                found[place] = replace(claim, tells=f"{100 * part:.0f} %")


def printed(cell: dict) -> Iterator[str]:
    """What a cell printed."""
    for output in cell.get("outputs", []):
        if output.get("output_type") == "stream" and output.get("name") == "stdout":
            yield text_of(output["text"])
