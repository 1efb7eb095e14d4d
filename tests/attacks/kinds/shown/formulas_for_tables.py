"""Formulas of spreadsheets in everything that tables quote: the term, names of cells, errors (B11, N36)."""

from attack import put
from nbformat.v4 import new_code_cell

FORMULAS = [
    '=HYPERLINK("http://x")',
    "@SUM(1)",
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
    "\u200b=1+1",
]


def write(entry, notebook, problem_set):
    for number, formula in enumerate(FORMULAS):
        meta = {
            "grade_id": formula,
            "grade": False,
            "solution": True,
            "locked": False,
            "schema_version": 3,
            "task": False,
        }
        notebook.cells.append(
            new_code_cell(f"raise ValueError({formula!r})", id=f"f{number}", metadata={"nbgrader": meta})
        )
    notebook.metadata["weightinit"] = {"problem_set": FORMULAS[0], "term": FORMULAS[1]}
    put(notebook, entry / f"{problem_set.name}.ipynb")
