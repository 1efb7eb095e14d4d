"""The fonts of the site: what they must hold, and nothing more."""

from __future__ import annotations

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from weightinit_book.extensions import face
from weightinit_book.extensions.fonts import MATH, carry_icons, characters, data_uri, icons, italic, math_rule, subset


def test_the_font_holds_what_the_pages_need():
    page = "<p>ж<math><mi>W</mi><mo>∑</mo><mi>σ</mi><mi>h</mi><mi>𝔼</mi><msqrt><mo>(</mo></msqrt></math></p>"
    needed = characters([page])
    assert needed == {" ", "√", "∑", "𝔼", italic("W"), italic("σ"), "ℎ", "("}
    font = TTFont(io.BytesIO(subset(MATH, "".join(needed))))
    known = set(font.getBestCmap())
    assert {ord(c) for c in "∑𝔼ℎ(√" + italic("W") + italic("σ")} <= known
    assert "MATH" in font and len(font.getGlyphOrder()) < 2500
    features = (
        {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord} if "GSUB" in font else set()
    )
    assert "ssty" not in features, "indices look the same in both engines"
    assert "Open Font License" in str(font["name"].getDebugName(13))


def test_italic_letters():
    assert [italic(c) for c in "Aah"] == ["\U0001d434", "\U0001d44e", "\u210e"]
    assert italic("σ") == "\U0001d70e" and italic("+") == "+"


def test_the_sheet_of_the_formulas_carries_its_font_and_is_the_same_each_time(tmp_path):
    pages = ["<math><mi>W</mi></math>"]
    sheet = math_rule(pages, tmp_path)
    data = base64.b64decode(re.search(r"base64,([^\"]+)", sheet)[1])
    assert ord(italic("W")) in TTFont(io.BytesIO(data)).getBestCmap()
    (cached,) = tmp_path.iterdir()
    assert cached.read_bytes() == data == subset(MATH, "".join(sorted(characters(pages))), name="Book Math")
    assert math_rule(pages, tmp_path) == sheet and 'font-family: "Book Math"' in sheet


@pytest.mark.parametrize("sign", ["√", "(", "]", "{", "⌈"])
def test_tall_forms_of_a_sign_are_hardly_wider_than_the_low_one(sign):
    """Chromium keeps free behind each what the widest would need."""
    font = TTFont(io.BytesIO(subset(MATH, sign)))
    table, low = font["MATH"].table.MathVariants, font.getBestCmap()[ord(sign)]
    signs = table.VertGlyphConstruction[table.VertGlyphCoverage.glyphs.index(low)]
    forms = [record.VariantGlyph for record in signs.MathGlyphVariantRecord]
    parts = [part.glyph for part in signs.GlyphAssembly.PartRecords]
    widths = {name: font["hmtx"][name][0] for name in [*forms, *parts]}
    assert len(forms) >= 4 and widths[low] <= min(widths.values()) and max(widths.values()) - widths[low] <= 45
    if sign == "√":  # each still ends where the line above the root begins
        assert all(0 <= font["glyf"][name].xMax - widths[name] <= 50 for name in [*forms, parts[-1]])


# ---- the face -----------------------------------------------------------------------------------------------------------
PAGE = "<p>Größe √ ★</p><h2 id=x>Čas</h2><p class='title'>ł</p><em>ñ</em><code>ß</code><math><mi>𝔼</mi></math>"


def test_the_face_holds_every_character_and_nothing_is_called_as_the_whole_font(tmp_path):
    sheet = "".join(face.rules([PAGE], ['a = "▶"'], tmp_path))
    found = re.findall(
        r'"(Book[^"]*)"; font-style: (\w+); font-weight: ([^;]+); src: url\("data:font/woff2;base64,([^"]+)', sheet
    )
    assert [(family, style, weight) for family, style, weight, _ in found] == [
        ("Book", "normal", "100 500"), ("Book", "italic", "100 900"), ("Book", "normal", "501 900"),
        ("Book Code", "normal", "100 900"), ("Book Signs", "normal", "normal"), ("Book Code Signs", "normal", "normal"),
    ]  # fmt: skip
    fonts = [TTFont(io.BytesIO(base64.b64decode(data))) for *_, data in found]
    known = [{chr(code) for code in font.getBestCmap()} for font in fonts]
    for text, signs in ((0, 4), (3, 5)):
        assert set("Größe√★▶~{Čłñ") <= known[text] | known[signs] and not set("Größe") & known[signs]
        assert "x" in known[signs], "its height decides how large a sign is in a picture"
        assert "𝔼" not in known[text] | known[signs]
    assert set("~{−²ñ") <= known[1] and not set("öČł") & known[1], "slanted"
    assert set("~{−²Čł") <= known[2] and not set("öñ") & known[2], "heavy"
    for font, (family, *_) in zip(fonts, found, strict=True):
        assert "fvar" not in font and font["name"].getDebugName(1) == family
        assert font["name"].getDebugName(0) and font["name"].getDebugName(13)
    assert "".join(face.rules([PAGE], ["▶"], tmp_path)) == sheet and len(list(tmp_path.iterdir())) == 6


def test_only_icons_that_occur_are_kept():
    sheet = (
        '.fa-a::before{content:"\\f001"} .fa-b{--fa:"\\f002"} a.external::after{content:"\\f003"} .fa-c{--fa:"\uf004"}'
    )
    assert icons([sheet], {"fa-a", "fa-c"}) == "\uf001\uf003\uf004"


def test_the_rules_carry_the_icons_and_ask_for_nothing(tmp_path):
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "fa-solid-900.woff2").write_bytes(b"font")
    rule = '@font-face{src:url(%s) format("woff2")}'
    assert carry_icons(rule % "vendor/fa-solid-900.woff2", tmp_path) == rule % f'"{data_uri(b"font")}"'
    assert carry_icons(rule % "vendor/fa-regular-400.woff2", tmp_path) == rule % "vendor/fa-regular-400.woff2"
