"""Where the coursework lies, and how one source notebook becomes a term's problem set.

A source notebook (coursework/source/psN/psN.ipynb) is in nbgrader's format. Its first cell, raw and tagged `variants`,
lists choices in YAML; a term's name draws one of each, and `«name»` anywhere in the notebook stands for what was drawn.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
import nbformat
import numpy as np
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "coursework" / "source"
BUILD = ROOT / "_build" / "coursework"
SHOWN_TERM = "preview"  # the variant that the book offers for download
TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,40}")
_QUOTED = re.compile(r"\b(?:int|float)\(\"(-?[0-9.]+(?:e-?[0-9]+)?)\"\)")
_MARKS = jinja2.Environment(
    variable_start_string="«", variable_end_string="»", undefined=jinja2.StrictUndefined, autoescape=False
)


class CourseError(Exception):
    """Something that the instructor can put right; the message says what."""


def problem_sets() -> list[str]:
    """Names of all problem sets: ps1, ps2, …"""
    return sorted(path.parent.name for path in SOURCES.glob("*/*.ipynb") if path.stem == path.parent.name)


def check_term(term: str) -> str:
    """`term` if it can name a folder."""
    if not TERM.fullmatch(term):
        raise CourseError(f"TERM must be letters, digits and hyphens, such as 2027-spring, got {term!r}")
    return term


@dataclass(frozen=True)
class ProblemSet:
    """One problem set of one term, with solutions and hidden tests: for trusted eyes only.

    Attributes
    ----------
    name, term : str
    """

    name: str
    term: str

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
        """What this term draws: the same for everybody, another one next term."""
        seed = int.from_bytes(hashlib.sha256(f"{self.name} {self.term}".encode()).digest()[:8])
        rng = np.random.default_rng(seed)
        return {name: values[int(rng.integers(len(values)))] for name, values in self.choices.items()}

    @cached_property
    def notebook(self) -> NotebookNode:
        """The term's notebook, with solutions, hidden tests and mark schemes."""
        return self.rendered(self.variant)

    def rendered(self, variant: dict[str, Any]) -> NotebookNode:
        """The notebook for a given choice."""
        notebook = nbformat.reads(nbformat.writes(self._source), as_version=4)
        notebook.cells = [cell for cell in notebook.cells if "variants" not in cell.metadata.get("tags", [])]
        for cell in notebook.cells:
            if "«" not in cell.source:
                continue
            try:
                cell.source = _MARKS.from_string(cell.source).render(variant)
            except jinja2.TemplateError as error:
                where = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
                raise CourseError(f"{self.name}.ipynb, cell {where}: {error}") from None
            if cell.cell_type == "code":  # int("«n»") keeps the source valid Python; students read plain numbers
                cell.source = _QUOTED.sub(r"\1", cell.source)
        notebook.metadata["weightinit"] = {"problem_set": self.name, "term": self.term}
        return notebook

    @cached_property
    def fingerprint(self) -> str:
        """Changes when anything changes that marks depend on: the notebook, the checks, the marking."""
        digest = hashlib.sha256(nbformat.writes(self.notebook).encode())
        for folder in (Path(__file__).parent, ROOT / "code" / "src" / "weightinit"):
            for path in sorted(folder.rglob("*.py")):
                digest.update(path.read_bytes())
        return digest.hexdigest()[:16]


def grader(cell: NotebookNode) -> dict[str, Any]:
    """Nbgrader's metadata of a cell; empty if it has none."""
    return cell.metadata.get("nbgrader", {})


def is_test(cell: NotebookNode) -> bool:
    """An automatic test: graded, and not the student's."""
    return cell.cell_type == "code" and bool(grader(cell).get("grade")) and not grader(cell).get("solution")


def is_written(cell: NotebookNode) -> bool:
    """An answer that a person marks."""
    return bool(grader(cell).get("grade")) and bool(grader(cell).get("solution"))


def course_folder(term: str) -> Path:
    """Nbgrader's course directory of a term."""
    return BUILD / check_term(term)


def clear_course(term: str) -> None:
    """Forget what was built for a term, marks included."""
    shutil.rmtree(course_folder(term), ignore_errors=True)
