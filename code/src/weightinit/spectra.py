"""Singular values of a product of many layers: what free probability says of wide ones (floor 3).

The end-to-end Jacobian of L square layers is a product W_1 D_1 ⋯ W_L D_L of random matrices and of diagonal ones that hold the
slopes φ'. Here are the laws of its singular values s for weights that are Gaussian or Haar orthogonal, without activation or
with the ReLU, scaled so that the mean of s² is 1; in the limit of infinite width, at fixed depth.

Free probability gives them all at once. With ψ(x) = Σ_k E[s^{2k}] x^{-k} for x beyond the largest s²,

    x = (1 + ψ)/ψ · (1 + ψ)^a (1 + 2ψ)^b,

where (a, b) is (L, 0) for Gaussian weights, (0, 0) for orthogonal ones, (0, L) and (-L, L) for the same with ReLU
(Pennington, Schoenholz & Ganguli 2017, section 2.5: the factors are the S-transforms of W Wᵀ and of D²).
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._validation import check_choice, check_int, check_numbers, unwrap

__all__ = ["density", "edge", "moment"]

WEIGHTS = ("gaussian", "orthogonal")
ACTIVATIONS = ("identity", "relu")
_ALIASES = {"linear": "identity"}


class _Kind(NamedTuple):
    layers: int
    gaussian: bool
    relu: bool

    @property
    def powers(self) -> tuple[int, int]:
        """The exponents a and b of the module's equation."""
        if self.relu:
            return (0, self.layers) if self.gaussian else (-self.layers, self.layers)
        return (self.layers, 0) if self.gaussian else (0, 0)


def _kind(layers: int, weights: str, activation: str) -> _Kind:
    weights = check_choice(weights, "weights", WEIGHTS, {})
    activation = check_choice(activation, "activation", ACTIVATIONS, _ALIASES)
    return _Kind(check_int(layers, "layers"), weights == "gaussian", activation == "relu")


def moment(k: int, layers: int, weights: str = "gaussian", activation: str = "identity") -> int:
    """E[s^{2k}], the mean over the singular values of the product, zeros included; a whole number.

    For Gaussian weights without activation these are the Fuss–Catalan numbers, binom((L + 1) k, k)/(L k + 1).

    Parameters
    ----------
    k : int
        Order, at least 1. The first moment is 1 in all cases, the second is the spread of the product.
    layers : int
        L, the number of factors.
    weights : {"gaussian", "orthogonal"}
        Law of the weights.
    activation : {"identity", "relu"}
        With "relu", each layer also multiplies by a gate that is open with probability 1/2, and the weights are √2 as wide.

    Returns
    -------
    int

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.

    Notes
    -----
    Lagrange's inversion of the module's equation: k E[s^{2k}] is the coefficient of ψ^{k-1} in
    (1 + ψ)^{k + ka} (1 + 2ψ)^{kb}.

    Examples
    --------
    >>> [moment(k, 1) for k in (1, 2, 3, 4)]  # the numbers of Catalan
    [1, 2, 5, 14]
    >>> [moment(2, 10, *kind) for kind in (("gaussian",), ("orthogonal",), ("orthogonal", "relu"), ("gaussian", "relu"))]
    [11, 1, 11, 21]
    """
    k = check_int(k, "k")
    a, b = _kind(layers, weights, activation).powers
    n, m = k + k * a, k * b
    total = sum(_binomial(n, j) * _binomial(m, k - 1 - j) * 2 ** (k - 1 - j) for j in range(k))
    share = Fraction(total, k)
    assert share.denominator == 1
    return share.numerator


def _binomial(n: int, j: int) -> int:
    """The coefficient of x^j in (1 + x)^n, for negative n too."""
    return math.comb(n, j) if n >= 0 else (-1) ** j * math.comb(j - n - 1, j)


def edge(layers: int, weights: str = "gaussian", activation: str = "identity") -> float:
    """The largest s² of the product, in the limit of infinite width.

    Parameters
    ----------
    layers, weights, activation
        As in :func:`moment`.

    Returns
    -------
    float
        (L + 1)^{L+1}/L^L for Gaussian weights, 1 for orthogonal ones, L^L/(L - 1)^{L-1} for orthogonal ones with ReLU:
        that of one Gaussian layer less.

    Raises
    ------
    ValueError, TypeError
        As :func:`moment`.

    Examples
    --------
    >>> edge(1), edge(2)
    (4.0, 6.75)
    >>> edge(3, "orthogonal", "relu") == edge(2)
    True
    >>> round(edge(10, "gaussian", "relu"), 1)
    54.4
    """
    kind = _kind(layers, weights, activation)
    if kind.relu and not kind.gaussian:
        return 2.0 if kind.layers == 1 else _fuss_catalan_edge(kind.layers - 1)
    if kind.relu:  # where dx/dψ = 0: 2L ψ² + 2(L - 1) ψ = 1
        psi = 1 / (kind.layers - 1 + math.hypot(kind.layers, 1))
        return (1 + psi) / psi * (1 + 2 * psi) ** kind.layers
    return _fuss_catalan_edge(kind.layers) if kind.gaussian else 1.0


def _fuss_catalan_edge(layers: int) -> float:
    return (layers + 1) * (1 + 1 / layers) ** layers


def density(
    s: ArrayLike, layers: int, weights: str = "gaussian", activation: str = "identity"
) -> float | NDArray[np.float64]:
    """Density of the singular values of the product at s > 0, in the limit of infinite width.

    With the ReLU half of all singular values are 0; the density of the others has the mass 1/2.

    Parameters
    ----------
    s : array_like
        Singular values, > 0.
    layers, weights, activation
        As in :func:`moment`; not orthogonal without activation, nor one orthogonal layer with ReLU, where all singular values
        that are not 0 are one and the same.

    Returns
    -------
    float or float64 array of the shape of `s`
        0 beyond the root of :func:`edge`.

    Raises
    ------
    ValueError, TypeError
        If an argument is not of the form above; the message names it.

    Notes
    -----
    On the cut ψ is complex, and the density of x = s² is Im ψ/(π x). With 1 + ψ = r e^{iθ} in the Gaussian case, and
    1 + 2ψ = r e^{iθ} with ReLU, the condition that x is real gives r for every θ, and x falls from the edge to 0 as θ
    grows. For one layer this is the quarter-circle law.

    Examples
    --------
    >>> bool(np.isclose(density(1.2, 1), np.sqrt(4 - 1.2**2) / np.pi))
    True
    >>> density([0.5, 2.0, 3.0], 2).round(3)
    array([0.546, 0.162, 0.   ])
    """
    kind = _kind(layers, weights, activation)
    if not kind.gaussian and (not kind.relu or kind.layers == 1):
        which = "one orthogonal layer with ReLU" if kind.relu else "orthogonal weights without activation"
        raise ValueError(
            f"weights must not be {weights!r} here: with {which} all s that are not 0 are equal, no density"
        )
    s = check_numbers(s, "s", 0, closed="neither")
    x = s**2
    inside = x < edge(kind.layers, weights, activation)
    on_cut = _gated_cut if kind.gaussian and kind.relu else _fuss_catalan_cut
    depth = kind.layers - (kind.relu and not kind.gaussian)
    low = np.zeros(int(inside.sum()))
    high = np.full_like(low, np.pi / (depth + (on_cut is _fuss_catalan_cut)))
    for _ in range(80):  # bisection: x falls as θ grows
        middle = (low + high) / 2
        far = on_cut(middle, depth)[0] > x[inside]
        low, high = np.where(far, middle, low), np.where(far, high, middle)
    psi = on_cut((low + high) / 2, depth)[1]
    if kind.relu and not kind.gaussian:  # ψ of L layers is ψ'/(1 - ψ'), ψ' that of L - 1 Gaussian ones
        psi = psi / (1 - psi)
    found = np.zeros(s.shape)
    found[inside] = 2 * psi.imag / (np.pi * s[inside])
    return unwrap(found)


def _fuss_catalan_cut(theta: NDArray[np.float64], layers: int) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """X and ψ of x = (1 + ψ)^{L+1}/ψ, where 1 + ψ has the angle θ in (0, π/(L + 1))."""
    r = np.sin((layers + 1) * theta) / np.sin(layers * theta)
    with np.errstate(over="ignore", divide="ignore"):
        return r**layers * np.sin((layers + 1) * theta) / np.sin(theta), r * np.exp(1j * theta) - 1


def _gated_cut(theta: NDArray[np.float64], layers: int) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """X and ψ of x = (1 + ψ)(1 + 2ψ)^L/ψ, where 1 + 2ψ has the angle θ in (0, π/L)."""
    lean = np.sin(theta) / np.tan(layers * theta)
    r = np.where(lean > 0, lean + np.hypot(lean, 1), 1 / (np.hypot(lean, 1) - lean))
    psi = (r * np.exp(1j * theta) - 1) / 2
    return np.abs((1 + psi) / psi) * r**layers, psi
