"""The face of the book: Source Serif for text and pictures, Source Code Pro for code, DejaVu for the signs that they lack.

With them the page looks and is laid out the same whatever fonts a reader's machine has. They are cut to the characters that
occur and travel inside a style sheet, as the font of the formulas does (fonts.py): they are there before the first layout.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from fontTools.ttLib import TTFont

from weightinit_book.extensions.fonts import cached, embedded, subset

SHEET = "face.css"


@dataclass(frozen=True)
class Font:
    """One font of a family, the package and file that it is cut from, and where it lies on the axes of that file."""

    family: str
    package: str
    file: str
    axes: dict[str, float] = field(default_factory=dict)
    style: str = "normal"
    weight: str = "normal"

    @property
    def source(self):
        """The file in the installed package."""
        return files(self.package) / self.file

    def covers(self) -> set[str]:
        """The characters that it has."""
        with self.source.open("rb") as stream:
            return {chr(code) for code in TTFont(stream, lazy=True).getBestCmap()}

    def rule(self, text: str, cache: Path) -> str:
        """The rule of a style sheet that carries this font with these characters."""
        data = cached(cache, self, text, make=lambda: subset(self.source, text, axes=self.axes, name=self.family))
        return embedded(self.family, data, style=self.style, weight=self.weight)


SERIF, CODE, SIGNS = "fontpkg_source_serif_4", "fontpkg_source_code_pro", "matplotlib"
UPRIGHT, ITALIC = "files/SourceSerif4[opsz,wght].ttf", "files/SourceSerif4-Italic[opsz,wght].ttf"
TEXT = (
    Font("Book", SERIF, UPRIGHT, {"opsz": 16, "wght": 400}, weight="100 500"),
    Font("Book", SERIF, ITALIC, {"opsz": 16, "wght": 400}, style="italic", weight="100 900"),
    Font("Book", SERIF, UPRIGHT, {"opsz": 16, "wght": 600}, weight="501 900"),
    Font("Book Code", CODE, "files/SourceCodePro[wght].ttf", {"wght": 400}, weight="100 900"),
)
MISSING = (
    Font("Book Signs", SIGNS, "mpl-data/fonts/ttf/DejaVuSans.ttf"),
    Font("Book Code Signs", SIGNS, "mpl-data/fonts/ttf/DejaVuSansMono.ttf"),
)


def characters(texts: Iterable[str]) -> set[str]:
    """Every character in pages, scripts and style sheets that is no part of a formula, and all that can be typed."""
    found = set(string.printable)
    for text in texts:
        found.update(html.unescape(re.sub(r"<math\b.*?</math>", "", text, flags=re.S)))
    return {sign for sign in found if sign.isprintable()}


def sheet(texts: Iterable[str], cache: Path) -> str:
    """The style sheet with all fonts of the face; taken from the cache if no character is new."""
    wanted = characters(texts)
    rules = [font.rule("".join(sorted(wanted & font.covers())), cache) for font in TEXT]
    for font, lacking in zip(MISSING, (TEXT[0], TEXT[3]), strict=True):
        signs = (wanted - lacking.covers()) | {"x"}  # whose height `font-size-adjust` asks for (book.css)
        rules.append(font.rule("".join(sorted(signs & font.covers())), cache))
    return "".join(rules)
