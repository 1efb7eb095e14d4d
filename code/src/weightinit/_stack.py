"""A stack of networks before its first pass: the one door for its arguments, and how it is drawn (floor 3, private).

:class:`weightinit.network.MLP` and the experiments are given the same arguments, check them here, and draw the same
networks from the same `rng`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from weightinit import activations as _activations
from weightinit import initializers as _initializers
from weightinit._validation import (
    check_array,
    check_choice,
    check_dtype,
    check_flag,
    check_int,
    check_nonnegative,
    check_rng,
)
from weightinit.activations import Activation

__all__ = ["Initializer", "Layer", "Stack", "check_batch", "forward", "rescale"]

Initializer = str | Callable[..., ArrayLike]

Draw = Callable[[tuple[int, int], np.random.Generator], ArrayLike]
"""From the shape (n_in, n_out) of a layer and a stream: its weights, or its biases."""


class SideStreams(NamedTuple):
    """Streams beside the weights', one a replica: what they draw leaves the weights as they are."""

    bias: tuple[np.random.Generator, ...]
    inputs: tuple[np.random.Generator, ...]
    output_gradient: tuple[np.random.Generator, ...]


class Stack(NamedTuple):
    """R networks of one shape, checked but not yet drawn.

    Attributes
    ----------
    widths : tuple of int
        (n_0, …, n_L).
    activation : Activation
    init : str
        A short name of the start, for a `repr`.
    weight_draws : L callables
        What draws the weights (n_in, n_out) of each layer.
    bias_draws : L callables or None
        What draws the biases (n_out,) of each layer; None if they are zero.
    linear_output : bool
    dtype : float32 or float64
    streams : R generators
        Replica r draws its weights from the r-th, layer 1 to L.
    side : SideStreams
        Spawned from each replica's own stream, so that a bias or an input changes no weight.
    """

    widths: tuple[int, ...]
    activation: Activation
    init: str
    weight_draws: list[Draw]
    bias_draws: list[Draw | None]
    linear_output: bool
    dtype: np.dtype
    streams: list[np.random.Generator]
    side: SideStreams

    @classmethod
    def of(
        cls,
        widths: Sequence[int],
        activation: str | Activation,
        init: Initializer | Sequence[Initializer],
        *,
        rng: np.random.Generator | int,
        replicas: int,
        bias_std: float,
        bias_init: Initializer | Sequence[Initializer] | None,
        linear_output: bool,
        dtype: DTypeLike,
    ) -> Stack:
        """Check the arguments and split `rng`; nothing is drawn.

        Raises
        ------
        TypeError, ValueError
            If an argument is not acceptable; the message names it.
        """
        widths = _check_widths(widths)
        activation = _activations.get(activation)
        replicas = check_int(replicas, "replicas")
        linear_output = check_flag(linear_output, "linear_output")
        dtype = check_dtype(dtype)
        depth = len(widths) - 1
        weight_draws = _check_init(init, depth, dtype, "init")
        for layer, (draw, *shape) in enumerate(zip(weight_draws, widths, widths[1:], strict=False)):
            one = "init" if isinstance(init, str) or not isinstance(init, Sequence) else f"init[{layer}]"
            _check_can_draw(draw, tuple(shape), f"{one} must draw matrices (n_in, n_out)")
        bias_draws = _check_biases(check_nonnegative(bias_std, "bias_std"), bias_init, weight_draws, dtype)
        # one independent stream a replica: the r-th is the same whatever `replicas` is
        streams = check_rng(rng).spawn(replicas)
        side = SideStreams(*zip(*(stream.spawn(3) for stream in streams), strict=True))
        return cls(widths, activation, _name(init), weight_draws, bias_draws, linear_output, dtype, streams, side)

    @property
    def replicas(self) -> int:
        """R, the number of networks."""
        return len(self.streams)

    @property
    def activated(self) -> tuple[bool, ...]:
        """Of each layer, whether an activation follows it."""
        return (True,) * (len(self.widths) - 2) + (not self.linear_output,)

    @property
    def laws(self) -> list[_initializers.Law | None]:
        """Of each layer's weights, the law that its initializer draws from; None if that is a function of one's own."""
        shapes = zip(self.widths, self.widths[1:], strict=False)
        return [
            draw(shape, _initializers._THEORY) if _is_own(draw) else None
            for draw, shape in zip(self.weight_draws, shapes, strict=True)
        ]

    def layers(self, some: slice = slice(None)) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Draw the replicas `some`, once; a generator, so that nobody has to hold more than one layer.

        Yields
        ------
        weight : array (R, n_in, n_out)
        bias : array (R, n_out)
            Of layers 1 to L.

        Raises
        ------
        TypeError, ValueError
            If a draw is not a finite real array of the right shape.
        """
        streams, bias_streams = self.streams[some], self.side.bias[some]
        for layer, shape in enumerate(zip(self.widths, self.widths[1:], strict=False), 1):
            weight = None
            bias = np.zeros((len(streams), shape[1]), self.dtype)
            draw, draw_bias = self.weight_draws[layer - 1], self.bias_draws[layer - 1]
            for r, (stream, bias_stream) in enumerate(zip(streams, bias_streams, strict=True)):
                one = _checked(draw(shape, stream), shape, self.dtype, f"init must return, for layer {layer},")
                if len(streams) == 1 and _is_own(draw):  # it is nobody else's: of a large network no copy is made
                    weight = one[None]
                else:
                    weight = np.empty((len(streams), *shape), self.dtype) if weight is None else weight
                    weight[r] = one
                if draw_bias is not None:
                    start = f"bias_init must return, for layer {layer},"
                    bias[r] = _checked(draw_bias(shape, bias_stream), shape[1:], self.dtype, start)
            yield weight, bias


def _checked(drawn: ArrayLike, shape: tuple[int, ...], dtype: np.dtype, start: str) -> NDArray[Any]:
    """What was drawn, as a finite array of `shape` in `dtype`; `start` is how the message begins if it is none."""
    array = np.asarray(drawn)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{start} real numbers, got {array.dtype} entries")
    if array.shape != shape:
        raise ValueError(f"{start} an array of shape {shape}, got shape {array.shape}")
    with np.errstate(over="ignore"):  # too large for the dtype: the check below says so
        array = array.astype(dtype, copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        total = array.sum()
    # a sum that is finite has finite terms, and takes no memory; one that is not may be of large numbers
    if not np.isfinite(total) and not np.isfinite(array).all():
        raise ValueError(f"{start} numbers finite in {dtype.name}, got nan or inf")
    return array


# ---- what draws ------------------------------------------------------------------------------------------------------
def _check_init(
    init: Initializer | Sequence[Initializer], depth: int, dtype: np.dtype, name: str
) -> list[Callable[..., ArrayLike]]:
    """One callable (shape, rng) -> array for each of `depth` layers; TypeError or ValueError that begins with `name`."""
    if isinstance(init, str) or not isinstance(init, Sequence):
        return [_check_one(init, dtype, name)] * depth
    if len(init) != depth:
        raise ValueError(
            f"{name} must be one initializer, or one for each of the {depth} layers, got {len(init)} of them"
        )
    return [_check_one(one, dtype, f"{name}[{layer}]") for layer, one in enumerate(init)]


def _check_one(init: Initializer, dtype: np.dtype, name: str) -> Callable[..., ArrayLike]:
    """`init` as (shape, rng) -> array, drawing in `dtype` if it can: a name can, a learner's three lines need not."""
    if not isinstance(init, str) and not callable(init):
        raise TypeError(f"{name} must be a name or a function (shape, rng) -> array, got {init!r}")
    if isinstance(init, str):
        init = check_choice(init, name, _initializers.NAMES, _initializers.ALIASES)
    draw = _initializers.get(init)
    # dense weights of a network are (n_in, n_out), and it counts its replicas itself
    for option, only in (("layout", "in_out"), ("groups", 1), ("replicas", None)):
        if isinstance(draw, partial) and draw.keywords.get(option, only) != only:
            raise ValueError(f"{name} must not fix {option}, got {_name(init)}: {_WHY[option]}")
    try:
        signature = inspect.signature(draw)
    except (TypeError, ValueError):  # some builtins have no signature
        return draw
    missing = [p.name for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if missing:
        options = ", ".join(f"{option}=…" for option in missing)
        shown = repr(init) if isinstance(init, str) else _name(init)
        raise TypeError(
            f"{name} must be a function (shape, rng) -> array, got {shown}, which needs {' and '.join(missing)} as well: "
            f"give initializers.get({shown}, {options})"
        )
    try:
        signature.bind((1, 1), None)
    except TypeError:
        raise TypeError(f"{name} must be a function (shape, rng) -> array, got {_name(init)}{signature}") from None
    return partial(draw, dtype=dtype) if "dtype" in signature.parameters else draw


_WHY = {
    "layout": "the weights of a network are (n_in, n_out), so the fans would be swapped",
    "groups": "a dense layer has no groups",
    "replicas": "replicas is an argument of the network",
}


def _check_biases(
    bias_std: float,
    bias_init: Initializer | Sequence[Initializer] | None,
    weight_draws: list[Callable[..., ArrayLike]],
    dtype: np.dtype,
) -> list[Draw | None]:
    """What draws the biases of each layer: what is asked for, or else what belongs to the start of its weights."""
    depth = len(weight_draws)
    if bias_init is not None:
        if bias_std:
            raise ValueError(f"bias_init must not be given together with bias_std, got {bias_std!r} for the latter")
        draws = _check_init(bias_init, depth, dtype, "bias_init")
        for draw in draws:
            _check_can_draw(draw, (1,), "bias_init must draw vectors (n_out,)")
        return [partial(_of_the_outputs, draw) for draw in draws]
    if bias_std:
        return [partial(_normal_biases, bias_std, dtype)] * depth
    return [_initializers.bias_of(draw) for draw in weight_draws]


def _check_can_draw(draw: Callable[..., ArrayLike], shape: tuple[int, ...], start: str) -> None:
    """Refuse an initializer of the package that cannot draw `shape`, by asking for its law: nothing is drawn.

    A bias has no fans, a dense weight has no window; and a partial may fix an option that there is not.
    """
    if _is_own(draw):
        try:
            draw(shape, _initializers._THEORY)
        except (TypeError, ValueError) as error:
            why = str(error)
            if len(shape) == 1 and why.startswith("shape "):
                why = (
                    "it needs the fans of a weight; give zeros, constant, normal, uniform or truncated_normal, "
                    "or nothing beside init='pytorch_default', which has biases of its own"
                )
            sampler = draw.func if isinstance(draw, partial) else draw
            raise type(error)(f"{start}, got {_name(sampler)}: {why}") from None


def _is_own(draw: Callable[..., ArrayLike]) -> bool:
    """Is it an initializer of the package, so that it tells its law?"""
    while isinstance(draw, partial):
        draw = draw.func
    return any(draw is own for own in vars(_initializers).values())


def _of_the_outputs(draw: Callable[..., ArrayLike], shape: tuple[int, int], stream: np.random.Generator) -> ArrayLike:
    return draw(shape[1:], stream)


def _normal_biases(
    std: float, dtype: np.dtype, shape: tuple[int, int], stream: np.random.Generator
) -> NDArray[np.floating]:
    return std * stream.standard_normal(shape[1], dtype=dtype)


def _name(init: Initializer | Sequence[Initializer]) -> str:
    """A short name of a start, with its options: "he_normal(negative_slope=0.2)"."""
    if isinstance(init, str):
        return init
    if isinstance(init, Sequence):
        names = [_name(one) for one in init]
        return names[0] if len(set(names)) == 1 else f"[{', '.join(names)}]"
    if isinstance(init, partial):
        options = [_shown(value) for value in init.args] + [f"{k}={_shown(v)}" for k, v in init.keywords.items()]
        return f"{_name(init.func)}({', '.join(options)})"
    return getattr(init, "__name__", type(init).__name__)


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, Real) and not isinstance(value, bool) else str(value)


# ---- the pass forward -----------------------------------------------------------------------------------------------
class Layer(NamedTuple):
    """A layer of some replicas; the true z and x are 2**shift times these, one shift (R,) a replica."""

    weight: NDArray[Any]
    bias: NDArray[Any]
    z: NDArray[Any]
    x: Any
    shift: NDArray[np.int32]


def forward(stack: Stack, some: slice, signal: NDArray[Any]) -> Iterator[Layer]:
    """Draw and pass layer after layer for the replicas `some`, keeping the signal near 1 where that is exact.

    `signal` is one for all replicas, one for each of them, or one for each of `some`.
    """
    if signal.shape[0] == stack.replicas:
        signal = signal[some]
    shift = np.zeros(len(stack.streams[some]), np.int32)
    homogeneous, activated = bool(stack.activation.homogeneous), stack.activated
    for index, (weight, bias) in enumerate(stack.layers(some)):
        z = np.matmul(signal, weight)
        z += np.ldexp(bias, -shift[:, None])[:, None, :]
        signal = stack.activation.f(z) if activated[index] else z
        yield Layer(weight, bias, z, signal, shift)
        if homogeneous:
            signal = signal.copy()  # the caller may keep what it was given
            shift = shift + rescale(signal)


def rescale(signal: NDArray[Any]) -> NDArray[np.int32]:
    """Divide each replica by a power of two, in place, once its root mean square has left [2^-17, 2^16); exponents."""
    rms = np.sqrt(np.mean(np.square(signal, dtype=np.float64), axis=(1, 2)))
    exponent = np.frexp(rms)[1].astype(np.int32)
    exponent[(np.abs(exponent) <= 16) | ~np.isfinite(rms)] = 0
    if exponent.any():
        np.ldexp(signal, -exponent[:, None, None], out=signal)
    return exponent


# ---- other arguments -------------------------------------------------------------------------------------------------
def _check_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """`widths` as a tuple of at least two positive integers."""
    if isinstance(widths, (str, bytes)) or not isinstance(widths, (Sequence, np.ndarray)):
        raise TypeError(f"widths must be a sequence of integers (n_0, …, n_L), got {widths!r}")
    if len(widths) < 2:
        raise ValueError(f"widths must have at least two entries, the inputs and one layer, got {tuple(widths)!r}")
    return tuple(check_int(width, "widths") for width in widths)


def check_batch(x: ArrayLike, width: int, replicas: int, dtype: np.dtype, name: str = "x") -> NDArray[Any]:
    """`x`, of shape (B, width) or (replicas, B, width), as a finite array (1 or replicas, B, width) in `dtype`."""
    array = check_array(x, name)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, got {array.dtype} entries")
    if array.ndim not in (2, 3) or array.shape[-1] != width or array.shape[-2] == 0:
        raise ValueError(
            f"{name} must have the shape (batch, {width}) or (replicas, batch, {width}), got {array.shape}"
        )
    if array.ndim == 3 and array.shape[0] != replicas:
        raise ValueError(f"{name} must have {replicas} replicas on its first axis, got {array.shape}")
    with np.errstate(over="ignore"):
        array = array.astype(dtype, copy=False)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite in {dtype.name}, got nan or inf among its entries")
    return array if array.ndim == 3 else array[None]
