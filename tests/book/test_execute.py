"""Running a notebook leaves nothing in it that changes from run to run."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from weightinit_book.execute import normalize, run


def test_execution_is_deterministic_and_leaves_no_trace_of_the_run(tmp_path):
    source = [
        "import sys, ipywidgets\nprint('a'); sys.stdout.flush(); print('b')",
        "ipywidgets.IntSlider()",
        "from weightinit import plots\nfig, ax = plots.subplots()\nax.plot([0, 1], [0, 1])\nfig",
    ]
    texts = []
    for _ in range(2):
        made = new_notebook(cells=[new_code_cell(text, metadata={"tags": ["x"], "trusted": True}) for text in source])
        run(made, tmp_path)
        normalize(made)
        texts.append(nbformat.writes(made))
    assert texts[0] == texts[1]
    assert "widget-view" not in texts[0] and "trusted" not in texts[0] and 'execution"' not in texts[0]
    stored = nbformat.reads(texts[0], as_version=4)
    assert [output.text for output in stored.cells[0].outputs] == ["a\nb\n"]
    assert "image/svg+xml" in stored.cells[2].outputs[0].data
