"""The same in names of cells and of errors, which remarks quote (B10, N88)."""

from attack import put
from nbformat.v4 import new_code_cell

WORDS = "\x1b[2J\x1b]0;x\x07\r\nada: not marked\x9b1m\u202e<script>"


def write(entry, notebook, problem_set):
    notebook.cells.insert(3, new_code_cell(f"raise type({WORDS!r}, (Exception,), {{}})({WORDS!r})"))
    notebook.cells.append(new_code_cell("1", metadata={"nbgrader": {"grade_id": WORDS, "grade": True, "points": 1}}))
    notebook.metadata["weightinit"] = {"problem_set": "ps2", "term": WORDS}
    put(notebook, entry / f"{problem_set.name}.ipynb")
