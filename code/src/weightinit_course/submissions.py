"""Find submissions, read them without trusting them, and say in words what is odd about each."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from weightinit_course.course import CourseError, ProblemSet, grader, is_test
from weightinit_course.release import student_version

LARGEST = 20 * 2**20  # bytes of a submission
MOST_CELLS = 500
STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,80}")


@dataclass
class Submission:
    """What one student handed in.

    Attributes
    ----------
    student : str
    path : Path or None
    refused : str or None
        Why it cannot be marked at all; None if it can.
    remarks : list of str
        What is odd, but does not keep it from being marked.
    """

    student: str
    path: Path | None = None
    refused: str | None = None
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Person:
    """A line of the roster."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""


def read_roster(path: Path) -> dict[str, Person]:
    """The class, from a CSV file with the columns id, first_name, last_name, email, lms_id (all but id optional)."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"STUDENTS={path.name} cannot be read: {error}") from None
    if not rows or "id" not in rows[0]:
        raise CourseError(f"STUDENTS={path.name} must have a header line with a column 'id', and at least one student")
    people: dict[str, Person] = {}
    for number, row in enumerate(rows, 2):
        name = (row.get("id") or "").strip()
        if not STUDENT.fullmatch(name):
            raise CourseError(f"STUDENTS={path.name}, line {number}: id {name!r} must be letters, digits and . _ @ + -")
        if name in people:
            raise CourseError(f"STUDENTS={path.name}, line {number}: id {name!r} is there twice")
        people[name] = Person(
            name, *((row.get(k) or "").strip() for k in ("first_name", "last_name", "email", "lms_id"))
        )
    return people


def find(folder: Path, name: str, roster: dict[str, Person] | None) -> list[Submission]:
    """All submissions of the problem set `name` below `folder`, one a student.

    Understood are STUDENT/psN.ipynb, nbgrader's STUDENT/psN/psN.ipynb, and flat files STUDENT.ipynb or
    STUDENT_anything.ipynb, as learning platforms write them. Without a roster every student is known.
    """
    if not folder.is_dir():
        raise CourseError(f"SUBMISSIONS={folder} is no folder")
    found: dict[str, Submission] = {}
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.suffix == ".csv":
            continue
        student = _student(entry.name if entry.is_dir() else entry.stem, roster)
        submission = _locate(entry, student, name)
        if submission is None:
            continue
        if not STUDENT.fullmatch(student):
            submission.refused = "the name of the file or folder is no student's id"
        elif roster is not None and student not in roster:
            submission.refused = f"unknown student: {student!r} is not in the roster"
        if student in found:
            found[student].remarks.append(f"{entry.name} was left out: there is another submission of this student")
        else:
            found[student] = submission
    for student in roster or ():
        if student not in found:
            found[student] = Submission(student, refused="nothing was submitted")
    if not found:
        raise CourseError(f"SUBMISSIONS={folder} holds no submission of {name}")
    return sorted(found.values(), key=lambda submission: submission.student)


def _student(text: str, roster: dict[str, Person] | None) -> str:
    """The student's id in a file's or folder's name."""
    if roster is None or text in roster:
        return text
    fitting = [name for name in roster if text.startswith(f"{name}_")]
    return max(fitting, key=len, default=text)


def _locate(entry: Path, student: str, name: str) -> Submission | None:
    if entry.is_symlink():
        return Submission(student, refused="it is a link, not a file")
    if entry.is_file():
        if entry.suffix != ".ipynb":
            return Submission(student, refused=f"{entry.name} is not a notebook (.ipynb)")
        return Submission(student, entry)
    for path in (entry / f"{name}.ipynb", entry / name / f"{name}.ipynb"):
        if path.is_file() and not path.is_symlink():
            return Submission(student, path)
    others = sorted(path.name for path in entry.rglob("*") if path.is_file())
    if not others:
        return Submission(student, refused="the folder is empty")
    shown = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
    return Submission(student, refused=f"wrong name: expected {name}.ipynb, found {shown}")


def read(submission: Submission, problem_set: ProblemSet) -> NotebookNode | None:
    """The submitted notebook, or None with `submission.refused` set."""
    path = submission.path
    if path is None or submission.refused:
        return None
    try:
        if path.stat().st_size > LARGEST:
            submission.refused = f"the file is larger than {LARGEST >> 20} MB"
            return None
        notebook = nbformat.reads(path.read_text(encoding="utf8"), as_version=4)
        cells = [cell for cell in notebook.cells if isinstance(cell.source, str) and isinstance(cell.metadata, dict)]
        if len(cells) < len(notebook.cells) or not all(isinstance(grader(cell), dict) for cell in cells):
            raise ValueError("a cell without text or metadata")
    except Exception as error:
        reason = "the file is empty" if path.stat().st_size == 0 else type(error).__name__
        submission.refused = f"it is not a notebook that can be read ({reason})"
        return None
    if len(cells) > MOST_CELLS:
        submission.refused = f"it has more than {MOST_CELLS} cells"
        return None
    mark = notebook.metadata.get("weightinit", {})
    mark = mark if isinstance(mark, dict) else {}
    ids = {str(grader(cell).get("grade_id")) for cell in cells if grader(cell)}
    ours = {grader(cell)["grade_id"] for cell in problem_set.notebook.cells if grader(cell)}
    origin = mark.get("problem_set")
    if (origin and origin != problem_set.name) or (ids and not ids & ours):
        submission.refused = f"it comes from another problem set ({origin or 'unknown'}), not from {problem_set.name}"
        return None
    if not ids:
        submission.refused = f"it has none of the cells of {problem_set.name}; answer in the released notebook"
        return None
    if mark.get("term") not in (None, problem_set.term):
        submission.remarks.append(
            f"it was released for the term {mark['term']!r}; it is marked with the numbers of {problem_set.term!r}"
        )
    return notebook


def assemble(notebook: NotebookNode, problem_set: ProblemSet, remarks: list[str]) -> list[NotebookNode]:
    """The cells to run and to show: the student's, in the student's order, with every locked cell as it was released.

    What the student removed of the released notebook is put back where it was; what was removed, doubled or renamed is
    said in `remarks`.
    """
    released = student_version(problem_set.notebook).cells
    order = [grader(cell)["grade_id"] for cell in released]
    originals = dict(zip(order, released, strict=True))
    result: list[NotebookNode] = []
    seen: set[str] = set()
    for cell in notebook.cells:
        name = grader(cell).get("grade_id")
        if not isinstance(name, str):
            result.append(_own(cell))
        elif name not in originals:
            remarks.append(
                f"the cell id {name[:60]!r} is not one of the released ones; taken as the student's own cell"
            )
            result.append(_own(cell))
        elif name in seen:
            if not grader(originals[name]).get("solution"):
                continue  # a second copy of a locked cell says nothing
            remarks.append(f"the cell {name!r} is there more than once")
            result.append(_own(cell))
        else:
            seen.add(name)
            result.append(_merged(cell, originals[name], remarks))
    missing = [name for name in order if name not in seen]
    for name in missing:
        original = originals[name]
        if grader(original).get("solution"):
            remarks.append(f"the answer cell {name!r} is missing")
        elif is_test(original):
            remarks.append(f"the test cell {name!r} was removed; it was put back")
        before = order[: order.index(name)]
        places = [k for k, cell in enumerate(result) if grader(cell).get("grade_id") in before]
        result.insert(places[-1] + 1 if places else 0, _clean(original))
    return result


def _merged(cell: NotebookNode, original: NotebookNode, remarks: list[str]) -> NotebookNode:
    if not grader(original).get("solution"):
        return _clean(original)
    if cell.cell_type != original.cell_type:
        remarks.append(
            f"the cell {grader(original)['grade_id']!r} was turned into a {cell.cell_type} cell; it should be {original.cell_type}"
        )
        return _own(cell)
    merged = _clean(original)
    merged.source = cell.source
    return merged


def _own(cell: NotebookNode) -> NotebookNode:
    kind = cell.cell_type if cell.cell_type in ("code", "markdown") else "raw"
    new = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    return new[kind](cell.source)


def _clean(original: NotebookNode) -> NotebookNode:
    copy = nbformat.from_dict({**original})
    copy.metadata = nbformat.from_dict({"nbgrader": dict(grader(original))})
    if copy.cell_type == "code":
        copy.outputs, copy.execution_count = [], None
    return copy
