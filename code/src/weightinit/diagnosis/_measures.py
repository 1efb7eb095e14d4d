"""From the arrays of one layer to the numbers of its record, whatever framework made them (private).

A `Seen` is one layer in one network: its output, the gradient there, its weights. :func:`measured` makes the numbers,
:func:`layers_of` joins those of R networks to records.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import activations as _activations
from weightinit._validation import check_choice, check_positive
from weightinit.diagnosis.observed import FLAT, MEASURED, Observed, ObservedLayer

__all__ = [
    "BOUNDED",
    "RECTIFIERS",
    "SEEDS",
    "Look",
    "Seen",
    "batch_first",
    "check_step",
    "comes_out_of",
    "first_nonfinite",
    "in_words",
    "joined",
    "layers_of",
    "mean_square",
    "measured",
    "named",
    "rms",
    "same_values",
    "spoken",
    "targets_for",
    "unique",
]

BOUNDED = frozenset({"tanh", "sigmoid", "hard_tanh", "hard_sigmoid", "erf", "softsign", "arctan", "isru"})
"""Activations that are flat on both sides and steepest at 0: those that can saturate."""

RECTIFIERS = frozenset({"relu", "relu6", "squared_relu"})
"""Activations that are exactly 0 for a half of their arguments."""

SEEDS = 5
"""So many networks are asked for of a callable, or drawn of a description, if nobody says how many."""

SAME = 1e-5
"""Two units are the same if they differ by less than this share of their size: rounding of float32, summed."""

PAIRS = 64
"""So many inputs are compared with each other, at most."""


@dataclass
class Seen:
    """What a framework saw of one layer in one network.

    Attributes
    ----------
    name, kind, fan_in, fan_out, activation, trainable
        As in :class:`~weightinit.diagnosis.observed.ObservedLayer`.
    z : array (B, places, n), or (places, n) where no axis is the batch
        Its output before the activation.
    batched : bool
        The first axis of `z` is the batch.
    gradient : array of z's shape, or None
        Of the batch's mean cost.
    activated : array or None
        Behind the activation, its axes in any order.
    weight, weight_gradient, bias : array or None
    incoming : array (n, …) or None
        The weights that lead to each unit.
    jacobian, update_ratio : float
    """

    name: str
    kind: str
    fan_in: int
    fan_out: int
    z: NDArray[Any]
    batched: bool = True
    activation: str | None = None
    trainable: bool = True
    gradient: NDArray[Any] | None = None
    activated: NDArray[Any] | None = None
    weight: NDArray[Any] | None = None
    weight_gradient: NDArray[Any] | None = None
    bias: NDArray[Any] | None = None
    incoming: NDArray[Any] | None = None
    jacobian: float = math.nan
    update_ratio: float = math.nan


@dataclass
class Look:
    """What was seen of one network: its layers, and what :class:`~weightinit.diagnosis.observed.Observed` says beside them."""

    seen: list[Seen]
    loss: float
    loss_name: str | None
    classes: int | None
    batch: int
    dtype: str
    residual: bool
    normalized: bool
    shared: tuple[tuple[str, str], ...]
    notes: list[str]
    nonfinite: str | None
    input_second_moment: float = math.nan
    cut: tuple[str, ...] = ()
    learns: bool = True
    ends_with: str | None = None
    zero_outputs: float = math.nan
    attention: tuple[tuple[str, int, float], ...] = ()


def joined(source: str, looks: Sequence[Look]) -> Observed:
    """The record of R networks of one shape."""
    first = looks[0]
    notes = dict.fromkeys(note for look in looks for note in look.notes)
    if len(looks) > 1 and all(_same_start(first, other) for other in looks[1:]):
        notes["The callable makes the same weights each time; they are not drawn anew."] = None
    frozen = [seen.name for seen in first.seen if seen.weight is not None and not seen.trainable]
    if frozen and first.learns:
        few = f"{', '.join(map(spoken, frozen[:3]))}{f' and {len(frozen) - 3} more' if len(frozen) > 3 else ''}"
        notes[
            f"What is frozen learns nothing: {few}, {len(frozen)} of {len(first.seen)} layers. That is no fault if it is meant."
        ] = None
    alike = all(len(look.attention) == len(first.attention) for look in looks)
    return Observed(
        source,
        layers_of([look.seen for look in looks], first.batch),
        loss=[look.loss for look in looks],
        loss_name=first.loss_name,
        classes=first.classes,
        batch=first.batch,
        dtype=first.dtype,
        residual=first.residual,
        normalized=first.normalized,
        shared=first.shared,
        notes=tuple(notes),
        nonfinite=next((look.nonfinite for look in looks if look.nonfinite), None),
        input_second_moment=[look.input_second_moment for look in looks],
        cut=first.cut,
        learns=first.learns,
        ends_with=first.ends_with,
        zero_outputs=[look.zero_outputs for look in looks],
        attention=tuple(
            (name, places, [look.attention[i][2] for look in looks])
            for i, (name, places, _) in enumerate(first.attention if alike else ())
        ),
    )


def comes_out_of(scores: NDArray[Any], activation: str | None) -> tuple[str | None, float]:
    """Of what a cross-entropy takes for logits, rows of classes: are they probabilities, or what a ReLU lets through, and how many are 0?

    Parameters
    ----------
    scores : array (rows, classes)
    activation : str or None
        Behind the last layer.
    """
    if scores.ndim < 2 or not scores.size or not (scores >= 0).all():  # nan is neither
        return None, math.nan
    zeros = float((scores == 0).mean())
    if (np.abs(scores.sum(axis=-1, dtype=np.float64) - 1) < 1e-3).all():
        return "softmax", zeros
    return ("relu", zeros) if activation in RECTIFIERS else (None, math.nan)


def _same_start(one: Look, other: Look) -> bool:
    pairs = [(a.weight, b.weight) for a, b in zip(one.seen, other.seen, strict=False) if a.weight is not None]
    return any(a.size and (a != a.flat[0]).any() for a, _ in pairs) and all(np.array_equal(a, b) for a, b in pairs)


def mean_square(array: NDArray[Any] | None) -> float:
    """Mean of the squares, in float64; nan for None or nothing."""
    if array is None or not array.size:
        return math.nan
    with np.errstate(all="ignore"):
        return float(np.square(array, dtype=np.float64).mean())


def measured(seen: Seen, batch: int) -> dict[str, float]:
    """The numbers of :data:`~weightinit.diagnosis.observed.MEASURED` of one layer in one network."""
    z = seen.z
    rows = z.reshape(len(z), -1) if seen.batched else None
    plain = seen.kind != "normalization"
    return {
        "signal": mean_square(z),
        "activated": mean_square(z if seen.activated is None else seen.activated),
        "mean": _mean(z),
        "gradient": mean_square(seen.gradient) * batch**2,
        "weight_gradient": mean_square(seen.weight_gradient),
        "weight_second_moment": mean_square(seen.weight),
        "bias_second_moment": mean_square(seen.bias),
        "between": _between(rows),
        "correlation": _correlation(rows),
        "dead": _dead(seen),
        "saturated": _saturated(seen),
        "twins": _twins(seen) if plain else math.nan,
        "jacobian": seen.jacobian,
        "update_ratio": seen.update_ratio,
    }


def _mean(z: NDArray[Any]) -> float:
    with np.errstate(all="ignore"):
        return float(z.mean(dtype=np.float64)) if z.size else math.nan


def _between(rows: NDArray[Any] | None) -> float:
    """Variance over the batch, averaged over units (and places)."""
    if rows is None or len(rows) < 2:
        return math.nan
    with np.errstate(all="ignore"):
        return float(rows.var(axis=0, ddof=1, dtype=np.float64).mean())


def _correlation(rows: NDArray[Any] | None) -> float:
    """Cosine of two inputs' outputs, mean over pairs; an output that is 0 has none."""
    if rows is None:
        return math.nan
    rows = rows[(rows != 0).any(axis=1)][:PAIRS].astype(np.float64)
    if len(rows) < 2:
        return math.nan
    with np.errstate(all="ignore"):
        rows /= np.abs(rows).max(axis=1, keepdims=True)  # the cosine of tiny numbers: their squares would be 0
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        total = np.square(rows.sum(axis=0)).sum() - len(rows)
    cosine = float(total) / (len(rows) * (len(rows) - 1))
    return min(max(cosine, -1.0), 1.0) if math.isfinite(cosine) else math.nan


def _dead(seen: Seen) -> float:
    """Share of units that a rectifier leaves at 0 for the whole batch."""
    if seen.activation not in RECTIFIERS:
        return math.nan if seen.activation is None else 0.0
    behind = _activations.get(seen.activation).f(seen.z)
    return float((behind == 0).reshape(-1, behind.shape[-1]).all(axis=0).mean())


def _saturated(seen: Seen) -> float:
    """Share of entries where a bounded activation is flat."""
    if seen.activation not in BOUNDED:
        return math.nan
    slope = _activations.get(seen.activation).df
    steepest = float(slope(np.zeros(1))[0])
    with np.errstate(all="ignore"):
        return float((slope(seen.z.astype(np.float32).ravel()) < FLAT * steepest).mean())


def _twins(seen: Seen) -> float:
    """Share of units that get what another unit gets: incoming weights, output and gradient are the same.

    Units with the same weights are told apart by their gradients where what follows them differs: the outputs of a last
    layer of zeros become different in the first step, hidden units of a constant start do not.
    """
    z = seen.z.reshape(-1, seen.z.shape[-1])
    if z.shape[1] < 2:
        return 0.0
    if not np.isfinite(z).all():
        return math.nan
    parts = [z]
    if seen.incoming is not None and len(seen.incoming) == z.shape[1]:
        parts.append(seen.incoming.reshape(z.shape[1], -1).T)
    if seen.gradient is not None and np.isfinite(seen.gradient).all():
        parts.append(seen.gradient.reshape(z.shape))
    same = None
    order = np.arange(z.shape[1])
    keys = np.zeros(z.shape[1])
    for part in parts:  # one number a unit, the same for twins: equal neighbors in its order are looked at closely
        part = part / (_size(part) or 1.0)
        keys += np.random.default_rng(0).standard_normal(len(part)) @ part / math.sqrt(len(part))
    order = np.argsort(keys, kind="stable")
    same = np.abs(np.diff(keys[order])) < 10 * SAME
    for part in parts:
        near = np.flatnonzero(same)
        size = _size(part)
        gap = part[:, order[near]].astype(np.float64) - part[:, order[near + 1]]
        same[near] = np.sqrt(np.square(gap).mean(axis=0)) <= SAME * size
    return float((np.append(same, False) | np.insert(same, 0, False)).mean())


def _size(array: NDArray[Any]) -> float:
    """Root mean square, without overflow or underflow of the squares."""
    largest = float(np.abs(array).max(initial=0.0))
    return largest * math.sqrt(mean_square(array.astype(np.float64) / largest)) if largest else 0.0


def layers_of(networks: Sequence[Sequence[Seen]], batch: int) -> tuple[ObservedLayer, ...]:
    """Records of the layers of R networks of one shape.

    Raises
    ------
    ValueError
        If the networks have not the same layers.
    """
    names = [[seen.name for seen in network] for network in networks]
    if any(one != names[0] for one in names[1:]):
        raise ValueError(
            "model must make the same layers each time it is called, got "
            f"{len(names[0])} and {next(len(one) for one in names[1:] if one != names[0])} layers, or other names"
        )
    numbers = [[measured(seen, batch) for seen in network] for network in networks]
    return tuple(
        ObservedLayer(
            seen.name,
            seen.kind,
            seen.fan_in,
            seen.fan_out,
            seen.z.shape[-1],
            seen.activation,
            seen.trainable,
            positions=seen.z.shape[-2],
            **{name: [one[index][name] for one in numbers] for name in MEASURED},
        )
        for index, seen in enumerate(networks[0])
    )


def batch_first(shape: tuple[int, ...], batch: int) -> str | None:
    """Where the batch is in a shape: "first", "second" (a sequence comes first), "folded" (with places), or None."""
    if shape and shape[0] == batch:
        return "first"
    if len(shape) > 2 and shape[1] == batch:
        return "second"
    return "folded" if len(shape) > 1 and shape[0] and shape[0] % batch == 0 else None


def same_values(tensors: Mapping[str, NDArray[Any]]) -> tuple[tuple[str, str], ...]:
    """Pairs of tensors of random numbers that are equal: copies, where independent draws were meant.

    Parameters
    ----------
    tensors : mapping of str to array
        Each tensor once, by name. What is constant is passed over: zeros equal zeros.
    """
    first: dict[bytes, str] = {}
    pairs = []
    for name, array in tensors.items():
        if array.ndim < 2 or array.size < 4 or (array == array.flat[0]).all():
            continue
        key = repr(array.shape).encode() + array.tobytes()
        if key in first:
            pairs.append((first[key], name))
        first.setdefault(key, name)
    return tuple(pairs)


def in_words(error: BaseException) -> str:
    """An error of a framework on one line: its kind and what it says first."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = next((line for line in lines if line and not line.startswith("Exception encountered when calling")), "")
    said = re.sub(r"\x1b\[\d+m", "", said)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def spoken(name: str) -> str:
    """A layer as one speaks of it.

    >>> spoken("3"), spoken("fc")
    ('layer 3', 'fc')
    """
    return f"layer {name}" if name.isdigit() else name


def unique(names: Iterable[str]) -> list[str]:
    """Names of their own: the second "fc" is "fc (call 2)"."""
    count: dict[str, int] = {}
    found = []
    for name in names:
        count[name] = count.get(name, 0) + 1
        found.append(name if count[name] == 1 else f"{name} (call {count[name]})")
    return found


def named(parameter: str) -> str:
    """A layer's name from that of its weight in a tree: "Dense_0/kernel" is "Dense_0"."""
    *path, own = parameter.split("/")
    return "/".join(path) if path and own in ("kernel", "embedding", "embeddings", "w", "weight", "W") else parameter


def rms(array: NDArray[Any]) -> float:
    """Root mean square."""
    return math.sqrt(mean_square(array))


def first_nonfinite(parameters: Mapping[str, NDArray[Any]], seen: Sequence[Seen], loss: float) -> str | None:
    """The first place with nan or inf, in the order in which it spreads: parameters, forward, loss, backward."""
    for name, array in parameters.items():
        if not np.isfinite(array).all():
            return f"the parameter {name}"
    for layer in seen:
        if not np.isfinite(layer.z).all():
            return f"the output of {spoken(layer.name)}"
    if not math.isfinite(loss):
        return "the loss"
    for layer in reversed(seen):
        if layer.gradient is not None and not np.isfinite(layer.gradient).all():
            return f"the gradient at {spoken(layer.name)}"
    return None


def check_step(optimizer: Any, rate: float | None) -> tuple[Any, float | None]:
    """An optimizer's name with its rate, or neither.

    Raises
    ------
    ValueError
        If the name is unknown, or only one of the two is given.
    """
    if optimizer is None:
        if rate is not None:
            raise ValueError('rate must be left out, or go with optimizer="sgd" or "adam"')
        return None, None
    check_choice(optimizer, "optimizer", ("sgd", "adam"))
    if rate is None:
        raise ValueError(f"rate must be given with optimizer={optimizer!r}")
    return optimizer, check_positive(rate, "rate")


def targets_for(
    targets: Any,
    shape: tuple[int, ...],
    draws: np.random.Generator,
    notes: list[str],
    *,
    channels_second: bool = False,
) -> tuple[NDArray[Any], str, int | None]:
    """Targets that outputs of this shape ask for, the name of their loss, and the number of classes.

    Outputs (B, C), (B, T, C) and (B, H, W, C) have the classes on the last axis; with `channels_second` images (B, C, H, W)
    have them on the second. The targets that come back have their channels last.

    Raises
    ------
    TypeError, ValueError
        If the targets do not fit.
    """
    if len(shape) < 2:
        shape = (*shape, 1)
    own, pictures = shape, channels_second and len(shape) in (4, 5)
    if pictures:
        shape = (shape[0], *shape[2:], shape[1])
    *places, classes = shape
    if targets is None:
        notes.append("No targets were given; they are drawn at random.")
        if classes < 2:
            return draws.standard_normal(shape), "squared", None
        return draws.integers(classes, size=places), "cross_entropy", classes
    array = np.asarray(targets)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"targets must be classes or real numbers, got {array.dtype} entries")
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise ValueError("targets must be finite, got nan or inf")
        if array.shape == tuple(places) and classes == 1:
            array = array[..., None]
        if array.shape != own:
            raise ValueError(f"targets must have the shape of the outputs, {own}, got {array.shape}")
        return np.moveaxis(array, 1, -1) if pictures else array, "squared", None
    if array.size != math.prod(places):
        raise ValueError(f"targets must be one class for each of {tuple(places)} outputs, got shape {array.shape}")
    if classes == 1:
        return array.reshape(shape).astype(np.float64), "squared", None
    if array.min() < 0 or array.max() >= classes:
        raise ValueError(f"targets must be classes 0 to {classes - 1}, got {array.min()} to {array.max()}")
    return array.reshape(places), "cross_entropy", classes
