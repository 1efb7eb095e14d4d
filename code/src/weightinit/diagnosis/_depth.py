"""Rules along the depth: what becomes of signal, gradient and difference from layer to layer (private)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from weightinit import meanfield
from weightinit.diagnosis._case import (
    Case,
    Change,
    beyond,
    bias_share,
    factor,
    median,
    mend,
    percent,
    scale_of_weights,
    size_of_weights,
    typical,
    worst,
)
from weightinit.diagnosis.kinds import Fault
from weightinit.diagnosis.thresholds import A_TENTH, ONE_IN_TWENTY, ROUNDING, SIX_DEPTH_SCALES, SURE, TENFOLD

__all__ = ["chaotic", "fluctuation", "gradient_rule", "inputs_merge", "lost_by_chance", "signal_rule", "unstable_level"]


def _explained_by_width(change: float, predicted: float, v: float) -> bool:
    """May the width have done it: is the mean level fine, and a change as large as this one to be expected of a draw?

    The logarithm of the level of one network is near normal, with variance v, and its mean is v/2 below that of the level.
    """
    predicted = predicted if math.isfinite(predicted) else 0.0
    return abs(predicted) < SIX_DEPTH_SCALES and abs(change - predicted + v / 2) < 2 * math.sqrt(v)


def _tanh_instead(case: Case) -> str:
    """The line for a network of sigmoids."""
    return f"{case.code('xavier_normal')}  # and tanh in place of the sigmoid"


def _how_far(verb: str, log: float) -> str:
    """By which factor a mean square grows or falls."""
    if math.isinf(log):
        return "grows beyond all numbers" if log > 0 else "falls to 0"
    return f"{verb} by a factor of {factor(log)}"


def signal_rule(sign: int) -> Callable[[Case, dict[str, Fault]], Fault | None]:
    kind, verb = ("exploding_signal", "grows") if sign > 0 else ("vanishing_signal", "falls")

    def rule(case: Case, found: dict[str, Fault]) -> Fault | None:
        if "dead_start" in found or "dead_layer" in found:
            return None
        largest = worst(case, case.signals, sign)
        if largest is None:
            return None
        change, place, certainty = largest
        log = float(typical(change.values)[place])
        if case.is_chain and _explained_by_width(log, case.predicted_change, case.noise):
            return None
        first, last = change.layers[0], change.layers[place]
        growth = math.exp(log / place) if math.isfinite(log) else math.nan
        predicted = case.expected.jacobian[first] if np.isfinite(case.expected.signal[last]) else math.nan
        said = ""
        if math.isfinite(predicted):
            theory = float(np.log(case.expected.signal[last] / case.expected.signal[first]))
            said = f"; theory says {factor(theory)}"
        share = "" if math.isnan(predicted) or math.isnan(growth) else f", {growth:.2g} a layer on average"
        remedy, code = mend(case, list(change.layers), sign)
        return Fault(
            kind,
            case.names(beyond(change, sign) or [last]),
            f"From {case.name(first)} to {case.name(last)} the mean square of the signal {_how_far(verb, log)}{share}{said}.",
            certainty,
            remedy,
            code,
        )

    return rule


def gradient_rule(sign: int) -> Callable[[Case, dict[str, Fault]], Fault | None]:
    kind, verb = ("exploding_gradient", "grows") if sign > 0 else ("vanishing_gradient", "falls")

    def rule(case: Case, found: dict[str, Fault]) -> Fault | None:
        if "dead_start" in found or "dead_layer" in found:
            return None
        largest = worst(case, case.gradients, sign)
        if largest is None:
            return None
        change, place, certainty = largest
        log = float(typical(change.values)[place])
        first, last = change.layers[place], change.layers[-1]
        signal_too = ("exploding_signal" if sign > 0 else "vanishing_signal") in found
        scatter, gradient = case.expected.gradient_scatter, case.expected.gradient
        layers = case.observed.layers
        sizes = layers[first].width / layers[last].width
        v = float(scatter[first] - scatter[last])
        v = v if math.isfinite(v) else case.noise
        if case.is_chain and _explained_by_width(log, float(np.log(sizes * gradient[first] / gradient[last])), v):
            return None
        remedy, code = mend(case, list(change.layers), sign)
        if case.is_chain and case.activation(list(change.layers)) == "sigmoid":
            remedy = "The slope of a sigmoid is at most 1/4, so that gradients shrink unless weights are huge: between layers use tanh with Xavier, or ReLU with He."
            code = _tanh_instead(case)
        return Fault(
            kind,
            case.names(beyond(change, sign) or [first]),
            f"From {case.name(last)} back to {case.name(first)} the gradient's mean square {_how_far(verb, log)}."
            f"{_weight_gradients(case, change, signal_too)}",
            certainty,
            remedy,
            code,
        )

    return rule


def _weight_gradients(case: Case, change: Change, signal_too: bool) -> str:
    """What the gradients of the weights make of it: signal times gradient, which may be level (chapter 3)."""
    inner = list(change.layers[1:])  # the first layer sees the input, whose level is nobody's work
    if len(inner) < 2:
        return ""
    logs = typical(np.log(case.observed.by_layer("weight_gradient")[:, inner]))
    known = np.flatnonzero(np.isfinite(logs))
    if known.size < 2:
        return ""
    low, high = known[0], known[-1]
    first, last = case.name(inner[low]), case.name(inner[high])
    if signal_too and np.ptp(logs[known]) < SIX_DEPTH_SCALES:
        return (
            f" The weight gradients are level all the same, since what one of signal and gradient loses the other still has: {first} does not learn "
            f"less than {last}, but all layers get steps of the wrong size (chapter 3)."
        )
    return f" The weight gradient of {first} has {factor(float(logs[low] - logs[high]))} times the mean square of that of {last}."


def chaotic(case: Case, found: dict[str, Fault]) -> Fault | None:
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
    theory = case.expected.jacobian[first:last], case.expected.signal
    predicted = float(np.log(theory[0]).sum() - np.log(theory[1][last] / theory[1][first]))
    # a few networks scatter as gradients do: where theory speaks, it has to agree
    if not case.enough(certainty) or predicted < TENFOLD:
        return None
    log, steps = median(apart), last - first
    theory = case.expected.fixed
    said = ""
    if theory is not None and math.isfinite(theory.chi_1) and theory.chi_1 > 1:
        said = f" Theory: χ₁ = {theory.chi_1:.3g}, so that a small difference grows e-fold in {1 / math.log(theory.chi_1):.2g} layers."
    why, code = case.right_start(case.hidden)
    return Fault(
        "chaotic",
        case.names(case.hidden),
        f"A small difference between two inputs grows, against the signal, by a factor of {factor(log)} in mean square over {steps} layers, "
        f"{math.exp(log / steps):.3g} a layer.{said} What is learned of one input says nothing about its neighbor.",
        certainty,
        f"{size_of_weights(case, case.hidden, 1)} {why}",
        code,
    )


def inputs_merge(case: Case, found: dict[str, Fault]) -> Fault | None:
    if {"dead_start", "dead_layer", "twins", "fluctuation"} & found.keys() or len(case.hidden) < 2:
        return None
    apart = np.log(np.maximum(1 - case.observed.by_layer("correlation")[:, case.hidden], 1e-16))
    last = apart[:, -1]
    certainty = case.sure(-last - SIX_DEPTH_SCALES)
    # inputs that are alike from the beginning are the data's affair
    if not case.enough(certainty) or median(last - apart[:, 0]) > -SIX_DEPTH_SCALES / 2:
        return None
    where = [i for i, value in zip(case.hidden, typical(apart), strict=True) if value < -SIX_DEPTH_SCALES]
    why, code = case.right_start(case.hidden)
    if case.activation(case.hidden) == "sigmoid":
        why = "A sigmoid is never near 0, so that all inputs share its mean: between layers use tanh with Xavier, or ReLU with He."
        code = _tanh_instead(case)
    elif _as_the_rule_says(case):
        why = "That is right, and the biases are small; so deep a plain stack merges its inputs all the same. Take fewer layers, or residual paths."
        code = "x = x + block(x)"
    level = "Level and no signal: the" if not {"vanishing_signal", "exploding_signal"} & found.keys() else "The"
    distance = median(last)
    distance = factor(distance) if distance > math.log(ROUNDING) else f"less than {factor(math.log(ROUNDING))}"
    return Fault(
        "inputs_merge",
        case.names(where),
        f"{level} outputs for two unlike inputs differ in a share of {distance} of their mean square at {case.name(case.hidden[-1])} "
        f"(1 minus their correlation): the network says nearly the same to every input.",
        certainty,
        f"{size_of_weights(case, case.hidden, -1)} {why}".strip(),
        code,
    )


def _as_the_rule_says(case: Case) -> bool:
    """Whether the hidden layers have the variance that their activation needs, and hardly any biases."""
    off = scale_of_weights(case, case.hidden) / case.start(case.hidden).scale - 1
    return abs(off) < A_TENTH and not any(median(bias_share(case.observed.layers[i])) > A_TENTH for i in case.hidden)


def lost_by_chance(v: float) -> float:
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


def _level_scatter(case: Case) -> float:
    """Predicted log-variance of the signal that depth over width makes, without what an unstable level makes of it."""
    unamplified = float(case.expected.unamplified[case.hidden[-1]])
    return min(case.noise, unamplified) if math.isfinite(unamplified) else case.noise


def fluctuation(case: Case, found: dict[str, Fault]) -> Fault | None:
    others = {"dead_start", "vanishing_signal", "exploding_signal", "vanishing_gradient", "exploding_gradient", "twins"}
    if not case.is_chain or len(case.hidden) < 2 or others & found.keys() or not case.signals:
        return None
    signal, gradient = case.signals[0].values[:, -1], case.gradients[0].values[:, 0]
    expected, last = case.expected, case.hidden[-1]
    v, what, change = _scatter(_level_scatter(case), signal), "signal", signal
    back = float(expected.gradient_scatter[case.hidden[0]] - expected.gradient_scatter[last])
    if math.isfinite(back) and _scatter(back, gradient) > v:
        v, what, change = _scatter(back, gradient), "gradient", gradient
    lost = lost_by_chance(v)
    if lost < ONE_IN_TWENTY or abs(case.predicted_change) > SIX_DEPTH_SCALES:
        return None
    # theory says so, and the seeds have been heard; they may make it surer: against the variance that loses one in twenty
    seeds, certainty = int(np.sum(~np.isnan(change))), SURE
    if seeds >= 5:
        limit = optimize.brentq(lambda one: lost_by_chance(one) - ONE_IN_TWENTY, 1e-3, 100.0)
        certainty = max(SURE, float(stats.chi2.cdf((seeds - 1) * _quartile_variance(change) / limit, seeds - 1)))
    widths = [case.observed.layers[i].width for i in case.hidden]
    depth, width = len(widths), len(widths) / sum(1 / n for n in widths)
    values = change[np.isfinite(change)]
    measured = ""
    if len(values) > 1:
        low, high = factor(float(values.min())), factor(float(values.max()))
        measured = f" Over {case.observed.seeds} seeds it changed by factors from {low} to {high}."
    return Fault(
        "fluctuation",
        case.names(case.hidden),
        f"{depth} layers of {width:.0f} units: the mean level of the {what} is fine, that of one network is a matter of luck. Its logarithm scatters with "
        f"a standard deviation of {math.sqrt(v):.2g}, so that {percent(lost)} of all draws are off by more than a factor of 400.{measured}",
        certainty,
        f"Make it wider or shallower: the variance of that logarithm goes with depth over width, here {depth / width:.2g}. A path around the layers, or a "
        "normalization between them, helps as well.",
        case.code("wider", width=max(2 * depth, round(2 * width)), now=round(width)),
    )


def unstable_level(case: Case, found: dict[str, Fault]) -> Fault | None:
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
    by_chance = lost_by_chance(_scatter(case.noise, change)) >= ONE_IN_TWENTY > lost_by_chance(_level_scatter(case))
    carried = {"vanishing_signal", "exploding_signal", "vanishing_gradient", "exploding_gradient"} & found.keys()
    if not case.enough(away) and not by_chance and not carried:
        return None
    tip = min(points, key=lambda point: abs(math.log(point.q / start)))
    name = case.activation(case.hidden)
    values = change[np.isfinite(change)]
    low, high = factor(float(values.min())), factor(float(values.max()))
    return Fault(
        "unstable_level",
        case.names(case.hidden),
        f"A mean square of {tip.q:.3g} would keep its level, as a pencil stands on its tip: what is off is carried away, {tip.slope:.3g} times as far in every layer. "
        f"Here the signal changed by factors from {low} to {high}.",
        max(away, SURE),
        f"No gain holds {name} at this depth: put a normalization between the layers, or take an activation whose level nothing carries away (ReLU with He, tanh with 1/fan_in, SELU with "
        "LeCun; chapter 7).",
        case.code("normalize"),
    )


def _tips(case: Case) -> tuple[meanfield.FixedLength, ...]:
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
