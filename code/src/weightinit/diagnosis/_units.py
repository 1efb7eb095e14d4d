"""Rules of layers and their units: silent, flat, copies, drowned by biases (private)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from weightinit.diagnosis._case import Case, bias_share, median, number, percent, size_of_weights, typical
from weightinit.diagnosis.kinds import Fault
from weightinit.diagnosis.remedies import line
from weightinit.diagnosis.thresholds import (
    A_TENTH,
    BORN_SILENT,
    FEW_TWINS,
    FEWEST_PLACES,
    FOUR_SIGMA,
    HALF,
    LOUD_INPUT,
    MOSTLY_BIAS,
    ONE_IN_TWENTY,
    ONE_PLACE,
    SURE,
)

__all__ = [
    "bias_dominates",
    "dead_layer",
    "dead_start",
    "dying_units",
    "nonfinite",
    "nothing_trains",
    "saturated_attention",
    "saturated",
    "shared_weights",
    "twins",
]


def nonfinite(case: Case, found: dict[str, Fault]) -> Fault | None:
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
        f"{place[0].upper()}{place[1:]}{'' if ' is ' in place else ' holds inf or nan'}: what comes after it has no meaning.",
        1.0,
        f"Look at the first layer that grows, and give it weights that keep the level. {why}",
        code,
    )


def dead_start(case: Case, found: dict[str, Fault]) -> Fault | None:
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


def nothing_trains(case: Case, found: dict[str, Fault]) -> Fault | None:
    if case.observed.learns:
        return None
    return Fault(
        "nothing_trains",
        case.names(range(len(case.observed.layers))),
        "Every parameter is frozen, so that no step changes anything.",
        1.0,
        "Leave at least the last layer free; freeze only what has been trained before.",
        case.code("unfreeze"),
    )


def _silent(case: Case) -> NDArray[np.bool_]:
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


def dead_layer(case: Case, found: dict[str, Fault]) -> Fault | None:
    if "dead_start" in found:
        return None
    silent = _silent(case)
    lost = int(silent.any(axis=1).sum())
    seeds = case.observed.seeds
    # one network is given as it is; of several, the share says what the start does
    certainty = 1 - float(stats.binom.sf(lost - 1, seeds, ONE_IN_TWENTY)) if lost and seeds > 1 else float(lost)
    if certainty < SURE:
        return None
    # what is silent makes everything behind it silent, so the first one is the place
    first = silent.argmax(axis=1)[silent.any(axis=1)]
    where = sorted({int(i) for i in first})
    narrow = min(case.observed.layers[i].width for i in where)
    pushed = any(median(bias_share(case.observed.layers[i])) > A_TENTH for i in where)
    layer = case.observed.layers[where[0]]
    if layer.kind == "normalization" and np.all(layer.weight_second_moment == 0):
        remedy, code = (
            "Its scale is zero, which only the last normalization of a branch may have: begin with ones.",
            case.code("unit_scale"),
        )
    elif pushed:
        remedy, code = "Its biases push every unit below zero: begin with zeros.", case.code("zero_bias")
    else:
        remedy = (
            f"A layer of {narrow} units is silent for an input with probability 2⁻ⁿ, n = {narrow}, every layer anew: make "
            "the layers wider, or let the activation pass something below zero."
        )
        code = line(case.observed.source, "wider", width=max(4 * narrow, 32, len(case.hidden)), now=narrow)
    return Fault(
        "dead_layer",
        case.names(where),
        f"In {'this network' if seeds == 1 else f'{lost} of {seeds} networks'} a whole layer is 0 for every input, and behind it nothing depends on the input: no gradient "
        "comes back through it.",
        certainty,
        remedy,
        code,
    )


def twins(case: Case, found: dict[str, Fault]) -> Fault | None:
    where = []
    for i in case.hidden:
        layer = case.observed.layers[i]
        gated = not case.is_chain and np.all(
            layer.weight_second_moment == 0
        )  # the last of a branch may begin with zero
        if layer.trainable and not gated and np.nan_to_num(median(layer.twins)) > FEW_TWINS:
            where.append(i)
    if not where:
        return None
    most = max(median(case.observed.layers[i].twins) for i in where)
    _, code = case.right_start(where)
    return Fault(
        "twins",
        case.names(where),
        f"{percent(most)} of the units have a twin, with the same weights and the same output. They get the same gradient, so they stay "
        "the same whatever is learned: a layer of copies is as good as one unit (chapter 2).",
        1.0,
        "Draw each unit's weights at random; a small noise is enough to part them.",
        code,
    )


def shared_weights(case: Case, found: dict[str, Fault]) -> Fault | None:
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


def saturated(case: Case, found: dict[str, Fault]) -> Fault | None:
    limit = A_TENTH if "chaotic" in found else HALF
    shares = typical(case.observed.by_layer("saturated")[:, case.hidden]) if case.hidden else np.zeros(0)
    where = [i for i, share in zip(case.hidden, shares, strict=True) if share >= limit]
    if not where:
        return None
    most = int(np.nanargmax(shares))
    layer = case.observed.layers[case.hidden[most]]
    excess = case.observed.by_layer("saturated")[:, case.hidden[most]] - limit
    certainty = max(case.sure(excess), SURE)
    entered = median(case.observed.input_second_moment)
    why, code = case.right_start(where)
    remedy = f"{size_of_weights(case, [where[0], *where], 1)} {why}"
    if where == case.hidden[:1] and entered > LOUD_INPUT:
        remedy, code = (
            f"The inputs have a mean square of {number(entered)}: bring them to mean 0 and variance 1.",
            case.code("inputs"),
        )
    return Fault(
        "saturated",
        case.names(where),
        f"In {case.name(case.hidden[most])} {percent(float(shares[most]))} of the entries sit where {layer.activation} is nearly flat, with less than a twentieth of its slope.",
        certainty,
        remedy,
        code,
    )


def saturated_attention(case: Case, found: dict[str, Fault]) -> Fault | None:
    if "nonfinite" in found:
        return None
    peaks = [(name, places, median(peak)) for name, places, peak in case.observed.attention if places >= FEWEST_PLACES]
    where = [(name, places, peak) for name, places, peak in peaks if peak >= ONE_PLACE]
    if not where:
        return None
    name, places, most = max(where, key=lambda one: one[2])
    names = list(dict.fromkeys(one[0] for one in where))
    excess = np.max([peak - ONE_PLACE for one, _, peak in case.observed.attention if one in names], axis=0)
    return Fault(
        "saturated_attention",
        ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else ""),
        f"Behind {name} a row gives {percent(most)} of its weight to one of up to {places} places in the mean: the scores are so large that the softmax is "
        "nearly a choice, whose gradient is nearly 0.",
        max(SURE, case.sure(excess)),
        "Divide the scores by √d, d the width of one head, and start queries and keys so that each entry has variance 1 or less: scores then have variance 1.",
        case.code("attention"),
    )


def dying_units(case: Case, found: dict[str, Fault]) -> Fault | None:
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
    biases = max((float(np.nan_to_num(median(bias_share(case.observed.layers[i])))) for i in where), default=0.0)
    why, code = case.right_start(where)
    remedy = f"Weights without a sign leave at most half of them silent: look at their mean. {why}"
    if biases > ONE_IN_TWENTY:
        remedy, code = "Their biases hold them down: begin with zeros.", case.code("zero_bias")
    return Fault(
        "dying_units",
        case.names(where),
        f"Up to {percent(most)} of the units of a layer are 0 for every input of the batch, more than the half that chance can silence. They learn nothing.",
        sure,
        remedy,
        code,
    )


def bias_dominates(case: Case, found: dict[str, Fault]) -> Fault | None:
    if not case.is_chain or "dead_start" in found:
        return None
    shares = [float(np.nan_to_num(median(bias_share(case.observed.layers[i])))) for i in case.hidden]
    where = [i for i, share in zip(case.hidden, shares, strict=True) if share >= MOSTLY_BIAS]
    if not where:
        return None
    return Fault(
        "bias_dominates",
        case.names(where),
        f"Up to {percent(min(max(shares), 1.0))} of a layer's mean square is its biases, which are the same for every input.",
        max(SURE, case.sure(np.max([bias_share(case.observed.layers[i]) for i in where], axis=0) - MOSTLY_BIAS)),
        "Begin with biases of zero, or with much smaller ones.",
        case.code("zero_bias"),
    )
