"""What is measured of a network told by its widths: against the same network, run and measured by hand."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weightinit import MLP, activations, initializers
from weightinit.diagnosis import dense
from weightinit.diagnosis.dense import observe
from weightinit.training import Adam

WIDTHS, BATCH, SEEDS = (7, 6, 6, 5), 9, 3


@pytest.fixture(scope="module", params=["relu", "tanh", "gelu", "leaky_relu", "relu6"])
def by_hand(request):
    """(observed, network after both passes, batch): the same replicas, of which every number can be computed plainly."""
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((BATCH, WIDTHS[0])), rng.integers(WIDTHS[-1], size=BATCH)
    init = initializers.get("normal", std=0.9)
    options = {"rng": 11, "bias_std": 0.3}
    found = observe(WIDTHS, request.param, init, seeds=SEEDS, x=x, targets=y, rate=0.25, **options)
    network = MLP(WIDTHS, request.param, init=init, replicas=SEEDS, dtype=np.float32, **options)
    loss = network.loss_and_gradients(x.astype(np.float32), y)
    return found, network, loss


def cosine(a, b):
    return a @ b / math.sqrt(a @ a) / math.sqrt(b @ b)


def plainly(network, layer, replica):
    """Everything that is measured of one layer of one replica, a unit and an input at a time."""
    z = network.pre_activations[layer][replica].astype(float)
    x = network.activations[layer + 1][replica].astype(float)
    w, b = network.weights[layer][replica].astype(float), network.biases[layer][replica].astype(float)
    g = network.weight_gradients[layer][replica].astype(float)
    batch, units = z.shape
    means = z.mean(axis=0)
    pairs = itertools.combinations(range(batch), 2)
    numbers = {
        "signal": (z**2).mean(),
        "activated": (x**2).mean(),
        "mean": z.mean(),
        "between": sum(((z[:, k] - means[k]) ** 2).sum() / (batch - 1) for k in range(units)) / units,
        "correlation": np.mean([cosine(z[i], z[j]) for i, j in pairs]),
        "gradient": ((network.deltas[layer][replica].astype(float) * batch) ** 2).mean(),
        "weight_gradient": (g**2).mean(),
        "weight_second_moment": (w**2).mean(),
        "bias_second_moment": (b**2).mean(),
        "twins": 0.0,
        "update_ratio": 0.25 * math.sqrt((g**2).mean() / (w**2).mean()),
    }
    if layer < network.depth - 1 and dense.is_rectifier(network.activation):
        numbers["dead"] = np.mean([(x[:, k] == 0).all() for k in range(units)])
    if layer < network.depth - 1 and dense.is_bounded(network.activation):
        numbers["saturated"] = (np.abs(network.activation.df(z)) < 0.05).mean()
    return numbers


def test_every_number_is_that_of_the_network_run_by_hand(by_hand):
    found, network, loss = by_hand
    np.testing.assert_allclose(found.loss, loss, rtol=1e-5)
    for layer, replica in itertools.product(range(network.depth), range(SEEDS)):
        wanted = plainly(network, layer, replica)
        for name, value in wanted.items():
            got = getattr(found.layers[layer], name)[replica]
            assert got == pytest.approx(value, rel=2e-4, abs=1e-6), (name, layer, replica)
        unmeasured = {"dead", "saturated"} - wanted.keys()
        assert all(np.isnan(getattr(found.layers[layer], name)).all() for name in unmeasured)


def test_the_record_says_what_the_network_is(by_hand):
    found, network, _ = by_hand
    assert [(a.name, a.fan_in, a.fan_out, a.width) for a in found.layers] == [
        ("layer 1", 7, 6, 6),
        ("layer 2", 6, 6, 6),
        ("layer 3", 6, 5, 5),
    ]
    assert [a.activation for a in found.layers] == [network.activation.name] * 2 + ["identity"]
    assert (found.source, found.classes, found.loss_name, found.batch, found.seeds) == (
        "numpy",
        5,
        "cross_entropy",
        9,
        3,
    )
    assert found.input_second_moment == pytest.approx([(network.activations[0][0] ** 2).mean()] * 3, rel=1e-5)


def test_adams_first_step_is_the_one_that_adam_makes():
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((BATCH, 7)) * 1e-6, rng.integers(5, size=BATCH)  # gradients near Adam's ε
    found = observe(WIDTHS, "tanh", "lecun_normal", seeds=2, x=x, targets=y, optimizer="adam", rate=0.01)
    network = MLP(WIDTHS, "tanh", init="lecun_normal", rng=0, replicas=2, dtype=np.float32)
    network.loss_and_gradients(x.astype(np.float32), y)
    before = [w.copy() for w in network.weights]
    Adam(0.01).step(network)
    for layer, old, new in zip(found.layers, before, network.weights, strict=True):
        ratio = np.sqrt(((new - old) ** 2).mean(axis=(1, 2)) / (old**2).mean(axis=(1, 2)))
        assert layer.update_ratio == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize("gain", [1.0, 3.0])
def test_the_measured_chi_of_an_orthogonal_linear_layer_is_its_squared_gain(gain):
    found = observe((8,) * 4, "identity", initializers.get("orthogonal", gain=gain), seeds=2)
    assert found.by_layer("jacobian")[:, :-1] == pytest.approx(gain**2, rel=1e-5)
    assert np.isnan(found.by_layer("jacobian")[:, -1]).all()


def test_chi_is_measured_at_the_slope_of_the_layer_itself():
    # all weights 0: z is the bias, and the slope at it, squared, is all that the second layer adds
    start = [initializers.get("zeros"), initializers.get("orthogonal"), initializers.get("orthogonal")]
    found = observe((6,) * 4, "tanh", start, seeds=2, bias_init=initializers.get("constant", value=0.5))
    assert found.layers[0].jacobian == pytest.approx((1 - math.tanh(0.5) ** 2) ** 2, rel=1e-5)


# ---- units ------------------------------------------------------------------------------------------------------------
def planted(columns):
    def draw(shape, rng):
        weight = rng.standard_normal(shape)
        for one, other in columns:
            weight[:, other] = weight[:, one]
        return weight

    return draw


def test_a_copied_unit_and_its_original_are_twins():
    found = observe((20, 10, 10, 3), "tanh", [planted([(0, 7), (0, 3), (1, 2)]), planted([]), "zeros"], seeds=2)
    assert [layer.twins.tolist() for layer in found.layers] == [[0.5, 0.5], [0, 0], [1, 1]]


def test_units_that_differ_in_one_weight_or_in_their_bias_are_no_twins():
    def nearly(shape, rng):
        weight = np.tile(rng.standard_normal((shape[0], 1)), shape[1])
        weight[3] += np.arange(shape[1])  # none of the three weights by which units are sorted
        return weight

    assert observe((20, 5, 3), "tanh", [nearly, "zeros"], seeds=1).layers[0].twins == [0]
    ones = initializers.get("constant", value=1.0)
    assert observe((20, 5, 3), "tanh", ones, seeds=1, bias_std=1.0).layers[0].twins == [0]
    assert observe((20, 5, 3), "tanh", ones, seeds=1).layers[0].twins == [1]


def test_layers_drawn_from_one_seed_share_their_weights():
    def same(shape, rng):
        return np.random.default_rng(3).standard_normal(shape)

    assert observe((4, 4, 5, 4, 4), "tanh", same, seeds=2).shared == (("layer 1", "layer 4"),)
    assert observe((4, 4, 4), "tanh", initializers.get("constant", value=2.0), seeds=2).shared == ()
    assert observe((4, 4, 4), "tanh", "he_normal", seeds=2).shared == ()


def test_only_what_is_exactly_zero_is_a_rectifier_and_what_levels_off_on_both_sides_is_bounded():
    assert {name for name in activations.NAMES if dense.is_rectifier(activations.get(name))} == {
        *("relu", "relu6", "squared_relu", "hard_swish", "hard_sigmoid", "gelu", "gelu_tanh")
    } & set(activations.NAMES)
    assert {name for name in activations.NAMES if dense.is_bounded(activations.get(name))} == {
        *("tanh", "sigmoid", "erf", "softsign", "hard_tanh", "hard_sigmoid", "arctan", "isru")
    }


# ---- far from 1 -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scale", [200.0, 0.02])
def test_a_hundred_relu_layers_neither_overflow_nor_underflow(scale):
    found = observe((32,) * 101, "relu", initializers.get("variance_scaling", scale=scale), seeds=5)
    logs = np.log(found.by_layer("signal"))
    # 99 steps by ln(scale/2) = ±4.6; a network of this width loses 5·99/(2·32) = 8 of it, and scatters by 4 (finite_width)
    assert (logs[:, -1] - logs[:, 0]).mean() == pytest.approx(99 * math.log(scale / 2) - 7.7, abs=5 * 4 / math.sqrt(5))
    assert np.isfinite(found.by_layer("gradient")).all() and (found.by_layer("gradient") > 0).all()
    place = found.nonfinite
    assert (place is None) if scale < 1 else "beyond float32 in" in place and place.startswith("the output of layer")


def test_where_float32_ends_float64_goes_on_and_the_place_is_named():
    tiny = observe((16,) * 80, "tanh", initializers.get("normal", std=0.01), seeds=2)
    signal = np.log(tiny.by_layer("signal"))
    assert signal[:, -1].max() < -300 and np.diff(signal, axis=1).std() < 1.5  # a straight line, and no end of it
    loud = observe((16,) * 50, "gelu", initializers.get("normal", std=10.0), seeds=2)
    steps = np.sqrt(loud.by_layer("signal").max(axis=0))
    first = int(np.argmax(steps > np.finfo(np.float32).max)) + 1
    assert loud.nonfinite.startswith(f"the output of layer {first} is beyond float32 in ")


def test_what_float64_cannot_say_is_its_smallest_number_and_zero_stays_zero():
    one = np.array([1.0, 0.0, 1.0])
    scaled = dense._scaled(one, np.array([-2000, -2000, 2000]))
    assert scaled.tolist() == [np.finfo(float).tiny, 0, np.finfo(float).max]
    assert dense._scaled(np.array([3.0]), np.array([2])).tolist() == [12]


def test_a_few_replicas_at_a_time_are_the_same_networks(monkeypatch):
    whole = observe((5, 6, 4), "relu", "he_normal", seeds=4, rate=0.1)
    monkeypatch.setattr(dense, "_CHUNK_BYTES", 1)
    apart = observe((5, 6, 4), "relu", "he_normal", seeds=4, rate=0.1)
    for name in ("signal", "gradient", "weight_gradient", "jacobian", "correlation", "update_ratio"):
        np.testing.assert_allclose(apart.by_layer(name), whole.by_layer(name), rtol=1e-5)
    np.testing.assert_allclose(apart.loss, whole.loss, rtol=1e-6)
    given_x = np.random.default_rng(0).standard_normal((3, 5))
    both = [observe((5, 6, 4), "tanh", "he_normal", seeds=4, x=given_x, targets=[0, 1, 2])]
    monkeypatch.undo()
    both.append(observe((5, 6, 4), "tanh", "he_normal", seeds=4, x=given_x, targets=[0, 1, 2]))
    np.testing.assert_allclose(both[0].by_layer("gradient"), both[1].by_layer("gradient"), rtol=1e-5)


def test_fewer_seeds_are_drawn_of_a_large_network(monkeypatch):
    assert observe((5, 6, 4), "relu", "he_normal").seeds == 20
    monkeypatch.setattr(dense, "PARAMETERS", 54 * 8)
    assert observe((5, 6, 4), "relu", "he_normal").seeds == 8  # 5·6 + 6·4 = 54 weights
    monkeypatch.setattr(dense, "PARAMETERS", 54)
    assert observe((5, 6, 4), "relu", "he_normal").seeds == 1
    (note,) = observe((5, 6, 4), "relu", "he_normal").notes
    assert (
        note
        == "19 of the usual 20 networks, which were not drawn since each has 54 weights (more with --seeds, seeds=)"
    )
    assert observe((5, 6, 4), "relu", "he_normal", seeds=9).seeds == 9
    assert observe((5, 6, 4), "relu", "he_normal", seeds=9).notes == ()


def test_fewer_seeds_are_drawn_of_a_deep_network(monkeypatch):
    monkeypatch.setattr(dense, "LAYERS", 12)
    found = observe((5, 6, 4), "relu", "he_normal")
    assert found.seeds == 6
    assert observe((5, 6, 4), "tanh", "he_normal").seeds == 3  # it may have to be computed twice
    assert found.notes == (
        "14 of the usual 20 networks, which were not drawn since each is that deep (more with --seeds, seeds=)",
    )


def test_a_generator_gives_the_same_networks_as_its_seed():
    one = observe((5, 6, 4), "tanh", "he_normal", rng=np.random.default_rng(4), seeds=2)
    assert (
        one.by_layer("signal").tolist()
        == observe((5, 6, 4), "tanh", "he_normal", rng=4, seeds=2).by_layer("signal").tolist()
    )


def test_one_output_is_compared_by_the_squared_loss():
    found = observe((5, 6, 1), "tanh", "he_normal", seeds=2)
    assert (found.loss_name, found.classes) == ("squared", None)


def test_targets_may_differ_from_seed_to_seed():
    y = [[0, 1, 2], [2, 1, 0]]
    x = np.random.default_rng(0).standard_normal((3, 5))
    found = observe((5, 3), "tanh", "he_normal", seeds=2, x=x, targets=y)
    network = MLP((5, 3), "tanh", init="he_normal", rng=0, replicas=2, dtype=np.float32)
    assert found.loss == pytest.approx(network.loss_and_gradients(x.astype(np.float32), y), rel=1e-5)


def test_a_zero_last_layer_hides_the_gradient_and_that_is_noted():
    (note,) = observe((5, 6, 4), "tanh", ["he_normal", "zeros"], seeds=2).notes
    assert note.startswith("the gradient below the last layer, which begins with zero")
    for start in ("he_normal", "zeros"):
        assert observe((5, 6, 4), "tanh", start, seeds=2).notes == ()
    assert observe((5, 4), "tanh", "zeros", seeds=2).notes == ()


# ---- bad input --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"widths": (784,)}, "widths must have at least two entries"),
        ({"widths": (784, -3, 10)}, "widths must be an integer >= 1, got -3"),
        ({"activation": "rleu"}, "activation must be one of .* did you mean 'relu'"),
        ({"init": "he_nromal"}, "init must be one of .* did you mean 'he_normal'"),
        ({"init": "normal"}, "init must be a function"),
        ({"seeds": 0}, "seeds must be an integer >= 1, got 0"),
        ({"batch": 1}, "batch must be an integer >= 2, got 1"),
        ({"loss": "hinge"}, "loss must be one of 'cross_entropy', 'squared'"),
        ({"optimizer": "lion"}, "optimizer must be one of 'sgd', 'adam', got 'lion'"),
        ({"rate": 0.0}, "rate must be > 0"),
        ({"bias_std": -1.0}, "bias_std must be >= 0"),
        ({"x": np.ones((3, 4))}, r"x must have the shape \(batch, 5\)"),
        ({"x": np.ones((1, 5))}, "x must hold two inputs or more"),
        ({"x": [[math.nan] * 5] * 3}, "x must be finite"),
        ({"x": np.ones((0, 5))}, "x must have the shape"),
        ({"targets": [7] * 32}, r"targets must be in \[0, 4\), got 7 to 7"),
        ({"targets": [1.5] * 32}, "targets must be integer labels"),
        ({"widths": (5, 1), "loss": "cross_entropy"}, "loss must be 'squared' for a network with one output"),
    ],
)
def test_bad_input_is_named(wrong, words):
    arguments = {"widths": (5, 6, 4), "activation": "relu", "init": "he_normal"} | wrong
    with pytest.raises((TypeError, ValueError), match=f"^{words}"):
        observe(arguments.pop("widths"), arguments.pop("activation"), arguments.pop("init"), **arguments)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=6),
    st.sampled_from(activations.NAMES),
    st.sampled_from(["he_normal", "zeros", "orthogonal", "pytorch_default", "xavier_uniform"]),
    st.integers(2, 5),
)
def test_any_network_can_be_observed(widths, activation, init, batch):
    found = observe(widths, activation, init, seeds=2, batch=batch)
    assert found.depth == len(widths) - 1 and found.nonfinite is None
    assert np.isfinite(found.by_layer("signal")).all() and np.isfinite(found.loss).all()
