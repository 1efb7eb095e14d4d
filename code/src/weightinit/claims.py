"""Claims: a prediction, a measurement, and a cell that stops when they disagree.

Each function prints one line that carries the label of the equation it checks, in square brackets. The equation ledger
and the tests read these lines; so the label is written exactly as in the text, for example ``eq-xavier-forward``.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit._validation import check_choice, check_number, check_numbers
from weightinit.intervals import STATISTICS, check_samples, interval

__all__ = ["LABEL", "ClaimError", "claim", "claim_exact", "claim_holds", "claim_less", "claim_symbolic"]

LABEL = re.compile(r"eq-[a-z0-9]+(-[a-z0-9]+)*")


class ClaimError(AssertionError):
    """A claim of the book does not hold; the message says what was predicted and what was found.

    Examples
    --------
    >>> claim_exact("eq-half", 0.5, 0.25)
    Traceback (most recent call last):
    weightinit.claims.ClaimError: [eq-half] computed 0.5, expected 0.25: not equal to 1e-09
    """


def _check_label(label: str) -> str:
    if not isinstance(label, str):
        raise TypeError(f"label must be a string such as 'eq-xavier-forward', got {label!r}")
    if not LABEL.fullmatch(label):
        raise ValueError(f"label must look like 'eq-xavier-forward' (lower case, hyphens), got {label!r}")
    return label


def _check_spread(measured: np.ndarray, name: str) -> None:
    """Refuse replicas of which none differs from the first: their interval has width 0, and proves nothing.

    It happens where a sampler sets its own seed, so that "20 seeds" are one; and where nothing is random.
    """
    if np.any(np.all(measured == measured[0], axis=0)):
        raise ValueError(
            f"{name} must differ between its {len(measured)} replicas, got one value over and over: "
            "either the seed is set anew for each, or nothing is random here (then: claim_exact, claim_holds)"
        )


def _broadcast(value, shape: tuple[int, ...], name: str) -> np.ndarray:
    """`value` as a finite float64 array of `shape`."""
    values = check_numbers(value, name)
    try:
        return np.broadcast_to(values, shape)
    except ValueError:
        raise ValueError(f"{name} must broadcast to the shape {shape}, got shape {values.shape}") from None


def _number(value: float, digits: int = 3) -> str:
    return f"{float(value):#.{digits}g}".rstrip(".") if 1e-3 <= abs(value) < 1e4 else f"{float(value):.{digits - 1}e}"


def _say(label: str, what: str, text: str) -> None:
    print(f"✓ [{label}] {what + ': ' if what else ''}{text}")


def _fail(label: str, what: str, text: str) -> None:
    raise ClaimError(f"[{label}] {what + ': ' if what else ''}{text}")


def claim(
    label: str,
    predicted: ArrayLike,
    measured: ArrayLike,
    *,
    what: str = "",
    confidence: float = 0.999,
    statistic: str = "mean",
    resolution: float = 0.1,
    allowance: ArrayLike = 0.0,
) -> None:
    """Assert that a prediction lies in the confidence interval of a measurement over seeds.

    That is the test of an exact law. What is exact only in a limit, of infinite width, is tested by equivalence, with an
    `allowance` stated beforehand: then the whole interval must lie that near to the prediction.

    Parameters
    ----------
    label : str
        Label of the equation, as in the text.
    predicted : array_like
        The number (or one number a layer) that the derivation gives.
    measured : array_like, shape (replicas, ...)
        One measurement a seed, replica axis first; `predicted` is broadcast to the remaining axes.
    what : str, optional
        A few words for the printed line.
    confidence : float, default 0.999
        Coverage of all intervals *together*, at least: with k entries each has the coverage 1 - (1 - confidence)/k.
        Means are taken as nearly normal: skewed samples, such as second moments of deep networks, need many seeds
        or their logarithms, or a true prediction fails more often.
    statistic : {"mean", "geometric_mean", "median"}
        See `weightinit.intervals.interval`.
    resolution : float, default 0.1
        Largest half-width allowed, relative to the prediction. An interval so wide that a wrong formula would pass is
        refused: a claim must be able to fail. What passes is within 2 · resolution of the estimate (of a mean: within
        resolution).
    allowance : array_like, default 0
        For a limit: how far the finite network may be from it, relative to the prediction; of the order of layers/width,
        one number, or one an entry. The interval must lie within it on both sides, so few seeds never help a claim to
        pass. Then `resolution` says nothing more.

    Raises
    ------
    ClaimError
        If a prediction lies outside its interval, or an interval is too wide to decide; with an allowance, if the interval
        is not within it of the prediction.
    ValueError, TypeError
        If an argument is not of the form above, or an entry is the same in all replicas; the message names it.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> claim("eq-mean-square", 2.0, [2 * np.mean(rng.standard_normal(10_000) ** 2) for _ in range(20)])
    ✓ [eq-mean-square] predicted 2.00 · measured 2.00 ± 0.024 (99.9 %, 20 seeds)
    >>> near = 1 + rng.normal(0.01, 0.01, 200)  # the law of large numbers has not quite arrived
    >>> claim("eq-limit", 1.0, near, allowance=0.03)
    ✓ [eq-limit] predicted 1.00 · measured 1.01 ± 0.0024, a limit, within 3 % (99.9 %, 200 seeds)
    """
    _check_label(label)
    measured = check_samples(measured, "measured")
    _check_spread(measured, "measured")
    confidence = check_number(confidence, "confidence", 0, 1, closed="neither")
    check_choice(statistic, "statistic", STATISTICS)
    resolution = check_number(resolution, "resolution", 0, closed="neither")
    predicted = _broadcast(predicted, measured.shape[1:], "predicted")
    allowance = _broadcast(allowance, measured.shape[1:], "allowance")
    if np.any(predicted == 0):
        raise ValueError("predicted must not be 0: a relative resolution needs a scale; use claim_holds or claim_exact")
    if np.any((allowance < 0) | (allowance >= 1)) or (np.any(allowance) and not np.all(allowance)):
        raise ValueError(f"allowance must be 0, or between 0 and 1 at every entry, got {allowance}")

    entries = max(1, predicted.size)
    found = interval(measured, confidence=1 - (1 - confidence) / entries, statistic=statistic)
    scale = np.abs(predicted)
    # How far the prediction is from what was measured: in half-widths (an interval of the median may have the width 0),
    # and of a limit the far end of the interval, in what is allowed.
    if limit := bool(np.any(allowance)):
        coarse = found.half_width > allowance * scale
        distance = np.maximum(abs(found.low - predicted), abs(found.high - predicted)) / (allowance * scale)
        outside = ~coarse & (distance > 1)
    else:
        coarse = found.half_width > resolution * scale
        distance = np.abs(predicted - found.center) / np.maximum(found.half_width, np.finfo(float).tiny)
        outside = ~found.contains(predicted)
    # The entry to report is the one that is farthest. The message is about what lies outside, if anything does, else about
    # what is coarse.
    rank = distance
    if outside.any():
        rank = np.where(outside, distance, -np.inf)
    elif coarse.any():
        rank = found.half_width / scale
    at = np.unravel_index(int(np.argmax(rank)), rank.shape) if rank.ndim else ()
    where = f" at entry {', '.join(str(i + 1) for i in at)} of {entries}" if at else ""
    within = f"within {100 * allowance[at]:.2g} %"
    text = (
        f"predicted {_number(predicted[at])} · measured {_number(found.center[at])} ± {_number(found.half_width[at], 2)}"
        f"{f', a limit, {within}' if limit else ''} ({100 * confidence:.6g} %, {found.n} seeds)"
    )
    if outside.any():
        _fail(label, what, f"{text}: {'not ' + within if limit else 'outside the interval'}{where}")
    if coarse.any():
        most = allowance[at] if limit else resolution
        _fail(label, what, f"{text}: the interval is wider than {most:.3g} of the prediction{where}; more seeds")
    _say(label, what, text + (f"; {entries} intervals, this is the farthest{where}" if at else ""))


def claim_exact(
    label: str, computed: ArrayLike, expected: ArrayLike, *, rtol: float = 1e-9, atol: float = 0.0, what: str = ""
) -> None:
    """Assert that a computed number equals the expected one to a relative tolerance (quadrature, algebra, identities).

    Parameters
    ----------
    label, what : str
        As in `claim`.
    computed, expected : array_like
        Same shape after broadcasting.
    rtol : float, default 1e-9
        Relative tolerance; state what the method should reach, not what makes the line pass.
    atol : float, default 0
        Absolute tolerance, for an expected value of 0. If it is given the printed line names it alone; values that are
        not 0 are compared to `rtol` as well. Without it, what is expected to be 0 must be 0 exactly.

    Raises
    ------
    ClaimError
        If they differ by more than ``atol + rtol * |expected|``.
    ValueError, TypeError
        If an argument is not of the form above; the message names it.

    Examples
    --------
    >>> claim_exact("eq-geometric", sum(0.5**k for k in range(60)), 2.0, what="the sum")
    ✓ [eq-geometric] the sum: 2.00, equal to 1e-09
    """
    _check_label(label)
    rtol, atol = check_number(rtol, "rtol", 0, closed="neither"), check_number(atol, "atol", 0)
    computed, expected = check_numbers(computed, "computed"), check_numbers(expected, "expected")
    try:
        computed, expected = np.broadcast_arrays(computed, expected)
    except ValueError:
        raise ValueError(f"expected must broadcast with {computed.shape}, got shape {expected.shape}") from None
    error = np.abs(computed - expected) - (atol + rtol * np.abs(expected))
    at = np.unravel_index(int(np.argmax(error)), error.shape) if error.ndim else ()
    if error[at] > 0:
        _fail(label, what, f"computed {computed[at]:.10g}, expected {expected[at]:.10g}: not equal to {rtol:.0e}")
    shown = _number(expected.flat[0]) if np.all(expected == expected.flat[0]) else f"{expected.size} values"
    if expected.size > 1 and not shown.endswith("values"):
        shown += f" ({expected.size} values)"
    exactly = not atol and not np.any(expected)  # nothing but 0 is within a share of 0
    _say(label, what, f"{shown}, exactly" if exactly else f"{shown}, equal to {atol or rtol:.0e}")


def claim_symbolic(label: str, left: Any, right: Any, *, what: str = "") -> None:
    """Assert with SymPy that two expressions are identically equal.

    Parameters
    ----------
    label, what : str
        As in `claim`.
    left, right : sympy expression
        Or what `sympy.sympify` makes one of.

    Raises
    ------
    ClaimError
        If the difference does not simplify to 0.
    ValueError, TypeError
        If the label is not of the form of a label.

    Examples
    --------
    >>> claim_symbolic("eq-square", "(a + b)**2", "a**2 + 2*a*b + b**2")
    ✓ [eq-square] (a + b)**2 = a**2 + 2*a*b + b**2, symbolically
    """
    import sympy

    _check_label(label)
    left, right = sympy.sympify(left), sympy.sympify(right)
    difference = sympy.simplify(sympy.expand(left - right))
    if difference != 0:
        _fail(label, what, f"{left} is not {right}; they differ by {difference}")
    _say(label, what, f"{sympy.sstr(left)} = {sympy.sstr(right)}, symbolically")


def claim_holds(label: str, holds: ArrayLike, *, what: str) -> None:
    """Assert that a statement holds for every seed.

    Parameters
    ----------
    label : str
        As in `claim`.
    holds : array_like of bool, shape (replicas,) or ()
        The truth of the statement, a seed at a time.
    what : str
        The statement in words.

    Raises
    ------
    ClaimError
        If it fails for a seed.
    TypeError
        If `holds` is not boolean.

    Examples
    --------
    >>> claim_holds("eq-square-positive", np.arange(-3, 4) ** 2 >= 0, what="a square is not negative")
    ✓ [eq-square-positive] a square is not negative: holds for all 7 seeds
    """
    _check_label(label)
    holds = np.asarray(holds)
    if holds.dtype != bool or holds.size == 0:
        raise TypeError(f"holds must be a boolean or an array of booleans, got {holds!r}")
    if not holds.all():
        _fail(label, what, f"holds for only {int(holds.sum())} of {holds.size}")
    _say(label, what, "holds" if holds.ndim == 0 else f"holds for all {holds.size} seeds")


def claim_less(label: str, smaller: ArrayLike, larger: ArrayLike, *, what: str, confidence: float = 0.999) -> None:
    """Assert that one measurement lies below another (or below a number), by a paired interval over seeds.

    Parameters
    ----------
    label, what : str
        As in `claim`.
    smaller, larger : array_like, shape (replicas,) or ()
        At least one is measured over seeds; where both are, replica r of one is paired with replica r of the other.
    confidence : float, default 0.999
        Coverage of the two-sided interval of the mean difference.

    Raises
    ------
    ClaimError
        If the interval of ``larger - smaller`` does not lie above 0.
    ValueError, TypeError
        If an argument is not of the form above, or the difference is the same in all replicas.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> claim_less("eq-louder", rng.normal(1, 0.1, 20), rng.normal(2, 0.1, 20), what="one lies below two")
    ✓ [eq-louder] one lies below two: 0.982 < 2.01 (99.9 %, 20 seeds)
    """
    _check_label(label)
    smaller, larger = check_numbers(smaller, "smaller"), check_numbers(larger, "larger")
    if smaller.ndim > 1 or larger.ndim > 1 or (smaller.ndim and larger.ndim and smaller.size != larger.size):
        raise ValueError(f"smaller and larger must have one value a seed, got {smaller.shape} and {larger.shape}")
    difference = check_samples(larger - smaller, "larger - smaller")
    _check_spread(difference, "larger - smaller")
    found = interval(difference, confidence=confidence)
    text = f"{_number(smaller.mean())} < {_number(larger.mean())}"
    if not found.low > 0:
        _fail(label, what, f"{text} is not established: the difference may be {_number(found.low)}")
    _say(label, what, f"{text} ({100 * confidence:.6g} %, {found.n} seeds)")
