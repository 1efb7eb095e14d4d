"""The one style sheet: rules that nothing uses go, all others stay."""

from __future__ import annotations

from types import SimpleNamespace

import tinycss2

from weightinit_book.extensions import search
from weightinit_book.extensions.after_build import Site
from weightinit_book.extensions.styles import identifiers, is_used, minify, prune, rebase, split_selectors


def pruned(css: str, known: set[str]) -> str:
    return prune(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), known)


def test_rules_that_nothing_uses_go_and_others_stay():
    css = ".a, .b .c > p { color: red } .x{y:z} #i:not(.gone) { margin: 0 } p::before { content: \"a ; b\" } html[data-t='d'] .a{--v: 1px}"
    assert (
        pruned(css, {"a", "i"})
        == '.a{color: red}\n#i:not(.gone){margin: 0}\np::before{content: "a ; b"}\nhtml[data-t="d"] .a{--v: 1px}'
    )


def test_on_paper_a_page_is_light_in_either_theme():
    css = "html[data-theme='dark'] p, a { color: white } html[data-theme=light] p { color: black } html[data-theme] { x: y }"
    assert pruned(css, set()).splitlines() == [
        "a{color: white}",
        '@media screen{html[data-theme="dark"] p{color: white}}',
        "html[data-theme=light] p{color: black}",
        "@media print{html[data-theme=dark] p{color: black}}",
        "html[data-theme]{x: y}",
    ]


def test_conditions_fonts_and_keyframes_stay():
    css = '@charset "utf-8"; @media print { .a { b: c } .x { y: z } } @media (min-width: 1px) { .x {} } @font-face { font-family: F } @keyframes k { from { a: b } }'
    assert pruned(css, {"a"}) == "@media print{.a{b: c}}\n@font-face{font-family: F}\n@keyframes k{from{a: b}}"


def test_words_of_the_book_that_were_kept_for_the_search_are_no_names(tmp_path):
    """So that a build on top of another gives the same style sheet."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / search.DATA).write_text("window.bookPlaces=[['a', 'nb']]")
    (tmp_path / "_static" / "own.js").write_text('x.classList.add("wi-old")')
    (tmp_path / "index.html").write_text('<p class="lead">')
    names = Site(SimpleNamespace(outdir=tmp_path)).names
    assert {"wi-old", "lead"} <= names and "nb" not in names


def test_selectors():
    assert split_selectors(":is(a, b), c[x='1,2'], d") == [":is(a, b)", " c[x='1,2']", " d"]
    assert is_used(".a:not(.b, :is(.c)) [class~=zz]", {"a"}) and not is_used(".a.b", {"a"})
    assert identifiers(['<p class="sd-a b_c">', 'x.add("fa-x")']) >= {"sd-a", "b_c", "fa-x"}
    assert minify(" a : b ; /* c */ d: url(data:x;y) ;") == "a : b;d: url(data:x;y)"


def test_addresses_are_seen_from_the_bundle():
    assert rebase('src: url("../vendor/f.woff2?x#y")', "styles") == 'src: url("vendor/f.woff2?x#y")'
    assert rebase("src: url(data:a/b;base64,xx) url(f.woff2)", "") == "src: url(data:a/b;base64,xx) url(f.woff2)"
