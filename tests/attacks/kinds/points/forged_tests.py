"""Hands in second copies of the tests with more points, tests of its own, and changed marks of what is locked (N18)."""

from attack import put
from nbformat.v4 import new_code_cell

from weightinit_course.problem_set import copy, grader, is_test


def write(entry, notebook, problem_set):
    tests = [cell for cell in copy(notebook).cells if is_test(cell)]
    for number, cell in enumerate(tests):
        cell.id = f"second-{number}"
        cell.source = "check = True"
        cell.metadata["nbgrader"] |= {"points": 500, "locked": False, "solution": number % 2 == 0}
    own = new_code_cell("check", metadata={"nbgrader": dict(grader(tests[0])) | {"grade_id": "bonus", "points": 900}})
    for cell in notebook.cells:
        if grader(cell).get("grade"):
            cell.metadata["nbgrader"] |= {"points": -5, "checksum": "0", "schema_version": 99, "cell_type": "raw"}
    again = copy(notebook).cells[:3]
    for number, cell in enumerate(again):
        cell.id = f"again-{number}"
    notebook.cells = [*tests, own, *notebook.cells, *again]
    notebook.metadata["nbgrader"] = {"score": 100, "max_score": 100}
    put(notebook, entry / f"{problem_set.name}.ipynb")
