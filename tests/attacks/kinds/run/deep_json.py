"""Hands in JSON that is nested 100,000 deep, in the metadata of a notebook (N30)."""

import nbformat


def write(entry, notebook, problem_set):
    entry.mkdir()
    text = nbformat.writes(notebook)
    deep = '{"deep": ' + "[" * 100_000 + "]" * 100_000 + ", "
    (entry / f"{problem_set.name}.ipynb").write_text(deep + text.lstrip()[1:])
