"""Submissions that are none, and what must be said of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat

from weightinit_course.examples.answers import blank
from weightinit_course.problem_set import ProblemSet


@dataclass(frozen=True)
class Broken:
    """A submission that is none.

    Attributes
    ----------
    student : str
    reason : str
        Part of what is said about it.
    content : bytes or None
        Of its file; None if the folder is empty.
    file : str or None
        The file's name, if that is what is wrong.
    """

    student: str
    reason: str
    content: bytes | None
    file: str | None = None


def broken(problem_set: ProblemSet) -> list[Broken]:
    """One of each kind."""
    whole, elsewhere = nbformat.writes(blank(problem_set)).encode(), blank(problem_set)
    elsewhere.metadata["weightinit"] = {"problem_set": "ps9", "term": problem_set.term}
    own = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)")])
    return [
        Broken("broken-text", "not a notebook", b"This is an essay, not a notebook."),
        Broken("broken-empty", "the file is empty", b""),
        Broken("broken-binary", "not a notebook", bytes(range(256)) * 20),
        Broken("broken-json", "not a notebook", b'{"cells": 3}'),
        Broken("broken-half", "not a notebook", whole[:2000]),
        Broken("broken-name", "wrong name: expected", whole, "Untitled.ipynb"),
        Broken("broken-folder", "the folder is empty", None),
        Broken("broken-other-set", "another problem set (ps9)", nbformat.writes(elsewhere).encode()),
        Broken("broken-own-notebook", "none of the cells", nbformat.writes(own).encode()),
    ]


def write_broken(folder: Path, problem_set: ProblemSet) -> list[Broken]:
    """Write one of each kind below `folder`, in a folder a student; returns them."""
    everything = broken(problem_set)
    for one in everything:
        (folder / one.student).mkdir(parents=True, exist_ok=True)
        if one.content is not None:
            (folder / one.student / (one.file or f"{problem_set.name}.ipynb")).write_bytes(one.content)
    return everything
