"""Mark one submission: run its cells in a sandbox, its tests here, and write down what came out."""

from __future__ import annotations

import ast
import base64
import builtins
import math
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from weightinit import grading
from weightinit.grading import Finding, Report
from weightinit_course.marks import CellMark, Marks, writable
from weightinit_course.problem_set import ProblemSet, grader, is_test, is_written
from weightinit_course.sandbox import Function, Limits, RemoteError, Sandbox, Stopped
from weightinit_course.submissions import Refused, assemble
from weightinit_course.toolbox import masked

# A student's Markdown is shown to the marker: no tag of it may become one.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def mark_submission(
    notebook: NotebookNode,
    problem_set: ProblemSet,
    toolbox: Path,
    *,
    limits: Limits | None = None,
    isolate: bool = True,
) -> Marks:
    """Mark a submitted notebook; `Refused` if no process can be started for it.

    Without `isolate`, it runs without a room of its own (`Sandbox`).
    """
    start = time.perf_counter()
    cells, remarks = assemble(notebook, problem_set)
    tests = {grader(cell)["grade_id"]: cell for cell in problem_set.notebook.cells if is_test(cell)}
    marks: dict[str, CellMark] = {}
    try:
        sandbox = Sandbox(toolbox, limits, masked=masked(problem_set), isolate=isolate)
    except Stopped as error:
        raise Refused(f"{error}; mark again") from None
    with sandbox:
        running = True
        for number, cell in enumerate(cells, 1):
            name = grader(cell).get("grade_id")
            if is_test(cell):
                report = judge(tests[name], problem_set, sandbox)
                marks[name] = _automatic_mark(report, grader(tests[name])["points"])
                cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=repr(report))]
            elif cell.cell_type == "code" and running:
                where = f"code cell {number}" + (f" ({name})" if name else "")
                cell.outputs, odd, running = _run(cell.source, sandbox, where)
                remarks += odd
            elif cell.cell_type == "markdown":
                if is_written(cell):
                    marks[name] = _written_mark(cell)
                if not grader(cell).get("locked", False):
                    cell.source = _TAG.sub("&lt;", cell.source)
                    if "attachment:" in cell.source:  # nbconvert shows no page at all if one is missing
                        cell.source = cell.source.replace("attachment:", "attached-")
                        where = f"cell {number}" + (f" ({name})" if name else "")
                        remarks.append(f"{where} shows an attached picture; look at it in what was handed in")
    shown = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": problem_set.notebook.metadata["kernelspec"]})
    for number, cell in enumerate(shown.cells):
        cell.id = f"cell-{number}"
    return Marks(
        cells=marks,
        remarks=tuple(remarks),
        protections=sandbox.protections,
        notebook=writable(nbformat.writes(shown)),
        seconds=round(time.perf_counter() - start, 2),
    )


def _automatic_mark(report: Report, points: float) -> CellMark:
    return CellMark(round(float(points) * report.credit, 2), float(points), repr(report), report.mistakes)


def _written_mark(cell: NotebookNode) -> CellMark:
    """A person marks it, unless it was left as it was released."""
    points = float(grader(cell)["points"])
    if grader(cell).get("checksum") == compute_checksum(cell):
        return CellMark(0.0, points, mistakes=("unanswered",), blank=True)
    return CellMark(None, points)


def _run(source: str, sandbox: Sandbox, where: str) -> tuple[list[NotebookNode], list[str], bool]:
    """Outputs of a cell, remarks, and whether the process still runs."""
    try:
        answer = sandbox.run(source)
    except RemoteError as error:
        return [nbformat.v4.new_output("stream", name="stderr", text=str(error))], [], True
    except Stopped as error:
        shown = nbformat.v4.new_output("stream", name="stderr", text=f"Stopped here: {error}.")
        return [shown], [f"stopped in {where}: {error}"], False
    remarks, problem = [], answer.get("problem")
    if isinstance(problem, dict) and problem.get("kind") not in (None, "NotImplementedError"):
        remarks = [f"{where} ended with {str(problem.get('kind'))[:60]}: {str(problem.get('message'))[:200]}"]
    return outputs(answer), remarks, True


# ---- tests ----------------------------------------------------------------------------------------------------------
class _Told(Exception):
    """An error of the sandbox on its way through a check, with what the check shall report."""

    def __init__(self, finding: Finding):
        super().__init__(finding.message)
        self.finding = finding


def _finding(error: Stopped | RemoteError) -> Finding:
    """What a check reports when the student's process ended, or the student's code raised."""
    if isinstance(error, RemoteError):
        return Finding.of_error(error.kind, error.message)
    return Finding.named("stopped", f"What happened: {error}.")


def _telling(function: Function) -> Callable[..., Any]:
    """A student's function as the checks call it."""

    def told(*arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        except (Stopped, RemoteError) as error:
            raise _Told(_finding(error)) from None

    told.__name__ = function.__name__
    return told


def judge(test: NotebookNode, problem_set: ProblemSet, sandbox: Sandbox) -> Report:
    """Run a test cell here, with the student's values fetched and the student's functions as something to call."""
    name = grader(test)["grade_id"]
    title = name.removesuffix("-test")

    def failed(finding: Finding) -> Report:
        return Report(title, (finding,))

    namespace: dict[str, Any] = {
        "np": np,
        "numpy": np,
        "math": math,
        "grading": grading,
        "VARIANT": dict(problem_set.variant),
    }
    code = compile(test.source, title, "exec")
    try:
        for wanted in sorted(wanted_names(test.source) - set(namespace)):
            answer = sandbox.look_up(wanted)
            namespace[wanted] = _telling(answer) if isinstance(answer, Function) else answer
    except NameError as error:
        return failed(Finding.named("unanswered", f"There is no {error.args[0]!r}."))
    except RemoteError as error:
        return failed(Finding.named("wrong_type", str(error)))
    except Stopped as error:
        return failed(_finding(error))
    try:
        exec(code, namespace)  # our own test, from the source notebook
    except _Told as error:
        return failed(error.finding)
    except Exception as error:  # an answer of a kind that the test did not foresee
        detail = f"The test could not use it: {type(error).__name__}: {error}"[:300]
        return failed(Finding.named("wrong_type", detail))
    check = namespace.get("check")
    if not isinstance(check, Report):
        raise TypeError(f"{name}: the test must end with a Report called check, got {check!r}")
    return check


def wanted_names(source: str) -> set[str]:
    """Names that a cell uses and does not define itself."""
    used, defined = set(), set(dir(builtins))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined.add(node.name)
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, ast.alias):
            defined.add((node.asname or node.name).split(".")[0])
    return used - defined


# ---- what is shown --------------------------------------------------------------------------------------------------
def outputs(answer: dict[str, Any]) -> list[NotebookNode]:
    """What a cell printed and showed, as notebook outputs that can hold no script."""
    found = []
    items = answer.get("outputs")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        if isinstance(item.get("stream"), str):
            found.append(nbformat.v4.new_output("stream", name="stdout", text=item["stream"][:20_000]))
            continue
        data = {"text/plain": str(item.get("text/plain", ""))[:20_000]}
        picture = _picture(item)
        if picture:
            data["text/html"] = picture
        found.append(nbformat.v4.new_output("display_data", data=data))
    return found


def _picture(item: dict[str, Any]) -> str | None:
    """An <img> with the picture inside: there, nothing in it can run."""
    for kind in ("image/svg+xml", "image/png"):
        data = item.get(kind)
        if not isinstance(data, str) or len(data) > 500_000:
            continue
        if kind == "image/svg+xml":
            data = base64.b64encode(data.encode()).decode()
        elif not re.fullmatch(r"[A-Za-z0-9+/=\s]+", data):
            continue
        return f'<img alt="a figure of the submission" src="data:{kind};base64,{"".join(data.split())}">'
    return None
