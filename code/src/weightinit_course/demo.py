"""`make grade-demo`: a class of made-up students, from blank to perfect, marked before your eyes.

    python -m weightinit_course demo [ps2] [--class-size 300]

Uses a course of its own, `demo`; nothing of a real course is touched.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import shutil
import sys
from pathlib import Path

import nbformat

from weightinit_course.course import BUILD, CourseError, ProblemSet, clear_course
from weightinit_course.grade import grade, summary
from weightinit_course.release import release
from weightinit_course.samples import CHEATS, NOTEBOOK_CHEATS, blank, cheat, solved, with_answers, write_broken
from weightinit_course.wrong_answers import wrong_answers

COURSE = "demo"
SLOW = {"stubborn_loop", "sleep", "deep_recursion", "output_below_python", "endless_loop", "huge_output"}


def write_class(folder: Path, problem_set: ProblemSet, size: int | None = None) -> Path:
    """Write submissions below `folder` and a roster beside them; returns the roster.

    Without a size: one student of each kind. With one: the honest kinds in turn, until the class is full.
    """
    shutil.rmtree(folder, ignore_errors=True)
    right = solved(problem_set)
    honest = {"perfect": right, "blank": blank(problem_set)} | {
        f"mistake-{''.join(c if c.isalnum() else '-' for c in name)}": with_answers(right, {wrong.cell: wrong.source})
        for name, wrong in wrong_answers(problem_set.name).items()
    }
    if size is None:
        notebooks = dict(honest)
        if problem_set.name == "ps2":  # the cheats know its names
            names = [name for name in (*NOTEBOOK_CHEATS, *CHEATS) if name not in SLOW]
            notebooks |= {f"cheat-{name.replace('_', '-')}": cheat(problem_set, name) for name in names}
    else:
        kinds = itertools.cycle(honest.items())
        notebooks = {f"student{k:03d}": next(kinds)[1] for k in range(1, size + 1)}
    students = list(notebooks)
    for student, notebook in notebooks.items():
        path = folder / student / f"{problem_set.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    if size is None:
        students += write_broken(folder, problem_set)
        nobody = folder / "unknown-student" / f"{problem_set.name}.ipynb"
        nobody.parent.mkdir()
        nbformat.write(right, nobody)
    roster = folder.parent / f"{problem_set.name}-students.csv"
    with roster.open("w", newline="", encoding="utf8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "first_name", "last_name", "email", "lms_id"])
        writer.writerows([s, s.title(), "Example", f"{s}@example.org", 1000 + k] for k, s in enumerate(students))
    return roster


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="weightinit_course demo", description=__doc__.splitlines()[0])
    parser.add_argument("problem_set", nargs="?", default="ps2")
    parser.add_argument("--class-size", type=int, help="so many honest students instead of one of each kind")
    arguments = parser.parse_args(argv)
    try:
        problem_set = ProblemSet(arguments.problem_set, COURSE)
        clear_course(COURSE)
        release(COURSE, [problem_set.name])
        folder = BUILD / "demo-submissions" / problem_set.name
        roster = write_class(folder, problem_set, arguments.class_size)
        rows = grade(COURSE, problem_set.name, folder, students=roster)
    except CourseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"\n{'student':34} {'automatic':>9} {'of':>5} {'by hand':>8}  status")
    for row in rows:
        print(
            f"{row['student']:34} {row['automatic']!s:>9} {row['of']!s:>5} {row['to mark by hand']!s:>8}  {row['status']}"
        )
    print(summary(rows, COURSE))
    return 0
