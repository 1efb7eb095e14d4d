"""How a stack of replicas is drawn, and the arguments that networks and experiments share (floor 4, private)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit import initializers as _initializers
from weightinit._validation import check_int, check_rng

Initializer = str | Callable[..., ArrayLike]


def spawn(rng: np.random.Generator | int, replicas: int) -> list[np.random.Generator]:
    """One independent stream a replica; the r-th is the same whatever `replicas` is."""
    return check_rng(rng).spawn(replicas)


class SideStreams(NamedTuple):
    """Streams beside the weights', one a replica: what they draw leaves the weights as they are."""

    bias: tuple[np.random.Generator, ...]
    inputs: tuple[np.random.Generator, ...]
    output_gradient: tuple[np.random.Generator, ...]


def side_streams(streams: Sequence[np.random.Generator]) -> SideStreams:
    """The streams that are spawned from each replica's own; call it once, right after :func:`spawn`."""
    return SideStreams(*zip(*(stream.spawn(3) for stream in streams), strict=True))


def draw_stack(
    widths: Sequence[int],
    draws: Sequence[Callable[..., ArrayLike]],
    streams: Sequence[np.random.Generator],
    bias_streams: Sequence[np.random.Generator],
    bias_std: float,
    dtype: np.dtype,
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Draw a stack layer by layer: yields (weights (R, n_in, n_out), biases (R, n_out)) for layers 1 to L.

    Replica r takes its weights from `streams[r]` and its biases from `bias_streams[r]`, so that a bias changes no
    weight. A generator: who needs one layer at a time never holds more.

    Parameters
    ----------
    widths : (n_0, …, n_L)
    draws : L callables (shape, rng) -> array
        What :func:`check_init` returns.
    streams, bias_streams : R generators each
    bias_std : float
    dtype : float32 or float64

    Yields
    ------
    weight : array (R, n_in, n_out)
    bias : array (R, n_out)

    Raises
    ------
    TypeError, ValueError
        If a draw is not a finite real array (n_in, n_out).
    """
    for layer, (n_in, n_out) in enumerate(zip(widths, widths[1:], strict=False)):
        weight = np.empty((len(streams), n_in, n_out), dtype)
        bias = np.zeros((len(streams), n_out), dtype)
        for r, stream in enumerate(streams):
            drawn = np.asarray(draws[layer]((n_in, n_out), stream))
            if drawn.dtype.kind not in "iuf":
                raise TypeError(f"init must return real numbers, got {drawn.dtype} entries for layer {layer + 1}")
            if drawn.shape != (n_in, n_out):
                raise ValueError(
                    f"init must return an array of shape (n_in, n_out) = {(n_in, n_out)} for layer {layer + 1}, "
                    f"got shape {drawn.shape}"
                )
            with np.errstate(over="ignore"):  # too large for the dtype: the check below says so
                weight[r] = drawn
            if bias_std:
                bias[r] = bias_std * bias_streams[r].standard_normal(n_out, dtype=dtype)
        if not np.isfinite(weight).all():
            raise ValueError(f"init must return numbers finite in {dtype.name}, got nan or inf in layer {layer + 1}")
        yield weight, bias


def check_init(
    init: Initializer | Sequence[Initializer], depth: int, dtype: np.dtype
) -> list[Callable[..., ArrayLike]]:
    """One callable (shape, rng) -> array for each of `depth` layers; TypeError or ValueError that names `init`."""
    several = isinstance(init, Sequence) and not isinstance(init, str)
    if several and len(init) != depth:
        raise ValueError(
            f"init must be one initializer, or one for each of the {depth} layers, got {len(init)} of them"
        )
    return [_in_dtype(one, dtype) for one in (init if several else [init] * depth)]


def _in_dtype(init: Initializer, dtype: np.dtype) -> Callable[..., ArrayLike]:
    """`init` as (shape, rng) -> array, drawing in `dtype` if it can: a name can, a learner's three lines need not."""
    if not isinstance(init, str) and not callable(init):
        raise TypeError(f"init must be a name or a function (shape, rng) -> array, got {init!r}")
    draw = _initializers.get(init)
    takes_dtype = isinstance(init, str)
    if not takes_dtype:
        try:
            takes_dtype = "dtype" in inspect.signature(init).parameters
        except (TypeError, ValueError):  # some builtins have no signature
            takes_dtype = False
    return (lambda shape, rng: draw(shape, rng, dtype=dtype)) if takes_dtype else draw


def init_name(init: Initializer | Sequence[Initializer]) -> str:
    """A short name for a `repr`."""
    if isinstance(init, str):
        return init
    if isinstance(init, Sequence):
        names = [init_name(one) for one in init]
        return names[0] if len(set(names)) == 1 else f"[{', '.join(names)}]"
    return getattr(init, "__name__", type(init).__name__)


def check_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """`widths` as a tuple of at least two positive integers."""
    if isinstance(widths, (str, bytes)) or not isinstance(widths, (Sequence, np.ndarray)):
        raise TypeError(f"widths must be a sequence of integers (n_0, …, n_L), got {widths!r}")
    if len(widths) < 2:
        raise ValueError(f"widths must have at least two entries, the inputs and one layer, got {tuple(widths)!r}")
    return tuple(check_int(width, "widths") for width in widths)


def check_flag(value: bool, name: str) -> bool:
    """`value` as a bool; a number or a string is a mistake."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def check_batch(x: ArrayLike, width: int, replicas: int, dtype: np.dtype, name: str = "x") -> NDArray[Any]:
    """`x` in `dtype`, finite and of shape (B, width) or (replicas, B, width)."""
    array = np.asarray(x)
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
    return array
