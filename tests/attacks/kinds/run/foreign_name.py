"""A name in Latin-1, as old archives have it: the bytes are no UTF-8 (B3)."""

import os

import nbformat

ABOUT = {"named": False}


def write(entry, notebook, problem_set):
    with open(os.fsencode(entry.parent) + b"/M\xfcller_12_34_ps2.ipynb", "w", encoding="utf8") as file:
        file.write(nbformat.writes(notebook))
    os.mkdir(os.fsencode(entry.parent) + b"/\xff\xfe")
