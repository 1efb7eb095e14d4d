"""What the hidden tests of problem set 4 share: how a start is drawn, looked at and trained (floor 0).

Everything that a submission could prepare for is drawn from the `seeds` that a test hands over, and those from the term's
secret: which digits are learned, in which order their pixels and their classes come, what the generators of the start and
of the training hold. A start that was trained on the digits beforehand has learned the pixels in another order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from weightinit import activations, grading, network, training
from weightinit.grading import Finding, Report, check_that

Variant = Mapping[str, Any]
Start = Callable[[list[int], float, np.random.Generator], Any]
Weights = list[np.ndarray]

LEAK = {"tanh": 0.2, "softsign": 0.2, "elu": 0.2, "silu": 0.6}
# Of Gauss–Hermite rules that a learner may take; a rule is told by its digits, so only these are known.
NODES = (10, 20, 21, 30, 31, 32, 40, 41, 50, 51, 60, 64, 80, 99, 100, 101, 120, 128, 150, 151, 200, 201, 256, 300)
NETWORKS = 7  # of each kind; the median of them is judged
TRIALS = 3  # of a training that misses its threshold by little
_COPIED = "Two layers are the same matrix, or nearly, up to a factor. Their product is a power, not one of independent layers."
ALIKE = 0.999  # cosine of two matrices, or more: copies, up to a factor and a little noise
LEVEL = 3.0  # decades between the largest and the smallest second moment


# ---- theory ---------------------------------------------------------------------------------------------------------
def activation(variant: Variant) -> activations.Activation:
    """The activation of a variant."""
    base, scale, leak = activations.get(variant["activation"]), variant["scale"], LEAK[variant["activation"]]

    def f(z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        z = np.asarray(z)
        return np.multiply(base.f(z) + z.dtype.type(leak) * z, z.dtype.type(scale), out=out)

    def df(z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        z = np.asarray(z)
        return np.multiply(base.df(z) + z.dtype.type(leak), z.dtype.type(scale), out=out)

    return activations.Activation("phi", f, df, (0.0,))


def expect(variant: Variant, q: float) -> tuple[float, float, float, float]:
    """E[φ], E[φ²], E[φ'], E[φ'²] for z ~ N(0, q), by midpoints: no node on the kink."""
    act = activation(variant)
    t = (np.arange(8_000) + 0.5) / 400 - 10
    weight = np.exp(-t * t / 2)
    weight /= weight.sum()
    f, df = act.f(math.sqrt(q) * t), act.df(math.sqrt(q) * t)
    return float(weight @ f), float(weight @ f**2), float(weight @ df), float(weight @ df**2)


def predict(
    variant: Variant, widths: Sequence[int], variances: Sequence[float], m_0: float, kind: str = "right"
) -> np.ndarray:
    """Second moments of z_1, …, z_L; `kind` names a mistake."""
    act, predicted = activation(variant), []
    incoming = expect(variant, m_0)[1] if kind == "early" else m_0
    for fan_in, fan_out, variance in zip(widths[:-1], widths[1:], variances, strict=True):
        fan = fan_out if kind == "fan_out" else fan_in
        predicted.append(fan * (variance**2 if kind == "squared" else variance) * incoming)
        mean, square = expect(variant, predicted[-1])[:2]
        point = float(act.f(math.sqrt(predicted[-1])) ** 2)
        incoming = {"linear": predicted[-1], "variance": square - mean**2, "point": point}.get(kind, square)
    return np.sqrt(predicted) if kind == "root" else np.array(predicted)


def measure(
    variant: Variant, weights: Weights, x: np.ndarray, gradient: np.ndarray, kind: str = "right"
) -> list[np.ndarray]:
    """Second moments of z_l and δ_l, layer by layer; `kind` names a mistake."""
    act = activation(variant)
    zs, signal = [], act.f(x) if kind == "early" else x
    for weight in weights:
        zs.append(signal @ weight)
        signal = zs[-1] if kind == "linear" else act.f(zs[-1])
    slopes = [act.df(act.f(z) if kind in ("slope at x", "x for z") else z) for z in zs]
    deltas = [gradient * slopes[-1] if kind == "slope at the output" else gradient]
    arrived = [gradient]
    for layer in range(len(weights) - 1, 0, -1):
        arrived.insert(0, deltas[0] @ weights[layer].T)
        deltas.insert(0, arrived[0] if kind == "no slope" else slopes[layer - 1] * arrived[0])
    after = [act.f(z) for z in zs]
    forward = {
        "after": after[:-1] + zs[-1:],
        "after all": after,
        "x for z": after,
        "inputs first": [x, *after[:-1]],
    }.get(kind, zs)
    backward = {"before the slope": arrived, "reversed": deltas[::-1]}.get(kind, deltas)
    size = {
        "variance": np.var,
        "root": lambda a: np.sqrt(np.mean(a**2)),
        "deviation": np.std,
        "square of the mean": lambda a: np.mean(a) ** 2,
        "size": lambda a: np.mean(np.abs(a)),
        "sum": lambda a: np.sum(a**2) / len(a),
        "sum over the batch": lambda a: np.sum(a**2) / a.shape[1],
        "sum over all": lambda a: np.sum(a**2),
    }.get(kind, lambda a: np.mean(a**2))
    return [np.array([size(a) for a in arrays]) for arrays in (forward, backward)]


def gains_by_gauss_hermite(variant: Variant, q: float, count: int) -> tuple[float, float]:
    """Both gains at q by a rule with so many nodes: exact for a polynomial, not for a bend that falls between two nodes."""
    act, (nodes, weights) = activation(variant), _gauss_hermite(count)
    z = math.sqrt(q) * nodes
    return math.sqrt(q / float(weights @ act.f(z) ** 2)), float(weights @ act.df(z) ** 2) ** -0.5


@cache
def _gauss_hermite(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for the standard normal law."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / math.sqrt(2 * math.pi)


def check_last_q(
    title: str,
    answer: Any,
    variant: Variant,
    widths: np.ndarray,
    variances: np.ndarray,
    confused: Mapping[str, np.ndarray],
) -> Report:
    """Report on a prediction of q_L; `confused` holds other variances that may be put in, by what is said then."""
    m_0 = variant["input_scale"] ** 2

    def predicted(m_0: float, variances: np.ndarray = variances) -> np.ndarray:
        return predict(variant, widths, variances, m_0)

    *_, early, right = map(float, predicted(m_0))
    confused = {"You put in standard deviations; predict_q takes variances.": np.sqrt(variances), **confused}
    foreseen = [
        (early, "This is q_39. Count: 41 widths are 40 weight layers.", 0.7),
        (right**0.5, "This is its root, the root mean square.", 0.6),
        (float(predicted(1.0)[-1]), "This is for inputs of mean square 1; yours differ.", 0.6),
        (float(predicted(variant["input_scale"])[-1]), "m_0 is a mean square; you put in its root.", 0.7),
        *((float(predicted(m_0, others)[-1]), message, 0.6) for message, others in confused.items()),
    ]
    return grading.check_number(
        title,
        answer,
        right,
        rtol=0.03,
        # a level that is stable forgets its inputs and is the same in every layer: then these are right
        alternatives=[
            grading.alternative(wrong, message, credit)
            for wrong, message, credit in foreseen
            if not math.isclose(wrong, right, rel_tol=0.06)
        ],
    )


# ---- a start --------------------------------------------------------------------------------------------------------
def your_widths(variant: Variant) -> tuple[tuple[int, ...], float]:
    """The widths and the inputs' root mean square that the students know."""
    return (64, *[variant["wide"], variant["narrow"]] * 19, variant["wide"], 10), variant["input_scale"]


def other_widths(variant: Variant) -> tuple[tuple[int, ...], float]:
    """Those that they do not know."""
    widths = (64, *[48, variant["wide"] + 8, variant["narrow"]] * 13, 10)
    return widths, 1.0 if variant["input_scale"] < 1 else 0.5


class _Unfit(Exception):
    """What a start returned is no list of matrices; carries the report."""

    def __init__(self, title: str, message: str):
        super().__init__(message)
        self.report = check_that(title, False, message)


def _drawn(start: Start, widths: tuple[int, ...], scale: float, seed: Sequence[int], title: str) -> Weights:
    """The matrices of one network."""
    shapes = list(zip(widths[:-1], widths[1:], strict=True))
    drawn = start(list(widths), float(scale**2), np.random.default_rng(seed))
    if not isinstance(drawn, (list, tuple)) or len(drawn) != len(shapes):
        raise _Unfit(title, f"start must return a list of {len(shapes)} matrices for {len(widths)} widths.")
    matrices = [np.asarray(matrix) for matrix in drawn]
    for layer, (matrix, shape) in enumerate(zip(matrices, shapes, strict=True), 1):
        if matrix.shape != shape or matrix.dtype.kind not in "iuf":
            said = f"Layer {layer} must be a real matrix of shape {shape}, got {matrix.dtype} {matrix.shape}."
            raise _Unfit(title, said)
        if not np.isfinite(matrix).all():
            raise _Unfit(title, f"Layer {layer} holds nan or infinite numbers.")
    return [matrix.astype(float) for matrix in matrices]


def _law(weights: Weights) -> str:
    """Which plain start the matrices look like."""
    for name, law in [("Xavier", lambda a, b: 2 / (a + b)), ("He", lambda a, b: 2 / a)]:
        ratios = [np.mean(w**2) / law(*w.shape) for w in weights[1:-1]]
        if 0.9 < np.mean(ratios) < 1.1 and np.std(ratios) < 0.15:
            return f"These are {name}'s variances, and they do not fit this activation. "
    return ""


def check_level(title: str, start: Start, variant: Variant, seed: int) -> Report:
    """Report on how a start draws, and on signal and gradient in its hidden layers, for both kinds of networks.

    The last layer is left out: it may be made small on purpose, or zero. What comes back to the hidden layers is a random
    gradient at the last activation.
    """
    report, found = Report(title), []
    for widths, scale in (your_widths(variant), other_widths(variant)):
        try:
            networks = [_drawn(start, widths, scale, [seed, len(widths), k], title) for k in range(NETWORKS)]
            again = _drawn(start, widths, scale, [seed, len(widths), 0], title)
        except _Unfit as unfit:
            return unfit.report
        draws = _check_draws(title, networks, again)
        report &= draws
        if any(finding.message == _COPIED for finding in draws.findings):  # judge the rest as if each were drawn anew
            networks = [
                [networks[(k + layer) % NETWORKS][layer] for layer in range(len(widths) - 1)] for k in range(NETWORKS)
            ]
        rng, logs = np.random.default_rng([seed, 77]), []
        with np.errstate(all="ignore"):
            for weights in networks:
                x = rng.normal(0, scale, (64, widths[0]))
                back = rng.standard_normal((64, widths[-2]))
                logs.append(np.log10(measure(variant, weights[:-1], x, back, "slope at the output")))
        q, g = np.median(np.array(logs), axis=0)
        found.append((_law(networks[0]), q, g))
    with np.errstate(invalid="ignore"):
        follows = abs(found[0][1][0] - found[1][1][0]) > math.log10(4)
    plain = any(law for law, _, _ in found)  # Xavier's and He's are told that, not also what comes of it
    if follows and not plain:
        said = "The first layer does not look at the inputs' scale: q_1 follows m_0."
        report &= check_that(title, False, said, credit=0.6)
    for law, q, g in found:
        for name, values in (("signal's second moment", q), ("gradient's second moment", g)):
            with np.errstate(invalid="ignore"):
                spread = float(np.max(values) - np.min(values))
            # a first layer that does not look is told that, not also what comes of it
            if spread <= (LEVEL + 2 if follows and not law else LEVEL):
                continue
            ends = f"10^{values[0]:.1f} in layer 1, 10^{values[-1]:.1f} in layer {len(values)}"
            # Xavier's and He's are worth more than a guess, and so is what misses by a little: a gain that is 10 % off
            credit = 0.2 if law or spread <= 2 * LEVEL else 0.0  # nan and infinity: a dead start
            return report & check_that(title, False, f"{law}The {name} is not level: {ends}.", credit=credit)
    return report


def _check_draws(title: str, networks: list[Weights], again: Weights) -> Report:
    """Whether the hidden layers were drawn from the generator, each for itself."""
    hidden = [network[:-1] for network in networks]
    report = Report(title)
    copied, repeated = _copies(hidden)
    if repeated:
        said = "Other seeds give the same matrices: draw from the generator that you are given."
        report &= check_that(title, False, said, credit=0.4)
    elif not all(
        np.allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(a).max()) for a, b in zip(networks[0], again, strict=True)
    ):
        report &= Report(title, (Finding.named("generator_ignored"),))
    return report & check_that(title, False, _COPIED, credit=0.4) if copied else report


def _copies(networks: list[Weights]) -> tuple[bool, bool]:
    """Whether two matrices of one shape are alike: of the same network, of different ones. All pairs are looked at."""
    of_shape: dict[tuple[int, ...], list[tuple[int, np.ndarray]]] = {}
    for number, weights in enumerate(networks):
        for matrix in weights:
            flat = matrix.ravel() / (np.abs(matrix).max() or 1.0)
            flat = flat if flat.any() else flat + 1.0  # nothing drawn is like any other constant
            of_shape.setdefault(matrix.shape, []).append((number, flat / np.linalg.norm(flat)))
    copied = repeated = False
    for drawn in of_shape.values():
        numbers, rows = np.array([number for number, _ in drawn]), np.array([flat for _, flat in drawn])
        alike = np.triu(np.abs(rows @ rows.T) > ALIKE, 1)
        same = numbers[:, None] == numbers
        copied, repeated = copied or bool(np.any(alike & same)), repeated or bool(np.any(alike & ~same))
    return copied, repeated


def check_training(
    title: str,
    start: Start,
    learning_rate: float,
    variant: Variant,
    net: tuple[tuple[int, ...], float],
    threshold: float,
    seed: int,
) -> Report:
    """Train the start by the recipe, with other digits, pixels and classes in another order; what the median loss earns.

    The median of a right start scatters by a quarter: one that misses the threshold by less than a factor of two is
    measured again, with everything drawn anew, and the best of three counts.
    """
    best, law = math.inf, ""
    for trial in range(TRIALS):
        try:
            networks = [
                _drawn(start, net[0], net[1], [seed, trial, len(net[0]), 100 + k], title) for k in range(NETWORKS)
            ]
        except _Unfit as unfit:
            return unfit.report
        law = _law(networks[0])
        best = min(best, _median_loss(networks, float(learning_rate), variant, net, [seed, trial]))
        if not threshold <= best < 2 * threshold:
            break
    if best < threshold:
        return Report(title, (), (f"median loss {best:.2f}",))
    said = f"The median loss is {best:.2f}" if math.isfinite(best) else "Most networks diverge"
    message = f"{law}{said} after {variant['steps']} steps, {threshold:g} is wanted."
    if best < 2 * threshold:
        credit = 0.7
    elif best < 1.5:
        credit = 0.4
    else:  # a start that does not get there is worth something if it is level
        credit = 0.1 if check_level(title, start, variant, seed).credit >= 0.6 else 0.0
    return check_that(title, False, message, credit=credit)


def _median_loss(
    networks: list[Weights], learning_rate: float, variant: Variant, net: tuple[tuple[int, ...], float], seed: list[int]
) -> float:
    """After the last step; infinite if most networks diverge."""
    widths, scale = net
    x, y = _digits(scale, np.random.default_rng([*seed, 1]))
    stack = network.MLP(widths, activation(variant), init="zeros", rng=0, replicas=NETWORKS, dtype=np.float32)
    with np.errstate(over="ignore"):
        for into, *drawn in zip(stack.weights, *networks, strict=True):
            into[...] = np.array(drawn)
    run = training.train(
        stack,
        x,
        y,
        optimizer=training.SGD(min(max(learning_rate, 1e-5), 0.1), momentum=0.9),
        steps=variant["steps"],
        batch_size=32,
        rng=np.random.default_rng([*seed, 2]),
        record_every=variant["steps"],
    )
    return float(np.median(np.nan_to_num(run.loss[:, -1], nan=np.inf)))


def _digits(scale: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """1000 digits, the order of their pixels and the names of their classes drawn anew."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    rows, pixels, names = rng.permutation(len(x))[:1000], rng.permutation(64), rng.permutation(10)
    return scale * ((x - x.mean()) / x.std())[rows][:, pixels], names[y[rows]]
