"""Mean-field theory of wide random networks, and the exact finite-width laws of a ReLU network (floor 3).

A layer is z_l = W_l φ(z_{l-1}) + b_l with Var[W] = σ_w²/fan_in and Var[b] = σ_b². In the limit of infinite width z is
Gaussian, and two numbers describe a pair of inputs: the variance q_l of the pre-activations (the *length*) and their
correlation c_l. Both follow one-dimensional maps (Poole et al. 2016, eq. 3 and 5). `sigma_w2` and `sigma_b2` are the
variances σ_w² and σ_b².
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

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
    second_moment,
    second_moment_slope,
)

__all__ = [
    "FiniteWidth",
    "MeanField",
    "analyze",
    "correlation_map",
    "critical_point",
    "finite_width",
    "length_map",
    "q_trajectory",
]

_CRITICAL = 1e-10  # a slope this close to 1 is 1: the depth scale beyond 10^10 layers is called infinite
_ROUNDING = 1e-13  # relative error that an evaluation of the length map may have
_NEAR_ZERO, _FAR = 1e-12, 1e24  # stand for q = 0 and q = inf where only the limit has a meaning


@dataclass(frozen=True)
class MeanField:
    """What becomes of lengths, correlations and gradients in a deep, wide network.

    Attributes
    ----------
    q_star : float
        Fixed point of the length map that is reached from `q_start`; 0 if signals die out, inf if they explode. It may
        be an unstable one, if `q_start` is the point itself: `stable` says.
    chi_1 : float
        χ₁ = σ_w² E[φ'(z)²] at q*: factor on the mean square of the gradient a layer, and slope of the correlation map
        at c = 1 if 0 < q* < inf. Below 1 the network is ordered, above it is chaotic.
    c_star : float
        Stable fixed point in [0, 1] of the correlation map.
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
        ReLU at (2, 0) stays where it is, a tanh at (1, 0) creeps towards 0.
        """
        return self.q_star == math.inf or abs(self.length_slope) < 1 + _CRITICAL

    @property
    def phase(self) -> str:
        """Where gradients vanish "ordered", where they keep their size "critical", where they explode "chaotic"."""
        if abs(self.chi_1 - 1) < _CRITICAL:
            return "critical"
        return "ordered" if self.chi_1 < 1 else "chaotic"


@dataclass(frozen=True)
class FiniteWidth:
    """Laws of ‖x_L‖² in a He-started ReLU network of one width, for one fixed input.

    Attributes
    ----------
    norm_ratio : float
        E‖x_L‖⁴ / (E‖x_L‖²)², 1 in the limit of infinite width.
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
        If an argument is not acceptable; the message names it.

    Examples
    --------
    >>> length_map("relu", 2.0, 0.0, 0.7)
    0.7
    """
    activation = get(activation, **parameters)
    _check_variances(sigma_w2, sigma_b2)
    return sigma_w2 * second_moment(activation, q) + sigma_b2


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
    trajectory = np.full(depth + 1, math.inf)
    trajectory[0] = q0
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in range(depth):
            trajectory[layer + 1] = length_map(activation, sigma_w2, sigma_b2, trajectory[layer])
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
    if length_map(activation, sigma_w2, sigma_b2, _NEAR_ZERO) == 0:
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
        If an argument is not acceptable; the message names it.

    Notes
    -----
    Fixed points are roots, found by bracketing: near criticality an iteration stops far too early.

    q* is the nearest fixed point above `q_start` if the map raises `q_start`, the nearest below if it lowers it, and
    `q_start` itself if the map leaves it; then it may be unstable, as for GELU and SiLU at their gains (`stable`).
    ReLU family, with mean squared slope s = (1 + a²)/2: q* = σ_b²/(1 - s σ_w²) for s σ_w² < 1; inf for s σ_w² > 1,
    and also at s σ_w² = 1 with biases; without them every q is fixed there, and q* is `q_start` itself.
    If q* = 0 (no bias, signals die out) correlations have no meaning; c* = 1 and ξ_c = -1/ln χ₁ are the limits for
    a small bias. If q* = inf, χ₁ is the limit for large q, ξ_q is inf, and c* and ξ_c belong to the limiting
    correlation map, which for every activation that is asymptotically linear has slope 1 at c* = 1.

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
    q_star = _fixed_length(activation, sigma_w2, sigma_b2, float(q_start))
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


def finite_width(width: int, depth: int) -> FiniteWidth:
    """Give the exact laws of the squared norm in a ReLU network with Gaussian He weights, N(0, 2/width), and no biases.

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


def _depth_scale(slope: float) -> float:
    """ξ with slope^l = exp(-l/ξ); inf where nothing decays."""
    slope = abs(slope)
    if slope == 0:
        return 0.0
    return math.inf if slope > 1 - _CRITICAL else -1 / math.log(slope)


def _fixed_length(activation: Activation, sigma_w2: float, sigma_b2: float, q_start: float) -> float:
    """q* as :func:`analyze` defines it."""
    if activation.homogeneous:
        growth = sigma_w2 * second_moment(activation)
        if abs(growth - 1) < _CRITICAL and sigma_b2 == 0:
            return q_start
        return sigma_b2 / (1 - growth) if growth < 1 - _CRITICAL else math.inf

    def excess(q):
        return length_map(activation, sigma_w2, sigma_b2, q) / q - 1

    direction = excess(q_start)
    if abs(direction) < _ROUNDING:
        return q_start
    end = q_start * 1e18
    if direction < 0:  # q* is at least what the map makes of 0, if that is anything
        end = min(q_start * 1e-18, length_map(activation, sigma_w2, sigma_b2, 0.0) / 2 or math.inf)

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
    return (signal + sigma_b2) / length_map(activation, sigma_w2, sigma_b2, q)


def _correlation_slope(activation: Activation, sigma_w2: float, sigma_b2: float, c: float, q: float) -> float:
    """Slope of the correlation map: χ(c), times q/q_next, which is 1 if q is a fixed point."""
    q = min(max(q, _NEAR_ZERO), _FAR)
    slope = sigma_w2 * (derivative_covariance(activation, c, q) if c < 1 else derivative_moment(activation, q))
    return slope * q / length_map(activation, sigma_w2, sigma_b2, q)


def _fixed_correlation(activation: Activation, sigma_w2: float, sigma_b2: float, q: float) -> float:
    """c*: the map is convex on [0, 1], so there is one fixed point below 1 if the slope at 1 exceeds 1, else none."""
    if _correlation_slope(activation, sigma_w2, sigma_b2, 1.0, q) < 1 + _CRITICAL:
        return 1.0

    def gap(c):  # (map(c) - c)/(1 - c): has lost the root at 1
        return (float(_correlation(activation, sigma_w2, sigma_b2, c, q)) - c) / (1 - c)

    if gap(0.0) < _ROUNDING:
        return 0.0
    last = 1 - 1e-8
    return float(brentq(gap, 0.0, last, xtol=1e-14)) if gap(last) < 0 else 1.0
