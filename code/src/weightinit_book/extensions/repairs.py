"""What is changed in the HTML of each page after it is written: functions of its text, each doing nothing the second time.

The theme and myst-nb are repaired by patterns of what they write. When a new version writes something else, a repair would
no longer happen, and nobody would see it; so a pattern that a whole new site never matches is reported (`unmatched`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from html import unescape

REPAIRS = (
    # one page, one viewport
    (re.compile(r'<meta name="viewport" content="width=device-width, initial-scale=1"\s*/>'), ""),
    (re.compile(r'(<button class="btn search-button-field [^>]*?) title="Search" aria-label="Search"'), r"\1"),
    # without a script the page is light; with one, the first line of the page has chosen already
    (re.compile(r'(<html [^>]*)data-theme="auto"'), r'\1data-theme="light"'),
    # everything on the page belongs to a landmark
    (
        re.compile(r'<div id="pst-primary-sidebar" (?!role)'),
        '<div id="pst-primary-sidebar" role="complementary" aria-label="Book" ',
    ),
    # a switch for a second side bar, which no page has: the sections stand in the list of pages
    (re.compile(r'<button class="sidebar-toggle secondary-toggle[^>]*>.*?</button>\s*', re.S), ""),
    # the list of references: docutils gives a role that is deprecated, inside a list that then has no items
    (re.compile(r' role="doc-biblioentry"'), ""),
    (re.compile(r'<div role="list" class="citation-list">'), '<div class="citation-list">'),
    # a table of which only the first rows have come has other columns than the whole: it is shown with its end (book.css)
    (
        re.compile(r'(<div class="pst-scrollable-table-container">(?:(?!</table>).)*</table>)(?!<span)', re.S),
        r'\1<span class="wi-whole"></span>',
    ),
)

HEAD_OF_MATH = re.compile(
    r'<th class="head"><p><span class="math notranslate">(<math\b(?:(?!</th>).)*</math>)</span></p></th>', re.S
)


def name_head(match: re.Match) -> str:
    """A column headed by nothing but a formula: its characters as text for those programs that do not read formulas."""
    text = " ".join(re.sub("<[^>]*>", "", match[1]).split())
    shown = f'<span class="math" aria-hidden="true">{match[1]}</span>'
    return f'<th class="head"><p>{shown}<span class="visually-hidden">{text}</span></p></th>'


def repair_accessibility(text: str) -> str:
    """Accessibility repairs of what the theme and myst-nb write."""
    for pattern, replacement in REPAIRS:
        text = pattern.sub(replacement, text)
    return HEAD_OF_MATH.sub(name_head, text)


STACKED = re.compile(r'<table class="[^"]*\bwi-stacked\b[^"]*">.*?</table>', re.S)
CELL = re.compile(r"<td(?: data-name=\"[^\"]*\")?>")


def name_cells(text: str) -> str:
    """Give the cells of stacked tables the heads of their columns, for screens on which the head does not stand above."""

    def name(match: re.Match) -> str:
        heads = [" ".join(re.sub("<[^>]*>", "", head).split()) for head in re.findall(r"<th\b.*?</th>", match[0], re.S)]
        names = itertools.cycle(heads)
        return CELL.sub(lambda _: f'<td data-name="{next(names)}">', match[0])

    return STACKED.sub(name, text)


CODE = re.compile(r'<code class="[^"]*\bliteral\b[^"]*">.*?</code>', re.S)
JOINT = re.compile(r"(?<=\w[_/(])(?=\w)|(?<=[^\W\d]\.)(?=[^\W\d])")


def let_code_break(text: str) -> str:
    """Code in a line of text may break behind _ . / and (, and not inside a word."""
    return CODE.sub(lambda match: JOINT.sub("<wbr>", match[0].replace("<wbr>", "")), text)


BLOCK = re.compile(r"(?<=<pre>).*?(?=</pre>)", re.S)
LONG = 20  # characters without a space; on a phone a line of code holds about twice as many


def let_blocks_break(text: str) -> str:
    """Code in a block of its own may break there too, where it has no space for long; a phone shows it in short lines."""

    def loosen(block: re.Match) -> str:
        parts = re.split(r"(<[^>]*>|\s+)", block[0].replace("<wbr>", ""))  # texts, and tags or spaces between them
        for is_space, run in itertools.groupby(range(len(parts)), lambda k: parts[k].isspace()):
            texts = [k for k in run if k % 2 == 0 and parts[k] and not is_space]
            if sum(len(unescape(parts[k])) for k in texts) > LONG:
                for k in texts:
                    inner = JOINT.sub("<wbr>", parts[k])
                    parts[k] = inner + "<wbr>" * (inner[-1] in "([" and k != texts[-1])
        return "".join(parts)

    return BLOCK.sub(loosen, text)


# Pygments wraps every name, bracket, operator and space; without a color of their own they need no element, and two
# thirds of all elements of a page go.
PLAIN = re.compile(r'<span class="(?:n|o|p|w)">([^<]*)</span>')


def unwrap_plain_spans(text: str) -> str:
    """Unwrap what highlighting does not color."""
    return PLAIN.sub(r"\1", text)


# Only menus and the like need Bootstrap's script, a third of all script: tooltips are the browser's own, and book.js has
# the button that leads back to the top.
NEEDS_BOOTSTRAP = re.compile(r'data-bs-toggle="(?!tooltip")|id="pst-collapse-sidebar-button"')
BOOTSTRAP = re.compile(r'\s*<script[^>]*src="[^"]*scripts/bootstrap\.js[^"]*"></script>')
TOOLTIP = re.compile(r'\sdata-bs-toggle="tooltip"|\sdata-bs-placement="[a-z]+"')
TABS = re.compile(r'\s*<script[^>]*src="[^"]*design-tabs\.js[^"]*"></script>')
OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
BLOCKING = re.compile(r"<script (?=[^>]*src=)(?![^>]*\b(?:defer|async)\b)")


# Sphinx's own: nothing here is translated, no index collapses, no link says which words to color.
IDLE = re.compile(r'\s*<script[^>]*src="[^"]*(?:doctools|sphinx_highlight)\.js[^"]*"></script>')


def defer_scripts(text: str, options: str) -> str:
    """A page that asks only for the scripts it uses, and shows itself before they have come."""
    text = IDLE.sub("", text)
    if not NEEDS_BOOTSTRAP.search(text):
        text = TOOLTIP.sub("", BOOTSTRAP.sub("", text)).replace(" data-bs-title=", " title=")
    if "sd-tab-" not in text:
        text = TABS.sub("", text)
    text = OPTIONS.sub(lambda _: f"<script>{options}</script>", text)
    return BLOCKING.sub("<script defer ", text)


# What all pages run, in this order. Each script that is asked for on its own is a journey more, on a phone 0.15 s.
JOINED = (
    "clipboard.min.js",
    "copybutton.js",
    "scripts/sphinx-book-theme.js",
    "explorers.js",
    "book.js",
    "scripts/pydata-sphinx-theme.js",
)
SCRIPT = "site.js"
SINGLE = re.compile(
    rf'\s*<script [^>]*src="([^"]*_static/)(?:{"|".join(map(re.escape, JOINED))})(?:\?[^"]*)?"></script>'
)


def join_scripts(text: str) -> str:
    """A page that asks once for all that every page runs."""
    first = SINGLE.search(text)
    if not first:
        return text
    joined = f'\n    <script defer src="{first[1]}{SCRIPT}"></script>'
    return text[: first.start()] + joined + SINGLE.sub("", text[first.end() :])


EXPECTED = {
    **{pattern.pattern: pattern for pattern, _ in REPAIRS},
    **{
        pattern.pattern: pattern
        for pattern in (HEAD_OF_MATH, PLAIN, BOOTSTRAP, TOOLTIP, TABS, OPTIONS, BLOCKING, IDLE, SINGLE)
    },
}


def unmatched(pages: Iterable[str]) -> list[str]:
    """Patterns that occur on none of these pages, which are as the theme wrote them."""
    left = dict(EXPECTED)
    for page in pages:
        left = {name: pattern for name, pattern in left.items() if not pattern.search(page)}
    return sorted(left)
