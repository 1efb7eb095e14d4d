"""What a check found, in a form that a learner can read and the marking can add up."""

from __future__ import annotations

import functools
import math
import operator
import re
from dataclasses import dataclass

from weightinit.grading.mistakes import MISTAKES

__all__ = ["Finding", "Report"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    mistake : str
        Its name: a key of `MISTAKES`, or ``"wrong_value"`` for a mistake that only one task knows.
    message : str
        What the learner reads.
    credit : float
        Share of the task's points that such an answer still earns.

    Examples
    --------
    >>> Finding.named("wrong_std", "Measured 0.2.").message
    'The standard deviation is wrong. Measured 0.2.'
    """

    mistake: str
    message: str
    credit: float

    @property
    def name(self) -> str:
        """By what a table calls it: its key, or the first words of what only one task says.

        >>> Finding("wrong_value", "relu_std: this is the variance; take its square root.", 0.65).name
        'relu-std-this-is-the-variance-take-its'
        >>> Finding.named("wrong_value", "You have 3.2.").name
        'wrong_value'
        """
        if self.mistake != "wrong_value" or self.message.startswith(MISTAKES["wrong_value"].message):
            return self.mistake
        return "-".join(re.findall(r"[^\W_]+", self.message.lower())[:8]) or self.mistake

    @classmethod
    def named(cls, mistake: str, detail: str = "") -> Finding:
        """A mistake of the table, with what was seen."""
        known = MISTAKES[mistake]
        return cls(mistake, f"{known.message} {detail}".strip(), known.credit)

    @classmethod
    def of_error(cls, kind: str, message: str) -> Finding:
        """An error of the learner's code, told by the name of its class and its message.

        >>> Finding.of_error("NotImplementedError", "").message
        'It is not answered yet.'
        >>> Finding.of_error("NameError", "name 'shap' is not defined").message
        "It stops with an error. NameError: name 'shap' is not defined"
        """
        if kind == "NotImplementedError":
            return cls.named("unanswered")
        return cls.named("raises", f"{kind}: {message}"[:300])

    @classmethod
    def raised(cls, error: BaseException) -> Finding:
        """An error that a call of an answer raised; one that comes from another process brings its own `finding`."""
        brought = getattr(error, "finding", None)
        return brought if isinstance(brought, cls) else cls.of_error(type(error).__name__, str(error))


@dataclass(frozen=True)
class Report:
    """Result of one or several checks; `a & b` joins two.

    A printed report has a line for each check, with one of three signs: ✓ it is right, ✗ something is wrong, • it was
    received, and nobody has looked yet whether it is right.

    Attributes
    ----------
    title : str
        What was checked. A report without a title is a start for a loop: joined to others it is not told.
    findings : tuple of Finding
        Empty if nothing is wrong.
    seen : tuple of str
        What was measured, a line each.
    received : bool, default False
        Nothing was compared: the answer is of the right kind, no more.
    joined : tuple of Report
        The checks of which this is the whole; empty if it is one.

    Examples
    --------
    >>> right = Report("first task", seen=("standard deviation 0.1",))
    >>> wrong = Report("second task", (Finding("wrong_value", "Look again.", 0.5),))
    >>> right & wrong & Report("third task", seen=("received 43.2",), received=True)
    ✓ first task
        standard deviation 0.1
    ✗ second task
        Look again.
    • third task: received 43.2 (marked after you hand in)
    >>> (right & wrong).credit
    0.5
    """

    title: str
    findings: tuple[Finding, ...] = ()
    seen: tuple[str, ...] = ()
    received: bool = False
    joined: tuple[Report, ...] = ()

    @property
    def ok(self) -> bool:
        """True if nothing is wrong."""
        return not self.findings

    @property
    def credit(self) -> float:
        """Share of the points, 0 to 1: the product over what is wrong, so that nothing is paid for a worthless answer.

        A mistake costs once, whatever number of checks find it.
        """
        return math.prod({_same(finding): finding.credit for finding in self.findings}.values(), start=1.0)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Names of what is wrong."""
        return tuple(finding.mistake for finding in self.findings)

    @property
    def checks(self) -> tuple[Report, ...]:
        """The checks one by one."""
        return self.joined or (self,)

    @property
    def compared(self) -> Report:
        """The report without what was only received, which the marking need not tell.

        >>> (Report("right") & Report("a number", seen=("received 3",), received=True)).compared
        ✓ right
        """
        compared = [check for check in self.checks if not check.received]
        return functools.reduce(operator.and_, compared) if compared else self

    def __and__(self, other: Report) -> Report:
        if not isinstance(other, Report):
            return NotImplemented
        checks = tuple(check for check in self.checks + other.checks if check.title)
        known = {_same(finding) for finding in self.findings}
        return Report(
            "; ".join(dict.fromkeys(check.title for check in checks)),
            self.findings + tuple(finding for finding in other.findings if _same(finding) not in known),
            self.seen + other.seen,
            self.received and other.received,
            checks,
        )

    def __repr__(self) -> str:
        lines, told = [], set()
        for title in dict.fromkeys(check.title for check in self.checks):
            checks = [check for check in self.checks if check.title == title]
            judged = [check for check in checks if not check.received]
            found = {_same(finding): finding.message for check in checks for finding in check.findings}
            seen = dict.fromkeys(line for check in judged or checks for line in check.seen)
            if found:
                new = [message for key, message in found.items() if key not in told]
                lines += [f"✗ {title}", *(f"    {message}" for message in new or ["The same as above."])]
                told |= found.keys()
            elif judged:
                lines += [f"✓ {title}", *(f"    {line}" for line in seen)]
            else:
                lines.append(f"• {title}: {', '.join(seen)} (marked after you hand in)")
        return "\n".join(lines)


def _same(finding: Finding) -> tuple[str, str]:
    """What makes two findings say the same: the table's mistakes differ only in the numbers that were measured."""
    return (finding.mistake, finding.message if finding.mistake == "wrong_value" else "")
