"""Every page in the other engine: it loads cleanly, its formulas are well drawn, explorers move, self-checks answer."""

from __future__ import annotations

import pytest
from checks import Choice, Numeric, stored_explorers, stored_questions
from geometry import MISDRAWN, ORPHANS
from moves import COMPARE, numeric_replies
from pages import LAID_OUT, notebook_of

pytestmark = pytest.mark.browser

FOCUS = "(kind, k, part) => document.querySelectorAll(kind)[k].querySelector(part).focus()"

ANSWERS = """k => {
    const answers = [...document.querySelectorAll('.wi-quiz')[k].querySelectorAll('details')];
    answers[0].querySelector('summary').click();
    return answers.map(answer => answer.open);
}"""


@pytest.fixture(scope="module")
def page(firefox_page, server, page_name):
    """The page, opened once for all its tests."""
    firefox_page.goto(f"{server}/{page_name}")
    firefox_page.wait_for(LAID_OUT)
    return firefox_page


def test_page_loads_cleanly_and_asks_no_other_host(page):
    assert not page.complaints and not page.elsewhere
    assert page.evaluate("[...document.fonts].filter(f => /Book/.test(f.family)).every(f => f.status === 'loaded')")
    assert page.evaluate("getComputedStyle(document.body).visibility") == "visible"


def test_formulas_are_well_drawn(page):
    assert page.evaluate(MISDRAWN) == []


def test_no_line_begins_with_what_belongs_to_the_formula_before_it(page):
    assert page.evaluate(ORPHANS) == []


def test_explorers_move(page, page_name):
    for number, explorer in enumerate(stored_explorers(notebook_of(page_name))):
        at = list(explorer.start)
        assert differences(page, number, explorer, at) == []
        for place, size in enumerate(explorer.sizes):
            up = at[place] + 1 < size
            part = f'[data-control="{explorer.controls[place]["name"]}"]'
            slides = page.evaluate("(k, p) => document.querySelectorAll('.wi-explorer')[k].querySelector(p).type", number, part)  # fmt: skip
            page.evaluate(FOCUS, ".wi-explorer", number, part)
            keys = ("ArrowRight", "ArrowLeft") if slides == "range" else ("ArrowDown", "ArrowUp")
            page.press(keys[0 if up else 1])
            at[place] += 1 if up else -1
            assert differences(page, number, explorer, at) == []
    assert not page.complaints


def differences(page, number, explorer, at) -> list[str]:
    want = vars(explorer.frame(tuple(at))) | {"names": [control["name"] for control in explorer.controls]}
    compare = f"(k, want) => ({COMPARE})(document.querySelectorAll('.wi-explorer')[k], want)"
    return page.evaluate(compare, number, want)


def test_self_checks_answer(page, page_name):
    for number, question in enumerate(stored_questions(notebook_of(page_name))):
        if isinstance(question, Numeric):
            right = next(reply for reply in numeric_replies(question) if reply[2] == "true")
            wrong = next(reply for reply in numeric_replies(question) if reply[2] == "false")
            assert [typed(page, number, text) for text, *_ in (wrong, right)] == [list(wrong[1:]), list(right[1:])]
        elif isinstance(question, Choice):
            opened = page.evaluate(ANSWERS, number)
            assert opened == [True] + [False] * (len(question.answers) - 1)
    assert not page.complaints


def typed(page, number: int, text: str) -> list[str]:
    page.evaluate("k => { document.querySelectorAll('.wi-quiz')[k].querySelector('input').value = ''; }", number)
    page.evaluate(FOCUS, ".wi-quiz", number, "input")
    page.press(*text, "Enter")
    return page.evaluate(
        "k => (v => [v.textContent, v.dataset.right])(document.querySelectorAll('.wi-quiz')[k].querySelector('.wi-verdict'))",
        number,
    )


def test_nothing_overflows_a_narrow_phone(page):  # the last one, since it makes the window narrow
    page.resize(320)
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
