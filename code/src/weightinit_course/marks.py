"""What marking says: of one cell, of one submission, and of one student."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from weightinit_course.submissions import Submission


@dataclass(frozen=True)
class CellMark:
    """The mark of one task.

    Attributes
    ----------
    points : float or None
        None where a person marks.
    of : float
        What a right answer gets.
    report : str
        What the student reads.
    mistakes : tuple of str
        Names of what is wrong (`Finding.name`): keys of `weightinit.grading.MISTAKES`, or first words of what is said.
    blank : bool
        A written answer that was left as it was released: there is nothing for a person to mark.
    """

    points: float | None
    of: float
    report: str = ""
    mistakes: tuple[str, ...] = ()
    blank: bool = False


@dataclass(frozen=True)
class Marks:
    """What marking one submission gave.

    Attributes
    ----------
    cells : dict of str to CellMark
        By grade_id.
    remarks : tuple of str
        What was odd in the notebook or in its run.
    protections : tuple of str
        What the process that ran it was locked up with; empty if no process could be started.
    notebook : str
        What to show the student and the marker, as JSON.
    seconds : float
        How long it took.
    stopped : str
        The cause for which its process was stopped (`Stopped.cause`), if something was not run or tested for it.
    """

    cells: dict[str, CellMark]
    remarks: tuple[str, ...]
    protections: tuple[str, ...]
    notebook: str
    seconds: float
    stopped: str = ""

    @property
    def automatic(self) -> float:
        """Points that no person gave."""
        return round(sum(cell.points for cell in self.cells.values() if cell.points is not None), 2)

    @property
    def of(self) -> float:
        """Points that a perfect submission gets."""
        return sum(cell.of for cell in self.cells.values())

    @property
    def by_hand(self) -> float:
        """Points that a person still has to give, at most."""
        return sum(cell.of for cell in self.cells.values() if cell.points is None)

    def to_json(self) -> dict[str, Any]:
        """As plain values, from which `from_json` makes the same again."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Marks:
        """What `to_json` wrote, or json made of it; TypeError, KeyError or AttributeError if it is not whole."""
        cells = {name: CellMark(**(c | {"mistakes": tuple(c["mistakes"])})) for name, c in fields["cells"].items()}
        tuples = {name: tuple(fields[name]) for name in ("remarks", "protections")}
        return cls(**(fields | tuples | {"cells": cells}))


@dataclass(frozen=True)
class Outcome:
    """What became of one submission: marks, or the reason why there are none.

    Attributes
    ----------
    submission : Submission
    marks : Marks or None
    refusal : str or None
        Why it was not marked; None if it was.
    failed : bool
        The reason lies in the marking and not in what was handed in.
    fresh : bool
        The submission was run now; False if its stored marks were taken.
    again : bool
        It must be run again, alone, before its marks count: nothing was stored.
    when : float
        When it was handed in, seconds since 1970; 0 if it was not marked.
    unrecorded : str or None
        Why its marks could not be written into the gradebook.
    unshown : str or None
        Why its page could not be made.
    by_hand : float or None
        Points that a person gave; None while nobody has given any.
    to_mark : float
        Points that a person still has to give or to look at again, at most.
    """

    submission: Submission
    marks: Marks | None = None
    refusal: str | None = None
    failed: bool = False
    fresh: bool = False
    again: bool = False
    when: float = 0.0
    unrecorded: str | None = None
    unshown: str | None = None
    by_hand: float | None = None
    to_mark: float = 0.0

    @property
    def student(self) -> str:
        """Whose it is."""
        return self.submission.student

    @property
    def whole(self) -> bool:
        """All was done that could be done: what is wrong, if anything, is wrong with what was handed in."""
        return not self.failed and self.unrecorded is None

    @property
    def status(self) -> str:
        """In a few words."""
        if self.marks is None:
            return f"not marked: {self.refusal}"
        return "marked" if self.unrecorded is None else f"marked, but not recorded: {self.unrecorded}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that is odd, about the file and in it."""
        unshown = (f"its page could not be made: {self.unshown}",) if self.unshown else ()
        return self.submission.remarks + (self.marks.remarks if self.marks else ()) + unshown
