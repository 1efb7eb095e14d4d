"""Mark one submission: run its cells in a sandbox, its tests here, and write down what came out."""

from __future__ import annotations

import ast
import base64
import builtins
import math
import re
import time
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from weightinit import grading
from weightinit_course.course import ProblemSet, grader, is_test, is_written
from weightinit_course.sandbox import Limits, RemoteError, Sandbox, Stopped
from weightinit_course.submissions import assemble

Result = dict[str, Any]
# A student's Markdown is shown to the marker: no tag of it may become one.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def mark(
    notebook: NotebookNode,
    problem_set: ProblemSet,
    remarks: list[str],
    toolbox: Path,
    *,
    limits: Limits | None = None,
    slot: int = 0,
    hidden: tuple[Path, ...] = (),
) -> Result:
    """Mark a submitted notebook.

    Returns
    -------
    dict
        ``cells``: grade_id → {"points", "of", "report", "mistakes"}, points None where a person marks; ``remarks``;
        ``active``: the protections; ``notebook``: what to show the student and the marker, as JSON; ``seconds``.
    """
    start = time.perf_counter()
    remarks = list(remarks)
    cells = assemble(notebook, problem_set, remarks)
    tests = {grader(cell)["grade_id"]: cell for cell in problem_set.notebook.cells if is_test(cell)}
    marks: dict[str, dict[str, Any]] = {}
    ended: Stopped | None = None
    sandbox, active = None, []
    try:
        try:
            sandbox = Sandbox(toolbox, limits or Limits(), slot=slot, hidden=hidden)
            active = sandbox.active
        except Stopped as error:
            ended = error
        for number, cell in enumerate(cells, 1):
            name = grader(cell).get("grade_id")
            if is_test(cell):
                report = judge(tests[name], problem_set, sandbox, ended)
                points = float(grader(tests[name])["points"])
                marks[name] = {
                    "points": round(points * report.credit, 2),
                    "of": points,
                    "report": repr(report),
                    "mistakes": list(report.mistakes),
                }
                cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=repr(report))]
            elif cell.cell_type == "code" and ended is None:
                try:
                    answer = sandbox.run(cell.source)
                    cell.outputs = outputs(answer)
                    _remark_on(answer, number, name, remarks)
                except RemoteError as error:
                    cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text=str(error))]
                except Stopped as error:
                    ended = error
                    remarks.append(f"stopped in code cell {number}{f' ({name})' if name else ''}: {error}")
                    cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text=f"Stopped here: {error}.")]
            elif cell.cell_type == "markdown":
                if is_written(cell):
                    blank = grader(cell).get("checksum") == compute_checksum(cell)
                    marks[name] = {
                        "points": 0.0 if blank else None,
                        "of": float(grader(cell)["points"]),
                        "report": "No response." if blank else "",
                        "mistakes": ["unanswered"] if blank else [],
                    }
                if not grader(cell).get("locked", False):
                    cell.source = _TAG.sub("&lt;", cell.source)
    finally:
        if sandbox is not None:
            sandbox.close()
    shown = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": problem_set.notebook.metadata["kernelspec"]})
    for number, cell in enumerate(shown.cells):
        cell.id = f"cell-{number}"
    return {
        "cells": marks,
        "remarks": remarks,
        "active": active,
        "notebook": nbformat.writes(shown),
        "seconds": round(time.perf_counter() - start, 2),
    }


def judge(
    test: NotebookNode, problem_set: ProblemSet, sandbox: Sandbox | None, ended: Stopped | None
) -> grading.Report:
    """Run a test cell here, with the student's values fetched and the student's functions as proxies."""
    title = grader(test)["grade_id"].removesuffix("-test")

    def failed(mistake: str, detail: str = "") -> grading.Report:
        return grading.Report(title, (grading.Finding.named(mistake, detail),))

    if ended is not None or sandbox is None:
        return grading.Report(title, (ended.finding,) if ended else ())
    namespace: dict[str, Any] = {
        "np": np,
        "numpy": np,
        "math": math,
        "grading": grading,
        "VARIANT": dict(problem_set.variant),
    }
    code = compile(test.source, title, "exec")
    try:
        for name in sorted(wanted_names(test.source) - set(namespace)):
            namespace[name] = sandbox.look_up(name)
    except NameError as error:
        return failed("unanswered", f"There is no {error.args[0]!r}.")
    except RemoteError as error:
        return failed("wrong_type", str(error))
    except Stopped as error:
        return grading.Report(title, (error.finding,))
    try:
        exec(code, namespace)  # our own test, from the source notebook
    except (Stopped, RemoteError) as error:
        return grading.Report(title, (error.finding,))
    except Exception as error:  # an answer of a kind that the test did not foresee
        return failed("wrong_type", f"The test could not use it: {type(error).__name__}: {error}"[:300])
    check = namespace.get("check")
    if not isinstance(check, grading.Report):
        raise TypeError(f"{grader(test)['grade_id']}: the test must end with a Report called check, got {check!r}")
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


def _remark_on(answer: dict[str, Any], number: int, name: str | None, remarks: list[str]) -> None:
    problem = answer.get("problem")
    if isinstance(problem, dict) and problem.get("kind") not in (None, "NotImplementedError"):
        where = f"code cell {number}" + (f" ({name})" if name else "")
        remarks.append(f"{where} ended with {str(problem.get('kind'))[:60]}: {str(problem.get('message'))[:200]}")
