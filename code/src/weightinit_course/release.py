"""Release problem sets of a term: student notebooks, solutions, rubrics, and nbgrader's course directory."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from weightinit_course import gradebook
from weightinit_course.problem_set import ProblemSet, copy, grader, is_test
from weightinit_course.terms import CourseError, make_secret, term_folder

CONFIG = """# Written by `make release`; nbgrader and its formgrader read it.
c = get_config()
c.CourseDirectory.course_id = {course_id!r}
c.CourseDirectory.root = {root!r}
c.HTMLExporter.sanitize_html = True
"""


def release(term: str, names: list[str]) -> Path:
    """Write everything of a term; returns the term's folder.

    Below it stand `release/` (what students get), `solutions/` (executed), `rubric/` (for markers), and `source/` and
    `gradebook.db`, which are nbgrader's own. `secret` draws the numbers that only hidden tests have.
    """
    for name in names:
        ProblemSet(name, term)  # all names are right before anything is written
    folder = term_folder(term)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # hidden tests lie here
    make_secret(folder)
    problem_sets = [ProblemSet.of_term(name, term) for name in names]
    config = CONFIG.format(course_id=gradebook.course_id(term), root=str(folder))
    (folder / "nbgrader_config.py").write_text(config, encoding="utf8")
    with gradebook.open_gradebook(folder) as book:
        for problem_set in problem_sets:
            name = problem_set.name
            files = {
                f"source/{name}/{name}.ipynb": problem_set.notebook,
                f"release/{name}/{name}.ipynb": problem_set.released,
                f"solutions/{name}.ipynb": executed(problem_set),
            }
            for path, notebook in files.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                nbformat.write(notebook, target)
            (folder / "rubric").mkdir(exist_ok=True)
            (folder / "rubric" / f"{name}.md").write_text(problem_set.rubric, encoding="utf8")
            gradebook.register(book, folder, problem_set)
            print(f"{name}  {problem_set.title}: {problem_set.variant}", flush=True)
    return folder


def executed(problem_set: ProblemSet) -> NotebookNode:
    """The solution with its outputs; CourseError if a check is not right."""
    notebook = copy(problem_set.solution)
    NotebookClient(notebook, timeout=300, kernel_name="python3", extra_arguments=["--log-level=CRITICAL"]).execute()
    for cell in filter(is_test, notebook.cells):
        shown = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        if not shown.startswith("✓"):
            raise CourseError(f"{problem_set.name}.ipynb, {grader(cell)['grade_id']}: the solution fails: {shown}")
    return notebook
