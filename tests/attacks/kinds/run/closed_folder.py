"""Hands in a folder that nobody may enter (N34)."""

from attack import put


def write(entry, notebook, problem_set):
    put(notebook, entry / f"{problem_set.name}.ipynb")
    entry.chmod(0o000)
