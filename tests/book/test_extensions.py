"""The book's own Sphinx extensions, each function by itself."""

from __future__ import annotations

import io
import json
import re
import struct
import zlib

import pytest
import tinycss2
from math_core import LatexToMathML
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from weightinit_book.extensions.figures import inline, png_size
from weightinit_book.extensions.lean import is_used, lean_scripts, prune, rebase, split_selectors, squeeze, words
from weightinit_book.extensions.ledger import count, read_chapter
from weightinit_book.extensions.math import FONT, characters, italic, mend, subset


def mathml(latex: str) -> str:
    return mend(LatexToMathML().convert_with_local_state(latex, displaystyle=False))


# ---- formulas -------------------------------------------------------------------------------------------------------
def test_a_prime_is_a_character_and_not_a_superscript():
    for latex, expected in (("f'", "f′"), (r"\varphi'(z)^2", "φ′(z)2"), ("f''", "f″"), ("f_l'", "f′l")):
        text = mathml(latex)
        assert re.sub("<[^>]*>", "", text) == expected
        assert not re.search(r"<msup>(?:(?!</msup>).)*′</mo></msup>", text)
    assert "<msup>" in mathml("x^2") and "msup" in mathml(r"\varphi'(z)^2")


def test_a_formula_without_prime_is_left_alone():
    text = LatexToMathML().convert_with_local_state(r"x < y \; \text{a}", displaystyle=True)
    assert mend(text) is text


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{aligned} a &= b \\ &= c \end{aligned}", r"\operatorname{Var}[W_l] = \frac{2}{n_{l-1}+n_l}", r"\mathbb{E}",
        r"\begin{cases} x & x>0 \\ ax & x \le 0\end{cases}", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", r"\mathcal{N}(0, \sigma^2)",
        r"\sqrt{\tfrac{6}{n}}", r"\prod_{l=1}^{L}", r"\Bigl[ \sum_i x_i \Bigr]", r"\underbrace{a}_{b}", r"\hat x \bar x \tilde W \vec v",
        r"\odot \top \approx \Longrightarrow \infty \partial \lVert h \rVert", r"\dfrac{\mathrm{d}C}{\mathrm{d}t}", r"\int_0^\infty e^{-z^2/2}",
    ],
)  # fmt: skip
def test_the_formulas_of_the_book_can_be_converted(latex):
    assert mathml(latex).startswith("<math")


def test_the_font_holds_what_the_pages_need(tmp_path):
    from fontTools.ttLib import TTFont

    page = tmp_path / "a.html"
    page.write_text("<p>ж<math><mi>W</mi><mo>∑</mo><mi>σ</mi><mi>h</mi><mi>𝔼</mi><msqrt><mo>(</mo></msqrt></math></p>")
    needed = characters([page])
    assert needed == {" ", "√", "∑", "𝔼", italic("W"), italic("σ"), "ℎ", "("}
    font = TTFont(io.BytesIO(subset(FONT, "".join(needed))))
    known = set(font.getBestCmap())
    assert {ord(c) for c in "∑𝔼ℎ(√" + italic("W") + italic("σ")} <= known
    assert "MATH" in font and len(font.getGlyphOrder()) < 2500
    assert "Open Font License" in str(font["name"].getDebugName(13))


def test_italic_letters():
    assert [italic(c) for c in "Aah"] == ["\U0001d434", "\U0001d44e", "\u210e"]
    assert italic("σ") == "\U0001d70e" and italic("+") == "+"


# ---- figures --------------------------------------------------------------------------------------------------------
def test_a_picture_in_the_page_follows_the_theme_and_has_a_name():
    from weightinit import plots

    fig, ax = plots.subplots()
    ax.plot([0, 1], [0, 1], color="black")
    picture = fig._repr_mimebundle_()["image/svg+xml"]
    html = inline(picture, 'A "rising" line from the lower left to the upper right.', "p3-")
    assert html.startswith("<svg") and 'role="img"' in html and "&quot;rising&quot;" in html and "<desc>Panel 1" in html
    assert "#000000" not in html and "#ffffff" not in html and "currentColor" in html
    ids, used = set(re.findall(r'\sid="([^"]+)"', html)), set(re.findall(r'(?:href="#|url\(#)([^")]+)', html))
    assert used == ids and all(name.startswith("p3-") for name in ids)


def test_size_of_a_png(tmp_path):
    header = b"IHDR" + struct.pack(">IIBBBBB", 12, 7, 8, 2, 0, 0, 0)
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)))
    assert png_size(path) == (12, 7)
    path.write_bytes(b"GIF89a")
    assert png_size(path) is None


# ---- ledger ---------------------------------------------------------------------------------------------------------
def test_equations_and_claims_are_read(tmp_path):
    out = new_output("stream", name="stdout", text="✓ [eq-b] what: 1 · 1\nnoise\n✓ [eq-a] 2\n✓ [eq-a] 3\n")
    cells = [
        new_markdown_cell("# A *title*\n\n$$a = b$$ (eq-a)\n\n$$\n\\begin{aligned}\nx\n\\end{aligned}\n$$ (eq-b)\n\n$$c$$ (def-c)\n\n$$free$$"),
        new_code_cell("x", outputs=[out]),
    ]  # fmt: skip
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(new_notebook(cells=cells)))
    chapter = read_chapter(path, "x")
    assert chapter.title == "A *title*"
    assert list(chapter.equations) == ["eq-a", "eq-b", "def-c"] and chapter.equations["eq-a"] == "a = b"
    assert chapter.claims == {"eq-b": ["✓ [eq-b] what: 1 · 1"], "eq-a": ["✓ [eq-a] 2", "✓ [eq-a] 3"]}
    assert (count(1, "check"), count(2, "check")) == ("1 check", "2 checks")


# ---- style sheet ----------------------------------------------------------------------------------------------------
def pruned(css: str, known: set[str]) -> str:
    return prune(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), known)


def test_rules_that_nothing_uses_go_and_others_stay():
    css = ".a, .b .c > p { color: red } .x{y:z} #i:not(.gone) { margin: 0 } p::before { content: \"a ; b\" } html[data-t='d'] .a{--v: 1px}"
    assert (
        pruned(css, {"a", "i"})
        == '.a{color: red}\n#i:not(.gone){margin: 0}\np::before{content: "a ; b"}\nhtml[data-t="d"] .a{--v: 1px}'
    )


def test_conditions_fonts_and_keyframes_stay():
    css = '@charset "utf-8"; @media print { .a { b: c } .x { y: z } } @media (min-width: 1px) { .x {} } @font-face { font-family: F } @keyframes k { from { a: b } }'
    assert pruned(css, {"a"}) == "@media print{.a{b: c}}\n@font-face{font-family: F}\n@keyframes k{from{a: b}}"


def test_selectors():
    assert split_selectors(":is(a, b), c[x='1,2'], d") == [":is(a, b)", " c[x='1,2']", " d"]
    assert is_used(".a:not(.b, :is(.c)) [class~=zz]", {"a"}) and not is_used(".a.b", {"a"})
    assert words(['<p class="sd-a b_c">', 'x.add("fa-x")']) >= {"sd-a", "b_c", "fa-x"}
    assert squeeze(" a : b ; /* c */ d: url(data:x;y) ;") == "a : b;d: url(data:x;y)"


def test_addresses_are_seen_from_the_bundle():
    assert rebase('src: url("../vendor/f.woff2?x#y")', "styles") == 'src: url("vendor/f.woff2?x#y")'
    assert rebase("src: url(data:a/b;base64,xx) url(f.woff2)", "") == "src: url(data:a/b;base64,xx) url(f.woff2)"


def test_a_low_root_gets_a_strut_and_a_tall_one_none():
    low, tall = mathml(r"\sqrt{n}"), mathml(r"\sqrt{\frac{1}{n}}")
    assert '<msqrt class="low"><mrow><mspace width="0" height="0.78em" depth="0.2em"></mspace><mi>n</mi></mrow>' in low
    assert "low" not in tall and "<msqrt><mfrac>" in tall


# ---- scripts --------------------------------------------------------------------------------------------------------
HEAD = (
    '<script src="_static/documentation_options.js?v=1"></script><script src="_static/doctools.js"></script>'
    '<script data-x="sphinx-design-tab-id-" src="_static/design-tabs.js?v=2"></script>'
    '<button data-bs-title="Color mode" data-bs-placement="bottom" data-bs-toggle="tooltip"></button>'
    '<script defer src="_static/scripts/bootstrap.js?digest=3"></script>'
)


def test_a_page_asks_only_for_the_scripts_that_it_uses():
    lean = lean_scripts(HEAD, "const O = {};")
    assert lean == (
        '<script>const O = {};</script><script defer src="_static/doctools.js"></script>'
        '<button title="Color mode"></button>'
    )
    assert lean_scripts(lean, "const O = {};") == lean


def test_a_page_with_menus_tabs_or_a_search_keeps_what_these_need():
    with_menu = lean_scripts(HEAD + '<button data-bs-toggle="dropdown"></button>', "")
    assert "bootstrap.js" in with_menu and 'data-bs-toggle="tooltip"' in with_menu
    assert "design-tabs.js" in lean_scripts(HEAD + '<div class="sd-tab-set">', "")
    search = lean_scripts(HEAD + '<script src="_static/searchtools.js"></script>', "")
    assert "documentation_options.js" in search and '<script defer src="_static/doctools.js' not in search
