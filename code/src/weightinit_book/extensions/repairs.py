"""What is changed in the HTML of each page after it is written: functions of its text, each doing nothing the second time.

The theme and myst-nb are repaired by patterns of what they write. When a new version writes something else, a repair would
no longer happen, and nobody would see it; so a pattern that a whole new site never matches is reported (`unmatched`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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


def defer_scripts(text: str, options: str) -> str:
    """A page that asks only for the scripts it uses, and shows itself before they have come."""
    if not NEEDS_BOOTSTRAP.search(text):
        text = TOOLTIP.sub("", BOOTSTRAP.sub("", text)).replace(" data-bs-title=", " title=")
    if "sd-tab-" not in text:
        text = TABS.sub("", text)
    text = OPTIONS.sub(lambda _: f"<script>{options}</script>", text)
    return BLOCKING.sub("<script defer ", text)


EXPECTED = {
    **{pattern.pattern: pattern for pattern, _ in REPAIRS},
    **{pattern.pattern: pattern for pattern in (HEAD_OF_MATH, PLAIN, BOOTSTRAP, TOOLTIP, TABS, OPTIONS, BLOCKING)},
}


def unmatched(pages: Iterable[str]) -> list[str]:
    """Patterns that occur on none of these pages, which are as the theme wrote them."""
    left = dict(EXPECTED)
    for page in pages:
        left = {name: pattern for name, pattern in left.items() if not pattern.search(page)}
    return sorted(left)
