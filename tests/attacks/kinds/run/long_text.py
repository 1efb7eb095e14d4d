"""Hands in 19 MB of text in one written answer: it is a notebook, and has to be shown (N30)."""

from attack import put

from weightinit_course.problem_set import is_written


def write(entry, notebook, problem_set):
    next(filter(is_written, notebook.cells)).source = "word " * (19 * 2**20 // 5)
    put(notebook, entry / f"{problem_set.name}.ipynb")
