"""Release problem sets of a term: student notebooks, solutions, rubrics, and nbgrader's course directory."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from weightinit_course import gradebook
from weightinit_course.formgrader import write_config
from weightinit_course.problem_set import ProblemSet, copy, grader, is_test
from weightinit_course.roster import Person, read_roster
from weightinit_course.terms import DEMO_TERM, PER_STUDENT, CourseError, is_per_student, make_secret, term_folder, terms

LONGEST_CELL = 300  # seconds, of a solution


def release(term: str, names: list[str], *, students: Path | None = None, per_student: bool = False) -> Path:
    """Write everything of a term; returns the term's folder.

    Below it stand `release/` (what students get), `solutions/` (executed), `rubric/` (for markers), and `source/` and
    `gradebook.db`, which are nbgrader's own. `secret` draws the numbers that only hidden tests have.

    Parameters
    ----------
    term : str
    names : list of str
        Problem sets.
    students : Path, optional
        The roster.
    per_student : bool
        Draw a variant for each student of the roster. The term remembers it, and the marking obeys.
    """
    for name in names:
        ProblemSet(name, term)  # all names are right before anything is written
    folder = term_folder(term)
    people = _people(folder, students, per_student=per_student)
    others = [other for other in terms() if other != term]
    if others and not folder.exists() and term != DEMO_TERM:
        print(f"{term} is a new term, beside {', '.join(others)}.", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # hidden tests lie here
    make_secret(folder)
    if not _finished(folder):  # what a stopped release has left may be of the other kind
        for part in ("release", "solutions", "rubric"):
            shutil.rmtree(folder / part, ignore_errors=True)
        (folder / PER_STUDENT).unlink(missing_ok=True)
    if people:
        (folder / PER_STUDENT).touch()
    write_config(folder)
    with gradebook.open_gradebook(folder) as book:
        for name in names:
            problem_set = ProblemSet.of_term(name, term)
            print(f"{name}  {problem_set.title}: solving it …", flush=True)
            solved = executed(problem_set)
            if people:
                for student in people:
                    _write_of(ProblemSet.of_term(name, term, student), folder, student)
                drawn = f"a variant for each of {len(people)} students"
            else:
                _write(problem_set.released, folder / "release" / name / f"{name}.ipynb")
                _write(solved, folder / "solutions" / f"{name}.ipynb")
                _write_text(problem_set.rubric, folder / "rubric" / f"{name}.md")
                drawn = ", ".join(f"{label} {value}" for label, value in problem_set.variant.items())
            gradebook.register(book, folder, problem_set)
            # the last of all: with it, the problem set counts as released
            _write(problem_set.notebook, folder / "source" / name / f"{name}.ipynb")
            print(f"{name}  done: {drawn}", flush=True)
    return folder


def _people(folder: Path, students: Path | None, *, per_student: bool) -> dict[str, Person]:
    """Who gets a variant; nobody if the class has one for all. A term is of one kind from its first finished set on."""
    again = "STUDENTS=roster.csv ARGS=--per-student"
    if per_student and students is None:
        raise CourseError(f"a variant for each student needs the roster: {again}")
    if students is not None and not per_student:
        raise CourseError(f"a roster is needed only for a variant for each student: {again}")
    if finished := _finished(folder):
        if is_per_student(folder) and not per_student:
            raise CourseError(f"{folder.name} has a variant for each student; give {again}")
        if per_student and not is_per_student(folder):
            raise CourseError(
                f"{folder.name} was released with one variant for all ({', '.join(finished)}); take another name for the term, "
                f"or delete {folder} if no student has it yet"
            )
    return read_roster(students) if students else {}


def _finished(folder: Path) -> list[str]:
    """The problem sets of a term that are out."""
    return sorted(path.parent.name for path in (folder / "source").glob("*/*.ipynb"))


def _write_of(problem_set: ProblemSet, folder: Path, student: str) -> None:
    """A student's own: the solution is not run, since the class's was, and hundreds would take hours."""
    name = problem_set.name
    _write(problem_set.released, folder / "release" / name / student / f"{name}.ipynb")
    _write(problem_set.solution, folder / "solutions" / name / f"{student}.ipynb")
    _write_text(problem_set.rubric, folder / "rubric" / name / f"{student}.md")


def _write(notebook: NotebookNode, target: Path) -> None:
    _write_text(nbformat.writes(notebook) + "\n", target)


def _write_text(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf8")


def executed(problem_set: ProblemSet) -> NotebookNode:
    """The solution with its outputs; CourseError if it stops, or a check is not right; KeyboardInterrupt after Ctrl-C."""
    notebook, source = copy(problem_set.solution), f"{problem_set.name}.ipynb"
    begun = ["its start"]
    client = NotebookClient(
        notebook,
        timeout=LONGEST_CELL,
        startup_timeout=300,  # seconds: a busy machine takes its time
        kernel_name="python3",
        extra_arguments=["--log-level=CRITICAL"],
        on_cell_execute=lambda cell, cell_index: begun.append(grader(cell).get("grade_id", cell.id)),
    )
    try:
        client.execute()
    except Exception as error:
        if hasattr(client, "_async_cleanup_kernel_future"):  # nbclient keeps it once its handler of Ctrl-C has run
            raise KeyboardInterrupt from None
        if not isinstance(error, (CellExecutionError, CellTimeoutError, DeadKernelError)):
            raise
        why = f"runs for more than {LONGEST_CELL} seconds" if isinstance(error, CellTimeoutError) else "ends its kernel"
        if isinstance(error, CellExecutionError):
            why = f"stops with {error.ename}: {error.evalue}"
        raise CourseError(f"{source}, {begun[-1]}: the solution {why}") from None
    for cell in filter(is_test, notebook.cells):
        shown = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        if not shown or any(line.startswith("✗") for line in shown.split("\n")):
            raise CourseError(f"{source}, {grader(cell)['grade_id']}: the solution fails: {shown}")
    return notebook
