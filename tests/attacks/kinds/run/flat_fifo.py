"""Hands in a pipe beside the folders of the others (N33)."""

import os

ABOUT = {"named": False}


def write(entry, notebook, problem_set):
    os.mkfifo(entry.parent / f"{entry.name}_ps2.ipynb")
