"""What depends on the reader's own fonts: every page with a wide family alone and with a narrow one, on two screens.

A phone, a laptop and a fresh server have other fonts each, and the site brings one only for its formulas. The icons come
late here, when the page has been laid out without them.
"""

from __future__ import annotations

import pytest
from pages import wait_for_tab_stops, wait_until_laid_out
from visiting import visits

pytestmark = pytest.mark.browser

COLLECT = """new PerformanceObserver(list => {
    globalThis.shifts ??= [];
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shifts.push(value);
}).observe({ type: 'layout-shift', buffered: true })"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SHIFTS = "() => (globalThis.shifts ?? []).reduce((sum, value) => sum + value, 0)"


@pytest.fixture(scope="module", params=[1280, 390])
def opened(browser_with_fonts, late_server, site, page_name, request):
    """The page with one family of fonts on one screen, opened once for all tests of this module."""
    with visits(browser_with_fonts, late_server, site) as visit:
        page = visit(page_name, width=request.param, before=COLLECT).page
        wait_until_laid_out(page)
        yield page


# ---- in this order: the last ones make the window narrow ----------------------------------------------------------------
def test_page_does_not_jump_while_it_is_laid_out_and_when_fonts_arrive(opened):
    opened.evaluate(TWO_FRAMES)
    assert opened.evaluate(SHIFTS) < 0.005


def test_formulas_are_drawn_in_their_font_and_nothing_of_them_is_cut(opened):
    if not opened.locator("article math").count():
        pytest.skip("no formula on this page")
    empty = opened.evaluate(
        """() => [...document.querySelectorAll('article math')].filter(m => m.checkVisibility())
            .filter(m => m.getBoundingClientRect().width < 2 || m.getBoundingClientRect().height < 4)
            .map(m => m.textContent)"""
    )
    assert not empty
    # nothing cuts off exponents or the ends of roots
    assert opened.evaluate(
        "[...document.querySelectorAll('article span.math')].every(e => getComputedStyle(e).overflow === 'visible')"
    )
    assert opened.evaluate("[...document.fonts].some(f => f.family.includes('Book Math') && f.status === 'loaded')")
    # nothing is left of a formula that was not converted
    assert opened.evaluate(
        "!/(^|\\s)\\\\(frac|operatorname|mathbb|sigma)/.test(document.querySelector('article').innerText)"
    )


def test_wide_things_scroll_in_their_own_box_and_by_keyboard(opened):
    opened.set_viewport_size({"width": min(320, opened.viewport_size["width"]), "height": 900})
    wait_for_tab_stops(opened)


def test_nothing_overflows_a_narrow_phone(opened):
    opened.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    too_wide = opened.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .filter(e => !e.closest('.math-scroll, pre, .pst-scrollable-table-container'))
                .map(e => e.outerHTML.slice(0, 120)).concat('(page is ' + document.documentElement.scrollWidth + ' px wide)')"""
    )
    assert not too_wide
