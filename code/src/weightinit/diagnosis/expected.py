"""What theory says of a chain of dense layers before it is run: mean field by layer, and how one network scatters about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit import meanfield
from weightinit._result import Result
from weightinit.activations import Activation, get
from weightinit.diagnosis.observed import Observed, ObservedLayer
from weightinit.initializers import Law
from weightinit.moments import derivative_moment, gaussian_rule, second_moment, second_moment_slope

__all__ = ["Expected", "expect", "floor", "gradient_scatter_of_a_layer", "scatter_of_a_layer"]

_LOPSIDED = 0.01  # share of E[W²] that may be the squared mean: beyond, the units are alike and no mean field holds
_NOTHING = 1e-290  # a mean square below is zero for the quadrature


@dataclass(frozen=True, eq=False, repr=False)
class Expected(Result):
    """Predictions by layer, nan where theory has none.

    Attributes
    ----------
    signal : float64 array (L,)
        q_l, the mean square of z_l in a wide network, averaged over starts.
    gradient : float64 array (L,)
        Mean square of dC/dz_l, given the measured one of the last layer.
    correlation : float64 array (L,)
        Of two inputs, given the measured one of the first layer.
    jacobian : float64 array (L,)
        χ₁ from z_l to z_{l+1}; nan for the last layer.
    slope : float64 array (L,)
        d ln q_{l+1}/d ln q_l: a layer makes a small relative error of the level so many times as large. nan for the last layer.
    scatter : float64 array (L,)
        Variance, over networks, of ln of the signal of one input: the noise floor of these widths, to first order in
        1/n. 2/n in the first layer, then 2/n more a layer in a linear network and 5/n more in a ReLU one (Hanin &
        Nica 2020).
    unamplified : float64 array (L,)
        The same, if every layer passed a deviation on as it is: with slope 1.
    gradient_scatter : float64 array (L,)
        The same of the gradient's squared length, from the last layer, where it is 0, back.
    typical, typical_gradient : float64 arrays (L,)
        What one network makes of one input: exp(E[ln signal]) = signal times exp(-scatter/2) to first order in 1/n, and
        the same of the gradient. (A batch of unlike inputs is an average, and lies between this and the mean.)
    sigma_w2, sigma_b2 : float64 arrays (L,)
        fan_in · E[W²] and E[b²].
    fixed : MeanField or None
        Fixed point, χ₁ and depth scales of the layers between the first and the last one, if these are all alike.

    Examples
    --------
    >>> from weightinit.diagnosis.dense import observe
    >>> found = expect(observe((64,) * 6 + (10,), "relu", "xavier_normal"))
    >>> np.log2(found.signal[:5] / found.signal[0]).round(1)  # half of it a layer
    array([ 0., -1., -2., -3., -4.])
    >>> round(float(found.scatter[4]), 2)  # (2 + 5 · 4)/64
    0.34
    """

    signal: NDArray[np.float64]
    gradient: NDArray[np.float64]
    correlation: NDArray[np.float64]
    jacobian: NDArray[np.float64]
    slope: NDArray[np.float64]
    scatter: NDArray[np.float64]
    unamplified: NDArray[np.float64]
    gradient_scatter: NDArray[np.float64]
    typical: NDArray[np.float64]
    typical_gradient: NDArray[np.float64]
    sigma_w2: NDArray[np.float64]
    sigma_b2: NDArray[np.float64]
    fixed: meanfield.MeanField | None


def expect(
    observed: Observed, *, activation: Activation | None = None, laws: Sequence[Law | None] | None = None
) -> Expected:
    """Predict what was observed, from the variances of weights and biases and nothing else that is random.

    Parameters
    ----------
    observed : Observed
        Of it are used: shapes, names of activations, mean squares of the weights where `laws` has none, and of the biases, the mean
        square of the input (or of the first layer, where there is none), the correlation in the first layer, and the
        gradient at the output, from which the way back begins.
    activation : Activation, optional
        Behind all layers but the last, in place of the names: it knows its own parameters.
    laws : sequence of L Law or None, optional
        Of the weights, as the start promises them.

    Returns
    -------
    Expected
        All nan unless the network is a chain of dense layers with known activations and random weights of mean zero, without a path around
        layers and without normalization.

    Raises
    ------
    ValueError
        If there is not one law a layer.

    Examples
    --------
    >>> from weightinit.diagnosis.dense import observe
    >>> found = expect(observe((100,) * 4, "tanh", "lecun_normal"))
    >>> found.jacobian.round(2)  # χ₁ rises to 1, because the signal falls to 0
    array([0.46, 0.64,  nan])
    """
    layers = observed.layers
    depth = len(layers)
    if laws is None:
        laws = [None] * depth
    if len(laws) != depth:
        raise ValueError(f"laws must be {depth}, one a layer, got {len(laws)}")
    found = {name: np.full(depth, math.nan) for name in _PREDICTED}
    found["sigma_w2"] = np.array([_variance(layer, law) for layer, law in zip(layers, laws, strict=True)])
    found["sigma_b2"] = np.array([_middle(layer.bias_second_moment, 0.0) for layer in layers])
    phis = [activation or _known(layer.activation) for layer in layers[:-1]]
    if not _is_chain(observed, laws) or None in phis:
        return Expected(**found, fixed=None)
    _forward(found, observed, phis, laws)
    _backward(found, observed, phis, laws)
    found["typical"] = found["signal"] * np.exp(-found["scatter"] / 2)
    found["typical_gradient"] = found["gradient"] * np.exp(-found["gradient_scatter"] / 2)
    return Expected(**found, fixed=_fixed(found, phis))


_PREDICTED = (
    "signal",
    "gradient",
    "correlation",
    "jacobian",
    "slope",
    "scatter",
    "unamplified",
    "gradient_scatter",
    "typical",
    "typical_gradient",
)


def scatter_of_a_layer(activation: Activation, q: float, *, kept: float = 0.0) -> float:
    """Tell the variance that a layer of n units adds to ln of the signal, times n: E[φ⁴]/E[φ²]² - 1.

    The next pre-activations have a mean square proportional to that of φ(z) over n units, whose relative variance this
    is. A part of it, 2(d ln E[φ²]/d ln q)², is the scatter of ‖z‖² itself, which an orthogonal layer does not have.

    Parameters
    ----------
    activation : Activation
    q : float
        Variance of the pre-activations, > 0.
    kept : float, default 0
        Share of the length of what enters the layer that its matrix keeps for sure: 1 of a square orthogonal one.

    Returns
    -------
    float

    Examples
    --------
    >>> [round(scatter_of_a_layer(get(name), 0.7), 6) for name in ("identity", "relu")]
    [2.0, 5.0]
    >>> round(abs(scatter_of_a_layer(get("identity"), 1.0, kept=1.0)), 6)
    0.0
    """
    nodes, weights = gaussian_rule(0.0, math.sqrt(q), activation.kinks)
    square = np.square(activation.f(nodes))
    first = float(weights @ square)
    if first == 0:
        return math.nan
    scatter = float(weights @ np.square(square / first)) - 1
    return max(scatter - 2 * kept * (q * float(second_moment_slope(activation, q)) / first) ** 2, 0.0)


def gradient_scatter_of_a_layer(activation: Activation, q: float, *, kept: float = 0.0) -> float:
    """Tell the variance that a layer of n units adds to ln of the gradient's squared length, times n: 3 E[φ'⁴]/E[φ'²]² - 1.

    What comes to a layer through the matrix of the next one is normal, with one variance for all units; φ'(z) multiplies
    it unit by unit. A square orthogonal matrix keeps the length, which takes 2 away.

    Parameters
    ----------
    activation : Activation
    q : float
        Variance of the pre-activations, > 0.
    kept : float, default 0
        Share of the gradient's length that the matrix through which it comes keeps for sure.

    Returns
    -------
    float

    Examples
    --------
    >>> [round(gradient_scatter_of_a_layer(get(name), 0.7), 6) for name in ("identity", "relu")]
    [2.0, 5.0]
    """
    nodes, weights = gaussian_rule(0.0, math.sqrt(q), activation.kinks)
    square = np.square(activation.df(nodes), dtype=float)
    first = float(weights @ square)
    if first == 0:
        return math.nan
    return max(3 * float(weights @ np.square(square / first)) - 1 - 2 * kept, 0.0)


def floor(observed: Observed, expected: Expected) -> float:
    """Variance over networks of ln of a signal that goes through all hidden layers, as these widths have it.

    Parameters
    ----------
    observed : Observed
    expected : Expected

    Returns
    -------
    float
        The predicted scatter before the last layer; where there is no prediction, that of a ReLU network of these widths, with
        the positions of a convolution counted as units.

    Examples
    --------
    >>> from weightinit.diagnosis.dense import observe
    >>> found = observe((64,) * 6 + (10,), "relu", "he_normal")
    >>> round(floor(found, expect(found)), 2)
    0.34
    """
    if len(observed.layers) < 3:
        return 0.0
    predicted = expected.scatter[-2]
    if np.isfinite(predicted):
        return float(predicted)
    units = [layer.width * layer.positions for layer in observed.layers[:-1]]
    return sum(5 / n for n in units[:-1]) + 2 / units[-1]


# ---- the parts -------------------------------------------------------------------------------------------------------
def _middle(values: ArrayLike, otherwise: float = math.nan) -> float:
    """Mean of the numbers that are finite."""
    values = np.asarray(values)
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else otherwise


def _variance(layer: ObservedLayer, law: Law | None) -> float:
    square = _middle(layer.weight_second_moment) if law is None else law.std**2 + law.mean**2
    return layer.fan_in * square


def _known(name: str | None) -> Activation | None:
    """The activation of a name, if it is one of the package's."""
    try:
        return None if name is None else get(name)
    except ValueError:
        return None


def _is_chain(observed: Observed, laws: Sequence[Law | None]) -> bool:
    """One dense layer feeds the next, with weights that are random and centered."""
    layers = observed.layers
    return (
        not observed.residual
        and not observed.normalized
        and all(layer.kind == "dense" for layer in layers)
        and all(one.width == other.fan_in for one, other in zip(layers, layers[1:], strict=False))
        and all(law is None or law.mean**2 <= _LOPSIDED * (law.std**2 + law.mean**2) for law in laws)
        and not any((layer.twins >= 1).any() for layer in layers[:-1])
    )


def _forward(
    found: dict[str, NDArray], observed: Observed, phis: Sequence[Activation], laws: Sequence[Law | None]
) -> None:
    """Fill in what goes forward."""
    layers, sw, sb = observed.layers, found["sigma_w2"], found["sigma_b2"]
    entered = _middle(observed.input_second_moment)
    q = sw[0] * entered + sb[0] if math.isfinite(entered) else _middle(layers[0].signal)
    c, v, level = _middle(layers[0].correlation), 0.0, 0.0
    for index in range(len(layers)):
        kept = _kept(laws[index], layers[index].width, layers[index].fan_in)
        own = 2 * (1 - kept) / layers[index].width  # of the mean of n normal squares
        found["signal"][index], found["correlation"][index] = q, c
        found["scatter"][index], found["unamplified"][index] = v + own, level + own
        if index == len(layers) - 1 or not _NOTHING < q < 1 / _NOTHING:
            return
        phi, n = phis[index], layers[index].width
        with np.errstate(all="ignore"):
            moments = _moments_at(phi, q, kept)
            carried = sw[index + 1] * moments.square
            after = carried + sb[index + 1]
            found["jacobian"][index] = sw[index + 1] * moments.derivative
            if after > 0:
                slope = sw[index + 1] * q * moments.slope / after
                more = (carried / after) ** 2 * moments.scatter / n
                v, level = slope**2 * v + more, level + more
                found["slope"][index] = slope
                if math.isfinite(c):
                    c = float(meanfield.correlation_map(phi, sw[index + 1], sb[index + 1], min(c, 1.0), q=q))
        q = after


class _Moments(NamedTuple):
    """Of φ(z) and φ'(z), z ~ N(0, q)."""

    square: float
    derivative: float
    slope: float
    scatter: float
    gradient_scatter: float


def _moments_at(phi: Activation, q: float, kept: float) -> _Moments:
    """What a layer needs of its activation; of a homogeneous one E[φ²] alone depends on q, and in proportion."""
    if not phi.homogeneous:
        return _integrated(phi, q, kept)
    at_one = _integrated(phi, 1.0, kept)
    return at_one._replace(square=q * at_one.square)


@lru_cache(maxsize=4096)
def _integrated(phi: Activation, q: float, kept: float) -> _Moments:
    """Integrals, done once where thousands of layers have one level."""
    return _Moments(
        float(second_moment(phi, q)),
        float(derivative_moment(phi, q)),
        float(second_moment_slope(phi, q)),
        scatter_of_a_layer(phi, q, kept=kept),
        gradient_scatter_of_a_layer(phi, q, kept=kept),
    )


def _kept(law: Law | None, into: int, out_of: int) -> float:
    """Share of a length that goes for sure from `out_of` numbers into `into` of them: all, if an orthogonal matrix has room for it."""
    return min(1.0, into / out_of) if law is not None and law.distribution == "orthogonal" else 0.0


def _backward(
    found: dict[str, NDArray], observed: Observed, phis: Sequence[Activation], laws: Sequence[Law | None]
) -> None:
    """Fill in what comes back: a layer's mean square is χ times n_{l+1}/n_l times that of the next one."""
    layers = observed.layers
    found["gradient"][-1], found["gradient_scatter"][-1] = _middle(layers[-1].gradient), 0.0
    for index in range(len(layers) - 2, -1, -1):
        factor = found["jacobian"][index] * layers[index + 1].width / layers[index].width
        found["gradient"][index] = factor * found["gradient"][index + 1]
        q, law = found["signal"][index], laws[index + 1]
        if _NOTHING < q < 1 / _NOTHING:
            kept = _kept(law, layers[index].width, layers[index + 1].width)
            more = _moments_at(phis[index], q, kept).gradient_scatter / layers[index].width
            found["gradient_scatter"][index] = found["gradient_scatter"][index + 1] + more


def _fixed(found: dict[str, NDArray], phis: Sequence[Activation]) -> meanfield.MeanField | None:
    """The fixed point of the layers between the first and the last one, if they are all alike."""
    sw, sb, q = found["sigma_w2"][1:-1], found["sigma_b2"][1:-1], found["signal"][0]
    if len(sw) < 2 or len(set(phis)) > 1 or not _NOTHING < q < 1 / _NOTHING:
        return None
    if not (np.allclose(sw, sw[0], rtol=0.05) and np.allclose(sb, sb[0], rtol=0.1, atol=1e-12)):
        return None
    try:
        return meanfield.analyze(phis[0], float(np.mean(sw)), float(np.mean(sb)), q_start=float(q))
    except ValueError:  # an activation that grows too fast for its fixed point
        return None
