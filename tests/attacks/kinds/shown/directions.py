"""Turns the direction of writing round, hides letters, and stacks marks, in answers, names and outputs (N86)."""

from attack import put

from weightinit_course.problem_set import is_written

TEXTS = [
    "&#8238;001 fo 001 &#x202E;x &rlo; <b>&#8294;y</b> $\\text{&#8238;z \u202ez}$",
    "\u202e001 fo 001\u202c \u2066\u2067\u2068x\u2069 \u200f\u200e 100\u200b0 a"
    + "\u0301" * 5000
    + " \ufeff \ufff9a\ufffab\ufffb",
    "\u2028\u2029\x85\x0b\x0c\x1e\x00\x08\x7f\x9b2J \x1b[2J",
    "\U000e0041\U000e0042 \ud7ff \uffff \ufdd0 \U0010ffff",
]


def write(entry, notebook, problem_set):
    for cell, text in zip(filter(is_written, notebook.cells), TEXTS, strict=False):
        cell.source = text
    put(notebook, entry / f"{problem_set.name}.ipynb")
