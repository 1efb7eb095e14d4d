"""What is changed in the HTML of each page after it is written."""

from __future__ import annotations

import pytest

from weightinit_book.extensions.repairs import (
    EXPECTED,
    defer_scripts,
    join_scripts,
    let_blocks_break,
    let_code_break,
    name_cells,
    repair_accessibility,
    unmatched,
    unwrap_plain_spans,
)

HEAD = (
    '<script src="_static/documentation_options.js?v=1"></script><script src="_static/doctools.js"></script>'
    '<script src="_static/copybutton.js"></script>'
    '<script data-x="sphinx-design-tab-id-" src="_static/design-tabs.js?v=2"></script>'
    '<button data-bs-title="Color mode" data-bs-placement="bottom" data-bs-toggle="tooltip"></button>'
    '<script defer src="_static/scripts/bootstrap.js?digest=3"></script>'
)


def test_a_page_asks_only_for_the_scripts_that_it_uses():
    lean = defer_scripts(HEAD, "const O = {};")
    assert lean == (
        '<script>const O = {};</script><script defer src="_static/copybutton.js"></script>'
        '<button title="Color mode"></button>'
    )
    assert defer_scripts(lean, "const O = {};") == lean


def test_a_page_with_menus_or_tabs_keeps_what_these_need():
    with_menu = defer_scripts(HEAD + '<button data-bs-toggle="dropdown"></button>', "")
    assert "bootstrap.js" in with_menu and 'data-bs-toggle="tooltip"' in with_menu
    assert "design-tabs.js" in defer_scripts(HEAD + '<div class="sd-tab-set">', "")


def test_a_page_asks_once_for_what_all_pages_run():
    page = (
        '<head>\n<script defer src="../_static/copybutton.js?v=1"></script><script>const X = 1;</script>\n'
        '<script defer="defer" src="../_static/book.js?v=2"></script><script defer src="../_static/search.js"></script>'
        '</head>\n<script defer src="../_static/scripts/pydata-sphinx-theme.js?digest=3"></script>\n</body>'
    )
    joined = join_scripts(page)
    assert (
        joined.split()
        == (
            '<head> <script defer src="../_static/site.js"></script><script>const X = 1;</script>'
            '<script defer src="../_static/search.js"></script></head> </body>'
        ).split()
    )
    assert join_scripts(joined) == joined


TABLE = '<div class="pst-scrollable-table-container"><table class="table">\n<tr><td>1</td></tr></table>\n</div>'


def test_a_table_is_marked_at_its_end_once():
    marked = repair_accessibility(TABLE)
    assert marked.endswith('</table><span class="wi-whole"></span>\n</div>')
    assert repair_accessibility(marked) == marked


def test_only_spans_without_a_color_are_unwrapped():
    code = '<span class="n">x</span> <span class="k">for</span><span class="p">(</span>'
    assert unwrap_plain_spans(code) == 'x <span class="k">for</span>('


def test_cells_of_a_stacked_table_bear_the_heads_of_their_columns_once():
    row = '<tr class="row-even"><td><p>ReLU</p></td>\n<td><p>He</p></td></tr>'
    table = f'<table class="table wi-stacked">\n<tr><th class="head"><p>a <em>b</em></p></th><th><p>c</p></th></tr>{row}{row}</table>'
    named = name_cells(table)
    assert named.count('<td data-name="a b"><p>ReLU') == named.count('<td data-name="c"><p>He') == 2
    assert name_cells(named) == named
    assert name_cells(table.replace("wi-stacked", "x")) == table.replace("wi-stacked", "x")


def test_code_may_break_at_its_joints_and_nowhere_else():
    code = '<code class="docutils literal notranslate"><span class="pre">{}</span></code> a_b'
    broken = let_code_break(code.format("he_normal(slope=0.5) a/b nn.Linear _x f(*a)"))
    assert broken == code.format("he_<wbr>normal(<wbr>slope=0.5) a/<wbr>b nn.<wbr>Linear _x f(*a)")
    assert let_code_break(broken) == broken


def test_long_code_in_a_block_may_break_at_its_joints_too():
    block = '<pre><span></span>std = rng(9) a_b\nstd = initializers.theoretical_std(<span class="s2">&quot;he_normal&quot;</span>, n)\n</pre>'
    broken = let_blocks_break(block)
    assert "rng(9) a_b\n" in broken
    assert (
        'initializers.<wbr>theoretical_<wbr>std(<wbr><span class="s2">&quot;he_<wbr>normal&quot;</span>, n)' in broken
    )
    assert let_blocks_break(broken) == broken and broken.replace("<wbr>", "") == block


# What the theme writes today, one place for each pattern.
WRITTEN = [
    '<meta name="viewport" content="width=device-width, initial-scale=1" />',
    '<button class="btn search-button-field x" title="Search" aria-label="Search">',
    '<html lang="en" data-theme="auto">',
    '<div id="pst-primary-sidebar" class="x">',
    '<div role="doc-biblioentry">',
    '<button class="sidebar-toggle secondary-toggle btn" title="Toggle secondary sidebar">\n <span></span>\n</button>',
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
