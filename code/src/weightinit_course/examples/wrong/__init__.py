"""Wrong answers that students give, and what the marking must say to each; demonstration class and tests use them.

One module a problem set, each with a dictionary `WRONG`: name → `Wrong`.
"""

from __future__ import annotations

import importlib

from weightinit_course.examples.wrong.record import Wrong


def wrong_answers(problem_set: str) -> dict[str, Wrong]:
    """All foreseen wrong answers of a problem set."""
    return importlib.import_module(f"{__name__}.{problem_set}").WRONG
