"""A cell with the tag `lead` comes to stand in front of the first section of its page."""

from __future__ import annotations

from docutils import nodes
from docutils.utils import new_document

from weightinit_book.extensions.lead import lead


def cell(text: str, *tags: str) -> nodes.container:
    made = nodes.container("", nodes.paragraph("", text), nb_element="cell_code", cell_metadata={"tags": list(tags)})
    return made


def page(*children: nodes.Node) -> nodes.document:
    document = new_document("page")
    document += nodes.section("", nodes.title("", "Page"), *children)
    return document


def test_it_goes_behind_the_introduction():
    document = page(
        nodes.paragraph("", "intro"),
        nodes.section("", nodes.title("", "One"), cell("a"), cell("table", "hide-input", "lead")),
    )
    lead(document)
    assert [child.astext() for child in document[0].children[:3]] == ["Page", "intro", "table"]
    assert document.astext().split() == ["Page", "intro", "table", "One", "a"]


def test_several_keep_their_order_and_others_stay():
    document = page(
        nodes.section("", nodes.title("", "One"), cell("a", "lead")),
        nodes.section("", nodes.title("", "Two"), cell("b"), cell("c", "lead")),
    )
    lead(document)
    assert document.astext().split() == ["Page", "a", "c", "One", "Two", "b"]


def test_a_page_without_sections_has_it_last():
    document = page(cell("t", "lead"), nodes.paragraph("", "text"))
    lead(document)
    assert document.astext().split() == ["Page", "text", "t"]
    empty = page(nodes.paragraph("", "text"))
    lead(empty)
    assert empty.astext().split() == ["Page", "text"]
