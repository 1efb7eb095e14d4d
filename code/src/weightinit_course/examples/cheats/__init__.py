"""Submissions to problem set 2 that answer nothing right and cheat. None may earn a point or harm anybody.

One file each. What stands in `in_code` is run in the submission, after `props`, and never imported; its docstring says
what it tries, and a line `ABOUT = {…}` what is known of it: whether it reaches for what only isolation keeps away, and
whether it takes until its time is over. What stands in `in_notebook` is imported and has a function `change(notebook)`.
"""

from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from weightinit_course.examples.answers import blank, with_answers, with_cell
from weightinit_course.problem_set import ProblemSet, grader

HERE = Path(__file__).parent
PROBLEM_SET = "ps2"  # the cheats know its names


@dataclass(frozen=True)
class Cheat:
    """A way to cheat.

    Attributes
    ----------
    name : str
        Of its file.
    tries : str
        What it does, a sentence.
    source : str or None
        What it runs; None if it changes the notebook instead.
    needs_isolation : bool
        It reaches for files, the network or other processes: where the system offers no isolation, marking refuses.
    slow : bool
        It goes on until its time is over.
    """

    name: str
    tries: str
    source: str | None = None
    needs_isolation: bool = False
    slow: bool = False

    def submission(self, problem_set: ProblemSet) -> NotebookNode:
        """A notebook with this cheat, and no right answer."""
        notebook = blank(problem_set)
        if self.source is None:
            importlib.import_module(f"{__name__}.in_notebook.{self.name}").change(notebook)
            return notebook
        names = [grader(c)["grade_id"] for c in notebook.cells if c.cell_type == "code" and grader(c).get("solution")]
        answers = dict.fromkeys(names, "# nothing here") | {names[0]: (HERE / "props.py").read_text(encoding="utf8")}
        first = next(k for k, cell in enumerate(notebook.cells) if grader(cell)["grade_id"] == names[0])
        return with_cell(with_answers(notebook, answers), self.source, at=first + 1)


def cheats() -> list[Cheat]:
    """All of them, by name."""
    files = [path for folder in ("in_notebook", "in_code") for path in sorted((HERE / folder).glob("[!_]*.py"))]
    return [_read(path) for path in files]


def cheat(name: str) -> Cheat:
    """The cheat of that name."""
    return next(cheat for cheat in cheats() if cheat.name == name)


def _read(path: Path) -> Cheat:
    source = path.read_text(encoding="utf8")
    tree, about = ast.parse(source), {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ABOUT":
            about = ast.literal_eval(node.value)
    tries = ast.get_docstring(tree)
    return Cheat(path.stem, tries, source if path.parent.name == "in_code" else None, **about)
