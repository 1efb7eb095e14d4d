"""How a call is shown on the page about the package."""

from __future__ import annotations

import re
from pathlib import Path

import weightinit as wi
from weightinit_book.extensions.package import signature


def test_a_default_is_shown_as_one_types_it():
    shown = signature(wi.he_normal)
    assert "dtype=np.float32" in shown and "mode='fan_in'" in shown and "<" not in shown


def test_the_first_lines_print_what_stands_behind_them():
    text = (Path(__file__).resolve().parents[2] / "chapters" / "package.md").read_text(encoding="utf8")
    names: dict = {}
    for line in re.search(r"^```python\n(import weightinit.*?)^```$", text, re.S | re.M)[1].splitlines():
        code, _, said = line.partition("  # ")
        if said:
            assert f"{eval(code, names):.{len(said.partition('.')[2])}f}" == said
        else:
            exec(code, names)
