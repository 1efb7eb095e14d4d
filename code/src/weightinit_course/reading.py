"""Read a submitted notebook without trusting it, and say in words why it cannot be marked."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from weightinit_course.harmless import harmless_throughout
from weightinit_course.problem_set import ProblemSet, grader
from weightinit_course.submissions import Refused

LARGEST = 20 * 2**20  # bytes of a notebook
MOST_CELLS = 500
MOST_VALUES = 2_000_000  # in its JSON: a small file can grow a hundredfold in memory
AGAIN = "open it in JupyterLab, save it, and hand in the .ipynb file itself"


def read(path: Path, problem_set: ProblemSet) -> tuple[NotebookNode, list[str]]:
    """The submitted notebook, and what is odd about where it comes from; `Refused` if it cannot be marked."""
    notebook, remarks = _notebook(path), []
    by_cell_id = {cell.id: dict(grader(cell)) for cell in problem_set.released.cells if grader(cell)}
    ids = {str(grader(cell).get("grade_id")) for cell in notebook.cells if grader(cell)}
    ours = {marks["grade_id"] for marks in by_cell_id.values()}
    stamp = notebook.metadata.get("weightinit", {})
    stamp = stamp if isinstance(stamp, dict) else {}
    origin, term, student = (stamp.get(key) for key in ("problem_set", "term", "student"))
    if (origin and origin != problem_set.name) or (ids and not ids & ours):
        raise Refused(f"it comes from another problem set ({origin or 'unknown'}), not from {problem_set.name}")
    for cell in notebook.cells:  # some editors drop what nbgrader wrote into a cell, and keep the cell's id
        lost = by_cell_id.get(cell.get("id"))
        if lost and not grader(cell) and lost["grade_id"] not in ids:
            cell.metadata["nbgrader"] = nbformat.from_dict(lost)
            ids.add(lost["grade_id"])
            remarks.append(f"the cell {lost['grade_id']!r} had lost what marks it; it was found by its id")
    if not ids:
        raise Refused(f"it has none of the cells of {problem_set.name}; answer in the released notebook")
    if len(remarks) > 1:
        remarks = [f"{len(remarks)} cells had lost what marks them (another editor?); they were found by their ids"]
    if term not in (None, problem_set.term):
        remarks.append(f"it was released for the term {term!r}; it is marked with the numbers of {problem_set.term!r}")
    elif problem_set.student and student not in (None, problem_set.student):
        whose = (
            f"it was released for the student {student!r}, and is marked with the numbers of {problem_set.student!r}"
        )
        remarks.append(whose)
    return notebook, remarks


def _notebook(path: Path) -> NotebookNode:
    """What is a notebook and no bomb."""
    if (size := path.stat().st_size) > LARGEST:
        raise Refused(
            f"the file is larger than {LARGEST >> 20} MB; clear the outputs and large pictures, and hand in again"
        )
    if size == 0:
        raise Refused("it is not a notebook that can be read: the file is empty")
    data = path.read_bytes()
    try:
        text = data.decode(json.detect_encoding(data))
        if text.count(",") + text.count("[") + text.count("{") > MOST_VALUES:
            raise Refused("it holds more values than a notebook needs; clear the outputs, and hand in again")
        notebook = nbformat.reads(text, as_version=4)
        cells = [cell for cell in notebook.cells if isinstance(cell.source, str) and isinstance(cell.metadata, dict)]
        if len(cells) < len(notebook.cells) or not all(isinstance(grader(cell), dict) for cell in cells):
            raise ValueError("a cell without text or metadata")
    except Refused:
        raise
    except Exception as error:  # whatever a file that is no notebook provokes
        raise Refused(f"it is not a notebook that can be read: {_why(data, error)}; {AGAIN}") from None
    if len(cells) > MOST_CELLS:
        raise Refused(f"it has more than {MOST_CELLS} cells")
    for cell in cells:
        cell.pop("outputs", None)  # nobody looks at them: what counts is what comes out here
        if cell.cell_type == "code":
            cell.outputs = []
    return harmless_throughout(notebook)


def _why(data: bytes, error: Exception) -> str:
    """What kind of file it is, for those who handed it in."""
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"%PDF"):
        return "it is a PDF"
    if head.startswith(b"PK\x03\x04"):
        return "it is a zip file or an office document"
    if head.startswith(b"<"):
        return "it is a web page, as a browser saves it"
    if isinstance(error, UnicodeDecodeError):
        return "its characters are not stored as UTF-8"
    if head.startswith(b"{") and not data.rstrip().endswith(b"}"):
        return "it breaks off in the middle, so it was not saved or uploaded to its end"
    return "what it holds is no notebook"
