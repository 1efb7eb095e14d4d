"""Rules of start and rate: against the powers written down by hand, and equal forms by training them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weightinit.network import MLP
from weightinit.parametrizations import FORMS, NAMES, parametrize
from weightinit.training import SGD, Adam, train

pytestmark = pytest.mark.filterwarnings("error")

X = np.random.default_rng(0).standard_normal((12, 5))
Y = np.arange(12) % 3
DEEP = (5, 64, 64, 3)

# r = width/base: powers of r that (std, multiplier, weight_rate, bias_rate) of a layer have beside the standard rule
POWERS = {
    ("standard", "rates", "sgd"): [(0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)],
    ("standard", "rates", "adam"): [(0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)],
    ("ntk", "rates", "sgd"): [(0, 0, 0, 0), (0.5, -0.5, 0, 0), (0.5, -0.5, 0, 0)],
    ("mup", "rates", "sgd"): [(0, 0, 1, 1), (0, 0, 0, 1), (-0.5, 0, -1, 0)],
    ("mup", "rates", "adam"): [(0, 0, 0, 0), (0, 0, -1, 0), (-0.5, 0, -1, 0)],
    ("mup", "multiplier", "sgd"): [(0, 0, 1, 1), (0, 0, 0, 1), (0.5, -1, 1, 0)],
    ("mup", "multiplier", "adam"): [(0, 0, 0, 0), (0, 0, -1, 0), (0.5, -1, 0, 0)],
    ("mup", "one_rate", "sgd"): [(-0.5, 0.5, 0, 1), (0, 0, 0, 1), (0, -0.5, 0, 0)],
    ("mup", "one_rate", "adam"): [(-0.5, 0.5, -0.5, 0), (0, 0, -1, 0), (0, -0.5, -0.5, 0)],
}


@pytest.mark.parametrize("case", POWERS)
def test_powers_of_the_width(case):
    name, form, optimizer = case
    r = 4.0
    found = parametrize(name, (5, 128, 128, 3), optimizer, base=32, form=form).layers
    for layer, powers, n_in, role in zip(
        found, POWERS[case], (5, 128, 128), ("input", "hidden", "output"), strict=True
    ):
        usual = np.array([np.sqrt(2 / n_in), 1, 1, 1])
        got = [layer.std, layer.multiplier, layer.weight_rate, layer.bias_rate]
        np.testing.assert_allclose(got, usual * r ** np.array(powers), rtol=1e-12)
        assert layer.role == role


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_at_the_base_width_all_are_the_standard_rule(optimizer):
    names = [name for name in NAMES if (name, optimizer) != ("ntk", "adam")]
    rules = [parametrize(name, (5, 64, 64, 3), optimizer, base=64).layers for name in names]
    rules += [parametrize("mup", (5, 64, 64, 3), optimizer, base=64, form=form).layers for form in FORMS]
    assert all(rule == rules[0] for rule in rules)


def test_hidden_layers_of_different_widths():
    layers = parametrize("mup", (5, 64, 256, 3), "sgd", base=64).layers
    assert [layer.weight_rate for layer in layers] == [1, 4, 0.25]  # fan_out over fan_in, in units of the base
    assert [layer.bias_rate for layer in layers] == [1, 4, 1]
    assert [layer.weight_rate for layer in parametrize("mup", (5, 64, 256, 3), "adam", base=64).layers] == [1, 1, 0.25]


def losses(rule, rate=0.05, **options) -> np.ndarray:
    """The course of training from one start: shifted rules draw the same normal numbers."""
    network, optimizer = rule.network(1, 2), rule.optimize(rate, **options)
    return train(network, X, Y, optimizer=optimizer, steps=8, record_every=1).loss


@pytest.mark.parametrize(
    ("optimizer", "options"), [("sgd", {}), ("sgd", {"momentum": 0.9}), ("adam", {"epsilon": 1e-30})]
)
def test_the_forms_of_mup_are_one_network(optimizer, options):
    first, *others = (losses(parametrize("mup", DEEP, optimizer, base=16, form=form), **options) for form in FORMS)
    assert np.ptp(first, axis=1).min() > 0.05  # it does train
    for other in others:
        np.testing.assert_allclose(other, first, rtol=1e-9)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@settings(deadline=None)  # trains two networks; a busy machine is no failure
@given(theta=st.floats(0.1, 10), layer=st.integers(0, 2))
def test_a_shift_changes_no_step(optimizer, theta, layer):
    rule = parametrize("standard", (5, 8, 8, 3), optimizer)
    options = {"epsilon": 1e-30} if optimizer == "adam" else {}
    shifted = rule.shifted(layer, theta)
    assert shifted.layers[layer].multiplier == pytest.approx(1 / theta)
    np.testing.assert_allclose(losses(shifted, **options), losses(rule, **options), rtol=1e-7)


def test_the_other_power_of_a_shift_would_change_the_steps():
    """That the two tests above can fail: the rate by θ under gradient descent, or by θ² under Adam."""
    for optimizer, power in (("sgd", 1), ("adam", 2)):
        rule = parametrize("standard", (5, 8, 8, 3), optimizer)
        wrong = rule.shifted(1, 2.0).replaced(1, weight_rate=2.0**power)
        assert np.abs(losses(wrong) - losses(rule)).max() > 1e-4


def test_ntk_starts_as_the_standard_network():
    start = [parametrize(name, DEEP, "sgd", base=16).network(1).predict(X) for name in ("standard", "ntk")]
    np.testing.assert_allclose(*start, rtol=1e-12)


def test_a_zero_output_starts_at_zero_and_learns():
    rule = parametrize("mup", DEEP, "sgd", base=16, zero_output=True)
    assert (rule.network(0).predict(X) == 0).all()
    found = losses(rule)
    np.testing.assert_allclose(found[:, 0], np.log(3))
    assert (found[:, -1] < found[:, 0]).all()


def test_gain_is_the_activations_unless_given():
    assert parametrize("mup", DEEP, "sgd", activation="tanh").layers[0].std == pytest.approx(
        1.5925 / np.sqrt(5), rel=1e-4
    )
    assert parametrize("mup", DEEP, "sgd", gain=1.0).layers[0].std == pytest.approx(1 / np.sqrt(5))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: parametrize("mupp", DEEP, "sgd"), ValueError, "name .*mup"),
        (lambda: parametrize("mup", DEEP, "adamw"), ValueError, "optimizer .*adam"),
        (lambda: parametrize("ntk", DEEP, "adam"), ValueError, "optimizer must be 'sgd'"),
        (lambda: parametrize("standard", DEEP, "sgd", form="multiplier"), ValueError, "form must be 'rates'"),
        (lambda: parametrize("mup", (5, 3), "sgd"), ValueError, "widths must have at least three"),
        (lambda: parametrize("mup", "5-3-2", "sgd"), TypeError, "widths"),
        (lambda: parametrize("mup", (5, 0, 3), "sgd"), ValueError, "widths"),
        (lambda: parametrize("mup", DEEP, "sgd", base=0), ValueError, "base"),
        (lambda: parametrize("mup", DEEP, "sgd", gain=0.0), ValueError, "gain"),
        (lambda: parametrize("mup", DEEP, "sgd", zero_output=1), TypeError, "zero_output"),
        (lambda: parametrize("mup", DEEP, "sgd").shifted(3, 2.0), ValueError, "layer must be below the 3"),
        (lambda: parametrize("mup", DEEP, "sgd").shifted(0, 0.0), ValueError, "theta"),
        (lambda: parametrize("mup", DEEP, "sgd").replaced(3, std=0.0), ValueError, "layer must be below the 3"),
        (lambda: parametrize("mup", DEEP, "sgd").replaced(-4, std=0.0), ValueError, "layer"),
        (
            lambda: parametrize("mup", DEEP, "sgd").replaced(0, sdt=0.0),
            TypeError,
            "changes must be among .*std.*got sdt",
        ),
    ],
)
def test_bad_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()


# ---- what networks and optimizers have for it --------------------------------------------------------------------------
def test_multipliers_are_those_of_the_weights_and_have_their_gradients():
    plain = MLP((5, 4, 3), "tanh", rng=0, replicas=2, bias_std=0.3)
    scaled = MLP((5, 4, 3), "tanh", rng=0, replicas=2, bias_std=0.3, multipliers=[2.0, 0.25])
    for mine, other, m in zip(scaled.weights, plain.weights, (2.0, 0.25), strict=True):
        mine[...] = other / m
    np.testing.assert_allclose(scaled.predict(X), plain.predict(X), rtol=1e-12)
    np.testing.assert_allclose(scaled.loss_and_gradients(X, Y), plain.loss_and_gradients(X, Y), rtol=1e-12)
    for mine, other, m in zip(scaled.weight_gradients, plain.weight_gradients, (2.0, 0.25), strict=True):
        np.testing.assert_allclose(mine, m * other, rtol=1e-9)
    for mine, other in zip(scaled.bias_gradients + scaled.deltas, plain.bias_gradients + plain.deltas, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9)
    assert scaled.copy().multipliers == (2.0, 0.25) and plain.multipliers == (1.0, 1.0)


@pytest.mark.parametrize("bad", [[1.0], [1.0, 0.0], [1.0, -2.0], [1.0, np.nan], "two", [[1.0, 2.0]]])
def test_bad_multipliers(bad):
    with pytest.raises((TypeError, ValueError), match="multipliers"):
        MLP((5, 4, 3), rng=0, multipliers=bad)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_factors_multiply_the_rate_of_their_layer(kind):
    network = MLP((5, 4, 3), "tanh", rng=0, replicas=2)
    other, factors = network.copy(), ((2.0, 0.0), (0.5, 3.0))
    steps = []
    for one, optimizer in ((network, kind([0.1, 0.2])), (other, kind([0.1, 0.2], factors=factors))):
        before = [p.copy() for p in one.weights + one.biases]
        one.loss_and_gradients(X, Y)
        optimizer.step(one)
        steps.append([p - b for p, b in zip(one.weights + one.biases, before, strict=True)])
    for usual, mine, factor in zip(*steps, (2.0, 0.0, 0.5, 3.0), strict=True):
        assert np.abs(usual).min(axis=tuple(range(1, usual.ndim))).max() > 0
        np.testing.assert_allclose(mine, factor * usual, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(
    ("factors", "error"),
    [((1.0, 2.0), ValueError), (((1.0,), (1.0, 2.0)), ValueError), (((-1.0,), (1.0,)), ValueError), (3.0, TypeError)],
)
def test_bad_factors(factors, error):
    with pytest.raises((error, ValueError), match="factors"):
        optimizer = SGD(0.1, factors=factors)
        network = MLP((5, 4, 3), rng=0)
        network.loss_and_gradients(X, Y)
        optimizer.step(network)


def test_factors_of_another_depth_are_refused():
    network = MLP((5, 4, 3), rng=0)
    network.loss_and_gradients(X, Y)
    with pytest.raises(ValueError, match="factors must be two times 2 numbers"):
        Adam(0.1, factors=((1.0,), (1.0,))).step(network)
    assert "factors=((1.0,), (1.0,))" in repr(Adam(0.1, factors=((1.0,), (1.0,))))
