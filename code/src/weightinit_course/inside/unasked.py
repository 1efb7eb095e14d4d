"""Stands in the jail in the place of `weightinit.grading`: the same names, and nothing that knows an answer.

Checks are made outside, where the submission cannot ask them. A notebook that calls one while it is marked goes on.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "MISTAKES",
    "Finding",
    "Report",
    "alternative",
    "check_function",
    "check_number",
    "check_orthogonal",
    "check_sampler",
    "check_that",
]

MISTAKES: dict[str, Any] = {}


class Report:
    """What a check returns here: nothing was looked at.

    >>> Report("my task") & Report("another")
    • my task: checks are not run while you are marked
    """

    ok, credit = True, 1.0
    findings = mistakes = seen = ()

    def __init__(self, title: Any = "", *_: Any, **__: Any):
        self.title = title

    def __and__(self, other: Any) -> Report:
        return self

    __rand__ = __and__

    def __repr__(self) -> str:
        return f"• {self.title}: checks are not run while you are marked"


class Finding:
    """Nothing was found."""

    mistake, message, credit = "", "", 1.0

    def __init__(self, *_: Any, **__: Any):
        pass

    named = of_error = raised = classmethod(lambda cls, *_, **__: cls())


def check_number(title: Any = "", *_: Any, **__: Any) -> Report:
    """Look at nothing."""
    return Report(title)


check_function = check_that = check_number


def check_sampler(sampler: Any = None, *_: Any, title: Any = None, **__: Any) -> Report:
    """Look at nothing."""
    return Report(title or getattr(sampler, "__name__", "sampler"))


check_orthogonal = check_sampler


def alternative(*_: Any, **__: Any) -> None:
    """Foresee nothing."""
