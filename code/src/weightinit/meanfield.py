"""Mean-field theory of wide random networks, and the exact finite-width laws of a ReLU network (floor 3).

A layer is z_l = W_l φ(z_{l-1}) + b_l with Var[W] = σ_w²/fan_in and Var[b] = σ_b². In the limit of infinite width z is
Gaussian, and two numbers describe a pair of inputs: the variance q_l of the pre-activations (the *length*) and their
correlation c_l. Both follow one-dimensional maps (Poole et al. 2016, eq. 3 and 5). `sigma_w2` and `sigma_b2` are the
variances σ_w² and σ_b².
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats
from scipy.optimize import brentq, minimize_scalar

from weightinit._validation import check_int, check_number, check_numbers, unwrap
from weightinit.activations import Activation, get
from weightinit.moments import (
    covariance,
    derivative_covariance,
    derivative_moment,
    gaussian_rule,
    second_moment,
    second_moment_slope,
)

__all__ = [
    "FiniteWidth",
    "FixedLength",
    "MeanField",
    "Universality",
    "analyze",
    "correlation_map",
    "critical_point",
    "critical_weights",
    "finite_width",
    "fixed_lengths",
    "length_map",
    "q_trajectory",
    "universality",
]

_CRITICAL = 1e-10  # a slope this close to 1 is 1: the depth scale beyond 10^10 layers is called infinite
_ROUNDING = 1e-13  # relative error that an evaluation of the length map may have
_NEAR_ZERO, _FAR = 1e-12, 1e24  # stand for q = 0 and q = inf where only the limit has a meaning
_LENGTHS = np.geomspace(1e-18, 1e18, 721)  # where fixed points are looked for: twenty steps a decade
_TANGENT = 1e-12  # a valley of the length map that is this near the diagonal, relative to q, touches it
_SMALL = np.square(np.arange(2, 8) * 1e-3)  # lengths from which the limit of small ones is extrapolated
_REACH, _TAIL = 9.0, 1e-9  # share of E[φ²] that may come from beyond that many standard deviations


@dataclass(frozen=True)
class MeanField:
    """What becomes of lengths, correlations and gradients in a deep, wide network.

    Attributes
    ----------
    q_star : float
        Fixed point of the length map that is reached from `q_start`; 0 if signals die out, inf if they explode. It may
        be an unstable one, if `q_start` is the point itself: `stable` says.
    chi_1 : float
        χ₁ = σ_w² E[φ'(z)²] at q*: factor on the mean square of the gradient in a square layer, and slope of the correlation map
        at c = 1 if 0 < q* < inf. Below 1 the network is ordered, above it is chaotic.
    c_star : float
        Fixed point in [0, 1] of the correlation map, the stable one. (1 where every c is fixed: a straight line, no biases.)
    xi_q, xi_c : float
        Depth scales, in layers: |q_l - q*| falls like exp(-l/ξ_q) and |c_l - c*| like exp(-l/ξ_c). inf where the
        approach is slower than exponential, or there is none.
    length_slope : float
        Slope of the length map at q*: a small difference from q* is multiplied by it in every layer. (For q* = inf the
        slope far out, by which lengths grow a layer in the end.)

    Examples
    --------
    The gain of GELU keeps the variance 1, but only exactly 1: what is a little larger explodes, what is a little
    smaller dies out.

    >>> found = analyze("gelu", 1 / second_moment("gelu"), 0.0)
    >>> found.q_star, round(found.length_slope, 3), found.stable
    (1.0, 1.144, False)
    >>> analyze("gelu", 1 / second_moment("gelu"), 0.0, q_start=1.001).q_star
    inf
    """

    q_star: float
    chi_1: float
    c_star: float
    xi_q: float
    xi_c: float
    length_slope: float

    @property
    def stable(self) -> bool:
        """Does q_l stay near q* after a small disturbance? Not if the length map has a slope above 1 there.

        With a slope of exactly 1 the disturbance neither grows nor shrinks exponentially, and it counts as stable: the
        ReLU at (2, 0) stays where it is, a tanh at (1, 0) creeps towards 0. (Whether such a point is half-stable:
        :func:`fixed_lengths`.)
        """
        return self.q_star == math.inf or abs(self.length_slope) < 1 + _CRITICAL

    @property
    def phase(self) -> str:
        """Where gradients vanish "ordered", where they keep their size "critical", where they explode "chaotic"."""
        if abs(self.chi_1 - 1) < _CRITICAL:
            return "critical"
        return "ordered" if self.chi_1 < 1 else "chaotic"


@dataclass(frozen=True)
class FixedLength:
    """A fixed point of the length map.

    Attributes
    ----------
    q : float
        f(q) = q.
    slope : float
        f'(q): a small difference from q is multiplied by it in every layer.
    stability : {"stable", "unstable", "half-stable", "neutral"}
        "stable": lengths near q go to q. "unstable": they leave it. "half-stable": the map touches the diagonal, so
        that they come from one side and leave on the other. "neutral": every q nearby is a fixed point as well.

    Examples
    --------
    >>> [(round(point.q, 3), point.stability) for point in fixed_lengths("gelu", 2.2, 0.0)]
    [(0.0, 'stable'), (1.722, 'unstable')]
    """

    q: float
    slope: float
    stability: Literal["stable", "unstable", "half-stable", "neutral"]


@dataclass(frozen=True)
class Universality:
    """How an activation behaves in deep networks whose lengths *and* gradients are level: its class.

    Critical means here that both slopes are 1, that of the length map and χ₁.

    Attributes
    ----------
    kind : {"scale-invariant", "zero", "half-stable", "none"}
        "scale-invariant": every length is fixed (ReLU family). "zero": the critical point is q* = 0, reached by a power
        of the depth. "half-stable": the critical point q* > 0 is reached from one side only. "none": there is no
        critical point that lengths stay at or go to.
    sigma_w2, sigma_b2 : float or None
        Variances of the critical start; None if there is none.
    q_star : float or None
        The critical length; None where there is none, or where every length is one.
    side : {"both", "above", "below"} or None
        From which side lengths go to q*; "both" for "scale-invariant", where they stay.
    power, coefficient : float
        |q_l - q*| → coefficient / l^power. With power 0 there is no such law: nothing moves ("scale-invariant"), or
        lengths fall more slowly than any power (an activation that is straight near 0, such as a hard tanh).
    gradient_power : float
        The mean square of the gradient falls like l^-gradient_power on the way from layer l to the first ones; a
        negative number means that it rises.

    Examples
    --------
    >>> found = universality("tanh")
    >>> found.kind, found.sigma_w2, round(found.power, 3), round(found.coefficient, 3)
    ('zero', 1.0, 1.0, 0.5)
    """

    kind: Literal["scale-invariant", "zero", "half-stable", "none"]
    sigma_w2: float | None
    sigma_b2: float | None
    q_star: float | None
    side: Literal["both", "above", "below"] | None
    power: float
    coefficient: float
    gradient_power: float


@dataclass(frozen=True)
class FiniteWidth:
    """Laws of ‖x_L‖² in a He-started ReLU network of one width, for one fixed input.

    Attributes
    ----------
    norm_ratio : float
        E‖x_L‖⁴ / (E‖x_L‖²)²: nearly 1 where the width is much larger than the depth, nearly e^(5·depth/width) where the
        square of the width is much larger than the depth.
    mean_log_sqnorm, var_log_sqnorm : float
        Mean and variance of ln(‖x_L‖²/‖x_0‖²), given that no layer has all its units off.

    Examples
    --------
    >>> found = finite_width(100, 20)
    >>> round(found.mean_log_sqnorm, 2), round(found.var_log_sqnorm, 2)
    (-0.51, 1.04)
    """

    norm_ratio: float
    mean_log_sqnorm: float
    var_log_sqnorm: float


def length_map(
    activation: str | Activation, sigma_w2: float, sigma_b2: float, q: ArrayLike, **parameters: float
) -> Any:
    """Apply one layer of the length map, q -> σ_w² E[φ(z)²] + σ_b², z ~ N(0, q)  (Poole et al. 2016, eq. 3).

    Parameters
    ----------
    activation : str or Activation
    sigma_w2 : float
        σ_w² = fan_in · Var[W], >= 0.
    sigma_b2 : float
        Variance of the biases, >= 0.
    q : float or array_like
        Variance of the pre-activations of a layer, >= 0.
    **parameters
        Of the activation, such as `negative_slope`.

    Returns
    -------
    float or ndarray
        The variance in the next layer, of the shape of q.

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it. An activation that grows so fast that E[φ(z)²] is
        infinite, or out of reach of the quadrature, is none.

    Examples
    --------
    >>> length_map("relu", 2.0, 0.0, 0.7)
    0.7
    """
    activation = get(activation, **parameters)
    _check_variances(sigma_w2, sigma_b2)
    _check_growth(activation, check_numbers(q, "q", 0))
    return _length(activation, sigma_w2, sigma_b2, q)


def q_trajectory(
    activation: str | Activation, sigma_w2: float, sigma_b2: float, q0: float, depth: int, **parameters: float
) -> NDArray[np.float64]:
    """Follow the variance of the pre-activations, layer by layer.

    Parameters
    ----------
    activation, sigma_w2, sigma_b2, **parameters
        As in :func:`length_map`.
    q0 : float
        Variance to start from, >= 0.
    depth : int
        Number of times that the map is applied, >= 0.

    Returns
    -------
    ndarray, shape (depth + 1,)
        q_0, …, q_depth; inf from the layer on in which float64 overflows.

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.

    Examples
    --------
    >>> q_trajectory("relu", 1.0, 0.0, 8.0, 3)
    array([8., 4., 2., 1.])
    """
    activation = get(activation, **parameters)
    _check_variances(sigma_w2, sigma_b2)
    check_number(q0, "q0", 0)
    check_int(depth, "depth", 0)
    _check_growth(activation, q0)
    trajectory = np.full(depth + 1, math.inf)
    trajectory[0] = q0
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in range(depth):
            trajectory[layer + 1] = _length(activation, sigma_w2, sigma_b2, trajectory[layer])
            if not math.isfinite(trajectory[layer + 1]):
                trajectory[layer + 1 :] = math.inf
                break
    return trajectory


def correlation_map(
    activation: str | Activation,
    sigma_w2: float,
    sigma_b2: float,
    c: ArrayLike,
    *,
    q: float | None = None,
    **parameters: float,
) -> Any:
    """Apply one layer of the correlation map, c -> (σ_w² E[φ(u) φ(v)] + σ_b²)/q*  (Poole et al. 2016, eq. 5).

    Parameters
    ----------
    activation, sigma_w2, sigma_b2, **parameters
        As in :func:`length_map`.
    c : float or array_like
        Correlation of the pre-activations of two inputs, in [-1, 1].
    q : float, optional
        Variance of the pre-activations of both, > 0. Default: q* of :func:`analyze`.

    Returns
    -------
    float or ndarray
        The correlation in the next layer, of the shape of c. The denominator is the variance in the next layer, which
        for q = q* is q* again. Where q* is 0 or inf it is the limit.

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable, or both variances are 0, so that there is nothing to correlate.

    Notes
    -----
    For the ReLU at (σ_w², σ_b²) = (2, 0): (√(1 - c²) + c (π - arccos c))/π, whatever q is (Cho & Saul 2009).

    Examples
    --------
    >>> round(correlation_map("relu", 2.0, 0.0, 0.0), 4)
    0.3183
    """
    activation = get(activation, **parameters)
    _check_variances(sigma_w2, sigma_b2)
    c = check_numbers(c, "c", -1, 1)
    if q is None:
        q = _fixed_length(activation, sigma_w2, sigma_b2, 1.0)
    else:
        check_number(q, "q", 0, closed="neither")
    _check_growth(activation, min(q, _FAR))
    if _length(activation, sigma_w2, sigma_b2, _NEAR_ZERO) == 0:
        raise ValueError(f"sigma_w2 must be > 0 if there is no bias, got {sigma_w2!r}: all pre-activations are 0")
    return unwrap(np.asarray(_correlation(activation, sigma_w2, sigma_b2, c, q)))


def analyze(
    activation: str | Activation, sigma_w2: float, sigma_b2: float, *, q_start: float = 1.0, **parameters: float
) -> MeanField:
    """Find the fixed points and the depth scales of the mean-field maps.

    Parameters
    ----------
    activation, sigma_w2, sigma_b2, **parameters
        As in :func:`length_map`: variances, σ_w² and σ_b², not standard deviations.
    q_start : float, default 1
        The length map is followed from this variance, > 0. It matters only where there are several fixed points
        (GELU and SiLU with a large σ_w²), or where every q is one: ReLU at (2, 0), identity at (1, 0).

    Returns
    -------
    MeanField

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it. An activation that grows so fast that E[φ(z)²] is
        infinite at `q_start` or at q* is none.

    Notes
    -----
    Fixed points are roots, found by bracketing: near criticality an iteration stops far too early. The values agree
    with adaptive quadrature of 30 digits to 10⁻⁸ and better, down to |χ₁ - 1| = 10⁻⁴.

    q* is the nearest fixed point above `q_start` if the map raises `q_start`, the nearest below if it lowers it, and
    `q_start` itself if the map leaves it; then it may be unstable, as for GELU and SiLU at their gains (`stable`).
    Where the map falls (for an activation that is larger near 0 than farther out) a layer may leap over a fixed point, and the
    lengths are followed until they do not. A point that the map only touches is passed, because the rounding of σ_w² and
    σ_b² opens a gap there. All fixed points, with those that are not reached: :func:`fixed_lengths`.
    ReLU family, with mean squared slope s = (1 + a²)/2: q* = σ_b²/(1 - s σ_w²) for s σ_w² < 1; inf for s σ_w² > 1,
    and also at s σ_w² = 1 with biases; without them every q is fixed there, and q* is `q_start` itself.
    If q* = 0 (no bias, signals die out) correlations have no meaning; c* = 1 and ξ_c = -1/ln χ₁ are the limits for
    a small bias. If q* = inf, χ₁ is the limit for large q, ξ_q is inf, and c* and ξ_c belong to the limiting
    correlation map, which for an activation whose slope settles on both sides has slope 1 at c* = 1.

    ξ_q = -1/ln|slope of the length map at q*|, ξ_c = -1/ln χ with χ = σ_w² E[φ'(u) φ'(v)] at (q*, c*); in the ordered
    phase that is -1/ln χ₁ (Schoenholz et al. 2017, section 3).

    Examples
    --------
    >>> found = analyze("tanh", 1.0, 0.05)
    >>> round(found.q_star, 4), round(found.chi_1, 3), found.phase
    (0.1936, 0.759, 'ordered')
    """
    activation = get(activation, **parameters)
    _check_variances(sigma_w2, sigma_b2)
    check_number(q_start, "q_start", 0, closed="neither")
    _check_growth(activation, q_start)
    q_star = _fixed_length(activation, sigma_w2, sigma_b2, float(q_start))
    _check_growth(activation, min(q_star, _FAR))
    chi_1 = sigma_w2 * derivative_moment(activation, min(q_star, _FAR))
    slope = sigma_w2 * second_moment_slope(activation, min(q_star, _FAR))
    xi_q = math.inf if q_star == math.inf else _depth_scale(slope)
    if q_star == 0:
        return MeanField(q_star, chi_1, 1.0, xi_q, _depth_scale(chi_1), slope)
    c_star = _fixed_correlation(activation, sigma_w2, sigma_b2, q_star)
    xi_c = _depth_scale(_correlation_slope(activation, sigma_w2, sigma_b2, c_star, q_star))
    return MeanField(q_star, chi_1, c_star, xi_q, xi_c, slope)


def critical_point(activation: str | Activation, q_star: ArrayLike, **parameters: float) -> tuple[Any, Any]:
    """Find the point of the critical line χ₁ = 1 at which q* is a fixed length.

    σ_w² = 1/E[φ'(z)²] and σ_b² = q* - σ_w² E[φ(z)²], z ~ N(0, q*)  (Pennington et al. 2017).

    Parameters
    ----------
    activation : str or Activation
    q_star : float or array_like
        The wanted variance of the pre-activations, >= 0. An array gives the line.
    **parameters
        Of the activation.

    Returns
    -------
    sigma_w2, sigma_b2 : float or ndarray
        (2, 0) for the ReLU at every q*.

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable, or there is no such point: with σ_w² = 1/E[φ'²] the signal alone would exceed
        q*, and the variance of the biases had to be negative (sigmoid at small q*).

    Examples
    --------
    >>> [round(float(variance), 3) for variance in critical_point("tanh", 0.5)]
    [1.688, 0.038]
    """
    activation, q_star = get(activation, **parameters), check_numbers(q_star, "q_star", 0)
    _check_growth(activation, q_star)
    slope2 = np.asarray(derivative_moment(activation, q_star))
    if np.any(slope2 <= 0):
        raise ValueError(f"activation must have a slope at q_star = {q_star!r}, got {activation!r} with E[φ'²] = 0")
    sigma_w2 = 1 / slope2
    sigma_b2 = q_star - sigma_w2 * second_moment(activation, q_star)
    if np.any(sigma_b2 < -_ROUNDING * q_star):
        worst = float(np.ravel(q_star)[np.argmin(sigma_b2)])
        raise ValueError(
            f"q_star must admit sigma_b2 = q_star - E[φ²]/E[φ'²] >= 0, got {worst!r} with sigma_b2 = "
            f"{np.min(sigma_b2):.3g} for {activation!r}"
        )
    sigma_b2 = np.where(sigma_b2 < _ROUNDING * q_star, 0.0, sigma_b2)
    return unwrap(sigma_w2), unwrap(sigma_b2)


def critical_weights(
    activation: str | Activation, sigma_b2: float, *, q_max: float = 100.0, **parameters: float
) -> float:
    """Find the smallest σ_w² at which a network with biases of variance σ_b² is on the critical line χ₁ = 1.

    The line is given by its lengths (:func:`critical_point`); this is the same line, asked by its biases.

    Parameters
    ----------
    activation : str or Activation
    sigma_b2 : float
        Variance of the biases, > 0. (For most activations the critical length without biases is 0 or none: :func:`universality`.)
    q_max : float, default 100
        Lengths from 10⁻⁶ to here are looked through.
    **parameters
        Of the activation.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable, or no length up to `q_max` has χ₁ = 1 with such biases.

    Examples
    --------
    >>> round(critical_weights("tanh", 0.05), 3), round(critical_weights("tanh", 0.3**2) ** 0.5, 3)
    (1.761, 1.396)
    """
    activation = get(activation, **parameters)
    check_number(sigma_b2, "sigma_b2", 0, closed="neither")
    check_number(q_max, "q_max", 1e-6, closed="neither")
    _check_growth(activation, q_max)

    def excess(log_q):  # the biases that are wanted at this length, over those that are given, minus 1
        q = np.exp(log_q)
        slope2 = np.maximum(derivative_moment(activation, q), np.finfo(float).tiny)
        return (q - second_moment(activation, q) / slope2) / sigma_b2 - 1

    ladder = np.linspace(math.log(1e-6), math.log(q_max), 400)
    heights = excess(ladder)
    crossings = np.flatnonzero(np.sign(heights[:-1]) * np.sign(heights[1:]) < 0)
    if crossings.size == 0:
        raise ValueError(
            f"sigma_b2 must be one for which {activation!r} has a critical length up to q_max = {q_max:g}, got "
            f"{sigma_b2!r}"
        )
    roots = [math.exp(brentq(excess, ladder[k], ladder[k + 1], xtol=1e-15, rtol=1e-14)) for k in crossings]
    return min(1 / derivative_moment(activation, q) for q in roots)


def fixed_lengths(
    activation: str | Activation, sigma_w2: float, sigma_b2: float, **parameters: float
) -> tuple[FixedLength, ...]:
    """Find all fixed points of the length map, stable or not.

    Parameters
    ----------
    activation, sigma_w2, sigma_b2, **parameters
        As in :func:`length_map`.

    Returns
    -------
    tuple of FixedLength
        In order of q, from 0 (if it is one) to 10¹⁸; empty if every length explodes. Of a map whose every q is fixed,
        such as the ReLU's at (2, 0), q = 1 stands for all.

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.

    Notes
    -----
    Two fixed points that are nearer to each other than a twentieth of a decade are found by the bottom of the valley
    between them (unless a third one is as near); where that bottom touches the diagonal to 12 digits they are one,
    half-stable.

    Examples
    --------
    >>> [(round(point.q, 3), point.stability) for point in fixed_lengths("gelu", 2.2, 0.02)]
    [(0.05, 'stable'), (1.52, 'unstable')]
    >>> fixed_lengths("relu", 3.0, 0.1)
    ()
    """
    activation = get(activation, **parameters)
    _check_variances(sigma_w2, sigma_b2)
    _check_growth(activation, 1.0)

    def excess(log_q):
        q = np.exp(log_q)
        with np.errstate(over="ignore", invalid="ignore"):
            found = _length(activation, sigma_w2, sigma_b2, q) / q
        return np.nan_to_num(found, nan=math.inf, posinf=math.inf) - 1

    def point(q):
        slope = float(sigma_w2 * second_moment_slope(activation, q))
        return FixedLength(float(q), slope, "stable" if abs(slope) < 1 else "unstable")

    ladder = np.log(_LENGTHS)
    heights = excess(ladder)
    if np.all(np.abs(heights) < _TANGENT):
        return (FixedLength(1.0, 1.0, "neutral"),)
    found = []
    if _length(activation, sigma_w2, sigma_b2, 0.0) == 0:
        found.append(_fixed_zero(activation, sigma_w2))
    signs = np.where(np.abs(heights) < _ROUNDING, 0, np.sign(heights))
    for k in range(ladder.size - 1):
        if signs[k] == 0 and 0 < k and np.isfinite(heights[k]) and signs[k - 1] * signs[k + 1] < 0:
            found.append(point(_LENGTHS[k]))
        elif signs[k] * signs[k + 1] < 0:
            found.append(point(math.exp(brentq(excess, ladder[k], ladder[k + 1], xtol=1e-15, rtol=1e-15))))
        elif 0 < k and signs[k - 1] == signs[k] == signs[k + 1] != 0:
            found.extend(_pair(excess, ladder[k - 1 : k + 2], heights[k - 1 : k + 2], point))
    return tuple(sorted(found, key=lambda one: one.q))


def universality(activation: str | Activation, **parameters: float) -> Universality:
    """Tell the class of an activation: where both its lengths and its gradients can be level, and how they get there.

    A start is critical in the strict sense if two slopes are 1 at a fixed point q* of the length map: χ₁, that of the
    gradients, and f'(q*), that of the lengths. Three things can happen, or none of them (Roberts, Yaida & Hanin 2022,
    chapter 5).

    Parameters
    ----------
    activation : str or Activation
    **parameters
        Of the activation.

    Returns
    -------
    Universality

    Raises
    ------
    TypeError, ValueError
        If the activation is unknown or grows too fast.

    Notes
    -----
    *Zero*: φ(0) = 0 with mean squared slope s = (φ'(0-)² + φ'(0+)²)/2 > 0 and σ_w² = 1/s. Then f(q)/q = 1 - a q^p + …
    and, summing layers as an integral, q_l → (a p l)^(-1/p); the gradient's factor is 1 - b q^p, so that its product
    falls like l^(-b/(ap)). p = 1 for a smooth φ (unless that term happens to be 0); p = 1/2 where φ'' jumps at 0, as for
    ELU and softsign. If a < 0 (GELU, SiLU) small lengths leave 0, and 0 is no answer.

    *Half-stable*: E[φφ''] = 0 at q*, that is, both moments' slopes agree, with σ_w² = 1/E[φ'²] and σ_b² >= 0. With
    f(q) = q + ½ f'' (q - q*)² + …, |q_l - q*| → 2/(|f''| l) on the side where lengths approach.

    Examples
    --------
    >>> found = universality("gelu")
    >>> found.kind, round(found.q_star, 5), round(found.sigma_w2, 6), found.side
    ('half-stable', 3.56155, 1.983058, 'above')
    >>> [universality(name).kind for name in ("relu", "elu", "softplus")]
    ['scale-invariant', 'zero', 'none']
    """
    activation = get(activation, **parameters)
    _check_growth(activation, 1.0)
    at_zero = float(activation.f(np.array(0.0))) == 0
    small_slope = float(derivative_moment(activation, 0.0)) if at_zero else 0.0
    if at_zero and small_slope > 0:
        sigma_w2 = 1 / small_slope
        q = np.geomspace(1e-6, 1e6, 61)
        with np.errstate(over="ignore", invalid="ignore"):
            straight = np.allclose(sigma_w2 * second_moment(activation, q) / q, 1, rtol=1e-11, atol=0)
        if straight:
            return Universality("scale-invariant", sigma_w2, 0.0, None, "both", 0.0, 0.0, 0.0)
        zero = _zero_class(activation, sigma_w2)
        if zero is not None:
            return zero
    return _half_stable_class(activation) or Universality("none", None, None, None, None, 0.0, 0.0, 0.0)


def finite_width(width: int, depth: int) -> FiniteWidth:
    """Give the exact moments of the squared norm, and of its logarithm, in a ReLU network with Gaussian He weights, N(0, 2/width), and no biases.

    Parameters
    ----------
    width : int
        n >= 1, the same for input and all layers. (For the mean square ‖x_l‖²/n_l the input's width does not matter.)
    depth : int
        Number of layers L >= 0.

    Returns
    -------
    FiniteWidth

    Raises
    ------
    TypeError, ValueError
        If an argument is not an integer in its range.

    Notes
    -----
    x_l = relu(z_l) are *post*-activations. Given x_{l-1} the n pre-activations are independent N(0, 2‖x_{l-1}‖²/n), so
    ‖x_l‖² = ‖x_{l-1}‖² · (2/n) X with X the sum of K squared standard normals and K ~ Binomial(n, 1/2) units on,
    whatever happened before: the layers' factors are independent and identically distributed.

    E[X] = n/2 and E[X²] = E[K(K + 2)] = n²/4 + 5n/4 give the ratio ∏(1 + 5/n); that the sum of 1/n
    over the layers decides is Hanin & Rolnick 2018.
    Given K, ln X has mean ψ(K/2) + ln 2 and variance ψ'(K/2). K = 0, all units off, would make the logarithm -inf; it
    has probability 2^-n a layer, and the two log moments are conditional on K >= 1 in every layer. To leading order
    they are -5L/(2n) and 5L/n.

    Examples
    --------
    >>> round(finite_width(32, 6).norm_ratio, 2)
    2.39
    """
    check_int(width, "width")
    check_int(depth, "depth", 0)
    on = np.arange(1, width + 1)
    probability = stats.binom.pmf(on, width, 0.5)
    probability /= probability.sum()
    log_mean = special.digamma(on / 2) + math.log(4 / width)
    mean = probability @ log_mean
    variance = probability @ (special.polygamma(1, on / 2) + (log_mean - mean) ** 2)
    with np.errstate(over="ignore"):
        norm_ratio = np.float64(1 + 5 / width) ** depth
    return FiniteWidth(float(norm_ratio), float(depth * mean), float(depth * variance))


# -- how the fixed points are found ----------------------------------------------------------------------------------


def _check_variances(sigma_w2: float, sigma_b2: float) -> None:
    """Both must be finite numbers >= 0."""
    for value, name in ((sigma_w2, "sigma_w2"), (sigma_b2, "sigma_b2")):
        check_number(value, name, 0)


def _check_growth(activation: Activation, q: ArrayLike) -> None:
    """E[φ(z)²] must be finite and known, for the smallest and the largest q."""
    for one in {float(np.min(q)), float(np.max(q))} if np.size(q) else ():
        if not _known(activation, one):
            raise ValueError(
                f"activation must grow so slowly that E[φ(z)²] under N(0, q) is finite and comes from |z| < 9 √q (z⁸ "
                f"does), got {activation!r} with q = {one:.3g}"
            )


def _known(activation: Activation, q: float) -> bool:
    """Is E[φ(z)²] finite, and what is beyond 9 standard deviations of no weight?

    A power up to the eighth does not come near it. φ = exp(z²/4) would have an infinite moment from q = 1 on, and the
    quadrature, which ends at 10 standard deviations, would return a finite number.
    """
    if activation.homogeneous:
        return True
    std = math.sqrt(q)
    with np.errstate(over="ignore", invalid="ignore"):
        nodes, weights = gaussian_rule(0.0, std, activation.kinks)
        parts = weights * np.square(activation.f(nodes))
        total, tail = float(parts.sum()), float(parts[np.abs(nodes) > _REACH * std].sum())
    return tail <= _TAIL * total and (math.isfinite(total) or std > _FAR)


def _length(activation: Activation, sigma_w2: float, sigma_b2: float, q: ArrayLike) -> Any:
    """Apply the length map to arguments that have been checked."""
    return sigma_w2 * second_moment(activation, q) + sigma_b2


def _depth_scale(slope: float) -> float:
    """ξ with slope^l = exp(-l/ξ); inf where nothing decays."""
    slope = abs(slope)
    if slope == 0:
        return 0.0
    return math.inf if slope > 1 - _CRITICAL else -1 / math.log(slope)


def _fixed_zero(activation: Activation, sigma_w2: float) -> FixedLength:
    """Tell what q = 0 is, where it is fixed: by its slope, and where that is 1, by whether small lengths fall."""
    slope = float(sigma_w2 * derivative_moment(activation, 0.0))  # the slope of the lengths is that of the gradients
    if abs(slope - 1) > _CRITICAL:
        return FixedLength(0.0, slope, "stable" if slope < 1 else "unstable")
    excess = float(_length(activation, sigma_w2, 0.0, 1e-4)) / 1e-4 - 1
    return FixedLength(0.0, slope, "unstable" if excess > _TANGENT else "stable")


def _pair(
    excess: Callable, log_q: NDArray[np.float64], heights: NDArray[np.float64], point: Callable
) -> list[FixedLength]:
    """Two fixed points between two steps of the ladder, or one in which they meet, or none."""
    sign = 1 if heights[1] > 0 else -1
    if not sign * heights[0] > sign * heights[1] <= sign * heights[2]:
        return []
    options = {"bounds": (log_q[0], log_q[2]), "method": "bounded", "options": {"xatol": 1e-9}}
    bottom = minimize_scalar(lambda x: sign * excess(x), **options)
    if bottom.fun > _TANGENT:
        return []
    if bottom.fun > -_TANGENT:
        q = math.exp(bottom.x)
        return [FixedLength(q, point(q).slope, "half-stable")]
    sides = ((log_q[0], bottom.x), (bottom.x, log_q[2]))
    return [point(math.exp(brentq(excess, *side, xtol=1e-15, rtol=1e-15))) for side in sides]


def _zero_class(activation: Activation, sigma_w2: float) -> Universality | None:
    """The class of q* = 0, by the leading terms of 1 - f(q)/q = a q^p and 1 - χ₁(q) = b q^p; None if q leaves 0."""

    def leading(values, p):  # the limit of small q, by the polynomial in √q through six points
        root = np.sqrt(_SMALL)
        return float(np.polynomial.Polynomial.fit(root, values / _SMALL**p, root.size - 1).convert().coef[0])

    lost = 1 - sigma_w2 * np.asarray(second_moment(activation, _SMALL)) / _SMALL
    dimmed = 1 - sigma_w2 * np.asarray(derivative_moment(activation, _SMALL))
    if np.all(np.abs(lost) < _TANGENT):  # straight near 0: what is lost is exponentially little
        q = np.geomspace(1e-3, 10, 41)
        falls = np.all(sigma_w2 * np.asarray(second_moment(activation, q)) / q < 1 + _TANGENT)
        return Universality("zero", sigma_w2, 0.0, 0.0, "above", 0.0, 0.0, 0.0) if falls else None
    if lost[0] < 0:
        return None
    p = max(1, round(2 * math.log(lost[-1] / lost[0]) / math.log(_SMALL[-1] / _SMALL[0]))) / 2
    a, b = leading(lost, p), leading(dimmed, p)
    return Universality("zero", sigma_w2, 0.0, 0.0, "above", 1 / p, (a * p) ** (-1 / p), b / (a * p))


def _half_stable_class(activation: Activation) -> Universality | None:
    """The class of a q* > 0 at which the two slopes agree: the first root of E[φφ''] whose biases exist."""

    def bend(log_q):  # E[φφ''] over E[φ'²]
        q = np.exp(log_q)
        return second_moment_slope(activation, q) / derivative_moment(activation, q) - 1

    ladder = np.linspace(math.log(1e-4), math.log(1e5), 400)
    with np.errstate(all="ignore"):
        heights = bend(ladder)
    for k in np.flatnonzero(np.sign(heights[:-1]) * np.sign(heights[1:]) < 0):
        if min(abs(heights[k]), abs(heights[k + 1])) < 1e-10:  # the rounding of a bend that has ended
            continue
        q_star = math.exp(brentq(bend, ladder[k], ladder[k + 1], xtol=1e-15, rtol=1e-15))
        sigma_w2 = 1 / derivative_moment(activation, q_star)
        sigma_b2 = q_star - sigma_w2 * second_moment(activation, q_star)
        if sigma_b2 < 0 or not _known(activation, q_star):
            continue
        near = q_star * (1 + 1e-3 * np.array([-2.0, -1.0, 1.0, 2.0]))
        weights = np.array([1, -8, 8, -1]) / (12e-3 * q_star)  # five-point rule of a derivative
        curvature = sigma_w2 * float(weights @ second_moment_slope(activation, near))
        gradient = sigma_w2 * float(weights @ derivative_moment(activation, near))
        side = "below" if curvature > 0 else "above"
        away = 2 / abs(curvature)
        power = gradient * away * (1 if side == "below" else -1)
        return Universality("half-stable", sigma_w2, float(sigma_b2), q_star, side, 1.0, away, power)
    return None


def _fixed_length(activation: Activation, sigma_w2: float, sigma_b2: float, q_start: float) -> float:
    """q* as :func:`analyze` defines it."""
    if activation.homogeneous:
        growth = sigma_w2 * second_moment(activation)
        if abs(growth - 1) < _CRITICAL and sigma_b2 == 0:
            return q_start
        return sigma_b2 / (1 - growth) if growth < 1 - _CRITICAL else math.inf

    def excess(q):
        with np.errstate(over="ignore", invalid="ignore"):  # of an exponential, which explodes
            return np.nan_to_num(_length(activation, sigma_w2, sigma_b2, q) / q, nan=math.inf, posinf=math.inf) - 1

    floor = float(_length(activation, sigma_w2, sigma_b2, 0.0))
    return _follow(activation, sigma_w2, sigma_b2, q_start, lambda q: _next_fixed_length(excess, floor, q))


def _follow(activation: Activation, sigma_w2: float, sigma_b2: float, q: float, nearest: Callable) -> float:
    """Go on from `q` where the map does not rise all the way to the fixed point, so that a layer may leap over it.

    A length map falls where |φ| is larger near 0 than farther out, as for exp(-z²), and never steeply: √q E[φ²] rises
    with q, so that its slope at a fixed point is at least -1/2 and no two lengths can alternate for ever.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        q_star = nearest(q)
        for _ in range(200):
            if not 0 < q_star < math.inf or abs(q / q_star - 1) < 1e-6:
                return q_star
            between = _length(activation, sigma_w2, sigma_b2, np.geomspace(q, q_star, 33))
            if np.all(np.diff(between) * (q_star - q) >= -_ROUNDING * between[:-1] * abs(q_star - q)):
                return q_star
            after = float(_length(activation, sigma_w2, sigma_b2, q))
            if (after - q_star) * (q - q_star) < 0:
                before, q_star = q_star, nearest(after)
                if math.isclose(before, q_star, rel_tol=1e-9):
                    return q_star
            q = after
    return q_star


def _next_fixed_length(excess: Callable[[Any], Any], floor: float, q_start: float) -> float:
    """Find the nearest fixed point in the direction in which the map moves `q_start`; it makes `floor` of 0."""
    direction = excess(q_start)
    if abs(direction) < _ROUNDING:
        return q_start
    end = q_start * 1e18
    if direction < 0:  # q* is at least what the map makes of 0, if that is anything
        end = min(q_start * 1e-18, floor / 2 or math.inf)

    def rest(q):  # > 0 as long as the map moves q on, the way it moves q_start
        return np.sign(direction) * excess(q)

    def root(near, far):  # a step of the ladder may hit it, but for rounding
        return float(near if rest(near) <= 0 else brentq(rest, near, far, xtol=1e-300, rtol=1e-15))

    ladder = np.geomspace(q_start, end, 121)
    heights = rest(ladder)
    beyond = np.flatnonzero(heights < -_ROUNDING)
    last = int(beyond[0]) if beyond.size else ladder.size - 1
    # near a fold two fixed points stand between two steps of the ladder: look at the bottom of every valley
    before, here, after = np.concatenate([[math.inf], heights[: last - 1]]), heights[:last], heights[1 : last + 1]
    for step in np.flatnonzero((before > here) & (here <= after)):
        near, far = ladder[max(step - 1, 0)], ladder[step + 1]
        ends = sorted((math.log(near), math.log(far)))
        bottom = minimize_scalar(
            lambda log_q: rest(math.exp(log_q)), bounds=ends, method="bounded", options={"xatol": 1e-9}
        )
        if bottom.fun < -_ROUNDING:
            return root(near, math.exp(bottom.x))
    if beyond.size == 0:
        return math.inf if direction > 0 else 0.0
    return root(ladder[last - 1], ladder[last])


def _correlation(activation: Activation, sigma_w2: float, sigma_b2: float, c: ArrayLike, q: float) -> Any:
    """Apply the correlation map at variance q, normalized by the length map so that 1 -> 1 for any q."""
    q = min(max(q, _NEAR_ZERO), _FAR)
    signal = sigma_w2 * np.asarray(covariance(activation, c, q))
    return (signal + sigma_b2) / _length(activation, sigma_w2, sigma_b2, q)


def _correlation_slope(activation: Activation, sigma_w2: float, sigma_b2: float, c: float, q: float) -> float:
    """Slope of the correlation map: χ(c), times q/q_next, which is 1 if q is a fixed point."""
    q = min(max(q, _NEAR_ZERO), _FAR)
    slope = sigma_w2 * (derivative_covariance(activation, c, q) if c < 1 else derivative_moment(activation, q))
    return slope * q / _length(activation, sigma_w2, sigma_b2, q)


def _fixed_correlation(activation: Activation, sigma_w2: float, sigma_b2: float, q: float) -> float:
    """c*: the map is convex on [0, 1], so there is one fixed point below 1 if the slope at 1 exceeds 1, else none."""
    if _correlation_slope(activation, sigma_w2, sigma_b2, 1.0, q) < 1 + _CRITICAL:
        return 1.0

    q = min(max(q, _NEAR_ZERO), _FAR)
    scale = sigma_w2 / _length(activation, sigma_w2, sigma_b2, q)

    def gap(log_e):  # (1 - map(1 - e))/e - 1 has lost the root e = 0, and no digits near it
        return scale * _half_square_difference(activation, math.exp(log_e), q) / math.exp(log_e) - 1

    if gap(0.0) > -_ROUNDING:
        return 0.0
    above = 0.0
    for below in np.log(10) * np.arange(-2, -14, -1.0):  # coarse first: where there is a kink, a small e costs most
        if gap(below) > 0:
            return -math.expm1(brentq(gap, below, above, xtol=1e-14, rtol=1e-14))
        above = below
    return 1.0  # nearer than can be told, or an activation that is two half-lines as far as q reaches


def _half_square_difference(activation: Activation, e: float, q: float) -> float:
    """½ E[(φ(u) - φ(v))²] for variances q and correlation 1 - e: exact to all its digits for the smallest e, too."""
    std, rest = math.sqrt(q), math.sqrt(q * e * (2 - e))
    finest = min(1.0, max(rest, 1e-8 * std)) if activation.kinks else 1.0
    u, outer = gaussian_rule(0.0, std, activation.kinks, finest)
    v, inner = gaussian_rule((1 - e) * u, rest, activation.kinks)
    return float(outer @ np.sum(inner * np.square(activation.f(u)[:, None] - activation.f(v)), -1)) / 2
