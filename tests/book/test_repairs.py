"""What is changed in the HTML of each page after it is written."""

from __future__ import annotations

import pytest

from weightinit_book.extensions.repairs import (
    EXPECTED,
    defer_scripts,
    repair_accessibility,
    unmatched,
    unwrap_plain_spans,
)

HEAD = (
    '<script src="_static/documentation_options.js?v=1"></script><script src="_static/doctools.js"></script>'
    '<script data-x="sphinx-design-tab-id-" src="_static/design-tabs.js?v=2"></script>'
    '<button data-bs-title="Color mode" data-bs-placement="bottom" data-bs-toggle="tooltip"></button>'
    '<script defer src="_static/scripts/bootstrap.js?digest=3"></script>'
)


def test_a_page_asks_only_for_the_scripts_that_it_uses():
    lean = defer_scripts(HEAD, "const O = {};")
    assert lean == (
        '<script>const O = {};</script><script defer src="_static/doctools.js"></script>'
        '<button title="Color mode"></button>'
    )
    assert defer_scripts(lean, "const O = {};") == lean


def test_a_page_with_menus_or_tabs_keeps_what_these_need():
    with_menu = defer_scripts(HEAD + '<button data-bs-toggle="dropdown"></button>', "")
    assert "bootstrap.js" in with_menu and 'data-bs-toggle="tooltip"' in with_menu
    assert "design-tabs.js" in defer_scripts(HEAD + '<div class="sd-tab-set">', "")


TABLE = '<div class="pst-scrollable-table-container"><table class="table">\n<tr><td>1</td></tr></table>\n</div>'


def test_a_table_is_marked_at_its_end_once():
    marked = repair_accessibility(TABLE)
    assert marked.endswith('</table><span class="wi-whole"></span>\n</div>')
    assert repair_accessibility(marked) == marked


def test_only_spans_without_a_color_are_unwrapped():
    code = '<span class="n">x</span> <span class="k">for</span><span class="p">(</span>'
    assert unwrap_plain_spans(code) == 'x <span class="k">for</span>('


# What the theme writes today, one place for each pattern.
WRITTEN = [
    '<meta name="viewport" content="width=device-width, initial-scale=1" />',
    '<button class="btn search-button-field x" title="Search" aria-label="Search">',
    '<html lang="en" data-theme="auto">',
    '<div id="pst-primary-sidebar" class="x">',
    '<div role="doc-biblioentry">',
    '<div role="list" class="citation-list">',
    TABLE,
    '<th class="head"><p><span class="math notranslate"><math><mi>a</mi></math></span></p></th>',
    '<span class="n">x</span>',
    HEAD,
]


def test_what_the_theme_writes_is_matched():
    assert unmatched(WRITTEN) == []


@pytest.mark.parametrize("k", range(len(WRITTEN)))
def test_a_repair_that_matches_nothing_any_more_is_named(k):
    left = unmatched(WRITTEN[:k] + WRITTEN[k + 1 :])
    assert left and set(left) < set(EXPECTED)
