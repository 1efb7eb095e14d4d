"""One letter, one meaning: every letter of every formula stands on the notation page, once."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from weightinit_book.check import notebooks, text_of

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [path for path in notebooks(ROOT) if re.match(r"\d\d-", path.name)]
FORMULA = re.compile(r"\$\$(.*?)\$\$|(?<![\\$])\$([^$\n](?:[^$]*[^$\\])?)\$", re.S)
# words, and what is written with letters but is no letter
WORDS = re.compile(r"\\(?:text|operatorname|mathrm|begin|end|tag|label)\*?\{[^}]*\}|_\{?(?:in|out)\}?(?![a-zA-Z])")
SIGNS = re.compile(
    r"\\(?:mathbb\{E\}|mathcal\{[NU]\}|[a-zA-Z]+)",
)
LETTERS = set(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta kappa lambda mu nu xi rho sigma tau varphi phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega".split()
)


def letters(formula: str) -> set[str]:
    """The letters of a formula: Latin ones, and the names of Greek ones."""
    text = WORDS.sub(" ", formula)
    found = {name[1:] for name in SIGNS.findall(text) if name[1:] in LETTERS}
    # the order of magnitude, the d of an integral and of a derivative, and the number e are signs as well
    text = re.sub(r"O(?=\()|(?<![a-zA-Z])d(?=[a-z]\b)|(?<![a-zA-Z])e(?=\^)", " ", SIGNS.sub(" ", text))
    return found | set(re.findall(r"[a-zA-Z]", text))


def formulas(text: str) -> list[str]:
    text = re.sub(r"^```python\n.*?^```$|`[^`\n]*`", "", text, flags=re.S | re.M)
    return [displayed or inline for displayed, inline in FORMULA.findall(text)]


def used(path: Path) -> set[str]:
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    texts = [text_of(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return {letter for text in texts for formula in formulas(text) for letter in letters(formula)}


def told() -> dict[str, list[str]]:
    """Letter → the rows of the notation page that define it, the chapters of each behind it (none: all)."""
    rows: dict[str, list[str]] = {}
    for line in (ROOT / "chapters" / "notation.md").read_text(encoding="utf8").splitlines():
        if not line.startswith("| $"):
            continue
        symbols, *_, where = line.strip("| ").split(" | ")
        chapters = " ".join(re.findall(r"\[(\d+)\]\(\d\d-[\w-]+\.ipynb\)", where))
        # what a row defines is the first letter of each of its formulas
        first = (re.match(r"\W*?(\\[a-zA-Z]+|[a-zA-Z])", WORDS.sub(" ", formula)) for formula in formulas(symbols))
        for letter in {name for found in first if found for name in letters(found[1])}:
            rows.setdefault(letter, []).append(chapters)
    return rows


def test_letters_of_a_formula():
    assert letters(r"\sigma_{l}^2 = \frac{1}{n_{in}} \operatorname{Var}[W]") == {"sigma", "l", "n", "W"}
    assert letters(r"\mathcal{N}(0, \tfrac12) \to \mathbb{E}[x^{\top}]") == {"x"}


def test_each_letter_is_defined_once():
    assert {letter: rows for letter, rows in told().items() if len(rows) > 1} == {}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_letter_of_a_chapter_is_on_the_notation_page(path):
    assert sorted(used(path) - set(told())) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_letter_that_belongs_to_other_chapters_is_not_used_for_something_else(path):
    number = str(int(path.name[:2]))
    mine = {letter for letter, (chapters, *_) in told().items() if not chapters or number in chapters.split()}
    assert sorted(used(path) & set(told()) - mine) == []


def test_no_letter_of_the_notation_page_is_unused():
    everywhere = Counter(letter for path in CHAPTERS for letter in used(path))
    assert sorted(letter for letter in told() if not everywhere[letter]) == []
