"""What students handed in: find it, read it without trusting it, and say in words what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from weightinit_course.problem_set import ProblemSet, grader, is_test
from weightinit_course.roster import STUDENT_ID, Person
from weightinit_course.terms import CourseError

LARGEST = 20 * 2**20  # bytes of a submission
MOST_CELLS = 500


class Refused(Exception):
    """A submission cannot be marked; the message says why. It is no zero."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in, by the names of files and folders alone: nothing was opened yet.

    Attributes
    ----------
    student : str
        The id that the file's or folder's name says.
    entry : Path or None
        The file or folder; None if nothing was submitted.
    person : Person or None
        None if the class has nobody of that id.
    remarks : tuple of str
        What is odd, but does not keep it from being marked.
    """

    student: str
    entry: Path | None = None
    person: Person | None = None
    remarks: tuple[str, ...] = ()


def find(folder: Path, name: str, roster: dict[str, Person] | None) -> list[Submission]:
    """All submissions of the problem set `name` below `folder`, one a student, and the students without one.

    Understood are STUDENT/psN.ipynb, nbgrader's STUDENT/psN/psN.ipynb, and flat files STUDENT.ipynb or
    STUDENT_anything.ipynb, as learning platforms write them. Without a roster every student is known.
    """
    if not folder.is_dir():
        raise CourseError(f"SUBMISSIONS={folder} is no folder")
    entries: dict[str, list[Path]] = {}
    for entry in sorted(folder.iterdir()):
        if not entry.name.startswith(".") and entry.suffix != ".csv":
            student = _student(entry.name if entry.is_dir() else entry.stem, roster)
            entries.setdefault(student, []).append(entry)
    if not entries and not roster:
        raise CourseError(f"SUBMISSIONS={folder} holds no submission of {name}")
    submissions = [
        Submission(
            student,
            first,
            Person(student) if roster is None and STUDENT_ID.fullmatch(student) else (roster or {}).get(student),
            tuple(f"{other.name} was left out: there is another submission of this student" for other in others),
        )
        for student, (first, *others) in entries.items()
    ]
    submissions += [Submission(name, None, person) for name, person in (roster or {}).items() if name not in entries]
    return sorted(submissions, key=lambda submission: submission.student)


def _student(text: str, roster: dict[str, Person] | None) -> str:
    """The student's id in a file's or folder's name."""
    if roster is None or text in roster:
        return text
    fitting = [name for name in roster if text.startswith(f"{name}_")]
    return max(fitting, key=len, default=text)


def locate(submission: Submission, name: str) -> Path:
    """The notebook of a submission of the problem set `name`; `Refused` if there is none."""
    entry = submission.entry
    if entry is None:
        raise Refused("nothing was submitted")
    if not STUDENT_ID.fullmatch(submission.student):
        raise Refused("the name of the file or folder is no student's id")
    if submission.person is None:
        raise Refused(f"unknown student: {submission.student!r} is not in the roster")
    if entry.is_symlink():
        raise Refused("it is a link, not a file")
    if entry.is_file():
        if entry.suffix != ".ipynb":
            raise Refused(f"{entry.name} is not a notebook (.ipynb)")
        return entry
    for path in (entry / f"{name}.ipynb", entry / name / f"{name}.ipynb"):
        if path.is_file() and not path.is_symlink():
            return path
    others = sorted(path.name for path in entry.rglob("*") if path.is_file())
    if not others:
        raise Refused("the folder is empty")
    shown = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
    raise Refused(f"wrong name: expected {name}.ipynb, found {shown}")


def read(path: Path, problem_set: ProblemSet) -> tuple[NotebookNode, list[str]]:
    """The submitted notebook, and what is odd about where it comes from; `Refused` if it cannot be marked."""
    try:
        if path.stat().st_size > LARGEST:
            raise Refused(f"the file is larger than {LARGEST >> 20} MB")
        notebook = nbformat.reads(path.read_text(encoding="utf8"), as_version=4)
        cells = [cell for cell in notebook.cells if isinstance(cell.source, str) and isinstance(cell.metadata, dict)]
        if len(cells) < len(notebook.cells) or not all(isinstance(grader(cell), dict) for cell in cells):
            raise ValueError("a cell without text or metadata")
        for cell in cells:  # JSON can bring half characters along, which no file takes
            cell.source = cell.source.encode("utf8", "replace").decode("utf8")
    except Refused:
        raise
    except Exception as error:  # whatever a file that is no notebook provokes
        reason = "the file is empty" if path.stat().st_size == 0 else type(error).__name__
        raise Refused(f"it is not a notebook that can be read ({reason})") from None
    if len(cells) > MOST_CELLS:
        raise Refused(f"it has more than {MOST_CELLS} cells")
    stamp = notebook.metadata.get("weightinit", {})
    stamp = stamp if isinstance(stamp, dict) else {}
    ids = {str(grader(cell).get("grade_id")) for cell in cells if grader(cell)}
    ours = {grader(cell)["grade_id"] for cell in problem_set.released.cells if grader(cell)}
    origin, term = stamp.get("problem_set"), stamp.get("term")
    if (origin and origin != problem_set.name) or (ids and not ids & ours):
        raise Refused(f"it comes from another problem set ({origin or 'unknown'}), not from {problem_set.name}")
    if not ids:
        raise Refused(f"it has none of the cells of {problem_set.name}; answer in the released notebook")
    if term in (None, problem_set.term):
        return notebook, []
    return notebook, [f"it was released for the term {term!r}; it is marked with the numbers of {problem_set.term!r}"]


def assemble(notebook: NotebookNode, problem_set: ProblemSet) -> tuple[list[NotebookNode], list[str]]:
    """The cells to run and to show: the student's, in the student's order, with every locked cell as it was released.

    What the student removed of the released notebook is put back where it was.

    Returns
    -------
    cells : list of NotebookNode
    remarks : list of str
        What was removed, doubled or renamed.
    """
    released = problem_set.released.cells
    order = [grader(cell)["grade_id"] for cell in released]
    originals = dict(zip(order, released, strict=True))
    cells: list[NotebookNode] = []
    remarks: list[str] = []
    seen: set[str] = set()
    for cell in notebook.cells:
        name = grader(cell).get("grade_id")
        if not isinstance(name, str):
            cells.append(_own(cell))
        elif name not in originals:
            remarks.append(
                f"the cell id {name[:60]!r} is not one of the released ones; taken as the student's own cell"
            )
            cells.append(_own(cell))
        elif name in seen:
            if not grader(originals[name]).get("solution"):
                continue  # a second copy of a locked cell says nothing
            remarks.append(f"the cell {name!r} is there more than once")
            cells.append(_own(cell))
        elif not grader(originals[name]).get("solution"):
            seen.add(name)
            cells.append(_clean(originals[name]))
        elif cell.cell_type != originals[name].cell_type:
            seen.add(name)
            remarks.append(
                f"the cell {name!r} was turned into a {cell.cell_type} cell; it should be {originals[name].cell_type}"
            )
            cells.append(_own(cell))
        else:
            seen.add(name)
            cells.append(_clean(originals[name], cell.source))
    for name in order:
        if name in seen:
            continue
        if grader(originals[name]).get("solution"):
            remarks.append(f"the answer cell {name!r} is missing")
        elif is_test(originals[name]):
            remarks.append(f"the test cell {name!r} was removed; it was put back")
        before = order[: order.index(name)]
        places = [k for k, cell in enumerate(cells) if grader(cell).get("grade_id") in before]
        cells.insert(places[-1] + 1 if places else 0, _clean(originals[name]))
    return cells, remarks


def _own(cell: NotebookNode) -> NotebookNode:
    """A cell of the student's own: its text, and nothing that it claims to be."""
    new = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    return new.get(cell.cell_type, nbformat.v4.new_raw_cell)(cell.source)


def _clean(original: NotebookNode, source: str | None = None) -> NotebookNode:
    """A released cell without outputs, with the student's text if that is given."""
    cell = nbformat.from_dict({**original})
    cell.metadata = nbformat.from_dict({"nbgrader": dict(grader(original))})
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if source is not None:
        cell.source = source
    return cell
