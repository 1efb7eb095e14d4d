"""Figures on a phone and on paper: text that can be read, and panels one below the other."""

from __future__ import annotations

import pytest
from pages import NO_SITE, PAGES, notebook_of, wait_until_laid_out

pytestmark = pytest.mark.browser

WITH_FIGURES = [name for name in PAGES if notebook_of(name).is_file()]
each_page = pytest.mark.parametrize("name", WITH_FIGURES or [NO_SITE])

# Pixels of a text in a picture: its font size times the scale of the picture.
SMALL = """(least) => [...document.querySelectorAll('.wi-figure text')].map((text) => {
    const scale = text.getScreenCTM();
    return [text.textContent, parseFloat(getComputedStyle(text).fontSize) * Math.hypot(scale.a, scale.b)];
}).filter(([text, size]) => size < least)"""

# Panels that stand beside another one, or whose picture is cut by the page.
BESIDE = """() => [...document.querySelectorAll('.wi-figure')].flatMap((figure) => {
    const boxes = (figure.matches('svg') ? [figure] : [...figure.querySelectorAll(':scope > svg')]).map((e) => e.getBoundingClientRect());
    return boxes.filter((box, k) => box.width < 200 || box.left < -1 || box.right > innerWidth + 1 || (k && box.top < boxes[k - 1].bottom - 1))
        .map((box) => [figure.getAttribute('aria-label').slice(0, 60), box.left, box.right]);
})"""


@each_page
def test_text_in_figures_can_be_read_on_a_phone(visit, name):
    page = visit(name, width=390, has_touch=True, is_mobile=True).page
    wait_until_laid_out(page)
    assert page.evaluate(SMALL, 11) == []
    assert page.evaluate(BESIDE) == []


@each_page
def test_answers_stand_at_the_end_of_the_paper_and_nowhere_on_the_screen(visit, name):
    page = visit(name).page
    if not page.locator(".wi-quiz").count():
        pytest.skip("no self-checks on this page")
    answers = page.locator(".wi-answers li")
    assert answers.count() == page.locator(".wi-quiz").count() and not answers.first.is_visible()
    page.emulate_media(media="print")
    assert answers.first.is_visible() and not page.locator(".wi-answer").first.is_visible()
    last = page.evaluate("() => [...document.querySelectorAll('.bd-article .wi-quiz')].pop().getBoundingClientRect().bottom")  # fmt: skip
    assert answers.first.bounding_box()["y"] > last
