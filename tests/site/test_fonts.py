"""What must not depend on the reader's own fonts: every page with a wide family alone and with a narrow one, on two screens.

A phone, a laptop and a fresh server have other fonts each; the site brings its own, inside its style sheet. So no font can
come late, when the page has been laid out without it.
"""

from __future__ import annotations

import base64
import contextlib
import io
import re

import pytest
from fontTools.ttLib import TTFont
from geometry import LINES, MISDRAWN, ORPHANS
from pages import wait_for_tab_stops, wait_until_laid_out
from visiting import visits

from weightinit_book.extensions import face, styles
from weightinit_book.extensions.fonts import embedded

pytestmark = pytest.mark.browser

COLLECT = """new PerformanceObserver(list => {
    globalThis.shifts ??= [];
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shifts.push(value);
}).observe({ type: 'layout-shift', buffered: true })"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SHIFTS = "() => (globalThis.shifts ?? []).reduce((sum, value) => sum + value, 0)"


# Where every piece of text of every line begins and ends. Not the boxes of links around it, of which a busy
# Chromium once told fewer on one of two pages, and not how high it stands: letters of formulas are rounded to whole pixels, up or down as each machine
# draws them.
LINES_OF_ALL = """() => [...document.querySelectorAll('main :is(h1, h2, h3, p, li, td, th, figcaption, summary, pre)')].map(block => {
    const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT), range = document.createRange(), pieces = [];
    while (texts.nextNode()) {
        range.selectNodeContents(texts.currentNode);
        for (const { left, right } of range.getClientRects()) pieces.push([left, right].map(Math.round));
    }
    return [block.textContent.trim().slice(0, 40), pieces];
})"""


@pytest.fixture(scope="module", params=[1280, 390])
def opened(browsers_with_fonts, server, site, page_name, request):
    """The page with each family of fonts on one screen, opened once for all tests of this module."""
    with contextlib.ExitStack() as stack:
        pages = []
        for browser in browsers_with_fonts.values():
            visit = stack.enter_context(visits(browser, server, site))
            page = visit(page_name, width=request.param, before=COLLECT).page
            wait_until_laid_out(page)
            pages.append(page)
        yield pages


# ---- in this order: the last ones make the window narrow ----------------------------------------------------------------
def test_page_does_not_jump_while_it_is_laid_out(opened):
    for page in opened:
        page.evaluate(TWO_FRAMES)
        assert page.evaluate(SHIFTS) < 0.005


def test_every_line_ends_where_it_does_whatever_fonts_there_are(opened):
    wide, narrow = (page.evaluate(LINES_OF_ALL) for page in opened)
    assert [pieces for _, pieces in wide if pieces]
    assert [pair for pair in zip(wide, narrow, strict=True) if pair[0] != pair[1]] == []


def test_formulas_are_drawn_in_their_font_and_nothing_of_them_is_cut(opened):
    for page in opened:
        if page.locator("article math").count():
            assert page.evaluate(MISDRAWN) == []
            look_at_formulas(page)


def look_at_formulas(page) -> None:
    empty = page.evaluate(
        """() => [...document.querySelectorAll('article math')].filter(m => m.checkVisibility())
            .filter(m => m.getBoundingClientRect().width < 2 || m.getBoundingClientRect().height < 4)
            .map(m => m.textContent)"""
    )
    assert not empty
    # nothing cuts off exponents or the ends of roots
    assert page.evaluate(
        "[...document.querySelectorAll('article span.math')].every(e => getComputedStyle(e).overflow === 'visible')"
    )
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('Book Math') && f.status === 'loaded')")
    # nothing is left of a formula that was not converted
    assert page.evaluate(
        "!/(^|\\s)\\\\(frac|operatorname|mathbb|sigma)/.test(document.querySelector('article').innerText)"
    )


def test_each_font_holds_what_it_draws(opened, site):
    """The fonts are cut to the characters of their elements; another one would be drawn by a font that looks different."""
    drawn = opened[0].evaluate(DRAWN)
    sheet = (site / "_static" / styles.BUNDLE).read_text(encoding="utf8")
    assert drawn
    for font in face.TEXT:
        rule = embedded(font.family, b"", style=font.style, weight=font.weight)
        (data,) = re.findall(re.escape(rule).replace("base64,", 'base64,([^"]+)'), sheet)
        lacking = font.covers() - {chr(code) for code in TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()}
        lightest, heaviest = map(int, font.weight.split())
        for family, style, weight, text in drawn:
            if (family, style) == (font.family, font.style) and lightest <= weight <= heaviest:
                assert not [sign for sign in text if sign in lacking and sign.isprintable()], text


DRAWN = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement, { fontFamily, fontStyle, fontWeight } = getComputedStyle(element);
        if (element.closest('math, script, style, noscript, desc')) continue;
        found.push([fontFamily.split(',')[0].replaceAll('"', ''), fontStyle, Number(fontWeight), texts.currentNode.data]);
    }
    return found;
}"""


def test_no_line_begins_with_what_belongs_to_the_formula_before_it(opened):
    assert opened[0].evaluate(ORPHANS) == []


def test_a_line_of_text_is_easy_to_follow(opened):
    """The median of the full lines of text, without formulas, on a wide screen."""
    if opened[0].viewport_size["width"] < 1280:
        pytest.skip("a phone has no room for that")
    counts = sorted(opened[0].evaluate(LINES))
    if len(counts) < 7:
        pytest.skip("too few lines of text on this page")
    assert 66 <= counts[len(counts) // 2] <= 75, counts


def test_wide_things_scroll_in_their_own_box_and_by_keyboard(opened):
    for page in opened:
        page.set_viewport_size({"width": min(320, page.viewport_size["width"]), "height": 900})
        wait_for_tab_stops(page)


def test_nothing_overflows_a_narrow_phone(opened):
    page = opened[0]
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    too_wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .filter(e => !e.closest('.math-scroll, pre, .pst-scrollable-table-container'))
                .map(e => e.outerHTML.slice(0, 120)).concat('(page is ' + document.documentElement.scrollWidth + ' px wide)')"""
    )
    assert not too_wide
