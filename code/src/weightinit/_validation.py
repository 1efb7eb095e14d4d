"""Checks of arguments, shared by all modules (floor 0, private).

Each check returns the value in its plain form, or raises before anything is drawn or computed: `TypeError` if the value
is of the wrong kind, `ValueError` if it is of the right kind but out of range. The message names the argument, says
what is accepted and shows what was given. A `bool` is never taken for a number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

__all__ = [
    "check_choice",
    "check_dtype",
    "check_finite",
    "check_int",
    "check_nonnegative",
    "check_positive",
    "check_rng",
    "check_shape",
]


def _real(value: Any, name: str) -> float:
    """`value` as a float: nan and ±inf pass, and so does an integer too large for a float, as ±inf."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def check_finite(value: float, name: str) -> float:
    """`value` as a float if it is a finite real number.

    Raises
    ------
    TypeError
        If it is no real number (a bool is none).
    ValueError
        If it is nan, inf, or too large for a float.
    """
    number = _real(value, name)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return number


def check_positive(value: float, name: str) -> float:
    """`value` as a float if it is a finite real number > 0.

    Raises
    ------
    TypeError
        If it is no real number (a bool is none).
    ValueError
        If it is <= 0, nan or inf.
    """
    number = _real(value, name)
    if not 0 < number < math.inf:
        raise ValueError(f"{name} must be > 0 and finite, got {value!r}")
    return number


def check_nonnegative(value: float, name: str) -> float:
    """`value` as a float if it is a finite real number >= 0.

    Raises
    ------
    TypeError
        If it is no real number (a bool is none).
    ValueError
        If it is < 0, nan or inf.
    """
    number = _real(value, name)
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} must be >= 0 and finite, got {value!r}")
    return number


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


def check_choice(value: Any, name: str, choices: Sequence[Any]) -> Any:
    """The entry of `choices` that equals `value`.

    Raises
    ------
    ValueError
        If there is none; the message lists what is accepted.
    """
    for choice in choices:
        # same kind first: True is no 1, and an array has no single answer to ==
        if (
            isinstance(value, bool) is isinstance(choice, bool)
            and not isinstance(value, np.ndarray)
            and value == choice
        ):
            return choice
    raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


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


def check_dtype(dtype: DTypeLike, name: str = "dtype") -> np.dtype:
    """`dtype` as a numpy dtype if it is float32 or float64.

    Raises
    ------
    TypeError
        If it is no dtype and no name of one (None is none).
    ValueError
        If it is another dtype, or an unknown name.
    """
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
