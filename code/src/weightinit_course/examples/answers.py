"""Honest submissions: right, blank, and with some cells answered otherwise."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from weightinit_course.problem_set import ProblemSet, copy, grader


def right(problem_set: ProblemSet) -> NotebookNode:
    """The notebook with all answers right, as a student would hand it in: without hidden tests."""
    answers = {grader(cell)["grade_id"]: cell.source for cell in problem_set.solution.cells}
    notebook = copy(problem_set.released)
    for cell in notebook.cells:
        if grader(cell).get("solution"):
            cell.source = answers[grader(cell)["grade_id"]]
    return notebook


def blank(problem_set: ProblemSet) -> NotebookNode:
    """The notebook as it was released."""
    return copy(problem_set.released)


def with_answers(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """A copy with some cells answered otherwise."""
    notebook = copy(notebook)
    cells = {grader(cell).get("grade_id"): cell for cell in notebook.cells}
    for name, source in answers.items():
        cells[name].source = source
    return notebook


def with_cell(notebook: NotebookNode, source: str, *, at: int = 2) -> NotebookNode:
    """A copy with one more code cell of the student's own."""
    notebook = copy(notebook)
    notebook.cells.insert(at, nbformat.v4.new_code_cell(source, id=f"own-{at}"))
    return notebook
