"""Hands in scripts for the page that the marker reads."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from weightinit_course.problem_set import grader

ATTACK = "<script>fetch('/api/grades')</script><img src=x onerror=alert(1)><iframe src=javascript:alert(1)>"
SHOWN = f"""from IPython.display import HTML, Javascript, display
display(HTML({ATTACK!r}), Javascript("alert(1)"))
print({ATTACK!r})"""


def change(notebook: NotebookNode) -> None:
    """Put scripts into the written answers and into an output."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and grader(cell).get("solution"):
            cell.source = f"{ATTACK} [click](javascript:alert(1))"
    notebook.cells.insert(2, nbformat.v4.new_code_cell(SHOWN, id="own"))
