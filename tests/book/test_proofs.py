"""How claims look on a page, and the lines that stand for folded cells."""

from __future__ import annotations

import ast
from dataclasses import replace
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from weightinit_book.extensions.claims import identity, most_telling, shared, template, to_latex, typeset
from weightinit_book.extensions.folds import defined, describe_source, enumerate_all
from weightinit_book.extensions.statements import Claim, read_claim


@pytest.mark.parametrize(
    ("printed", "html"),
    [
        ("1e-09", "10<sup>−9</sup>"),
        ("2.6e-04", "2.6·10<sup>−4</sup>"),
        ("-1.5e+05", "−1.5·10<sup>5</sup>"),
        ("0.00e+00", "0"),
        ("1.50e+00", "1.50"),
        ("2^-29", "2<sup>−29</sup>"),
        ("-9.22", "−9.22"),
        ("a-9, eq-1", "a-9, eq-1"),
        ("W_2ᵀ of σ_b² and n_in", "W<sub>2</sub>ᵀ of σ<sub>b</sub>² and n<sub>in</sub>"),
        ("he_normal, 1/fan_in", "<code>he_normal</code>, 1/<code>fan_in</code>"),
        ("99.9 %", "99.9\u00a0%"),
        ("a < b & c", "a &lt; b &amp; c"),
    ],
)
def test_numbers_are_typeset(printed, html):
    assert typeset(printed) == html


def test_letters_that_sympy_uses_itself_are_symbols():
    assert to_latex("S*N + gamma/pi") == r"N S + \frac{\gamma}{\pi}"
    assert to_latex("exp(-t**2)") == r"e^{- t^{2}}"


def test_a_quotient_in_an_exponent_stands_on_one_line():
    assert to_latex("exp(t/2)/2") == r"\frac{e^{t/2}}{2}"
    assert to_latex("exp(-t**2/(2*s**2))") == r"e^{- t^{2}/(2 s^{2})}"


def test_an_identity_has_fractions_of_full_size_in_the_line():
    app = SimpleNamespace(config=SimpleNamespace(book_math_macros={}))
    html = str(identity(app, Claim("eq-a", "symbolic", left="q/2", right="q/2")))
    assert 'displaystyle="true"' in html and 'display="block"' not in html and html.endswith(", both ways")


MEASURED = Claim("eq-a", "measured", "what", "1.00", "1.01", "0.020", "99.9 %", 20)
OTHER = Claim("eq-b", "less", "below", measured="1.00 < 2.00", confidence="99.9 %", seeds=20)
ZERO = Claim("eq-a", "exact", "gradients", predicted="0.00e+00", values=5)
EXACT = Claim("eq-a", "exact", "equal", predicted="0.500", tolerance="1e-09")
LINKS = {"eq-a": {"href": "#a", "number": "1.2"}, "eq-b": {"href": "#b", "number": "1.3"}}


def test_the_footer_says_what_all_rows_share():
    assert shared([MEASURED, OTHER, EXACT]) == "99.9 %, 20 seeds"
    assert shared([MEASURED, Claim("eq-a", "less", confidence="99.9 %", seeds=10)]) == ""
    assert shared([EXACT]) == ""


def test_a_measurement_says_most():
    pairs = [(EXACT, "x"), (OTHER, "y"), (MEASURED, "z")]
    assert most_telling(pairs) == (MEASURED, "z") and most_telling(pairs[:2]) == (EXACT, "x")
    assert most_telling(pairs, {"z"}) == (EXACT, "x")  # of an exercise
    assert most_telling([(EXACT, "x"), (EXACT, "y")]) == (EXACT, "x")


def macros():
    return template(Sphinx)  # any key: no identity is shown here


def rows(html: str) -> list[list[str]]:
    page = BeautifulSoup(str(html), "html.parser")
    return [[" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])] for row in page.find_all("tr")]


def test_a_block_of_claims_is_a_table_with_heads_for_rows_and_columns():
    html = str(macros().table([MEASURED, EXACT], {"eq-a": LINKS["eq-a"]}, "99.9 %, 20 seeds"))
    assert rows(html) == [
        ["check", "predicted", "measured", "agree"],
        ["(1.2) what", "1.00", "1.01 ± 0.020", "✓"],
        ["(1.2) equal", "0.500", "agrees to 10−9", "✓"],
        ["99.9 %, 20 seeds"],
    ]
    page = BeautifulSoup(html, "html.parser")
    assert [head["scope"] for head in page.find_all("th")] == ["col"] * 4 + ["row"] * 2
    assert page.find("a")["href"] == "#a"


def test_what_is_zero_agrees_exactly():
    assert read_claim("✓ [eq-a] gradients: 0.00e+00 (5 values), exactly") == ZERO
    assert rows(macros().table([ZERO], {"eq-a": None}, ""))[1] == ["gradients", "0", "5 values agree exactly", "✓"]


def test_seeds_that_differ_stand_in_their_rows():
    html = macros().table([MEASURED, OTHER], LINKS, "")
    assert rows(html)[1:] == [
        ["(1.2) what", "1.00", "1.01 ± 0.020 99.9 %, 20 seeds", "✓"],
        ["(1.3) below", "–", "1.00 < 2.00 99.9 %, 20 seeds", "✓"],
    ]


def test_a_limit_says_so_wherever_it_stands():
    limit = replace(MEASURED, allowance="3 %")
    assert rows(macros().table([limit], {"eq-a": None}, "99.9 %, 20 seeds"))[1][0] == "what limit, 3 %"
    proof = BeautifulSoup(str(macros().proof(limit, "#check-a", 0, "")), "html.parser").get_text()
    assert " ".join(proof.split()) == "✓ checked: what: predicted 1.00 measured 1.01 ± 0.020 limit, 3 % 20 seeds"


def test_the_ledger_names_each_statement_and_leaves_out_the_confidence_that_all_share():
    equation = {"id": "ledger-a", "href": "a.html#a", "number": "1.2", "formula": "<math></math>", "claims": [(MEASURED, "a.html#c")]}  # fmt: skip
    html = macros().ledger([equation, equation | {"id": "ledger-b", "claims": []}], "99.9 %", "12rem")
    assert rows(html)[1:] == [
        ["(1.2)"],
        ["what law", "1.00", "1.01 ± 0.020 20 seeds", "✓"],
        ["(1.2)"],
        ["not checked"],
    ]
    page = BeautifulSoup(str(html), "html.parser")
    assert [part["id"] for part in page.find_all("tbody")] == ["ledger-a", "ledger-b"]
    assert page.select_one("td a")["href"] == "a.html#c"


def test_a_proof_names_both_numbers_the_seeds_its_cell_and_what_else_there_is():
    page = BeautifulSoup(str(macros().proof(MEASURED, "#check-a", 2, "ledger.html#ledger-a")), "html.parser")
    assert (
        " ".join(page.get_text().split()) == "✓ checked: what: predicted 1.00 measured 1.01 ± 0.020 20 seeds + 2 more"
    )
    assert [link["href"] for link in page.find_all("a")] == ["#check-a", "ledger.html#ledger-a"]
    alone = BeautifulSoup(str(macros().proof(EXACT, "#check-a", 0, "")), "html.parser")
    assert " ".join(alone.get_text().split()) == "✓ checked: equal: predicted 0.500 agrees to 10−9"


# ---- folds ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import a\nfrom b import c\n\nuse()\nSEEDS = 20", "imports"),
        ("def f():\n    g = 1\n\n\nx, (y, _) = 1, (2, 3)", "the cell that defines f, x and y"),
        ("a = b = 1\nc: int = 2\nd = e = 3", "the cell that defines a, b and 3 more"),
        ("x[0] = 1\nfor k in range(3):\n    pass", "a cell that prepares what follows"),
    ],
)
def test_a_cell_without_output_is_named_by_what_it_defines(source, line):
    assert describe_source(source) == line


def test_functions_come_before_values():
    assert list(defined(ast.parse("a = 1\n\n\ndef f(): ..."))) == ["f", "a"]


def test_parts_are_enumerated():
    assert [enumerate_all("abc"[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]


def test_a_verdict_keeps_its_words_on_a_phone():
    """There other proofs are their numbers alone (book.css)."""
    classes = [BeautifulSoup(str(macros().proof(c, "#c", 0, "")), "html.parser").p["class"] for c in (OTHER, MEASURED)]
    assert classes == [["wi-proof", "wi-verdict"], ["wi-proof"]]
