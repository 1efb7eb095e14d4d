"""What rules look at: changes along layers that may be compared, how sure they are, and how they are told (private)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from weightinit.activations import Activation, get
from weightinit.diagnosis.expected import Expected, floor
from weightinit.diagnosis.observed import Observed, ObservedLayer
from weightinit.diagnosis.remedies import Start, line, start_for
from weightinit.diagnosis.thresholds import SIX_DEPTH_SCALES, SURE

__all__ = [
    "median",
    "mend",
    "Case",
    "Change",
    "typical",
    "worst",
    "beyond",
    "factor",
    "number",
    "percent",
    "scale_of_weights",
    "size_of_weights",
    "bias_share",
    "common_activation",
]


@dataclass(frozen=True)
class Change:
    """How ln of a mean square changes along layers that are comparable: from the first of them on, or back from the last."""

    layers: tuple[int, ...]
    values: NDArray[np.float64]  # (R, layers), 0 where it begins; nan where it cannot be said


@dataclass(frozen=True)
class Case:
    """An observed start, and what several rules ask of it."""

    observed: Observed
    expected: Expected
    phi: Activation | None  # behind the hidden layers, if it is one and known

    @cached_property
    def hidden(self) -> list[int]:
        """Layers between input and output whose units have a level of their own."""
        layers = self.observed.layers
        return [i for i, layer in enumerate(layers[:-1]) if layer.kind not in ("normalization", "embedding")]

    @cached_property
    def is_chain(self) -> bool:
        """One layer feeds the next, and nothing sets the level in between."""
        return not self.observed.residual and not self.observed.normalized

    @cached_property
    def runs(self) -> list[list[int]]:
        """Layers that may be compared: all hidden ones of a chain; else those of one shape, three or more.

        Where a path goes around layers, or a normalization sets the level, layers of different roles have different levels, and that is
        no fault: the first of a branch is compared with the first of another.
        """
        if self.is_chain:
            return [self.hidden] if len(self.hidden) > 1 else []
        groups: dict[tuple, list[int]] = {}
        for i in self.hidden:
            layer = self.observed.layers[i]
            groups.setdefault((layer.kind, layer.fan_in, layer.fan_out, layer.width, layer.positions), []).append(i)
        return [group for group in groups.values() if len(group) > 2]

    @cached_property
    def signals(self) -> list[Change]:
        """Of the level behind the activation: there a bounded activation has already set what it will pass on."""
        level = self.observed.by_layer("activated")
        level = np.log(np.where(np.isnan(level), self.observed.by_layer("signal"), level))
        return [Change(tuple(run), _from(level[:, run], 0)) for run in self._beyond_the_first(self.heard(level))]

    @cached_property
    def gradients(self) -> list[Change]:
        """Of the squared length of the gradient at a layer, over its units and places, which χ₁ multiplies."""
        sizes = [layer.width * layer.positions for layer in self.observed.layers]
        length = np.log(self.observed.by_layer("gradient") * sizes)
        return [Change(tuple(run), _from(length[:, run], -1)) for run in self._beyond_the_first(self.heard(length))]

    def _beyond_the_first(self, runs: list[list[int]]) -> list[list[int]]:
        """Where there are normalizations, the first of a run sees the input, before anything has set its level.

        A normalization behind it divides by that level, and multiplies the gradient on its way back by as much.
        """
        return [run[1:] for run in runs if len(run) > 3] if self.observed.normalized else runs

    def heard(self, logs: NDArray[np.float64]) -> list[list[int]]:
        """The runs, without layers at exactly 0 where there is a way around them: a branch may begin with zero."""
        if self.is_chain:
            return self.runs
        runs = [[i for i in run if not (logs[:, i] == -np.inf).all()] for run in self.runs]
        return [run for run in runs if len(run) > 2]

    @cached_property
    def noise(self) -> float:
        """Variance over networks of ln of the signal at the last hidden layer."""
        return floor(self.observed, self.expected)

    @property
    def predicted_change(self) -> float:
        """Of ln of the mean signal, in a wide network, from the first to the last hidden layer; nan without a prediction."""
        if len(self.hidden) < 2:
            return math.nan
        signal = self.expected.signal
        return float(np.log(signal[self.hidden[-1]] / signal[self.hidden[0]]))

    def sure(self, excess: NDArray[np.float64]) -> float:
        """Confidence that the typical value is above 0, by its median; 0 if the median itself is not.

        Over five seeds or more their own spread is the yardstick; below that, what theory says of these widths.
        """
        excess = excess[~np.isnan(excess)]
        center = float(np.median(excess)) if excess.size else -1.0
        if center <= 0:
            return 0.0
        if excess.size >= 5:
            # what is infinite, such as ln 0, counts only by its side
            low, high = np.percentile(np.clip(excess, -1e4, 1e4), [25, 75])
            spread = (high - low) / (2 * stats.norm.ppf(0.75))
        else:
            spread = math.sqrt(self.noise)
        if spread == 0:
            return 1.0
        # a median of normal numbers scatters √(π/2) times as much as their mean
        return float(stats.norm.cdf(center / (spread * math.sqrt(math.pi / 2 / excess.size))))

    def enough(self, certainty: float) -> bool:
        """Is it to be told? A few networks that were given are judged as they are, whatever others of their start would be."""
        return certainty >= SURE or (certainty > 0 and self.observed.seeds < 5)

    def name(self, index: int) -> str:
        """A layer as one speaks of it: "layer 3", also where its framework calls it "3"."""
        name = self.observed.layers[index].name
        return f"layer {name}" if name.isdigit() else name

    def names(self, indexes: Sequence[int]) -> str:
        """Layers by name: one, a few, or from one to another."""
        names = [self.name(i) for i in indexes]
        some = ""
        if len(names) > 1 and all(re.fullmatch(r"layer \d+", name) for name in names):
            names, some = [name.removeprefix("layer ") for name in names], "layers "
        if len(names) < 4:
            return some + ", ".join(names)
        if list(indexes) == list(range(indexes[0], indexes[-1] + 1)):
            return f"{some}{names[0]} to {names[-1]}"
        return f"{some}{', '.join(names[:3])} and {len(names) - 3} more"

    def code(self, what: str, **numbers: float) -> str:
        """One line for the framework at hand."""
        return line(self.observed.source, what, **numbers)

    def activation(self, indexes: list[int]) -> str:
        """Name of what stands behind most of these layers."""
        layers = (
            self.observed.layers[indexes[0] : indexes[-1] + 2] if indexes else ()
        )  # a normalization in between has it
        names = [layer.activation for layer in layers]
        names = [name for name in names if name not in (None, "identity")] or ["identity"]
        return max(names, key=names.count)

    def start(self, indexes: list[int]) -> Start:
        """The start that belongs to these layers' activation, with its own parameters where they are known."""
        return start_for(self.phi or self.activation(indexes))

    def right_start(self, indexes: list[int]) -> tuple[str, str]:
        """Reason and line of the start that belongs to these layers' activation."""
        if indexes and all(self.observed.layers[i].kind == "recurrent" for i in indexes):
            return "What a recurrent layer begins with by itself will do.", self.code("recurrent")
        start = self.start(indexes)
        return start.why, self.code(start.name, scale=start.scale)


def _from(logs: NDArray[np.float64], index: int) -> NDArray[np.float64]:
    """Difference from the layer `index`; ln 0 is kept as -inf, and what begins with it is nan."""
    change = logs - logs[:, index][:, None]
    return np.where(np.isfinite(logs[:, index])[:, None], change, np.nan)


def typical(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median over seeds, by layer, of what is known; nan where nothing is."""
    count = (~np.isnan(values)).sum(axis=0)
    ordered, columns = np.sort(values, axis=0), np.arange(values.shape[1])  # nan goes to the end
    low = ordered[np.maximum(count - 1, 0) // 2, columns]
    high = ordered[np.minimum(count // 2, len(ordered) - 1), columns]
    with np.errstate(invalid="ignore"):
        return np.where(low == high, low, (low + high) / 2)


def median(values: NDArray[np.float64]) -> float:
    """Median over seeds of what is known; nan where nothing is."""
    return float(typical(np.asarray(values)[:, None])[0])


def worst(case: Case, changes: list[Change], sign: int) -> tuple[Change, int, float] | None:
    """The comparison and the layer with the largest change of one sign beyond six depth scales, and how sure it is."""
    best = None
    for change in changes:
        middle = sign * typical(change.values)
        if np.isnan(middle).all():
            continue
        place = int(np.nanargmax(middle))
        certainty = case.sure(sign * change.values[:, place] - SIX_DEPTH_SCALES)
        if certainty and (best is None or middle[place] > best[0]):
            best = (middle[place], change, place, certainty)
    return None if best is None or not case.enough(best[3]) else best[1:]


def beyond(change: Change, sign: int) -> list[int]:
    """Layers at which the typical change is beyond six depth scales."""
    return [
        i for i, value in zip(change.layers, sign * typical(change.values), strict=True) if value > SIX_DEPTH_SCALES
    ]


def factor(log: float) -> str:
    """A factor of a mean square that is e**log, as one reads it.

    >>> factor(math.log(0.003)), factor(-30.0), factor(2.0), factor(-math.inf), factor(math.inf)
    ('0.003', '10⁻¹³', '7.4', '0', 'infinity')
    """
    if math.isinf(log):
        return "0" if log < 0 else "infinity"
    ten = log / math.log(10)
    if abs(ten) < 4:
        return f"{math.exp(log):.2g}" if ten < 2 else f"{math.exp(log):.0f}"
    return "10" + str(round(ten)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def number(value: float) -> str:
    """Three digits, without a power of ten where it can be done.

    >>> number(0.03125), number(256.2), number(2.5e7)
    ('0.0312', '256', '2.5e+07')
    """
    return f"{value:.0f}" if 100 <= value < 1e5 else f"{value:.3g}"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share > 0.0995 else f"{100 * share:.1g} %"


def mend(case: Case, indexes: list[int], sign: int) -> tuple[str, str]:
    """What sets a level right, and the line: other weights in a chain; elsewhere what the network's own shape asks for."""
    if case.observed.residual:
        reason = (
            "Each branch adds its share to the path around it: divide the last weights of every branch by the root of the number of branches, or "
            "begin them with zero (chapter 11)."
        )
        return reason, case.code("branch")
    if case.observed.normalized:
        reason = (
            "A normalization divides the size of the weights out again, so that other weights change nothing: let a path go around the layers, or "
            "take fewer of them."
        )
        return reason, "x = x + block(x)"
    why, code = case.right_start(indexes)
    return f"{size_of_weights(case, indexes, sign)} {why}".strip(), code


def scale_of_weights(case: Case, indexes: list[int]) -> float:
    """Variance of the weights times the fan-in, in the middle of these layers but the first; nan if it is not known."""
    layers = [case.observed.layers[i] for i in indexes[1:]]
    scales = [layer.fan_in * median(layer.weight_second_moment) for layer in layers if layer.fan_in]
    scales = [scale for scale in scales if math.isfinite(scale)]
    return float(np.median(scales)) if scales else math.nan


def size_of_weights(case: Case, indexes: list[int], sign: int) -> str:
    """How the weights compare with what their activation needs."""
    scale, wanted = scale_of_weights(case, indexes), case.start(indexes).scale
    if math.isnan(scale):
        return ""
    if sign * (scale / wanted - 1) < 0.02:
        return f"The weights have a variance of {number(scale)}/fan_in."
    return f"The weights have a variance of {number(scale)}/fan_in, too {'large' if sign > 0 else 'small'}."


def bias_share(layer: ObservedLayer) -> NDArray[np.float64]:
    """Of a layer's mean square, what the biases make up."""
    return layer.bias_second_moment / layer.signal


def common_activation(observed: Observed) -> Activation | None:
    """The one behind all hidden layers, if all have the same and it is one of the package's."""
    names = {layer.activation for layer in observed.layers[:-1]}
    try:
        return get(names.pop()) if len(names) == 1 else None
    except (TypeError, ValueError):
        return None
