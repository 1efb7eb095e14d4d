"""What was measured of a start, by layer and seed: the record that every framework fills in and every rule reads.

A record knows no framework, and rules know no model: who measures (:mod:`weightinit.diagnosis.dense`, or what looks into
a PyTorch, Keras or Flax model) makes an `Observed`, and who judges asks only for its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._result import Result
from weightinit._validation import check_choice, check_flag, check_int

__all__ = ["ADAM_EPSILON", "FLAT", "FRACTIONS", "KINDS", "MEASURED", "SOURCES", "SQUARES", "Observed", "ObservedLayer"]

FLAT = 0.05
"""A slope below this share of the activation's largest one counts as saturated."""

ADAM_EPSILON = 1e-8
"""What Adam adds to the root of its second moment (the default of PyTorch, and of this package): its first step is g/(|g| + ε)."""

SOURCES = ("numpy", "torch", "keras", "flax")
"""Where a network may come from."""

KINDS = ("dense", "convolution", "recurrent", "attention", "embedding", "normalization", "other")
"""Of layers. What is none of the first six but has weights is "other"."""

SQUARES = (
    "signal",
    "activated",
    "gradient",
    "weight_gradient",
    "weight_second_moment",
    "bias_second_moment",
    "between",
    "jacobian",
    "update_ratio",
)
"""Measured quantities that cannot be negative."""

FRACTIONS = ("dead", "saturated", "twins")
"""Measured quantities in [0, 1]."""

MEASURED = (*SQUARES, *FRACTIONS, "mean", "correlation")
"""All that is measured of a layer, one number a seed."""


@dataclass(frozen=True, eq=False, repr=False)
class ObservedLayer(Result):
    """One layer with weights, over R seeds.

    What is measured is a float64 array (R,), or a number if there is one seed; nan, or None for all seeds, says that it
    could not be measured. 0 means zero, and inf or a signal of nan that the numbers ran out: who measures with more
    care than float64 has gives the smallest or the largest normal number instead. Squares are means of squares: nothing here is a root, but for `update_ratio`.

    Attributes
    ----------
    name : str
        As the framework calls it, or "layer 3".
    kind : str
        One of :data:`KINDS`.
    fan_in, fan_out : int
        Of its weights, as :func:`weightinit.initializers.fans` counts them. 0 where there is no matrix (a normalization).
    width : int
        Units, or channels, of its output.
    activation : str or None
        Name of what follows it; "identity" if nothing does, None if that is not known.
    trainable : bool
    positions : int, default 1
        Places at which its units stand: height times width of a convolution's output, tokens of a sequence. `width` times
        `positions` is the size of the output for one input, so that its gradient's squared length is that times `gradient`.
    signal : array (R,)
        Mean square of its output z (the pre-activations), over batch and units.
    activated : array (R,)
        Mean square after the activation; that of z if there is none.
    mean : array (R,)
        Mean of z over batch and units.
    between : array (R,)
        Variance of z over the batch, averaged over units: what different inputs make different.
    correlation : array (R,)
        Cosine of the pre-activations of two unlike inputs (not centered), mean over pairs.
    gradient : array (R,)
        Mean square of dC/dz, with one cost C for each sample: of a mean over B samples, B² times what is measured.
    weight_gradient : array (R,)
        Mean square over the entries of dC/dW, C the mean cost of the batch.
    weight_second_moment, bias_second_moment : array (R,)
        Mean square of the entries of W, and of b (nan if there is no bias).
    dead : array (R,)
        Fraction of units that are exactly 0 behind a rectifier, for the whole batch.
    saturated : array (R,)
        Fraction of entries at which the slope φ' is below 0.05 of the largest slope that φ has; for activations that
        are bounded, such as tanh and sigmoid, nan for others.
    twins : array (R,)
        Fraction of units that have the same output as another unit of the layer, and the same incoming weights, up to rounding.
    jacobian : array (R,)
        Factor by which the mean square of a small random perturbation of this layer's z has grown when it is one of
        the next layer's z: χ₁, measured. nan for the last layer.
    update_ratio : array (R,)
        Root mean square of one step's change of W, over that of W, with the optimizer and the rate that were given.

    Raises
    ------
    TypeError
        If an attribute is not of its kind.
    ValueError
        If a name is unknown, a number is out of its range, or arrays differ in length. The message names the layer.

    Examples
    --------
    >>> layer = ObservedLayer("layer 1", "dense", 784, 512, 512, "relu", signal=[1.9, 2.1], dead=[0.0, 0.25])
    >>> layer.seeds, layer.dead.tolist(), layer.gradient.tolist()
    (2, [0.0, 0.25], [nan, nan])
    >>> ObservedLayer("layer 1", "dense", 784, 512, 512, "relu", signal=[-1.0])
    Traceback (most recent call last):
    ValueError: signal of layer 1 must be >= 0, got -1.0
    """

    name: str
    kind: str
    fan_in: int
    fan_out: int
    width: int
    activation: str | None = None
    trainable: bool = True
    positions: int = 1
    signal: NDArray[np.float64] | ArrayLike | None = None
    activated: NDArray[np.float64] | ArrayLike | None = None
    mean: NDArray[np.float64] | ArrayLike | None = None
    between: NDArray[np.float64] | ArrayLike | None = None
    correlation: NDArray[np.float64] | ArrayLike | None = None
    gradient: NDArray[np.float64] | ArrayLike | None = None
    weight_gradient: NDArray[np.float64] | ArrayLike | None = None
    weight_second_moment: NDArray[np.float64] | ArrayLike | None = None
    bias_second_moment: NDArray[np.float64] | ArrayLike | None = None
    dead: NDArray[np.float64] | ArrayLike | None = None
    saturated: NDArray[np.float64] | ArrayLike | None = None
    twins: NDArray[np.float64] | ArrayLike | None = None
    jacobian: NDArray[np.float64] | ArrayLike | None = None
    update_ratio: NDArray[np.float64] | ArrayLike | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise TypeError(f"name must be a text, got {self.name!r}")
        check_choice(self.kind, f"kind of {self.name}", KINDS)
        for fan in ("fan_in", "fan_out"):
            check_int(getattr(self, fan), f"{fan} of {self.name}", 0)
        check_int(self.width, f"width of {self.name}")
        check_int(self.positions, f"positions of {self.name}")
        check_flag(self.trainable, f"trainable of {self.name}")
        if self.activation is not None and not isinstance(self.activation, str):
            raise TypeError(f"activation of {self.name} must be a name or None, got {self.activation!r}")
        given = {name: _numbers(getattr(self, name), name, self.name) for name in MEASURED}
        seeds = max((len(array) for array in given.values() if array is not None), default=1)
        for name, array in given.items():
            object.__setattr__(self, name, _checked(array, name, self.name, seeds))

    @property
    def seeds(self) -> int:
        """R, the number of seeds."""
        return len(self.signal)


def _numbers(value: Any, name: str, layer: str) -> NDArray[np.float64] | None:
    """`value` as a float64 array of its own with one axis or more; None if it is None."""
    if value is None:
        return None
    try:
        array = np.array(value, ndmin=1)
    except ValueError:  # a ragged nest of lists
        array = np.array([None])
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} of {layer} must be real numbers, one a seed, got {value!r}")
    return array.astype(np.float64)


def _checked(array: NDArray[np.float64] | None, name: str, layer: str, seeds: int) -> NDArray[np.float64]:
    """`array` if it has the shape (seeds,) and is in the range of the quantity `name`; nan for all seeds if it is None."""
    if array is None:
        return np.full(seeds, math.nan)
    if array.shape != (seeds,) or not seeds:
        raise ValueError(f"{name} of {layer} must have one number a seed, shape ({seeds},), got shape {array.shape}")
    # the mean of a signal is any number; rounding may carry a cosine or a share a little beyond 1
    low = {"mean": -math.inf, "correlation": -1 - 1e-6}.get(name, 0.0)
    high = 1 + 1e-6 if name in FRACTIONS or name == "correlation" else math.inf
    wrong = array[(array < low) | (array > high)]
    if wrong.size:
        raise ValueError(
            f"{name} of {layer} must be {'>= 0' if high == math.inf else f'in [{round(low)}, 1]'}, got {wrong[0]}"
        )
    return array


@dataclass(frozen=True, eq=False, repr=False)
class Observed(Result):
    """A network before its first step, over R seeds: what is measured, and nothing that is judged.

    Attributes
    ----------
    source : str
        One of :data:`SOURCES`.
    layers : tuple of ObservedLayer
        In the order in which a forward pass meets them. The last one makes the output.
    loss : float64 array (R,)
        The first loss, a mean over the batch; nan without one.
    loss_name : {"cross_entropy", "squared", None}
        None: another one, or none at all.
    classes : int or None
        C, if the loss is the cross-entropy of C classes.
    batch : int
        Number of inputs, B.
    input_second_moment : float64 array (R,)
        Mean square of the batch's entries; nan where that has no meaning (tokens).
    dtype : str
        In which the network computes: "float32", "float16", "bfloat16", "float64".
    residual : bool
        A path goes around layers.
    normalized : bool
        A normalization stands between layers.
    shared : tuple of (str, str)
        Names of two tensors that have the same values, though they are not meant to be one.
    notes : tuple of str
        What could not be seen, a sentence each.
    nonfinite : str or None
        The first place with nan or inf, in words.
    learns : bool
        Some parameter is to be trained.
    ends_with : {"softmax", "relu", None}
        What the numbers come out of that a cross-entropy takes for logits; None if that is neither, or no cross-entropy is known to
        take them.
    zero_outputs : float64 array (R,)
        Share of those numbers that are exactly 0; nan without a ``ends_with``.
    attention : tuple of (str, int, float64 array (R,))
        Of each softmax over products of data with data: the layer before it, how many places a row chooses from at most, and the mean,
        over rows that choose from 8 or more, of the largest weight.
    cut : tuple of str
        Names of layers whose weights are to be trained and whose output reaches the network's, but to which no gradient
        comes back: something in between, such as `detach`, lets none through.

    Raises
    ------
    TypeError, ValueError
        If an attribute is not of its kind, there is no layer, two layers have one name, or they differ in seeds.

    Examples
    --------
    >>> found = Observed("numpy", (ObservedLayer("layer 1", "dense", 784, 10, 10, signal=[0.9, 1.1]),), loss=[2.3, 2.4])
    >>> found.seeds, found.by_layer("signal").tolist()
    (2, [[0.9], [1.1]])
    """

    source: str
    layers: tuple[ObservedLayer, ...]
    loss: NDArray[np.float64] | ArrayLike | None = None
    loss_name: str | None = None
    classes: int | None = None
    batch: int = 1
    input_second_moment: NDArray[np.float64] | ArrayLike | None = None
    dtype: str = "float32"
    residual: bool = False
    normalized: bool = False
    shared: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    nonfinite: str | None = None
    cut: tuple[str, ...] = ()
    learns: bool = True
    ends_with: str | None = None
    zero_outputs: NDArray[np.float64] | ArrayLike | None = None
    attention: tuple[tuple[str, int, NDArray[np.float64]], ...] = ()

    def __post_init__(self) -> None:
        check_choice(self.source, "source", SOURCES)
        layers = tuple(self.layers) if isinstance(self.layers, Iterable) else ()
        if not layers or not all(isinstance(layer, ObservedLayer) for layer in layers):
            raise ValueError(f"layers must be at least one ObservedLayer, got {self.layers!r}")
        names = [layer.name for layer in layers]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"layers must have names of their own, got {twice!r} twice")
        if len({layer.seeds for layer in layers}) > 1:
            raise ValueError(f"layers must have one number of seeds, got {sorted({layer.seeds for layer in layers})}")
        check_choice(self.loss_name, "loss_name", ("cross_entropy", "squared", None))
        if self.classes is not None:
            check_int(self.classes, "classes", 2)
        check_int(self.batch, "batch")
        if not isinstance(self.dtype, str):
            raise TypeError(f"dtype must be a name such as 'float32', got {self.dtype!r}")
        check_flag(self.residual, "residual")
        check_flag(self.normalized, "normalized")
        if self.nonfinite is not None and not isinstance(self.nonfinite, str):
            raise TypeError(f"nonfinite must be words or None, got {self.nonfinite!r}")
        measured = {
            name: _numbers(getattr(self, name), name, "the network")
            for name in ("loss", "input_second_moment", "zero_outputs")
        }
        object.__setattr__(self, "layers", layers)
        for name, array in measured.items():
            object.__setattr__(self, name, _checked(array, name, "the network", layers[0].seeds))
        object.__setattr__(self, "shared", tuple((str(one), str(other)) for one, other in self.shared))
        object.__setattr__(self, "notes", tuple(map(str, self.notes)))
        if not set(self.cut) <= set(names):
            raise ValueError(f"cut must be names of layers, got {self.cut!r}")
        object.__setattr__(self, "cut", tuple(self.cut))
        check_flag(self.learns, "learns")
        check_choice(self.ends_with, "ends_with", ("softmax", "relu", None))
        peaks = [(name, places, _numbers(peak, "attention", name)) for name, places, peak in self.attention]
        peaks = [(name, places, _checked(peak, "attention", name, layers[0].seeds)) for name, places, peak in peaks]
        object.__setattr__(self, "attention", tuple(peaks))

    @property
    def seeds(self) -> int:
        """R, the number of seeds."""
        return self.layers[0].seeds

    @property
    def depth(self) -> int:
        """L, the number of layers with weights."""
        return len(self.layers)

    def by_layer(self, quantity: str) -> NDArray[np.float64]:
        """One measured quantity of all layers.

        Parameters
        ----------
        quantity : str
            One of :data:`MEASURED`.

        Returns
        -------
        float64 array (R, L)

        Raises
        ------
        ValueError
            If there is no such quantity.
        """
        check_choice(quantity, "quantity", MEASURED)
        return np.stack([getattr(layer, quantity) for layer in self.layers], axis=1)
