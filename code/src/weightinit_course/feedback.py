"""The page that a student gets: points by task, what the checks said and a person wrote, or why nothing was marked.

One file without a script, which loads nothing; it looks the same tomorrow if nothing was marked in between.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined
from nbformat import NotebookNode
from nbgrader.api import Grade

from weightinit_course import rendering
from weightinit_course.files import write_whole
from weightinit_course.gradebook import autograded, open_gradebook
from weightinit_course.problem_set import grader, is_test, is_written

_HEADING = re.compile(r"^#+ +(.+?)(?: +\([^()]*\))? *$", re.MULTILINE)  # "(by hand)", "(5 points)" say nothing new here


@dataclass(frozen=True)
class Task:
    """What a student reads of one task.

    Attributes
    ----------
    name : str
        Its heading.
    place : str
        Of the page, where its answer or its check stands.
    of : float
        What a right answer gets.
    points : float or None
        None where a person has still to mark it.
    again : bool
        It was handed in again; a person will look once more.
    """

    name: str
    place: str
    of: float
    points: float | None
    again: bool

    @property
    def look(self) -> str:
        """The class of its row: open, right (all points), wrong (none) or part."""
        if self.points is None:
            return "open"
        return "right" if self.points >= self.of else "wrong" if self.points <= 0 else "part"


def write_page(folder: Path, name: str, student: str, refusal: str | None, can_mend: bool = True) -> None:
    """Write a student's page on the problem set `name` below a term's folder.

    Parameters
    ----------
    refusal : str or None
        Why nothing was marked.
    can_mend : bool
        The reason lies in what was handed in, so that handing in again helps.
    """
    if refusal is None:
        page = _marked_page(folder, name, student)
    else:
        page = _page("refused", name=name, why=refusal, can_mend=can_mend)
    write_whole(page_of(folder, name, student), page)


def write_unshown(folder: Path, name: str, student: str, why: str) -> None:
    """Write the page of a student whose notebook was marked and cannot be shown."""
    write_whole(page_of(folder, name, student), _page("unshown", name=name, why=why))


def page_of(folder: Path, name: str, student: str) -> Path:
    """Where a student's page stands."""
    return folder / "feedback" / student / name / f"{name}.html"


def _page(template: str, **what: object) -> str:
    return _templates().get_template(f"{template}.html").render(what)


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("weightinit_course"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    templates.filters["points"] = _points
    return templates


def _points(number: float) -> str:
    """``"12"``, ``"4.8"``: two digits behind the point at most."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _marked_page(folder: Path, name: str, student: str) -> str:
    original = nbformat.read(folder / "source" / name / f"{name}.ipynb", as_version=4)
    notebook = nbformat.read(autograded(folder, name, student), as_version=4)
    title, headings = headings_of(original)
    introduction = grader(next(filter(grader, original.cells)))[
        "grade_id"
    ]  # the title and a table of the tasks, once more
    with open_gradebook(folder) as book:
        found = book.find_submission_notebook(name, name, student)
        comments = {comment.name: comment.comment for comment in found.comments if comment.comment}
        grades = {grade.name: grade for grade in found.grades}
        tasks = {place: _task(heading, place, grades[place]) for place, heading in headings.items()}
    texts = rendering.Texts()
    return _page(
        "feedback",
        title=title or name,
        student=student,
        tasks=tasks,
        cells=[_cell(cell, texts, comments) for cell in notebook.cells if grader(cell).get("grade_id") != introduction],
    )


def headings_of(notebook: NotebookNode) -> tuple[str, dict[str, str]]:
    """The title of a problem set, and the heading of each marked cell by its id; no two are the same."""
    title, heading, headings = "", "", {}
    for cell in notebook.cells:
        if grader(cell).get("grade"):
            headings[grader(cell)["grade_id"]] = heading
        elif cell.cell_type == "markdown" and (found := _HEADING.search(cell.source)):
            title, heading = title or found[1], found[1]
    for heading, times in Counter(headings.values()).items():
        same = [place for place in headings if headings[place] == heading]
        if times > 1:
            headings |= {place: f"{heading} ({k} of {times})" for k, place in enumerate(same, 1)}
    return title, headings


def _task(name: str, place: str, grade: Grade) -> Task:
    marked = grade.manual_score is not None or grade.auto_score is not None
    again = grade.manual_score is not None and grade.needs_manual_grade
    return Task(name, place, grade.max_score, grade.score if marked else None, again)


def _cell(cell: NotebookNode, texts: rendering.Texts, comments: dict[str, str]) -> dict[str, str | list[str]]:
    """What the page shows of a cell: its kind, its place and HTML."""
    place = grader(cell).get("grade_id", "")
    if cell.cell_type == "markdown":
        shown = texts.markdown(cell.source, cell.get("attachments"))
        kind = "answer" if is_written(cell) else "told" if grader(cell).get("locked") else "own"
    else:
        shown = texts.code(cell.source)
        kind = "check" if is_test(cell) else "code"
    outputs = [rendering.output(output) for output in cell.get("outputs", [])]
    comment = texts.markdown(comments[place]) if place in comments else ""
    return {"kind": kind, "place": place, "shown": shown, "outputs": outputs, "comment": comment}
