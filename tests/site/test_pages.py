"""Every page in a real browser: it loads cleanly, from HTTP and from disk, asks nobody else, and everyone can use it."""

from __future__ import annotations

import gzip
import re

import pytest
from conftest import SITE

pytestmark = pytest.mark.browser

KB = 1000
LAID_OUT = "() => !document.querySelector('.wi-far')"
PAGE_BUDGET, LANDING_BUDGET, SCRIPT_BUDGET = 320 * KB, 200 * KB, 80 * KB


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_page_loads_cleanly_and_asks_no_other_host(visit, page_name, scheme):
    seen = visit(page_name, scheme=scheme)
    assert not seen.elsewhere
    assert not seen.complaints


def wait_for_tab_stops(page):
    """What scrolls sideways gets its tab stop when the browser is idle: wait for it; a timeout fails the test."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('.math-scroll, .pst-scrollable-table-container, pre')]
            .every(e => e.scrollWidth <= e.clientWidth + 1 || e.tabIndex >= 0)""",
        timeout=20_000,
    )


def test_formulas_are_drawn_in_their_font(visit, page_name):
    page = visit(page_name).page
    formulas = page.locator("article math").count()
    if not formulas:
        pytest.skip("no formula on this page")
    page.wait_for_function(LAID_OUT, timeout=20_000)
    empty = page.evaluate(
        """() => [...document.querySelectorAll('article math')].filter(m => m.checkVisibility())
            .filter(m => m.getBoundingClientRect().width < 2 || m.getBoundingClientRect().height < 4)
            .map(m => m.textContent)"""
    )
    assert not empty
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('Book Math') && f.status === 'loaded')")
    # nothing is left of a formula that was not converted
    assert page.evaluate(
        "!/(^|\\s)\\\\(frac|operatorname|mathbb|sigma)/.test(document.querySelector('article').innerText)"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_violation(visit, page_name, dark):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(page_name, dark=dark).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")
    wait_for_tab_stops(page)
    found = Axe().run(page).response["violations"]
    assert not found, "\n".join(
        f"{v['id']} ({v['impact']}): {v['help']}\n    " + "\n    ".join(n["html"][:200] for n in v["nodes"][:5])
        for v in found
    )


def test_nothing_overflows_a_narrow_phone(visit, page_name):
    page = visit(page_name, width=320).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    too_wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .filter(e => !e.closest('.math-scroll, pre, .pst-scrollable-table-container'))
                .map(e => e.outerHTML.slice(0, 120)).concat('(page is ' + document.documentElement.scrollWidth + ' px wide)')"""
    )
    assert not too_wide


def test_page_keeps_the_budget(visit, page_name):
    seen = visit(page_name)
    total = scripts = 0
    for response in seen.responses:
        body = response.body()
        compressed = response.url.endswith((".woff2", ".png"))
        size = len(body) if compressed else len(gzip.compress(body, 6))
        total += size
        scripts += size if response.url.split("?")[0].endswith(".js") else 0
    assert total <= (LANDING_BUDGET if page_name == "index.html" else PAGE_BUDGET), f"{total / KB:.0f} kB"
    assert scripts <= SCRIPT_BUDGET, f"{scripts / KB:.0f} kB of JavaScript"


def test_wide_things_scroll_in_their_own_box_and_by_keyboard(visit, page_name):
    page = visit(page_name, width=320).page
    wait_for_tab_stops(page)


SHIFTS = """() => new Promise(done => new PerformanceObserver(list => {
    done(list.getEntries().reduce((sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0));
}).observe({ type: 'layout-shift', buffered: true }) || setTimeout(() => done(0), 300))"""


@pytest.mark.parametrize("width", [412, 1280])
def test_page_does_not_jump_while_it_is_laid_out(visit, page_name, width):
    page = visit(page_name, width=width).page
    page.wait_for_function(LAID_OUT, timeout=20_000)
    page.wait_for_timeout(100)
    assert page.evaluate(SHIFTS) < 0.02


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_anchor_leads_to_its_section_while_and_after_the_page_is_laid_out(visit, page_name, script):
    text = (SITE / page_name).read_text(encoding="utf8")
    if not re.search(r'class="[^"]*wi-far', text):
        pytest.skip("a short page: all of it is laid out at once")
    ids = re.findall(r'<section[^>]* id="([^"]+)"', text)[1:]
    goal = ids[2 * len(ids) // 3]
    page = visit(f"{page_name}#{goal}", java_script_enabled=script).page
    if script:
        page.wait_for_function(LAID_OUT, timeout=20_000)
    page.wait_for_timeout(300)
    place = page.locator(f"[id='{goal}']").bounding_box()["y"]
    at_the_end = page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
    assert -5 <= place <= (900 if at_the_end else 150)


def test_solutions_are_closed_and_open_by_keyboard(visit, page_name):
    page = visit(page_name).page
    solutions = page.locator("details.solution")
    if not solutions.count():
        pytest.skip("no solution on this page")
    assert not page.locator("details.solution[open]").count()
    first = solutions.first
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.evaluate("d => d.open")
    assert first.locator("section").first.is_visible()


def test_page_can_be_read_without_script(visit, page_name):
    page = visit(page_name, java_script_enabled=False).page
    assert page.locator("main h1").first.is_visible()
    figures = page.locator("article figure svg.wi-figure")
    for number in range(min(3, figures.count())):
        assert figures.nth(number).bounding_box()["height"] > 50 or not figures.nth(number).is_visible()


def test_search_finds_a_word(visit):
    page = visit("search.html?q=variance").page
    page.wait_for_selector("#search-results li", timeout=10_000)
    assert page.locator("#search-results li a").count() >= 1


def test_search_opens_by_keyboard_and_goes_to_the_results(visit):
    page = visit("index.html").page
    page.keyboard.press("Control+k")
    page.keyboard.type("variance")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=variance**")


def test_the_theme_switch_is_kept(visit):
    page = visit("index.html").page
    before = page.evaluate("document.documentElement.dataset.theme")
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        if page.evaluate("document.documentElement.dataset.theme") != before:
            break
    after = page.evaluate("document.documentElement.dataset.theme")
    assert after != before
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == after
