"""Hands in a file that nobody may read (N34)."""

from attack import put

ABOUT = {"points": 0}


def write(entry, notebook, problem_set):
    path = entry / f"{problem_set.name}.ipynb"
    put(notebook, path)
    path.chmod(0)
