"""Run a test cell on the trusted side, with the student's values fetched and the student's functions to call."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from nbformat import NotebookNode

from weightinit import grading
from weightinit.grading import Finding, Report
from weightinit_course.problem_set import ProblemSet, grader
from weightinit_course.sandbox import Function, RemoteError, Sandbox, Stopped


class _Told(Exception):
    """An error of the sandbox on its way through a check, with what the check shall report."""

    def __init__(self, finding: Finding):
        super().__init__(finding.message)
        self.finding = finding


def finding_of(error: Stopped | RemoteError) -> Finding:
    """What a check reports when the student's process ended, or the student's code raised."""
    if isinstance(error, Stopped):
        return Finding.named("stopped", f"What happened: {error}.")
    if error.kind == "WireError":  # a value of a kind that no check knows
        return Finding.named("wrong_type", f"{error.message[:1].upper()}{error.message[1:]}.")
    if error.kind == "NotImplementedError" and error.message:  # the stub's has no message: this one is another's
        return Finding.named("raises", f"{error.kind}: {error.message}"[:300])
    return Finding.of_error(error.kind, error.message)


def _telling(function: Function) -> Callable[..., Any]:
    """A student's function as the checks call it."""

    def told(*arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        except (Stopped, RemoteError) as error:
            raise _Told(finding_of(error)) from None

    told.__name__ = function.__name__
    return told


def judge(test: NotebookNode, problem_set: ProblemSet, sandbox: Sandbox) -> Report:
    """What a test says of the names that the sandbox holds."""
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
        return failed(Finding.named("wrong_type", f"{wanted}: {error.message}."))
    except Stopped as error:
        return failed(finding_of(error))
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
