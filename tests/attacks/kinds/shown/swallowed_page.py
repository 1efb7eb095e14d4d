"""Comments, tags and fences that are never closed: what follows on the page must still be there (N85)."""

from attack import put

from weightinit_course.problem_set import is_written

TEXTS = [
    "<!-- what follows is a comment",
    "<div><table><tr><td><pre><textarea><title><select>",
    "```\nnever closed\n~~~\n</div></div></body></html>",
]


def write(entry, notebook, problem_set):
    for cell, text in zip(filter(is_written, notebook.cells), TEXTS, strict=False):
        cell.source = text
    put(notebook, entry / f"{problem_set.name}.ipynb")
