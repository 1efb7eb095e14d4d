"""Where a line must not break."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from docutils import nodes

from weightinit_book.extensions.typography import NO_BREAK, keep_together

HTML = SimpleNamespace(builder=SimpleNamespace(format="html"))


def page(*parts: nodes.Node | str) -> nodes.document:
    """A page of one paragraph, after the walk over it."""
    document = nodes.document(SimpleNamespace(), SimpleNamespace())
    paragraph = nodes.paragraph("", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts))
    document += paragraph
    keep_together(HTML, document, "page")
    return document


def in_one_piece(document: nodes.document) -> list[str]:
    return [span.astext() for span in document.findall(nodes.inline) if "wi-together" in span["classes"]]


def formula(latex: str) -> nodes.math:
    return nodes.math(latex, latex)


@pytest.mark.parametrize(
    ("parts", "pieces"),
    [
        (("at every ", formula("h"), ". Then"), ["h."]),
        (("the (", formula("n"), "-fold, say) ", formula("m"), " and ", formula("k"), ","), ["(n-fold,", "k,"]),
        ((formula("a"), "/", formula("b"), " is"), ["a/b"]),
        ((formula("a"), formula("b")), ["ab"]),
        (("x ", formula("a"), " y"), []),
        (("no formula, here.",), []),
        ((formula("a"), nodes.emphasis("", "th"), "."), []),
        (("equal to 1e-09, or 2.5e\u221207 then",), ["1e-09", "2.5e\u221207"]),
    ],
)
def test_a_formula_stays_with_what_touches_it(parts, pieces):
    document = page(*parts)
    assert in_one_piece(document) == pieces
    assert document.astext() == "".join(part if isinstance(part, str) else part.astext() for part in parts)


@pytest.mark.parametrize(
    "text",
    ["about 3_% of it", "0.50_±_0.02 (99.9_%, 20 seeds)", "In Figure_5.2 and Chapter_4, Section_3.1", "Exercise_1.1; Table_2"],
)  # fmt: skip
def test_spaces_inside_a_number_do_not_break(text):
    assert page(text.replace("_", " ")).astext() == text.replace("_", NO_BREAK)


@pytest.mark.parametrize("text", ["a % of b", "no ± is more", "the figure 5", "Figures 6 to 8", "a - 3"])
def test_other_spaces_break(text):
    assert page(text).astext() == text


def test_code_is_left_as_it_is():
    document = page(nodes.literal("", "5 % 2, 1e-09"))
    assert document.astext() == "5 % 2, 1e-09" and not in_one_piece(document)
