"""Every page in a real browser: it loads cleanly, from HTTP and from disk, asks nobody else, and everyone can use it."""

from __future__ import annotations

import gzip
import re
import time
from urllib.parse import urlencode

import pytest
from axe import poor_contrast, poor_structure
from geometry import faint
from pages import SITE, wait_for_tab_stops, wait_until_laid_out
from reading import CUT, HEIGHTS, OVERLAPPING, WRAPPED
from visiting import visits

from weightinit_book.extensions.search import DATA
from weightinit_book.standards import LARGEST_PAGE, TALLEST_PAGE

pytestmark = pytest.mark.browser

KB = 1000
PAGE_BUDGET, LANDING_BUDGET, SCRIPT_BUDGET = LARGEST_PAGE * KB, 200 * KB, 80 * KB


@pytest.fixture(scope="module")
def wide(browser, server, site, page_name):
    """The page on a wide screen, opened once for all tests that can share it."""
    with visits(browser, server, site) as visit:
        yield visit(page_name, reduced_motion="reduce")  # no color is on its way to another one


def test_page_loads_cleanly_and_asks_no_other_host(wide):
    assert not wide.elsewhere
    assert not wide.complaints


def test_page_keeps_the_budget(wide, page_name):
    total = scripts = 0
    for response in wide.responses:
        body = response.body()
        size = len(body) if response.url.endswith(".png") else len(gzip.compress(body, 6))
        total += size
        scripts += size if response.url.split("?")[0].endswith(".js") else 0
    assert total <= (LANDING_BUDGET if page_name == "index.html" else PAGE_BUDGET), f"{total / KB:.0f} kB"
    assert 0 < scripts <= SCRIPT_BUDGET, f"{scripts / KB:.0f} kB of JavaScript"


def test_no_font_comes_after_the_first_picture_of_the_page(wide):
    own = [response.url for response in wide.responses if not response.url.startswith("data:")]
    assert own and not [url for url in own if url.split("?")[0].endswith((".woff2", ".woff", ".ttf"))]


def test_text_for_screen_readers_is_not_shown(wide):
    shown = """() => [...document.querySelectorAll('.visually-hidden, .sr-only')]
        .filter(e => e.offsetWidth > 1 || e.offsetHeight > 1).map(e => e.textContent)"""
    assert wide.page.evaluate(shown) == []


def test_nothing_is_cut_without_a_hint(wide):
    page, found = wide.page, {}
    wait_until_laid_out(page)
    for width in (320, 390, 768, 1920, 1280):  # the last one is what the other tests look at
        page.set_viewport_size({"width": width, "height": 900})
        wait_for_tab_stops(page)
        if problems := page.evaluate(CUT):
            found[width] = problems
    assert found == {}


def test_no_text_beside_a_figure_or_a_formula_lies_on_another(wide):
    page = wide.page
    wait_until_laid_out(page)
    for width in (1600, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERLAPPING) == [], width


LINKS = """() => [...document.querySelectorAll('article :is(table.table a, section > p > a).internal')]
    .filter(link => link.checkVisibility()).map(link => getComputedStyle(link).color)"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_links_in_tables_have_the_color_of_those_in_the_text(visit, dark):
    colors = visit("chapters/01-why-the-start-matters.html", dark=dark).page.evaluate(LINKS)
    assert len(colors) > 5 and set(colors) == {"rgb(124, 195, 224)" if dark else "rgb(11, 95, 128)"}


@pytest.mark.parametrize("width", [1280, 900, 390])
def test_the_ways_to_the_pages_beside_stand_in_the_column_of_the_text(visit, width):
    page = visit("chapters/02-symmetry.html", width=width).page
    text, before, after = (
        page.locator(found).bounding_box() for found in ("article h1", "a.left-prev", "a.right-next")
    )
    assert text["x"] - 1 <= before["x"] and after["x"] + after["width"] <= text["x"] + text["width"] + 1


def test_the_text_of_the_search_page_stands_where_that_of_the_others_does(visit):
    left = [visit(name).page.locator("h1").bounding_box()["x"] for name in ("search.html", "chapters/05-he.html")]
    assert left[0] == left[1]


def test_every_command_of_a_guide_can_be_copied(visit):
    page = visit("coursework/student-guide.html").page
    blocks = page.locator("article div.highlight pre")
    assert blocks.count() >= 4 and page.locator("article div.highlight .copybtn").count() == blocks.count()


def test_the_list_of_pages_begins_at_its_top_if_the_open_page_is_in_sight_there(visit):
    page = visit("chapters/01-why-the-start-matters.html").page
    top = "document.querySelector('.bd-sidebar-primary').scrollTop"
    seen = """() => {
        const list = document.querySelector('.bd-sidebar-primary').getBoundingClientRect();
        const open = document.querySelector('.bd-sidebar-primary li.current > a').getBoundingClientRect();
        return open.top >= list.top && open.bottom <= list.bottom;
    }"""
    page.evaluate(f"{top} = 300")
    page.goto(page.url.replace("01-why-the-start-matters", "02-symmetry"), wait_until="load")
    assert page.evaluate(top) == 0 and page.evaluate(seen)
    page.set_viewport_size({"width": 1280, "height": 240})  # what is far down the list is not at its top
    page.goto(page.url.replace("02-symmetry", "references"), wait_until="load")
    place = page.evaluate(top)
    assert place > 0 and page.evaluate(seen)
    page.evaluate(f"{top} += 20")
    page.reload(wait_until="load")
    assert page.evaluate(top) == place + 20


def test_no_claim_takes_more_than_one_line(wide):
    wait_until_laid_out(wide.page)
    assert wide.page.evaluate(WRAPPED) == []


def test_prose_is_taller_than_code(wide, page_name):
    if not re.match(r"chapters/\d\d-", page_name):
        pytest.skip("no chapter")
    wait_until_laid_out(wide.page)
    tall = wide.page.evaluate(HEIGHTS)
    assert tall["code"] < tall["prose"], tall
    assert tall["page"] <= (21_000 if "05-he" in page_name else TALLEST_PAGE), tall


def test_no_line_of_code_has_to_be_scrolled_to(wide):
    """Also in a solution, whose box is narrower than the text: 88 characters have their place on a wide screen."""
    page = wide.page
    wait_until_laid_out(page)
    too_wide = """() => [...document.querySelectorAll('.bd-article pre')].filter(box => box.scrollWidth > box.clientWidth + 1)
        .map(box => box.textContent.split('\\n').reduce((a, b) => a.length > b.length ? a : b))"""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = page.evaluate(too_wide)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
    assert found == []


def test_solutions_are_closed_and_open_by_keyboard(wide):
    page = wide.page
    solutions = page.locator("details.solution")
    if not solutions.count():
        pytest.skip("no solution on this page")
    assert not page.locator("details.solution[open]").count()
    first = solutions.first
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.evaluate("d => d.open")
    assert first.locator("section").first.is_visible()


@pytest.mark.parametrize("look_at", ["all but contrast", "contrast in light", "contrast in dark"])
def test_axe_finds_no_violation(wide, look_at):
    page = wide.page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate("theme => document.documentElement.dataset.theme = theme", "dark" if "dark" in look_at else "light")
    wait_for_tab_stops(page)
    if look_at == "all but contrast":
        found = poor_structure(page)
    else:  # of a text in the margin axe cannot say what lies behind it
        found = poor_contrast(page) + page.evaluate(faint())
    assert not found, "\n".join(found)


def test_everything_can_be_read_on_paper_in_the_dark_theme_too(wide):
    page = wide.page
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print", color_scheme="dark")
    found = page.evaluate(faint())
    page.emulate_media(media="screen", color_scheme="light")
    assert found == []


def test_everything_can_be_read_in_the_colors_of_the_readers_system(wide):
    """A dark system, and a page that was switched to light: pictures are drawn in the system's colors too."""
    page = wide.page
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.emulate_media(forced_colors="active", color_scheme="dark")
    found = page.evaluate(faint(ground=(0, 0, 0)))
    page.emulate_media(forced_colors="none", color_scheme="light")
    assert found == []


# ---- pages of their own -------------------------------------------------------------------------------------------------
def test_page_from_disk_loads_cleanly_and_asks_no_other_host(visit, page_name):
    seen = visit(page_name, scheme="file")
    assert not seen.elsewhere
    assert not seen.complaints


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_anchor_leads_to_its_section_while_and_after_the_page_is_laid_out(visit, page_name, script):
    text = (SITE / page_name).read_text(encoding="utf8")
    if not re.search(r'class="[^"]*wi-far', text):
        pytest.skip("a short page: all of it is laid out at once")
    ids = re.findall(r'<section[^>]* id="([^"]+)"', text)[1:]
    if not ids:
        pytest.skip("a page of one section")
    goal = ids[2 * len(ids) // 3]
    page = visit(f"{page_name}#{goal}", java_script_enabled=script).page
    if script:
        wait_until_laid_out(page)
    wait_until_at(page, goal)
    if script:  # and the list of contents beside the text leads to another one, up and down again
        for other in (ids[0], goal):
            page.locator(f".bd-sidebar-primary a[href='#{other}']").click()
            wait_until_at(page, other)


def wait_until_at(page, goal: str) -> None:
    """Until a section begins at the top of the window, or the page ends before it could."""
    deadline = time.monotonic() + 10
    while not is_at(page, goal):
        assert time.monotonic() < deadline, f"{goal} is not in sight"
        page.wait_for_timeout(20)  # this asks again and again, from outside: a page without script has no clock


SLOWLY = "const idle = requestIdleCallback; window.requestIdleCallback = (f, o) => setTimeout(() => idle(f, o), 20);"


def test_the_end_key_leads_to_the_end_of_a_page_that_is_still_being_laid_out(visit):
    page = visit("chapters/03-signal-propagation.html", before=SLOWLY, reduced_motion="reduce").page
    page.keyboard.press("End")
    assert page.locator(".wi-far").count()
    wait_until_laid_out(page)
    page.wait_for_function(AT_THE_END, timeout=10_000)


AT_TOP = """() => [...document.querySelectorAll('.bd-article :is(p, li, h2, tr)')]
    .find(block => block.getBoundingClientRect().top > 60).textContent.slice(0, 60)"""


@pytest.mark.parametrize("folds", ["closed", "open"])
def test_who_loads_a_page_again_is_where_they_were(visit, page_name, folds):
    """Also deep in a long chapter, of which nothing was laid out when the browser went there; also in an open solution."""
    page = visit(page_name, reduced_motion="reduce").page
    wait_until_laid_out(page)
    if folds == "open":
        if not page.locator("details.solution").count():
            pytest.skip("no solution on this page")
        page.evaluate("document.querySelectorAll('details.solution').forEach(d => d.open = true)")
        page.locator("details.solution section > :last-child").last.evaluate("end => end.scrollIntoView()")
    else:
        page.evaluate("scrollTo(0, 0.8 * document.documentElement.scrollHeight)")
    page.wait_for_timeout(300)
    before = page.evaluate(AT_TOP) if page.evaluate("scrollY") else ""
    page.reload()
    wait_until_laid_out(page)
    page.wait_for_timeout(300)
    assert (page.evaluate(AT_TOP) if before else "") == before


AT_THE_END = "() => scrollY + innerHeight >= document.documentElement.scrollHeight - 2"


def is_at(page, goal: str) -> bool:
    """Whether a section begins there now."""
    place = page.locator(f"[id='{goal}']").bounding_box()["y"]
    at_the_end = page.evaluate(AT_THE_END)
    return -5 <= place <= (900 if at_the_end else 150)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_check_mark_opens_the_cell_that_checked(visit, script):
    page = visit("chapters/05-he.html", java_script_enabled=script).page
    if script:
        wait_until_laid_out(page)
    mark = page.locator(".wi-proof a.wi-mark").first
    code = page.locator(f"[id='{mark.get_attribute('href')[1:]}']")
    assert not code.is_visible()
    mark.click()
    wait_until_at(page, code.get_attribute("id"))
    assert code.is_visible()


@pytest.mark.parametrize("goal", ["sol-xavier-three", "sol-xavier-diagnose", "sol-xavier-softsign"])
def test_a_link_to_a_solution_stays_at_its_title_while_the_page_is_laid_out(visit, goal):
    page = visit(f"chapters/04-xavier.html#{goal}", before=SLOWLY).page
    wait_until_laid_out(page)
    wait_until_at(page, goal)
    page.wait_for_timeout(300)
    assert is_at(page, goal)
    page.keyboard.press("PageUp")  # who moves on is not brought back
    page.wait_for_timeout(300)
    assert not is_at(page, goal)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_check_mark_of_the_ledger_leads_into_a_closed_solution(visit, script):
    page = visit("chapters/05-he.html#check-he-lopsided", java_script_enabled=script).page
    wait_until_at(page, "check-he-lopsided")
    assert page.locator("#check-he-lopsided").is_visible()


def test_a_fold_opens_where_the_browser_does_not_open_it(visit):
    page = visit("chapters/05-he.html").page
    page.evaluate("history.replaceState(0, '', '#check-he-lopsided')")  # goes nowhere, and so opens nothing
    assert not page.locator("#check-he-lopsided").is_visible()
    page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    assert page.locator("#check-he-lopsided").is_visible()


def test_page_can_be_read_without_script(visit, page_name):
    page = visit(page_name, java_script_enabled=False).page
    assert page.locator("main h1").first.is_visible()
    figures = page.locator("article figure svg.wi-figure")
    for number in range(min(3, figures.count())):
        assert figures.nth(number).bounding_box()["height"] > 50 or not figures.nth(number).is_visible()


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_search_leads_to_places(visit, scheme):
    seen = visit("search.html?q=leaky+slope", scheme=scheme)
    page, first = seen.page, seen.page.locator("#search-results li").first
    first.wait_for(timeout=10_000)
    assert first.inner_text().splitlines()[0] == "5. He / Kaiming › 5.7. Any slope"
    assert {"leaky", "slope"} <= {mark.lower() for mark in first.locator("mark").all_inner_texts()}
    field = page.locator(".bd-search-container input")
    for query, part in SEARCHES.items():
        field.fill(query)
        page.wait_for_function("q => new URLSearchParams(location.search).get('q') === q", arg=query, timeout=10_000)
        found = page.locator("#search-results").inner_text()
        assert part in found if part else not found, query
    for query in ("(4.3)", "eq. 4.3", "Equation 4.3"):
        field.fill(query)
        page.wait_for_function("q => new URLSearchParams(location.search).get('q') === q", arg=query, timeout=10_000)
        assert first.inner_text().splitlines()[0].endswith("› Formula (4.3)"), query
    field.fill("variance of a sum")
    page.wait_for_function("new URLSearchParams(location.search).get('q').startsWith('variance')", timeout=10_000)
    assert "Formula (" not in first.inner_text()
    assert page.evaluate(ICON_AND_TEXT)
    assert not seen.complaints and not seen.elsewhere


# what is typed, and what must be among the places; "" for nothing
SEARCHES = {
    "initialisation": "weightinit.initializers",  # the other spelling
    "vanish": "1. Why the start matters",  # another ending
    "He": "5.3. He’s condition",  # a word of two letters
    "fan_in": "fan-in",
    "sqrt(2)": "√2",
    "1.01^20": "5.7. Any slope",
    "(5.1)": "5.2. Not the variance",
    "tanh(z)": "tanh",  # what is joined by punctuation
    "Glorot/Bengio": "Glorot",
    "He's condition": "5.3. He’s condition",
    "He’s condition": "5.3. He’s condition",
    "95% interval": "95",
    "swapaxes": "",  # code is not looked through
    "qqqq": "",
}
ICON_AND_TEXT = """() => {
    const form = document.querySelector('.bd-search-container form'), field = form.querySelector('input');
    const icon = form.querySelector('.fa-magnifying-glass').getBoundingClientRect();
    return icon.right <= field.getBoundingClientRect().left + parseFloat(getComputedStyle(field).paddingLeft);
}"""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xaver", "xavier"),
        ("initailization", "initialization"),
        ("He's condtion", "he's condition"),
        ("qqqq", ""),
        ("xavier", ""),
    ],
)
def test_a_slip_of_the_finger_is_asked_about(visit, typed, meant):
    page = visit(f"search.html?{urlencode({'q': typed})}").page
    summary = page.locator("#search-summary")
    page.wait_for_function("document.getElementById('search-summary').textContent", timeout=10_000)
    assert ("Did you mean" in summary.inner_text()) == bool(meant)
    if meant:
        assert summary.locator("a").inner_text() == meant
        summary.locator("a").click()
        page.locator("#search-results li").first.wait_for(timeout=10_000)
        assert "No place" not in summary.inner_text()


def test_the_number_of_a_formula_leads_to_it(visit):
    page = visit("search.html?q=(4.3)").page
    page.locator("#search-results a").first.click()
    page.wait_for_url("**/chapters/04-xavier.html#equation-eq-xavier-*")
    wait_until_laid_out(page)
    formula = page.locator(f"[id='{page.url.split('#')[1]}']")
    wait_until_at(page, formula.get_attribute("id"))
    assert "(4.3)" in formula.locator(".eqno").inner_text()


def test_a_search_that_gets_no_text_says_so_and_tries_again(visit):
    page = visit("search.html").page
    summary, field = page.locator("#search-summary"), page.locator(".bd-search-container input")
    page.route(f"**/{DATA}", lambda route: route.abort())
    field.fill("slope")
    summary.get_by_text("did not arrive").wait_for(timeout=10_000)
    page.unroute(f"**/{DATA}")
    field.fill("leaky slope")
    page.locator("#search-results li", has_text="5.7. Any slope").first.wait_for(timeout=10_000)
    assert "arrive" not in summary.inner_text()


def test_a_place_that_was_found_is_in_sight(visit):
    page = visit("search.html?q=leaky+slope").page
    page.locator("#search-results a").first.click()
    page.wait_for_url("**/chapters/05-he.html#any-slope")
    wait_until_laid_out(page)
    wait_until_at(page, "any-slope")


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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_theme_is_the_readers_own(visit, dark):
    page = visit("index.html", dark=dark).page
    assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")


GETTER = "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {}, configurable: true }});"
RING = """() => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(document.activeElement);
    const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 ? outlineColor : boxShadow;
    return [document.activeElement.outerHTML.slice(0, 80), ring];
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_where_the_keyboard_is_shows_in_the_color_of_the_book(visit, width):
    page = visit("chapters/05-he.html", width=width, reduced_motion="reduce").page
    page.keyboard.press("Tab")  # the link past the frame: a band in this color
    assert page.locator(".skip-link").evaluate("band => getComputedStyle(band).backgroundColor") == "rgb(11, 95, 128)"
    for _ in range(30):
        page.keyboard.press("Tab")
        element, ring = page.evaluate(RING)
        assert "rgb(11, 95, 128)" in ring, element


def test_on_a_phone_a_section_of_the_page_is_in_sight_once_it_is_chosen_in_the_menu(visit):
    page = visit("chapters/05-he.html", width=390).page
    wait_until_laid_out(page)
    page.locator("button.primary-toggle:visible").first.click()
    menu = page.locator("#pst-primary-sidebar-modal")
    link = menu.locator("a[href^='#']").last
    goal = link.get_attribute("href").removeprefix("#")
    link.click()
    menu.wait_for(state="hidden", timeout=10_000)
    wait_until_at(page, goal)


NO_STORAGE = {
    "forbidden": GETTER.format("{ get() { throw Error('denied'); }"),
    "null": GETTER.format("{ value: null"),
    "full": "Storage.prototype.setItem = () => { throw Error('quota'); };",
}


@pytest.mark.parametrize("before", NO_STORAGE.values(), ids=NO_STORAGE)
def test_without_storage_the_switch_the_search_and_the_menu_work(visit, before):
    seen = visit("index.html", width=390, before=before)
    page = seen.page
    theme = "document.documentElement.dataset.theme"
    old = page.evaluate(theme)
    for _ in range(2):
        page.locator("button.theme-switch-button:visible").first.click()
    assert page.evaluate(theme) != old or page.evaluate("document.documentElement.dataset.mode") != "auto"
    page.locator("button.primary-toggle:visible").first.click()
    assert page.locator("#pst-primary-sidebar-modal a[href$='05-he.html']").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("variance")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=variance**")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    assert not seen.complaints
