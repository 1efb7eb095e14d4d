"""What is read from a notebook: its labeled equations, and the lines of its claims as records."""

from __future__ import annotations

import json

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from weightinit.claims import claim, claim_exact, claim_holds, claim_less, claim_symbolic
from weightinit_book.check import notebooks, text_of
from weightinit_book.extensions.statements import Claim, anchors, read_chapter, read_claim, read_claims


def test_every_kind_of_claim_is_read_as_it_is_printed(capsys):
    draws = np.random.default_rng(0).normal(1, 0.01, (20, 3))
    claim("eq-a", 1.0, draws[:, 0], what="one: two")
    claim("eq-a", 1.0, draws)
    claim("eq-a", 1.0, draws, allowance=0.025)
    claim_less("eq-a", draws[:, 0], 2.0, what="below")
    claim_holds("eq-a", draws[:, 0] > 0, what="positive")
    claim_holds("eq-a", True, what="n = 2: true")
    claim_exact("eq-a", 0.5, 0.5, what="2^-1 = 0.5")
    claim_exact("eq-a", [0.5, 0.5], 0.5)
    claim_exact("eq-a", [0.5, 1.0], [0.5, 1.0], atol=1e-12)
    claim_symbolic("eq-a", "2*a", "a + a", what="x = 1, twice")
    found = read_claims(capsys.readouterr().out)
    one, three, limit, less, for_all, plain, alone, same, several, symbolic = found
    assert {claim.label for claim in found} == {"eq-a"}
    assert (one.kind, one.what, one.predicted, one.confidence, one.seeds) == (
        "measured",
        "one: two",
        "1.00",
        "99.9 %",
        20,
    )
    assert abs(float(one.measured) - 1) < 0.02 and 0 < float(one.half_width) < 0.02
    assert (three.kind, three.what, three.intervals) == ("measured", "", 3)
    assert (limit.kind, limit.allowance, limit.seeds, limit.intervals) == ("measured", "2.5 %", 20, 3)
    assert not one.allowance and not three.allowance and 0 < float(limit.half_width) < 0.02
    assert [one.tested_as, limit.tested_as, less.tested_as, plain.tested_as, alone.tested_as, symbolic.tested_as] == [
        "law", "limit, 2.5 %", "inequality", "in words", "identity", "identity"
    ]  # fmt: skip
    assert (less.kind, less.measured.split(" < ")[1], less.seeds) == ("less", "2.00", 20)
    assert for_all == Claim("eq-a", "holds", "positive", measured="holds for all 20 seeds", seeds=20)
    assert plain == Claim("eq-a", "holds", "n = 2: true", measured="holds")
    assert alone == Claim("eq-a", "exact", "2^-1 = 0.5", predicted="0.500", tolerance="1e-09")
    assert same == Claim("eq-a", "exact", predicted="0.500", values=2, tolerance="1e-09")
    assert several == Claim("eq-a", "exact", values=2, tolerance="1e-12")
    assert symbolic == Claim("eq-a", "symbolic", "x = 1, twice", left="2*a", right="2*a")


def test_what_no_claim_printed_is_passed_over_and_a_broken_claim_is_not():
    assert read_claims("noise\n\nwithout the correction: 3\n") == []
    with pytest.raises(ValueError, match="cannot be read"):
        read_claim("✓ [eq-a] something else")


def test_cells_are_named_after_their_first_claim():
    a, b = Claim("eq-a", "holds"), Claim("eq-b", "holds")
    assert list(anchors([[a, b], [b], [a], [b, a]])) == ["check-a", "check-b", "check-a-2", "check-b-2"]


def test_equations_and_claims_are_read(tmp_path):
    out = new_output("stream", name="stdout", text="✓ [eq-b] b: holds\nnoise\n✓ [eq-a] a: holds\n✓ [eq-a] c: holds\n")
    cells = [
        new_markdown_cell("# A *title*\n\n$$a = b$$ (eq-a)\n\n$$\n\\begin{aligned}\nx\n\\end{aligned}\n$$ (eq-b)\n\n$$c$$ (def-c)\n\n$$free$$"),
        new_code_cell("x", outputs=[out]),
    ]  # fmt: skip
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(new_notebook(cells=cells)))
    chapter = read_chapter(path, "x")
    assert chapter.title == "A *title*"
    assert list(chapter.equations) == ["eq-a", "eq-b", "def-c"] and chapter.statements == {
        "eq-a": "a = b",
        "eq-b": chapter.equations["eq-b"],
    }
    assert {label: [c.what for c, cell in found if cell == "check-b"] for label, found in chapter.claims.items()} == {
        "eq-b": ["b"],
        "eq-a": ["a", "c"],
    }


def test_every_check_mark_of_the_book_is_read():
    for path in notebooks():
        chapter = read_chapter(path, path.stem)
        stored = json.loads(path.read_text(encoding="utf8"))["cells"]
        marks = sum(
            text_of(output.get("text", "")).count("✓ [") for cell in stored for output in cell.get("outputs", [])
        )
        assert sum(map(len, chapter.checks.values())) == marks
