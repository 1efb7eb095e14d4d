"""Initializers: how the first weights are drawn.

A dense weight has shape ``(fan_in, fan_out)`` and a layer is ``x @ W + b``; a convolution kernel has shape
``(*window, channels_in, channels_out)``. ``layout="out_in"`` accepts PyTorch's order, ``(out, in, *window)``. Every
sampler is called as ``sampler(shape, rng, **options)``; the named schemes are settings of one function,
`variance_scaling`, and the table `_SCHEMES` shows the whole family at a glance.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike
from scipy import linalg, special

from weightinit._validation import (
    check_choice,
    check_dtype,
    check_finite,
    check_int,
    check_nonnegative,
    check_positive,
    check_rng,
    check_shape,
)

LAYOUTS = ("in_out", "out_in")
MODES = ("fan_in", "fan_out", "fan_avg", "fan_geo_avg")
DISTRIBUTIONS = ("normal", "uniform", "truncated_normal")


class Fans(NamedTuple):
    """Number of inputs of a unit, and number of units that an input feeds."""

    fan_in: int
    fan_out: int


def fans(shape, layout: str = "in_out", groups: int = 1) -> Fans:
    """Fan-in and fan-out of a weight.

    Parameters
    ----------
    shape : sequence of int
        ``(*window, in / groups, out)``, or ``(out, in / groups, *window)`` with ``layout="out_in"``. A dense weight has
        an empty window.
    layout : {"in_out", "out_in"}
        Order of the axes.
    groups : int, default 1
        Groups of a grouped convolution. An input feeds only the units of its own group, so the fan-out counts one group.

    Returns
    -------
    Fans
        ``fan_in = window · in / groups``, ``fan_out = window · out / groups``.

    Raises
    ------
    ValueError
        If `shape` has fewer than two axes or one below 1, `layout` is unknown, or `groups` does not divide the outputs.
    TypeError
        If `shape` does not hold integers, or `groups` is none.
    """
    shape = check_shape(shape)
    check_choice(layout, "layout", LAYOUTS)
    groups = check_int(groups, "groups")
    n_in, n_out, window = (shape[-2], shape[-1], shape[:-2]) if layout == "in_out" else (shape[1], shape[0], shape[2:])
    if n_out % groups:
        raise ValueError(f"groups must divide the number of outputs {n_out}, got {groups!r}")
    field = math.prod(window)
    return Fans(field * n_in, field * n_out // groups)


# ---- drawing --------------------------------------------------------------------------------------------------------
def _truncated_std(bound: float) -> float:
    """Standard deviation of N(0, 1) cut at ±bound: sqrt(1 − 2·bound·pdf(bound) / P(|z| < bound))."""
    density = math.exp(-(bound**2) / 2) / math.sqrt(2 * math.pi)
    return math.sqrt(1 - 2 * bound * density / math.erf(bound / math.sqrt(2)))


def _standard_normal(rng, shape, dtype) -> np.ndarray:
    return rng.standard_normal(shape, dtype=dtype)


def _standard_uniform(rng, shape, dtype) -> np.ndarray:
    """Uniform with variance 1: the bound is √3, since U(−a, a) has variance a²/3."""
    return (2 * rng.random(shape, dtype=dtype) - 1) * dtype.type(math.sqrt(3))


def _standard_truncated(rng, shape, dtype, bound: float = 2.0) -> np.ndarray:
    """N(0, 1) cut at ±bound by inversion of the distribution function, then rescaled to variance 1."""
    edge = special.ndtr(-bound)
    raw = special.ndtri(edge + (1 - 2 * edge) * rng.random(shape))
    return (np.clip(raw, -bound, bound) / _truncated_std(bound)).astype(dtype)


_DRAW = {"normal": _standard_normal, "uniform": _standard_uniform, "truncated_normal": _standard_truncated}


def _check_range(value: float, name: str, dtype) -> None:
    """Refuse a spread that float32 (or float64) would turn into infinity or zero without a word."""
    limits = np.finfo(check_dtype(dtype))
    # as Python floats: a float32 limit would cast the value, and warn
    if value and not float(limits.tiny) <= abs(value) <= float(limits.max) / 64:
        raise ValueError(f"{name} must give weights within the range of {limits.dtype}, got a size of {value:.3g}")


def _draw(one: Callable, shape, rng, dtype, replicas) -> np.ndarray:
    """Call ``one(generator, shape, dtype)`` once, or once for each spawned replica."""
    dtype = check_dtype(dtype)
    if replicas is None:
        return one(check_rng(rng), shape, dtype)
    children = check_rng(rng).spawn(check_int(replicas, "replicas"))
    return np.stack([one(child, shape, dtype) for child in children])


# ---- the family -----------------------------------------------------------------------------------------------------
def _variance(shape, scale: float, mode: str, layout: str, groups: int) -> float:
    check_choice(mode, "mode", MODES)
    fan_in, fan_out = fans(shape, layout, groups)
    fan = {
        "fan_in": fan_in,
        "fan_out": fan_out,
        "fan_avg": (fan_in + fan_out) / 2,
        "fan_geo_avg": math.sqrt(fan_in * fan_out),
    }[mode]
    return scale / fan


def variance_scaling(
    shape,
    rng,
    *,
    scale: float = 1.0,
    mode: str = "fan_in",
    distribution: str = "normal",
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Weights with mean 0 and variance ``scale / fan``.

    Parameters
    ----------
    shape : sequence of int
        Shape of the weight, at least two axes.
    rng : numpy.random.Generator or int
        Source of randomness, or a seed.
    scale : float, default 1
        Numerator of the variance, > 0.
    mode : {"fan_in", "fan_out", "fan_avg", "fan_geo_avg"}
        Denominator of the variance: one of the fans, their mean, or their geometric mean.
    distribution : {"normal", "uniform", "truncated_normal"}
        ``"uniform"`` reaches to ``±sqrt(3 · scale / fan)``; ``"truncated_normal"`` is cut at two standard deviations
        *before* it is rescaled, so that the variance of what is drawn is the requested one.
    layout : {"in_out", "out_in"}
        Order of the axes.
    groups : int, default 1
        Groups of a grouped convolution.
    dtype : float32 or float64
        Precision of the draw.
    replicas : int, optional
        Number of independent weights, stacked on a leading axis. Replica r comes from the r-th stream spawned from
        `rng`, so it does not depend on how many are drawn.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it. Nothing is drawn then.
    """
    shape = check_shape(shape)
    check_choice(distribution, "distribution", DISTRIBUTIONS)
    std = math.sqrt(_variance(shape, check_positive(scale, "scale"), mode, layout, groups))
    _check_range(std, "scale", dtype)
    standard = _DRAW[distribution]
    return _draw(lambda g, s, d: standard(g, s, d) * d.type(std), shape, rng, dtype, replicas)


def _square(value: float, name: str) -> float:
    square = value * value
    if not 0 < square < math.inf:
        raise ValueError(f"{name} must have a square that is neither 0 nor infinite, got {value!r}")
    return square


def _gain_scale(gain: float = 1.0) -> float:
    return _square(check_positive(gain, "gain"), "gain")


def _he_scale(negative_slope: float = 0.0) -> float:
    slope = check_finite(negative_slope, "negative_slope")
    return 2 / (1 + (_square(slope, "negative_slope") if slope else 0.0))


# name → (distribution, mode unless given, scale from the scheme's own parameter)
_SCHEMES: dict[str, tuple[str, str, Callable[..., float]]] = {
    "xavier_normal": ("normal", "fan_avg", _gain_scale),
    "xavier_uniform": ("uniform", "fan_avg", _gain_scale),
    "he_normal": ("normal", "fan_in", _he_scale),
    "he_uniform": ("uniform", "fan_in", _he_scale),
    "lecun_normal": ("normal", "fan_in", _gain_scale),
    "lecun_uniform": ("uniform", "fan_in", _gain_scale),
}


def _scheme(name: str, shape, rng, options: dict, **parameter) -> np.ndarray:
    distribution, mode, scale = _SCHEMES[name]
    factor = scale(**parameter)
    for own in parameter:
        _check_range(math.sqrt(factor), own, options["dtype"])
    return variance_scaling(shape, rng, **{"mode": mode} | options, scale=factor, distribution=distribution)


def xavier_normal(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    gain: float = 1.0,
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Normal weights with variance ``gain² · 2 / (fan_in + fan_out)``; also called Glorot.

    The compromise between keeping the variance of the signal (1 / fan_in) and that of the gradient (1 / fan_out), for
    an activation with slope 1 at the origin. Glorot & Bengio 2010, eq. 12. The parameters that are not listed, the
    shape of the result and the errors are those of `variance_scaling`.

    Parameters
    ----------
    gain : float, default 1
        Factor on the standard deviation, > 0.
    """
    options = {"layout": layout, "groups": groups, "dtype": dtype, "replicas": replicas}
    return _scheme("xavier_normal", shape, rng, options, gain=gain)


def xavier_uniform(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    gain: float = 1.0,
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Uniform weights between ``±gain · sqrt(6 / (fan_in + fan_out))``; also called Glorot.

    The variance is that of `xavier_normal`, since U(−a, a) has variance a²/3. Glorot & Bengio 2010, eq. 16. The
    parameters that are not listed, the shape of the result and the errors are those of `variance_scaling`.

    Parameters
    ----------
    gain : float, default 1
        Factor on the standard deviation, > 0.
    """
    options = {"layout": layout, "groups": groups, "dtype": dtype, "replicas": replicas}
    return _scheme("xavier_uniform", shape, rng, options, gain=gain)


def he_normal(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    negative_slope: float = 0.0,
    mode: str = "fan_in",
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Normal weights with variance ``2 / ((1 + negative_slope²) · fan)``; also called Kaiming.

    Makes up for the half of the mean square that a ReLU removes. He et al. 2015, eq. 10 (forward) and 14 (backward),
    with the slope of a leaky ReLU as in their section 2.2. The parameters that are not listed, the shape of the result
    and the errors are those of `variance_scaling`.

    Parameters
    ----------
    negative_slope : float, default 0
        Slope of a leaky ReLU for negative input; a larger slope needs *smaller* weights.
    mode : {"fan_in", "fan_out", "fan_avg", "fan_geo_avg"}
        ``"fan_in"`` keeps the signal level, ``"fan_out"`` the gradient.
    """
    options = {"mode": mode, "layout": layout, "groups": groups, "dtype": dtype, "replicas": replicas}
    return _scheme("he_normal", shape, rng, options, negative_slope=negative_slope)


def he_uniform(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    negative_slope: float = 0.0,
    mode: str = "fan_in",
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Uniform weights between ``±sqrt(6 / ((1 + negative_slope²) · fan))``; also called Kaiming.

    The variance is that of `he_normal`. The parameters that are not listed, the shape of the result and the errors are
    those of `variance_scaling`.

    Parameters
    ----------
    negative_slope : float, default 0
        Slope of a leaky ReLU for negative input.
    mode : {"fan_in", "fan_out", "fan_avg", "fan_geo_avg"}
        ``"fan_in"`` keeps the signal level, ``"fan_out"`` the gradient.
    """
    options = {"mode": mode, "layout": layout, "groups": groups, "dtype": dtype, "replicas": replicas}
    return _scheme("he_uniform", shape, rng, options, negative_slope=negative_slope)


def lecun_normal(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    gain: float = 1.0,
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Normal weights with variance ``gain² / fan_in``. LeCun et al. 1998, section 4.6.

    The parameters that are not listed, the shape of the result and the errors are those of `variance_scaling`.

    Parameters
    ----------
    gain : float, default 1
        Factor on the standard deviation, > 0.
    """
    options = {"layout": layout, "groups": groups, "dtype": dtype, "replicas": replicas}
    return _scheme("lecun_normal", shape, rng, options, gain=gain)


def lecun_uniform(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    gain: float = 1.0,
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Uniform weights between ``±gain · sqrt(3 / fan_in)``; the variance is that of `lecun_normal`.

    The parameters that are not listed, the shape of the result and the errors are those of `variance_scaling`.

    Parameters
    ----------
    gain : float, default 1
        Factor on the standard deviation, > 0.
    """
    options = {"layout": layout, "groups": groups, "dtype": dtype, "replicas": replicas}
    return _scheme("lecun_uniform", shape, rng, options, gain=gain)


def _check_interval(low: float, high: float) -> None:
    if not low < high:
        raise ValueError(f"high must be > low = {low!r}, got {high!r}")
    if math.isinf(high - low):
        raise ValueError(f"high must not be infinitely far from low = {low!r}, got {high!r}")


def _check_bound(bound: float) -> None:
    if not 1e-3 <= bound <= 30:
        raise ValueError(f"bound must lie between 0.001 and 30 standard deviations, got {bound!r}")


# ---- distributions that do not look at the fans ---------------------------------------------------------------------
def normal(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    std: float,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Normal weights with mean 0 and standard deviation `std` (not variance).

    Parameters
    ----------
    shape, rng, dtype, replicas
        As in `variance_scaling`.
    std : float
        Standard deviation, >= 0.
    layout : {"in_out", "out_in"}
        Accepted for uniformity; the values do not depend on it.

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.
    """
    shape, std = check_shape(shape), check_nonnegative(std, "std")
    _check_range(std, "std", dtype)
    check_choice(layout, "layout", LAYOUTS)
    return _draw(lambda g, s, d: _standard_normal(g, s, d) * d.type(std), shape, rng, dtype, replicas)


def uniform(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    low: float,
    high: float,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Uniform weights between `low` and `high`; the variance is ``(high − low)² / 12``.

    Parameters
    ----------
    shape, rng, dtype, replicas
        As in `variance_scaling`.
    low, high : float
        Ends of the interval, low < high.
    layout : {"in_out", "out_in"}
        Accepted for uniformity; the values do not depend on it.

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.
    """
    shape, low, high = check_shape(shape), check_finite(low, "low"), check_finite(high, "high")
    _check_interval(low, high)
    for end, name in ((low, "low"), (high, "high")):
        _check_range(end, name, dtype)
    check_choice(layout, "layout", LAYOUTS)
    return _draw(lambda g, s, d: g.random(s, dtype=d) * d.type(high - low) + d.type(low), shape, rng, dtype, replicas)


def truncated_normal(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    std: float,
    bound: float = 2.0,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Normal weights cut at ±bound, rescaled so that the standard deviation of what is drawn is `std`.

    Parameters
    ----------
    shape, rng, dtype, replicas
        As in `variance_scaling`.
    std : float
        *Realized* standard deviation, >= 0. The standard normal cut at ±2 has only 0.8796 of its spread left; the draw
        is divided by that.
    bound : float, default 2
        Where the standard normal is cut, in its own standard deviations, > 0. No value exceeds ``std · bound / 0.8796``
        (for bound 2).
    layout : {"in_out", "out_in"}
        Accepted for uniformity; the values do not depend on it.

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.
    """
    shape, std, bound = check_shape(shape), check_nonnegative(std, "std"), check_positive(bound, "bound")
    _check_bound(bound)
    _check_range(std, "std", dtype)
    check_choice(layout, "layout", LAYOUTS)
    return _draw(lambda g, s, d: _standard_truncated(g, s, d, bound) * d.type(std), shape, rng, dtype, replicas)


def constant(
    shape: Sequence[int],
    rng: np.random.Generator | int | None = None,
    *,
    value: float,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Weights that are all equal: the start that cannot break the symmetry between units.

    Parameters
    ----------
    shape, dtype, replicas
        As in `variance_scaling`.
    rng : numpy.random.Generator, int or None
        Not used; accepted so that every initializer is called alike.
    value : float
        The value.
    layout : {"in_out", "out_in"}
        Accepted for uniformity.

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.
    """
    shape, value, dtype = check_shape(shape), check_finite(value, "value"), check_dtype(dtype)
    _check_range(value, "value", dtype)
    check_choice(layout, "layout", LAYOUTS)
    if rng is not None:
        check_rng(rng)
    leading = () if replicas is None else (check_int(replicas, "replicas"),)
    return np.full(leading + shape, value, dtype)


def zeros(
    shape: Sequence[int],
    rng: np.random.Generator | int | None = None,
    *,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Weights that are all zero: harmless for a convex model, a dead start for a deep one.

    Parameters and errors are those of `constant`.
    """
    return constant(shape, rng, value=0.0, layout=layout, dtype=dtype, replicas=replicas)


# ---- orthogonal starts ----------------------------------------------------------------------------------------------
def _haar(rng, rows: int, columns: int) -> np.ndarray:
    """Random (rows, columns) matrix with orthonormal columns or rows, uniform over all of them (Haar measure).

    QR of a Gaussian matrix is not uniform by itself, since the algorithm chooses signs; multiplying each column by the
    sign of R's diagonal mends it (Mezzadri 2007).
    """
    gaussian = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = linalg.qr(gaussian, mode="economic", overwrite_a=True, check_finite=False)
    q = q * np.sign(np.diagonal(r))
    return q if rows >= columns else q.T


def orthogonal(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    gain: float = 1.0,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Random orthogonal weights, uniform in the sense of Haar, times `gain`.

    A convolution kernel is flattened to a matrix of all inputs by outputs. Saxe et al. 2013; sign correction of
    Mezzadri 2007.

    Parameters
    ----------
    shape, rng, layout, dtype, replicas
        As in `variance_scaling`.
    gain : float, default 1
        Every singular value of the result, > 0.

    Returns
    -------
    ndarray
        The flattened matrix has orthonormal columns (more inputs than outputs), or rows, times `gain`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.
    """
    shape, gain = check_shape(shape), check_positive(gain, "gain")
    _check_range(gain, "gain", dtype)
    check_choice(layout, "layout", LAYOUTS)
    n_out = shape[-1] if layout == "in_out" else shape[0]
    n_in = math.prod(shape) // n_out

    def one(generator, shape, dtype):
        matrix = gain * _haar(generator, n_in, n_out)
        return (matrix if layout == "in_out" else matrix.T).reshape(shape).astype(dtype)

    return _draw(one, shape, rng, dtype, replicas)


def _check_kernel(shape, layout: str) -> tuple[int, int, tuple[int, ...]]:
    """Channels in, channels out and window of a kernel that a delta start can fill; else ValueError for `shape`."""
    n_in, n_out, window = (shape[-2], shape[-1], shape[:-2]) if layout == "in_out" else (shape[1], shape[0], shape[2:])
    if not 1 <= len(window) <= 3:
        raise ValueError(f"shape must be that of a convolution kernel with one to three window axes, got {shape!r}")
    if any(length % 2 == 0 for length in window):
        raise ValueError(f"shape must have a window of odd lengths, so that it has a center, got {shape!r}")
    if n_in > n_out:
        raise ValueError(
            f"shape must not have more input than output channels, or the norm cannot be kept, got {shape!r}"
        )
    return n_in, n_out, window


def delta_orthogonal(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    gain: float = 1.0,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Convolution kernel that is zero but for an orthogonal matrix at the window's center.

    With circular padding such a layer keeps the norm of every input exactly (times `gain`), however large the window.
    Xiao et al. 2018.

    Parameters
    ----------
    shape : sequence of int
        ``(*window, in, out)`` or ``(out, in, *window)``, window of one to three odd lengths, ``in <= out``.
    rng, layout, dtype, replicas
        As in `variance_scaling`.
    gain : float, default 1
        Factor on the norm, > 0.

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.
    """
    shape, gain = check_shape(shape), check_positive(gain, "gain")
    _check_range(gain, "gain", dtype)
    check_choice(layout, "layout", LAYOUTS)
    n_in, n_out, window = _check_kernel(shape, layout)
    center = tuple(length // 2 for length in window)

    def one(generator, shape, dtype):
        kernel = np.zeros(shape, dtype)
        matrix = gain * _haar(generator, n_in, n_out)
        kernel[(*center, slice(None), slice(None)) if layout == "in_out" else (slice(None), slice(None), *center)] = (
            matrix if layout == "in_out" else matrix.T
        )
        return kernel

    return _draw(one, shape, rng, dtype, replicas)


glorot_normal, glorot_uniform = xavier_normal, xavier_uniform
kaiming_normal, kaiming_uniform = he_normal, he_uniform

_BY_NAME: dict[str, Callable] = {
    "variance_scaling": variance_scaling,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "glorot_normal": glorot_normal,
    "glorot_uniform": glorot_uniform,
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "kaiming_normal": kaiming_normal,
    "kaiming_uniform": kaiming_uniform,
    "lecun_normal": lecun_normal,
    "lecun_uniform": lecun_uniform,
    "normal": normal,
    "uniform": uniform,
    "truncated_normal": truncated_normal,
    "constant": constant,
    "zeros": zeros,
    "orthogonal": orthogonal,
    "delta_orthogonal": delta_orthogonal,
}
NAMES = tuple(_BY_NAME)


def get(init, **parameters) -> Callable[..., np.ndarray]:
    """Look an initializer up.

    Parameters
    ----------
    init : str or callable
        One of `NAMES`, or any function ``(shape, rng, ...) -> array``.
    **parameters
        Options to fix, for example ``get("xavier_normal", gain=5 / 3)``.

    Returns
    -------
    callable

    Raises
    ------
    ValueError
        If the name is unknown (the message lists the names).
    TypeError
        If `init` is neither a name nor callable, or a parameter is none of the initializer's.
    """
    if isinstance(init, str):
        check_choice(init, "init", NAMES)
        sampler = _BY_NAME[init]
        if parameters:
            _settings(init, parameters)
    elif callable(init):
        sampler = init
    else:
        raise TypeError(f"init must be a name or a callable (shape, rng) -> array, got {init!r}")
    return functools.partial(sampler, **parameters) if parameters else sampler


# ---- what the theory expects ----------------------------------------------------------------------------------------
def theoretical_std(name: str, shape, **parameters) -> float:
    """Standard deviation of a weight, from the formula and not from a draw.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    shape : sequence of int
        Shape of the weight.
    **parameters
        What the initializer of that name takes (but `rng`).

    Returns
    -------
    float
        For orthogonal starts the root mean square of an entry; 0 for `zeros` and `constant`.

    Raises
    ------
    ValueError, TypeError
        As the initializer of that name.
    """
    check_choice(name, "name", NAMES)
    shape, p = check_shape(shape), _settings(name, parameters)
    for parameter, value in p.items():
        if value is inspect.Parameter.empty:
            raise TypeError(f"{parameter} must be given for {name!r}")
    layout = p["layout"]
    if name in ("constant", "zeros"):
        return 0.0
    if name in ("normal", "truncated_normal"):
        return float(p["std"])
    if name == "uniform":
        return (p["high"] - p["low"]) / math.sqrt(12)
    if name == "delta_orthogonal":
        _check_kernel(shape, layout)
    if name in ("orthogonal", "delta_orthogonal"):
        n_out = shape[-1] if layout == "in_out" else shape[0]
        n_in = shape[-2] if layout == "in_out" else shape[1]
        # A flattened kernel has min(rows, columns) vectors of norm `gain`; a delta kernel n_in of them.
        vectors = n_in if name == "delta_orthogonal" else min(math.prod(shape) // n_out, n_out)
        return p["gain"] * math.sqrt(vectors / math.prod(shape))
    if name == "variance_scaling":
        return math.sqrt(_variance(shape, p["scale"], p["mode"], layout, p["groups"]))
    _, mode, scale = _SCHEMES[name.replace("glorot", "xavier").replace("kaiming", "he")]
    own = {key: p[key] for key in ("gain", "negative_slope") if key in p}
    return math.sqrt(_variance(shape, scale(**own), p.get("mode", mode), layout, p["groups"]))


_CHECKS: dict[str, Callable] = {
    "scale": lambda v: check_positive(v, "scale"),
    "gain": lambda v: _gain_scale(v),
    "negative_slope": lambda v: _he_scale(v),
    "std": lambda v: check_nonnegative(v, "std"),
    "bound": lambda v: _check_bound(check_positive(v, "bound")),
    "value": lambda v: check_finite(v, "value"),
    "low": lambda v: check_finite(v, "low"),
    "high": lambda v: check_finite(v, "high"),
    "mode": lambda v: check_choice(v, "mode", MODES),
    "distribution": lambda v: check_choice(v, "distribution", DISTRIBUTIONS),
    "layout": lambda v: check_choice(v, "layout", LAYOUTS),
    "groups": lambda v: check_int(v, "groups"),
    "dtype": lambda v: check_dtype(v),
    "replicas": lambda v: v is None or check_int(v, "replicas"),
}


def _settings(name: str, parameters: dict) -> dict:
    """Options of the initializer `name`: its defaults with `parameters` on top, each checked."""
    known = {n: p.default for n, p in inspect.signature(_BY_NAME[name]).parameters.items() if p.kind is p.KEYWORD_ONLY}
    for parameter, value in parameters.items():
        if parameter not in known:
            raise TypeError(f"{parameter} must be a parameter of {name!r}: {', '.join(known)}")
        _CHECKS[parameter](value)
    settings = known | parameters
    if isinstance(settings.get("low"), Real) and isinstance(settings.get("high"), Real):
        _check_interval(settings["low"], settings["high"])
    return settings


def uniform_bound(name: str, shape, **parameters) -> float:
    """Largest absolute value that a uniform initializer can draw: √3 times the standard deviation.

    Parameters
    ----------
    name : str
        A uniform scheme: ``"xavier_uniform"``, ``"he_uniform"``, ``"lecun_uniform"``, an alias, ``"uniform"``, or
        ``"variance_scaling"`` with ``distribution="uniform"``.
    shape : sequence of int
        Shape of the weight.
    **parameters
        What the initializer of that name takes (but `rng`).

    Raises
    ------
    ValueError, TypeError
        If `name` is no uniform scheme, or as the initializer of that name.
    """
    uniform_names = tuple(n for n in NAMES if n.endswith("uniform")) + ("variance_scaling",)
    check_choice(name, "name", uniform_names)
    if name == "variance_scaling" and parameters.get("distribution") != "uniform":
        raise ValueError(
            f"distribution must be 'uniform' for a bound, got {parameters.get('distribution', 'normal')!r}"
        )
    std = theoretical_std(name, shape, **parameters)
    if name == "uniform":
        return max(abs(parameters["low"]), abs(parameters["high"]))
    return math.sqrt(3) * std
