"""Every page on a phone of 390 pixels: formulas show their results, tables stay tables, code breaks between its words."""

from __future__ import annotations

import pytest
from pages import wait_until_laid_out
from reading import TOUCHING
from visiting import visits

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def phone(browser, server, site, page_name):
    """The page with everything open, for all tests of it."""
    with visits(browser, server, site) as visit:
        page = visit(page_name, width=390).page
        wait_until_laid_out(page)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        yield page


def test_a_formula_shows_its_result(phone):
    wide = """() => [...document.querySelectorAll('.math-scroll')]
        .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
    assert phone.evaluate(wide) == []


def test_a_formula_in_a_line_is_not_cut(phone):
    """Also in proofs that are folded away, whose box would hide what is too wide for it."""
    cut = """() => {
        const right = e => e.getBoundingClientRect().right;
        return [...document.querySelectorAll('article math:not(.math-scroll math)')]
            .filter(e => e.getClientRects().length && right(e) > right(e.closest('p, li, dd, td, th, figcaption, section')) + 1
                && !e.closest('.pst-scrollable-table-container')).map(e => e.textContent);
    }"""
    assert phone.evaluate(cut) == []


def test_fractions_of_two_lines_do_not_touch(phone):
    assert phone.evaluate(TOUCHING) == []


def test_the_number_of_a_formula_stands_at_the_right(phone):
    away = """() => [...document.querySelectorAll('.math-block .eqno')].filter(e =>
        Math.abs(e.getBoundingClientRect().right - e.parentElement.getBoundingClientRect().right) > 1).map(e => e.textContent)"""
    assert phone.evaluate(away) == []


def test_a_printed_table_keeps_its_lines(phone):
    """Each line of the text is a line on the page, and not two."""
    folded = """() => [...document.querySelectorAll('.wi-columns pre')].filter(e => {
        const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(e);
        const height = e.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
        return Math.round(height / parseFloat(lineHeight)) !== e.textContent.trimEnd().split('\\n').length;
    }).map(e => e.textContent)"""
    assert phone.evaluate(folded) == []


def test_chapters_have_printed_tables(site):
    """So that the test before this one looks at some."""
    chapters = list((site / "chapters").glob("[0-9]*.html"))
    assert sum("wi-columns" in page.read_text(encoding="utf8") for page in chapters) > len(chapters) / 2


def test_the_cheat_sheet_shows_every_column(phone, page_name):
    if "cheat-sheet" not in page_name:
        pytest.skip("another page")
    hidden = """() => [...document.querySelectorAll('article :is(td, th, code, math)')].filter(e =>
        e.getBoundingClientRect().right > innerWidth || e.scrollWidth > e.clientWidth + 1 && e.clientWidth).map(e => e.textContent)"""
    assert phone.evaluate(hidden) == []
    names = "[...document.querySelectorAll('article table')].map(t => [...t.querySelectorAll('tr:nth-child(2) td')].map(e => getComputedStyle(e, '::before').content))"
    assert phone.evaluate(names) == [
        ['"activation"', '"start"', '"normal"', '"uniform"', '"call"'],
        ['"question"', '"rule"', '"chapter"'],
    ]


# Lines of code that begin inside a word: where two letters or digits of one word stand on two lines.
BROKEN = """() => {
    const found = [], range = document.createRange();
    for (const code of document.querySelectorAll('article :is(code.literal, .cell_input pre)')) {
        const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) for (let i = 1; i < texts.currentNode.length; i++) {
            const text = texts.currentNode, tops = [i - 1, i].map(k => {
                range.setStart(text, k);
                range.setEnd(text, k + 1);
                return range.getBoundingClientRect().top;
            });
            if (tops[1] > tops[0] + 4 && /[A-Za-z0-9]{2}/.test(text.data.slice(i - 1, i + 1))) found.push(text.data);
        }
    }
    return found;
}"""


def test_code_does_not_break_inside_a_word(phone):
    assert phone.evaluate(BROKEN) == []


# Lines of Python of which a part stands left of where they begin: indentation means something there. Deeper than two levels
# there would be no room left to continue in.
OUTDENTED = """() => {
    const found = [], range = document.createRange();
    const box = (text, k) => { range.setStart(text, k); range.setEnd(text, k + 1); return range.getBoundingClientRect(); };
    for (const pre of document.querySelectorAll('article .cell_input pre')) {
        const texts = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
        let line = '', first = null;
        while (texts.nextNode()) for (let k = 0; k < texts.currentNode.length; k++) {
            const sign = texts.currentNode.data[k];
            if (sign === '\\n') { line = ''; first = null; continue; }
            line += sign;
            if (/\\s/.test(sign)) continue;
            const here = box(texts.currentNode, k), depth = line.search(/\\S/);
            first ??= here;
            if (depth <= 8 && here.left < first.left - 1) { found.push(line); line = ' '.repeat(99); }
        }
    }
    return found;
}"""


def test_a_long_line_of_code_goes_on_right_of_where_it_begins(phone):
    assert phone.evaluate(OUTDENTED) == []


# How many characters of the page are set below 12 pixels, and how many there are: what Lighthouse asks of a page.
SMALL = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), count = [0, 0];
    while (texts.nextNode()) {
        const holder = texts.currentNode.parentElement, length = texts.currentNode.data.trim().length;
        if (!length || holder.closest('script, style') || !holder.getClientRects().length) continue;
        count[0] += parseFloat(getComputedStyle(holder).fontSize) < 12 ? length : 0;
        count[1] += length;
    }
    return count;
}"""


def test_most_of_the_text_is_not_small(phone):
    small, all_of_it = phone.evaluate(SMALL)
    assert small <= 0.4 * all_of_it, f"{small / all_of_it:.0%} below 12 pixels"
