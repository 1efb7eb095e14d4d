"""The checks of the site, tried on built pages that are broken on purpose: each must say so.

A page and its style sheets and scripts are copied, one thing is broken, and the same function that guards the real site
(in checks.py, moves.py or the fixture `visit`) has to report it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from axe import poor_contrast, poor_structure
from checks import (
    EXPLORER,
    QUESTION,
    broken_links,
    explorer_problems,
    from_elsewhere,
    poor_pictures,
    stored_explorers,
    stored_questions,
)
from geometry import MISDRAWN, ORPHANS, faint
from moves import numeric_problems, numeric_replies, walk
from pages import notebook_of

from weightinit._widget import attribute

PAGE = "chapters/05-he.html"
NOTEBOOK = notebook_of(PAGE)


@pytest.fixture
def copy(site, tmp_path) -> Path:
    """A copy of the site; only the files of `PAGE` may be changed, the others are the site's own."""
    shutil.copytree(site, tmp_path / "site", ignore=shutil.ignore_patterns("_sources"))
    return tmp_path / "site"


def change(site: Path, edit: Callable[[str], str], page: str = PAGE) -> Path:
    """Break a page; an edit that changes nothing would prove nothing."""
    path = site / page
    old = path.read_text(encoding="utf8")
    new = edit(old)
    assert new != old
    path.write_text(new, encoding="utf8")
    return path


def payload(edit: Callable[[dict], object], kind: str = "explorer") -> Callable[[str], str]:
    """An edit of the JSON of a page's first explorer (or numeric question)."""

    def change_text(text: str) -> str:
        found = re.search({"explorer": EXPLORER, "numeric": QUESTION}[kind], text)
        data = json.loads(unescape(found[1]))
        edit(data)
        new = attribute(data)
        return text[: found.start(1)] + new + text[found.end(1) :]

    return change_text


def test_the_copy_itself_is_sound(copy):
    page = copy / PAGE
    assert explorer_problems(page, NOTEBOOK) + poor_pictures(page) + broken_links(copy, page) == []
    assert from_elsewhere(copy) == []


# ---- a frame --------------------------------------------------------------------------------------------------------
def swap(data: dict) -> None:
    data["frames"][1], data["frames"][2] = data["frames"][2], data["frames"][1]


FRAMES = {
    "the last frame is gone": lambda data: data["frames"].pop(),
    "a frame in the middle is gone": lambda data: data["frames"].pop(3),
    "the first frame is empty": lambda data: data["frames"][0]["all"].clear(),
    "two frames are swapped": swap,
    "a readout is gone": lambda data: data["readouts"].pop(2),
    "a line is gone": lambda data: data["lines"].pop(),
    "a control lost a value": lambda data: data["controls"][0]["texts"].pop(),
    "a readout is another": lambda data: data["readouts"].__setitem__(1, "nothing"),
}


@pytest.mark.parametrize("broken", FRAMES.values(), ids=FRAMES)
def test_a_broken_payload_is_found(copy, broken):
    page = change(copy, payload(broken))
    assert explorer_problems(page, NOTEBOOK)


def test_an_explorer_that_is_gone_is_found(copy):
    page = change(copy, lambda text: re.sub(EXPLORER, "<div>", text))
    assert explorer_problems(page, NOTEBOOK)


@pytest.mark.browser
@pytest.mark.parametrize("broken", [FRAMES["the last frame is gone"], swap], ids=["gone", "swapped"])
def test_a_broken_frame_is_found_in_the_browser(copy, visit, broken):
    change(copy, payload(broken))
    seen = visit(PAGE, root=copy)
    (explorer,) = stored_explorers(NOTEBOOK)
    assert any("another picture" in problem for problem in walk(seen.page.locator(".wi-explorer"), explorer))


@pytest.mark.browser
def test_a_script_that_forgets_the_readout_is_found_in_the_browser(copy, visit):
    change(copy, lambda text: text.replace("readout.textContent =", "readout.title ="), "_static/site.js")
    seen = visit(PAGE, root=copy)
    (explorer,) = stored_explorers(NOTEBOOK)
    assert any("readout is" in problem for problem in walk(seen.page.locator(".wi-explorer"), explorer))


@pytest.mark.browser
def test_a_broken_question_is_found_in_the_browser(copy, visit):
    change(copy, payload(lambda data: data.update(answer=data["answer"] * 1.5), "numeric"))
    page = visit(PAGE, root=copy).page
    question = next(question for question in stored_questions(NOTEBOOK) if hasattr(question, "data"))
    assert numeric_problems(page, page.locator(".wi-numeric").first, question, numeric_replies(question))


# ---- an alternative text --------------------------------------------------------------------------------------------
LABEL = re.compile(r'(<svg class="wi-figure" role="img") aria-label="[^"]*"')
ALT = {
    "removed": lambda text: LABEL.sub(r"\1", text, count=1),
    "emptied": lambda text: LABEL.sub(r'\1 aria-label=""', text, count=1),
    "a file's name": lambda text: LABEL.sub(
        r'\1 aria-label="../_images/a_name_that_is_long_enough_to_pass_for_a_text.svg"', text, count=1
    ),
    "too short": lambda text: LABEL.sub(r'\1 aria-label="A figure."', text, count=1),
    "no role": lambda text: text.replace('class="wi-figure" role="img"', 'class="wi-figure"', 1),
    "a picture without": lambda text: text.replace("</article>", '<img src="a.png" width="9" height="9"></article>'),
    "a picture with its path": lambda text: text.replace(
        "</article>", '<img src="a.png" alt="../_images/a.png" width="9" height="9"></article>'
    ),
    "a picture without size": lambda text: text.replace("</article>", '<img src="a.png" alt="A line."></article>'),
}


@pytest.mark.parametrize("broken", ALT.values(), ids=ALT)
def test_a_broken_alternative_text_is_found(copy, broken):
    assert poor_pictures(change(copy, broken))


# ---- something from elsewhere ---------------------------------------------------------------------------------------
CDN = '<script src="https://cdn.example.org/x.js"></script>'


def test_a_script_of_a_cdn_is_found(copy):
    change(copy, lambda text: text.replace("</head>", f"{CDN}</head>"))
    (problem,) = from_elsewhere(copy)
    assert PAGE in problem and "cdn.example.org" in problem


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("_static/site.css", "@import url(https://fonts.example.org/x.css);"),
        ("_static/site.css", "p { background: url(//example.org/a.png) }"),
        ("_static/site.js", 'import("https://cdn.example.org/x.js");'),
        ("index.html", '<iframe title="t" src="https://example.org/"></iframe>'),
    ],
)
def test_other_ways_to_load_from_elsewhere_are_found(copy, page, text):
    change(copy, lambda old: old + text, page)
    assert len(from_elsewhere(copy)) == 1


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_request_to_another_host_is_found_in_the_browser(copy, visit, scheme):
    change(copy, lambda text: text.replace("</body>", f"{CDN}</body>"))
    assert visit(PAGE, scheme=scheme, root=copy).elsewhere == ["https://cdn.example.org/x.js"]


@pytest.mark.browser
def test_a_request_that_a_script_makes_is_found_in_the_browser(copy, visit):
    """What no pattern can see in the text of a script."""
    hidden = "<script>new Image().src = ['https:', '', 'cdn.example.org', 'x.png'].join('/')</script>"
    change(copy, lambda text: text.replace("</body>", f"{hidden}</body>"))
    assert visit(PAGE, root=copy).elsewhere == ["https://cdn.example.org/x.png"]


@pytest.mark.browser
def test_an_error_in_a_script_is_found_in_the_browser(copy, visit):
    change(copy, lambda text: text.replace("</body>", "<script>missing()</script></body>"))
    assert any("missing" in complaint for complaint in visit(PAGE, root=copy).complaints)


# ---- a link ---------------------------------------------------------------------------------------------------------
LINKS = {
    "a page that is not there": lambda text: text.replace('href="04-xavier.html"', 'href="04-glorot.html"', 1),
    "an anchor that is not there": lambda text: text.replace('href="#exercises"', 'href="#exercise"', 1),
    "an anchor that was renamed": lambda text: text.replace('id="exercises"', 'id="tasks"', 1),
    "a script that is not there": lambda text: text.replace("_static/site.js", "_static/sight.js", 1),
    "an anchor of another page": lambda text: text.replace(
        "</article>", '<a href="notation.html#nowhere">n</a></article>', 1
    ),
}


@pytest.mark.parametrize("broken", LINKS.values(), ids=LINKS)
def test_a_broken_link_is_found(copy, broken):
    page = change(copy, broken)
    assert broken_links(copy, page)


def test_a_link_to_a_page_that_was_deleted_is_found(copy):
    (copy / "chapters" / "04-xavier.html").unlink()
    assert broken_links(copy, copy / PAGE)


# ---- accessibility --------------------------------------------------------------------------------------------------
@pytest.mark.browser
@pytest.mark.parametrize("what", ["article math", "article math msub", "article pre span.k"])
def test_pale_text_is_found_by_axe(copy, visit, what):
    change(copy, lambda text: f"{text}\n{what} {{ color: #ccc !important }}", "_static/site.css")
    page = visit(PAGE, root=copy).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert any("color-contrast" in problem for problem in poor_contrast(page))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<html lang="en"', "<html"),
        ("<article", '<p role="nonsense">n</p><article'),
        ("</article>", '<input type="text"></article>'),
        ("</article>", '<a href="04-xavier.html"></a></article>'),
    ],
)
def test_broken_structure_is_found_by_axe(copy, visit, old, new):
    change(copy, lambda text: text.replace(old, new, 1))
    assert poor_structure(visit(PAGE, root=copy).page)


# ---- formulas, lines, and what can be read on paper -----------------------------------------------------------------
@pytest.mark.browser
@pytest.mark.parametrize(
    "rule",
    [
        "math msqrt { margin-inline-end: -0.42em }",
        "math msqrt { padding-inline-end: 0.4em }",
        "math :is(msub, msup) > :last-child { font-size: 1.1em; math-depth: 0 }",
    ],
)
def test_a_badly_drawn_formula_is_found(copy, visit, rule):
    change(copy, lambda text: f"{text}\n{rule}", "_static/site.css")
    assert visit(PAGE, root=copy).page.evaluate(MISDRAWN)


@pytest.mark.browser
def test_a_line_that_begins_with_a_comma_is_found(copy, visit):
    change(copy, lambda text: f"{text}\n.wi-together {{ white-space: normal !important }}", "_static/site.css")
    pages = [visit(PAGE, root=copy, width=width).page for width in (320, 340, 360, 390, 410)]
    assert any(page.evaluate(ORPHANS) for page in pages)


@pytest.mark.browser
@pytest.mark.parametrize(
    "rule", [".highlight pre { color: #eee }", "article p { color: #aaa }", "svg text { fill: #eee }"]
)
def test_text_that_is_pale_on_paper_is_found(copy, visit, rule):
    pale = f"@media print {{ {rule.replace(' }', ' !important }')} }}"
    change(copy, lambda text: f"{text}\n{pale}", "_static/site.css")
    page = visit(PAGE, root=copy, dark=True).page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(faint())
