"""Written answers on which converters of Markdown and of formulas take hours (B8)."""

from attack import put

from weightinit_course.problem_set import is_written

TEXTS = [
    r"\begin{a}" * 220_000,
    r"\\(" * 500_000,
    "[" * 50_000 + "](" * 50_000,
    "*a_ " * 100_000,
    "> " * 50_000,
    "$" + "{" * 9000 + "}" * 9000 + "$",
]


def write(entry, notebook, problem_set):
    written = list(filter(is_written, notebook.cells))
    for cell, text in zip(written, TEXTS, strict=False):
        cell.source = text
    for cell, text in zip([cell for cell in notebook.cells if cell.cell_type == "markdown"], TEXTS, strict=False):
        cell.source = cell.source if cell in written else text
    put(notebook, entry / f"{problem_set.name}.ipynb")
