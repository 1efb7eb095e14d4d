"""Checks of numbers and of functions that return numbers."""

from __future__ import annotations

import itertools
import math
import numbers
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from weightinit._validation import check_choice, check_positive
from weightinit.grading.mistakes import MISTAKES
from weightinit.grading.report import Finding, Report

__all__ = ["Alternative", "alternative", "check_function", "check_number", "check_that"]

NEARLY = 0.01  # relative: who comes so close had the right idea, and is asked where the digits were lost


class Alternative(NamedTuple):
    """A wrong answer that was foreseen: the value or function it comes from, and what is reported of who gives it.

    Examples
    --------
    >>> variance = Finding("wrong_value", "This is the variance; the standard deviation was asked for.", 0.5)
    >>> Alternative(0.25, (variance,)).credit
    0.5
    """

    wrong: Any
    findings: tuple[Finding, ...]
    rtol: float | None = None

    @property
    def credit(self) -> float:
        """What it earns."""
        return math.prod(finding.credit for finding in self.findings)


def alternative(
    wrong: Any,
    message: str | None = None,
    credit: float | None = None,
    *,
    mistake: str | Sequence[str] = "wrong_value",
    rtol: float | None = None,
) -> Alternative:
    """Foresee a wrong answer.

    Parameters
    ----------
    wrong : float, array or callable
        The wrong value (`check_number`), or a function that makes the mistake (`check_function`).
    message : str, optional
        What the learner is told.
    credit : float, optional
        Share of the points, by default 0.5. 1 names a mistake that was punished before, where this answer follows rightly from it.
    mistake : str or sequence of str, optional
        Its name, a key of `MISTAKES`, from where message and credit are then taken: several answers of a task that
        make the same mistake are told it once, and pay for it once. Several names are of mistakes made together.
    rtol : float, optional
        How closely `check_function` must find it, by default as closely as the right answer: a mistake that comes near the
        right answer is told from others by its digits.

    Returns
    -------
    Alternative

    Raises
    ------
    ValueError
        If `credit` is not in [0, 1], `rtol` is not positive, `mistake` is not one of those listed, it is given neither a
        name nor a message, or it is given several names and a message or credit of its own.

    Examples
    --------
    >>> doubled = alternative(6.0, "You doubled it.", 0.4)
    >>> check_number("the answer", 6.0, 3.0, alternatives=[doubled]).credit
    0.4
    >>> alternative(1.0, mistake=["half_variance", "gain_forgotten"]).credit
    0.2
    """
    names = (mistake,) if isinstance(mistake, str) else tuple(mistake)
    known = [MISTAKES[check_choice(name, "mistake", tuple(MISTAKES))] for name in names]
    if message is None and "wrong_value" in names:
        raise ValueError("message must say what is wrong, or mistake name it, got neither")
    if len(known) != 1 and (message is not None or credit is not None or not known):
        raise ValueError(f"mistake must be one name where message or credit is given, got {mistake!r}")
    if credit is not None and not 0 <= credit <= 1:
        raise ValueError(f"credit must be in [0, 1], got {credit!r}")
    if rtol is not None:
        check_positive(rtol, "rtol")
    if credit is None and names == ("wrong_value",):
        credit = 0.5
    findings = tuple(
        Finding(each.key, each.message if message is None else message, each.credit if credit is None else credit)
        for each in known
    )
    return Alternative(wrong, findings, rtol)


def check_number(
    title: str,
    value: Any,
    expected: float | None = None,
    *,
    rtol: float = 1e-2,
    alternatives: Sequence[Alternative] = (),
    whole: str | None = None,
    unit: str = "",
) -> Report:
    """Check one number.

    Parameters
    ----------
    title : str
        What the number is.
    value : Any
        The learner's answer, a number of any kind: of Python, numpy, `fractions`, `decimal` or sympy, or an array that
        holds one. `None` or `...` is "not answered yet".
    expected : float, optional
        The right one. Without it only the kind is checked, which is what a visible test may do: the report says that
        the number was received, not that it is right.
    rtol : float, default 0.01
        Relative tolerance.
    alternatives : sequence of Alternative
    whole : str, optional
        The number counts something; this is what a learner reads, at home as well, whose number is not whole.
    unit : str, optional
        What is counted or measured, as in ``"steps"``: told behind the number.

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        If `rtol` is no number.
    ValueError
        If it is not positive.

    Examples
    --------
    >>> check_number("the answer", 3.2, 3.0)
    ✗ the answer
        The value is not right. You have 3.2.
    >>> check_number("the answer", 3.2)
    • the answer: received 3.2 (marked after you hand in)
    """
    check_positive(rtol, "rtol")
    unit = f" {unit}" if unit else ""
    if value is None or value is ...:
        return Report(title, (Finding.named("unanswered"),))
    if isinstance(value, (str, np.str_)):
        detail = f"One real number was asked for, got {_short(value)}. Remove the quotes: then Python computes it."
        return Report(title, (Finding.named("wrong_type", detail),))
    number = None if isinstance(value, (bool, np.bool_)) else _real(value)
    if number is None or number.shape not in ((), (1,)) or number.dtype.kind == "b":
        return Report(title, (Finding.named("wrong_type", f"One real number was asked for, got {_short(value)}."),))
    number = float(number.reshape(()))
    if not math.isfinite(number):
        return Report(title, (Finding.named("not_finite", f"You have {number}."),))
    broken = _no_count(number, whole, unit) if whole else None
    if expected is None:
        if broken:
            return Report(title, (broken,))
        return Report(title, (), (f"received {number:.6g}{unit}",), received=True)
    if math.isclose(number, expected, rel_tol=rtol, abs_tol=1e-300):
        return Report(title, (), (f"{number:.6g}{unit}",))
    close = [known for known in alternatives if math.isclose(number, known.wrong, rel_tol=rtol, abs_tol=1e-300)]
    if close:  # two mistakes may lie within the tolerance of each other
        return Report(title, min(close, key=lambda known: abs(number - known.wrong)).findings)
    if broken:
        return Report(title, (broken,))
    detail = f"You have {number:.6g}{unit}."
    if math.isclose(number, expected, rel_tol=min(10 * rtol, NEARLY)):
        off = abs(number / expected - 1)
        detail += f" That is close, {off:.2g} of it off, and {rtol:.2g} is allowed: was it simulated, or rounded?"
    return Report(title, (Finding.named("wrong_value", detail),))


def check_function(
    title: str,
    function: Callable[..., Any],
    reference: Callable[..., Any] | Sequence[Any],
    cases: Sequence[tuple],
    *,
    rtol: float = 1e-4,
    atol: float = 1e-8,
    alternatives: Sequence[Alternative] = (),
    form_only: bool = False,
    parts: Sequence[str] = (),
    words: Sequence[str] = (),
    told: Sequence[str] = (),
) -> Report:
    """Check a function against a reference on the same inputs.

    Parameters
    ----------
    title : str
    function : callable
        The learner's.
    reference : callable, or sequence of expected results, one a case
    cases : sequence of tuples
        Positional arguments of each call. Arrays are copied before every call.
    rtol, atol : float
        As in `numpy.allclose`. A result may be a number, an array, or a tuple, list or dict of such. For an array a list
        is as good, for a number an array that holds one, and numbers may be of any kind, as in `check_number`.
    alternatives : sequence of Alternative
        Functions that make a foreseen mistake.
    form_only : bool, default False
        Compare kinds and shapes only, which is what a visible test may do where a number would be the answer: the report
        says what was received, not that it is right.
    parts : sequence of str, optional
        What the task calls the parts of the tuple that is returned. They are told by these names, and a tuple that is
        right but for their order is told that.
    words : sequence of str, optional
        The words among which the function chooses: another one is told them.
    told : sequence of str, optional
        What each case is, in words: told in the place of its arguments.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If there is no case, or not one expected result for each, or not one of `told`, or if results have not the
        `parts`. (An error of `function` is reported, not raised.)

    Examples
    --------
    >>> check_function("square", lambda x: 2 * x, lambda x: x**2, [(2.0,), (3.0,)])
    ✗ square
        The value is not right. Case 2 of 2, called with 3: the result is 6, which is too small.
    >>> check_function("square", lambda x: 2 * x, [4.0], [(3.0,)], form_only=True)
    • square: received 6 (marked after you hand in)
    """
    if not cases:
        raise ValueError("cases must hold at least one case, got none")
    expected = [reference(*_copied(case)) for case in cases] if callable(reference) else list(reference)
    if len(expected) != len(cases):
        raise ValueError(f"reference must hold one result for each of the {len(cases)} cases, got {len(expected)}")
    if told and len(told) != len(cases):
        raise ValueError(f"told must say what each of the {len(cases)} cases is, got {len(told)}")
    if parts and any(not isinstance(right, (tuple, list)) or len(right) != len(parts) for right in expected):
        raise ValueError(f"parts must name all parts of every expected result, got {tuple(parts)!r}")
    got = []
    for case in cases:
        try:
            got.append(function(*_copied(case)))
        except Exception as error:
            return Report(title, (_told_of_quotes(Finding.raised(error), words),))
    if form_only:
        rtol, atol = 0.0, math.inf
    problems = [_differ(result, right, rtol, atol, parts=parts) for result, right in zip(got, expected, strict=True)]
    first = next((k for k, problem in enumerate(problems) if problem), None)
    if first is None and form_only:
        return Report(title, (), (f"received {', '.join(map(_told, got))}",), received=True)
    if first is None:
        return Report(title, (), (f"{len(cases)} cases agree" if len(cases) > 1 else "the case agrees",))
    for known in alternatives:
        close = known.rtol or rtol
        if all(not _differ(r, known.wrong(*_copied(c)), close, atol) for r, c in zip(got, cases, strict=True)):
            return Report(title, known.findings)
    if parts and (order := _order(got, expected, rtol, atol)):
        detail = f"You return ({', '.join(parts[k] for k in order)}), asked for: ({', '.join(parts)})."
        return Report(title, (Finding.named("wrong_order", detail),))
    kind, detail = problems[first]
    if got[first] is None:
        detail = "the result is None: is the return missing?"
    if words and not _is_one_of(got[first], words):
        detail += f" Asked for is one of the words {', '.join(map(_quoted, words))}."
    called = f", called with {', '.join(map(_told, cases[first]))}" if cases[first] else ""
    called = f", {told[first]}" if told else called
    return Report(title, (Finding.named(kind, f"Case {first + 1} of {len(cases)}{called}: {detail}"),))


def check_that(title: str, condition: Any, message: str, *, credit: float = 0.0) -> Report:
    """Check a condition that the task states.

    Parameters
    ----------
    title : str
    condition : bool
        A plain bool; anything else is a mistake of the test's author.
    message : str
        What the learner reads if it does not hold.
    credit : float, default 0.0

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        If `condition` is no bool.

    Examples
    --------
    >>> check_that("it trains", 0.3 < 0.1, "The loss must fall below 0.1.")
    ✗ it trains
        The loss must fall below 0.1.
    """
    if not isinstance(condition, (bool, np.bool_)):
        raise TypeError(f"condition must be True or False, got {condition!r}")
    return Report(title, () if condition else (Finding("wrong_value", message, credit),))


def _copied(case: tuple) -> tuple:
    return tuple(value.copy() if isinstance(value, np.ndarray) else value for value in case)


def _no_count(number: float, whole: str, unit: str) -> Finding | None:
    """What is wrong with a number that counts something, whatever it counts."""
    if number < 0:
        return Finding.named("wrong_value", f"You have {number:.6g}{unit}; a count cannot be negative.")
    return Finding("wrong_value", f"{whole} You have {number:.6g}{unit}.", 0.0) if number % 1 else None


def _told_of_quotes(finding: Finding, words: Sequence[str]) -> Finding:
    """An error that comes of a word without quotes is told so."""
    name = re.search(r"NameError: name '(\w+)' is not defined", finding.message)
    if not name or name[1] not in words:
        return finding
    return replace(finding, message=f"{finding.message}. A word needs quotes: write {_quoted(name[1])}.")


def _quoted(word: str) -> str:
    return f'"{word}"'


def _is_one_of(value: Any, words: Sequence[str]) -> bool:
    return type(value) in (str, np.str_) and str(value) in words


def _order(got: Sequence[Any], expected: Sequence[Any], rtol: float, atol: float) -> tuple[int, ...] | None:
    """Which part stands in each place of all results, if these are right but for the order of their parts."""
    for places in itertools.permutations(range(len(expected[0]))):
        if all(_agrees(result, places, right, rtol, atol) for result, right in zip(got, expected, strict=True)):
            return tuple(places.index(k) for k in range(len(places)))
    return None


def _agrees(result: Any, places: Sequence[int], right: Any, rtol: float, atol: float) -> bool:
    """Whether the parts in these places are the right ones."""
    if not isinstance(result, (tuple, list)) or len(result) != len(places):
        return False
    return not _differ([result[place] for place in places], right, rtol, atol)


def _differ(
    got: Any, right: Any, rtol: float, atol: float, where: str = "the result", parts: Sequence[str] = ()
) -> tuple[str, str] | None:
    """None if they agree, or (mistake, detail)."""
    if isinstance(right, dict):
        if not isinstance(got, dict) or set(got) != set(right):
            return "wrong_type", f"{where} must be a dict with the keys {sorted(right)}, got {_short(got)}."
        pairs = [(got[key], right[key], f"{where}[{key!r}]") for key in right]
    elif isinstance(right, (tuple, list)):
        if isinstance(got, np.ndarray) and got.ndim and len(got) == len(right):
            got = list(got)  # an array serves as well as a list; of no bytes, it can have any number of rows
        if not isinstance(got, (tuple, list)) or len(got) != len(right):
            named = f": ({', '.join(parts)})" if parts else ""
            return "wrong_type", f"{where} must have {len(right)} parts{named}, got {_told(got)}."
        pairs = list(zip(got, right, parts or [f"{where}[{k}]" for k in range(len(right))], strict=True))
    else:
        return _differ_array(got, right, rtol, atol, where)
    # kinds and shapes first: they tell more of a part that stands in the wrong place than its numbers do
    for tolerances in ((0.0, math.inf), (rtol, atol)):
        if problem := next((found for g, r, w in pairs if (found := _differ(g, r, *tolerances, w))), None):
            return problem
    return None


def _differ_array(got: Any, right: Any, rtol: float, atol: float, where: str) -> tuple[str, str] | None:
    if isinstance(right, (bool, np.bool_)):  # 1 is not True
        got = got.item() if isinstance(got, (np.ndarray, np.bool_)) and got.size == 1 else got
        return None if isinstance(got, bool) and got == bool(right) else ("wrong_value", f"{where} is {_short(got)}.")
    if isinstance(right, str):
        same = type(got) in (str, np.str_) and got == right  # a class of the learner's may call itself equal to all
        return None if same else ("wrong_value", f"{where} is {_short(got)}.")
    array, right = _real(got), np.asarray(right)
    if array is None:
        return "wrong_type", f"{where} is {_short(got)}."
    if array.shape == (1,) and right.shape == ():
        array = array.reshape(())
    if array.shape != right.shape:
        wanted = f"have the shape {right.shape}" if right.shape else "be one number"
        found = f"an array of shape {array.shape}" if array.shape else "one number"
        return "wrong_shape", f"{where} must {wanted}, got {found}."
    if not np.isfinite(array).all() and np.isfinite(right).all():
        return "not_finite", f"{where} is not finite."
    if math.isinf(atol) or np.allclose(array, right, rtol=rtol, atol=atol):
        return None
    place = tuple(np.argwhere(~np.isclose(array, right, rtol=rtol, atol=atol))[0])
    if place:
        where = f"counted from 0, {where}[{', '.join(map(str, place))}]"
    size = "large" if array[place] > right[place] else "small"
    detail = f"{where} is {_told(array[place])}, which is too {size}."
    in_array = isinstance(got, np.ndarray) and got.ndim  # a whole number of its own is only wrong
    if in_array and array.dtype.kind in "iu" and right.dtype.kind == "f" and (right % 1).any():
        detail += " It stands in an array of whole numbers, which keeps no digit behind the point: make one of floats."
    return "wrong_value", detail


def _real(value: Any) -> np.ndarray | None:
    """`value` as an array of real numbers or truth values; None if it holds anything else."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of several lengths
        return None
    if array.dtype.kind == "c" and not array.imag.any():
        return array.real
    if array.dtype.kind != "O":
        return array if array.dtype.kind in "biuf" else None
    converted = [_as_float(item) for item in array.flat]
    return None if None in converted else np.array(converted, float).reshape(array.shape)


def _as_float(value: Any) -> float | None:
    """A number of any kind, such as a fraction, a `Decimal`, or one of sympy's; None if it is no real number."""
    if not isinstance(value, numbers.Number) and not hasattr(value, "__float__"):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer beyond double precision
        return math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):  # a symbol, a complex number
        return None


def _told(value: Any) -> str:
    """A value as a learner reads it: an argument of a call, or what came back."""
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return _told(value[()])
    if isinstance(value, np.ndarray) and (value.ndim > 1 or value.size > 6):
        return f"an array of shape {value.shape}"
    if isinstance(value, np.ndarray):
        return _told(value.tolist())
    if isinstance(value, np.generic):
        return _told(value.item())
    if isinstance(value, (list, tuple)):
        told = ", ".join(map(_told, value[:6])) + (f", … {len(value)} in all" if len(value) > 6 else "")
        return f"[{told}]" if isinstance(value, list) else f"({told})"
    return _short(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{type(value).__name__} {text[:50]}…"
