"""Code that a page can show, and colors that mean one thing: what the notebooks' code and pictures must hold.

The colors are read from the stored pictures, so that it does not matter how a cell came by them.
"""

from __future__ import annotations

import ast
import html
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from weightinit import experiments, plots
from weightinit._numbers import LOWERED
from weightinit.network import MLP
from weightinit_book.check import notebooks, text_of
from weightinit_book.standards import COLUMNS, MOST_IDEAS, MOST_LINES

ROOT = Path(__file__).resolve().parents[2]
BOOK = notebooks(ROOT)
PROBLEM_SETS = sorted((ROOT / "coursework/source").glob("*/*.ipynb"))

FOLDED = {"remove-input", "hide-input", "remove-cell", "hide-cell"}
IDEA = "idea"

# How a legend, a title or a caption may call what belongs to a family of initializers.
WORDS = {
    "he": r"\bHe\b|Kaiming",
    "xavier": r"Xavier|Glorot|\bnormalized\b|[26]/\(nᵢₙ \+ nₒᵤₜ\)",
    "lecun": r"LeCun|\b1/nᵢₙ(?!\w)",
    "orthogonal": r"[Oo]rthogonal",
    "standard": r"\bstandard\b(?! deviation| normal)|PyTorch",
    "small": r"\bsmall\b",
    "large": r"\blarge\b",
    "constant": r"\bzeros?\b|\bconstant\b",
    "plain": r"\b[Nn]ormal\b|\b[Uu]niform\b",
}
INDICES = str.maketrans({full: sign for sign, full in LOWERED.items()})
FAMILY = {look.color: family for family, look in plots.SCHEMES.items()}
ROLES = {
    plots.SIGNAL.color: r"signal|forward|activation|\bz\b|\bx\b",
    plots.GRADIENT.color: r"gradient|backward|δ",
    plots.WEIGHT_GRADIENT.color: r"weight|W",
}

each_book_notebook = pytest.mark.parametrize("path", BOOK, ids=lambda path: path.stem)
each_chapter = pytest.mark.parametrize(
    "path", [path for path in BOOK if path.name[:2].isdigit()], ids=lambda path: path.stem
)
each_notebook = pytest.mark.parametrize("path", [*BOOK, *PROBLEM_SETS], ids=lambda path: path.stem)


class Picture(NamedTuple):
    """A stored picture, or the start frame of an explorer with all that its other frames change."""

    markup: str
    digest: str
    caption: str


class Cell(NamedTuple):
    """A code cell."""

    number: int
    source: str
    tags: set[str]
    pictures: list[Picture]
    in_solution: bool


def cells(path: Path) -> Iterator[Cell]:
    in_solution = False
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf8"))["cells"]):
        if cell["cell_type"] == "markdown":
            for mark in re.findall(r"^`{3,}\{solution-(start|end)\}", text_of(cell["source"]), re.M):
                in_solution = mark == "start"
        elif cell["cell_type"] == "code":
            settings = cell["metadata"].get("mystnb", {})
            caption = f"{settings.get('figure', {}).get('caption', '')} {settings.get('image', {}).get('alt', '')}"
            pictures = []
            for output in cell["outputs"]:
                data = {kind: text_of(value) for kind, value in output.get("data", {}).items()}
                markup = data.get("image/svg+xml") or data.get("text/html", "")
                if "<svg" in markup:
                    pictures.append(Picture(markup, data["text/plain"], caption))
            yield Cell(number, text_of(cell["source"]), set(cell["metadata"].get("tags", [])), pictures, in_solution)


# ---- the code -------------------------------------------------------------------------------------------------------
def too_wide(source: str) -> list[str]:
    return [line for line in source.split("\n") if len(line) > COLUMNS]


@each_notebook
def test_no_line_of_code_is_cut_at_the_edge_of_the_page(path):
    assert {cell.number: lines for cell in cells(path) if (lines := too_wide(cell.source))} == {}


@each_book_notebook
def test_a_cell_that_is_shown_fits_a_screen(path):
    long = {
        cell.number: height
        for cell in cells(path)
        if not cell.tags & FOLDED and (height := cell.source.count("\n") + 1) > MOST_LINES
    }
    assert long == {}


# Text, formula, ✓, picture: code stands open where it is the idea. A solution is folded as a whole.
@each_chapter
def test_a_cell_is_folded_unless_it_is_the_idea(path):
    told = {cell.number: len(cell.tags & (FOLDED | {IDEA})) for cell in cells(path) if not cell.in_solution}
    assert {number: count for number, count in told.items() if count != 1} == {}
    ideas = [cell for cell in cells(path) if IDEA in cell.tags]
    assert 1 <= len(ideas) <= MOST_IDEAS
    assert [cell.number for cell in ideas if cell.pictures] == [], "the point of a picture's cell is the picture"


IN_FLOAT64 = [
    f.__name__
    for f in (MLP, *(getattr(experiments, name) for name in experiments.__all__))
    if (dtype := inspect.signature(f).parameters.get("dtype")) and dtype.default is np.float64
]


def repeated_defaults(source: str) -> list[str]:
    """Calls that pass the dtype which they would have without."""
    return [
        ast.unparse(call.func)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in IN_FLOAT64
        for keyword in call.keywords
        if keyword.arg == "dtype" and ast.unparse(keyword.value) in ("np.float64", "'float64'", "float")
    ]


@each_notebook
def test_no_call_passes_the_dtype_that_is_the_default(path):
    assert {cell.number: calls for cell in cells(path) if (calls := repeated_defaults(cell.source))} == {}


# ---- the colors -----------------------------------------------------------------------------------------------------
_COLOR = r"(?:fill|stroke): (#[0-9a-f]{6}|currentColor)"
_ITEM = re.compile(rf"<text([^>]*)>(.*?)</text>|{_COLOR}")


def plain(text: str) -> str:
    """A text of a picture as it was written, its indices in characters of their own."""
    index = re.compile(r'(?<=font-size="78%">)(?:<tspan font-style="italic">\w*</tspan>|[^<])*')
    text = index.sub(lambda found: re.sub(r"<[^>]*>", "", found[0]).translate(INDICES), text)
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def labeled(picture: Picture) -> Iterator[tuple[str, str]]:
    """The entries of a picture's legends as (color, label), and its colored texts."""
    labels = set(re.findall(r"^ *(?:line|scatter|steps|\w+) '(.*?)': ", picture.digest, re.M))
    last = ""
    for style, text, color in _ITEM.findall(picture.markup):
        text = plain(text)
        if color:
            last = color  # a legend draws the handle first
        elif own := re.search(_COLOR, style):
            yield own[1], text
        elif text in labels:
            yield last, text


def borrowed(picture: Picture) -> list[str]:
    """What wears a color that means something else."""
    problems = []
    texts = [plain(text) for _, text, _ in _ITEM.findall(picture.markup)]
    for color in sorted(set(re.findall(_COLOR, picture.markup)) & set(FAMILY)):
        if not re.search(WORDS[FAMILY[color]], " ".join([picture.caption, *texts])):
            problems.append(f"the color of {FAMILY[color]} in a picture that does not name it")
    for color, label in labeled(picture):
        meant = WORDS[FAMILY[color]] if color in FAMILY else ROLES.get(color)
        if meant and not re.search(meant, label):
            problems.append(f"{label!r} in the color of {FAMILY.get(color, meant)}")
    return problems


@each_book_notebook
def test_the_color_of_an_initializer_means_that_initializer_and_that_of_a_role_this_role(path):
    found = {
        cell.number: problems
        for cell in cells(path)
        if (problems := [problem for picture in cell.pictures for problem in borrowed(picture)])
    }
    assert found == {}


def picture(label: str | None, caption: str = "", **look) -> Picture:
    fig, ax = plots.subplots()
    plots.measured(ax, [[1.0, 2.0], [1.1, 2.3]], label=label, **look)
    if label:
        ax.legend()
    return Picture(plots.svg(fig), plots.digest(fig), caption)


def test_the_look_at_colors_finds_what_is_borrowed():
    assert borrowed(picture("He", name="he")) == []
    assert borrowed(picture("signal z", look=plots.SIGNAL)) == []
    assert borrowed(picture("ε = 1", look=plots.series(0))) == []
    unnamed = "the color of he in a picture that does not name it"
    assert borrowed(picture("signal z", name="he")) == [unnamed, "'signal z' in the color of he"]
    assert borrowed(picture("signal z", "A network after He", name="he")) == ["'signal z' in the color of he"]
    assert borrowed(picture(None, name="he")) == [unnamed]
    assert borrowed(picture(None, "The start of He and colleagues", name="he")) == []
    assert len(borrowed(picture("signal z", look=plots.GRADIENT))) == 1


def test_the_looks_at_code_find_a_long_line_and_a_repeated_default():
    assert too_wide("x" * 88) == [] and too_wide("a\n" + "x" * 89) == ["x" * 89]
    assert repeated_defaults("MLP((2, 1), rng=0); he_normal((2, 1), 0, dtype=np.float64)") == []
    assert repeated_defaults("experiments.propagate((2, 1), dtype=np.float64)") == ["experiments.propagate"]
