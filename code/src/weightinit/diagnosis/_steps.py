"""Rules of the first loss, the first step, and the numbers in which they are computed (private)."""

from __future__ import annotations

import math

import numpy as np

from weightinit.diagnosis._case import Case, median, number, percent, typical
from weightinit.diagnosis.kinds import Fault
from weightinit.diagnosis.thresholds import (
    A_TENTH,
    FLOAT16_LARGEST,
    FLOAT16_SMALLEST,
    FOUR_SIGMA,
    LOUD_INPUT,
    SURE,
    TWICE_IGNORANCE,
    UNEVEN,
    UNITS_OF_ROUNDING,
    WHOLE_WEIGHT,
)

__all__ = ["first_loss", "half_precision", "relu_logits", "two_softmaxes", "updates"]


def first_loss(case: Case, found: dict[str, Fault]) -> Fault | None:
    observed = case.observed
    if observed.loss_name != "cross_entropy" or observed.classes is None:
        return None
    ignorance = math.log(observed.classes)
    # what is paid beyond ln C grows with the level of the outputs, so its logarithm scatters as theirs does
    certainty = case.sure(np.log(np.maximum(observed.loss - ignorance, 0.0) / ((TWICE_IGNORANCE - 1) * ignorance)))
    if certainty < SURE:
        return None
    loss, level = median(observed.loss), median(observed.layers[-1].signal)
    follows = " That follows from the signal that explodes." if {"exploding_signal", "nonfinite"} & found.keys() else ""
    remedy = "Make the last layer's weights smaller, or zero: then the first steps teach instead of taking back."
    code = case.code("small_last")
    entered = observed.input_second_moment[np.isfinite(observed.input_second_moment)]
    if entered.size and median(entered) > LOUD_INPUT:
        remedy = f"The inputs have a mean square of {number(median(entered))}: bring them to mean 0 and variance 1."
        code = case.code("inputs")
    return Fault(
        "first_loss",
        case.name(-1),
        f"The first loss is {number(loss)}. A network that knows nothing pays ln {observed.classes} = {ignorance:.3g}; this one is sure of what it "
        f"cannot know, its outputs have a mean square of {number(level)}.{follows}",
        certainty,
        remedy,
        code,
    )


def two_softmaxes(case: Case, found: dict[str, Fault]) -> Fault | None:
    observed = case.observed
    if observed.ends_with != "softmax":
        return None
    classes, loss = observed.classes or observed.layers[-1].width, median(observed.loss)
    least = math.log1p((classes - 1) / math.e)  # of probabilities 1, 0, …, 0 taken for logits
    return Fault(
        "two_softmaxes",
        case.name(-1),
        f"The outputs are at least 0 and sum to 1: they are probabilities already, and a cross-entropy that takes logits takes a softmax of them again. Now the loss is "
        f"{number(loss)} (ln {classes} = {math.log(classes):.3g}); it cannot fall below {least:.3g}, and the gradient has to come back through the slope of the first "
        f"softmax, p(1 - p), about {(classes - 1) / classes**2:.2g}.",
        1.0,
        "Let the network end with its last linear layer; the loss takes the softmax. For probabilities take the softmax outside, where they are asked for.",
        case.code("logits"),
    )


def relu_logits(case: Case, found: dict[str, Fault]) -> Fault | None:
    observed, zeros = case.observed, median(case.observed.zero_outputs)
    if observed.ends_with != "relu" or not zeros >= A_TENTH:
        return None
    return Fault(
        "relu_logits",
        case.name(-1),
        f"Behind the last layer stands a {observed.layers[-1].activation}: {percent(zeros)} of the numbers that the cross-entropy takes for logits are exactly 0, and no gradient comes back "
        "there. A class can be made likely but not unlikely.",
        1.0,
        "Let the network end with its last linear layer; an activation stands between layers only.",
        case.code("logits"),
    )


def updates(case: Case, found: dict[str, Fault]) -> Fault | None:
    if case.observed.cut:
        return _cut_off(case)
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
    ratios = typical(case.observed.by_layer("update_ratio")[:, trained]) if trained else np.zeros(0)
    known = [(i, float(ratio)) for i, ratio in zip(trained, ratios, strict=True) if np.isfinite(ratio) and ratio > 0]
    if not known or upstream & found.keys():
        return None
    lost = UNITS_OF_ROUNDING.get(case.observed.dtype, UNITS_OF_ROUNDING["float32"])
    (low, least), (high, most) = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
    names = case.observed.layers
    hidden = [(i, ratio) for i, ratio in known if i != len(names) - 1]
    loud = max(hidden, key=lambda one: one[1], default=(low, 0.0))
    usual = "a step of a hundredth to a thousandth of the weights is usual"
    if loud[1] > WHOLE_WEIGHT:
        where, times = loud[0], 0.01 / loud[1]
        evidence = f"The first step of {case.name(where)} is {loud[1]:.2g} times as large as its weights: nothing is left of the start."
        remedy, code = f"Use a rate about {times:.1g} times as large; {usual}.", f"rate *= {times:.1g}"
    elif most < lost:
        where, times = high, 0.01 / most
        evidence = f"The largest step, of {case.name(high)}, is {most:.1g} of its weights, less than {case.observed.dtype} can add to them."
        remedy, code = f"Use a larger rate; {usual}.", f"rate *= {times:.1g}"
    elif most / least > UNEVEN:
        where = low
        evidence = (
            f"Against its weights the first step of {case.name(high)} is {most / least:.0f} times as large as that of {case.name(low)} "
            f"({most:.1g} and {least:.1g}): no one rate serves both."
        )
        remedy = "Give the layers rates of their own, or weights of one scale; Adam takes the gradient's scale out."
        code = f'rates = {{"{case.name(high)}": rate, "{case.name(low)}": {most / least:.0f} * rate}}'
    else:
        return None
    return Fault("frozen_or_uneven_updates", case.name(where), evidence, 1.0, remedy, code)


def _cut_off(case: Case) -> Fault:
    """Layers that are to learn, and to which nothing comes back."""
    own = [layer.name for layer in case.observed.layers]
    where = case.names([own.index(name) for name in case.observed.cut])
    return Fault(
        "frozen_or_uneven_updates",
        where,
        f"The output depends on {where}, and weights there are to be trained, but no gradient comes back to them: they stay as they were drawn.",
        1.0,
        "Look for a detach(), a .data or a way through numpy behind them, and take it out. If it is meant, freeze them, so that it can be seen.",
        "layer.requires_grad_(False)  # only if it is meant",
    )


def half_precision(case: Case, found: dict[str, Fault]) -> Fault | None:
    observed = case.observed
    if observed.dtype not in ("float16", "bfloat16"):
        return None
    where, evidence = [], ""
    if observed.dtype == "float16":
        loud = FOUR_SIGMA * np.sqrt(typical(np.maximum(observed.by_layer("signal"), 0)))
        where = [i for i, size in enumerate(loud) if size > FLOAT16_LARGEST]
        if where:
            evidence = f"Entries of {case.names(where)} reach {float(np.nanmax(loud)):.2g}; float16 ends at 65,504."
        else:
            steps = np.sqrt(typical(observed.by_layer("weight_gradient")))
            where = [i for i, size in enumerate(steps) if observed.layers[i].trainable and 0 < size < FLOAT16_SMALLEST]
            if where:
                evidence = f"Weight gradients of {case.names(where)} are of size {float(np.nanmin(steps[where])):.1g}; float16 rounds to 0 what is below 3·10⁻⁸."
    if not where:
        ratios = typical(observed.by_layer("update_ratio"))
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
