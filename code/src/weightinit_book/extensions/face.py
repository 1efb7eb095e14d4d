"""The face of the book: Source Serif for text and pictures, Source Code Pro for code, DejaVu for the signs that they lack.

With them the page looks and is laid out the same whatever fonts a reader's machine has. They are cut to the characters that
occur and travel inside the style sheet, as the font of the formulas does (fonts.py): they are there before the first layout.
Nothing is shown before they have come, so each holds little beside what it draws.
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


@dataclass(frozen=True)
class Font:
    """One font of a family, the package and file that it is cut from, and where it lies on the axes of that file."""

    family: str
    package: str
    file: str
    axes: dict[str, float] = field(default_factory=dict)
    style: str = "normal"
    weight: str = "normal"
    drawn: str = ""  # pattern of the parts of a page that it draws; everything, if empty

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
SLANTED = r'<(em|i|cite|dfn|var|address)\b.*?</\1>|<tspan font-style="italic">.*?</tspan>'
HEAVY = (
    r"<(h[1-6]|b|strong|th|dt|legend|button|label)\b.*?</\1>"
    r'|<p class=.*?</p>|<div class="wi-quiz[^>]*>\s*<p>.*?</p>|<text [^>]*font-weight: [67]00.*?</text>'
)
PUNCTUATION = "–—‘’“”…−·×±²³"
TEXT = (
    Font("Book", SERIF, UPRIGHT, {"opsz": 16, "wght": 400}, weight="100 500"),
    Font("Book", SERIF, ITALIC, {"opsz": 16, "wght": 400}, style="italic", weight="100 900", drawn=SLANTED),
    Font("Book", SERIF, UPRIGHT, {"opsz": 16, "wght": 600}, weight="501 900", drawn=HEAVY),
    Font("Book Code", CODE, "files/SourceCodePro[wght].ttf", {"wght": 400}, weight="100 900"),
)
MISSING = (
    Font("Book Signs", SIGNS, "mpl-data/fonts/ttf/DejaVuSans.ttf"),
    Font("Book Code Signs", SIGNS, "mpl-data/fonts/ttf/DejaVuSansMono.ttf"),
)


def characters(texts: Iterable[str], drawn: str = "") -> set[str]:
    """Every character in these texts that is no part of a formula; in the parts that a pattern finds, if there is one."""
    found = set()
    for text in texts:
        parts = (match[0] for match in re.finditer(drawn, text, flags=re.S)) if drawn else (text,)
        for part in parts:
            found.update(html.unescape(re.sub(r"<math\b.*?</math>", "", part, flags=re.S)))
    return {sign for sign in found if sign.isprintable()}


def rules(pages: Iterable[str], own: Iterable[str], cache: Path) -> str:
    """What a style sheet needs for the face; a font is taken from the cache if no character is new.

    Parameters
    ----------
    pages : texts of pages
    own : texts of the book's own scripts and style sheets, with what they write
    cache : folder
    """
    pages, typed = list(pages), characters([string.printable, PUNCTUATION])
    anything = typed | characters([*pages, *own])
    wanted = [typed | characters(pages, font.drawn) if font.drawn else anything for font in TEXT]
    found = [font.rule("".join(sorted(signs & font.covers())), cache) for font, signs in zip(TEXT, wanted, strict=True)]
    for font, lacking in zip(MISSING, (TEXT[0], TEXT[3]), strict=True):
        signs = (anything - lacking.covers()) | {"x"}  # whose height `font-size-adjust` asks for (book.css)
        found.append(font.rule("".join(sorted(signs & font.covers())), cache))
    return "".join(found)
