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


# Texts inside a picture, such as those of a legend, that a curve runs through.
CROSSED = """() => [...document.querySelectorAll('figure svg.wi-figure')].filter(svg => svg.getBoundingClientRect().width).flatMap(svg => {
    const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    const curves = [...svg.querySelectorAll('path[clip-path]')].filter(path => getComputedStyle(path).fill === 'none'
        && path.getAttribute('d').match(/[A-Z]/g).length > 3);
    return curves.flatMap(path => {
        const clip = svg.querySelector(path.getAttribute('clip-path').slice(4, -1) + ' rect').getBBox(), turn = path.getScreenCTM();
        const points = Array.from({ length: path.getTotalLength() / 2 }, (_, k) => path.getPointAtLength(2 * k))
            .filter(({ y }) => y > clip.y && y < clip.y + clip.height).map(point => point.matrixTransform(turn));
        return texts.filter(([, box]) => points.some(({ x, y }) => x > box.left && x < box.right && y > box.top + 2 && y < box.bottom - 2));
    }).map(([text]) => text);
})"""


@each_page
def test_no_curve_runs_through_a_legend(visit, name):
    page = visit(name).page
    wait_until_laid_out(page)
    assert page.evaluate(CROSSED) == []


# The texts that name a noise, each with the color of the curve drawn before it in the legend.
NOISES = """() => [...document.querySelectorAll('figure svg.wi-figure text')].filter(text => text.textContent.startsWith('ε = ')).map(text => {
    const strokes = [...text.closest('svg').querySelectorAll('path')].filter(path =>
        path.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING && getComputedStyle(path).fill === 'none');
    return [text.textContent, getComputedStyle(strokes.at(-1)).stroke];
})"""


def test_in_the_chapter_on_symmetry_a_color_means_one_noise(visit):
    page = visit("chapters/02-symmetry.html").page
    wait_until_laid_out(page)
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    noises = [
        (text.removeprefix("ε = ").removesuffix(" (normal)").replace("10⁻", "1e⁻").translate(digits), color)
        for text, color in page.evaluate(NOISES)
    ]
    pairs = {(float(noise), color) for noise, color in noises}
    assert len(noises) > len(pairs) > 4, noises
    assert len({noise for noise, _ in pairs}) == len({color for _, color in pairs}) == len(pairs), pairs


def test_on_paper_a_box_of_code_begins_with_its_code_and_a_closed_solution_says_so(visit):
    page = visit("chapters/02-symmetry.html").page
    wait_until_laid_out(page)
    page.emulate_media(media="print")
    boxes = page.evaluate("[...document.querySelectorAll('.cell_input')].map(e => getComputedStyle(e).display)")
    assert set(boxes) == {"block"}  # Chromium ends a sheet with the empty top of a flexible box
    said = "e => getComputedStyle(e, '::after').content"
    assert "folded" in page.locator("details.solution > summary").first.evaluate(said)
    page.locator("details.solution").first.evaluate("e => { e.open = true }")
    assert "folded" not in page.locator("details.solution > summary").first.evaluate(said)
