"""Initializers: how the first weights are drawn.

A dense weight has shape ``(fan_in, fan_out)`` and a layer is ``x @ W + b``; a convolution kernel has shape
``(*window, channels_in, channels_out)``. ``layout="out_in"`` accepts PyTorch's order, ``(out, in, *window)``. Every
sampler is called as ``sampler(shape, rng, **options)``.

What is drawn and what theory says of it are one thing, a :class:`Law`. Each named scheme is one line that says which
law; :func:`theoretical_std`, :func:`theoretical_kurtosis` and :func:`uniform_bound` ask the same line.

A draw is an ordinary array, so it goes into any framework:

- PyTorch, whose weights are ``(out, in, *window)``::

      weight = he_normal(tuple(layer.weight.shape), rng, layout="out_in")
      with torch.no_grad():
          layer.weight.copy_(torch.from_numpy(weight))

- Keras: ``layer.set_weights([he_normal(kernel_shape, rng), zeros((units,))])`` once the layer is built, or
  ``Dense(64, kernel_initializer=lambda shape, dtype=None: he_normal(tuple(shape), rng))`` before.
- JAX, whose weights are arrays: ``params["kernel"] = jax.numpy.asarray(he_normal(kernel_shape, rng))``.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike
from scipy import linalg, special

from weightinit._validation import (
    check_choice,
    check_dtype,
    check_int,
    check_number,
    check_rng,
    check_shape,
    did_you_mean,
)

__all__ = [
    "ALIASES",
    "DISTRIBUTIONS",
    "LAYOUTS",
    "MODES",
    "NAMES",
    "Fans",
    "Law",
    "bias_of",
    "constant",
    "delta_orthogonal",
    "fans",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "kaiming_normal",
    "kaiming_uniform",
    "law",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "orthogonal",
    "pytorch_default",
    "pytorch_default_bias",
    "theoretical_kurtosis",
    "theoretical_std",
    "truncated_normal",
    "uniform",
    "uniform_bound",
    "variance_scaling",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

LAYOUTS = ("in_out", "out_in")
"""Orders of a weight's axes: ours (also of Keras and JAX), and PyTorch's."""

MODES = ("fan_in", "fan_out", "fan_avg", "fan_geo_avg")
"""What `variance_scaling` divides by."""

DISTRIBUTIONS = ("normal", "uniform", "truncated_normal")
"""The shapes of the distribution that `variance_scaling` can draw."""


class Fans(NamedTuple):
    """What :func:`fans` returns.

    Attributes
    ----------
    fan_in : int
        Number of inputs of a unit.
    fan_out : int
        Number of units that an input feeds.

    Examples
    --------
    >>> fans((300, 100)).fan_in
    300
    """

    fan_in: int
    fan_out: int


def fans(shape: Sequence[int], layout: str = "in_out", groups: int = 1) -> Fans:
    """Fan-in and fan-out of a weight.

    Parameters
    ----------
    shape : sequence of int
        ``(*window, in / groups, out)``, or ``(out, in / groups, *window)`` with ``layout="out_in"``. A dense weight has
        an empty window.
    layout : {"in_out", "out_in"}
        Order of the axes. A shape does not say it itself: PyTorch's ``(64, 3, 7, 7)`` read as "in_out" is a window of
        64 × 3 with 7 channels in and 7 out.
    groups : int, default 1
        Groups of a grouped convolution. An input feeds only the units of its own group, so the fan-out counts one group
        (PyTorch's own fans count all).

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

    Examples
    --------
    >>> fans((64, 3, 7, 7), layout="out_in")
    Fans(fan_in=147, fan_out=3136)
    >>> fans((64, 3, 7, 7))
    Fans(fan_in=1344, fan_out=1344)
    """
    shape = _check_weight(shape)
    check_choice(layout, "layout", LAYOUTS)
    groups = check_int(groups, "groups")
    n_in, n_out, window = _split(shape, layout)
    if n_out % groups:
        raise ValueError(f"groups must divide the number of outputs {n_out}, got {groups!r}")
    field = math.prod(window)
    return Fans(field * n_in, field * n_out // groups)


def _check_weight(shape: Sequence[int]) -> tuple[int, ...]:
    """`shape` as a tuple if it is that of a weight: a bias has no fans."""
    checked = check_shape(shape, min_ndim=0)
    if len(checked) == 1:
        raise ValueError(
            f"shape must have at least 2 axes, got {shape!r}: a bias has no fans; draw it with zeros, constant, normal, "
            "uniform or truncated_normal, or with pytorch_default_bias for the shape of its weight"
        )
    return check_shape(shape)


def _split(shape: tuple[int, ...], layout: str) -> tuple[int, int, tuple[int, ...]]:
    """Channels in, channels out, window."""
    return (shape[-2], shape[-1], shape[:-2]) if layout == "in_out" else (shape[1], shape[0], shape[2:])


# ---- laws -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Law:
    """How one entry of a weight is distributed, and how a weight is drawn.

    Attributes
    ----------
    distribution : str
        One of `DISTRIBUTIONS`, "constant" or "orthogonal".
    mean, std : float
        Of one entry. (Orthogonal starts: over all entries, which are not independent.)
    bound : float
        Largest absolute value that an entry can have, up to rounding; inf for normal weights.
    kurtosis : float
        E[(w - mean)⁴]/std⁴ of one entry: 3 for normal weights, 9/5 for uniform ones; nan where nothing scatters.
    draw : callable (generator, shape, dtype) -> ndarray, or None
        One weight; None if every entry is the mean, so that no random number is used.

    Examples
    --------
    >>> found = law("he_uniform", (300, 100))
    >>> found.distribution, round(found.std, 4), round(found.bound, 4), found.kurtosis
    ('uniform', 0.0816, 0.1414, 1.8)
    """

    distribution: str
    mean: float
    std: float
    bound: float
    kurtosis: float
    draw: Callable[[np.random.Generator, tuple[int, ...], np.dtype], np.ndarray] | None


def _symmetric(distribution: str, std: float, bound: float = 2.0) -> Law:
    """The law of a named distribution with mean 0 and standard deviation `std`; `bound` cuts a truncated one."""
    standard, largest, kurtosis = _standard(distribution, bound)

    def draw(generator, shape, dtype):
        weight = standard(generator, shape, dtype) * dtype.type(std)
        return weight if std else np.zeros_like(weight)  # a negative number times 0 is -0

    return Law(distribution, 0.0, std, largest * std if std else 0.0, kurtosis if std else math.nan, draw)


def _standard(distribution: str, bound: float) -> tuple[Callable, float, float]:
    """Of a distribution with mean 0 and variance 1: how to draw it, its largest value, its kurtosis."""
    if distribution == "normal":
        return _standard_normal, math.inf, 3.0
    if distribution == "uniform":
        return _standard_uniform, math.sqrt(3), 1.8
    draw = functools.partial(_standard_truncated, bound=bound)
    return draw, bound / _truncated_std(bound), _truncated_kurtosis(bound)


def _truncated_std(bound: float) -> float:
    """Standard deviation of N(0, 1) cut at ±bound: sqrt(1 − 2·bound·pdf(bound) / P(|z| < bound))."""
    density = math.exp(-(bound**2) / 2) / math.sqrt(2 * math.pi)
    return math.sqrt(1 - 2 * bound * density / math.erf(bound / math.sqrt(2)))


def _truncated_kurtosis(bound: float) -> float:
    """E[z⁴]/E[z²]² of N(0, 1) cut at ±bound, from its moments ∝ γ((k + 1)/2, bound²/2): no digits cancel."""
    m0, m2, m4 = special.gammainc([0.5, 1.5, 2.5], bound**2 / 2)
    return float(3 * m4 * m0 / m2**2)


def _standard_normal(rng, shape, dtype) -> np.ndarray:
    return rng.standard_normal(shape, dtype=dtype)


def _standard_uniform(rng, shape, dtype) -> np.ndarray:
    """Uniform with variance 1: the bound is √3, since U(−a, a) has variance a²/3."""
    return (2 * rng.random(shape, dtype=dtype) - 1) * dtype.type(math.sqrt(3))


def _standard_truncated(rng, shape, dtype, bound: float) -> np.ndarray:
    """N(0, 1) cut at ±bound by inversion of the distribution function, then rescaled to variance 1."""
    edge = special.ndtr(-bound)
    raw = special.ndtri(edge + (1 - 2 * edge) * rng.random(shape))
    return (np.clip(raw, -bound, bound) / _truncated_std(bound)).astype(dtype)


def _check_range(value: float, name: str, dtype: DTypeLike) -> None:
    """Refuse a spread that float32 (or float64) would turn into infinity or zero without a word."""
    limits = np.finfo(check_dtype(dtype))
    # as Python floats: a float32 limit would cast the value, and warn
    if value and not float(limits.tiny) <= abs(value) <= float(limits.max) / 64:
        raise ValueError(f"{name} must give weights within the range of {limits.dtype}, got a size of {value:.3g}")


_THEORY: Any = object()  # in place of a generator: asks a sampler for its law instead of a draw


def _draw(found: Law, shape: Sequence[int], rng: Any, dtype: DTypeLike, replicas: int | None) -> np.ndarray:
    """One weight, or one from each of `replicas` spawned streams: how every sampler ends.

    Theory comes this way too, with `_THEORY` for `rng`, and is handed the law: so what is drawn and what is said of it
    cannot differ, and the same arguments are refused.
    """
    shape, dtype = check_shape(shape, min_ndim=1), check_dtype(dtype)
    leading = () if replicas is None else (check_int(replicas, "replicas"),)
    if rng is _THEORY:
        return found
    if found.draw is None:  # nothing is random: a generator, if there is one, stays where it is
        if rng is not None:
            check_rng(rng)
        return np.full(leading + shape, found.mean, dtype)
    generator = check_rng(rng)
    if replicas is None:
        return found.draw(generator, shape, dtype)
    return np.stack([found.draw(child, shape, dtype) for child in generator.spawn(*leading)])


# What other libraries call an option of ours.
_MEANT = {
    "a": "negative_slope",
    "stddev": "std",
    "sigma": "std",
    "minval": "low",
    "maxval": "high",
    "seed": "rng",
    "key": "rng",
    "generator": "rng",
}


def _sampler(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """Let a sampler say what it takes when an option is not its own: Python's message names only what was given."""
    known = frozenset(inspect.signature(function).parameters)

    @functools.wraps(function)
    def sampler(*arguments, **options):
        if not options.keys() <= known:
            _check_options(function, {name: value for name, value in options.items() if name not in known})
        return function(*arguments, **options)

    return sampler


# ---- the family: variance = scale / fan -----------------------------------------------------------------------------
def _scaled(
    shape: Sequence[int],
    scale: float,
    mode: str,
    distribution: str,
    layout: str,
    groups: int,
    dtype: DTypeLike,
    cause: str = "scale",
) -> Law:
    """The law with variance ``scale / fan``; `cause` is the argument to blame if float32 cannot hold it."""
    fan_in, fan_out = fans(shape, layout, groups)
    check_choice(mode, "mode", MODES)
    fan = {
        "fan_in": fan_in,
        "fan_out": fan_out,
        "fan_avg": (fan_in + fan_out) / 2,
        "fan_geo_avg": math.sqrt(fan_in * fan_out),
    }[mode]
    std = math.sqrt(scale / fan)
    _check_range(std, cause, dtype)
    return _symmetric(distribution, std)


def _squared(value: float, name: str) -> float:
    """value², unless it leaves the range of float64."""
    square = value * value
    if not 0 < square < math.inf:
        raise ValueError(f"{name} must have a square that is neither 0 nor infinite, got {value!r}")
    return square


def _gain(gain: float) -> float:
    """The scale of a gain, which is a factor on the standard deviation."""
    return _squared(check_number(gain, "gain", 0, closed="neither"), "gain")


def _he(negative_slope: float) -> float:
    """The scale that keeps the mean square over a leaky ReLU: 2 / (1 + negative_slope²)."""
    slope = check_number(negative_slope, "negative_slope")
    return 2 / (1 + (_squared(slope, "negative_slope") if slope else 0.0))


@_sampler
def variance_scaling(
    shape: Sequence[int],
    rng: np.random.Generator | int,
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

    JAX and Keras have a function of this name whose "truncated_normal" is this one, too. To Keras "normal" is another
    word for it, and what is "normal" here and in JAX is its "untruncated_normal", which is understood. The schemes with
    a name, such as ``he_normal``, are truncated in both and not here. Keras has no geometric mean.

    Parameters
    ----------
    shape : sequence of int
        Shape of the weight, at least two axes.
    rng : numpy.random.Generator or int
        Source of randomness. An integer is a seed: it starts the same stream at *every* call, so two layers of one
        shape drawn with ``rng=0`` are the same matrix. For a network make one generator,
        ``numpy.random.default_rng(0)``, and hand it to every layer.
    scale : float, default 1
        Numerator of the variance, > 0.
    mode : {"fan_in", "fan_out", "fan_avg", "fan_geo_avg"}
        Denominator of the variance: one of the fans, their mean, or their geometric mean.
    distribution : {"normal", "uniform", "truncated_normal"}
        ``"uniform"`` reaches to ``±sqrt(3 · scale / fan)``; ``"truncated_normal"`` is cut at two standard deviations
        *before* it is rescaled, so that the variance of what is drawn is the requested one.
    layout : {"in_out", "out_in"}
        Order of the axes; a kernel in PyTorch's order needs "out_in", or its fans are those of another layer (`fans`).
    groups : int, default 1
        Groups of a grouped convolution.
    dtype : float32 or float64
        Precision of the draw. For half precision draw in float32 and convert what was drawn.
    replicas : int, optional
        Number of independent weights, stacked on a leading axis. Replica r comes from the r-th stream spawned from
        `rng`, so it does not depend on how many are drawn; ``replicas=1`` is the first of them, and another matrix than
        None gives, which comes from the stream of `rng` itself.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it. Nothing is drawn then.

    Examples
    --------
    >>> weight = variance_scaling((3, 3, 64, 128), 0, scale=2.0)
    >>> weight.shape, round(float(weight.std()), 3), round((2 / (3 * 3 * 64)) ** 0.5, 3)
    ((3, 3, 64, 128), 0.059, 0.059)
    >>> rng = np.random.default_rng(0)
    >>> bool((variance_scaling((5, 5), rng) == variance_scaling((5, 5), rng)).any())
    False
    >>> bool((variance_scaling((5, 5), 0) == variance_scaling((5, 5), 0)).all())
    True
    """
    scale = check_number(scale, "scale", 0, closed="neither")
    # without the alias of Keras' name its opposite would be what the message asks about
    distribution = check_choice(distribution, "distribution", DISTRIBUTIONS, {"untruncated_normal": "normal"})
    found = _scaled(shape, scale, mode, distribution, layout, groups, dtype)
    return _draw(found, shape, rng, dtype, replicas)


@_sampler
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
    an activation with slope 1 at the origin. Glorot & Bengio 2010, eq. 12. The sum of the fans *is* the scheme, so
    there is no `mode`; `variance_scaling` has one. Not truncated, as in PyTorch; Keras and JAX cut their
    ``glorot_normal`` at two standard deviations, with the same variance.

    Parameters
    ----------
    shape, rng, layout, groups, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same matrix at every call.
    gain : float, default 1
        Factor on the standard deviation, > 0.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = xavier_normal((300, 100), 0)
    >>> round(float(weight.std()), 3), round((2 / 400) ** 0.5, 3)
    (0.071, 0.071)
    """
    found = _scaled(shape, _gain(gain), "fan_avg", "normal", layout, groups, dtype, "gain")
    return _draw(found, shape, rng, dtype, replicas)


@_sampler
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

    The variance is that of `xavier_normal`, since U(−a, a) has variance a²/3. Glorot & Bengio 2010, eq. 16. The default
    of Keras' Dense layers, as ``glorot_uniform``.

    Parameters
    ----------
    shape, rng, layout, groups, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same matrix at every call.
    gain : float, default 1
        Factor on the standard deviation, > 0.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = xavier_uniform((300, 100), 0)
    >>> round(float(abs(weight).max()), 4), round((6 / 400) ** 0.5, 4)
    (0.1225, 0.1225)
    """
    found = _scaled(shape, _gain(gain), "fan_avg", "uniform", layout, groups, dtype, "gain")
    return _draw(found, shape, rng, dtype, replicas)


@_sampler
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
    with the slope of a leaky ReLU as in their section 2.2. The 2 is the gain of the ReLU, squared; so there is no
    `gain` to give a second time, and `variance_scaling` is there for any other factor. Not truncated, as in PyTorch;
    Keras and JAX cut their ``he_normal`` at two standard deviations, with the same variance.

    Parameters
    ----------
    shape, rng, layout, groups, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same matrix at every call.
    negative_slope : float, default 0
        Slope of a leaky ReLU for negative input; a larger slope needs *smaller* weights. (`a` in PyTorch, where it
        counts only with ``nonlinearity="leaky_relu"``.)
    mode : {"fan_in", "fan_out", "fan_avg", "fan_geo_avg"}
        ``"fan_in"`` keeps the signal level, ``"fan_out"`` the gradient.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = he_normal((300, 100), 0)
    >>> round(float(weight.std()), 3), round((2 / 300) ** 0.5, 3)
    (0.082, 0.082)
    >>> torch_kernel = he_normal((64, 3, 7, 7), 0, layout="out_in")
    >>> round(float(torch_kernel.std()), 2), round((2 / 147) ** 0.5, 2)
    (0.12, 0.12)
    """
    found = _scaled(shape, _he(negative_slope), mode, "normal", layout, groups, dtype, "negative_slope")
    return _draw(found, shape, rng, dtype, replicas)


@_sampler
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

    The variance is that of `he_normal`. With ``negative_slope=5**0.5`` it is what PyTorch's Linear and Conv layers do
    unasked, but for their biases: see `pytorch_default`.

    Parameters
    ----------
    shape, rng, layout, groups, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same matrix at every call.
    negative_slope : float, default 0
        Slope of a leaky ReLU for negative input; a larger slope needs *smaller* weights. (`a` in PyTorch, where it
        counts only with ``nonlinearity="leaky_relu"``.)
    mode : {"fan_in", "fan_out", "fan_avg", "fan_geo_avg"}
        ``"fan_in"`` keeps the signal level, ``"fan_out"`` the gradient.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = he_uniform((300, 100), 0)
    >>> round(float(abs(weight).max()), 4), round((6 / 300) ** 0.5, 4)
    (0.1414, 0.1414)
    """
    found = _scaled(shape, _he(negative_slope), mode, "uniform", layout, groups, dtype, "negative_slope")
    return _draw(found, shape, rng, dtype, replicas)


@_sampler
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

    The fan-in *is* the scheme, so there is no `mode`; `variance_scaling` has one. Not truncated; Keras and JAX cut
    theirs at two standard deviations, with the same variance. PyTorch calls it
    ``kaiming_normal_(nonlinearity="linear")``.

    Parameters
    ----------
    shape, rng, layout, groups, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same matrix at every call.
    gain : float, default 1
        Factor on the standard deviation, > 0.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = lecun_normal((300, 100), 0)
    >>> round(float(weight.std()), 3), round((1 / 300) ** 0.5, 3)
    (0.058, 0.058)
    """
    found = _scaled(shape, _gain(gain), "fan_in", "normal", layout, groups, dtype, "gain")
    return _draw(found, shape, rng, dtype, replicas)


@_sampler
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

    Parameters
    ----------
    shape, rng, layout, groups, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same matrix at every call.
    gain : float, default 1
        Factor on the standard deviation, > 0.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = lecun_uniform((300, 100), 0)
    >>> round(float(abs(weight).max()), 3), round((3 / 300) ** 0.5, 3)
    (0.1, 0.1)
    """
    found = _scaled(shape, _gain(gain), "fan_in", "uniform", layout, groups, dtype, "gain")
    return _draw(found, shape, rng, dtype, replicas)


@_sampler
def pytorch_default(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Uniform weights between ``±1 / sqrt(fan_in)``: what PyTorch's Linear and Conv layers do unasked.

    A third of `lecun_normal`'s variance (written there as ``kaiming_uniform_(a=√5)``), the "standard" start of which
    Glorot & Bengio 2010 warn. The same layers draw their biases as well: `pytorch_default_bias`.

    Parameters
    ----------
    shape, rng, layout, groups, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same matrix at every call.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = pytorch_default((400, 100), 0)
    >>> round(float(abs(weight).max()), 3), 1 / 400**0.5
    (0.05, 0.05)
    """
    found = _scaled(shape, 1 / 3, "fan_in", "uniform", layout, groups, dtype, "shape")
    return _draw(found, shape, rng, dtype, replicas)


@_sampler
def pytorch_default_bias(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    layout: str = "in_out",
    groups: int = 1,
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Uniform biases between ``±1 / sqrt(fan_in)``: what PyTorch's Linear and Conv layers do unasked.

    Not those of a transposed convolution: PyTorch keeps its weight as ``(in, out, *window)``, so that the first axis
    would be taken for the outputs, and as many biases be drawn.

    Parameters
    ----------
    shape : sequence of int
        Shape of the *weight* beside which the bias stands: it has the fan-in, the bias has not.
    rng, layout, groups, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same numbers at every call.

    Returns
    -------
    ndarray, shape ``(n_out,)`` or ``(replicas, n_out)``

    Examples
    --------
    >>> bias = pytorch_default_bias((400, 100), 0)
    >>> bias.shape, bool((abs(bias) <= 0.05).all())
    ((100,), True)
    """
    found = _scaled(shape, 1 / 3, "fan_in", "uniform", layout, groups, dtype, "shape")
    _, n_out, _ = _split(tuple(shape), layout)
    return _draw(found, (n_out,), rng, dtype, replicas)


# ---- distributions that do not look at the fans ---------------------------------------------------------------------
def _check_interval(low: float, high: float, dtype: DTypeLike) -> tuple[float, float]:
    """Both ends, if a uniform law of `dtype` fits between them."""
    low, high = check_number(low, "low"), check_number(high, "high")
    if not low < high:
        raise ValueError(f"high must be > low = {low!r}, got {high!r}")
    if math.isinf(high - low):
        raise ValueError(f"high must not be infinitely far from low = {low!r}, got {high!r}")
    for end, name in ((low, "low"), (high, "high")):
        _check_range(end, name, dtype)
    # rounding adds spacing²/12 to the variance width²/12: with 100 spacings a ten-thousandth, with one it is all there is
    dtype = check_dtype(dtype)
    if high - low < 100 * float(np.spacing(dtype.type(max(abs(low), abs(high))))):
        raise ValueError(f"high must leave room for at least 100 {dtype} numbers above low = {low!r}, got {high!r}")
    return low, high


@_sampler
def normal(
    shape: Sequence[int],
    rng: np.random.Generator | int,
    *,
    std: float,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Normal weights or biases with mean 0 and standard deviation `std` (not variance).

    Parameters
    ----------
    shape, rng, dtype, replicas
        As in `variance_scaling`, and so are the errors, but the shape may also be that of a bias, ``(n,)``. An integer
        `rng` is a seed: the same numbers at every call.
    std : float
        Standard deviation, >= 0.
    layout : {"in_out", "out_in"}
        Accepted so that every initializer is called alike; the values do not depend on it.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> round(float(normal((300, 100), 0, std=0.02).std()), 3)
    0.02
    """
    std = check_number(std, "std", 0)
    check_shape(shape, min_ndim=1)
    check_choice(layout, "layout", LAYOUTS)
    _check_range(std, "std", dtype)
    return _draw(_symmetric("normal", std), shape, rng, dtype, replicas)


@_sampler
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
    """Uniform weights or biases between `low` and `high`; the variance is ``(high − low)² / 12``.

    Parameters
    ----------
    shape, rng, dtype, replicas
        As in `variance_scaling`, and so are the errors, but the shape may also be that of a bias, ``(n,)``. An integer
        `rng` is a seed: the same numbers at every call.
    low, high : float
        Ends of the interval, low < high, with at least 100 numbers of the dtype between them.
    layout : {"in_out", "out_in"}
        Accepted so that every initializer is called alike; the values do not depend on it.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = uniform((300, 100), 0, low=-0.1, high=0.3)
    >>> round(float(weight.min()), 3), round(float(weight.max()), 3)
    (-0.1, 0.3)
    """
    check_shape(shape, min_ndim=1)
    check_choice(layout, "layout", LAYOUTS)
    low, high = _check_interval(low, high, dtype)

    def draw(generator, shape, dtype):
        return generator.random(shape, dtype=dtype) * dtype.type(high - low) + dtype.type(low)

    std, largest = (high - low) / math.sqrt(12), max(abs(low), abs(high))
    return _draw(Law("uniform", (low + high) / 2, std, largest, 1.8, draw), shape, rng, dtype, replicas)


@_sampler
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
    """Normal weights or biases cut at ±bound, rescaled so that the standard deviation of what is drawn is `std`.

    Keras' ``TruncatedNormal`` and JAX' ``truncated_normal`` take the standard deviation *before* the cut instead, so
    that what they draw has 0.88 of it: to get theirs, ask for ``std=0.8796 * std``. PyTorch's ``trunc_normal_`` takes it
    before the cut, too, but its bounds are numbers, ±2 unless others are given, and not multiples of `std`: with
    ``std=0.02`` it cuts nothing, and draws what `normal` draws.

    Parameters
    ----------
    shape, rng, dtype, replicas
        As in `variance_scaling`, and so are the errors, but the shape may also be that of a bias, ``(n,)``. An integer
        `rng` is a seed: the same numbers at every call.
    std : float
        *Realized* standard deviation, >= 0. The standard normal cut at ±2 has only 0.8796 of its spread left; the draw
        is divided by that.
    bound : float, default 2
        Where the standard normal is cut, in its own standard deviations, in [0.001, 30]. No value exceeds
        ``std · bound / 0.8796`` (for bound 2).
    layout : {"in_out", "out_in"}
        Accepted so that every initializer is called alike; the values do not depend on it.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> weight = truncated_normal((300, 100), 0, std=1.0)
    >>> round(float(weight.std()), 2), round(float(abs(weight).max()), 2)
    (1.0, 2.27)
    """
    std = check_number(std, "std", 0)
    # below, the law is uniform to six digits and the formula of its spread runs out of them; above, nothing is cut
    bound = check_number(bound, "bound", 1e-3, 30)
    check_shape(shape, min_ndim=1)
    check_choice(layout, "layout", LAYOUTS)
    _check_range(std, "std", dtype)
    return _draw(_symmetric("truncated_normal", std, bound), shape, rng, dtype, replicas)


@_sampler
def constant(
    shape: Sequence[int],
    rng: np.random.Generator | int | None = None,
    *,
    value: float,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Weights that are all equal, the start that cannot break the symmetry between units; or biases.

    Parameters
    ----------
    shape, dtype, replicas
        As in `variance_scaling`, and so are the errors, but the shape may also be that of a bias, ``(n,)``.
    rng : numpy.random.Generator, int or None
        Not used; accepted so that every initializer is called alike.
    value : float
        The value.
    layout : {"in_out", "out_in"}
        Accepted so that every initializer is called alike; the values do not depend on it.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> constant((3,), value=0.5)
    array([0.5, 0.5, 0.5], dtype=float32)
    """
    value = check_number(value, "value")
    check_shape(shape, min_ndim=1)
    check_choice(layout, "layout", LAYOUTS)
    _check_range(value, "value", dtype)
    return _draw(Law("constant", value, 0.0, abs(value), math.nan, None), shape, rng, dtype, replicas)


@_sampler
def zeros(
    shape: Sequence[int],
    rng: np.random.Generator | int | None = None,
    *,
    layout: str = "in_out",
    dtype: DTypeLike = np.float32,
    replicas: int | None = None,
) -> np.ndarray:
    """Weights that are all zero, harmless for a convex model, a dead start for a deep one; or biases.

    Parameters
    ----------
    shape, rng, layout, dtype, replicas
        As in `constant`.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> zeros((2, 3), replicas=5).shape
    (5, 2, 3)
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


def _haar_law(shape: tuple[int, ...], gain: float, n_in: int, n_out: int, draw: Callable) -> Law:
    """The law of a weight of `shape` that holds one orthogonal (n_in, n_out) matrix times `gain`, and zeros.

    The matrix is min(n_in, n_out) orthonormal vectors in N = max(n_in, n_out) dimensions. A coordinate of a uniform
    direction has E[w²] = 1/N and E[w⁴] = 3/(N (N + 2)), and a share of all entries are coordinates.
    """
    n, share = max(n_in, n_out), n_in * n_out / math.prod(shape)
    return Law(
        "orthogonal", 0.0, gain * math.sqrt(min(n_in, n_out) / math.prod(shape)), gain, 3 * n / (n + 2) / share, draw
    )


@_sampler
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

    A convolution kernel is flattened to a matrix of all inputs by outputs, as in PyTorch, Keras and JAX. Saxe et al.
    2013; sign correction of Mezzadri 2007.

    Parameters
    ----------
    shape, rng, layout, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same matrix at every call.
    gain : float, default 1
        Every singular value of the result, > 0.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``
        The flattened matrix has orthonormal columns (more inputs than outputs), or rows, times `gain`.

    Examples
    --------
    >>> weight = orthogonal((4, 3), 0, dtype=np.float64)
    >>> bool(np.allclose(weight.T @ weight, np.eye(3)))
    True
    """
    shape, gain = _check_weight(shape), check_number(gain, "gain", 0, closed="neither")
    _check_range(gain, "gain", dtype)
    check_choice(layout, "layout", LAYOUTS)
    n_out = shape[-1] if layout == "in_out" else shape[0]
    n_in = math.prod(shape) // n_out

    def draw(generator, shape, dtype):
        matrix = gain * _haar(generator, n_in, n_out)
        return (matrix if layout == "in_out" else matrix.T).reshape(shape).astype(dtype)

    return _draw(_haar_law(shape, gain, n_in, n_out, draw), shape, rng, dtype, replicas)


def _check_kernel(shape: Sequence[int], layout: str) -> tuple[int, int, tuple[int, ...]]:
    """Channels in, channels out and window of a kernel that a delta start can fill; else ValueError for `shape`."""
    n_in, n_out, window = _split(_check_weight(shape), layout)
    if not 1 <= len(window) <= 3:
        raise ValueError(f"shape must be that of a convolution kernel with one to three window axes, got {shape!r}")
    if any(length % 2 == 0 for length in window):
        raise ValueError(f"shape must have a window of odd lengths, so that it has a center, got {shape!r}")
    if n_in > n_out:
        raise ValueError(
            f"shape must not have more input than output channels, or the norm cannot be kept, got {shape!r}"
        )
    return n_in, n_out, window


@_sampler
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

    With stride 1 and an output of the input's size such a layer keeps the norm of every input exactly (times `gain`),
    however large the window and whatever the padding, which the center of the window does not read.
    Xiao et al. 2018. JAX has it, too; PyTorch and Keras do not.

    Parameters
    ----------
    shape : sequence of int
        ``(*window, in, out)`` or ``(out, in, *window)``, window of one to three odd lengths, ``in <= out``.
    rng, layout, dtype, replicas
        As in `variance_scaling`, and so are the errors; an integer `rng` is a seed: the same kernel at every call.
    gain : float, default 1
        Factor on the norm, > 0.

    Returns
    -------
    ndarray, shape `shape` or ``(replicas, *shape)``

    Examples
    --------
    >>> kernel = delta_orthogonal((3, 3, 2, 2), 0)
    >>> np.argwhere(kernel.any(axis=(2, 3))).tolist()
    [[1, 1]]
    """
    gain = check_number(gain, "gain", 0, closed="neither")
    _check_range(gain, "gain", dtype)
    check_choice(layout, "layout", LAYOUTS)
    n_in, n_out, window = _check_kernel(shape, layout)
    center = tuple(length // 2 for length in window)

    def draw(generator, shape, dtype):
        kernel = np.zeros(shape, dtype)
        matrix = gain * _haar(generator, n_in, n_out)
        kernel[(*center, slice(None), slice(None)) if layout == "in_out" else (slice(None), slice(None), *center)] = (
            matrix if layout == "in_out" else matrix.T
        )
        return kernel

    return _draw(_haar_law(tuple(shape), gain, n_in, n_out, draw), shape, rng, dtype, replicas)


# ---- by name --------------------------------------------------------------------------------------------------------
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
    "pytorch_default": pytorch_default,
    "normal": normal,
    "uniform": uniform,
    "truncated_normal": truncated_normal,
    "constant": constant,
    "zeros": zeros,
    "orthogonal": orthogonal,
    "delta_orthogonal": delta_orthogonal,
}
_BIASES: dict[str, Callable] = {"pytorch_default_bias": pytorch_default_bias}

NAMES = tuple(_BY_NAME)
"""The names that :func:`get` knows."""

ALIASES = {"random_normal": "normal", "random_uniform": "uniform", "torch_default": "pytorch_default"}
"""Other names that :func:`get` knows. A family alone ("he", "glorot") does not say which distribution: it is refused."""


def get(init: str | Callable[..., Any], **options: Any) -> Callable[..., np.ndarray]:
    """Look an initializer up.

    Parameters
    ----------
    init : str or callable
        One of `NAMES` or `ALIASES`, however it is spelled ("HeNormal", "kaiming_normal_"), or any function
        ``(shape, rng, ...) -> array``.
    **options
        Options to fix, for example ``get("xavier_normal", gain=5 / 3)``.

    Returns
    -------
    callable ``(shape, rng, ...) -> ndarray``

    Raises
    ------
    ValueError
        If the name is unknown (the message lists the names and asks whether another was meant), or an option of a named
        initializer is out of range.
    TypeError
        If `init` is neither a name nor callable, or an option is none that it takes.

    Examples
    --------
    >>> get("he_normal") is he_normal
    True
    >>> get("he")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: init must be one of 'variance_scaling', ..., got 'he'; did you mean 'he_normal' or 'he_uniform'?
    """
    if isinstance(init, str):
        sampler = _BY_NAME[check_choice(init, "init", NAMES, ALIASES)]
    elif callable(init):
        sampler = init
    else:
        raise TypeError(f"init must be a name or a callable (shape, rng) -> array, got {init!r}")
    if not options:
        return sampler
    needed = _check_options(sampler, options)
    if sampler in _BY_NAME.values() and needed <= set(options):
        # asked for the law of a weight that every option can fill, it refuses here what it would refuse when drawing
        side = max(1, options["groups"]) if isinstance(options.get("groups"), Integral) else 1
        sampler((side, side, side), _THEORY, **options)
    return functools.partial(sampler, **options)


def _check_options(sampler: Callable[..., Any], options: dict[str, Any]) -> set[str]:
    """Refuse options that `sampler` does not take; return the names of those that it cannot do without."""
    try:
        parameters = list(inspect.signature(sampler).parameters.values())[2:]
    except (TypeError, ValueError):  # some builtins have no signature
        return set()
    known = [p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        label = getattr(sampler, "__name__", repr(sampler))
        for option, value in options.items():
            if option not in known:
                takes = ", ".join(known) or "no options"
                meant = _MEANT.get(option)
                asked = f"; did you mean {meant}?" if meant in (*known, "rng") else did_you_mean(option, known)
                raise TypeError(
                    f"{option} must not be given as an option, {label} takes {takes}; got {option}={value!r}{asked}"
                )
    return {p.name for p in parameters if p.name in known and p.default is p.empty}


def bias_of(init: str | Callable[..., Any]) -> Callable[..., np.ndarray] | None:
    """The biases that belong to a start: what draws them, or None if they are zero.

    Parameters
    ----------
    init : str or callable
        As in `get`.

    Returns
    -------
    callable ``(weight_shape, rng, *, dtype, ...) -> ndarray (n_out,)``, or None
        Called with the shape of the *weight*, which has the fans. For `pytorch_default` it is `pytorch_default_bias`,
        with the options that are fixed in `init`; for every other start None.

    Raises
    ------
    ValueError, TypeError
        As `get`.

    Examples
    --------
    >>> bias_of("pytorch_default")((400, 100), 0).shape
    (100,)
    >>> bias_of("he_normal") is None
    True
    """
    sampler = get(init)
    if sampler is pytorch_default:
        return pytorch_default_bias
    if isinstance(sampler, functools.partial) and sampler.func is pytorch_default:
        return functools.partial(pytorch_default_bias, **sampler.keywords)
    return None


# ---- what the theory expects ----------------------------------------------------------------------------------------
def law(name: str, shape: Sequence[int], **options: Any) -> Law:
    """The law from which an initializer draws.

    Parameters
    ----------
    name : str
        One of `NAMES` or `ALIASES`, or ``"pytorch_default_bias"``.
    shape : sequence of int
        Shape of the weight.
    **options
        What the initializer of that name takes (but `rng`).

    Returns
    -------
    Law

    Raises
    ------
    ValueError, TypeError
        As the initializer of that name.

    Examples
    --------
    >>> law("normal", (300, 100), std=0.02).std
    0.02
    """
    samplers = _BY_NAME | _BIASES
    name = check_choice(name, "name", tuple(samplers), ALIASES)
    missing = _check_options(samplers[name], options) - set(options)
    if missing:
        raise TypeError(f"{min(missing)} must be given for {name!r}")
    return samplers[name](shape, _THEORY, **options)


def theoretical_std(name: str, shape: Sequence[int], **options: Any) -> float:
    """Standard deviation of a weight, from the formula and not from a draw.

    Parameters
    ----------
    name, shape, **options
        As in `law`.

    Returns
    -------
    float
        For orthogonal starts the root mean square of an entry; 0 for `zeros` and `constant`.

    Raises
    ------
    ValueError, TypeError
        As the initializer of that name.

    Examples
    --------
    >>> round(theoretical_std("he_normal", (300, 100)), 4)
    0.0816
    """
    return law(name, shape, **options).std


def theoretical_kurtosis(name: str, shape: Sequence[int], **options: Any) -> float:
    """E[(w − mean)⁴]/std⁴: the mean square of n independent weights of mean 0 has the relative variance (this − 1)/n.

    Parameters
    ----------
    name, shape, **options
        As in `law`.

    Returns
    -------
    float
        3 for normal weights, 9/5 for uniform ones. For orthogonal starts that of all entries together.

    Raises
    ------
    ValueError, TypeError
        If all weights are equal, so that there is none, or as the initializer of that name.

    Examples
    --------
    >>> theoretical_kurtosis("he_uniform", (300, 100))
    1.8
    >>> round(theoretical_kurtosis("truncated_normal", (300, 100), std=1.0), 3)
    2.366
    """
    found = law(name, shape, **options)
    if found.std == 0:
        raise ValueError(
            f"name must be that of a start whose weights differ, got {name!r} with {options or 'no options'}"
        )
    return found.kurtosis


def uniform_bound(name: str, shape: Sequence[int], **options: Any) -> float:
    """Largest absolute value that a uniform initializer can draw: √3 times the standard deviation, if the mean is 0.

    Parameters
    ----------
    name : str
        A uniform scheme: ``"xavier_uniform"``, ``"he_uniform"``, ``"lecun_uniform"``, an alias, ``"pytorch_default"``,
        ``"uniform"``, or ``"variance_scaling"`` with ``distribution="uniform"``.
    shape : sequence of int
        Shape of the weight.
    **options
        What the initializer of that name takes (but `rng`).

    Returns
    -------
    float

    Raises
    ------
    ValueError, TypeError
        If `name` is no uniform scheme, or as the initializer of that name.

    Examples
    --------
    >>> round(uniform_bound("pytorch_default", (400, 100)), 9)
    0.05
    """
    found = law(name, shape, **options)
    if found.distribution != "uniform":
        raise ValueError(
            f"name must be that of a uniform scheme, got {name!r}: its distribution is {found.distribution!r}"
        )
    return found.bound
