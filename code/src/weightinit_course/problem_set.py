"""One problem set of one term: from its source to what students get, the solution and the rubric.

A source notebook (coursework/source/psN/psN.ipynb) is in nbgrader's format. Its first cell, raw and tagged `variants`,
lists choices in YAML; a term's name draws one of each, and `«name»` anywhere in the notebook stands for what was drawn.
In a hidden test `«seed('label')»` stands for a number that only the term's secret tells.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
import nbformat
import numpy as np
import yaml
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

import weightinit
import weightinit_course
from weightinit_course.terms import ROOT, CourseError, check_term, is_per_student, term_folder, term_secret

SOURCES = ROOT / "coursework" / "source"
CODE = tuple(Path(package.__file__).parent for package in (weightinit, weightinit_course))  # what marks depend on
_QUOTED = re.compile(r"\b(?:int|float)\(\"(-?[0-9.]+(?:e-?[0-9]+)?)\"\)")
_SCHEME = re.compile(r"=== BEGIN MARK SCHEME ===\n(.*?)\n=== END MARK SCHEME ===", re.S)
_NBGRADER_LINE = re.compile(r"^[ \t]*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)\n?", re.M)
_VARIANTS = jinja2.Environment(
    variable_start_string="«", variable_end_string="»", undefined=jinja2.StrictUndefined, autoescape=False
)


def problem_sets() -> list[str]:
    """Names of all problem sets: ps1, ps2, …"""
    return sorted(path.parent.name for path in SOURCES.glob("*/*.ipynb") if path.stem == path.parent.name)


@dataclass(frozen=True)
class ProblemSet:
    """One problem set of one term, with solutions and hidden tests: for trusted eyes only.

    Its notebooks are kept and handed out as they are; who changes one makes a `copy`.

    Attributes
    ----------
    name, term : str
    student : str
        Whose variant it is; empty if the whole class has one.
    secret : bytes
        Of the term: without it nobody can tell the numbers that only hidden tests have.
    salt : str
        Draws those numbers anew: what the marking of one submission prints says nothing about the next.
    """

    name: str
    term: str
    student: str = ""
    secret: bytes = field(default=b"", repr=False)
    salt: str = ""

    @classmethod
    def of_term(cls, name: str, term: str, student: str = "", salt: str = "", folder: Path | None = None) -> ProblemSet:
        """A problem set as it was released: with the secret of the term's folder, and the student's variant if each has one.

        Parameters
        ----------
        folder : Path, optional
            The term's folder, for machines of a cluster, which have another environment.
        """
        folder = folder or term_folder(term)
        return cls(name, term, student if is_per_student(folder) else "", term_secret(folder), salt)

    def __post_init__(self):
        check_term(self.term)
        if self.name not in problem_sets():
            raise CourseError(f"there is no problem set {self.name!r}; there are: {', '.join(problem_sets())}")

    @cached_property
    def _source(self) -> NotebookNode:
        return nbformat.read(SOURCES / self.name / f"{self.name}.ipynb", as_version=4)

    @property
    def title(self) -> str:
        """For example "He, and a gain for any activation"."""
        return self._source.metadata["weightinit"]["title"]

    @property
    def minutes(self) -> int:
        """How long a good student needs."""
        return self._source.metadata["weightinit"]["minutes"]

    @property
    def needs(self) -> list[str]:
        """Modules of the package that students may use: where submissions run there is nothing else of it."""
        return list(self._source.metadata["weightinit"]["needs"])

    @property
    def masks(self) -> list[str]:
        """Installed packages that solve it: where submissions run they are not seen."""
        return list(self._source.metadata["weightinit"].get("masks", []))

    # ---- the variant
    @cached_property
    def choices(self) -> dict[str, list[Any]]:
        """What may be drawn, from the `variants` cell."""
        cells = [cell for cell in self._source.cells if "variants" in cell.metadata.get("tags", [])]
        if len(cells) != 1 or cells[0].cell_type != "raw":
            raise CourseError(f"{self.name}.ipynb must have exactly one raw cell tagged 'variants', has {len(cells)}")
        choices = yaml.safe_load(cells[0].source) or {}
        wrong = [name for name, values in choices.items() if not isinstance(values, list) or not values]
        if wrong:
            raise CourseError(f"{self.name}.ipynb: variants must be lists with at least one value: {', '.join(wrong)}")
        return choices

    @cached_property
    def variant(self) -> dict[str, Any]:
        """What the term draws, or the term and the student's id: the same each time, another one next term."""
        drawn_by = " ".join(filter(None, (self.name, self.term, self.student)))
        seed = int.from_bytes(hashlib.sha256(drawn_by.encode()).digest()[:8])
        rng = np.random.default_rng(seed)
        return {name: values[int(rng.integers(len(values)))] for name, values in self.choices.items()}

    def seed(self, label: str) -> int:
        """A number below 2**32 that nobody can tell without the secret: one for each label, and for each salt."""
        text = "\0".join((self.name, self.term, self.salt, label))
        return int.from_bytes(hmac.digest(self.secret, text.encode(), "sha256")[:4])

    # ---- the notebooks
    @cached_property
    def notebook(self) -> NotebookNode:
        """The term's notebook in nbgrader's format, with solutions, hidden tests and mark schemes."""
        return self.rendered(self.variant)

    @cached_property
    def released(self) -> NotebookNode:
        """What students get: without solutions, hidden tests and mark schemes, by nbgrader's own steps."""
        notebook, resources = copy(self.notebook), {"nbgrader": {}}
        quiet = logging.getLogger("weightinit.release")
        quiet.setLevel(logging.ERROR)
        for step in (LockCells, ClearSolutions, ClearOutput, ClearHiddenTests, ClearMarkScheme, ComputeChecksums):
            notebook, resources = step(log=quiet).preprocess(notebook, resources)
        return notebook

    @cached_property
    def solution(self) -> NotebookNode:
        """All answers and hidden tests as plain cells: no line of nbgrader's, no mark scheme, not run."""
        notebook = copy(self.notebook)
        for cell in notebook.cells:
            cell.source = _NBGRADER_LINE.sub("", _SCHEME.sub("", cell.source)).strip()
        return notebook

    @cached_property
    def rubric(self) -> str:
        """Model answers and mark schemes of what is marked by hand, as Markdown."""
        lines = [f"# {self.title}: rubric ({self.term})", ""]
        for cell in filter(is_written, self.notebook.cells):
            name, points = grader(cell)["grade_id"], grader(cell)["points"]
            scheme = _SCHEME.search(cell.source)
            if scheme is None:
                raise CourseError(f"{self.name}.ipynb, cell {name}: there is no mark scheme")
            lines += [f"## {name} ({points} points)", "", scheme[1], "", "### Model answer", ""]
            lines += [_SCHEME.sub("", cell.source).strip(), ""]
        return "\n".join(lines)

    def rendered(self, variant: dict[str, Any]) -> NotebookNode:
        """The notebook for a given choice."""
        notebook = copy(self._source)
        notebook.cells = [cell for cell in notebook.cells if "variants" not in cell.metadata.get("tags", [])]
        for cell in notebook.cells:
            if "«" not in cell.source:
                continue
            try:
                cell.source = _VARIANTS.from_string(cell.source).render(variant, seed=self.seed)
            except jinja2.TemplateError as error:
                where = grader(cell).get("grade_id", cell.id)
                raise CourseError(f"{self.name}.ipynb, cell {where}: {error}") from None
            if cell.cell_type == "code":  # int("«n»") keeps the source valid Python; students read plain numbers
                cell.source = _QUOTED.sub(r"\1", cell.source)
        notebook.metadata["weightinit"] = {"problem_set": self.name, "term": self.term}
        if self.student:
            notebook.metadata["weightinit"]["student"] = self.student
        return notebook

    def secrets(self, shortest: int = 26) -> set[str]:
        """Lines of at least so many characters that only solutions, hidden tests and mark schemes have."""
        shown = "\n".join(cell.source for cell in self.released.cells)
        lines = {line.strip() for cell in self.notebook.cells for line in cell.source.splitlines()}
        return {
            line
            for line in lines
            if len(line) >= shortest and not line.startswith(("###", "===")) and line not in shown
        }

    @cached_property
    def fingerprint(self) -> str:
        """Changes when anything changes that marks depend on: the notebook, the checks, the marking."""
        digest = hashlib.sha256(nbformat.writes(self.notebook).encode())
        for folder in CODE:
            for path in sorted(folder.rglob("*.py")):
                digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:16]


def copy(notebook: NotebookNode) -> NotebookNode:
    """A copy that shares nothing with the original."""
    return nbformat.reads(nbformat.writes(notebook), as_version=4)


def grader(cell: NotebookNode) -> dict[str, Any]:
    """Nbgrader's metadata of a cell; empty if it has none."""
    return cell.metadata.get("nbgrader", {})


def is_test(cell: NotebookNode) -> bool:
    """An automatic test: graded, and not the student's."""
    return cell.cell_type == "code" and bool(grader(cell).get("grade")) and not grader(cell).get("solution")


def is_written(cell: NotebookNode) -> bool:
    """An answer that a person marks."""
    return bool(grader(cell).get("grade")) and bool(grader(cell).get("solution"))
