"""Right answers of an unusual form: each must get full marks.

One file each, in a folder for its problem set. Its docstring says what is unusual; each part that begins with a line
`# %% grade_id` takes the place of an answer cell, `# %% own` is a cell of the student's before the first answer. The
answers that a file does not give are those of the solution. The files are never imported: they run in a submission.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from weightinit_course.examples.answers import right, with_answers, with_cell
from weightinit_course.problem_set import ProblemSet, grader

HERE = Path(__file__).parent
_PART = re.compile(r"^# %% (\S+)\n", re.M)


@dataclass(frozen=True)
class Unusual:
    """An unusual right notebook.

    Attributes
    ----------
    problem_set, name : str
        Of its folder and of its file.
    what : str
        What is unusual, a sentence.
    answers : dict of str to str
        By grade_id.
    own : str
        A cell of the student's own before the first answer, if any.
    """

    problem_set: str
    name: str
    what: str
    answers: dict[str, str] = field(repr=False)
    own: str = ""

    def submission(self, problem_set: ProblemSet) -> NotebookNode:
        """The notebook as it is handed in."""
        notebook = with_answers(right(problem_set), self.answers)
        if not self.own:
            return notebook
        first = next(k for k, cell in enumerate(notebook.cells) if grader(cell).get("solution"))
        return with_cell(notebook, self.own, at=first)


def unusual() -> list[Unusual]:
    """All of them."""
    return [_read(path) for path in sorted(HERE.glob("ps*/*.py"))]


def _read(path: Path) -> Unusual:
    source = path.read_text(encoding="utf8")
    _, *parts = _PART.split(source)
    cells = dict(zip(parts[::2], (part.strip() + "\n" for part in parts[1::2]), strict=True))
    what = ast.get_docstring(ast.parse(source)) or ""
    return Unusual(path.parent.name, path.stem, what, cells, cells.pop("own", ""))
