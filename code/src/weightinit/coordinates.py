"""A coordinate check that gives a verdict: does a rule for start and rate hold at every width? (floor 8)

Train a few steps at several widths n and look at the sizes of what each layer computes, and of how it has changed since the
start. Under the maximal update parametrization (Yang & Hu 2021, arXiv:2011.14522) all changes keep their size when n grows.
Usually one looks at a plot of this (Yang, Hu et al. 2022, arXiv:2203.03466, as in github.com/microsoft/mup). Here each size is
fitted by a power n^s, with an interval of s over seeds, and compared with the power that it must have. Rules go wrong by half
a power or more, so a power is *right* if it is nearer to the one wanted than to the next half and its interval excludes that
half, *wrong* if it is the other way round, and otherwise *undecided*: take more seeds, or a wider range.

What breaks in one layer shows in many. So the same fit is made for the *rules*: for the start of each layer's weights and for
the step that its optimizer took, both with the multiplier in front of the layer counted in. These hardly scatter, and a wrong one is
the cause and has a name.

`coordinate_check` trains an :class:`weightinit.network.MLP`. `check_recorded` takes any model, of any library: a function that
trains it and returns arrays by name.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._validation import check_array, check_choice, check_int, check_number, check_rng
from weightinit.intervals import interval
from weightinit.losses import LOSSES
from weightinit.network import MLP
from weightinit.parametrizations import OPTIMIZERS
from weightinit.training import SGD, Adam

__all__ = ["Cause", "CoordinateCheck", "RecordedLayer", "Slope", "check_recorded", "coordinate_check"]

HALF = 0.25
"""A power is taken for the wanted one up to here: half of the way to the next that a wrong rule can have, ½ off."""

SHRINKS = 0.4
"""An array alone may shrink up to here, n^-0.4, without being called a fault; a recorded layer may if none of its rules is wrong. In
narrow networks an output that is not yet small at the start makes the first errors larger: with a loss and right rules, sizes of
12 data sets fell by up to n^-0.45 from width 32 to 256, and none grew by more than n^0.1."""

WANTED = {  # powers of n, with multipliers counted in: m σ, and the rate times m² (SGD) or m (Adam)
    "start": {"input": 0.0, "hidden": -0.5, "output": -1.0},
    "sgd": {"input": 1.0, "hidden": 0.0, "output": -1.0},
    "adam": {"input": 0.0, "hidden": -1.0, "output": -1.0},
    "sgd bias": {"input": 1.0, "hidden": 1.0, "output": 0.0},
    "adam bias": {"input": 0.0, "hidden": 0.0, "output": 0.0},
}
"""The maximal update parametrization, form "rates": github.com/microsoft/mup, `optim.py`, `layer.py` and `init.py`."""

SIZES = {
    "start": "size at the start",
    "change": "change since the start",
    "own": "change by its own weights",
    "bias": "change of its bias",
}
"""What is judged of a tensor, by name."""

RULES = {"std": "std of its weights", "rate": "rate of its weights", "bias rate": "rate of its bias"}
"""What is judged of how a recorded layer starts and moves; of the first step that moved it."""


@dataclass(frozen=True)
class RecordedLayer:
    """What a training run leaves of one linear layer, z = m (x @ W) + b, for one seed and one width.

    Record it on one fixed batch of B samples (or tokens: all axes but the last are samples), before the first step and after
    each of T steps.

    Attributes
    ----------
    inputs : array (T + 1, B, n_in)
        x. Of an embedding: one-hot rows.
    outputs : array (T + 1, B, n_out)
        z.
    weights : array (T + 1, n_in, n_out)
        W, in this order: PyTorch's `weight` must be transposed.
    biases : array (T + 1, n_out), optional
    weight_gradients : array (T, n_in, n_out), optional
        With which each step was made. Under SGD its rate can only be named with these.
    bias_gradients : array (T, n_out), optional
    multiplier : float, default 1
        m, at this width.

    Examples
    --------
    >>> layer = RecordedLayer(np.ones((2, 3, 4)), np.ones((2, 3, 5)), np.ones((2, 4, 5)))
    >>> layer.multiplier
    1.0
    """

    inputs: ArrayLike
    outputs: ArrayLike
    weights: ArrayLike
    biases: ArrayLike | None = None
    weight_gradients: ArrayLike | None = None
    bias_gradients: ArrayLike | None = None
    multiplier: float = 1.0


@dataclass(frozen=True)
class Slope:
    """The power s of one size, n^s.

    Attributes
    ----------
    tensor : str
    quantity : {"start", "change", "own", "bias", "std", "rate", "bias rate"}
        A size at the start, and how much it has changed: in all, by the layer's own weights, by its bias. Or a rule.
    step : int
        After how many steps.
    slope, low, high : float
        Mean over seeds, and its interval.
    wanted : float
        What a right rule gives; at most this, of an output's start, of a recorded layer's change in all, of an array alone at
        the start.
    verdict : {"right", "wrong", "undecided"}

    Examples
    --------
    >>> Slope("layer 1", "change", 1, 0.02, -0.03, 0.07, 0.0, "right").verdict
    'right'
    """

    tensor: str
    quantity: str
    step: int
    slope: float
    low: float
    high: float
    wanted: float
    verdict: str


@dataclass(frozen=True)
class Cause:
    """A rule that has the wrong power of n.

    Attributes
    ----------
    kind : str
        "input start", "hidden rate", "output multiplier", "hidden bias rate", … or "scale".
    tensor : str
    found, wanted : float
        Powers of n: of the start, the rate, or the multiplier; of a scale, of the size that it leaves wrong.
    message : str
        In words, with what to do.

    Examples
    --------
    >>> Cause("hidden rate", "layer 2", 0.0, -1.0, "…").kind
    'hidden rate'
    """

    kind: str
    tensor: str
    found: float
    wanted: float
    message: str


@dataclass(frozen=True)
class CoordinateCheck:
    """What :func:`coordinate_check` and :func:`check_recorded` find.

    Attributes
    ----------
    verdict : {"pass", "fail", "undecided"}
        "fail" if a rule has a wrong power, or, if none has, a size; "undecided" if seeds and widths do not decide.
    causes : tuple of Cause
        Which rules are broken, if any.
    slopes : tuple of Slope
    widths : tuple of int
    seeds : int
    steps : int
    optimizer : {"sgd", "adam"}
    confidence : float
    sizes : dict
        (tensor, quantity) → array (widths, T + 1, seeds), for drawing.

    Examples
    --------
    >>> CoordinateCheck("pass", (), (), (32, 64), 8, 3, "sgd", 0.99).to_dict()["verdict"]
    'pass'
    """

    verdict: str
    causes: tuple[Cause, ...]
    slopes: tuple[Slope, ...]
    widths: tuple[int, ...]
    seeds: int
    steps: int
    optimizer: str
    confidence: float
    sizes: dict[tuple[str, str], NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def passed(self) -> bool:
        """Is the verdict "pass"?"""
        return self.verdict == "pass"

    def to_dict(self) -> dict[str, Any]:
        """All but the sizes, as plain numbers, strings and lists: what `json.dumps` takes."""
        plain = {name: getattr(self, name) for name in ("verdict", "seeds", "steps", "optimizer", "confidence")}
        plain |= {"widths": list(self.widths), "tolerance": HALF}
        return plain | {name: [asdict(one) for one in getattr(self, name)] for name in ("causes", "slopes")}

    def to_json(self) -> str:
        """`to_dict` as text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        """The verdict, the causes, and of each tensor and quantity the slope that is farthest off."""
        lines = [f"coordinate check: {self.verdict} (widths {self.widths[0]} to {self.widths[-1]}, {self.seeds} seeds)"]
        lines += [f"  {cause.message}" for cause in self.causes]
        if self.verdict == "undecided":
            lines.append(
                "  no rule is wrong, but not all sizes decide: take more seeds, wider networks, or an output that starts at zero"
            )
        farthest: dict[tuple[str, str], Slope] = {}
        for slope in self.slopes:
            key = slope.tensor, slope.quantity
            if slope.quantity in RULES:
                continue
            if key not in farthest or _miss(slope) > _miss(farthest[key]):
                farthest[key] = slope
        for slope in farthest.values():
            lines.append(
                f"  {_MARKS[slope.verdict]} {slope.tensor}, {SIZES[slope.quantity]} (step {slope.step}): "
                f"n^{slope.slope:+.2f}, {slope.low:+.2f} to {slope.high:+.2f}"
            )
        return "\n".join(lines)


_MARKS = {"right": "✓", "wrong": "✗", "undecided": "?"}


def _miss(slope: Slope) -> float:
    return abs(slope.slope - slope.wanted) if slope.verdict != "right" else 0.0


def _above(miss: float, one_sided: bool) -> float:
    return max(miss, 0.0) if one_sided else abs(miss)


# ---- an MLP ----------------------------------------------------------------------------------------------------------
def coordinate_check(
    make: Callable[[int, np.random.Generator, int], tuple[MLP, SGD | Adam]],
    widths: Sequence[int],
    x: ArrayLike,
    y: ArrayLike | None = None,
    *,
    rng: np.random.Generator | int,
    steps: int = 3,
    seeds: int = 16,
    loss: str = "cross_entropy",
    confidence: float = 0.99,
) -> CoordinateCheck:
    """Train an MLP at several widths, and say whether start and rate follow the width, and which rule does not.

    Parameters
    ----------
    make : callable (width, rng, replicas) -> (network, optimizer)
        Makes the stack of that width, and a new optimizer. The rates must be large enough that a step is more than
        rounding, and small enough that the narrowest network does not diverge.
    widths : sequence of int
        At least three; 16 times between first and last is a good range. Below 32 the powers of a limit are hardly seen.
    x : array (B, n_0)
        One batch: every step uses all of it, and sizes are measured on it. A few unlike samples are enough.
    y : array, optional
        Labels or targets, as for :func:`weightinit.training.train`. Without them each output of each sample is pulled by a random force that
        does not change: C = mean over the samples of f·v. That is the sharper check. With a loss, an output that is not yet small
        at the start, as in a narrow network, changes the first errors and so all slopes.
    rng : numpy.random.Generator or int
    steps : int, default 3
        At least 2 if the last layer starts at zero: the layers below it move from the second step on.
    seeds : int, default 16
    loss : {"cross_entropy", "squared"}
        With `y`.
    confidence : float, default 0.99
        Of each interval.

    Returns
    -------
    CoordinateCheck

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable, or `make` returns something else; the message names it.

    Examples
    --------
    >>> from weightinit.parametrizations import parametrize
    >>> x = np.random.default_rng(0).standard_normal((8, 16))
    >>> def make(name):
    ...     rule = lambda n: parametrize(name, (16, n, n, 4), "adam", base=32)
    ...     return lambda n, rng, replicas: (rule(n).network(rng, replicas), rule(n).optimize(0.01))
    >>> coordinate_check(make("mup"), (32, 64, 128), x, rng=1).verdict
    'pass'
    >>> for cause in coordinate_check(make("standard"), (32, 64, 128), x, rng=1).causes:
    ...     print(cause.message)
    layer 2 (hidden): rate under Adam is constant, must fall like 1/n: divide by the width
    layer 3 (output): start shrinks too slowly, std is like 1/√n, must be like 1/n
    layer 3 (output): rate under Adam is constant, must fall like 1/n: divide by the width
    """
    _check_function(make, "make", "(width, rng, replicas) -> (MLP, optimizer)")
    steps, seeds = check_int(steps, "steps"), check_int(seeds, "seeds", 2)
    widths = _check_widths(widths)
    check_choice(loss, "loss", tuple(LOSSES))
    check_number(confidence, "confidence", 0, 1, closed="neither")
    kinds = set()
    shapes: dict[tuple[int, ...], int] = {}

    def recorded(width: int, stream: np.random.Generator) -> dict[str, RecordedLayer]:
        made = _called(make, "make", width, stream, seeds)
        if not isinstance(made, tuple) or len(made) != 2 or not isinstance(made[0], MLP):
            raise TypeError(f"make must return a pair (MLP, optimizer), got {made!r}")
        network, optimizer = made
        if network.replicas != seeds:
            raise ValueError(f"make must return {seeds} replicas, one a seed, got {network.replicas}")
        if not isinstance(optimizer, tuple(OPTIMIZERS.values())):
            raise TypeError(f"make must return an SGD or Adam behind the network, got {optimizer!r}")
        shapes.setdefault(network.widths, width)
        if shapes[network.widths] != width:
            raise ValueError(
                f"make must return a network of the width that it is given, got {network.widths} at {shapes[network.widths]} and at {width}"
            )
        kinds.update(name for name, kind in OPTIMIZERS.items() if isinstance(optimizer, kind))
        return _train(network, optimizer, x, y, steps, loss, force)

    force, *streams = check_rng(rng).spawn(len(widths) + 1)
    records = [recorded(width, stream) for width, stream in zip(widths, streams, strict=True)]
    if len(kinds) != 1:
        raise ValueError(
            f"make must return the same kind of optimizer at every width, got {' and '.join(sorted(kinds))}"
        )
    return _judge([_measure_all(record) for record in records], _roles(records), widths, kinds.pop(), confidence)


def _train(
    network: MLP,
    optimizer: SGD | Adam,
    x: ArrayLike,
    y: ArrayLike | None,
    steps: int,
    loss: str,
    force: np.random.Generator,
) -> dict[str, Any]:
    """Records of a whole stack: arrays with a replica axis behind that of the steps."""
    if y is None:
        shape = network.forward(x).shape
        # the same at every width: a copy of the stream
        pull = copy.deepcopy(force).standard_normal(shape) / shape[1]
    kept: list[dict[str, list[NDArray[Any]]]] = [{name: [] for name in _ARRAYS} for _ in range(network.depth)]
    for step in range(steps + 1):
        if y is None:
            network.forward(x)
            network.backward(pull)
        else:
            network.loss_and_gradients(x, y, loss)
        for layer, rows in enumerate(kept):
            now = {
                "inputs": network.activations[layer],
                "outputs": network.pre_activations[layer],
                "weights": network.weights[layer],
                "biases": network.biases[layer],
            }
            if step < steps:
                now["weight_gradients"] = network.weight_gradients[layer]
                now["bias_gradients"] = network.bias_gradients[layer]
            for name, array in now.items():
                rows[name].append(array.copy())
        if step < steps:
            optimizer.step(network)
    return {
        f"layer {layer}": RecordedLayer(**{name: np.stack(arrays) for name, arrays in rows.items()}, multiplier=m)
        for layer, (rows, m) in enumerate(zip(kept, network.multipliers, strict=True), 1)
    }


# ---- any model -------------------------------------------------------------------------------------------------------
def check_recorded(
    record: Callable[[int, int], Mapping[str, RecordedLayer | ArrayLike]],
    widths: Sequence[int],
    *,
    optimizer: str,
    seeds: int = 8,
    confidence: float = 0.99,
) -> CoordinateCheck:
    """Give the verdict of :func:`coordinate_check` for any model, from what a function of yours has recorded.

    Parameters
    ----------
    record : callable (width, seed) -> dict
        Makes the model of that width with that seed, trains it for a few steps, and returns by name either a
        :class:`RecordedLayer`, or an array (T + 1, …) of whatever must keep its size: the logits of an attention, a residual
        stream. Names and T are the same at every width.
    widths : sequence of int
        At least three.
    optimizer : {"sgd", "adam"}
        Whose rule it is. Whatever divides by the size of a gradient is "adam" here: AdamW, RMSProp, Lion.
    seeds : int, default 8
    confidence : float, default 0.99

    Returns
    -------
    CoordinateCheck
        An array alone is judged: its change must keep its size, and at the start it must not grow. Which rule is broken
        can only be named of a recorded layer, or if all recorded layers are in order: then it is a "scale" on the way.

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable, or the records do not fit together; the message names it.

    Examples
    --------
    A product of two vectors of length d that learn with steps of one size, as Adam's: divide it by d, not by √d.

    >>> def record(d, seed, power=1.0):
    ...     q, k = np.random.default_rng(seed).standard_normal((2, d))
    ...     return {"score": np.array([(q @ k) / d**power, (q + 0.1 * np.sign(k)) @ (k + 0.1 * np.sign(q)) / d**power])}
    >>> check_recorded(record, (64, 256, 1024), optimizer="adam", seeds=30).verdict
    'pass'
    >>> found = check_recorded(lambda d, seed: record(d, seed, 0.5), (64, 256, 1024), optimizer="adam", seeds=30)
    >>> found.verdict, found.causes[0].kind
    ('fail', 'scale')
    """
    _check_function(record, "record", "(width, seed) -> dict of arrays")
    optimizer = check_choice(optimizer, "optimizer", tuple(OPTIMIZERS))
    check_number(confidence, "confidence", 0, 1, closed="neither")
    seeds, widths = check_int(seeds, "seeds", 2), _check_widths(widths)
    measured, records, steps = [], [], set()
    for width in widths:
        runs = [_check_record(_called(record, "record", width, seed), width) for seed in range(seeds)]
        rows = [_measure_all(run) for run in runs]
        if len({tuple(row) for row in rows}) > 1:
            raise ValueError(f"record must return the same names for every seed, got others at width {width}")
        steps.update(row[name].shape[0] for row in rows for name in row if name[1] in ("size", "change"))
        if len(steps) > 1:
            raise ValueError(
                f"record must return one number of steps, at every width and seed, got {sorted(steps)} states"
            )
        measured.append({name: np.stack([row[name] for row in rows], axis=-1) for name in rows[0]})
        records.append(runs[0])
    if len({tuple(row) for row in measured}) > 1:
        raise ValueError("record must return the same names, and the same arrays of a layer, at every width")
    return _judge(measured, _roles(records), widths, optimizer, confidence)


def _check_record(record: Mapping[str, RecordedLayer | ArrayLike], width: int) -> dict[str, Any]:
    """Names with arrays whose first axis is the step, and whose shapes fit."""
    if not isinstance(record, Mapping) or not record:
        raise TypeError(f"record must return a dict of arrays by name, got {record!r}")
    checked: dict[str, Any] = {}
    for name, value in record.items():
        if not isinstance(value, RecordedLayer):
            array = _check_real(value, f"record[{name!r}]")
            if array.ndim < 1 or len(array) < 2:
                raise ValueError(
                    f"record[{name!r}] must have the steps on its first axis, at least 2, got {array.shape}"
                )
            if not np.isfinite(array[0]).all():
                raise ValueError(f"record[{name!r}] must be finite at the start, got nan or inf at width {width}")
            checked[name] = array
            continue
        arrays = {key: getattr(value, key) for key in _ARRAYS}
        arrays = {
            key: None if one is None and key not in _ARRAYS[:3] else _check_real(one, f"record[{name!r}].{key}")
            for key, one in arrays.items()
        }
        for key in ("inputs", "outputs"):  # all axes between steps and units are samples
            one = arrays[key]
            if one.ndim < 3:
                raise ValueError(f"record[{name!r}].{key} must have the shape (steps + 1, batch, n), got {one.shape}")
            arrays[key] = one.reshape(len(one), -1, one.shape[-1])
        times, n_in, n_out = len(arrays["inputs"]), arrays["inputs"].shape[-1], arrays["outputs"].shape[-1]
        shapes = {
            "outputs": (times, arrays["inputs"].shape[1], n_out),
            "weights": (times, n_in, n_out),
            "biases": (times, n_out),
            "weight_gradients": (times - 1, n_in, n_out),
            "bias_gradients": (times - 1, n_out),
        }
        for key, shape in shapes.items():
            if arrays[key] is not None and arrays[key].shape != shape:
                raise ValueError(
                    f"record[{name!r}].{key} must have the shape {shape}, got {arrays[key].shape} at width {width}"
                )
        m = check_number(value.multiplier, f"record[{name!r}].multiplier", 0, closed="neither")
        checked[name] = RecordedLayer(**arrays, multiplier=m)
    return checked


_ARRAYS = ("inputs", "outputs", "weights", "biases", "weight_gradients", "bias_gradients")


def _check_function(function: Any, name: str, takes: str) -> None:
    if not callable(function):
        raise TypeError(f"{name} must be a function {takes}, got {function!r}")


def _called(function: Callable[..., Any], name: str, width: int, *more: Any) -> Any:
    """What somebody else's function returns at a width; whatever it raises is told with the name of the argument."""
    try:
        return function(width, *more)
    except Exception as error:
        said = next(iter(str(error).splitlines()), "")
        raise ValueError(f"{name} failed at width {width}: {type(error).__name__}: {said}") from error


def _check_real(value: Any, name: str) -> NDArray[np.float64]:
    array = check_array(value, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got {array.dtype} entries")
    return array.astype(np.float64)


def _check_widths(widths: Sequence[int]) -> tuple[int, ...]:
    if isinstance(widths, (str, bytes)) or not isinstance(widths, (Sequence, np.ndarray)):
        raise TypeError(f"widths must be a sequence of integers, got {widths!r}")
    checked = tuple(check_int(width, "widths") for width in widths)
    if len(checked) < 3 or list(checked) != sorted(set(checked)):
        raise ValueError(f"widths must be at least three, growing, got {widths!r}")
    return checked


# ---- sizes -----------------------------------------------------------------------------------------------------------
def _rms(values: NDArray[Any], axes: int) -> NDArray[np.float64]:
    """Root of the mean square over the last axes; inf if a value is not finite."""
    with np.errstate(all="ignore"):
        found = np.sqrt(np.mean(np.square(values, dtype=np.float64), axis=tuple(range(-axes, 0))))
    return np.where(np.isnan(found), np.inf, found)


def _measure_all(record: Mapping[str, Any]) -> dict[tuple[str, str], NDArray[np.float64]]:
    """(tensor, quantity) → its size by step, (T + 1,) or (T + 1, seeds); what belongs to a step made stands where it began."""
    found: dict[tuple[str, str], NDArray[np.float64]] = {}
    for name, what in record.items():
        if not isinstance(what, RecordedLayer):
            axes = what.ndim - 1
            found[name, "size"], found[name, "change"] = _rms(what, axes), _rms(what - what[0], axes)
            continue
        m, weights = what.multiplier, what.weights
        with np.errstate(all="ignore"):
            found[name, "size"] = _rms(what.outputs, 2)
            found[name, "change"] = _rms(what.outputs - what.outputs[0], 2)
            found[name, "own"] = _rms(m * (what.inputs @ (weights - weights[0])), 2)
            found[name, "weights"] = m * _rms(weights, 2)
            found[name, "multiplier"] = np.full_like(found[name, "weights"], m)
            found[name, "step"] = m * _rms(np.diff(weights, axis=0), 2)
            if what.weight_gradients is not None:
                found[name, "gradient"] = _rms(what.weight_gradients, 2) / m
            if what.biases is not None:
                found[name, "bias"] = _rms(what.biases - what.biases[0], 1)
                found[name, "bias step"] = _rms(np.diff(what.biases, axis=0), 1)
                if what.bias_gradients is not None:
                    found[name, "bias gradient"] = _rms(what.bias_gradients, 1)
    return found


def _roles(records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Of each recorded layer, which of its sides grow from the narrowest to the widest."""
    names = {(False, True): "input", (True, True): "hidden", (True, False): "output", (False, False): "fixed"}
    roles = {}
    for name, narrow in records[0].items():
        if isinstance(narrow, RecordedLayer):
            shapes = np.shape(narrow.weights)[-2:], np.shape(records[-1][name].weights)[-2:]
            roles[name] = names[shapes[0][0] < shapes[1][0], shapes[0][1] < shapes[1][1]]
    return roles


# ---- powers ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Power:
    """A fitted power with its interval."""

    slope: float
    low: float
    high: float


def _fit(sizes: NDArray[np.float64], widths: Sequence[int], confidence: float) -> _Power | None:
    """The power of sizes (widths, seeds): a line through logarithms for each seed. None where something has not moved yet."""
    if (sizes <= 0).any():
        return None
    if not np.isfinite(sizes).all():
        return _Power(np.inf, np.inf, np.inf)
    slopes = np.polyfit(np.log(widths), np.log(sizes), 1)[0]
    found = interval(slopes, confidence=confidence)
    return _Power(float(found.center), float(found.low), float(found.high))


def _verdict(power: _Power, wanted: float, one_sided: bool) -> str:
    """Nearer to the wanted power than to the next half, and sure of it?"""
    miss, low, high = power.slope - wanted, power.low - wanted, power.high - wanted
    near = _above(miss, one_sided) <= HALF
    excludes_half = high < 2 * HALF and (one_sided or low > -2 * HALF)
    excludes_wanted = low > 0 or (high < 0 and not one_sided)
    if near and excludes_half:
        return "right"
    return "wrong" if not near and excludes_wanted else "undecided"


def _judge(
    measured: Sequence[Mapping[tuple[str, str], NDArray[np.float64]]],
    roles: Mapping[str, str],
    widths: tuple[int, ...],
    optimizer: str,
    confidence: float,
) -> CoordinateCheck:
    confidence = check_number(confidence, "confidence", 0, 1, closed="neither")
    _check_steps(measured, widths)
    sizes = {key: np.stack([one[key] for one in measured]) for key in measured[0]}
    slopes = []
    for (tensor, quantity), values in sizes.items():
        if quantity == "size":
            wanted = -0.5 if roles.get(tensor) == "output" else 0.0
            # of an output nothing but zero is too small; of an array alone nothing is known but that it must not grow
            one_sided = roles.get(tensor) not in ("input", "hidden")
            slopes += _slopes(tensor, "start", values[:, :1], widths, confidence, wanted, one_sided)
        elif quantity in SIZES:
            # what a recorded layer changes by its own weights is judged by itself; all in all it must not grow
            one_sided = quantity == "change" and tensor in roles
            slopes += _slopes(tensor, quantity, values, widths, confidence, 0.0, one_sided)
    wrong = [s for s in slopes if s.verdict == "wrong" and (s.slope > s.wanted or _shrunk(s, roles))]
    rules = [slope for tensor in roles for slope in _rules(sizes, tensor, roles[tensor], widths, optimizer, confidence)]
    causes = [cause for tensor in roles for cause in _causes(sizes, tensor, roles[tensor], optimizer, widths, rules)]
    if wrong and not causes:
        causes = [_scale(next((slope for slope in wrong if slope.tensor not in roles), wrong[0]))]
    slopes += rules
    # where nothing ever changes, nothing is shown
    moved = any(values.any() for (tensor, quantity), values in sizes.items() if quantity == "change")
    right = moved and all(slope.verdict == "right" for slope in slopes)
    verdict = "fail" if causes else "pass" if right else "undecided"
    steps, seeds = next(iter(sizes.values())).shape[1:]
    kept = {key: values for key, values in sizes.items() if key[1] in (*SIZES, "size")}
    return CoordinateCheck(verdict, tuple(causes), tuple(slopes), widths, seeds, steps - 1, optimizer, confidence, kept)


def _check_steps(measured: Sequence[Mapping[tuple[str, str], NDArray[np.float64]]], widths: Sequence[int]) -> None:
    """Steps that are nothing but rounding have no power of n."""
    for sizes, width in zip(measured, widths, strict=True):
        for (tensor, quantity), step in sizes.items():
            if quantity == "step":
                largest, weights = step.max(axis=0), sizes[tensor, "weights"][0]
                gradient = sizes.get((tensor, "gradient"))
                pulled = largest > 0 if gradient is None else gradient.max(axis=0) > 0
                if np.any(pulled & (largest < np.finfo(np.float64).eps * weights)):
                    raise ValueError(
                        f"rates must be large enough for steps that are more than rounding, got steps of {np.min(largest):.1g} against "
                        f"weights of {np.min(weights):.1g} in {tensor} at width {width}"
                    )


def _shrunk(slope: Slope, roles: Mapping[str, str]) -> bool:
    return slope.tensor not in roles and slope.slope < slope.wanted - SHRINKS


def _slopes(
    tensor: str,
    quantity: str,
    values: NDArray[np.float64],
    widths: Sequence[int],
    confidence: float,
    wanted: float,
    one_sided: bool,
) -> list[Slope]:
    """Of every step at which all networks have moved."""
    found = []
    for step in range(values.shape[1]):
        power = _fit(values[:, step], widths, confidence)
        if power is not None:
            verdict = _verdict(power, wanted, one_sided)
            found.append(Slope(tensor, quantity, step, power.slope, power.low, power.high, wanted, verdict))
    return found


# ---- rules and causes ------------------------------------------------------------------------------------------------
def _rules(
    sizes: Mapping[tuple[str, str], NDArray[np.float64]],
    tensor: str,
    role: str,
    widths: Sequence[int],
    optimizer: str,
    confidence: float,
) -> list[Slope]:
    """Powers of a layer's start and rates: of the first step at which it moved."""
    if role == "fixed":
        return []
    wanted = {
        "std": WANTED["start"][role],
        "rate": WANTED[optimizer][role],
        "bias rate": WANTED[f"{optimizer} bias"][role],
    }
    moved = {"std": sizes[tensor, "weights"][:, :1]}
    for rule, step, gradient in (("rate", "step", "gradient"), ("bias rate", "bias step", "bias gradient")):
        values, below = sizes.get((tensor, step)), sizes.get((tensor, gradient))
        if values is None or (optimizer == "sgd" and below is None):
            continue  # without its gradients nobody can tell a large rate from a large gradient
        moved[rule] = values if optimizer == "adam" else _quotient(values, below)
    found = []
    for rule, values in moved.items():
        # a smaller start of the output, or none, is no fault
        found += _slopes(tensor, rule, values, widths, confidence, wanted[rule], rule == "std" and role == "output")[:1]
    return found


def _quotient(values: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """0, "has not moved", where there was no gradient."""
    with np.errstate(all="ignore"):
        return np.where(below > 0, values / below, 0.0)


def _causes(
    sizes: Mapping[tuple[str, str], NDArray[np.float64]],
    tensor: str,
    role: str,
    optimizer: str,
    widths: Sequence[int],
    rules: Sequence[Slope],
) -> list[Cause]:
    """The wrong rules of a layer, in words; if one multiplier explains two of them, that."""
    wrong = {rule.quantity: rule for rule in rules if rule.tensor == tensor and rule.verdict == "wrong"}
    if not wrong:
        return []
    who, by = f"{tensor} ({role})", {"sgd": "SGD", "adam": "Adam"}[optimizer]
    causes = []
    # a multiplier that is off by a factor moves the start by it, and the step by its square under SGD, by itself under Adam
    off = {rule: slope.slope - slope.wanted for rule, slope in wrong.items()}
    share = 2.0 if optimizer == "sgd" else 1.0
    if {"std", "rate"} <= set(wrong) and abs(off["rate"] - share * off["std"]) < HALF:
        std, rate = wrong.pop("std"), wrong.pop("rate")
        now = np.polyfit(np.log(widths), np.log(sizes[tensor, "multiplier"][:, 0, 0]), 1)[0]
        right = float(now - off["std"])
        message = (
            f"{who}: multiplier is {_like(now)}, with this start and rate it must be {_like(right)} "
            f"(or without one: std {_like(std.wanted)}, rate under {by} {_like(rate.wanted)})"
        )
        causes.append(Cause(f"{role} multiplier", tensor, float(now), right, message))
    if "std" in wrong:
        std = wrong["std"]
        way = _way(std.slope, off["std"])
        message = f"{who}: start {way}, std is {_like(std.slope)}, must be {_like(std.wanted)}"
        causes.append(Cause(f"{role} start", tensor, std.slope, std.wanted, message))
    for rule, what in (("rate", "rate"), ("bias rate", "rate of its bias")):
        if rule in wrong:
            found, wanted = wrong[rule].slope, wrong[rule].wanted
            causes.append(Cause(f"{role} {rule}", tensor, found, wanted, _rate(who, what, by, found, wanted)))
    return causes


def _rate(who: str, what: str, by: str, found: float, wanted: float) -> str:
    more = wanted - found
    do = f"multiply by {_law(more)}" if more > 0 else "divide by " + _law(-more)
    do = do.replace("by n", "by the width") if do.endswith("by n") else do
    return f"{who}: {what} under {by} {_goes(found)}, must {_goes(wanted, bare=True)}: {do}"


def _scale(slope: Slope) -> Cause:
    more = slope.slope - slope.wanted
    way = "smaller" if more > 0 else "larger"
    much = _law(abs(more)) if np.isfinite(more) else "a power of n"
    message = (
        f"{slope.tensor}: its {SIZES[slope.quantity]} goes like {_law(slope.slope)}, and the starts and rates of the layers "
        f"that were recorded are not the cause: a scale on the way must be {way} by {much} (attention: 1/d in place of 1/√d)"
    )
    return Cause("scale", slope.tensor, slope.slope, slope.wanted, message)


def _way(found: float, off: float) -> str:
    if off > 0:
        return "shrinks too slowly" if found < -HALF else "does not shrink" if found < HALF else "grows"
    return "shrinks too fast" if found < -HALF else "grows too slowly"


def _half(power: float) -> float:
    return round(2 * power) / 2


def _law(power: float) -> str:
    """A power of n as people write it, to the nearest half."""
    if not np.isfinite(power):
        return "no power of n"
    half = _half(power)
    names = {0.0: "1", 0.5: "√n", 1.0: "n"}
    text = names.get(abs(half), f"n^{abs(half):g}")
    return text if half >= 0 else f"1/{text}"


def _like(power: float) -> str:
    return "constant" if _half(power) == 0 else f"like {_law(power)}"


def _goes(power: float, bare: bool = False) -> str:
    half = _half(power)
    if half == 0:
        return "be constant" if bare else "is constant"
    verb = "grow" if half > 0 else "fall"
    return f"{verb}{'' if bare else 's'} like {_law(power)}"
