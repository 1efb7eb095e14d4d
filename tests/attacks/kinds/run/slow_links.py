"""Written answers of brackets, stars, quotes and tables without end: the quadratic cases of Markdown (B8)."""

from attack import put

from weightinit_course.problem_set import is_written

TEXTS = [
    "![" * 30_000 + "x" + "](a)" * 30_000,
    "|a" * 20_000 + "\n" + "|-" * 20_000 + "\n" + "|b" * 20_000,
    "`" * 100_000 + " `",
]


def write(entry, notebook, problem_set):
    for cell, text in zip(filter(is_written, notebook.cells), TEXTS, strict=False):
        cell.source = text
    put(notebook, entry / f"{problem_set.name}.ipynb")
