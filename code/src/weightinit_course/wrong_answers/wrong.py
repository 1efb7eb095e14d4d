"""A wrong answer and its mark."""

from __future__ import annotations

from typing import NamedTuple


class Wrong(NamedTuple):
    """A wrong answer and its mark.

    Attributes
    ----------
    cell : str
        grade_id of the answer.
    source : str
        The wrong answer.
    test : str
        grade_id of the test.
    credit : float
        Share of the test's points that is left.
    phrase : str
        Part of the message.
    """

    cell: str
    source: str
    test: str
    credit: float
    phrase: str
