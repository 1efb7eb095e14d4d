"""What is wrong with a start, by rules that read an `Observed`: no rule knows a model, and each threshold has its reason.

Two yardsticks decide most of them. A mean square that has changed by e⁶ between the first and the last hidden layer has gone through six
depth scales: so far networks are said to be trainable (handed on as Schoenholz et al. 2017; chapter 9). And no change is a fault as long as the
chance of these widths explains it: ln of a signal scatters with variance 2L/n in a linear network and 5L/n behind ReLU (Hanin & Rolnick 2018);
what other activations make of it says :mod:`weightinit.diagnosis.expected`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from weightinit import meanfield
from weightinit.activations import Activation, get
from weightinit.diagnosis.expected import Expected, expect, floor
from weightinit.diagnosis.observed import Observed, ObservedLayer
from weightinit.diagnosis.remedies import Start, line, start_for

__all__ = ["FAULTS", "Fault", "find"]

FAULTS = {
    "nonfinite": "numbers have run out",
    "dead_start": "no weight can move",
    "dead_layer": "a layer is silent",
    "twins": "units are copies of each other",
    "shared_weights": "layers are copies of each other",
    "vanishing_signal": "the signal dies out",
    "exploding_signal": "the signal explodes",
    "vanishing_gradient": "the gradient dies out on its way back",
    "exploding_gradient": "the gradient explodes on its way back",
    "fluctuation": "the network is too deep for its width",
    "unstable_level": "the level does not hold",
    "chaotic": "inputs that are nearly alike end far apart",
    "inputs_merge": "all inputs look alike in the end",
    "saturated": "units sit where their activation is flat",
    "dying_units": "too many units are silent",
    "bias_dominates": "biases drown the input",
    "first_loss": "the first loss is too large",
    "frozen_or_uneven_updates": "the first step does not fit the weights",
    "half_precision": "numbers are too small, or too large, for this precision",
}
"""Kinds of faults, in the order in which they are told, each with what it means. The keys are those of the JSON schema."""

# ---- thresholds ------------------------------------------------------------------------------------------------------
SIX_DEPTH_SCALES = 6.0
"""Of ln of a mean square, between the first and the last hidden layer: e⁻⁶ = 1/400, a twentieth in size, is where training is said to stop."""

TENFOLD = math.log(100)
"""Of ln of a mean square: in size tenfold. What differs by a tenth arrives as unlike as anything; that is chaos."""

SURE = 0.95
"""A fault that seeds decide is told if the typical network has it with at least this confidence."""

ONE_IN_TWENTY = 0.05
"""Share of the networks that may be lost by the chance of a draw before the width, or the start, is at fault."""

LOUD_INPUT = 100.0
"""Mean square of inputs that nobody has scaled: tenfold the size that every start counts on."""

HALF = 0.5
"""Of a layer's entries on the flat part of φ: the typical unit is, and learns twenty times more slowly than it could."""

A_TENTH = 0.1
"""The same in a network that is chaotic already: there flat units are a second sign of weights that are too large."""

BORN_SILENT = 0.6
"""Of a layer's units, silent for the whole batch. Without biases weights have no sign, so that a unit is silent for all inputs at most with
probability 1/2, and that only when they are all alike: more than half, beyond chance, has been pushed."""

FEW_TWINS = 0.01
"""Of a layer's units. A continuous law makes no twins; among float32 numbers two in some thousands may meet in a layer of one input."""

MOSTLY_BIAS = 0.9
"""Of a layer's mean square: what the bias says, the same for every input."""

TWICE_IGNORANCE = 2.0
"""Times ln C, the loss of a network that knows nothing and says so. He's start behind a linear last layer has at most 1 more."""

UNEVEN = 1000.0
"""Between the largest and the smallest step of a layer, relative to its weights: no one rate serves both."""

WHOLE_WEIGHT = 1.0
"""A step as large as the weight itself: nothing is left of the start."""

UNITS_OF_ROUNDING = {"float64": 2.0**-53, "float32": 2.0**-24, "bfloat16": 2.0**-9, "float16": 2.0**-12}
"""Half a unit in the last place of 1 to 2, halved once more: a relative change below it is rounded away, in every place."""

FLOAT16_LARGEST, FLOAT16_SMALLEST = 65504.0, 2.0**-24
"""The largest number of float16, and the smallest but 0."""

ROUNDING = 1e-12
"""Of 1 minus a correlation: what float32 signals can tell."""

FOUR_SIGMA = 4.0
"""One entry in 16,000 is that large: in a batch of some inputs and some hundred units there is one."""


# ---- what is found ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    kind : str
        A key of :data:`FAULTS`.
    where : str
        Layers, by name.
    evidence : str
        What was measured, in words and numbers.
    certainty : float
        Confidence, 0 to 1, that the typical network of this start has the fault; 1 for what needs no statistics.
    remedy : str
        What to change, and why.
    code : str
        The line that changes it.

    Raises
    ------
    ValueError
        If the kind is unknown or the certainty no probability.

    Examples
    --------
    >>> print(Fault("twins", "layer 1", "All are alike.", 1.0, "Draw them.", "weight = …"))
    twins, in layer 1: units are copies of each other (certain). All are alike. Draw them.
        weight = …
    """

    kind: str
    where: str
    evidence: str
    certainty: float
    remedy: str
    code: str

    def __post_init__(self) -> None:
        if self.kind not in FAULTS:
            raise ValueError(f"kind must be one of {', '.join(FAULTS)}, got {self.kind!r}")
        if not 0 <= self.certainty <= 1:
            raise ValueError(f"certainty must be in [0, 1], got {self.certainty!r}")

    @property
    def title(self) -> str:
        """What the kind means, in words."""
        return FAULTS[self.kind]

    @property
    def how_sure(self) -> str:
        """The certainty in words.

        >>> [Fault("twins", "a", "", c, "", "").how_sure for c in (1.0, 0.9996, 0.97, 0.8)]
        ['certain', 'certain to 99.9 %', 'certain to 97 %', 'not certain: 80 %']
        """
        if self.certainty >= 1 - 1e-6:
            return "certain"
        percent = min(100 * self.certainty, 99.9)
        text = f"{math.floor(percent * 10) / 10:g} %"
        return f"certain to {text}" if self.certainty >= SURE else f"not certain: {text}"

    def as_dict(self) -> dict[str, str | float]:
        """The same for JSON.

        >>> Fault("twins", "a", "b", 1.0, "c", "d").as_dict()["kind"]
        'twins'
        """
        return asdict(self) | {"title": self.title}

    def __str__(self) -> str:
        head = f"{self.kind}, in {self.where}: {self.title} ({self.how_sure})."
        return f"{head} {self.evidence} {self.remedy}\n    {self.code}"


def find(
    observed: Observed, expected: Expected | None = None, *, activation: Activation | None = None
) -> tuple[Fault, ...]:
    """Everything that is wrong, causes before what follows from them.

    Parameters
    ----------
    observed : Observed
    expected : Expected, optional
        What theory says of it; default: :func:`weightinit.diagnosis.expected.expect`.
    activation : Activation, optional
        Behind all layers but the last, in place of the names.

    Returns
    -------
    tuple of Fault
        Empty if nothing is.

    Examples
    --------
    >>> from weightinit.diagnosis.dense import observe
    >>> [fault.kind for fault in find(observe((100,) * 20 + (10,), "relu", "xavier_normal"))]
    ['vanishing_signal', 'vanishing_gradient']
    >>> find(observe((100,) * 4 + (10,), "relu", "he_normal"))
    ()
    """
    if expected is None:
        expected = expect(observed, activation=activation)
    case = _Case(observed, expected, activation or _common_activation(observed))
    found: dict[str, Fault] = {}
    with np.errstate(all="ignore"):
        for kind in FAULTS:
            fault = _RULES[kind](case, found)
            if fault is not None:
                found[kind] = fault
    return tuple(found.values())


def _common_activation(observed: Observed) -> Activation | None:
    """The one behind all hidden layers, if all have the same and it is one of the package's."""
    names = {layer.activation for layer in observed.layers[:-1]}
    try:
        return get(names.pop()) if len(names) == 1 else None
    except (TypeError, ValueError):
        return None


# ---- what rules look at ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Change:
    """How ln of a mean square changes along layers that are comparable: from the first of them on, or back from the last."""

    layers: tuple[int, ...]
    values: NDArray[np.float64]  # (R, layers), 0 where it begins; nan where it cannot be said


@dataclass(frozen=True)
class _Case:
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
    def signals(self) -> list[_Change]:
        """Of the level behind the activation: there a bounded activation has already set what it will pass on."""
        level = self.observed.by_layer("activated")
        level = np.log(np.where(np.isnan(level), self.observed.by_layer("signal"), level))
        return [_Change(tuple(run), _from(level[:, run], 0)) for run in self.heard(level)]

    @cached_property
    def gradients(self) -> list[_Change]:
        """Of the squared length of the gradient at a layer, over its units and places, which χ₁ multiplies."""
        sizes = [layer.width * layer.positions for layer in self.observed.layers]
        length = np.log(self.observed.by_layer("gradient") * sizes)
        return [_Change(tuple(run), _from(length[:, run], -1)) for run in self.heard(length)]

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

    def names(self, indexes: list[int] | tuple[int, ...]) -> str:
        """Layers by name: one, a few, or from one to another."""
        names = [self.observed.layers[i].name for i in indexes]
        if len(names) < 4:
            return ", ".join(names)
        if list(indexes) == list(range(indexes[0], indexes[-1] + 1)):
            return f"{names[0]} to {names[-1]}"
        return f"{', '.join(names[:3])} and {len(names) - 3} more"

    def code(self, what: str, **numbers: float) -> str:
        """One line for the framework at hand."""
        return line(self.observed.source, what, **numbers)

    def activation(self, indexes: list[int]) -> str:
        """Name of what stands behind most of these layers."""
        names = [self.observed.layers[i].activation for i in indexes]
        names = [name for name in names if name not in (None, "identity")] or ["identity"]
        return max(names, key=names.count)

    def start(self, indexes: list[int]) -> Start:
        """The start that belongs to these layers' activation, with its own parameters where they are known."""
        return start_for(self.phi or self.activation(indexes))

    def right_start(self, indexes: list[int]) -> tuple[str, str]:
        """Reason and line of the start that belongs to these layers' activation."""
        start = self.start(indexes)
        return start.why, self.code(start.name, scale=start.scale)


def _from(logs: NDArray[np.float64], index: int) -> NDArray[np.float64]:
    """Difference from the layer `index`; ln 0 is kept as -inf, and what begins with it is nan."""
    change = logs - logs[:, index][:, None]
    return np.where(np.isfinite(logs[:, index])[:, None], change, np.nan)


def _typical(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median over seeds, by layer, of what is known; nan where nothing is."""
    known = ~np.isnan(values)
    some = known.any(axis=0)
    result = np.full(values.shape[1], np.nan)
    if some.any():
        result[some] = np.nanmedian(values[:, some], axis=0)
    return result


def _worst(case: _Case, changes: list[_Change], sign: int) -> tuple[_Change, int, float] | None:
    """The comparison and the layer with the largest change of one sign beyond six depth scales, and how sure it is."""
    best = None
    for change in changes:
        typical = sign * _typical(change.values)
        if np.isnan(typical).all():
            continue
        place = int(np.nanargmax(typical))
        certainty = case.sure(sign * change.values[:, place] - SIX_DEPTH_SCALES)
        if certainty and (best is None or typical[place] > best[0]):
            best = (typical[place], change, place, certainty)
    return None if best is None or not case.enough(best[3]) else best[1:]


def _beyond(change: _Change, sign: int) -> list[int]:
    """Layers at which the typical change is beyond six depth scales."""
    return [
        i for i, value in zip(change.layers, sign * _typical(change.values), strict=True) if value > SIX_DEPTH_SCALES
    ]


def _factor(log: float) -> str:
    """A factor of a mean square that is e**log, as one reads it.

    >>> _factor(math.log(0.003)), _factor(-30.0), _factor(2.0), _factor(-math.inf), _factor(math.inf)
    ('0.003', '10⁻¹³', '7.4', '0', 'infinity')
    """
    if math.isinf(log):
        return "0" if log < 0 else "infinity"
    ten = log / math.log(10)
    if abs(ten) < 4:
        return f"{math.exp(log):.2g}" if ten < 2 else f"{math.exp(log):.0f}"
    return "10" + str(round(ten)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _number(value: float) -> str:
    """Three digits, without a power of ten where it can be done.

    >>> _number(0.03125), _number(256.2), _number(2.5e7)
    ('0.0312', '256', '2.5e+07')
    """
    return f"{value:.0f}" if 100 <= value < 1e5 else f"{value:.3g}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share > 0.0995 else f"{100 * share:.1g} %"


# ---- rules: what numbers say by themselves ---------------------------------------------------------------------------
def _nonfinite(case: _Case, found: dict[str, Fault]) -> Fault | None:
    place = case.observed.nonfinite
    if place is None:
        loss = case.observed.loss
        if not np.isinf(loss).any():
            return None
        place = "the loss is infinite"
    why, code = case.right_start(case.hidden)
    return Fault(
        "nonfinite",
        place,
        f"{place[0].upper()}{place[1:]}: what comes after it has no meaning.",
        1.0,
        f"Look at the first layer that grows, and give it weights that keep the level. {why}",
        code,
    )


def _dead_start(case: _Case, found: dict[str, Fault]) -> Fault | None:
    trained = [i for i, layer in enumerate(case.observed.layers) if layer.trainable]
    gradients = case.observed.by_layer("weight_gradient")[:, trained]
    zero = (gradients == 0).all(axis=1)
    weights = case.observed.by_layer("weight_second_moment")
    planted = (weights[:, case.hidden] == 0).any() if case.hidden else False
    if not trained or zero.mean() < 0.5 or not planted:
        return None
    where = [i for i in range(len(case.observed.layers)) if (weights[:, i] == 0).all()]
    why, code = case.right_start(case.hidden)
    return Fault(
        "dead_start",
        case.names(where),
        f"The weights of {case.names(where)} are all zero, and so is every weight gradient of the network, exactly: no step, of any size, "
        "moves a weight.",
        1.0,
        f"Draw the weights at random; only biases, and the last layer, may begin with zero. {why}",
        code,
    )


def _silent(case: _Case) -> NDArray[np.bool_]:
    """(R, L - 1): has the rectifier of the layer nothing to say, for the whole batch, though its weights are there?

    Of a normalization the weights are a scale; one of zero is the end of a path that nothing goes around.
    """
    layers = case.observed.layers[:-1]
    found = np.zeros((case.observed.seeds, len(layers)), bool)
    for i, layer in enumerate(layers):
        planted = layer.weight_second_moment == 0
        if layer.kind == "normalization" and not case.observed.residual:
            planted = np.zeros_like(planted)
        found[:, i] = (layer.dead >= 1) & ~planted
    return found


def _dead_layer(case: _Case, found: dict[str, Fault]) -> Fault | None:
    if "dead_start" in found:
        return None
    silent = _silent(case)
    lost = int(silent.any(axis=1).sum())
    seeds = case.observed.seeds
    certainty = 1 - float(stats.binom.sf(lost - 1, seeds, ONE_IN_TWENTY)) if lost else 0.0
    if certainty < SURE:
        return None
    # what is silent makes everything behind it silent, so the first one is the place
    first = silent.argmax(axis=1)[silent.any(axis=1)]
    where = sorted({int(i) for i in first})
    narrow = min(case.observed.layers[i].width for i in where)
    pushed = any(np.nanmedian(_bias_share(case.observed.layers[i])) > A_TENTH for i in where)
    layer = case.observed.layers[where[0]]
    if layer.kind == "normalization" and np.all(layer.weight_second_moment == 0):
        remedy, code = (
            "Its scale is zero, which only the last normalization of a branch may have: begin with ones.",
            "scale = 1",
        )
    elif pushed:
        remedy, code = "Its biases push every unit below zero: begin with zeros.", case.code("zero_bias")
    else:
        remedy = (
            f"A layer of {narrow} units is silent for an input with probability 2⁻ⁿ, n = {narrow}, every layer anew: make "
            "the layers wider, or let the activation pass something below zero."
        )
        code = line(case.observed.source, "wider", width=max(4 * narrow, 32), now=narrow)
    return Fault(
        "dead_layer",
        case.names(where),
        f"In {lost} of {seeds} networks a whole layer is 0 for every input, and behind it nothing depends on the input: no gradient "
        "comes back through it.",
        certainty,
        remedy,
        code,
    )


def _twins(case: _Case, found: dict[str, Fault]) -> Fault | None:
    where = []
    for i in case.hidden:
        layer = case.observed.layers[i]
        gated = not case.is_chain and np.all(
            layer.weight_second_moment == 0
        )  # the last of a branch may begin with zero
        if layer.trainable and not gated and np.nan_to_num(np.median(layer.twins)) > FEW_TWINS:
            where.append(i)
    if not where:
        return None
    most = max(float(np.median(case.observed.layers[i].twins)) for i in where)
    _, code = case.right_start(where)
    return Fault(
        "twins",
        case.names(where),
        f"{_percent(most)} of the units have a twin, with the same weights and the same output. They get the same gradient, so they stay "
        "the same whatever is learned: a layer of copies is as good as one unit (chapter 2).",
        1.0,
        "Draw each unit's weights at random; a small noise is enough to part them.",
        code,
    )


def _shared_weights(case: _Case, found: dict[str, Fault]) -> Fault | None:
    pairs = case.observed.shared
    if not pairs:
        return None
    told = ", ".join(f"{one} and {other}" for one, other in pairs[:3])
    more = f", and {len(pairs) - 3} more pairs" if len(pairs) > 3 else ""
    return Fault(
        "shared_weights",
        told + more,
        f"{len(pairs)} {'pair' if len(pairs) == 1 else 'pairs'} of tensors hold the same numbers, though they are not one tensor: they were "
        "drawn from one seed, or copied. Layers are meant to be independent draws.",
        1.0,
        "Make one generator before the first layer, and let all layers draw from it; build each block anew in place of copying it.",
        case.code("own_rng"),
    )


# ---- rules: along the depth ------------------------------------------------------------------------------------------
def _explained_by_width(change: float, predicted: float, v: float) -> bool:
    """May the width have done it: is the mean level fine, and a change as large as this one to be expected of a draw?

    The logarithm of the level of one network is near normal, with variance v, and its mean is v/2 below that of the level.
    """
    predicted = predicted if math.isfinite(predicted) else 0.0
    return abs(predicted) < SIX_DEPTH_SCALES and abs(change - predicted + v / 2) < 2 * math.sqrt(v)


def _signal_rule(sign: int) -> Callable[[_Case, dict[str, Fault]], Fault | None]:
    kind, verb = ("exploding_signal", "grows") if sign > 0 else ("vanishing_signal", "falls")

    def rule(case: _Case, found: dict[str, Fault]) -> Fault | None:
        if "dead_start" in found or "dead_layer" in found:
            return None
        worst = _worst(case, case.signals, sign)
        if worst is None:
            return None
        change, place, certainty = worst
        log = float(_typical(change.values)[place])
        if case.is_chain and _explained_by_width(log, case.predicted_change, case.noise):
            return None
        first, last = change.layers[0], change.layers[place]
        layers = case.observed.layers
        steps = place
        growth = math.exp(log / steps) if math.isfinite(log) else math.nan
        predicted = case.expected.jacobian[first] if np.isfinite(case.expected.signal[last]) else math.nan
        said = ""
        if math.isfinite(predicted):
            theory = float(np.log(case.expected.signal[last] / case.expected.signal[first]))
            said = f"; theory says {_factor(theory)}"
        share = "" if math.isnan(predicted) or math.isnan(growth) else f", {growth:.2g} a layer on average"
        why, code = case.right_start(list(change.layers))
        return Fault(
            kind,
            case.names(_beyond(change, sign) or [last]),
            f"From {layers[first].name} to {layers[last].name} the mean square of the signal {verb} by a factor of {_factor(log)}{share}{said}.",
            certainty,
            f"{_size_of_weights(case, list(change.layers), sign)} {why}".strip(),
            code,
        )

    return rule


def _size_of_weights(case: _Case, indexes: list[int], sign: int) -> str:
    """How the weights compare with what their activation needs."""
    layers = [case.observed.layers[i] for i in indexes[1:]]
    scales = [layer.fan_in * float(np.median(layer.weight_second_moment)) for layer in layers if layer.fan_in]
    scales = [scale for scale in scales if math.isfinite(scale)]
    if not scales:
        return ""
    scale, wanted = float(np.median(scales)), case.start(indexes).scale
    if sign * (scale / wanted - 1) < 0.02:
        return f"The weights have a variance of {_number(scale)}/fan_in."
    return f"The weights have a variance of {_number(scale)}/fan_in, too {'large' if sign > 0 else 'small'}."


def _gradient_rule(sign: int) -> Callable[[_Case, dict[str, Fault]], Fault | None]:
    kind, verb = ("exploding_gradient", "grows") if sign > 0 else ("vanishing_gradient", "falls")

    def rule(case: _Case, found: dict[str, Fault]) -> Fault | None:
        if "dead_start" in found or "dead_layer" in found:
            return None
        worst = _worst(case, case.gradients, sign)
        if worst is None:
            return None
        change, place, certainty = worst
        log = float(_typical(change.values)[place])
        first, last = change.layers[place], change.layers[-1]
        signal_too = ("exploding_signal" if sign > 0 else "vanishing_signal") in found
        scatter, gradient = case.expected.gradient_scatter, case.expected.gradient
        layers = case.observed.layers
        sizes = layers[first].width / layers[last].width
        v = float(scatter[first] - scatter[last])
        v = v if math.isfinite(v) else case.noise
        if case.is_chain and _explained_by_width(log, float(np.log(sizes * gradient[first] / gradient[last])), v):
            return None
        why, code = case.right_start(list(change.layers))
        if case.activation(list(change.layers)) == "sigmoid":
            why = "The slope of a sigmoid is at most 1/4, so that its gradients shrink unless weights are huge: use tanh, or ReLU, between layers."
            code = case.code("tanh")
        return Fault(
            kind,
            case.names(_beyond(change, sign) or [first]),
            f"From {layers[last].name} back to {layers[first].name} the gradient's mean square {verb} by a factor of {_factor(log)}."
            f"{_weight_gradients(case, change, signal_too)}",
            certainty,
            f"{_size_of_weights(case, list(change.layers), sign)} {why}".strip(),
            code,
        )

    return rule


def _weight_gradients(case: _Case, change: _Change, signal_too: bool) -> str:
    """What the gradients of the weights make of it: signal times gradient, which may be level (chapter 3)."""
    inner = list(change.layers[1:])  # the first layer sees the input, whose level is nobody's work
    if len(inner) < 2:
        return ""
    logs = _typical(np.log(case.observed.by_layer("weight_gradient")[:, inner]))
    known = np.flatnonzero(np.isfinite(logs))
    if known.size < 2:
        return ""
    low, high = known[0], known[-1]
    first, last = case.observed.layers[inner[low]].name, case.observed.layers[inner[high]].name
    if signal_too and np.ptp(logs[known]) < SIX_DEPTH_SCALES:
        return (
            f" The weight gradients are level all the same, since what one of signal and gradient loses the other still has: {first} does not learn "
            f"less than {last}, but all layers get steps of the wrong size (chapter 3)."
        )
    return f" The weight gradient of {first} has {_factor(float(logs[low] - logs[high]))} times the mean square of that of {last}."


def _chaotic(case: _Case, found: dict[str, Fault]) -> Fault | None:
    causes = {"dead_start", "dead_layer", "twins", "fluctuation"}
    if not case.is_chain or len(case.hidden) < 3 or causes & found.keys():
        return None
    first, last = case.hidden[0], case.hidden[-1]
    pushes = np.log(case.observed.by_layer("jacobian")[:, first:last])
    if np.isnan(pushes).all():
        return None
    signal = np.log(case.observed.by_layer("signal"))
    apart = pushes.sum(axis=1) - (signal[:, last] - signal[:, first])
    certainty = case.sure(apart - TENFOLD)
    if not case.enough(certainty):
        return None
    log, steps = float(np.nanmedian(apart)), last - first
    theory = case.expected.fixed
    said = ""
    if theory is not None and math.isfinite(theory.chi_1) and theory.chi_1 > 1:
        said = f" Theory: χ₁ = {theory.chi_1:.3g}, so that a small difference grows e-fold in {1 / math.log(theory.chi_1):.2g} layers."
    why, code = case.right_start(case.hidden)
    return Fault(
        "chaotic",
        case.names(case.hidden),
        f"A small difference between two inputs grows, against the signal, by a factor of {_factor(log)} in mean square over {steps} layers, "
        f"{math.exp(log / steps):.3g} a layer.{said} What is learned of one input says nothing about its neighbor.",
        certainty,
        f"{_size_of_weights(case, case.hidden, 1)} {why}",
        code,
    )


def _inputs_merge(case: _Case, found: dict[str, Fault]) -> Fault | None:
    if {"dead_start", "dead_layer", "twins", "fluctuation"} & found.keys() or len(case.hidden) < 2:
        return None
    apart = np.log(np.maximum(1 - case.observed.by_layer("correlation")[:, case.hidden], 1e-16))
    last = apart[:, -1]
    certainty = case.sure(-last - SIX_DEPTH_SCALES)
    # inputs that are alike from the beginning are the data's affair
    if not case.enough(certainty) or np.nanmedian(last - apart[:, 0]) > -SIX_DEPTH_SCALES / 2:
        return None
    where = [i for i, value in zip(case.hidden, _typical(apart), strict=True) if value < -SIX_DEPTH_SCALES]
    why, code = case.right_start(case.hidden)
    if case.activation(case.hidden) == "sigmoid":
        why, code = (
            "A sigmoid is never near 0, so that all inputs share its mean: use tanh, or ReLU, between layers.",
            case.code("tanh"),
        )
    level = "Level and no signal: the" if not {"vanishing_signal", "exploding_signal"} & found.keys() else "The"
    distance = float(np.nanmedian(last))
    distance = _factor(distance) if distance > math.log(ROUNDING) else f"less than {_factor(math.log(ROUNDING))}"
    return Fault(
        "inputs_merge",
        case.names(where),
        f"{level} outputs for two unlike inputs differ in a share of {distance} of their mean square at {case.observed.layers[case.hidden[-1]].name} "
        f"(1 minus their correlation): the network says nearly the same to every input.",
        certainty,
        f"{_size_of_weights(case, case.hidden, -1)} {why}".strip(),
        code,
    )


def _lost_by_chance(v: float) -> float:
    """Probability that a log-normal level of mean 1 and log-variance v is off by more than e⁶, on either side."""
    if not v > 0:
        return 0.0
    root = math.sqrt(v)
    return float(stats.norm.cdf((v / 2 - SIX_DEPTH_SCALES) / root) + stats.norm.sf((v / 2 + SIX_DEPTH_SCALES) / root))


def _quartile_variance(values: NDArray[np.float64]) -> float:
    """Variance over seeds by the distance of the quartiles, which one lost network does not move; nan below five seeds."""
    values = np.clip(values[~np.isnan(values)], -1e4, 1e4)
    if values.size < 5:
        return math.nan
    low, high = np.percentile(values, [25, 75])
    return float((high - low) / (2 * stats.norm.ppf(0.75))) ** 2


def _scatter(predicted: float, change: NDArray[np.float64]) -> float:
    """Log-variance over networks: as predicted for one input, or that of the seeds where it is clearly smaller.

    The predicted one is an upper bound: a batch of unlike inputs is an average. The quartiles of 20 seeds are off by a factor of 3
    in one case of some hundreds.
    """
    measured = _quartile_variance(change)
    return measured if measured < predicted / 3 else predicted


def _level_scatter(case: _Case) -> float:
    """Predicted log-variance of the signal that depth over width makes, without what an unstable level makes of it."""
    unamplified = float(case.expected.unamplified[case.hidden[-1]])
    return min(case.noise, unamplified) if math.isfinite(unamplified) else case.noise


def _fluctuation(case: _Case, found: dict[str, Fault]) -> Fault | None:
    others = {"dead_start", "vanishing_signal", "exploding_signal", "vanishing_gradient", "exploding_gradient", "twins"}
    if not case.is_chain or len(case.hidden) < 2 or others & found.keys() or not case.signals:
        return None
    signal, gradient = case.signals[0].values[:, -1], case.gradients[0].values[:, 0]
    expected, last = case.expected, case.hidden[-1]
    v, what, change = _scatter(_level_scatter(case), signal), "signal", signal
    back = float(expected.gradient_scatter[case.hidden[0]] - expected.gradient_scatter[last])
    if math.isfinite(back) and _scatter(back, gradient) > v:
        v, what, change = _scatter(back, gradient), "gradient", gradient
    lost = _lost_by_chance(v)
    if lost < ONE_IN_TWENTY or abs(case.predicted_change) > SIX_DEPTH_SCALES:
        return None
    # theory says so, and the seeds have been heard; they may make it surer: against the variance that loses one in twenty
    seeds, certainty = int(np.sum(~np.isnan(change))), SURE
    if seeds >= 5:
        limit = optimize.brentq(lambda one: _lost_by_chance(one) - ONE_IN_TWENTY, 1e-3, 100.0)
        certainty = max(SURE, float(stats.chi2.cdf((seeds - 1) * _quartile_variance(change) / limit, seeds - 1)))
    widths = [case.observed.layers[i].width for i in case.hidden]
    depth, width = len(widths), len(widths) / sum(1 / n for n in widths)
    values = change[np.isfinite(change)]
    measured = ""
    if len(values) > 1:
        low, high = _factor(float(values.min())), _factor(float(values.max()))
        measured = f" Over {case.observed.seeds} seeds it changed by factors from {low} to {high}."
    return Fault(
        "fluctuation",
        case.names(case.hidden),
        f"{depth} layers of {width:.0f} units: the mean level of the {what} is fine, that of one network is a matter of luck. Its logarithm scatters with "
        f"a standard deviation of {math.sqrt(v):.2g}, so that {_percent(lost)} of all draws are off by more than a factor of 400.{measured}",
        certainty,
        f"Make it wider or shallower: the variance of that logarithm goes with depth over width, here {depth / width:.2g}. A path around the layers, or a "
        "normalization between them, helps as well.",
        case.code("wider", width=max(2 * depth, round(2 * width)), now=round(width)),
    )


def _unstable_level(case: _Case, found: dict[str, Fault]) -> Fault | None:
    if (
        not case.is_chain
        or len(case.hidden) < 3
        or {"dead_start", "dead_layer", "twins"} & found.keys()
        or not case.signals
    ):
        return None
    slope, start = case.expected.slope[: case.hidden[-1]], case.expected.signal[case.hidden[0]]
    points = [point for point in _tips(case) if 0.1 < point.q / start < 10]
    if not points or not np.nanmax(slope) > 1:
        return None
    change = case.signals[0].values[:, -1]
    away = case.sure(np.abs(change) - TENFOLD)  # some seeds may go up and others down
    by_chance = _lost_by_chance(_scatter(case.noise, change)) >= ONE_IN_TWENTY > _lost_by_chance(_level_scatter(case))
    carried = {"vanishing_signal", "exploding_signal", "vanishing_gradient", "exploding_gradient"} & found.keys()
    if not case.enough(away) and not by_chance and not carried:
        return None
    tip = min(points, key=lambda point: abs(math.log(point.q / start)))
    name = case.activation(case.hidden)
    values = change[np.isfinite(change)]
    low, high = _factor(float(values.min())), _factor(float(values.max()))
    return Fault(
        "unstable_level",
        case.names(case.hidden),
        f"A mean square of {tip.q:.3g} would keep its level, as a pencil stands on its tip: what is off is carried away, {tip.slope:.3g} times as far in every layer. "
        f"Here the signal changed by factors from {low} to {high}.",
        max(away, SURE),
        f"No gain holds {name} at this depth: put a normalization between the layers, or take an activation whose level is stable (ReLU with He, tanh with 1/fan_in, SELU with "
        "LeCun; chapter 7).",
        case.code("normalize"),
    )


def _tips(case: _Case) -> tuple[meanfield.FixedLength, ...]:
    """Unstable fixed points above 0 of the length map of the hidden layers, if these are alike."""
    if case.expected.fixed is None or case.phi is None:
        return ()
    inner = case.hidden[1:]
    scale, bias = (float(np.mean(found[inner])) for found in (case.expected.sigma_w2, case.expected.sigma_b2))
    try:
        points = meanfield.fixed_lengths(case.phi, scale, bias)
    except ValueError:  # an activation that grows too fast
        return ()
    return tuple(point for point in points if point.stability == "unstable" and point.q > 0)


# ---- rules: units and biases -----------------------------------------------------------------------------------------
def _saturated(case: _Case, found: dict[str, Fault]) -> Fault | None:
    limit = A_TENTH if "chaotic" in found else HALF
    shares = _typical(case.observed.by_layer("saturated")[:, case.hidden]) if case.hidden else np.zeros(0)
    where = [i for i, share in zip(case.hidden, shares, strict=True) if share >= limit]
    if not where:
        return None
    most = int(np.nanargmax(shares))
    layer = case.observed.layers[case.hidden[most]]
    excess = case.observed.by_layer("saturated")[:, case.hidden[most]] - limit
    certainty = max(case.sure(excess), SURE)
    entered = (
        float(np.nanmedian(case.observed.input_second_moment))
        if np.isfinite(case.observed.input_second_moment).any()
        else 1.0
    )
    why, code = case.right_start(where)
    remedy = f"{_size_of_weights(case, [where[0], *where], 1)} {why}"
    if where == case.hidden[:1] and entered > LOUD_INPUT:
        remedy, code = (
            f"The inputs have a mean square of {_number(entered)}: bring them to mean 0 and variance 1.",
            case.code("inputs"),
        )
    return Fault(
        "saturated",
        case.names(where),
        f"In {layer.name} {_percent(float(shares[most]))} of the entries sit where {layer.activation} is nearly flat, with less than a twentieth of its slope.",
        certainty,
        remedy,
        code,
    )


def _dying_units(case: _Case, found: dict[str, Fault]) -> Fault | None:
    if "dead_start" in found:
        return None
    where, most, sure = [], 0.0, 0.0
    for i in case.hidden:
        layer = case.observed.layers[i]
        dead = layer.dead[~np.isnan(layer.dead) & (layer.dead < 1)]
        if not dead.size:
            continue
        share = float(dead.mean())
        chance = 0.5 / math.sqrt(layer.width * dead.size)  # of a share of one half, over units and seeds
        if share >= BORN_SILENT and share > 0.5 + FOUR_SIGMA * chance:
            where.append(i)
            most, sure = max(most, share), max(sure, float(stats.norm.cdf((share - 0.5) / chance)))
    if not where:
        return None
    biases = max((float(np.nan_to_num(np.median(_bias_share(case.observed.layers[i])))) for i in where), default=0.0)
    why, code = case.right_start(where)
    remedy = f"Weights without a sign leave at most half of them silent: look at their mean. {why}"
    if biases > ONE_IN_TWENTY:
        remedy, code = "Their biases hold them down: begin with zeros.", case.code("zero_bias")
    return Fault(
        "dying_units",
        case.names(where),
        f"Up to {_percent(most)} of the units of a layer are 0 for every input of the batch, more than the half that chance can silence. They learn nothing.",
        sure,
        remedy,
        code,
    )


def _bias_share(layer: ObservedLayer) -> NDArray[np.float64]:
    """Of a layer's mean square, what the biases make up."""
    return layer.bias_second_moment / layer.signal


def _bias_dominates(case: _Case, found: dict[str, Fault]) -> Fault | None:
    if not case.is_chain or "dead_start" in found:
        return None
    shares = [float(np.nan_to_num(np.median(_bias_share(case.observed.layers[i])))) for i in case.hidden]
    where = [i for i, share in zip(case.hidden, shares, strict=True) if share >= MOSTLY_BIAS]
    if not where:
        return None
    return Fault(
        "bias_dominates",
        case.names(where),
        f"Up to {_percent(min(max(shares), 1.0))} of a layer's mean square is its biases, which are the same for every input.",
        max(SURE, case.sure(np.max([_bias_share(case.observed.layers[i]) for i in where], axis=0) - MOSTLY_BIAS)),
        "Begin with biases of zero, or with much smaller ones.",
        case.code("zero_bias"),
    )


# ---- rules: the loss and the first step ------------------------------------------------------------------------------
def _first_loss(case: _Case, found: dict[str, Fault]) -> Fault | None:
    observed = case.observed
    if observed.loss_name != "cross_entropy" or observed.classes is None:
        return None
    ignorance = math.log(observed.classes)
    excess = np.where(np.isinf(observed.loss), 1e300, observed.loss) - TWICE_IGNORANCE * ignorance
    certainty = case.sure(excess) if np.isfinite(excess).any() else 0.0
    if certainty and observed.seeds < 5:
        certainty = SURE
    if not case.enough(certainty):
        return None
    loss, level = float(np.nanmedian(observed.loss)), float(np.nanmedian(observed.layers[-1].signal))
    follows = " That follows from the signal that explodes." if {"exploding_signal", "nonfinite"} & found.keys() else ""
    remedy = "Make the last layer's weights smaller, or zero: then the first steps teach instead of taking back."
    code = case.code("small_last")
    entered = observed.input_second_moment[np.isfinite(observed.input_second_moment)]
    if entered.size and np.median(entered) > LOUD_INPUT:
        remedy = f"The inputs have a mean square of {_number(float(np.median(entered)))}: bring them to mean 0 and variance 1."
        code = case.code("inputs")
    return Fault(
        "first_loss",
        observed.layers[-1].name,
        f"The first loss is {_number(loss)}. A network that knows nothing pays ln {observed.classes} = {ignorance:.3g}; this one is sure of what it "
        f"cannot know, its outputs have a mean square of {_number(level)}.{follows}",
        certainty,
        remedy,
        code,
    )


def _updates(case: _Case, found: dict[str, Fault]) -> Fault | None:
    upstream = {
        "dead_start",
        "dead_layer",
        "vanishing_signal",
        "vanishing_gradient",
        "exploding_signal",
        "exploding_gradient",
        "fluctuation",
        "nonfinite",
        "first_loss",
    }
    trained = [i for i, layer in enumerate(case.observed.layers) if layer.trainable and layer.kind != "normalization"]
    ratios = _typical(case.observed.by_layer("update_ratio")[:, trained]) if trained else np.zeros(0)
    known = [(i, float(ratio)) for i, ratio in zip(trained, ratios, strict=True) if np.isfinite(ratio) and ratio > 0]
    if not known or upstream & found.keys():
        return None
    lost = UNITS_OF_ROUNDING.get(case.observed.dtype, UNITS_OF_ROUNDING["float32"])
    (low, least), (high, most) = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
    names = case.observed.layers
    hidden = [(i, ratio) for i, ratio in known if i != len(names) - 1]
    loud = max(hidden, key=lambda one: one[1], default=(low, 0.0))
    if loud[1] > WHOLE_WEIGHT:
        where, evidence = (
            loud[0],
            f"The first step of {names[loud[0]].name} is {loud[1]:.2g} times as large as its weights: nothing is left of the start.",
        )
        factor = 0.01 / loud[1]
        remedy = f"Use a rate about {_factor(math.log(factor))} times as large; a step of a hundredth to a thousandth of the weights is usual."
    elif most < lost:
        where, evidence = (
            high,
            f"The largest step, of {names[high].name}, is {most:.1g} of its weights, less than {case.observed.dtype} can add to them.",
        )
        remedy = "Use a larger rate: a step of a hundredth to a thousandth of the weights is usual."
    elif most / least > UNEVEN:
        where, evidence = (
            low,
            (
                f"Against its weights the first step of {names[high].name} is {most / least:.0f} times as large as that of {names[low].name} "
                f"({most:.1g} and {least:.1g}): no one rate serves both."
            ),
        )
        remedy = "Give the layers rates of their own, or weights of one scale; Adam takes the gradient's scale out."
    else:
        return None
    target = {"rate": 0.01 / math.sqrt(least * most)}
    return Fault("frozen_or_uneven_updates", names[where].name, evidence, 1.0, remedy, f"rate *= {target['rate']:.1g}")


def _half_precision(case: _Case, found: dict[str, Fault]) -> Fault | None:
    observed = case.observed
    if observed.dtype not in ("float16", "bfloat16"):
        return None
    where, evidence = [], ""
    if observed.dtype == "float16":
        loud = FOUR_SIGMA * np.sqrt(_typical(np.maximum(observed.by_layer("signal"), 0)))
        where = [i for i, size in enumerate(loud) if size > FLOAT16_LARGEST]
        if where:
            evidence = f"Entries of {case.names(where)} reach {float(np.nanmax(loud)):.2g}; float16 ends at 65,504."
        else:
            steps = np.sqrt(_typical(observed.by_layer("weight_gradient")))
            where = [i for i, size in enumerate(steps) if observed.layers[i].trainable and 0 < size < FLOAT16_SMALLEST]
            if where:
                evidence = f"Weight gradients of {case.names(where)} are of size {float(np.nanmin(steps[where])):.1g}; float16 rounds to 0 what is below 3·10⁻⁸."
    if not where:
        ratios = _typical(observed.by_layer("update_ratio"))
        lost = UNITS_OF_ROUNDING[observed.dtype]
        where = [i for i, ratio in enumerate(ratios) if observed.layers[i].trainable and 0 < ratio < lost]
        if where:
            evidence = f"The first step is {float(np.nanmin(ratios[where])):.1g} of the weights in {case.names(where)}, and {observed.dtype} rounds away what is below {lost:.1g}."
    if not where:
        return None
    return Fault(
        "half_precision",
        case.names(where),
        evidence,
        1.0,
        "Keep the weights in float32 and compute in bfloat16, which reaches as far as float32; with float16 scale the loss.",
        case.code("float32"),
    )


_RULES: dict[str, Callable[[_Case, dict[str, Fault]], Fault | None]] = {
    "nonfinite": _nonfinite,
    "dead_start": _dead_start,
    "dead_layer": _dead_layer,
    "twins": _twins,
    "shared_weights": _shared_weights,
    "vanishing_signal": _signal_rule(-1),
    "exploding_signal": _signal_rule(1),
    "vanishing_gradient": _gradient_rule(-1),
    "exploding_gradient": _gradient_rule(1),
    "fluctuation": _fluctuation,
    "unstable_level": _unstable_level,
    "chaotic": _chaotic,
    "inputs_merge": _inputs_merge,
    "saturated": _saturated,
    "dying_units": _dying_units,
    "bias_dominates": _bias_dominates,
    "first_loss": _first_loss,
    "frozen_or_uneven_updates": _updates,
    "half_precision": _half_precision,
}
