"""A wrong answer, and what must be said to it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from weightinit.grading import MISTAKES


@dataclass(frozen=True)
class Wrong:
    """A wrong answer, and what must be said to it.

    Attributes
    ----------
    cell : str
        grade_id of the answer.
    source : str
        The wrong answer; it may be indented.
    mistake : str
        The name by which it must be called, a key of `weightinit.grading.MISTAKES`. By default that of a mistake which
        only its own test knows.
    phrase : str
        Part of what is said; by default the message of the mistake.
    credit : float
        Share of the test's points that is left; by default that of the mistake.
    test : str
        grade_id of the test that finds it; by default the one of the cell.
    """

    cell: str
    source: str
    mistake: str = "wrong_value"
    phrase: str | None = None
    credit: float | None = None
    test: str | None = None

    def __post_init__(self):
        known = MISTAKES[self.mistake]
        defaults = {"phrase": known.message, "credit": known.credit, "test": f"{self.cell}-test"}
        for name, default in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, default)
        object.__setattr__(self, "source", textwrap.dedent(self.source).strip() + "\n")
