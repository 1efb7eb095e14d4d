"""LSUV: the variances that it promises, on each replica by itself, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weightinit.activations import NAMES
from weightinit.lsuv import lsuv
from weightinit.network import MLP

pytestmark = pytest.mark.filterwarnings("error")


def batch(n: int = 12, size: int = 40, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((size, n))


def variances(network: MLP, x: np.ndarray) -> np.ndarray:
    """By the network's own forward pass, which LSUV does not use."""
    network.forward(x)
    return np.stack([z.var(axis=(1, 2)) for z in network.pre_activations], axis=1)


@pytest.mark.parametrize("activation", NAMES)
def test_every_layer_has_variance_1_for_every_activation_after_one_round(activation):
    network = MLP((12, 20, 20, 20, 5), activation, init="orthogonal", rng=1, replicas=3)
    started = lsuv(network, batch())
    np.testing.assert_allclose(variances(started.network, batch()), 1, atol=0.1)
    np.testing.assert_allclose(started.variance, variances(started.network, batch()), rtol=1e-12)
    assert started.rounds.max() == 1


@settings(max_examples=30, deadline=None)
@given(
    tolerance=st.floats(0.01, 0.3),
    scale=st.floats(1e-3, 1e3),
    widths=st.lists(st.integers(1, 9), min_size=2, max_size=6),
)
def test_any_scale_of_a_linear_network_ends_within_the_tolerance(tolerance, scale, widths):
    network = MLP(
        tuple(widths), "identity", init=lambda shape, rng: scale * rng.standard_normal(shape), rng=2, replicas=2
    )
    x = batch(widths[0])
    started = lsuv(network, x, tolerance=tolerance)
    assert np.all(np.abs(variances(started.network, x) - 1) < tolerance)


def test_only_what_is_far_is_divided_and_by_the_root():
    network = MLP((12, 12), "identity", init=lambda shape, rng: np.eye(12), rng=0, replicas=2)
    x = batch()
    x /= x.std()
    network.weights[0][1] *= 3.0
    started = lsuv(network, x)
    np.testing.assert_array_equal(started.network.weights[0][0], np.eye(12))
    np.testing.assert_allclose(started.network.weights[0][1], np.eye(12), rtol=1e-12, atol=0)
    np.testing.assert_array_equal(started.rounds, [[0], [1]])
    np.testing.assert_array_equal(network.weights[0][1], 3.0 * np.eye(12), "the network itself is not changed")


def test_a_layer_just_inside_the_tolerance_stays_and_one_just_outside_does_not():
    x = batch()
    x /= x.std()
    network = MLP((12, 12), "identity", init=lambda shape, rng: np.eye(12), rng=0, replicas=2)
    network.weights[0][0] *= np.sqrt(1.099)
    network.weights[0][1] *= np.sqrt(1.101)
    np.testing.assert_array_equal(lsuv(network, x).rounds, [[0], [1]])


def test_the_mean_of_a_layer_is_no_variance():
    """Inputs far from 0 with equal rows of weights: the second moment is a thousand times the variance."""
    x = batch() + 30.0
    started = lsuv(MLP((12, 6), init="he_normal", rng=4, replicas=5), x)
    z = started.network.predict(x)
    np.testing.assert_allclose(z.var(axis=(1, 2)), 1, rtol=1e-9)
    assert np.mean(z**2) > 1.01


def test_biases_are_kept_and_cost_more_rounds():
    network = MLP((12, 30, 30, 4), init="orthogonal", rng=5, replicas=4, bias_std=0.3)
    started = lsuv(network, batch())
    for before, after in zip(network.biases, started.network.biases, strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_allclose(variances(started.network, batch()), 1, atol=0.1)
    assert 1 < started.rounds.max() <= 10


def test_a_replica_of_a_batch_of_its_own_is_scaled_by_that():
    network = MLP((12, 5), init="he_normal", rng=6, replicas=2)
    network.weights[0][1] = network.weights[0][0]
    x = np.stack([batch(), 5 * batch()])
    started = lsuv(network, x)
    np.testing.assert_allclose(started.network.weights[0][0], 5 * started.network.weights[0][1], rtol=1e-12)


def test_single_precision_stays():
    started = lsuv(MLP((12, 30, 4), init="orthogonal", rng=7, dtype=np.float32), batch())
    assert started.network.weights[0].dtype == np.float32
    np.testing.assert_allclose(variances(started.network, batch()), 1, atol=0.1)


# ---- what is refused --------------------------------------------------------------------------------------------------
def test_biases_that_vary_too_much_are_said_by_the_layer():
    with pytest.raises(
        RuntimeError, match=r"layer 1 has the variance .* after 3 rounds, not within 0\.1 of 1: its biases"
    ):
        lsuv(MLP((12, 200, 4), rng=0, bias_std=2.0), batch(), rounds=3)


def test_a_layer_that_puts_out_nothing_is_named():
    network = MLP((12, 6, 6, 2), rng=0)
    network.weights[1][...] = 0.0
    with pytest.raises(ValueError, match=r"network must have outputs that vary .* a variance of 0 in layer 2"):
        lsuv(network, batch())


def test_a_layer_that_overflows_is_named():
    network = MLP((12, 6, 2), rng=0)
    network.weights[0][...] = 1e200
    with pytest.raises(ValueError, match=r"finite in every layer, got a variance of (inf|nan) in layer 1"):
        lsuv(network, batch())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"network": "mlp"}, TypeError, "network must be an MLP, got 'mlp'"),
        ({"x": batch(11)}, ValueError, r"x must have the shape \(batch, 12\)"),
        ({"x": np.full((3, 12), np.nan)}, ValueError, "x must be finite"),
        ({"tolerance": 0.0}, ValueError, "tolerance"),
        ({"tolerance": 1.0}, ValueError, "tolerance"),
        ({"tolerance": "small"}, TypeError, "tolerance"),
        ({"rounds": 0}, ValueError, "rounds"),
        ({"rounds": 1.5}, TypeError, "rounds"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    given_ = {"network": MLP((12, 4), rng=0), "x": batch()} | arguments
    with pytest.raises(error, match=message):
        lsuv(**given_)
