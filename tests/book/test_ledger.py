"""What the ledger reads from a notebook."""

from __future__ import annotations

import json

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from weightinit_book.extensions.ledger import count, read_chapter


def test_equations_and_claims_are_read(tmp_path):
    out = new_output("stream", name="stdout", text="✓ [eq-b] what: 1 · 1\nnoise\n✓ [eq-a] 2\n✓ [eq-a] 3\n")
    cells = [
        new_markdown_cell("# A *title*\n\n$$a = b$$ (eq-a)\n\n$$\n\\begin{aligned}\nx\n\\end{aligned}\n$$ (eq-b)\n\n$$c$$ (def-c)\n\n$$free$$"),
        new_code_cell("x", outputs=[out]),
    ]  # fmt: skip
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(new_notebook(cells=cells)))
    chapter = read_chapter(path, "x")
    assert chapter.title == "A *title*"
    assert list(chapter.equations) == ["eq-a", "eq-b", "def-c"] and chapter.equations["eq-a"] == "a = b"
    assert chapter.claims == {"eq-b": ["✓ [eq-b] what: 1 · 1"], "eq-a": ["✓ [eq-a] 2", "✓ [eq-a] 3"]}
    assert (count(1, "check"), count(2, "check")) == ("1 check", "2 checks")
