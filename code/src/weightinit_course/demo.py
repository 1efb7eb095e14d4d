"""A class of made-up students, from blank to perfect, marked before your eyes."""

from __future__ import annotations

import csv
import itertools
import re
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from weightinit_course.examples.answers import blank, right, with_answers
from weightinit_course.examples.broken import write_broken
from weightinit_course.examples.cheats import PROBLEM_SET, cheats
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.harmless import one_line
from weightinit_course.mark_class import mark_class
from weightinit_course.marks import Outcome
from weightinit_course.problem_set import ProblemSet
from weightinit_course.release import release
from weightinit_course.roster import COLUMNS
from weightinit_course.terms import DEMO_TERM, CourseError, build_folder, clear_term

TERM = DEMO_TERM  # a term of its own: nothing of a real one is touched


def demo(name: str, size: int | None = None) -> list[Outcome]:
    """Release the problem set `name` for the demonstration's term, make a class up, and mark it.

    Without a size: one student of each kind. With one: the honest kinds in turn, until the class is full.
    """
    if size is not None and size < 1:
        raise CourseError(f"a class must have at least 1 student, got {size}")
    problem_set = ProblemSet(name, TERM)
    clear_term(TERM)
    release(TERM, [name])
    folder = build_folder() / "demo-submissions" / name
    roster = write_class(folder, problem_set, size)
    return mark_class(TERM, name, folder, students=roster)


def write_class(folder: Path, problem_set: ProblemSet, size: int | None = None) -> Path:
    """Write submissions below `folder` and a roster beside them; returns the roster."""
    shutil.rmtree(folder, ignore_errors=True)
    notebooks = _honest(problem_set)
    if size is None:
        if problem_set.name == PROBLEM_SET:
            quick = [cheat for cheat in cheats() if not cheat.slow]
            notebooks |= {f"cheat-{_id(cheat.name)}": cheat.submission(problem_set) for cheat in quick}
    else:
        kinds = itertools.cycle(notebooks.values())
        notebooks = {f"student{k:03d}": next(kinds) for k in range(1, size + 1)}
    for student, notebook in notebooks.items():
        _write(notebook, folder / student / f"{problem_set.name}.ipynb")
    students = list(notebooks)
    if size is None:
        students += [broken.student for broken in write_broken(folder, problem_set)]
        _write(right(problem_set), folder / "unknown-student" / f"{problem_set.name}.ipynb")
    roster = folder.parent / f"{problem_set.name}-students.csv"
    with roster.open("w", newline="", encoding="utf8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([s, s.title(), "Example", f"{s}@example.org", 1000 + k] for k, s in enumerate(students))
    return roster


def table(outcomes: list[Outcome]) -> str:
    """A line a student, for the terminal."""
    lines = [f"{'student':34} {'automatic':>9} {'of':>5} {'by hand':>8}  status"]
    for outcome in outcomes:
        marks = outcome.marks
        points = (marks.automatic, marks.of, marks.by_hand) if marks else ("", "", "")
        lines.append(
            f"{one_line(outcome.student):34} {points[0]:>9} {points[1]:>5} {points[2]:>8}  {one_line(outcome.status)}"
        )
    return "\n".join(lines)


def _honest(problem_set: ProblemSet) -> dict[str, NotebookNode]:
    """Perfect, blank, and each foreseen mistake once, by student."""
    perfect = right(problem_set)
    return {"perfect": perfect, "blank": blank(problem_set)} | {
        f"mistake-{_id(name)}": with_answers(perfect, {wrong.cell: wrong.source})
        for name, wrong in wrong_answers(problem_set.name).items()
    }


def _id(name: str) -> str:
    return re.sub(r"\W|_", "-", name)


def _write(notebook: NotebookNode, path: Path) -> None:
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
