"""The fonts of the site: what they must hold, and nothing more."""

from __future__ import annotations

import base64
import io
import re

from fontTools.ttLib import TTFont

from weightinit_book.extensions.fonts import MATH, characters, icons, italic, math_sheet, subset


def test_the_font_holds_what_the_pages_need():
    page = "<p>ж<math><mi>W</mi><mo>∑</mo><mi>σ</mi><mi>h</mi><mi>𝔼</mi><msqrt><mo>(</mo></msqrt></math></p>"
    needed = characters([page])
    assert needed == {" ", "√", "∑", "𝔼", italic("W"), italic("σ"), "ℎ", "("}
    font = TTFont(io.BytesIO(subset(MATH, "".join(needed))))
    known = set(font.getBestCmap())
    assert {ord(c) for c in "∑𝔼ℎ(√" + italic("W") + italic("σ")} <= known
    assert "MATH" in font and len(font.getGlyphOrder()) < 2500
    assert "Open Font License" in str(font["name"].getDebugName(13))


def test_italic_letters():
    assert [italic(c) for c in "Aah"] == ["\U0001d434", "\U0001d44e", "\u210e"]
    assert italic("σ") == "\U0001d70e" and italic("+") == "+"


def test_the_sheet_of_the_formulas_carries_its_font_and_is_the_same_each_time(tmp_path):
    pages = ["<math><mi>W</mi></math>"]
    sheet = math_sheet(pages, tmp_path)
    data = base64.b64decode(re.search(r"base64,([^\"]+)", sheet)[1])
    assert ord(italic("W")) in TTFont(io.BytesIO(data)).getBestCmap()
    (cached,) = tmp_path.iterdir()
    assert cached.read_bytes() == data == subset(MATH, "".join(sorted(characters(pages))))
    assert math_sheet(pages, tmp_path) == sheet and 'font-family: "Book Math"' in sheet


def test_only_icons_that_occur_are_kept():
    sheet = (
        '.fa-a::before{content:"\\f001"} .fa-b{--fa:"\\f002"} a.external::after{content:"\\f003"} .fa-c{--fa:"\uf004"}'
    )
    assert icons([sheet], {"fa-a", "fa-c"}) == "\uf001\uf003\uf004"
