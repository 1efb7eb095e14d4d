"""The attacks, one file each, below `kinds`.

A file with a function `write(entry, notebook, problem_set)` makes what is handed in as the file or folder `entry` out of
the blank notebook. Any other file is the source of a cell: it is run in a blank submission, after the worthless answers
and helpers of `examples/cheats/props.py`, and is never imported. A line `ABOUT = {…}` says what differs from an `Attack`.
"""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from weightinit_course.examples.answers import blank
from weightinit_course.examples.cheats import Cheat, cheats
from weightinit_course.problem_set import ProblemSet

KINDS = Path(__file__).parent / "kinds"


@dataclass(frozen=True)
class Attack:
    """What an attacker of the class hands in.

    Attributes
    ----------
    name : str
        Of its file.
    tries : str
        What it does, in a sentence.
    cheat : Cheat or None
        What it runs; None if the module at `path` writes the entry.
    path : Path or None
        Where it stands; None for what the project shows.
    problem_set : str
    points : float
        What it may earn, since that part of it is answered.
    named : bool
        The report has a line for the student of this name.
    """

    name: str
    tries: str
    cheat: Cheat | None = None
    path: Path | None = None
    problem_set: str = "ps2"
    points: float = 0.0
    named: bool = True

    @property
    def student(self) -> str:
        """Who hands it in."""
        return self.name.replace("_", "-")

    def hand_in(self, folder: Path, problem_set: ProblemSet) -> None:
        """Write it into the folder of the submissions."""
        entry = folder / self.student
        if self.cheat is not None:
            put(self.cheat.submission(problem_set), entry / f"{problem_set.name}.ipynb")
            return
        spec = importlib.util.spec_from_file_location(f"attack_{self.name}", self.path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.write(entry, blank(problem_set), problem_set)


def put(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, its folder included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def attacks() -> list[Attack]:
    """All of them: the cheats that the project shows, and those that stand here."""
    shown = [Attack(cheat.name, cheat.tries, cheat) for cheat in cheats()]
    return shown + [_read(path) for path in sorted(KINDS.glob("*/[!_]*.py"))]


def _read(path: Path) -> Attack:
    source = path.read_text(encoding="utf8")
    tree, about, writes = ast.parse(source), {}, False
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ABOUT":
            about = ast.literal_eval(node.value)
        writes |= isinstance(node, ast.FunctionDef) and node.name == "write"
    tries = ast.get_docstring(tree)
    if writes:
        return Attack(path.stem, tries, path=path, **about)
    return Attack(path.stem, tries, Cheat(path.stem, tries, source), path, **about)
