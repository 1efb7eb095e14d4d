"""Measure the start of a fully connected network that is told by its widths, in both directions, over many seeds."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._stack import Initializer, Layer, Stack, check_batch, forward, rescale
from weightinit._validation import check_choice, check_int, check_positive
from weightinit.activations import Activation
from weightinit.diagnosis.observed import ADAM_EPSILON, FLAT, Observed, ObservedLayer
from weightinit.losses import LOSSES, check_targets

__all__ = ["OPTIMIZERS", "SEEDS", "is_bounded", "is_rectifier", "observe"]

OPTIMIZERS = ("sgd", "adam")
"""Whose first step is compared with the weights."""

SEEDS = 20
"""How many networks are drawn, unless that takes longer than one wants to wait."""

FEWEST_SEEDS = 1
"""So many are drawn of the largest network: where it is wide it scatters little, and where it is deep all of it is one verdict."""

PARAMETERS = 80_000_000
"""Weights that are drawn, all networks together, before there are fewer seeds: one or two seconds on one core."""

LAYERS = 15_000
"""Layers that are drawn, all networks together, before there are fewer seeds: some seconds on one core."""

MOST_WEIGHTS = 400_000_000
"""Of one network, which is held in memory whole: two gigabytes, and some five seconds."""

_PROBES = 8  # inputs at which a layer's answer to a small push is measured; averages over units and seeds do the rest
_CHUNK_BYTES = 5 * 2**27  # a backward pass needs all layers of a replica: as many replicas at a time as fit in here
_FLOAT32_TINY, _FLOAT32_MAX = float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).max)
_TINY, _HUGE = float(np.finfo(np.float64).tiny), float(np.finfo(np.float64).max)


def observe(
    widths: Sequence[int],
    activation: str | Activation,
    init: Initializer | Sequence[Initializer],
    *,
    rng: np.random.Generator | int = 0,
    seeds: int | None = None,
    x: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    batch: int = 32,
    loss: str | None = None,
    bias_std: float = 0.0,
    bias_init: Initializer | Sequence[Initializer] | None = None,
    optimizer: str = "sgd",
    rate: float | None = None,
) -> Observed:
    """Send a batch forward and its gradient back through freshly started networks, and measure every layer.

    The last layer has no activation. Networks compute in float32, as most do; where float32 is not wide enough to say how small or
    large a signal has become, they are drawn once more and computed in float64, and `nonfinite` says where float32 ends.

    Parameters
    ----------
    widths : sequence of int
        (n_0, …, n_L).
    activation, init, rng, bias_std, bias_init
        As in :class:`weightinit.network.MLP`; replica r is the same network as there.
    seeds : int, optional
        R. Default: :data:`SEEDS`, and fewer, down to :data:`FEWEST_SEEDS`, if more than :data:`PARAMETERS` weights or :data:`LAYERS`
        layers would be drawn; a note says so.
    x : array (B, n_0), optional
        Inputs, at least two. By default N(0, 1), drawn for each seed.
    targets : array (B,) of int, or (B, n_L), optional
        What the loss compares with. By default random classes, or N(0, 1) with the squared loss.
    batch : int, default 32
        B >= 2, if `x` is not given.
    loss : {"cross_entropy", "squared"}, optional
        Default: the cross-entropy, if there are two outputs or more.
    optimizer : {"sgd", "adam"}, default "sgd"
    rate : float, optional
        Its learning rate, for `update_ratio`.

    Returns
    -------
    Observed

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it. Nothing has been drawn then, unless it is an initializer that
        returned something else than a finite real array of the right shape.

    Notes
    -----
    The mean square of the batch's weight gradient, X^T D/B, is Σ_ab (x_a·x_b)(d_a·d_b)/(B² n_in n_out): two small
    matrices of inner products say it, and no gradient of the size of W is made.

    Examples
    --------
    >>> found = observe((64,) * 6 + (10,), "relu", "xavier_normal", seeds=50)
    >>> growth = found.layers[4].signal / found.layers[0].signal
    >>> round(float(np.exp(np.log(growth).mean() / 4)), 1)  # a layer: half of what it was
    0.5
    """
    common = {
        "widths": widths,
        "activation": activation,
        "init": init,
        "bias_std": bias_std,
        "bias_init": bias_init,
        "linear_output": True,
    }
    again = copy.deepcopy(rng)
    # one replica first: what is wrong with the arguments is told before the seeds are counted from the widths
    stack = Stack.of(**common, rng=copy.deepcopy(rng), replicas=1, dtype=np.float32)
    _check_size(stack.widths)
    # what is not homogeneous cannot be kept near 1, and may have to be computed once more in float64
    asked, deep = seeds, (len(stack.widths) - 1) * (1 if stack.activation.homogeneous else 2)
    seeds = _seeds(asked, stack.widths, deep)
    optimizer = check_choice(optimizer, "optimizer", OPTIMIZERS)
    rate = None if rate is None else check_positive(rate, "rate")
    loss = check_choice(loss, "loss", (*LOSSES, None)) or ("cross_entropy" if stack.widths[-1] > 1 else "squared")
    if loss == "cross_entropy" and stack.widths[-1] < 2:
        raise ValueError("loss must be 'squared' for a network with one output, got 'cross_entropy'")
    if x is None:
        batch = check_int(batch, "batch", 2)
    else:
        batch = check_batch(x, stack.widths[0], seeds, stack.dtype).shape[1]
        if batch < 2:
            raise ValueError(f"x must hold two inputs or more, which can be compared, got {batch}")
    if targets is not None:
        targets = check_targets(targets, loss, (seeds, batch, stack.widths[-1]), "targets")
    step = None if rate is None else (optimizer, rate)
    stack = Stack.of(**common, rng=rng, replicas=seeds, dtype=np.float32)
    found = _measure(stack, x, targets, batch, loss, step)
    if not stack.activation.homogeneous and _beyond_float32(found):
        stack = Stack.of(**common, rng=again, replicas=seeds, dtype=np.float64)
        found = _measure(stack, x, targets, batch, loss, step)
    return _record(stack, found, batch, loss, _cut_short(stack.widths, seeds, deep) if asked is None else [])


def _check_size(widths: tuple[int, ...]) -> None:
    """ValueError for networks that take minutes, or more memory than there is."""
    weights = sum(n_in * n_out for n_in, n_out in itertools.pairwise(widths))
    if weights > MOST_WEIGHTS:
        raise ValueError(
            f"widths must make at most {MOST_WEIGHTS:,} weights, got {weights:,}: ask about a narrower "
            "or a shallower network"
        )


def _seeds(seeds: int | None, widths: tuple[int, ...], deep: int) -> int:
    """How many networks are drawn, of which one takes as long as `deep` layers."""
    if seeds is not None:
        return check_int(seeds, "seeds")
    each = sum(n_in * n_out for n_in, n_out in itertools.pairwise(widths))
    return min(SEEDS, max(FEWEST_SEEDS, min(PARAMETERS // each, LAYERS // deep)))


def _cut_short(widths: tuple[int, ...], seeds: int, deep: int) -> list[str]:
    """What a report says of networks that were not drawn, to be done in seconds."""
    if seeds == SEEDS:
        return []
    each = sum(n_in * n_out for n_in, n_out in itertools.pairwise(widths))
    own = f"each has {each:,} weights" if PARAMETERS // each <= LAYERS // deep else "each is that deep"
    return [
        f"{SEEDS - seeds} of the usual {SEEDS} networks, which were not drawn since {own} (more with --seeds, seeds=)"
    ]


# ---- the two passes --------------------------------------------------------------------------------------------------
def _measure(
    stack: Stack, x: ArrayLike | None, targets: ArrayLike | None, batch: int, loss: str, step: tuple[str, float] | None
) -> dict[str, NDArray[np.float64]]:
    """All quantities, (R, L) or (R,), a few replicas at a time."""
    numbers = sum(n_in * n_out + 3 * batch * n_out for n_in, n_out in itertools.pairwise(stack.widths))
    count = max(1, _CHUNK_BYTES // (numbers * stack.dtype.itemsize))
    given = None if x is None else check_batch(x, stack.widths[0], stack.replicas, stack.dtype)
    parts = []
    for first in range(0, stack.replicas, count):
        some = slice(first, min(first + count, stack.replicas))
        if given is None:
            draws = [s.standard_normal((batch, stack.widths[0]), dtype=stack.dtype) for s in stack.side.inputs[some]]
            signal = np.stack(draws)
        else:
            signal = np.broadcast_to(given, (stack.replicas, *given.shape[1:]))[some]
        wanted = targets
        if targets is not None and np.ndim(targets) == (2 if loss == "cross_entropy" else 3):  # one a replica
            wanted = targets[some]
        parts.append(_measure_some(stack, some, signal, wanted, loss, step))
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0] if name != "shared"}
    return found | {"shared": parts[0]["shared"]}


def _measure_some(
    stack: Stack, some: slice, signal: NDArray[Any], targets: Any, loss: str, step: tuple[str, float] | None
) -> dict[str, Any]:
    """Only for the replicas `some`, whose inputs are `signal` (r, B, n_0)."""
    depth, replicas, batch = len(stack.widths) - 1, some.stop - some.start, signal.shape[1]
    found = {name: np.full((replicas, depth), np.nan) for name in _QUANTITIES}
    powers = _Powers(*(np.zeros((replicas, depth), np.int32) for _ in range(3)))
    found["input_second_moment"] = np.square(signal, dtype=np.float64).mean(axis=(1, 2))
    streams = stack.side.output_gradient[some]
    zero = np.zeros(replicas, np.int32)
    entering = [(signal, zero)]  # x_0, …, x_{L-1}
    layers: list[Layer] = []
    activated = stack.activated
    kind = _Kind.of(stack.activation)
    with np.errstate(all="ignore"):
        for index, layer in enumerate(forward(stack, some, signal)):
            _look_forward(found, index, layer, kind if activated[index] else None)
            if layers:
                pushed = stack.activation.df(layers[-1].z[:, :_PROBES])
                push = np.empty_like(pushed)
                for one, stream in zip(push, streams, strict=True):
                    stream.standard_normal(dtype=stack.dtype, out=one)
                answer = np.matmul(pushed * push, layer.weight)
                found["jacobian"][:, index - 1] = _mean_square(answer) / _mean_square(push)
            entering.append((layer.x, layer.shift))
            layers.append(layer)
        last = layers[-1]
        outputs = np.ldexp(last.z.astype(np.float64), np.minimum(last.shift, 900)[:, None, None])
        if targets is None:
            if loss == "cross_entropy":
                targets = np.stack([s.integers(stack.widths[-1], size=batch) for s in streams])
            else:
                targets = np.stack([s.standard_normal((batch, stack.widths[-1])) for s in streams])
        found["loss"], gradient = LOSSES[loss](outputs, targets)
        found["loss"] = np.broadcast_to(found["loss"], replicas)
        delta, shift = (gradient * batch).astype(np.float64), zero  # one cost for each sample
        shift = shift + rescale(delta)
        delta = delta.astype(stack.dtype)
        for index in range(depth - 1, -1, -1):
            if index < depth - 1:
                delta = np.matmul(delta, layers[index + 1].weight.swapaxes(1, 2))
                delta *= stack.activation.df(layers[index].z)
                shift = shift + rescale(delta)
            found["gradient"][:, index] = _mean_square(delta)
            powers.entered[:, index], powers.z[:, index] = entering[index][1], layers[index].shift
            powers.gradient[:, index] = shift
            _look_at_weights(found, index, entering[index], (delta, shift), step)
        _scale_back(found, powers, step)
    found["shared"] = _shared([layer.weight for layer in layers])
    return found


_QUANTITIES = (
    "signal",
    "activated",
    "mean",
    "between",
    "correlation",
    "gradient",
    "weight_gradient",
    "weight_second_moment",
    "bias_second_moment",
    "dead",
    "saturated",
    "twins",
    "jacobian",
    "update_ratio",
)


class _Powers(NamedTuple):
    """Exponents of the powers of two that were taken out, (R, L): of x_{l-1}, of z_l and the x_l behind it, of dC/dz_l."""

    entered: NDArray[np.int32]
    z: NDArray[np.int32]
    gradient: NDArray[np.int32]


class _Kind(NamedTuple):
    """What is asked of an activation once, and not in every layer."""

    activation: Activation
    rectifier: bool
    steepest: float
    """Its largest slope, if it is bounded; else nan."""

    @classmethod
    def of(cls, activation: Activation) -> _Kind:
        steepest = np.abs(activation.df(np.linspace(-8, 8, 1601))).max() if is_bounded(activation) else np.nan
        return cls(activation, is_rectifier(activation), float(steepest))


def _look_forward(found: dict[str, NDArray], index: int, layer: Layer, kind: _Kind | None) -> None:
    """What is seen of layer `index` on the way forward, but for powers of two."""
    z = layer.z.astype(np.float64)
    batch, width = z.shape[1:]
    squares = np.einsum("rbn,rbn->rb", z, z)
    found["signal"][:, index] = squares.mean(axis=1) / width
    middle = z.mean(axis=1, keepdims=True)
    found["mean"][:, index] = np.ldexp(middle.mean(axis=(1, 2)), layer.shift)
    found["between"][:, index] = _mean_square(z - middle) * batch / (batch - 1)
    found["correlation"][:, index] = _cosine(z, squares)
    found["activated"][:, index] = found["signal"][:, index] if kind is None else _mean_square(layer.x)
    found["weight_second_moment"][:, index] = [_weight_square(weight) for weight in layer.weight]
    found["bias_second_moment"][:, index] = np.square(layer.bias, dtype=np.float64).mean(axis=1)
    found["twins"][:, index] = [_twins(w, b) for w, b in zip(layer.weight, layer.bias, strict=True)]
    if kind is not None and kind.rectifier:
        found["dead"][:, index] = 1 - layer.x.any(axis=1).mean(axis=1)
    if kind is not None and not np.isnan(kind.steepest):
        flat = np.abs(kind.activation.df(layer.z)) < FLAT * kind.steepest
        found["saturated"][:, index] = flat.mean(axis=(1, 2))


def _cosine(z: NDArray[np.float64], squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of two inputs, mean over pairs: the square of a sum of unit vectors holds all pairs, and each vector with itself.

    What a narrow rectifier leaves at 0 has no direction, and makes no pair.
    """
    heard = (squares > 0) & np.isfinite(squares)
    if not heard.all():
        z = np.where(heard[:, :, None], z, 0.0)
    unit = np.where(heard, 1 / np.sqrt(squares), 0.0)
    total = np.matmul(unit[:, None, :], z)[:, 0]
    count = heard.sum(axis=1)
    pairs = count * (count - 1)
    return np.where(pairs > 0, np.clip((np.square(total).sum(axis=1) - count) / pairs, -1, 1), np.nan)


def _look_at_weights(
    found: dict[str, NDArray],
    index: int,
    entering: tuple[NDArray, NDArray],
    back: tuple[NDArray, NDArray],
    step: tuple[str, float] | None,
) -> None:
    """The gradient of the batch's mean cost, but for powers of two, and what a step of Adam makes of the weights."""
    (x, x_shift), (delta, shift) = entering, back
    batch, size = x.shape[1], x.shape[-1] * delta.shape[-1]
    wide_x, wide_delta = x.astype(np.float64), delta.astype(np.float64)
    inner = np.matmul(wide_x, wide_x.swapaxes(1, 2)) * np.matmul(wide_delta, wide_delta.swapaxes(1, 2))
    found["weight_gradient"][:, index] = np.maximum(inner.sum(axis=(1, 2)), 0) / (batch**2 * size)
    if step is not None and step[0] == "adam":  # its first step: g/(|g| + ε) for each entry
        gradient = np.ldexp(np.matmul(wide_x.swapaxes(1, 2), wide_delta) / batch, (x_shift + shift)[:, None, None])
        moved = step[1] * np.sqrt(_mean_square(gradient / (np.abs(gradient) + ADAM_EPSILON)))
        found["update_ratio"][:, index] = moved / np.sqrt(found["weight_second_moment"][:, index])


def _scale_back(found: dict[str, NDArray], powers: _Powers, step: tuple[str, float] | None) -> None:
    """Multiply by the powers of two that were taken out, all layers at once."""
    for name in ("signal", "between", "activated"):
        found[name] = _scaled(found[name], 2 * powers.z)
    found["gradient"] = _scaled(found["gradient"], 2 * powers.gradient)
    found["weight_gradient"] = _scaled(found["weight_gradient"], 2 * (powers.entered + powers.gradient))
    if step is not None and step[0] == "sgd":
        weight = np.sqrt(found["weight_second_moment"])
        found["update_ratio"] = step[1] * np.sqrt(found["weight_gradient"]) / weight


def is_rectifier(activation: Activation) -> bool:
    """Is φ exactly 0, and flat, for every z far below 0, and not far above?

    Parameters
    ----------
    activation : Activation

    Returns
    -------
    bool

    Examples
    --------
    >>> from weightinit.activations import get
    >>> [name for name in ("relu", "relu6", "leaky_relu", "tanh", "sigmoid", "elu") if is_rectifier(get(name))]
    ['relu', 'relu6']
    """
    low = np.array([-60.0, -50.0])
    return not activation.f(low).any() and not activation.df(low).any() and bool(activation.f(-low).all())


def is_bounded(activation: Activation) -> bool:
    """Does φ rise from one level to another, steepest somewhere near 0, so that loud units are flat on both sides?

    Parameters
    ----------
    activation : Activation

    Returns
    -------
    bool

    Examples
    --------
    >>> from weightinit.activations import get
    >>> [name for name in ("tanh", "hard_sigmoid", "relu6", "sin", "gaussian", "gelu") if is_bounded(get(name))]
    ['tanh', 'hard_sigmoid']
    """
    middle, far = np.linspace(-8, 8, 1601), np.array([-100.0, -50.0, 50.0, 100.0])
    steepest = activation.df(middle).max()
    rises = activation.df(middle).min() >= 0 and activation.df(np.zeros(1))[0] > 0.5 * steepest
    return bool(rises and np.all(np.abs(activation.df(far)) < FLAT * steepest))


def _mean_square(array: NDArray[Any]) -> NDArray[np.float64]:
    """Of each replica's entries, in float64."""
    wide = array.astype(np.float64, copy=False)
    return np.einsum("rbn,rbn->r", wide, wide) / (array.shape[1] * array.shape[2])


def _weight_square(weight: NDArray[Any]) -> float:
    """Mean square of the entries of one weight, by one product of float32 where that neither overflows nor underflows."""
    flat = weight.ravel()
    square = float(np.dot(flat, flat)) / flat.size
    return square if 1e-20 < square < 1e20 else float(np.square(flat, dtype=np.float64).mean())


def _scaled(square: NDArray[np.float64], exponent: NDArray[np.int32]) -> NDArray[np.float64]:
    """`square` times 2**exponent; what float64 cannot say is the smallest, or the largest, normal number that it can."""
    with np.errstate(over="ignore"):
        scaled = np.ldexp(square, exponent)
    scaled = np.where(np.isinf(scaled) & np.isfinite(square), _HUGE, scaled)
    return np.where((scaled < _TINY) & (square > 0), _TINY, scaled)


def _twins(weight: NDArray[Any], bias: NDArray[Any]) -> float:
    """Fraction of the units whose column of weights, and bias, another unit has as well."""
    n_in, units = weight.shape
    first = np.sort(weight[0])
    if not (first[1:] == first[:-1]).any():
        return 0.0
    # sorted by three of its weights and its bias, a twin stands beside its twin: a chance meeting of all four is no twin
    keys = np.stack([bias, *weight[[0, n_in // 2, n_in - 1]]])
    order = np.lexsort(keys)
    keys = keys[:, order]
    near = np.flatnonzero((keys[:, 1:] == keys[:, :-1]).all(axis=0))
    if not near.size:
        return 0.0
    columns = weight[:, order]
    same = near[(columns[:, near] == columns[:, near + 1]).all(axis=0)]
    return np.union1d(same, same + 1).size / units


def _shared(weights: list[NDArray[Any]]) -> tuple[tuple[int, int], ...]:
    """Pairs of layers that have the same weights in the first replica, one number for all entries aside."""
    pairs, seen = [], {}
    for index, weight in enumerate(weights):
        first = weight[0]
        if first.size == 1 or first.min() == first.max():
            continue
        key = (first.shape, first.ravel()[:4].tobytes())
        if key in seen and np.array_equal(first, weights[seen[key]][0]):
            pairs.append((seen[key], index))
        seen.setdefault(key, index)
    return tuple(pairs)


# ---- the record ------------------------------------------------------------------------------------------------------
def _beyond_float32(found: dict[str, NDArray]) -> bool:
    """Has a signal left what float32 holds with all its digits, on either side?"""
    signal = found["signal"]
    return not np.isfinite(signal).all() or bool((signal < _FLOAT32_TINY**2).any())


def _record(stack: Stack, found: dict[str, Any], batch: int, loss: str, cut_short: list[str]) -> Observed:
    """The measured numbers as a record."""
    depth = len(stack.widths) - 1
    layers = tuple(
        ObservedLayer(
            name=f"layer {index + 1}",
            kind="dense",
            fan_in=n_in,
            fan_out=n_out,
            width=n_out,
            activation=stack.activation.name if stack.activated[index] else "identity",
            **{name: found[name][:, index] for name in _QUANTITIES},
        )
        for index, (n_in, n_out) in enumerate(itertools.pairwise(stack.widths))
    )
    notes = [*cut_short]
    if not found["weight_second_moment"][:, -1].any() and found["signal"][:, :-1].all() and depth > 1:
        notes.append(
            "the gradient below the last layer, which begins with zero, so that the first step moves only that; χ₁ says what will come back"
        )
    return Observed(
        source="numpy",
        layers=layers,
        loss=found["loss"],
        loss_name=loss,
        classes=stack.widths[-1] if loss == "cross_entropy" else None,
        batch=batch,
        input_second_moment=found["input_second_moment"],
        dtype="float32",
        shared=tuple((f"layer {one + 1}", f"layer {other + 1}") for one, other in found["shared"]),
        notes=tuple(notes),
        nonfinite=_where_float32_ends(found, depth),
    )


def _where_float32_ends(found: dict[str, Any], depth: int) -> str | None:
    """The first place, forward and then backward, whose numbers are too large for float32 in some seed."""
    for quantity, what, order in (
        ("signal", "output", range(depth)),
        ("gradient", "gradient", range(depth - 1, -1, -1)),
    ):
        for index in order:
            square = found[quantity][:, index]
            over = int(np.sum(~(np.sqrt(square) < _FLOAT32_MAX)))
            if over:
                return f"the {what} of layer {index + 1} is beyond float32 in {over} of {len(square)} seeds"
    return None
