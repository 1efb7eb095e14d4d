"""What a check found, in a form that a learner can read and the marking can add up."""

from __future__ import annotations

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
    >>> Finding.named("wrong_std", "Measured 0.2, asked for 0.1.").message
    'The standard deviation is wrong. Measured 0.2, asked for 0.1.'
    """

    mistake: str
    message: str
    credit: float

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

    Attributes
    ----------
    title : str
        What was checked.
    findings : tuple of Finding
        Empty if all is right.
    seen : tuple of str
        What was measured, a line each.

    Examples
    --------
    >>> right = Report("first task", seen=("std 0.1",))
    >>> wrong = Report("second task", (Finding("wrong_value", "Look again.", 0.5),))
    >>> right & wrong
    ✗ first task; second task
        Look again.
    >>> (right & wrong).credit
    0.5
    """

    title: str
    findings: tuple[Finding, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """True if nothing is wrong."""
        return not self.findings

    @property
    def credit(self) -> float:
        """Share of the points, 0 to 1: that of the worst finding."""
        return min((finding.credit for finding in self.findings), default=1.0)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Names of what is wrong."""
        return tuple(finding.mistake for finding in self.findings)

    def __and__(self, other: Report) -> Report:
        if not isinstance(other, Report):
            return NotImplemented
        titles = self.title if other.title == self.title else f"{self.title}; {other.title}"
        known = {_same(finding) for finding in self.findings}
        new = tuple(finding for finding in other.findings if _same(finding) not in known)
        return Report(titles, self.findings + new, self.seen + other.seen)

    def __repr__(self) -> str:
        if self.ok:
            return "\n".join([f"✓ {self.title}", *(f"    {line}" for line in self.seen)])
        return "\n".join([f"✗ {self.title}", *(f"    {finding.message}" for finding in self.findings)])


def _same(finding: Finding) -> tuple[str, str]:
    """What makes two findings say the same: the table's mistakes differ only in the numbers that were measured."""
    return (finding.mistake, finding.message if finding.mistake == "wrong_value" else "")
