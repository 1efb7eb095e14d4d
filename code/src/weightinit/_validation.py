"""Checks of arguments, shared by all modules (below floor 1, private).

Each check returns the value in its plain form, or raises before anything is drawn or computed: `TypeError` if the value
is of the wrong kind, `ValueError` if it is of the right kind but out of range. The message names the argument, says
what is accepted and shows what was given. A `bool` is never taken for a number.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

__all__ = [
    "check_array",
    "check_choice",
    "check_dtype",
    "check_finite",
    "check_flag",
    "check_int",
    "check_nonnegative",
    "check_number",
    "check_numbers",
    "check_positive",
    "check_rng",
    "check_shape",
    "did_you_mean",
    "is_number",
    "unwrap",
]

Closed = Literal["both", "left", "right", "neither"]
"""Which finite ends belong to an interval."""


# -- numbers ---------------------------------------------------------------------------------------------------------


def is_number(value: Any) -> bool:
    """Is `value` a real number? A bool is none; nan, ±inf and integers too large for a float are."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_number(
    value: float, name: str, low: float = -math.inf, high: float = math.inf, closed: Closed = "both"
) -> float:
    """`value` as a float if it is a finite real number between `low` and `high`.

    Parameters
    ----------
    value : float
        What was given.
    name : str
        The argument's name, for the message.
    low, high : float
        The bounds. An infinite one says that there is none: inf itself is never accepted.
    closed : {"both", "left", "right", "neither"}
        Which of the finite bounds are accepted themselves.

    Raises
    ------
    TypeError
        If it is no real number (a bool is none).
    ValueError
        If it is nan, inf, too large for a float, or out of bounds; the message is made from the bounds.

    Examples
    --------
    >>> check_number(3, "gain", 0, closed="neither")
    3.0
    >>> check_number(1.5, "c", -1, 1)
    Traceback (most recent call last):
    ValueError: c must be in [-1, 1], got 1.5
    """
    if not is_number(value):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        number = math.inf
    if not _inside(number, low, high, closed):
        raise ValueError(f"{name} must be {_allowed(low, high, closed)}, got {value!r}")
    return number


def check_numbers(
    value: ArrayLike, name: str, low: float = -math.inf, high: float = math.inf, closed: Closed = "both"
) -> NDArray[np.float64]:
    """`value`, a number or an array of numbers, as float64, if each passes :func:`check_number`.

    Raises
    ------
    TypeError
        If `value` is not made of real numbers.
    ValueError
        If it is empty, or a number is nan, inf or out of bounds.

    Examples
    --------
    >>> check_numbers([1, 4], "q", 0)
    array([1., 4.])
    """
    try:
        values = np.asarray(value)
    except ValueError:  # a ragged nest of lists
        values = np.asarray(None)
    if values.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be a real number or an array of them, got {value!r}")
    values = values.astype(np.float64)
    if values.size == 0 or not np.all(_inside(values, low, high, closed)):
        raise ValueError(f"{name} must be {_allowed(low, high, closed)}, got {value!r}")
    return values


def unwrap(values: NDArray[np.float64]) -> float | NDArray[np.float64]:
    """A float for a 0-d array, else the array: what goes in as a number comes out as one."""
    return float(values) if np.ndim(values) == 0 else values


def _inside(number: Any, low: float, high: float, closed: Closed) -> Any:
    """Element by element: finite, and between the bounds?"""
    above = number >= low if closed in ("both", "left") else number > low
    below = number <= high if closed in ("both", "right") else number < high
    return np.isfinite(number) & above & below


def _allowed(low: float, high: float, closed: Closed) -> str:
    """The bounds in words, as they follow "must be"."""
    left, right = closed in ("both", "left"), closed in ("both", "right")
    if low == -math.inf and high == math.inf:
        return "finite"
    if high == math.inf:
        return f"{'>=' if left else '>'} {low:g} and finite"
    if low == -math.inf:
        return f"{'<=' if right else '<'} {high:g} and finite"
    if not left and not right:
        return f"strictly between {low:g} and {high:g}"
    return f"in {'[' if left else '('}{low:g}, {high:g}{']' if right else ')'}"


def check_finite(value: float, name: str) -> float:
    """`value` as a float if it is a finite real number; errors as in :func:`check_number`."""
    return check_number(value, name)


def check_positive(value: float, name: str) -> float:
    """`value` as a float if it is a finite real number > 0; errors as in :func:`check_number`."""
    return check_number(value, name, 0, closed="neither")


def check_nonnegative(value: float, name: str) -> float:
    """`value` as a float if it is a finite real number >= 0; errors as in :func:`check_number`."""
    return check_number(value, name, 0)


def check_int(value: int, name: str, minimum: int = 1) -> int:
    """`value` as an int if it is an integer (numpy's count) of at least `minimum`.

    Raises
    ------
    TypeError
        If it is no integer: a bool, and also a float such as 3.0, is none.
    ValueError
        If it is below `minimum`.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < minimum:
        raise ValueError(f"{name} must be an integer >= {minimum}, got {value!r}")
    return int(value)


def check_shape(shape: Sequence[int], name: str = "shape", min_ndim: int = 2) -> tuple[int, ...]:
    """`shape` as a tuple of ints if it is a sequence of at least `min_ndim` integers, each >= 1.

    Raises
    ------
    TypeError
        If it is no tuple, list or one-dimensional array, or an entry is no integer.
    ValueError
        If it has too few entries, or an entry is below 1.
    """
    if type(shape) is tuple and len(shape) >= min_ndim and all(type(axis) is int and axis >= 1 for axis in shape):
        return shape  # as it comes out of here
    listed = isinstance(shape, Sequence) and not isinstance(shape, str | bytes | bytearray)
    if not listed and not (isinstance(shape, np.ndarray) and shape.ndim == 1):
        raise TypeError(f"{name} must be a sequence of integers, got {shape!r}")
    if any(isinstance(axis, bool) or not isinstance(axis, Integral) for axis in shape):
        raise TypeError(f"{name} must be a sequence of integers, got {shape!r}")
    if len(shape) < min_ndim:
        raise ValueError(f"{name} must have at least {min_ndim} axes, got {shape!r}")
    if any(axis < 1 for axis in shape):
        raise ValueError(f"{name} must have axes of length >= 1, got {shape!r}")
    return tuple(int(axis) for axis in shape)


def check_array(value: Any, name: str) -> NDArray[Any]:
    """`value` as an array, whatever its entries are.

    Raises
    ------
    ValueError
        If its rows are not of one length.
    """
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, got rows that are not of one length") from None


def check_flag(value: bool, name: str) -> bool:
    """`value` as a bool if it is one.

    Raises
    ------
    TypeError
        If it is none: a number or a string is a mistake.
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


# -- names -----------------------------------------------------------------------------------------------------------


def check_choice(value: Any, name: str, choices: Sequence[Any], aliases: Mapping[str, Any] | None = None) -> Any:
    """The entry of `choices` that `value` means.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name, for the message.
    choices : sequence
        What is accepted.
    aliases : mapping of str to choice, optional
        Other names that people type. If it is given, an empty one too, spelling is forgiven: neither case nor spaces,
        hyphens and underscores count, so that "LeakyReLU" is "leaky_relu". Go on with what is *returned*, then.

    Raises
    ------
    ValueError
        If there is none; the message lists what is accepted, and the names that `value` may have been meant for.

    Examples
    --------
    >>> check_choice("Swish", "activation", ("relu", "silu"), {"swish": "silu"})
    'silu'
    >>> check_choice("rleu", "activation", ("relu", "silu"))
    Traceback (most recent call last):
    ValueError: activation must be one of 'relu', 'silu', got 'rleu'; did you mean 'relu'?
    """
    for choice in choices:
        # same kind first: True is no 1, and an array has no single answer to ==
        if (
            isinstance(value, bool) is isinstance(choice, bool)
            and not isinstance(value, np.ndarray)
            and value == choice
        ):
            return choice
    if aliases is not None and isinstance(value, str):
        spelled = {_plain(choice): choice for choice in choices} | {_plain(k): v for k, v in aliases.items()}
        if _plain(value) in spelled:
            return spelled[_plain(value)]
    meant = did_you_mean(value, (*choices, *(aliases or ())))
    raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}{meant}")


def _plain(text: str) -> str:
    """The letters and digits of a name, in lower case: what is left when spelling does not count."""
    return "".join(filter(str.isalnum, text.lower()))


def did_you_mean(value: Any, names: Sequence[Any]) -> str:
    """A question for the end of a message: the names that begin like `value`, or else the one most like it."""
    if not isinstance(value, str):
        return ""
    spelled = {_plain(name): name for name in names if isinstance(name, str)}
    begun = [name for plain, name in spelled.items() if plain.startswith(_plain(value))] if len(value) > 1 else []
    close = begun or [spelled[plain] for plain in difflib.get_close_matches(_plain(value), spelled, n=1)]
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


# -- randomness and precision ----------------------------------------------------------------------------------------


def check_rng(rng: np.random.Generator | int, name: str = "rng") -> np.random.Generator:
    """`rng` if it is a Generator, or a new Generator from a seed.

    Raises
    ------
    TypeError
        If it is neither: None would not be reproducible, and a RandomState cannot be split into independent streams.
    ValueError
        If the seed is negative.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, bool) or not isinstance(rng, Integral):
        raise TypeError(f"{name} must be a numpy.random.Generator or an integer seed >= 0, got {rng!r}")
    if rng < 0:
        raise ValueError(f"{name} must be a numpy.random.Generator or an integer seed >= 0, got {rng!r}")
    return np.random.default_rng(int(rng))


_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def check_dtype(dtype: DTypeLike, name: str = "dtype") -> np.dtype:
    """`dtype` as a numpy dtype if it is float32 or float64.

    Raises
    ------
    TypeError
        If it is no dtype and no name of one (None is none).
    ValueError
        If it is another dtype, or an unknown name.
    """
    if dtype is _FLOAT32 or dtype is _FLOAT64:  # as it comes out of here: weights ask for every layer
        return dtype
    message = f"{name} must be float32 or float64, got {dtype!r}"
    if dtype is None:
        raise TypeError(message)
    try:
        kind = np.dtype(dtype)
    except TypeError as error:
        raise (ValueError if isinstance(dtype, str) else TypeError)(message) from error
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(message)
    return kind
