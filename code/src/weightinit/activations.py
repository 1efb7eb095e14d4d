"""Activation functions with their derivatives, looked up by name (floor 1).

Every function is applied element by element, keeps float32 and float64, writes into `out` when it is given (`out` may
be the input itself), and neither overflows nor warns for arguments far beyond any that a network produces: an
exponential is only ever taken of a number that is not positive. Integers and float16 are computed in float64: half
precision would round away what is to be measured.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from weightinit._validation import check_choice, check_flag, check_number

__all__ = ["ALIASES", "NAMES", "SELU_ALPHA", "SELU_SCALE", "Activation", "get"]

SELU_SCALE = 1.0507009873554805
"""λ of SELU (Klambauer et al. 2017): with it N(0, 1) keeps mean 0 and second moment 1."""

SELU_ALPHA = 1.6732632423543772
"""α of SELU (Klambauer et al. 2017)."""


@dataclass(frozen=True)
class Activation:
    """A scalar function φ with its derivative φ'.

    Attributes
    ----------
    name : str
        The name it is looked up by.
    f, df : callable (z, out=None) -> ndarray
        φ(z) and φ'(z), element by element, of z's shape and dtype (float32 or float64; other real input is taken as
        float64). At a kink `df` is the slope on the left.
    kinks : tuple of float
        Where φ or a derivative of it jumps: Gaussian integrals are split there.
    label : str
        For figures and tables; the name if it is not given.
    homogeneous : bool
        True if φ(s z) = s φ(z) for every s >= 0, i.e. φ is two half-lines that meet in the origin (identity, ReLU,
        leaky ReLU). Gaussian integrals of these are exact, from the two slopes φ(1) and -φ(-1); so it is not taken on
        trust: φ is evaluated from 10⁻⁶ to 10⁶ on both sides.
    binary_slope : bool
        True if φ' is 0 or 1 everywhere and `df` also writes into an `out` of bool: a mask of bytes is multiplied much
        faster than numbers. Not taken on trust either.

    Raises
    ------
    TypeError
        If `f` or `df` is not callable, `name` or `label` is not text, or `homogeneous` or `binary_slope` is no bool.
    ValueError
        If `name` is empty, a kink is not a finite number, or `homogeneous` or `binary_slope` is True and φ is not so.

    Examples
    --------
    Calling it is calling `f`.

    >>> get("relu")([-1.0, 2.0])
    array([0., 2.])

    A function of your own needs its two formulas; everything else in the package then works with it.

    >>> def cube(z, out=None):
    ...     return np.power(z, 3, out=out)
    >>> def d_cube(z, out=None):
    ...     return np.multiply(3, np.square(z), out=out)
    >>> Activation("cube", cube, d_cube).df(np.array([2.0]))
    array([12.])
    """

    name: str
    f: Callable[..., NDArray[Any]]
    df: Callable[..., NDArray[Any]]
    kinks: tuple[float, ...] = ()
    label: str = ""
    homogeneous: bool = False
    binary_slope: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be an activation, and fill in the label."""
        for field in ("name", "label"):
            if not isinstance(getattr(self, field), str):
                raise TypeError(f"{field} must be a string, got {getattr(self, field)!r}")
        if not self.name:
            raise ValueError(f"name must be a non-empty string, got {self.name!r}")
        for field in ("f", "df"):
            if not callable(getattr(self, field)):
                raise TypeError(f"{field} must be a function (z, out=None), got {getattr(self, field)!r}")
        kinks = np.ravel(self.kinks).tolist()
        for kink in kinks:
            check_number(kink, "kinks")
        object.__setattr__(self, "kinks", tuple(map(float, kinks)))
        object.__setattr__(self, "label", self.label or self.name)
        if check_flag(self.homogeneous, "homogeneous") and not _is_two_half_lines(self.f):
            raise ValueError(
                f"homogeneous must not be True for {self.name!r}: it is not two half-lines from the origin"
            )
        if check_flag(self.binary_slope, "binary_slope") and not _is_mask(self.df):
            raise ValueError(
                f"binary_slope must not be True for {self.name!r}: its df does not write 0 and 1 into an out of bool"
            )

    def __call__(self, z: ArrayLike) -> NDArray[Any]:
        """φ(z), as `f` gives it."""
        return self.f(z)

    def __repr__(self) -> str:
        """Say which function it is, not where its code lies."""
        return f"Activation({self.label})"


def _is_two_half_lines(f: Callable[..., Any]) -> bool:
    """Is f(z) = z f(1) for z >= 0 and -z f(-1) for z <= 0? Looked at over twelve decades: a ReLU6 is not either."""
    sizes = np.array([0.0, 1e-6, 0.3, 2.7, 1e6])
    with np.errstate(over="ignore"):  # of a leaky ReLU with an absurd slope
        return all(np.allclose(f(sign * sizes), sizes * f(np.array(sign)), rtol=1e-9, atol=0) for sign in (1.0, -1.0))


def _is_mask(df: Callable[..., Any]) -> bool:
    """Does df(z) write the same into bool as it returns in float64?"""
    z = np.array([-1e3, -2.7, -0.3, 0.3, 2.7, 1e3])
    mask = np.empty(z.shape, bool)
    try:
        df(z, out=mask)
    except TypeError:  # numpy does not cast numbers to bool
        return False
    return np.array_equal(mask, df(z))


_KEPT = (np.dtype(np.float32), np.dtype(np.float64))  # dtypes: comparing one with np.float32 takes a microsecond


def _real(z: ArrayLike) -> NDArray[Any]:
    """`z` as a float32 or float64 array."""
    z = np.asarray(z)
    if z.dtype in _KEPT:
        return z
    if z.dtype.kind not in "fiu":
        raise TypeError(f"z must be real numbers, got dtype {z.dtype}")
    return z.astype(np.float64)


def _choose(z: NDArray[Any], positive: float, otherwise: float) -> NDArray[Any]:
    """One constant where z > 0 and another elsewhere, in z's dtype."""
    return np.where(z > 0, z.dtype.type(positive), z.dtype.type(otherwise))


def _identity(z, out=None):
    """φ(z) = z."""
    return np.positive(_real(z), out=out)


def _d_identity(z, out=None):
    """φ'(z) = 1."""
    z = _real(z)
    return np.add(np.zeros_like(z), 1, out=out)


def _relu(z, out=None):
    """φ(z) = max(z, 0)  (Nair & Hinton 2010)."""
    return np.maximum(_real(z), 0, out=out)


def _d_relu(z, out=None):
    """φ'(z) = 1 if z > 0 else 0."""
    z = _real(z)
    return np.greater(z, 0, out=np.empty_like(z) if out is None else out)


def _leaky_relu(z, out=None, *, negative_slope):
    """φ(z) = z if z > 0 else a z  (Maas et al. 2013)."""
    z = _real(z)
    return np.multiply(z, _choose(z, 1, negative_slope), out=out)


def _d_leaky_relu(z, out=None, *, negative_slope):
    """φ'(z) = 1 if z > 0 else a."""
    z = _real(z)
    return np.positive(_choose(z, 1, negative_slope), out=out)


def _elu(z, out=None, *, alpha, scale=1.0):
    """φ(z) = λ z if z > 0 else λ α (e^z - 1)  (Clevert et al. 2016; Klambauer et al. 2017)."""
    z = _real(z)
    return np.multiply(np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))), scale, out=out)


def _d_elu(z, out=None, *, alpha, scale=1.0):
    """φ'(z) = λ if z > 0 else λ α e^z."""
    z = _real(z)
    return np.multiply(np.exp(np.minimum(z, 0)), _choose(z, scale, scale * alpha), out=out)


def _tanh(z, out=None):
    """φ(z) = tanh z."""
    return np.tanh(_real(z), out=out)


def _d_tanh(z, out=None):
    """φ'(z) = 1/cosh² z = 4e/(1 + e)² with e = exp(-2|z|): no digits are lost in the tails, as in 1 - tanh² z."""
    e = np.exp(-2 * np.abs(_real(z)))
    return np.divide(4 * e, np.square(1 + e), out=out)


def _sigmoid(z, out=None):
    """φ(z) = 1/(1 + e^-z)."""
    return special.expit(_real(z), out=out)


def _d_sigmoid(z, out=None):
    """φ'(z) = φ(z) φ(-z)."""
    z = _real(z)
    return np.multiply(special.expit(z), special.expit(-z), out=out)


def _gelu(z, out=None):
    """φ(z) = z Φ(z), Φ the normal distribution function: exact, not the tanh fit (Hendrycks & Gimpel 2016)."""
    z = _real(z)
    return np.multiply(z, special.ndtr(z), out=out)


def _d_gelu(z, out=None):
    """φ'(z) = Φ(z) + z exp(-z²/2)/√(2π)."""
    z = _real(z)
    return np.add(special.ndtr(z), z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi), out=out)


def _silu(z, out=None):
    """φ(z) = z σ(z), σ the sigmoid  (also called swish; Elfwing et al. 2018)."""
    z = _real(z)
    return np.multiply(z, special.expit(z), out=out)


def _d_silu(z, out=None):
    """φ'(z) = σ(z) (1 + z σ(-z))."""
    z = _real(z)
    return np.multiply(special.expit(z), 1 + z * special.expit(-z), out=out)


def _softplus(z, out=None):
    """φ(z) = ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|)."""
    z = _real(z)
    return np.add(np.maximum(z, 0), np.log1p(np.exp(-np.abs(z))), out=out)


def _erf(z, out=None):
    """φ(z) = erf z = (2/√π) ∫_0^z exp(-t²) dt."""
    return special.erf(_real(z), out=out)


def _d_erf(z, out=None):
    """φ'(z) = (2/√π) exp(-z²)."""
    z = _real(z)
    return np.multiply(np.exp(-z * z), 2 / math.sqrt(math.pi), out=out)


def _softsign(z, out=None):
    """φ(z) = z/(1 + |z|)  (used in Glorot & Bengio 2010)."""
    z = _real(z)
    return np.divide(z, 1 + np.abs(z), out=out)


def _d_softsign(z, out=None):
    """φ'(z) = 1/(1 + |z|)²."""
    z = _real(z)
    return np.divide(1, np.square(1 + np.abs(z)), out=out)


def _mish(z, out=None):
    """φ(z) = z tanh(ln(1 + e^z))  (Misra 2020)."""
    z = _real(z)
    return np.multiply(z, np.tanh(_softplus(z)), out=out)


def _d_mish(z, out=None):
    """φ'(z) = tanh s + z σ(z)/cosh² s with s = ln(1 + e^z)."""
    z = _real(z)
    s = _softplus(z)
    return np.add(np.tanh(s), z * special.expit(z) * _d_tanh(s), out=out)


def _between(z: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """1 where low < z <= high, else 0, in z's dtype."""
    return ((z > low) & (z <= high)).astype(z.dtype)


def _hard_tanh(z, out=None):
    """φ(z) = z, cut at -1 and 1  (Collobert 2004)."""
    return np.clip(_real(z), -1, 1, out=out)


def _d_hard_tanh(z, out=None):
    """φ'(z) = 1 for -1 < z <= 1, else 0."""
    return np.positive(_between(_real(z), -1, 1), out=out)


def _hard_sigmoid(z, out=None):
    """φ(z) = (z + 3)/6, cut at 0 and 1: PyTorch's, of slope 1/6  (Howard et al. 2019); others have 1/5."""
    return np.divide(np.clip(_real(z) + 3, 0, 6), 6, out=out)


def _d_hard_sigmoid(z, out=None):
    """φ'(z) = 1/6 for -3 < z <= 3, else 0."""
    return np.divide(_between(_real(z), -3, 3), 6, out=out)


def _hard_swish(z, out=None):
    """φ(z) = z times the hard sigmoid of z  (Howard et al. 2019)."""
    z = _real(z)
    return np.multiply(z, np.clip(z + 3, 0, 6) / 6, out=out)


def _d_hard_swish(z, out=None):
    """φ'(z) = 0 for z <= -3, (2z + 3)/6 up to 3, then 1."""
    z = _real(z)
    return np.add((2 * z + 3) / 6 * _between(z, -3, 3), _choose(z - 3, 1, 0), out=out)


def _relu6(z, out=None):
    """φ(z) = z, cut at 0 and 6  (Krizhevsky 2010)."""
    return np.clip(_real(z), 0, 6, out=out)


def _d_relu6(z, out=None):
    """φ'(z) = 1 for 0 < z <= 6, else 0."""
    return np.positive(_between(_real(z), 0, 6), out=out)


def _celu(z, out=None, *, alpha):
    """φ(z) = z if z > 0 else α (e^(z/α) - 1): an ELU whose slope does not jump  (Barron 2017)."""
    z = _real(z)
    return np.positive(np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0) / alpha)), out=out)


def _d_celu(z, out=None, *, alpha):
    """φ'(z) = 1 if z > 0 else e^(z/α)."""
    return np.exp(np.minimum(_real(z), 0) / alpha, out=out)


_FIT = (math.sqrt(2 / math.pi), 0.044715)


def _gelu_tanh(z, out=None):
    """φ(z) = (z/2) (1 + tanh u) = z σ(2u), u = √(2/π) (z + 0.044715 z³): a fit to GELU  (Hendrycks & Gimpel 2016)."""
    z = _real(z)
    return np.multiply(z, special.expit(2 * _FIT[0] * (z + _FIT[1] * z * z * z)), out=out)


def _d_gelu_tanh(z, out=None):
    """φ'(z) = σ(2u) + 2 z u' σ(2u) σ(-2u)."""
    z = _real(z)
    u = _FIT[0] * (z + _FIT[1] * z * z * z)
    rise = 2 * _FIT[0] * z * (1 + 3 * _FIT[1] * z * z)
    return np.multiply(special.expit(2 * u), 1 + rise * special.expit(-2 * u), out=out)


_QUICK = 1.702


def _quick_gelu(z, out=None):
    """φ(z) = z σ(1.702 z): another fit to GELU  (Hendrycks & Gimpel 2016)."""
    z = _real(z)
    return np.multiply(z, special.expit(_QUICK * z), out=out)


def _d_quick_gelu(z, out=None):
    """φ'(z) = σ(y) (1 + y σ(-y)), y = 1.702 z."""
    y = _QUICK * _real(z)
    return np.multiply(special.expit(y), 1 + y * special.expit(-y), out=out)


def _squared_relu(z, out=None):
    """φ(z) = max(z, 0)²  (So et al. 2021)."""
    return np.square(np.maximum(_real(z), 0), out=out)


def _d_squared_relu(z, out=None):
    """φ'(z) = 2 max(z, 0)."""
    return np.multiply(np.maximum(_real(z), 0), 2, out=out)


def _logsigmoid(z, out=None):
    """φ(z) = ln σ(z) = min(z, 0) - ln(1 + e^-|z|)."""
    z = _real(z)
    return np.subtract(np.minimum(z, 0), np.log1p(np.exp(-np.abs(z))), out=out)


def _d_logsigmoid(z, out=None):
    """φ'(z) = σ(-z)."""
    return special.expit(-_real(z), out=out)


def _sin(z, out=None):
    """φ(z) = sin z  (Sitzmann et al. 2020, with z already multiplied by their 30)."""
    return np.sin(_real(z), out=out)


def _d_sin(z, out=None):
    """φ'(z) = cos z."""
    return np.cos(_real(z), out=out)


def _gaussian(z, out=None):
    """φ(z) = e^(-z²)."""
    z = _real(z)
    return np.exp(-z * z, out=out)


def _d_gaussian(z, out=None):
    """φ'(z) = -2 z e^(-z²)."""
    z = _real(z)
    return np.multiply(-2 * z, np.exp(-z * z), out=out)


def _arctan(z, out=None):
    """φ(z) = arctan z."""
    return np.arctan(_real(z), out=out)


def _d_arctan(z, out=None):
    """φ'(z) = 1/(1 + z²)."""
    z = _real(z)
    return np.divide(1, 1 + z * z, out=out)


def _isru(z, out=None):
    """φ(z) = z/√(1 + z²), the inverse square root unit  (Carlile et al. 2017)."""
    z = _real(z)
    return np.divide(z, np.sqrt(1 + z * z), out=out)


def _d_isru(z, out=None):
    """φ'(z) = (1 + z²)^(-3/2)."""
    z = _real(z)
    return np.power(1 + z * z, -1.5, out=out)


def _squareplus(z, out=None):
    """φ(z) = (z + √(z² + 4))/2 = max(z, 0) + 2/(|z| + √(z² + 4)), without cancellation  (Barron 2021)."""
    z = _real(z)
    return np.add(np.maximum(z, 0), 2 / (np.abs(z) + np.sqrt(z * z + 4)), out=out)


def _d_squareplus(z, out=None):
    """φ'(z) = (1 + z/√(z² + 4))/2 = φ(z)/√(z² + 4)."""
    z = _real(z)
    return np.divide(_squareplus(z), np.sqrt(z * z + 4), out=out)


def _make_leaky_relu(negative_slope: float = 0.01) -> Activation:
    slope = float(negative_slope)
    f, df = (partial(function, negative_slope=slope) for function in (_leaky_relu, _d_leaky_relu))
    return Activation("leaky_relu", f, df, (0.0,), f"leaky ReLU ({slope:g})", homogeneous=True)


def _make_elu(alpha: float = 1.0) -> Activation:
    check_number(alpha, "alpha", 0)
    label = "ELU" if alpha == 1 else f"ELU ({alpha:g})"
    return Activation("elu", partial(_elu, alpha=alpha), partial(_d_elu, alpha=alpha), (0.0,), label)


def _make_celu(alpha: float = 1.0) -> Activation:
    check_number(alpha, "alpha", 0, closed="neither")
    label = "CELU" if alpha == 1 else f"CELU ({alpha:g})"
    return Activation("celu", partial(_celu, alpha=alpha), partial(_d_celu, alpha=alpha), (0.0,), label)


_SELU = {"alpha": SELU_ALPHA, "scale": SELU_SCALE}

_MAKERS: dict[str, Callable[..., Activation]] = {
    "tanh": lambda: Activation("tanh", _tanh, _d_tanh),
    "sigmoid": lambda: Activation("sigmoid", _sigmoid, _d_sigmoid),
    "relu": lambda: Activation("relu", _relu, _d_relu, (0.0,), "ReLU", homogeneous=True, binary_slope=True),
    "leaky_relu": _make_leaky_relu,
    "elu": _make_elu,
    "selu": lambda: Activation("selu", partial(_elu, **_SELU), partial(_d_elu, **_SELU), (0.0,), "SELU"),
    "gelu": lambda: Activation("gelu", _gelu, _d_gelu, (), "GELU"),
    "silu": lambda: Activation("silu", _silu, _d_silu, (), "SiLU"),
    "softplus": lambda: Activation("softplus", _softplus, _sigmoid),
    "erf": lambda: Activation("erf", _erf, _d_erf),
    "softsign": lambda: Activation("softsign", _softsign, _d_softsign, (0.0,)),
    "identity": lambda: Activation("identity", _identity, _d_identity, homogeneous=True),
    "mish": lambda: Activation("mish", _mish, _d_mish, (), "Mish"),
    "hard_tanh": lambda: Activation("hard_tanh", _hard_tanh, _d_hard_tanh, (-1.0, 1.0), "hard tanh"),
    "hard_sigmoid": lambda: Activation("hard_sigmoid", _hard_sigmoid, _d_hard_sigmoid, (-3.0, 3.0), "hard sigmoid"),
    "hard_swish": lambda: Activation("hard_swish", _hard_swish, _d_hard_swish, (-3.0, 3.0), "hard swish"),
    "relu6": lambda: Activation("relu6", _relu6, _d_relu6, (0.0, 6.0), "ReLU6"),
    "celu": _make_celu,
    "gelu_tanh": lambda: Activation("gelu_tanh", _gelu_tanh, _d_gelu_tanh, (), "GELU (tanh)"),
    "quick_gelu": lambda: Activation("quick_gelu", _quick_gelu, _d_quick_gelu, (), "quick GELU"),
    "squared_relu": lambda: Activation("squared_relu", _squared_relu, _d_squared_relu, (0.0,), "squared ReLU"),
    "logsigmoid": lambda: Activation("logsigmoid", _logsigmoid, _d_logsigmoid, (), "log sigmoid"),
    "sin": lambda: Activation("sin", _sin, _d_sin),
    "gaussian": lambda: Activation("gaussian", _gaussian, _d_gaussian),
    "arctan": lambda: Activation("arctan", _arctan, _d_arctan),
    "isru": lambda: Activation("isru", _isru, _d_isru, (), "ISRU"),
    "squareplus": lambda: Activation("squareplus", _squareplus, _d_squareplus),
}

_DEFAULTS = {
    name: {parameter.name: parameter.default for parameter in inspect.signature(make).parameters.values()}
    for name, make in _MAKERS.items()
}

NAMES: tuple[str, ...] = tuple(_MAKERS)
"""The names that :func:`get` knows."""

ALIASES = {
    "swish": "silu",
    "linear": "identity",
    "logistic": "sigmoid",
    "lrelu": "leaky_relu",
    "atan": "arctan",
    "gelu_new": "gelu_tanh",
    "relu2": "squared_relu",
    "sine": "sin",
}
"""Other names that :func:`get` knows: what papers and libraries call them."""


def get(activation: str | Activation, **parameters: float) -> Activation:
    """Look an activation up.

    Parameters
    ----------
    activation : str or Activation
        One of :data:`NAMES` or :data:`ALIASES`, however it is spelled: "ReLU", "leaky-relu" and "LeakyReLU" are known.
        An :class:`Activation` is returned as it is.
    **parameters
        `negative_slope` of "leaky_relu" (finite, default 0.01); `alpha` of "elu" (>= 0, default 1) and of "celu" (> 0,
        default 1). None otherwise.

    Returns
    -------
    Activation
        The same object for the same name and parameters.

    Raises
    ------
    TypeError
        If `activation` is neither text nor an Activation, if it does not take a parameter that is given, or if a
        parameter is not a number.
    ValueError
        If the name is unknown (the message asks whether another was meant), or a parameter is out of its range.

    Examples
    --------
    >>> get("leaky_relu", negative_slope=0.2).f(np.array([-1.0, 1.0]))
    array([-0.2,  1. ])
    """
    if not isinstance(activation, str | Activation):
        raise TypeError(f"activation must be an Activation or one of {', '.join(NAMES)}, got {activation!r}")
    if isinstance(activation, str):
        activation = check_choice(activation, "activation", NAMES, ALIASES)
    defaults = _DEFAULTS[activation] if isinstance(activation, str) else {}
    for name, value in parameters.items():
        if name not in defaults:
            takes = ", ".join(defaults) or "no parameters"
            raise TypeError(f"{name} must not be given, {activation!r} takes {takes}; got {name}={value!r}")
        check_number(value, name)
    return _make(activation, **(defaults | parameters)) if isinstance(activation, str) else activation


@lru_cache(maxsize=256)
def _make(name: str, **parameters: float) -> Activation:
    """Build one, once: equal requests return the same object, so that `==` between activations means something."""
    return _MAKERS[name](**parameters)
