"""Hands in a pipe: who opens it waits for ever (N33)."""

import os


def write(entry, notebook, problem_set):
    entry.mkdir()
    os.mkfifo(entry / f"{problem_set.name}.ipynb")
