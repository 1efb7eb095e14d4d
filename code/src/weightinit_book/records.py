"""Rows of the reference pages *Replications* and *Errata*: a cell adds one, and code computes its verdict.

A row compares a number that somebody printed with an interval of ours over seeds, or with a number that was computed. What
is decided here is only whether the two meet, so that no verdict is typed.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from weightinit.intervals import check_samples, interval

CONFIDENCE = 0.999
COARSEST = 0.1  # half-width of an interval over the number that it is compared with: beyond it, more seeds
LOOSE = "; 10 % off would, too"  # few digits, or a single run: agreement says little
ROUNDING = 8 * np.finfo(float).eps  # what float64 loses on the way to a number of 16 digits
TIMES = ("at once", "seconds")  # below half a second, below ten seconds; measured once, on two cores


def number(value: float, digits: int = 3) -> str:
    """A number with so many significant digits: 0.849, -15.0, 1.67e+04.

    A whole number below a thousand is printed as such.

    >>> number(0.84883), number(1.7138588, 6), number(16723.0), number(8.0)
    ('0.849', '1.71386', '1.67e+04', '8')
    """
    if value == round(value) and abs(value) < 1000:
        return str(round(value))
    text = f"{float(value):#.{digits}g}" if 1e-3 <= abs(value) < 1e4 else f"{float(value):.{digits - 1}e}"
    return text.rstrip(".")


def half_unit(text: str) -> float:
    """Half a unit in the last digit that was printed.

    >>> half_unit("0.8"), half_unit("1.7e4"), half_unit("20")
    (0.05, 500.0, 0.5)
    """
    mantissa, _, exponent = text.lower().partition("e")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


@dataclass(frozen=True)
class Ours:
    """What we found: a number, or an interval over seeds.

    Attributes
    ----------
    center, low, high : float
        A computed number has all three alike.
    seeds : int
        0 for a computed number.
    one_run : bool
        Whether the interval is the one in which a single further run lies, instead of the mean of all.
    """

    center: float
    low: float
    high: float
    seeds: int = 0
    one_run: bool = False

    @classmethod
    def of(cls, found: ArrayLike, *, statistic: str = "mean", one_run: bool = False) -> Ours:
        """From a number, or from samples with one value a seed."""
        if np.ndim(found) == 0:
            return cls(*[float(found)] * 3)
        samples = check_samples(found, "found")
        if one_run:
            logs = statistic == "geometric_mean"
            values = np.log(samples) if logs else samples
            n = len(values)
            half = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * values.std(ddof=1) * math.sqrt(1 + 1 / n)
            limits = [float(values.mean() + sign * half) for sign in (0, -1, 1)]
            return cls(*(np.exp(limits) if logs else limits), seeds=n, one_run=True)
        there = interval(samples, confidence=CONFIDENCE, statistic=statistic)
        return cls(float(there.center), float(there.low), float(there.high), seeds=len(samples))

    def text(self, digits: int = 3) -> str:
        """As it is printed: 0.849 ± 0.00012, or a computed number, or where one run lies."""
        if self.one_run:
            return f"{number(self.low, digits)} to {number(self.high, digits)}"
        if not self.seeds:
            return number(self.center, digits)
        return f"{number(self.center, digits)} ± {number((self.high - self.low) / 2, 2)}"

    def meets(self, value: float, slack: float) -> bool:
        """Whether some number of the interval is as near to `value` as that: what an exact law asks for."""
        return self.low - slack <= value <= self.high + slack

    def within(self, value: float, slack: float) -> bool:
        """Whether all of the interval is as near to `value` as that: what a limit asks for."""
        return value - slack <= self.low and self.high <= value + slack


def difference(ours: float, theirs: float) -> str:
    """How far a number is from a printed one, in the fewest words.

    >>> difference(1.02, 1.0), difference(0.08, 0.02), difference(0.1, 1.0)
    ('2 % more', '4 times', '1/10')
    """
    ratio = ours / theirs
    if ratio >= 1.9:
        return f"{ratio:.3g} times"
    if 0 < ratio <= 1 / 1.9:
        return f"1/{1 / ratio:.3g}"
    return f"{100 * abs(ratio - 1):.2g} % {'more' if abs(ours) > abs(theirs) else 'less'}"


def typeset(text: str) -> str:
    """A text of a row as HTML: powers and the two fans with their small letters, a real minus sign.

    >>> typeset("1.7e+04 < 2^-6"), typeset("-0.3/n_in")
    ('1.7·10<sup>4</sup> &lt; 2<sup>−6</sup>', '−0.3/n<sub>in</sub>')
    """
    text = re.sub(r"(?<=\d)e([+-]?\d+)", lambda found: f"·10^{int(found[1])}", html.escape(text, quote=False))
    text = re.sub(r"\^(-?\d+)", r"<sup>\1</sup>", text)
    text = re.sub(r"\bn_(in|out)\b", r"n<sub>\1</sub>", text)
    return re.sub(r"(?<![\w.-])-(?=[\d./lN])", "−", text)


@dataclass
class Row:
    """A row of the table at the top of a page: what leads to its section, what stands below and behind it."""

    name: str
    title: str
    notes: tuple[str, ...]
    cells: dict[str, str]
    good: bool


@dataclass
class Page:
    """All rows of a page, in the order of its cells."""

    first: str
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)

    def _add(self, row: Row) -> None:
        if row.name in {other.name for other in self.rows}:
            raise ValueError(f"name must be new on this page, got {row.name!r} again")
        self.rows.append(row)

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{name}</th>' for name in (self.first, *self.columns))
        lines = [f'<table class="wi-records"><thead><tr>{heads}</tr></thead><tbody>']
        for row in self.rows:
            notes = "".join(f" <small>{typeset(note)}</small>" for note in row.notes if note)
            title = f'<a href="#{row.name}">{typeset(row.title)}</a>{notes}'
            cells = "".join(f'<td data-name="{name}">{typeset(row.cells[name])}</td>' for name in self.columns)
            lines.append(f'<tr{"" if row.good else " class=wi-off"}><th scope="row">{title}</th>{cells}</tr>')
        return "\n".join([*lines, "</tbody></table>"])

    def __repr__(self) -> str:
        lines = [
            f"{row.title} ({'; '.join(filter(None, row.notes))}): {' · '.join(row.cells.values())}" for row in self.rows
        ]
        return "\n".join(lines)


class Replications(Page):
    """The page of published numbers.

    Examples
    --------
    >>> rows = Replications()
    >>> rows.compare("rep-third", "Glorot 2010", "a third", "0.33", 1 / 3)
    published 0.33
    ours      0.333
    comes out
    >>> rows.compare("rep-coarse", "Glorot 2010", "a third", "0.3", 1 / 3)
    published 0.3
    ours      0.333
    comes out; 10 % off would, too
    >>> rows.compare("rep-half", "Somebody", "a half", "0.33", 0.5, why="it is a half")
    published 0.33
    ours      0.500
    differs: 52 % more
    note      it is a half
    """

    def __init__(self) -> None:
        super().__init__("number", ("published", "ours", "verdict"))

    def compare(
        self,
        name: str,
        paper: str,
        what: str,
        published: str | Sequence[str],
        *ours: ArrayLike,
        place: str = "",
        value: float | None = None,
        allowance: float = 0.0,
        statistic: str = "mean",
        one_run: bool = False,
        digits: int = 3,
        time: str = "at once",
        why: str = "",
    ) -> None:
        """Add a row and print its verdict.

        Parameters
        ----------
        name : str
            The name of the section that the row leads to.
        paper, what, place : str
            Who printed the number, of what, and where.
        published : str or sequence of str
            The number as it was printed, ``"1.7e4"``: it stands for all that round to it. A formula, if `value` is given.
        *ours : float, or array of shape (seeds,)
            One for each printed number.
        value : float, optional
            What the formula gives.
        allowance : float
            For what is exact only in a limit: how far ours may be off, relative to the printed number.
        statistic : {"mean", "geometric_mean", "median"}
            As in :func:`weightinit.intervals.interval`.
        one_run : bool
            Whether the printed number came from one run: then it must lie where one run of ours would.
        digits : int
            Significant digits of ours.
        time : {"at once", "seconds"}
            How long the cell takes.
        why : str
            What is known of the difference; printed only if there is one.
        """
        texts = [published] if isinstance(published, str) else list(published)
        if len(texts) != len(ours):
            raise ValueError(f"ours must hold a value for each of {texts}, got {len(ours)}")
        if time not in TIMES:
            raise ValueError(f"time must be one of {TIMES}, got {time!r}")
        found = [Ours.of(one, statistic=statistic, one_run=one_run) for one in ours]
        off, loose = [], []
        for text, one in zip(texts, found, strict=True):
            middle = float(text) if value is None else value
            half = half_unit(text) if value is None else 0.0
            if not one_run and (one.high - one.low) / 2 > COARSEST * abs(middle):
                raise ValueError(f"the interval {one.text()} is too wide to decide on {text}: more seeds")
            slack = half + (allowance + ROUNDING) * abs(middle)
            agrees = one.within if allowance else one.meets
            if not agrees(middle, slack):
                off.append(difference(one.center, middle))
            loose.append(any(agrees(factor * middle, slack) for factor in (0.9, 1.1)))
        said = " and ".join(texts)
        mine = " and ".join(one.text(digits) for one in found)
        print(f"published {said}")
        print(f"ours      {mine}{self._how(found[0], allowance)}")
        verdict = "differs: " + ", ".join(off) if off else "comes out" + LOOSE * all(loose)
        print(verdict)
        if off and why:
            print(f"note      {why}")
        notes = (what, f"{place}; {time}" if place else time)
        self._add(Row(name, paper, notes, {"published": said, "ours": mine, "verdict": verdict}, not off))

    @staticmethod
    def _how(one: Ours, allowance: float) -> str:
        parts = []
        if one.one_run:
            parts.append(f"{100 * CONFIDENCE:g} % of single runs, from {one.seeds} seeds")
        elif one.seeds:
            parts.append(f"{100 * CONFIDENCE:g} %, {one.seeds} seeds")
        if allowance:
            parts.append(f"a limit, within {100 * allowance:.2g} %")
        return f" ({', '.join(parts)})" if parts else ""


class Errata(Page):
    """The page of common errors: each is refuted by a number.

    Examples
    --------
    >>> rows = Errata()
    >>> rows.refute("err-half", "After a ReLU the std is one half", "easily said", 0.5, 0.584, holds=0.584)
    claimed 0.500
    found   0.584
    holds   0.584
    >>> rows.refute("err-two", "Two is two", "easily said", 2.0, 2.0)
    Traceback (most recent call last):
    AssertionError: Two is two: claimed 2, found 2: not refuted
    """

    def __init__(self) -> None:
        super().__init__("claim", ("claimed", "found"))

    def refute(
        self,
        name: str,
        claim: str,
        source: str,
        claimed: float,
        found: ArrayLike,
        *,
        holds: float | None = None,
        allowance: float = 0.0,
        statistic: str = "mean",
        what: str = "",
        digits: int = 3,
    ) -> None:
        """Add a row; stop if what was found does not refute the claim, or does not agree with what holds instead.

        Parameters
        ----------
        name : str
            The name of the section that the row leads to.
        claim, source : str
            What is said, and the address where; "easily said" without one.
        claimed : float
            The number that would be found if the claim were true.
        found : float, or array of shape (seeds,)
            The number computed, or one measurement a seed.
        holds : float, optional
            What holds instead.
        allowance : float
            How far `found` may be from `holds`, relative to it, where that is a limit.
        statistic : {"mean", "geometric_mean", "median"}
            As in :func:`weightinit.intervals.interval`.
        what : str
            What the numbers are, for the printed lines.
        digits : int
            Significant digits.
        """
        one = Ours.of(found, statistic=statistic)
        text = one.text(digits)
        if one.meets(claimed, ROUNDING * abs(claimed)):
            raise AssertionError(f"{claim}: claimed {number(claimed, digits)}, found {text}: not refuted")
        near = one.within if allowance else one.meets
        if holds is not None and not near(holds, (allowance + ROUNDING) * abs(holds)):
            raise AssertionError(f"{claim}: holds {number(holds, digits)}, found {text}: not what holds")
        if what:
            print(what)
        print(f"claimed {number(claimed, digits)}")
        print(f"found   {text}{Replications._how(one, 0.0)}")
        if holds is not None:
            print(
                f"holds   {number(holds, digits)}{f' (a limit, within {100 * allowance:.2g} %)' if allowance else ''}"
            )
        self._add(Row(name, claim, (what, source), {"claimed": number(claimed, digits), "found": text}, True))
