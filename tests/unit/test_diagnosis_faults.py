"""Rules, one at a time: what each is told by, what it is not told by, and on which side of its threshold it stands.

Most records here are written by hand, so that a rule sees one number that is off and nothing else.
"""

import math

import numpy as np
import pytest
from scipy import stats

from weightinit import initializers, moments
from weightinit.activations import NAMES, get
from weightinit.diagnosis import FAULTS, Fault, diagnose, expect, faults, find
from weightinit.diagnosis._case import Case
from weightinit.diagnosis._depth import lost_by_chance
from weightinit.diagnosis.dense import observe
from weightinit.diagnosis.observed import SOURCES, Observed, ObservedLayer
from weightinit.diagnosis.remedies import _LINES, line, start_for
from weightinit.diagnosis.thresholds import SURE, TENFOLD

SEEDS, WIDTH = 20, 1000


def record(depth=6, *, layer=None, each=None, seeds=SEEDS, kind="dense", activation="relu", width=WIDTH, **network):
    """A chain of `depth` hidden layers and an output in which everything is level, but for what `layer(i)` or `each` says."""
    layers = []
    for i in range(depth + 1):
        last = i == depth
        numbers = {
            "signal": 2.0,
            "activated": 2.0 if last else 1.0,
            "gradient": 1e-3,
            "weight_gradient": 1e-6,
            "between": 1.0,
            "correlation": 0.5,
            "jacobian": math.nan if last else 1.0,
            "weight_second_moment": 2 / width,
            "bias_second_moment": 0.0,
            "dead": math.nan if last else 0.1,
            "saturated": math.nan,
            "twins": 0.0,
        }
        shape = {"kind": kind, "fan_in": width, "fan_out": width, "width": width, "activation": activation}
        given = (each or {}) | (layer(i) if layer else {})
        measured = {
            name: np.broadcast_to(value, seeds) for name, value in (numbers | given).items() if name not in ATTRIBUTES
        }
        attributes = shape | ({"activation": "identity"} if last else {})
        attributes |= {name: value for name, value in given.items() if name in ATTRIBUTES}
        layers.append(ObservedLayer(attributes.pop("name", f"layer {i + 1}"), **attributes, **measured))
    options = {"loss": np.full(seeds, 2.4), "loss_name": "cross_entropy", "classes": 10, "batch": 32}
    return Observed("torch", layers, **(options | network))


ATTRIBUTES = {"name", "kind", "fan_in", "fan_out", "width", "activation", "trainable", "positions"}


def kinds(observed, **options):
    return [fault.kind for fault in find(observed, **options)]


def told(observed, kind):
    (fault,) = [fault for fault in find(observed) if fault.kind == kind]
    return fault


def test_a_level_record_has_no_fault():
    assert kinds(record()) == []


def test_the_remedy_fits_the_shape_of_the_network():
    """Right weights are no remedy where they are divided out, or where branches add up."""

    def growing(**network):
        return record(
            12, layer=lambda i: {"activated": 4.0 ** max(i - 1, 0), "gradient": 1e-3 * 4.0 ** (11 - i)}, **network
        )

    for kind in ("exploding_signal", "exploding_gradient"):
        assert told(growing(residual=True), kind).code == "torch.nn.init.zeros_(block.last.weight)  # of each branch"
        assert told(growing(normalized=True), kind).code == "x = x + block(x)"
        assert "divides the size of the weights out" in told(growing(normalized=True), kind).remedy
        assert "kaiming_normal_" in told(growing(), kind).code
    assert kinds(record(12, layer=lambda i: {"activated": 1e-4 if i == 0 else 1.0}, normalized=True)) == []
    zero = {"weight_second_moment": 0.0, "signal": 0.0, "weight_gradient": 0.0, "kind": "recurrent"}
    assert told(record(each=zero), "dead_start").code == "layer.reset_parameters()"


def test_the_activation_behind_a_normalization_is_the_layers_own():
    seen = record(
        4,
        layer=lambda i: {"kind": "normalization", "activation": "relu"} if i % 2 else {"activation": "identity"},
        normalized=True,
    )
    assert Case(seen, expect(seen), None).activation([0, 2]) == "relu"


def test_a_rate_is_told_as_one_number():
    fault = told(record(each={"update_ratio": 4.0}), "frozen_or_uneven_updates")
    assert fault.code == "rate *= 0.003" and "about 0.003 times" in fault.remedy
    uneven = told(record(layer=lambda i: {"update_ratio": 1e-6 if i == 2 else 1e-2}), "frozen_or_uneven_updates")
    assert uneven.code == 'rates = {"layer 1": rate, "layer 3": 10000 * rate}'


@pytest.mark.filterwarnings("error")
def test_what_is_not_known_makes_no_warning():
    names = (
        "correlation",
        "dead",
        "twins",
        "saturated",
        "jacobian",
        "bias_second_moment",
        "update_ratio",
        "gradient",
        "signal",
    )
    assert isinstance(kinds(record(each=dict.fromkeys(names, math.nan))), list)
    assert isinstance(
        kinds(
            record(each=dict.fromkeys(names, math.nan), normalized=True, dtype="float16", loss=np.full(SEEDS, math.nan))
        ),
        list,
    )


def test_layers_are_called_as_one_speaks_of_them():
    case = Case(record(9), expect(record(9)), None)
    assert case.names([2]) == "layer 3" and case.names([2, 5]) == "layers 3, 6"
    assert case.names([2, 3, 4, 5]) == "layers 3 to 6" and case.names([0, 2, 3, 5, 7]) == "layers 1, 3, 4 and 2 more"
    named = record(4, layer=lambda i: {"name": f"{i}" if i < 2 else f"block.{i}"})
    case = Case(named, expect(named), None)
    assert case.names([0]) == "layer 0" and case.names([0, 1]) == "layers 0, 1"
    assert case.names([1, 2]) == "layer 1, block.2" and case.names([2]) == "block.2"
    assert case.names([0, 1, 2, 3]) == "layer 0 to block.3"


# ---- along the depth ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("total", "fault"), [(5.9, False), (6.1, True)])
def test_six_depth_scales_of_the_signal_are_too_many(sign, total, fault):
    def layer(i):
        level = math.exp(sign * total * min(i, 5) / 5)
        return {"signal": 2 * level, "activated": level, "jacobian": math.exp(sign * total / 5)}

    expected = ["vanishing_signal"] if sign < 0 else ["exploding_signal"]
    assert kinds(record(layer=layer)) == (expected if fault else [])


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("total", "fault"), [(5.9, False), (6.1, True)])
def test_six_depth_scales_of_the_gradient_are_too_many(sign, total, fault):
    found = kinds(record(layer=lambda i: {"gradient": 1e-3 * math.exp(sign * total * (5 - min(i, 5)) / 5)}))
    assert found == (["vanishing_gradient" if sign < 0 else "exploding_gradient"] if fault else [])


def test_the_first_layer_is_the_beginning_and_the_last_one_is_no_part():
    assert kinds(record(layer=lambda i: {"signal": 1e-9 if i == 6 else 2.0})) == []  # a small last layer
    assert kinds(record(layer=lambda i: {"gradient": 1e9 if i == 6 else 1e-3})) == []


def test_what_is_lost_and_found_again_is_lost():
    assert kinds(record(layer=lambda i: {"activated": math.exp(-7.0 if i == 3 else 0.0)})) == ["vanishing_signal"]
    fault = told(record(layer=lambda i: {"activated": math.exp(-7.0 if i == 3 else 0.0)}), "vanishing_signal")
    assert fault.where == "layer 4" and "From layer 1 to layer 4" in fault.evidence and "0.00091" in fault.evidence


def test_the_gradient_is_counted_over_units_and_places():
    """χ₁ multiplies the squared length: ten times as many units with a tenth of the mean square each are the same length."""

    def funnel(i):
        return {"gradient": 10.0 ** (2 * i - 12), "width": 10 ** (6 - i + 2), "signal": 2.0}

    assert kinds(record(layer=lambda i: funnel(i) | {"gradient": 1e-3 / 10 ** (6 - i)})) == []
    assert kinds(record(layer=lambda i: {"gradient": 1e-3 / 10 ** (6 - i), "positions": 10 ** (6 - i)})) == []
    assert kinds(record(layer=lambda i: {"gradient": 1e-3 / 10 ** (6 - i)})) == ["vanishing_gradient"]


def test_level_weight_gradients_are_said_to_be_level():
    def fading(i):
        return {"signal": 2 * 0.25**i, "activated": 0.25**i, "gradient": 1e-3 * 0.25 ** (5 - i)}

    evidence = told(record(layer=fading), "vanishing_gradient").evidence
    assert "The weight gradients are level all the same" in evidence and "chapter 3" in evidence
    unlevel = told(
        record(layer=lambda i: fading(i) | {"weight_gradient": 0.1 ** (10 - i)}), "vanishing_gradient"
    ).evidence
    assert (
        "level all the same" not in unlevel
        and "The weight gradient of layer 2 has 0.0001 times the mean square of that of layer 6" in unlevel
    )
    only_back = told(record(layer=lambda i: {"gradient": 1e-3 * 0.25 ** (5 - i)}), "vanishing_gradient").evidence
    assert "level all the same" not in only_back


def test_seeds_that_do_not_agree_are_not_sure():
    spread = np.random.default_rng(0).normal(-6.3, 9.0, SEEDS)

    def layer(i):
        return {"activated": np.exp(spread) if i == 5 else 1.0}

    quiet = record(layer=layer)
    case = Case(quiet, expect(quiet), None)
    assert 0 < case.sure(-spread - 6) < SURE or np.median(spread) > -6
    assert "vanishing_signal" not in kinds(quiet)
    near = record(layer=lambda i: {"activated": np.exp(-6.3 + 0.05 * spread) if i == 5 else 1.0})
    assert told(near, "vanishing_signal").certainty > SURE


def test_certainty_is_the_confidence_that_the_median_is_beyond():
    case = Case(record(), expect(record()), None)
    assert case.sure(np.full(20, -1.0)) == 0 and case.sure(np.full(20, 2.0)) == 1
    assert case.sure(np.full(20, math.nan)) == 0 and case.sure(np.array([math.inf] * 20)) == 1
    # quartiles ±1.349/2 about the median are those of a standard deviation of 1
    values = 0.5 + 1.349 * np.linspace(-1, 1, 21)
    error = math.sqrt(math.pi / 2 / 21)
    low, high = np.percentile(values, [25, 75])
    assert high - low == pytest.approx(1.349)
    assert case.sure(values) == pytest.approx(stats.norm.cdf(0.5 / error), rel=1e-3)
    # of fewer than five, the yardstick is what these widths scatter by
    assert case.sure(np.array([0.1])) == pytest.approx(stats.norm.cdf(0.1 / math.sqrt(case.noise * math.pi / 2)))


def test_one_network_that_was_given_is_judged_as_it_is():
    assert kinds(record(seeds=1, layer=lambda i: {"activated": math.exp(-6.05 * min(i, 5) / 5)})) == [
        "vanishing_signal"
    ]


def test_a_change_that_the_width_explains_is_fluctuation_and_no_vanishing():
    seeds = np.random.default_rng(1)
    depth, width = 40, 10
    v = 5 * (depth - 1) / width

    def layer(i):
        draw = np.random.default_rng(2).normal(size=SEEDS)
        level = np.exp((-v / 2 + math.sqrt(v) * draw) * min(i, depth - 1) / (depth - 1))
        return {"signal": 2 * level, "activated": level}

    del seeds
    found = kinds(record(depth, layer=layer, width=width))
    assert "fluctuation" in found and "vanishing_signal" not in found
    # the same numbers in wide layers are no chance
    assert "vanishing_signal" in kinds(record(depth, layer=layer, width=4000))


@pytest.mark.parametrize(("v", "lost"), [(4.5, False), (5.2, True)])
def test_one_network_in_twenty_may_be_lost(v, lost):
    """P(|ln| > 6) of a normal with mean -v/2: 5 % at v = 4.8."""
    chance = lost_by_chance(v)
    assert (chance > 0.05) == lost
    draws = np.random.default_rng(0).normal(-v / 2, math.sqrt(v), 200_000)
    assert chance == pytest.approx(np.mean(np.abs(draws) > 6), abs=5 * math.sqrt(0.05 / 200_000))
    assert lost_by_chance(0.0) == 0


def test_dead_branches_beside_a_path_are_no_vanishing_and_like_is_compared_with_like():
    def branches(i):  # in turn the first layer of a branch, and its last one, which begins with zero
        return (
            {"signal": 2.0, "weight_second_moment": 0.001}
            if i % 2 == 0
            else {"signal": 0.0, "activated": 0.0, "weight_second_moment": 0.0}
        )

    assert kinds(record(12, layer=branches, residual=True)) == []
    louder = record(12, layer=lambda i: {"activated": 4.0**i, "fan_in": 7 if i % 2 else 5}, residual=True)
    assert "exploding_signal" in kinds(louder)
    other_role = record(
        12, layer=lambda i: {"activated": 1e-6 if i % 2 else 1.0, "fan_in": 7 if i % 2 else 5}, normalized=True
    )
    assert kinds(other_role) == []


def test_a_number_that_has_run_out_is_told_first_and_nothing_breaks():
    def layer(i):
        level = 9.0**i if i < 4 else math.inf
        return {
            "signal": level,
            "activated": level,
            "gradient": math.nan,
            "weight_gradient": math.nan,
            "correlation": math.nan,
        }

    found = find(record(layer=layer, seeds=1, loss=[math.inf], nonfinite="the output of layer 5 is inf"))
    assert [fault.kind for fault in found][:2] == ["nonfinite", "exploding_signal"]
    assert found[0].where == "the output of layer 5 is inf" and "grows beyond all numbers" in found[1].evidence
    assert kinds(record(loss=np.full(SEEDS, math.inf)))[0] == "nonfinite"


# ---- chaos and sameness ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("total", "fault"), [(4.5, False), (4.7, True)])
def test_a_difference_that_grows_tenfold_is_chaos(total, fault):
    seen = record(each={"jacobian": math.exp(total / 5), "activation": None})
    assert kinds(seen) == (["chaotic"] if fault else [])


def test_where_theory_speaks_chaos_is_what_both_see():
    def seen(activation, sigma_w2):
        return record(
            60, each={"jacobian": math.exp(4.7 / 59), "weight_second_moment": sigma_w2 / WIDTH}, activation=activation
        )

    assert TENFOLD < 59 * math.log(1.1055)  # tanh with He's variance
    assert kinds(seen("tanh", 2.0)) == ["chaotic"] and kinds(seen("tanh", 1.3)) == []


def test_what_grows_as_the_signal_does_is_no_chaos():
    def layer(i):
        return {"jacobian": math.exp(1.1), "signal": math.exp(1.1 * i), "activated": math.exp(1.1 * i)}

    assert kinds(record(layer=layer)) == []  # 5.5 depth scales: not even exploding
    assert kinds(record(each={"jacobian": math.exp(1.1), "activation": None})) == ["chaotic"]


@pytest.mark.parametrize(("log", "fault"), [(-5.9, False), (-6.1, True)])
def test_inputs_that_look_alike_in_the_end_have_merged(log, fault):
    def layer(i):
        return {"correlation": 1 - 0.5 * math.exp((log - math.log(0.5)) * min(i, 5) / 5)}

    assert kinds(record(layer=layer)) == (["inputs_merge"] if fault else [])
    assert kinds(record(each={"correlation": 1 - math.exp(log)})) == []  # inputs that were alike when they came


@pytest.mark.parametrize(
    ("each", "as_it_should_be"),
    [
        ({}, True),
        ({"weight_second_moment": 2.15 / WIDTH}, True),
        ({"weight_second_moment": 1.85 / WIDTH, "bias_second_moment": 0.19}, True),
        ({"weight_second_moment": 1.75 / WIDTH}, False),
        ({"weight_second_moment": 2.25 / WIDTH}, False),
        ({"bias_second_moment": 0.21}, False),  # of a mean square of 2
    ],
)
def test_right_weights_are_no_remedy_for_inputs_that_merge_with_right_weights(each, as_it_should_be):
    fault = told(record(layer=lambda i: {"correlation": 1 - 0.5 * math.exp(-1.2 * i)} | each), "inputs_merge")
    assert (fault.code == "x = x + block(x)") is as_it_should_be
    assert ("residual paths" in fault.remedy) is as_it_should_be and ("kaiming" in fault.code) is not as_it_should_be


def test_a_tenth_of_flat_units_counts_beside_chaos_and_else_a_half_does():
    flat = {"activation": "tanh"}
    assert kinds(record(each={"saturated": 0.49} | flat)) == [] and kinds(record(each={"saturated": 0.51} | flat)) == [
        "saturated"
    ]
    chaos = {"jacobian": 3.0, "activation": None}
    assert kinds(record(each={"saturated": 0.09} | chaos)) == ["chaotic"]
    assert kinds(record(each={"saturated": 0.11} | chaos)) == ["chaotic", "saturated"]


def test_loud_inputs_are_named_where_they_are_the_cause():
    loud = {"input_second_moment": np.full(SEEDS, 1e4)}
    first = record(layer=lambda i: {"saturated": 0.9 if i == 0 else 0.0}, activation="tanh", **loud)
    assert "The inputs have a mean square of 10000" in told(first, "saturated").remedy
    assert "inputs" in told(record(loss=np.full(SEEDS, 50.0), **loud), "first_loss").remedy
    assert "last layer" in told(record(loss=np.full(SEEDS, 50.0)), "first_loss").remedy


# ---- units -------------------------------------------------------------------------------------------------------------
def test_no_weight_can_move_if_all_are_zero():
    zero = {"weight_second_moment": 0.0, "signal": 0.0, "activated": 0.0, "gradient": 0.0, "weight_gradient": 0.0}
    assert kinds(record(each=zero)) == ["dead_start"]
    assert "layers 1 to 7" in told(record(each=zero), "dead_start").where
    assert "dead_start" not in kinds(record(layer=lambda i: zero | ({"weight_gradient": 1e-9} if i == 6 else {})))
    frozen = record(layer=lambda i: zero | ({"weight_gradient": 1e-9, "trainable": False} if i == 6 else {}))
    assert "dead_start" in kinds(frozen)


def test_a_zero_last_layer_is_meant():
    """Then only the last layer has a gradient, at the first step."""

    def layer(i):
        if i == 6:
            return {"weight_second_moment": 0.0, "signal": 0.0, "twins": 1.0}
        return {"gradient": 0.0, "weight_gradient": 0.0}

    assert kinds(record(layer=layer)) == []


@pytest.mark.parametrize(("silent", "fault"), [(3, False), (4, True), (20, True)])
def test_a_silent_layer_in_more_networks_than_chance_allows(silent, fault):
    """P(Bin(20, 1/20) >= 4) = 1.6 %, and >= 3 is 7.5 %."""
    dead = np.where(np.arange(SEEDS) < silent, 1.0, 0.2)
    found = kinds(record(layer=lambda i: {"dead": dead if i == 2 else 0.2}))
    assert found == (["dead_layer"] if fault else [])
    if fault:
        fault = told(record(layer=lambda i: {"dead": dead if i >= 2 else 0.2}), "dead_layer")
        assert fault.where == "layer 3" and fault.evidence.startswith(f"In {silent} of 20 networks")
        assert fault.certainty == pytest.approx(1 - stats.binom.sf(silent - 1, 20, 0.05))


def test_one_silent_network_that_was_given_is_enough():
    assert kinds(record(seeds=1, layer=lambda i: {"dead": 1.0 if i == 2 else 0.2})) == ["dead_layer"]


def test_a_normalization_with_scale_zero_is_silent_unless_a_path_goes_around():
    def layer(i):
        if i != 2:
            return {"fan_in": 5 + i}
        return {"kind": "normalization", "dead": 1.0, "weight_second_moment": 0.0, "fan_in": 0, "fan_out": 0}

    fault = told(record(layer=layer, normalized=True), "dead_layer")
    assert fault.where == "layer 3" and "scale is zero" in fault.remedy
    assert kinds(record(layer=layer, normalized=True, residual=True)) == []


def test_narrow_layers_and_biases_get_different_remedies():
    narrow = told(record(layer=lambda i: {"dead": 1.0 if i == 2 else 0.2}, width=3), "dead_layer")
    assert "2⁻ⁿ, n = 3" in narrow.remedy and narrow.code.startswith("width = 32")
    pushed = told(record(layer=lambda i: {"dead": 1.0 if i == 2 else 0.2, "bias_second_moment": 1.0}), "dead_layer")
    assert "biases" in pushed.remedy and "zeros_(layer.bias)" in pushed.code


@pytest.mark.parametrize(("share", "fault"), [(0.58, False), (0.62, True)])
def test_more_than_half_of_the_units_silent_is_no_chance(share, fault):
    assert kinds(record(layer=lambda i: {"dead": share if i == 4 else 0.2})) == (["dying_units"] if fault else [])


def test_a_few_units_may_all_be_silent_by_chance():
    # 0.5 + 4 · 0.5/√(n R): with 4 units and 20 seeds up to 0.72
    assert kinds(record(layer=lambda i: {"dead": 0.7 if i == 4 else 0.2, "width": 4})) == []
    assert kinds(record(layer=lambda i: {"dead": 0.75 if i == 4 else 0.2, "width": 4})) == ["dying_units"]


@pytest.mark.parametrize(("share", "fault"), [(0.005, False), (0.02, True), (1.0, True)])
def test_copies_are_told(share, fault):
    assert kinds(record(layer=lambda i: {"twins": share if i == 1 else 0.0})) == (["twins"] if fault else [])


def test_copies_are_meant_in_the_output_in_frozen_layers_and_at_the_end_of_a_branch():
    assert kinds(record(layer=lambda i: {"twins": 1.0 if i == 6 else 0.0})) == []
    assert kinds(record(layer=lambda i: {"twins": 1.0, "trainable": False} if i == 1 else {})) == []
    assert kinds(record(each={"twins": 1.0, "weight_second_moment": 0.0, "activated": 1.0}, residual=True)) == []


def test_shared_weights_are_told_by_pairs():
    fault = told(record(shared=[("layer 1", "layer 2"), ("layer 1", "layer 3")]), "shared_weights")
    assert fault.where == "layer 1 and layer 2, layer 1 and layer 3" and fault.evidence.startswith("2 pairs")


@pytest.mark.parametrize(("share", "fault"), [(0.94, False), (0.96, True)])
def test_biases_may_be_nineteen_parts_of_twenty(share, fault):
    assert kinds(record(layer=lambda i: {"bias_second_moment": 2 * share if i == 3 else 0.0})) == (
        ["bias_dominates"] if fault else []
    )
    assert (
        kinds(record(each={"bias_second_moment": 2 * share}, normalized=True)) == []
    )  # a normalization takes them out


# ---- loss, step, precision ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("classes", [2, 10, 1000])
@pytest.mark.parametrize(("times", "fault"), [(1.9, False), (2.1, True)])
def test_the_first_loss_may_be_twice_that_of_knowing_nothing(classes, times, fault):
    seen = record(loss=np.full(SEEDS, times * math.log(classes)), classes=classes)
    assert kinds(seen) == (["first_loss"] if fault else [])
    assert kinds(record(loss=np.full(SEEDS, 99.0), classes=None, loss_name="squared")) == []


@pytest.mark.parametrize(
    ("each", "dtype", "words"),
    [
        ({"update_ratio": 1.1}, "float32", "times as large as its weights"),
        ({"update_ratio": 0.9}, "float32", None),
        ({"update_ratio": 0.9 * 2.0**-25}, "float32", "less than float32 can add"),
        ({"update_ratio": 1.1 * 2.0**-25}, "float32", None),
        ({"update_ratio": 1.1 * 2.0**-54}, "float64", None),
        ({"update_ratio": 0.9 * 2.0**-54}, "float64", "less than float64 can add"),
    ],
)
def test_the_first_step_is_compared_with_the_weights(each, dtype, words):
    found = find(record(each=each, dtype=dtype))
    assert [fault.kind for fault in found] == (["frozen_or_uneven_updates"] if words else [])
    assert not words or words in found[0].evidence


@pytest.mark.parametrize(("least", "fault"), [(1.1e-5, False), (0.9e-5, True)])
def test_one_rate_serves_layers_that_are_a_thousandfold_apart_and_no_more(least, fault):
    seen = record(layer=lambda i: {"update_ratio": least if i == 2 else 1e-2})
    assert kinds(seen) == (["frozen_or_uneven_updates"] if fault else [])
    if fault:
        assert told(seen, "frozen_or_uneven_updates").where == "layer 3"
    assert kinds(record(layer=lambda i: {"update_ratio": least if i == 2 else 1e-2, "trainable": i != 2})) == []
    assert kinds(record(layer=lambda i: {"update_ratio": [math.inf, 0.0, 1e-2][min(i, 2)]})) == []  # weights of zero


def test_attention_is_judged_by_the_weight_of_one_place_where_there_are_enough():
    def attending(peak, places=16):
        return record(attention=(("block.qkv", places, np.full(SEEDS, peak)), ("other.qkv", 16, np.full(SEEDS, 0.2))))

    assert kinds(attending(0.59)) == []
    assert kinds(attending(0.61)) == ["saturated_attention"]
    assert kinds(attending(0.61, places=7)) == []
    assert kinds(attending(math.nan)) == []
    fault = told(attending(0.9), "saturated_attention")
    assert fault.where == "block.qkv" and "90 %" in fault.evidence and "16 places" in fault.evidence
    assert kinds(record(attention=(("a", 16, [0.9] * SEEDS),), nonfinite="the loss")) == ["nonfinite"]


def test_probabilities_that_are_taken_for_logits_are_told_with_what_the_loss_cannot_reach():
    fault = told(record(ends_with="softmax", zero_outputs=np.zeros(SEEDS)), "two_softmaxes")
    assert fault.where == "layer 7" and fault.certainty == 1
    assert f"below {-math.log(math.e / (math.e + 9)):.3g}," in fault.evidence  # the loss at (1, 0, …, 0)
    assert f"about {0.1 * 0.9:.2g}." in fault.evidence  # p(1 - p) where each of ten classes has p = 1/10
    assert kinds(record(ends_with="softmax", loss_name=None, classes=None)) == ["two_softmaxes"]
    assert kinds(record(ends_with=None)) == []


def test_a_relu_behind_logits_is_told_by_the_share_of_zeros():
    def ending(zeros, **network):
        return record(ends_with="relu", zero_outputs=np.full(SEEDS, zeros), **network)

    assert kinds(ending(0.09)) == []
    assert kinds(ending(0.11)) == ["relu_logits"]
    assert kinds(record(zero_outputs=np.full(SEEDS, 0.5))) == []
    assert "50 %" in told(ending(0.5), "relu_logits").evidence


def test_nothing_trains_is_told_unless_something_does():
    assert kinds(record(learns=False, each={"trainable": False, "weight_gradient": math.nan})) == ["nothing_trains"]
    assert kinds(record(each={"trainable": False, "weight_gradient": math.nan})) == []


def test_half_precision_is_told_by_what_it_cannot_hold():
    assert kinds(record(each={"signal": (65504 / 4.1) ** 2}, dtype="float16")) == []
    assert kinds(record(each={"signal": (65504 / 3.9) ** 2}, dtype="float16")) == ["half_precision"]
    assert kinds(record(each={"signal": (65504 / 3.9) ** 2}, dtype="bfloat16")) == []
    assert kinds(record(each={"weight_gradient": (1.1 * 2.0**-24) ** 2}, dtype="float16")) == []
    assert kinds(record(each={"weight_gradient": (0.9 * 2.0**-24) ** 2}, dtype="float16")) == ["half_precision"]
    assert "half_precision" in kinds(record(each={"update_ratio": 2.0**-10}, dtype="bfloat16"))
    assert "half_precision" not in kinds(record(each={"update_ratio": 2.0**-8}, dtype="bfloat16"))


# ---- networks that are drawn -------------------------------------------------------------------------------------------
def deep(depth, width=128, n_in=64, n_out=10):
    return (n_in, *(width,) * depth, n_out)


SMALL_LAST = [*["he_normal"] * 10, initializers.get("normal", std=0.001)]

HEALTHY = {
    "He relu, 30 layers": (deep(30, 200), "relu", "he_normal"),
    "He relu, 20 layers": (deep(20), "relu", "he_normal"),
    "SELU, LeCun, 50 layers": (deep(50), "selu", "lecun_normal"),
    "orthogonal tanh": (deep(40), "tanh", initializers.get("orthogonal", gain=1.05)),
    "tanh, Xavier, 20 layers": (deep(20), "tanh", "xavier_normal"),
    "tanh, Xavier, 60 layers": (deep(60), "tanh", "xavier_normal"),
    "linear, LeCun, 50 layers": (deep(50), "identity", "lecun_normal"),
    "narrow and shallow": (deep(3, 8), "relu", "he_normal"),
    "a zero last layer": (deep(10), "relu", ["he_normal"] * 10 + ["zeros"]),
    "a small last layer": (deep(10), "relu", SMALL_LAST),
    "PyTorch's default, 3 layers": (deep(2), "relu", "pytorch_default"),
    "a pyramid": ((256, 128, 64, 32, 16, 8, 4, 2), "relu", "he_normal"),
    "one layer": ((64, 10), "relu", "xavier_normal"),
    "GELU, 8 layers": (deep(8), "gelu", "he_normal"),
    "two classes": (deep(4, n_out=2), "relu", "he_normal"),
    "a thousand classes": (deep(4, n_out=1000), "relu", "he_normal"),
    "tanh gain 5/3, 10 layers": (deep(10), "tanh", initializers.get("xavier_normal", gain=5 / 3)),
}

FAULTY = {
    "quiet weights": ((deep(5), "relu", initializers.get("normal", std=0.01)), {"vanishing_signal", "vanishing_gradient"}),
    "loud weights": ((deep(20), "relu", initializers.get("variance_scaling", scale=8.0)), {"exploding_signal", "exploding_gradient", "first_loss"}),
    "a loud last layer": ((deep(4), "relu", ["he_normal"] * 4 + [initializers.get("normal", std=1.0)]), {"first_loss"}),
    "one quiet layer": ((deep(5), "relu", ["he_normal"] * 2 + [initializers.get("normal", std=0.001)] + ["he_normal"] * 3), {"vanishing_signal", "vanishing_gradient"}),
    "one number for all weights": ((deep(2, 64), "tanh", initializers.get("constant", value=0.02)), {"twins"}),
    "PyTorch's default, 20 layers": ((deep(20), "relu", "pytorch_default"), {"vanishing_gradient", "inputs_merge"}),
    "a GELU at its gain": ((deep(40), "gelu", initializers.get("variance_scaling", scale=moments.gain("gelu") ** 2)), {"unstable_level", "exploding_gradient", "first_loss"}),
    "narrow and deep": ((deep(60, 8), "relu", "he_normal"), {"fluctuation"}),
    "narrow and deep, linear": ((deep(60, 8), "identity", "lecun_normal"), {"fluctuation"}),
    "too narrow for ReLU": ((deep(20, 3), "relu", "he_normal"), {"dead_layer", "fluctuation"}),
    "flat tanh": ((deep(5), "tanh", initializers.get("normal", std=1.0)), {"exploding_gradient", "chaotic", "saturated", "first_loss"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HEALTHY)
@pytest.mark.parametrize("rng", [0, 1])
def test_what_is_well_is_not_accused(name, rng):
    assert diagnose(*HEALTHY[name], rng=rng).kinds == ()


@pytest.mark.parametrize("name", FAULTY)
def test_what_is_wrong_is_named(name):
    arguments, wanted = FAULTY[name]
    assert set(diagnose(*arguments).kinds) == wanted


def test_the_options_of_a_start_reach_the_rules():
    widths = deep(6)
    seen = {
        "bias_dominates": {"bias_std": 20.0},
        "dead_layer": {"bias_init": initializers.get("constant", value=-2.0)},
        "frozen_or_uneven_updates": {"rate": 1e-9},
        "first_loss": {"x": 100 * np.random.default_rng(0).standard_normal((32, 64))},
    }
    for kind, options in seen.items():
        assert kind in diagnose(widths, "relu", "he_normal", **options).kinds, kind


def test_layers_drawn_from_one_seed_are_found():
    report = diagnose(deep(3, 32), "relu", lambda shape, rng: initializers.he_normal(shape, 7))
    assert report.kinds == ("shared_weights",)


def test_a_start_on_its_tip_falls_to_both_sides():
    """Inputs with which q₁ is the unstable fixed point itself: the width alone pushes the level off, and theory's mean stays."""
    scale = moments.gain("gelu") ** 2
    x = np.random.default_rng(0).standard_normal((32, 64))
    x *= math.sqrt(1 / scale / np.mean(x**2))
    report = diagnose(deep(60, 64), "gelu", initializers.get("variance_scaling", scale=scale), x=x)
    assert "unstable_level" in report.kinds and "pencil" in report.faults[report.kinds.index("unstable_level")].evidence
    assert (
        "unstable_level"
        not in diagnose(deep(4, 200), "gelu", initializers.get("variance_scaling", scale=scale), x=x).kinds
    )


# ---- faults and remedies themselves ------------------------------------------------------------------------------------
def test_each_kind_has_a_rule_and_a_title():
    assert list(faults._RULES) == list(FAULTS) and all(FAULTS.values())


@pytest.mark.parametrize(
    "wrong", [{"kind": "unheard_of"}, {"certainty": 1.5}, {"certainty": -0.1}, {"certainty": math.nan}]
)
def test_a_fault_refuses_what_is_none(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Fault(
            **({"kind": "twins", "where": "a", "evidence": "b", "certainty": 1.0, "remedy": "c", "code": "d"} | wrong)
        )


@pytest.mark.parametrize("source", SOURCES)
def test_each_framework_has_a_line_for_each_change(source):
    assert _LINES[source].keys() == _LINES["numpy"].keys()
    for what in _LINES[source]:
        assert "{" not in line(source, what, scale=2.0).replace("{}", "")
    assert "2.352" in line(source, "variance_scaling", scale=2.352)
    compile(line("numpy", "he_normal"), "", "exec")


@pytest.mark.parametrize("name", NAMES)
def test_the_start_that_is_advised_keeps_the_level_or_says_that_it_does_not(name):
    start = start_for(name)
    assert start.why and start.name in initializers.NAMES
    if "normalization" in start.why or not get(name).homogeneous:
        return
    assert start.scale * float(moments.second_moment(name)) == pytest.approx(1, rel=1e-3)


def test_advice_follows_theory():
    assert [start_for(name).name for name in ("relu", "leaky_relu", "tanh", "selu", "identity", "softsign")] == [
        *("he_normal", "he_normal", "xavier_normal", "lecun_normal", "lecun_normal", "xavier_normal")
    ]
    steep = get("leaky_relu", negative_slope=0.5)
    assert start_for(steep).name == "variance_scaling" and start_for(steep).scale == pytest.approx(2 / 1.25)
    assert start_for("erf").scale == pytest.approx(math.pi / 4)  # erf'(0) = 2/√π
    assert (
        start_for("gelu").scale == pytest.approx(moments.gain("gelu") ** 2) and "normalization" in start_for("gelu").why
    )
    assert start_for(None).scale == start_for("unheard_of").scale == 1


def test_an_observed_start_can_be_judged_alone():
    assert kinds(observe(deep(20), "relu", "xavier_normal")) == ["vanishing_signal", "vanishing_gradient"]
