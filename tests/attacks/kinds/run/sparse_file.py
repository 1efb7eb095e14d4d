"""Hands in 6 GB of nothing, which take no place on the disk (B9)."""

import os


def write(entry, notebook, problem_set):
    entry.mkdir()
    (entry / f"{problem_set.name}.ipynb").touch()
    os.truncate(entry / f"{problem_set.name}.ipynb", 6 * 2**30)
