"""Every self-check in the browser, by keyboard: right, wrong in each foreseen way, wrong otherwise, and no number."""

from __future__ import annotations

import re

import pytest
from checks import Choice, Numeric, stored_questions
from moves import choice_problems, numeric_problems, numeric_replies
from pages import NO_SITE, PAGES, notebook_of, wait_until_laid_out

pytestmark = pytest.mark.browser

QUESTIONS = {name: stored_questions(notebook_of(name)) for name in PAGES}
WITH_QUESTIONS = [name for name in PAGES if QUESTIONS[name]]
each_page = pytest.mark.parametrize("name", WITH_QUESTIONS or [NO_SITE])


def hosts(page, name):
    return [(page.locator(".wi-quiz").nth(k), question) for k, question in enumerate(QUESTIONS[name])]


def test_each_chapter_asks_four_questions_of_both_kinds(site):
    chapters = [name for name in PAGES if re.match(r"chapters/\d\d-", name)]
    assert len(chapters) >= 5
    for name in chapters:
        kinds = [type(question) for question in QUESTIONS[name]]
        assert len(kinds) >= 4 and {Numeric, Choice} == set(kinds), name


def test_every_wrong_answer_is_explained(site):
    for name in WITH_QUESTIONS:
        for question in QUESTIONS[name]:
            if isinstance(question, Choice):
                verdicts = [text.split(".")[0] for text in question.answers.values()]
                assert verdicts.count("✓ Right") == 1 and set(verdicts) <= {"✓ Right", "✗ Not quite"}
                texts = list(question.answers.values())
            else:
                texts = [question.data["explanation"], question.data["hint"], *(w for _, w in question.data["mistakes"])]  # fmt: skip
                assert question.data["mistakes"], f"{name}: a number that is asked for, and no mistake foreseen"
            assert all(len(text) >= 15 for text in texts), f"{name}: {texts}"


@each_page
def test_every_answer_gets_its_reply(visit, name):
    seen = visit(name)
    assert seen.page.locator(".wi-quiz").count() == len(QUESTIONS[name])
    for host, question in hosts(seen.page, name):
        if isinstance(question, Numeric):
            assert numeric_problems(seen.page, host, question, numeric_replies(question)) == []
        else:
            assert choice_problems(seen.page, host, question) == []
    assert not seen.complaints and not seen.elsewhere


TYPED = {
    1200: ["1200", "1,200", "1 200", "1\u00a0200", "1\u202f200.0", "1,200.0", "1,2·10^3", "1200,0"],
    1.2: ["1.2", "1,2", "1,200"],
    12e6: ["12,000,000", "12 000 000", "12e6", "12,000 · 1000"],
    2.5: ["2½", "2 ½", "5/2", "½·5", "(2½)"],
    0.003: ["0,003", "3/1000", "0.3 %"],
    12.5: ["12.5 %", "12.5%", "12,5\u202f%"],
}


@pytest.mark.parametrize("answer", TYPED)
def test_groups_of_thousands_and_mixed_fractions_are_understood(visit, answer):
    page = visit(WITH_QUESTIONS[0]).page
    ask = """answer => {
        const host = document.querySelector(".wi-numeric").cloneNode(true);
        host.classList.remove("wi-live");
        host.dataset.question = JSON.stringify({ answer, tolerance: 1e-9, mistakes: [], explanation: "", hint: "Again." });
        document.body.replaceChildren(host);
        weightinit.mount(document);
    }"""
    page.evaluate(ask, answer)
    field, verdict = page.locator("input"), page.locator(".wi-verdict")
    for typed in TYPED[answer]:
        field.fill(typed)
        page.keyboard.press("Enter")
        assert verdict.get_attribute("data-right") == "true", typed
    field.fill("7,500")
    page.keyboard.press("Enter")
    assert verdict.inner_text() == "✗ Not yet. Again. (Read as 7.5 and as 7500.)"
    field.fill("0,075")
    page.keyboard.press("Enter")
    assert verdict.inner_text() == "✗ Not yet. Again."


@each_page
def test_a_number_gets_its_reply_from_disk_too(visit, name):
    seen = visit(name, scheme="file")
    for host, question in hosts(seen.page, name):
        if isinstance(question, Numeric):
            replies = numeric_replies(question)
            assert numeric_problems(seen.page, host, question, [replies[0], replies[-1]]) == []
    assert not seen.complaints and not seen.elsewhere


@each_page
def test_without_script_each_question_can_be_answered(visit, name):
    page = visit(name, java_script_enabled=False).page
    for host, question in hosts(page, name):
        assert not host.locator("form").is_visible() if isinstance(question, Numeric) else True
        rows = host.locator("details")
        assert rows.count() == (1 if isinstance(question, Numeric) else len(question.answers))
        rows.first.locator("summary").press("Enter")
        assert rows.first.locator("p").is_visible()


@each_page
def test_verdict_is_announced_and_the_field_has_a_name(visit, name):
    page = visit(name).page
    for host, question in hosts(page, name):
        if isinstance(question, Numeric):
            asked = " ".join(host.locator("p").first.text_content().split())
            label = host.locator("input").get_attribute("aria-label")  # says W_1 where the page sets an index
            assert re.sub(r"[_^]", "", label) == re.sub(r"[_^]", "", f"Your answer: {asked}")
            assert host.locator(".wi-verdict").get_attribute("aria-live") == "polite"
            assert not host.locator("input").get_attribute("inputmode"), "phones need a minus, an e and letters"


def test_the_place_of_the_right_answer_does_not_tell(site):
    places = [
        [text.startswith("✓") for text in question.answers.values()].index(True)
        for name in WITH_QUESTIONS
        for question in QUESTIONS[name]
        if isinstance(question, Choice)
    ]
    assert all(places.count(place) >= len(places) / 6 for place in range(3)), places
    assert max(map(places.count, places)) <= len(places) / 2, places


TARGETS = """() => [...document.querySelectorAll('.wi-quiz :is(summary, input, button), details.solution > summary, details.hide > summary')]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.textContent.slice(0, 40))"""


@each_page
def test_on_a_phone_everything_can_be_tapped(visit, name):
    page = visit(name, width=390, has_touch=True, is_mobile=True).page
    wait_until_laid_out(page)
    assert page.evaluate(TARGETS) == []


@each_page
@pytest.mark.parametrize("forced", ["none", "active"])
def test_right_and_wrong_differ_by_word_line_and_color(visit, name, forced):
    page = visit(name, forced_colors=forced).page
    for host, question in hosts(page, name):
        if isinstance(question, Choice):
            looks = []
            for kind in ("right", "wrong"):
                row = host.locator(f".wi-{kind}").first
                row.locator("summary").press("Enter")
                looks.append(row.evaluate("d => [getComputedStyle(d).borderLeftStyle, getComputedStyle(d.querySelector('strong')).color, d.querySelector('strong').textContent]"))  # fmt: skip
            (line, color, word), (other_line, other_color, other_word) = looks
            assert line != other_line and word != other_word and (forced == "active" or color != other_color)
