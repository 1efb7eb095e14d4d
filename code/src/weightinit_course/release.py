"""`make release TERM=…`: student notebooks, solutions and rubrics of a term, and nbgrader's course directory.

    python -m weightinit_course release TERM [ps1 ps2 …] [--check]

Writes below _build/coursework/TERM: `release/` (what students get), `solutions/` (executed), `rubric/` (for markers),
`source/` and `gradebook.db` (nbgrader's own).
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

from weightinit_course.course import ROOT, CourseError, ProblemSet, course_folder, is_test, is_written, problem_sets

SCHEME = re.compile(r"=== BEGIN MARK SCHEME ===\n(.*?)\n=== END MARK SCHEME ===", re.S)
CONFIG = """# Written by `make release`; nbgrader and its formgrader read it.
c = get_config()
c.CourseDirectory.course_id = {course!r}
c.CourseDirectory.root = {root!r}
c.HTMLExporter.sanitize_html = True
"""


def student_version(notebook: NotebookNode) -> NotebookNode:
    """A copy without solutions, hidden tests and mark schemes, made by nbgrader's own steps."""
    resources = {"nbgrader": {}}
    copy = nbformat.from_dict(nbformat.reads(nbformat.writes(notebook), as_version=4))
    for step in (LockCells, ClearSolutions, ClearOutput, ClearHiddenTests, ClearMarkScheme, ComputeChecksums):
        copy, resources = step(log=_quiet()).preprocess(copy, resources)
    return copy


def secrets(problem_set: ProblemSet, shortest: int = 26) -> set[str]:
    """Lines of at least so many characters that only solutions, hidden tests and mark schemes have."""
    shown = "\n".join(cell.source for cell in student_version(problem_set.notebook).cells)
    lines = {line.strip() for cell in problem_set.notebook.cells for line in cell.source.splitlines()}
    return {
        line for line in lines if len(line) >= shortest and not line.startswith(("###", "===")) and line not in shown
    }


def rubric(problem_set: ProblemSet) -> str:
    """Model answers and mark schemes of what is marked by hand, as Markdown."""
    lines = [f"# {problem_set.title}: rubric ({problem_set.term})", ""]
    for cell in problem_set.notebook.cells:
        if is_written(cell):
            meta = cell.metadata["nbgrader"]
            scheme = SCHEME.search(cell.source)
            if scheme is None:
                raise CourseError(f"{problem_set.name}.ipynb, cell {meta['grade_id']}: there is no mark scheme")
            lines += [f"## {meta['grade_id']} ({meta['points']} points)", "", scheme[1], "", "### Model answer", ""]
            lines += [SCHEME.sub("", cell.source).strip(), ""]
    return "\n".join(lines)


def executed(problem_set: ProblemSet) -> NotebookNode:
    """The solution with its outputs; raises if a check is not right."""
    notebook = nbformat.reads(nbformat.writes(problem_set.notebook), as_version=4)
    for cell in notebook.cells:
        cell.source = SCHEME.sub("", cell.source).strip()
        cell.source = re.sub(r"^\s*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)\n?", "", cell.source, flags=re.M)
    NotebookClient(notebook, timeout=300, kernel_name="python3", extra_arguments=["--log-level=CRITICAL"]).execute()
    for cell in notebook.cells:
        shown = "".join(output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", []))
        if is_test(cell) and not shown.startswith("✓"):
            raise CourseError(
                f"{problem_set.name}.ipynb, {cell.metadata['nbgrader']['grade_id']}: the solution fails: {shown}"
            )
    return notebook


def release(term: str, names: list[str]) -> Path:
    """Write everything of a term; returns the course folder."""
    from weightinit_course.gradebook import open_gradebook, register

    folder = course_folder(term)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # hidden tests lie here
    (folder / "nbgrader_config.py").write_text(CONFIG.format(course=f"weightinit-{term}", root=str(folder)))
    with open_gradebook(term) as book:
        for name in names:
            problem_set = ProblemSet(name, term)
            files = {
                f"source/{name}/{name}.ipynb": problem_set.notebook,
                f"release/{name}/{name}.ipynb": student_version(problem_set.notebook),
                f"solutions/{name}.ipynb": executed(problem_set),
            }
            for path, notebook in files.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                nbformat.write(notebook, target)
            (folder / "rubric").mkdir(exist_ok=True)
            (folder / "rubric" / f"{name}.md").write_text(rubric(problem_set), encoding="utf8")
            register(book, problem_set)
            print(f"{name}  {problem_set.title}: {problem_set.variant}")
    return folder


def _shown(folder: Path) -> str:
    return str(folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder)


def _quiet() -> logging.Logger:
    logger = logging.getLogger("weightinit.release")
    logger.setLevel(logging.ERROR)
    return logger


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="weightinit_course release", description=__doc__.splitlines()[0])
    parser.add_argument("term", help="for example 2027-spring; it draws the variant")
    parser.add_argument("problem_sets", nargs="*", help="ps1 ps2 …; all by default")
    arguments = parser.parse_args(argv)
    try:
        folder = release(arguments.term, arguments.problem_sets or problem_sets())
    except CourseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"Written below {_shown(folder)}: release/ for students, solutions/ and rubric/ for you.")
    return 0
