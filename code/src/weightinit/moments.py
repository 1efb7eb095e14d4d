"""Moments of activations under Gaussian pre-activations (floor 2).

`q` is the variance of the *pre-activation* everywhere (Poole et al. 2016): z ~ N(0, q), and for two inputs (u, v) is
Gaussian with variances q and correlation c. In a wide network with σ_w² = fan_in · Var[W] and bias variance σ_b² they
give the signal that goes forward, q_{l+1} = σ_w² E[φ(z)²] + σ_b², and the gradient that comes back, whose mean square
is multiplied by χ = σ_w² E[φ'(z)²] in a square layer.

The ReLU family, erf, GELU and sin have closed forms here. Everything else is integrated by :func:`gaussian_rule`, a composite
Gauss-Legendre rule: Gauss-Hermite rules lose digits as soon as √q is large (the activation is then a step on the
scale of the Gaussian) or the activation has a kink.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from weightinit._result import Result
from weightinit._validation import check_number, check_numbers, unwrap
from weightinit.activations import ALIASES, NAMES, Activation, get
from weightinit.formulas import VARIABLES, parse

__all__ = [
    "Analysis",
    "analyze",
    "backward_gain",
    "covariance",
    "derivative_covariance",
    "derivative_moment",
    "gain",
    "gaussian_rule",
    "input_scale",
    "level_slope",
    "mean",
    "second_moment",
    "second_moment_slope",
]

_LEGENDRE = np.polynomial.legendre.leggauss(16)
_REACH = np.array([1.0, 2.0, 3.0, 4.0, 5.5, 7.5, 10.0])  # in standard deviations; P(|z| > 10) = 1.5e-23
_BREAKS = np.concatenate([-_REACH[::-1], [0.0], _REACH])
_TINY = np.finfo(float).tiny  # stands for a variance of 0 in a limit
_BLOCK = 256  # variances integrated at a time: bounds the memory of a long array of q


# -- quadrature ------------------------------------------------------------------------------------------------------


def gaussian_rule(
    mean: ArrayLike, std: ArrayLike, kinks: tuple[float, ...] = (), finest: float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights with E[g(mean + std z)] ≈ Σ weights · g(nodes), z ~ N(0, 1).

    Sixteen Gauss-Legendre points on each of a list of panels. The panels resolve the Gaussian (breaks at 0, ±1, …,
    ±10 standard deviations) and the activation: breaks at 0, where sigmoids turn, at every kink, and at ±1, ±2, ±4, …
    around these, so that a panel is never long compared with its distance from there. So the rule is as good for
    q = 10⁶, where a tanh looks like a step, as for q = 1, with logarithmically many points.

    Parameters
    ----------
    mean, std : array_like, shapes that broadcast to S
        std >= 0; with 0 all nodes are at the mean.
    kinks : tuple of float
        Points of the nodes' axis at which g is not smooth.
    finest : float, default 1
        The length scale, on the nodes' axis, below which g is smooth away from its kinks.

    Returns
    -------
    nodes, weights : ndarray, shape S + (N,)
        Good for any g that varies on the scale of `finest` near its features only and grows no faster than z⁴⁰: a sine
        over many periods, or a higher power, needs a rule of its own.

    Examples
    --------
    >>> nodes, weights = gaussian_rule(1.0, 2.0)
    >>> round(float(np.sum(weights * nodes**2)), 12)
    5.0
    """
    center, std = (a[..., None] for a in np.broadcast_arrays(np.asarray(mean, float), np.asarray(std, float)))
    widest = float(std.max())
    exponents = np.arange(math.floor(math.log2(finest)), math.ceil(math.log2(max(widest, finest / 2))) + 1)
    offsets = np.concatenate([-(2.0**exponents), [0.0], 2.0**exponents])
    features = np.ravel([kink + offsets for kink in {0.0, *kinks}])
    with np.errstate(over="ignore"):
        features = np.clip((features - center) / np.maximum(std, _TINY), -_REACH[-1], _REACH[-1])
    breaks = np.sort(np.concatenate([np.broadcast_to(_BREAKS, (*features.shape[:-1], _BREAKS.size)), features], -1))
    half = np.diff(breaks)[..., None] / 2
    points, weights = _LEGENDRE
    z = (breaks[..., :-1, None] + half + half * points).reshape(*breaks.shape[:-1], -1)
    weights = (half * weights).reshape(z.shape) * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return center + std * z, weights


def _expectation(g: Callable, q: NDArray[np.float64], kinks: tuple[float, ...]) -> NDArray[np.float64]:
    """E[g(h)], h ~ N(0, q), for every q."""
    stds = np.sqrt(q).ravel()
    result = np.empty_like(stds)
    for start in range(0, stds.size, _BLOCK):
        nodes, weights = gaussian_rule(0.0, stds[start : start + _BLOCK], kinks)
        result[start : start + _BLOCK] = np.sum(weights * g(nodes), -1)
    return result.reshape(q.shape)


def _product_expectation(g: Callable, c: float, q: float, kinks: tuple[float, ...]) -> float:
    """E[g(u) g(v)] for variances q and correlation c, as the integral over u of g(u) E[g(v) | u]."""
    std, rest = math.sqrt(q), math.sqrt(q * (1 - c) * (1 + c))
    # E[g(v) | u] is g smoothed over the distance `rest`: where g has a kink, u must be resolved to that scale
    finest = min(1.0, max(rest, 1e-8 * std, _TINY)) if kinks else 1.0
    u, outer = gaussian_rule(0.0, std, kinks, finest)
    v, inner = gaussian_rule(c * u, rest, kinks)
    return float(np.sum(outer * g(u) * np.sum(inner * g(v), -1)))


# -- closed forms ----------------------------------------------------------------------------------------------------


class _ClosedForm(NamedTuple):
    """Exact moments: E[φ(u) φ(v)] and E[φ'(u) φ'(v)] as functions of (c, q), E[φ(u)] and dE[φ(u)²]/dq of q."""

    covariance: Callable[..., NDArray[np.float64]]
    derivative_covariance: Callable[..., NDArray[np.float64]]
    mean: Callable[..., NDArray[np.float64]]
    slope: Callable[..., NDArray[np.float64]] | None = None  # of the second moment; None: by quadrature


def _arc_cosine_0(c):
    """κ₀(c) = 2 P(u > 0, v > 0) = (π - arccos c)/π  (Cho & Saul 2009, order 0)."""
    return 1 - np.arccos(c) / math.pi


def _arc_cosine_1(c):
    """κ₁(c) = 2 E[relu(u) relu(v)]/q = (√(1 - c²) + c (π - arccos c))/π  (Cho & Saul 2009, order 1)."""
    return np.sqrt((1 - c) * (1 + c)) / math.pi + c * _arc_cosine_0(c)


def _half_lines(activation: Activation) -> _ClosedForm:
    """φ(z) = b relu(z) - a relu(-z); products of opposite sides have the correlation -c."""
    b, a = float(activation.f(np.array(1.0))), -float(activation.f(np.array(-1.0)))
    same, cross = (a * a + b * b) / 2, a * b
    return _ClosedForm(
        lambda c, q: q * (same * _arc_cosine_1(c) - cross * _arc_cosine_1(-c)),
        lambda c, q: same * _arc_cosine_0(c) + cross * _arc_cosine_0(-c) + 0 * q,
        lambda q: (b - a) * np.sqrt(q / (2 * math.pi)),
    )


def _erf_root(c, q):
    """√((1 + 2q)² - (2qc)²), without cancellation."""
    return np.sqrt((1 + 2 * q * (1 - c)) * (1 + 2 * q * (1 + c)))


# arcsin(2qc/(1 + 2q)) (Williams 1997), written as an arctangent: it keeps its digits where the argument is close to 1
_ERF = _ClosedForm(
    lambda c, q: 2 / math.pi * np.arctan2(2 * q * c, _erf_root(c, q)),
    lambda c, q: 4 / math.pi / _erf_root(c, q),
    lambda q: 0 * q,
)


def _gelu_root(c, q):
    """R = √((1 + q)² - q² c²), the root of det(1 + Σ), Σ the covariance of (u, v)."""
    return np.sqrt((1 + q * (1 - c)) * (1 + q * (1 + c)))


def _gelu_orthant(c, q):
    """E[Φ(u) Φ(v)] = 1/4 + arcsin(qc/(1 + q))/(2π)."""
    return 0.25 + np.arctan2(q * c, _gelu_root(c, q)) / (2 * math.pi)


def _gelu_covariance(c, q):
    """E[uΦ(u) vΦ(v)], by integrating u and then v by parts."""
    root = _gelu_root(c, q)
    return q * (c * _gelu_orthant(c, q) + q * (1 + q * (1 - c) * (1 + c) + c * c) / (2 * math.pi * (1 + q) * root))


def _gelu_derivative_covariance(c, q):
    """E[Φ(u)Φ(v)] + 2 E[Φ(u) v p(v)] + E[u p(u) v p(v)], p the normal density."""
    root = _gelu_root(c, q)
    return _gelu_orthant(c, q) + q * c * (2 / (1 + q) + 1 / root**2) / (2 * math.pi * root)


_GELU = _ClosedForm(_gelu_covariance, _gelu_derivative_covariance, lambda q: q / np.sqrt(2 * math.pi * (1 + q)))

# E[e^(iu) e^(±iv)] = e^(-q(1 ± c)). No rule with few points follows a sine over many periods.
_SIN = _ClosedForm(
    lambda c, q: -np.sign(c) * np.exp(-q * (1 - np.abs(c))) * np.expm1(-2 * q * np.abs(c)) / 2,
    lambda c, q: (np.exp(-q * (1 - c)) + np.exp(-q * (1 + c))) / 2,
    lambda q: 0 * q,
    lambda q: np.exp(-2 * q),
)


def _closed_form(activation: Activation) -> _ClosedForm | None:
    """Look up by what the function *is*: somebody's own that is merely named "erf" has no closed form here."""
    if activation.homogeneous:
        return _half_lines(activation)
    return {get("erf"): _ERF, get("gelu"): _GELU, get("sin"): _SIN}.get(activation)


# -- moments ---------------------------------------------------------------------------------------------------------


def second_moment(activation: str | Activation, q: ArrayLike = 1.0, **parameters: float) -> Any:
    """E[φ(z)²], z ~ N(0, q): the mean square of the activations of a wide layer.

    Parameters
    ----------
    activation : str or Activation
        A name of :data:`weightinit.activations.NAMES` or an Activation.
    q : float or array_like, default 1
        Variance of the pre-activation, >= 0. The result has its shape; with 0 it is φ(0)².
    **parameters
        Of the activation, such as `negative_slope`.

    Returns
    -------
    float or ndarray

    Raises
    ------
    TypeError, ValueError
        If the activation is unknown, or q is not a number >= 0.

    Notes
    -----
    ReLU: q/2 for any symmetric z (He et al. 2015, eq. 8); leaky ReLU: (1 + a²) q/2;
    erf: (2/π) arcsin(2q/(1 + 2q)) (Williams 1997); GELU at q = 1: 1/3 + 1/(2√3 π).

    Examples
    --------
    >>> second_moment("relu", 3.0)
    1.5
    """
    activation, q = get(activation, **parameters), check_numbers(q, "q", 0)
    closed = _closed_form(activation)
    if closed:
        return unwrap(closed.covariance(1.0, q))
    return unwrap(_expectation(lambda h: activation.f(h) ** 2, q, activation.kinks))


def derivative_moment(activation: str | Activation, q: ArrayLike = 1.0, **parameters: float) -> Any:
    """E[φ'(z)²], z ~ N(0, q): what the activation does to the mean square of a back-propagated gradient.

    Parameters
    ----------
    activation, q, **parameters
        As in :func:`second_moment`. With q = 0 the result is the limit of small q, the mean over both sides of the
        origin: 1/2 for the ReLU.

    Returns
    -------
    float or ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`second_moment`.

    Notes
    -----
    erf: 4/(π √(1 + 4q)); GELU at q = 1: 1/3 + 2/(3√3 π).

    Examples
    --------
    >>> derivative_moment("leaky_relu", negative_slope=0.5)
    0.625
    """
    activation, q = get(activation, **parameters), np.maximum(check_numbers(q, "q", 0), _TINY)
    closed = _closed_form(activation)
    if closed:
        return unwrap(closed.derivative_covariance(1.0, q))
    return unwrap(_expectation(lambda h: activation.df(h) ** 2, q, activation.kinks))


def mean(activation: str | Activation, q: ArrayLike = 1.0, **parameters: float) -> Any:
    """E[φ(z)], z ~ N(0, q): what makes a variance of activations differ from their second moment.

    Parameters
    ----------
    activation, q, **parameters
        As in :func:`second_moment`.

    Returns
    -------
    float or ndarray
        √(q/(2π)) for the ReLU.

    Raises
    ------
    TypeError, ValueError
        As :func:`second_moment`.

    Examples
    --------
    >>> round(mean("relu"), 4)
    0.3989
    """
    activation, q = get(activation, **parameters), check_numbers(q, "q", 0)
    closed = _closed_form(activation)
    return unwrap(closed.mean(q) if closed else _expectation(activation.f, q, activation.kinks))


def second_moment_slope(activation: str | Activation, q: ArrayLike = 1.0, **parameters: float) -> Any:
    """Slope of the second moment in q: d E[φ(z)²]/dq = E[φ(z) φ'(z) z]/q, z ~ N(0, q).

    Times σ_w² this is the slope of the length map, which says how fast q_l reaches q* (Schoenholz et al. 2017 have
    the same in the form E[φ'² + φ φ'']; this one needs no second derivative).

    Parameters
    ----------
    activation, q, **parameters
        As in :func:`second_moment`. With q = 0 the result is the limit of small q.

    Returns
    -------
    float or ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`second_moment`.

    Examples
    --------
    Times the square of its gain: above 1, so that GELU does not keep a variance that is not exactly 1.

    >>> round(gain("gelu") ** 2 * second_moment_slope("gelu"), 3)
    1.144
    """
    # below 1e-12 the division by √q would magnify the rounding of a mean that is zero, where φ(0) is not
    activation, q = get(activation, **parameters), np.maximum(check_numbers(q, "q", 0), 1e-12)
    if activation.homogeneous:
        return unwrap(second_moment(activation, np.ones_like(q)))
    closed = _closed_form(activation)
    if closed and closed.slope:
        return unwrap(closed.slope(q))
    return unwrap(_expectation(lambda h: activation.f(h) * activation.df(h) * h, q, activation.kinks) / q)


def _pair_moment(which: str, activation: str | Activation, c: ArrayLike, q: ArrayLike, parameters: dict) -> Any:
    """Do what :func:`covariance` and :func:`derivative_covariance` share; `which` names the closed form."""
    activation, c, q = get(activation, **parameters), check_numbers(c, "c", -1, 1), check_numbers(q, "q", 0)
    q = np.maximum(q, _TINY) if which == "derivative_covariance" else q
    closed = _closed_form(activation)
    if closed:
        return unwrap(getattr(closed, which)(c, q))
    g = activation.f if which == "covariance" else activation.df
    pairs = np.broadcast(c, q)
    values = [_product_expectation(g, float(one_c), float(one_q), activation.kinks) for one_c, one_q in pairs]
    return unwrap(np.reshape(values, pairs.shape))


def covariance(activation: str | Activation, c: ArrayLike, q: ArrayLike = 1.0, **parameters: float) -> Any:
    """E[φ(u) φ(v)], (u, v) Gaussian with means 0, variances q and correlation c.

    Parameters
    ----------
    activation : str or Activation
    c : float or array_like
        Correlation of the pre-activations of two inputs, in [-1, 1].
    q : float or array_like, default 1
        Their variance, >= 0.
    **parameters
        Of the activation.

    Returns
    -------
    float or ndarray
        Of the shape of c and q broadcast. `covariance(φ, 1, q)` is `second_moment(φ, q)`.

    Raises
    ------
    TypeError, ValueError
        If the activation is unknown, c is not in [-1, 1], or q is not a number >= 0.

    Notes
    -----
    ReLU: (q/2) (√(1 - c²) + c (π - arccos c))/π (Cho & Saul 2009); erf: (2/π) arcsin(2qc/(1 + 2q)) (Williams 1997).

    Examples
    --------
    >>> covariance("relu", [-1.0, 0.0, 1.0]).round(4)
    array([0.    , 0.1592, 0.5   ])
    """
    return _pair_moment("covariance", activation, c, q, parameters)


def derivative_covariance(activation: str | Activation, c: ArrayLike, q: ArrayLike = 1.0, **parameters: float) -> Any:
    """E[φ'(u) φ'(v)], (u, v) Gaussian with means 0, variances q and correlation c.

    It is also the slope of :func:`covariance` in c, divided by q (Price's theorem).

    Parameters
    ----------
    activation, c, q, **parameters
        As in :func:`covariance`; q = 0 as in :func:`derivative_moment`.

    Returns
    -------
    float or ndarray

    Raises
    ------
    TypeError, ValueError
        As :func:`covariance`.

    Examples
    --------
    >>> derivative_covariance("relu", [-1.0, 0.0, 1.0])
    array([0.  , 0.25, 0.5 ])
    """
    return _pair_moment("derivative_covariance", activation, c, q, parameters)


def _inverse_root(moment: float, activation: str | Activation, q: float = 1.0) -> float:
    """√(q/moment)."""
    if not 0 < moment < math.inf:
        raise ValueError(
            f"activation must have a finite moment > 0 under N(0, {q:g}), got {activation!r} with {moment}"
        )
    return math.sqrt(q / moment)


def gain(activation: str | Activation, q: float = 1.0, **parameters: float) -> float:
    """√(q/E[φ(z)²]), z ~ N(0, q): std[W] = gain/√fan_in keeps pre-activations of variance q at variance q.

    Parameters
    ----------
    activation, **parameters
        As in :func:`second_moment`.
    q : float, default 1
        The level to be kept, > 0.

    Returns
    -------
    float
        √2 for the ReLU (He et al. 2015, eq. 10), √(2/(1 + a²)) for the leaky ReLU (eq. 15), at every level.

    Raises
    ------
    TypeError, ValueError
        If the activation is unknown, q is not a number > 0, or the second moment is 0 or not finite.

    Notes
    -----
    This is not PyTorch's ``calculate_gain``: that table says 5/3 for tanh, 1 for the sigmoid and 3/4 for SELU, where
    the integral gives 1.593, 1.846 and 1, and it has no GELU or SiLU; for the ReLU family the two agree. A level second
    moment is also not yet a signal: 85 % of the sigmoid's is mean, 1/4 of 0.293, the same for all inputs of one length.
    Nor need it last: for GELU and SiLU the level 1 is unstable (:func:`level_slope`).

    Examples
    --------
    >>> round(gain("tanh"), 4), round(gain("tanh", 0.1), 4)
    (1.5925, 1.0897)
    >>> round(mean("sigmoid") ** 2 / second_moment("sigmoid"), 2)
    0.85
    """
    q = check_number(q, "q", 0, closed="neither")
    return _inverse_root(second_moment(activation, q, **parameters), activation, q)


def level_slope(activation: str | Activation, q: ArrayLike = 1.0, **parameters: float) -> Any:
    """Slope of the length map at the level q, with the gain that keeps it: d ln E[φ(z)²]/d ln q, z ~ N(0, q).

    Parameters
    ----------
    activation, q, **parameters
        As in :func:`second_moment`; q > 0.

    Returns
    -------
    float or ndarray
        Below 1 the level is stable: a small deviation from it is multiplied by this number in every layer. It is below 1
        where :func:`gain` rises with q, and above 1 where it falls; never below -1/2. 1 for the ReLU family.

    Raises
    ------
    TypeError, ValueError
        As :func:`second_moment`, or if q is not > 0.

    Examples
    --------
    >>> round(level_slope("gelu"), 3), round(level_slope("tanh"), 3), level_slope("relu")
    (1.144, 0.461, 1.0)
    """
    q = check_numbers(q, "q", 0, closed="neither")
    return unwrap(q * second_moment_slope(activation, q, **parameters) / second_moment(activation, q, **parameters))


def input_scale(activation: str | Activation, level: float = 1.0, **parameters: float) -> float | None:
    """Find the scale s with E[φ(s z)²] = level, z ~ N(0, 1): pre-activations of variance s² give *activations* of that level.

    With level 1 it is a gain: std[W] = s/√fan_in keeps the activations there, `gain(φ, s²)` is s. With another level the
    weights that keep it have std[W] = s/√(level · fan_in).

    Parameters
    ----------
    activation, **parameters
        As in :func:`second_moment`.
    level : float, default 1
        The second moment of the activations, > 0.

    Returns
    -------
    float or None
        The s nearest to 1 (as a ratio), between 10⁻³ and 10³; None if there is none, as for tanh, |φ| < 1.

    Raises
    ------
    TypeError, ValueError
        As :func:`second_moment`, or if level is not > 0.

    Examples
    --------
    >>> round(input_scale("relu"), 4), round(input_scale("gelu"), 4), input_scale("tanh")
    (1.4142, 1.468, None)
    """
    activation = get(activation, **parameters)
    level = check_number(level, "level", 0, closed="neither")

    def excess(log_s: float) -> float:
        with np.errstate(all="ignore"):
            moment = second_moment(activation, math.exp(2 * log_s))
        return math.log(moment / level) if 0 < moment < math.inf else math.nan

    here = excess(0.0)
    if abs(here) < 1e-14:
        return 1.0
    step = math.log(10) / 16
    for k in range(48):  # outward on both sides, a sixteenth of a decade at a time
        for near, far in ((k * step, (k + 1) * step), (-k * step, -(k + 1) * step)):
            a, b = excess(near), excess(far)
            if a * b <= 0 and abs(a - b) < 20:
                return math.exp(brentq(excess, near, far, xtol=1e-15)) if b else math.exp(far)
    return None


def backward_gain(activation: str | Activation, **parameters: float) -> float:
    """1/√E[φ'(z)²], z ~ N(0, 1): std[W] = gain/√fan_out keeps the gradient's mean square over a layer with z ~ N(0, 1).

    Parameters
    ----------
    activation, **parameters
        As in :func:`second_moment`.

    Returns
    -------
    float
        The same number as :func:`gain` for the ReLU family (with the identity), and for no other of the names.

    Raises
    ------
    TypeError, ValueError
        As :func:`gain`.

    Examples
    --------
    >>> round(backward_gain("tanh"), 4), round(backward_gain("relu") ** 2, 9)
    (1.4674, 2.0)
    """
    return _inverse_root(derivative_moment(activation, **parameters), activation)


# -- all at once, also of a typed formula ----------------------------------------------------------------------------

_SETTLED, _ROUGH = 1e-5, 1e-6  # shares of a moment that may lie beyond 7.5 standard deviations, or be missed


@dataclass(frozen=True, repr=False)
class Analysis(Result):
    """What the moments of an activation at z ~ N(0, 1) say of its gain; :func:`analyze` makes it.

    Attributes
    ----------
    name : str
        Of the activation; for a formula its text.
    mean, second_moment, derivative_moment : float
        E[φ(z)], E[φ(z)²] and E[φ'(z)²].
    gain, backward_gain : float
        1/√E[φ²] and 1/√E[φ'²]: what keeps the signal of variance 1, and what keeps the gradient there.
    input_scale : float or None
        The scale s with E[φ(s z)²] = 1; None if there is none.
    slope : float
        Of the length map at its fixed point q = 1, with the gain.
    chi_1 : float
        E[φ'²]/E[φ²], the factor of the gradient's mean square in one layer, with the gain.
    mean_share : float
        Share of the second moment that is squared mean, the same for all inputs of one length.
    stable : bool or None
        Is the level 1 stable? None if the slope is 1, where the first order does not decide (the ReLU keeps every level).
    """

    name: str
    mean: float
    second_moment: float
    derivative_moment: float
    gain: float
    backward_gain: float
    input_scale: float | None
    slope: float
    chi_1: float
    mean_share: float
    stable: bool | None

    def as_dict(self) -> dict[str, Any]:
        """All attributes by name, for JSON.

        Examples
        --------
        >>> analyze("relu").as_dict()["chi_1"]
        1.0
        """
        return asdict(self)

    def __str__(self) -> str:
        scale = "none: E[φ(s z)²] = 1 has no solution" if self.input_scale is None else f"{self.input_scale:.4f}"
        verdict = {True: "stable", False: "unstable: small deviations grow", None: "neutral: deviations stay"}
        rows = [
            ("mean E[φ]", f"{round(self.mean, 4) + 0.0:.4f}"),
            ("second moment E[φ²]", f"{self.second_moment:.4f}"),
            ("of it squared mean", f"{100 * self.mean_share:.1f} %"),
            ("slope moment E[φ'²]", f"{self.derivative_moment:.4f}"),
            ("gain, forward", f"{self.gain:.4f}"),
            ("gain, backward", f"{self.backward_gain:.4f}"),
            ("input scale", scale),
            ("length map's slope at 1", f"{self.slope:.4f}   {verdict[self.stable]}"),
            ("gradient factor χ₁", f"{self.chi_1:.4f}"),
        ]
        return "\n".join([f"φ(x) = {self.name}, z ~ N(0, 1)", *(f"  {what:24s} {value}" for what, value in rows)])


def _check_integrable(activation: Activation) -> None:
    """Refuse what the rule cannot integrate: too fast a growth, a pole, oscillations finer than the panels."""
    nodes, weights = gaussian_rule(0.0, 1.0, activation.kinks)
    edges = np.unique(np.concatenate([np.linspace(-10, 10, 801), [k for k in activation.kinks if abs(k) < 10]]))
    points, rule = _LEGENDRE
    half = np.diff(edges)[:, None] / 2
    fine = (edges[:-1, None] + half * (1 + points)).ravel()
    fine_weights = (half * rule).ravel() * np.exp(-fine * fine / 2) / math.sqrt(2 * math.pi)
    for what, function in (("φ", activation.f), ("φ'", activation.df)):
        with np.errstate(all="ignore"):
            values, fine_values = function(nodes), function(fine)
            whole, fine_parts = weights @ values**2, fine_weights * fine_values**2
            apart = 0.0 if what == "φ'" else abs(weights @ values - fine_weights @ fine_values)  # of the two means
        fine_whole = fine_parts.sum()
        got = f"got {activation.name!r}"
        finite = np.isfinite(whole + fine_whole)
        if finite and fine_parts[np.abs(fine) > 7.5].sum() > _SETTLED * fine_whole:
            raise ValueError(
                f"activation must grow so slowly that E[{what}(z)²], z ~ N(0, 1), is settled within 7.5 standard "
                f"deviations, as x**8 and exp(x) do, {got}"
            )
        if not finite or abs(whole - fine_whole) > _ROUGH * fine_whole or apart > _ROUGH * math.sqrt(fine_whole):
            raise ValueError(
                f"activation must be smooth on the scale of z ~ N(0, 1) but for its kinks, {got}: {what} has a pole or "
                f"turns too quickly to be integrated"
            )


def analyze(activation: str | Activation, **parameters: float) -> Analysis:
    """Gains, moments and stability of an activation, or of any formula that you type.

    Parameters
    ----------
    activation : str or Activation
        A name, an Activation, or a formula in x as :func:`weightinit.formulas.parse` takes it.
    **parameters
        Of a named activation, such as `negative_slope`.

    Returns
    -------
    Analysis
        Printed, it is a table.

    Raises
    ------
    TypeError, ValueError
        If it is no name and no formula; if the activation is not finite, has its mean square farther out than 7.5
        standard deviations, as ``exp(x**2)`` and ``exp(2*x)``, or turns too quickly to be integrated; or if φ or φ' is 0 everywhere.

    Examples
    --------
    >>> print(analyze("x*sigmoid(1.7*x)"))
    φ(x) = x*sigmoid(1.7*x), z ~ N(0, 1)
      mean E[φ]                0.2822
      second moment E[φ²]      0.4218
      of it squared mean       18.9 %
      slope moment E[φ'²]      0.4494
      gain, forward            1.5397
      gain, backward           1.4917
      input scale              1.4747
      length map's slope at 1  1.1366   unstable: small deviations grow
      gradient factor χ₁       1.0654
    """
    if isinstance(activation, str) and not _is_name(activation):
        if parameters:
            raise TypeError(
                f"{next(iter(parameters))} must not be given, a formula takes no parameters; got {activation!r}"
            )
        found = parse(activation)
    else:
        try:
            found = get(activation, **parameters)
        except ValueError as error:
            raise ValueError(
                f"{error}" + (" (or a formula in x)" if str(error).startswith("activation") else "")
            ) from None
    _check_integrable(found)
    square, slope2, first = second_moment(found), derivative_moment(found), mean(found)
    forward, backward, slope = gain(found), backward_gain(found), level_slope(found)
    neutral = abs(slope - 1) < 1e-9
    return Analysis(
        found.label,
        first,
        square,
        slope2,
        forward,
        backward,
        input_scale(found),
        slope,
        slope2 / square,
        first**2 / square,
        None if neutral else bool(abs(slope) < 1),
    )


def _is_name(text: str) -> bool:
    """Is it a name rather than a formula? One identifier is, so that a misspelled name is told as such."""
    plain = "".join(filter(str.isalnum, text.lower()))
    known = {name.replace("_", "") for name in (*NAMES, *ALIASES)}
    return "(" not in text and plain in known or text.isidentifier() and text not in VARIABLES
