"""Hands in 480 cells, each of 30 kB of markup (N30)."""

from attack import put
from nbformat.v4 import new_markdown_cell


def write(entry, notebook, problem_set):
    more = 480 - len(notebook.cells)
    notebook.cells += [new_markdown_cell("> " * 200 + "* _**`x`**_ <b>\n" * 1800) for _ in range(more)]
    put(notebook, entry / f"{problem_set.name}.ipynb")
