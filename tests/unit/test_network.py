"""Stacks of networks: their start and their passes, against hand computation and finite differences."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from weightinit import activations
from weightinit.losses import LOSSES, accuracy, softmax_cross_entropy, squared_loss
from weightinit.network import MLP
from weightinit.training import SGD, Adam

pytestmark = pytest.mark.filterwarnings("error")


def data(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def by_hand() -> MLP:
    """A 2-2-1 ReLU network small enough to compute on paper."""
    net = MLP((2, 2, 1), "relu", rng=0, dtype=np.float64)
    net.weights[0][0] = [[1.0, -1.0], [2.0, 0.5]]
    net.biases[0][0] = [0.5, -0.5]
    net.weights[1][0] = [[2.0], [-3.0]]
    net.biases[1][0] = [1.0]
    return net


X_HAND = np.array([[1.0, 2.0], [-1.0, 1.0]])


# ------------------------------------------------------------------ passes


def test_forward_by_hand():
    net = by_hand()
    np.testing.assert_array_equal(net.forward(X_HAND), [[[12.0], [1.0]]])
    np.testing.assert_array_equal(net.pre_activations[0], [[[5.5, -0.5], [1.5, 1.0]]])
    np.testing.assert_array_equal(net.activations[1], [[[5.5, 0.0], [1.5, 1.0]]])
    np.testing.assert_array_equal(net.activations[0], X_HAND[None])
    assert net.activations[2] is net.pre_activations[1]


def test_backward_by_hand():
    net = by_hand()
    loss = net.loss_and_gradients(X_HAND, [[10.0], [3.0]], "squared")
    np.testing.assert_array_equal(loss, [2.0])  # ½·mean(2², (−2)²)
    np.testing.assert_array_equal(net.deltas[1], [[[1.0], [-1.0]]])
    np.testing.assert_array_equal(net.weight_gradients[1], [[[4.0], [-1.0]]])
    np.testing.assert_array_equal(net.bias_gradients[1], [[0.0]])
    np.testing.assert_array_equal(net.deltas[0], [[[2.0, 0.0], [-2.0, 3.0]]])
    np.testing.assert_array_equal(net.weight_gradients[0], [[[4.0, -3.0], [2.0, 3.0]]])
    np.testing.assert_array_equal(net.bias_gradients[0], [[0.0, 3.0]])


def test_activated_output_by_hand():
    net = MLP((1, 1, 1), "relu", rng=0, linear_output=False, dtype=np.float64)
    net.weights[0][...], net.weights[1][...] = 2.0, -1.0
    np.testing.assert_array_equal(net.forward([[3.0], [-3.0]]), [[[0.0], [0.0]]])
    net.weights[1][...] = 0.5
    np.testing.assert_array_equal(net.forward([[3.0], [-3.0]]), [[[3.0], [0.0]]])
    net.backward([[7.0], [5.0]])
    np.testing.assert_array_equal(net.deltas[1], [[[7.0], [0.0]]])
    np.testing.assert_array_equal(net.weight_gradients[1], [[[42.0]]])
    np.testing.assert_array_equal(net.weight_gradients[0], [[[10.5]]])


def test_the_derivative_of_relu_at_zero_is_zero():
    net = MLP((1, 1, 1), "relu", rng=0, dtype=np.float64)
    net.weights[0][...], net.weights[1][...] = 0.0, 1.0
    net.forward([[1.0]])
    net.backward([[1.0]])
    np.testing.assert_array_equal(net.deltas[0], [[[0.0]]])


def test_a_linear_network_is_a_product_of_matrices():
    net = MLP((4, 6, 6, 3), "identity", rng=3, replicas=6, dtype=np.float64)
    x, g = data(9, 4), data(6, 9, 3, seed=1)
    w1, w2, w3 = net.weights
    np.testing.assert_allclose(net.forward(x), x @ (w1 @ w2 @ w3), rtol=1e-12, atol=1e-12)
    net.backward(g)
    transpose = (0, 2, 1)
    expected = x.T @ (g @ (w2 @ w3).transpose(transpose))
    np.testing.assert_allclose(net.weight_gradients[0], expected, rtol=1e-12, atol=1e-12)
    expected = (x @ w1 @ w2).transpose(transpose) @ g
    np.testing.assert_allclose(net.weight_gradients[2], expected, rtol=1e-12, atol=1e-12)


NUMERICAL = [(name, "squared", True) for name in activations.NAMES]
NUMERICAL += [(name, "cross_entropy", True) for name in ("relu", "tanh", "leaky_relu", "softplus")]
NUMERICAL += [(name, "squared", False) for name in ("relu", "tanh", "elu", "sigmoid")]


@pytest.mark.parametrize(("name", "loss", "linear_output"), NUMERICAL)
@pytest.mark.parametrize("replicas", [1, 3])
def test_gradients_against_finite_differences(name, loss, linear_output, replicas):
    activation = activations.get(name, negative_slope=0.2) if name == "leaky_relu" else name
    net = MLP(
        (3, 4, 4, 2),  # with a square layer, where a forgotten transpose has a right shape
        activation,
        init="lecun_normal",
        rng=1,
        replicas=replicas,
        bias_std=0.3,
        linear_output=linear_output,
        dtype=np.float64,
    )
    rng = np.random.default_rng(2)
    x = rng.standard_normal((6, 3))
    y = rng.integers(2, size=(replicas, 6)) if loss == "cross_entropy" else rng.standard_normal((6, 2))
    net.loss_and_gradients(x, y, loss)
    gradients = [g.copy() for g in net.weight_gradients + net.bias_gradients]
    h = 1e-6
    for parameter, gradient in zip(net.weights + net.biases, gradients, strict=True):
        for entry in np.ndindex(parameter.shape[1:]):
            at = (slice(None), *entry)
            kept = parameter[at].copy()
            values = []
            for sign in (1, -1):
                parameter[at] = kept + sign * h
                values.append(net.loss_and_gradients(x, y, loss))
            parameter[at] = kept
            np.testing.assert_allclose(gradient[at], (values[0] - values[1]) / (2 * h), rtol=1e-6, atol=1e-8)


def test_bias_gradients_are_sums_over_the_batch():
    net = MLP((3, 4, 2), "tanh", rng=0, replicas=2, dtype=np.float64)
    net.forward(data(5, 3))
    net.backward(np.ones((5, 2)))
    np.testing.assert_allclose(net.bias_gradients[1], 5.0)
    np.testing.assert_allclose(net.bias_gradients[0], net.deltas[0].sum(axis=1))


def test_duplicating_the_batch_leaves_the_mean_gradient():
    net = MLP((3, 4, 2), "tanh", rng=0, dtype=np.float64)
    x, y = data(5, 3), np.array([0, 1, 1, 0, 1])
    first = net.loss_and_gradients(x, y), net.weight_gradients[0].copy()
    second = net.loss_and_gradients(np.tile(x, (4, 1)), np.tile(y, 4)), net.weight_gradients[0].copy()
    np.testing.assert_allclose(first[0], second[0], rtol=1e-13)
    np.testing.assert_allclose(first[1], second[1], rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_replica_is_a_slice_of_many(dtype):
    """The two-dimensional product of one replica and the stacked one of many agree."""
    many = MLP((5, 8, 6, 3), "relu", rng=4, replicas=5, bias_std=0.1, dtype=dtype)
    one = MLP((5, 8, 6, 3), "relu", rng=4, replicas=1, bias_std=0.1, dtype=dtype)
    x, y = data(7, 5), np.arange(7) % 3
    tolerance = {"rtol": 1e-4, "atol": 1e-6} if dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-14}
    np.testing.assert_allclose(many.loss_and_gradients(x, y)[:1], one.loss_and_gradients(x, y), **tolerance)
    for kind in ("pre_activations", "activations", "deltas", "weight_gradients", "bias_gradients"):
        for stack, single in zip(getattr(many, kind), getattr(one, kind), strict=True):
            assert stack.dtype == single.dtype == dtype
            np.testing.assert_allclose(stack[:1], single, **tolerance)


def test_shapes():
    net = MLP((5, 8, 6, 3), rng=4, replicas=2)
    assert net.forward(data(7, 5)).shape == (2, 7, 3)
    net.backward(np.ones((2, 7, 3)))
    assert [w.shape for w in net.weights] == [(2, 5, 8), (2, 8, 6), (2, 6, 3)]
    assert [b.shape for b in net.biases] == [(2, 8), (2, 6), (2, 3)]
    assert [z.shape for z in net.pre_activations] == [(2, 7, 8), (2, 7, 6), (2, 7, 3)]
    assert [a.shape for a in net.activations] == [(2, 7, 5), (2, 7, 8), (2, 7, 6), (2, 7, 3)]
    assert [d.shape for d in net.deltas] == [(2, 7, 8), (2, 7, 6), (2, 7, 3)]
    assert [g.shape for g in net.weight_gradients] == [w.shape for w in net.weights]
    assert [g.shape for g in net.bias_gradients] == [b.shape for b in net.biases]
    assert net.depth == 3
    assert net.parameters == 5 * 8 + 8 + 8 * 6 + 6 + 6 * 3 + 3


def test_a_batch_for_each_replica():
    net = MLP((3, 6, 2), "tanh", rng=0, replicas=4, bias_std=0.2, dtype=np.float64)
    x, y = data(4, 5, 3), np.random.default_rng(1).integers(2, size=(4, 5))
    losses = net.loss_and_gradients(x, y)
    gradients = [g.copy() for g in net.weight_gradients]
    for r in range(4):
        np.testing.assert_allclose(net.loss_and_gradients(x[r], y[r])[r], losses[r], rtol=1e-12)
        for own, stacked in zip(net.weight_gradients, gradients, strict=True):
            np.testing.assert_allclose(own[r], stacked[r], rtol=1e-11, atol=1e-14)


def test_other_batch_sizes_reuse_the_buffers():
    net = MLP((3, 6, 2), "tanh", rng=0, replicas=2, dtype=np.float64)
    net.forward(data(8, 3))
    first = net.activations[-1]
    net.forward(data(8, 3, seed=1))
    assert np.shares_memory(first, net.activations[-1])
    for rows in (3, 8, 11, 1, 8):
        x, g = data(rows, 3, seed=rows), data(rows, 2, seed=rows + 50)
        fresh = net.copy()
        np.testing.assert_array_equal(net.forward(x), fresh.forward(x))
        net.backward(g)
        fresh.backward(g)
        assert net.deltas[0].shape == (2, rows, 6)
        for mine, theirs in zip(net.weight_gradients, fresh.weight_gradients, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    net.forward(data(2, 3))
    assert np.shares_memory(net.activations[-1], net._memory["z"][-1])


def test_a_batch_for_all_replicas_is_kept_once():
    net = MLP((3, 2), rng=0, replicas=50)
    net.forward(data(4, 3))
    assert net.activations[0].shape == (50, 4, 3) and net._memory["input"][0].size == 4 * 3


def test_changing_x_after_forward_does_not_change_the_gradient():
    net = MLP((3, 2), rng=0, dtype=np.float64)
    x = data(4, 3)
    net.forward(x)
    kept = x.copy()
    x[...] = 0
    net.backward(np.ones((4, 2)))
    np.testing.assert_allclose(net.weight_gradients[0][0], kept.T @ np.ones((4, 2)))


@pytest.mark.parametrize("linear_output", [True, False])
def test_predict_agrees_with_forward_and_leaves_the_buffers(linear_output):
    net = MLP((3, 6, 2), "tanh", rng=0, replicas=2, bias_std=0.1, linear_output=linear_output, dtype=np.float64)
    x = data(2500, 3)  # more than predict sends through at once
    net.loss_and_gradients(x[:4], np.zeros(4, int))
    before = [a.copy() for a in net.pre_activations + net.activations + net.deltas + net.weight_gradients]
    outputs = net.predict(x)
    for kept, now in zip(
        before, net.pre_activations + net.activations + net.deltas + net.weight_gradients, strict=True
    ):
        np.testing.assert_array_equal(kept, now)
    np.testing.assert_allclose(outputs, net.forward(x), rtol=1e-12, atol=1e-14)
    assert not np.shares_memory(outputs, net.activations[-1])
    stacked = np.stack([x, x[::-1]])
    np.testing.assert_allclose(net.predict(stacked), net.forward(stacked), rtol=1e-12, atol=1e-14)


def test_outputs_belong_to_the_caller():
    net = MLP((3, 4, 2), rng=0, replicas=2)
    one, two = net.forward(data(5, 3)), net.forward(data(5, 3, seed=1))
    assert not np.shares_memory(one, two) and not np.array_equal(one, two)
    np.testing.assert_array_equal(two, net.activations[-1])
    two[...] = 0
    assert net.activations[-1].all()


def test_calling_a_network_is_its_forward_pass():
    net, same = MLP((3, 4, 2), rng=0), MLP((3, 4, 2), rng=0)
    np.testing.assert_array_equal(net(data(5, 3)), same.forward(data(5, 3)))
    net.backward(np.ones((5, 2)))
    assert net.weight_gradients[0].any()


def test_assigned_parameters_are_checked_and_copied():
    net = MLP((3, 4, 2), rng=0, replicas=2, dtype=np.float32)
    kept, mine = net.weights[1], np.arange(16).reshape(2, 4, 2)
    net.weights[1] = mine
    np.testing.assert_array_equal(net.weights[1], mine)
    assert net.weights[1].dtype == np.float32 and not np.shares_memory(net.weights[1], mine)
    assert not np.array_equal(kept, mine)
    net.weights[-1] = kept
    np.testing.assert_array_equal(net.weights[1], kept)
    net.biases[0] += 1
    net.biases[0] *= 3
    np.testing.assert_array_equal(net.biases[0], np.full((2, 4), 3))
    other = MLP((3, 4, 2), rng=1, replicas=2)
    net.weights, net.biases = other.weights, list(other.biases)
    for a, b in zip(net.weights + net.biases, other.weights + other.biases, strict=True):
        np.testing.assert_array_equal(a, b.astype(np.float32))
        assert not np.shares_memory(a, b)
    assert len(net.weights) == 2 and [w.shape for w in net.weights[::-1]] == [(2, 4, 2), (2, 3, 4)]
    assert repr(net.biases) == "biases of shapes (2, 4), (2, 2)"


@pytest.mark.parametrize(
    ("assign", "word", "error"),
    [
        (lambda net: net.weights.__setitem__(0, np.ones((3, 4))), r"weights\[0\] must have the shape", ValueError),
        (lambda net: net.weights.__setitem__(0, np.ones((2, 4, 3))), r"weights\[0\] must have the shape", ValueError),
        (
            lambda net: net.weights.__setitem__(0, 1.0),
            r"weights\[0\] must have .*, one array \(n_in, n_out\) a",
            ValueError,
        ),
        (lambda net: net.biases.__setitem__(0, 1.0), r"biases\[0\] must have .*, one array \(n_out,\) a", ValueError),
        (lambda net: net.weights.assign(3), "weights must be 2 arrays, one a layer, got 3", TypeError),
        (lambda net: net.biases.__setitem__(1, np.ones(2)), r"biases\[1\] must have the shape", ValueError),
        (lambda net: net.biases.__setitem__(1, np.ones((1, 2))), r"biases\[1\] must have the shape", ValueError),
        (lambda net: net.weights.__setitem__(0, np.ones((2, 3, 4), complex)), r"weights\[0\] must be real", TypeError),
        (lambda net: net.weights.__setitem__(0, None), r"weights\[0\] must be real", TypeError),
        (lambda net: net.weights.__setitem__(slice(0, 1), [np.ones((2, 3, 4))]), "one layer at a time", TypeError),
        (lambda net: setattr(net, "weights", [np.ones((2, 3, 4))]), "weights must be 2 arrays", ValueError),
        (lambda net: setattr(net, "weights", [np.ones((2, 3, 4)), np.ones(3)]), r"weights\[1\]", ValueError),
        (lambda net: setattr(net, "biases", [np.ones((2, 4)), "ab"]), r"biases\[1\]", TypeError),
    ],
)
def test_parameters_of_another_shape_or_kind_are_refused_and_nothing_changes(assign, word, error):
    net = MLP((3, 4, 2), rng=0, replicas=2)
    before = [p.copy() for p in net.weights + net.biases]
    with pytest.raises(error, match=word):
        assign(net)
    for old, new in zip(before, net.weights + net.biases, strict=True):
        np.testing.assert_array_equal(old, new)


def test_copy_is_independent():
    net = MLP((3, 4, 2), rng=0, replicas=2)
    net.forward(data(5, 3))
    other = net.copy()
    assert other.pre_activations == [] and other.replicas == 2
    other.weights[0][...] = 0
    other.biases[1][...] = 1
    assert np.all(net.weights[0] != 0) and np.all(net.biases[1] == 0)
    other.forward(data(5, 3))
    assert not np.shares_memory(other.activations[-1], net.activations[-1])


def test_repr():
    net = MLP((784, 512, 512, 10), "relu", init="he_normal", rng=0, replicas=2)
    assert repr(net) == "MLP(784-512-512-10, relu, init=he_normal, replicas=2, float64, 669,706 parameters each)"
    mine = MLP((2, 3, 1), "tanh", init=["he_normal", lambda shape, rng: np.ones(shape)], rng=0, dtype=np.float32)
    assert repr(mine) == "MLP(2-3-1, tanh, init=[he_normal, <lambda>], replicas=1, float32, 13 parameters each)"
    assert "0x" not in repr(SGD(0.1)) + repr(Adam(0.1))


def test_equal_units_stay_equal_and_a_dead_start_stays_dead():
    net = MLP((3, 5, 5, 2), "tanh", init=lambda shape, rng: np.full(shape, 0.3), rng=0, dtype=np.float64)
    optimizer = Adam(0.01)
    x, y = data(8, 3), np.arange(8) % 2
    for _ in range(5):
        net.loss_and_gradients(x, y)
        optimizer.step(net)
    np.testing.assert_allclose(net.weights[1], net.weights[1][:, :1, :1] * np.ones((5, 5)), rtol=1e-12)
    dead = MLP((3, 5, 5, 2), "relu", init="zeros", rng=0)
    dead.loss_and_gradients(x, np.zeros(8, int))
    assert all(not g.any() for g in dead.weight_gradients)
    assert dead.bias_gradients[-1].any()


def test_explosion_becomes_inf_without_a_warning_and_only_in_its_replica():
    net = MLP((8,) * 40, init="he_normal", rng=0, replicas=2)
    for weight in net.weights:
        weight[1] *= 1e3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.loss_and_gradients(data(4, 8), np.zeros((4, 8)), "squared")
        SGD(0.1).step(net)
        net.loss_and_gradients(data(4, 8), np.zeros(4, int))
        Adam(0.1).step(net)
        net.predict(data(4, 8))
    assert all(np.isfinite(w[0]).all() for w in net.weights)
    assert not np.isfinite(net.weights[0][1]).all()


def test_order_of_calls():
    net = MLP((3, 2), rng=0)
    with pytest.raises(RuntimeError, match="forward"):
        net.backward(np.ones((4, 2)))
    net.forward(data(4, 3))
    with pytest.raises(RuntimeError, match="backward"):
        SGD(0.1).step(net)


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize("method", ["forward", "predict"])
@pytest.mark.parametrize(
    ("x", "error"),
    [
        (np.ones((4, 2)), ValueError),
        (np.ones(3), ValueError),
        (np.ones((3, 4, 3)), ValueError),
        (np.ones((0, 3)), ValueError),
        (np.ones((1, 2, 4, 3)), ValueError),
        (np.array([[1.0, np.nan, 0.0]]), ValueError),
        (np.array([[1.0, np.inf, 0.0]]), ValueError),
        (np.array([[1e300, 0.0, 0.0]]), ValueError),
        (np.ones((4, 3), complex), TypeError),
        (np.ones((4, 3), bool), TypeError),
        (np.array([["a", "b", "c"]]), TypeError),
        (None, TypeError),
    ],
)
def test_bad_x(method, x, error):
    net = MLP((3, 4, 2), rng=0, replicas=2, dtype=np.float32)
    with pytest.raises(error, match=r"^x "):
        getattr(net, method)(x)


@pytest.mark.parametrize(
    ("gradient", "error"),
    [
        (np.ones((4, 3)), ValueError),
        (np.ones((3, 2)), ValueError),
        (np.ones((1, 4, 2)), ValueError),
        (1.0, ValueError),
        (np.ones((4, 2), complex), TypeError),
        (np.ones((4, 2), bool), TypeError),
    ],
)
def test_bad_output_gradient(gradient, error):
    net = MLP((3, 4, 2), rng=0, replicas=2)
    net.forward(np.ones((4, 3)))
    with pytest.raises(error, match="output_gradient"):
        net.backward(gradient)


BAD_LABELS = [
    ([0, 1, 2, 3], ValueError),
    ([0, 1, 2, -1], ValueError),
    ([0, 1, 2], ValueError),
    ([[0, 1, 2, 0]], ValueError),
    ([0.0, 1.0, 2.0, 0.0], TypeError),
    ([True, False, True, False], TypeError),
    (["a", "b", "c", "a"], TypeError),
]


@pytest.mark.parametrize(("labels", "error"), BAD_LABELS)
def test_bad_labels(labels, error):
    for function in (softmax_cross_entropy, accuracy):
        with pytest.raises(error, match="labels"):
            function(np.zeros((2, 4, 3)), labels)
    net = MLP((3, 3), rng=0, replicas=2)
    with pytest.raises(error, match=r"^y "):
        net.loss_and_gradients(np.ones((4, 3)), labels)
    assert net.pre_activations == []  # refused before anything ran


@pytest.mark.parametrize(
    ("targets", "error"),
    [
        (np.zeros((4, 2)), ValueError),
        (np.zeros(4), ValueError),
        (np.zeros((3, 4, 3)), ValueError),
        (np.full((4, 3), np.nan), ValueError),
        (np.zeros((4, 3), complex), TypeError),
        (np.zeros((4, 3), bool), TypeError),
    ],
)
def test_bad_targets(targets, error):
    with pytest.raises(error, match="targets"):
        squared_loss(np.zeros((2, 4, 3)), targets)
    with pytest.raises(error, match=r"^y "):
        MLP((3, 3), rng=0, replicas=2).loss_and_gradients(np.ones((4, 3)), targets, "squared")


def test_bad_loss():
    for loss in ("mse", None, 3):
        with pytest.raises(ValueError, match="loss"):
            MLP((3, 3), rng=0).loss_and_gradients(np.ones((4, 3)), [0] * 4, loss)
    assert set(LOSSES) == {"cross_entropy", "squared"}


# ---------------------------------------------------------------------------------------------------- exact products


def test_exact_products_do_not_depend_on_the_order_of_a_sum():
    """Permuting inputs and hidden units reorders every sum; with exact sums not one bit changes."""
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((16, 40)), rng.integers(0, 3, 16)
    inputs, units = rng.permutation(40), rng.permutation(60)

    def passes(exact, shuffled):
        net = MLP((40, 60, 3), "relu", rng=1, replicas=3, dtype=np.float64, exact_products=exact)
        if shuffled:
            net.weights[0][...] = net.weights[0][:, inputs][:, :, units]
            net.weights[1][...] = net.weights[1][:, units]
        net.loss_and_gradients(x[:, inputs] if shuffled else x, y)
        return net

    for exact, same in ((True, True), (False, False)):
        one, two = passes(exact, False), passes(exact, True)
        equal = np.array_equal(one.pre_activations[1], two.pre_activations[1]) and np.array_equal(
            one.weight_gradients[0][:, inputs][:, :, units], two.weight_gradients[0]
        )
        assert equal == same, exact


def test_exact_products_keep_single_precision():
    rng = np.random.default_rng(6)
    x, y = rng.standard_normal((16, 40)), rng.integers(0, 3, 16)
    one, two = (MLP((40, 60, 3), "tanh", rng=1, dtype=np.float64, exact_products=e) for e in (False, True))
    assert np.allclose(one.loss_and_gradients(x, y), two.loss_and_gradients(x, y), rtol=1e-5)
    for a, b in zip(one.weight_gradients, two.weight_gradients, strict=True):
        assert 0 < np.abs(a - b).max() < 1e-5 * np.abs(a).max()


def test_exact_products_survive_zeros_and_tiny_numbers():
    net = MLP((4, 5, 2), "relu", init="zeros", rng=0, dtype=np.float64, exact_products=True)
    net.loss_and_gradients(np.full((3, 4), 1e-200), [0, 1, 0])
    assert not any(g.any() for g in net.weight_gradients)


@pytest.mark.parametrize(
    ("options", "error"),
    [({"dtype": np.float32}, ValueError), ({"widths": (4096, 2)}, ValueError), ({"exact_products": 1}, TypeError)],
)
def test_exact_products_bad_input(options, error):
    with pytest.raises(error, match="^exact_products must.*got (1$|True with float(32 and a width of 4$|64 .* 4096$))"):
        MLP(**{"widths": (4, 2), "rng": 0, "dtype": np.float64, "exact_products": True} | options)


def test_layers_of_one_unit_are_computed_for_every_replica():
    net = MLP((3, 1, 1), "tanh", rng=4, replicas=3)
    x = np.array([[0.5, -1.0, 2.0]])
    expected = np.tanh(x @ net.weights[0]) @ net.weights[1]
    np.testing.assert_allclose(net.forward(x), expected, rtol=1e-14)
    net.backward(np.ones((1, 1)))
    np.testing.assert_allclose(net.weight_gradients[1], np.tanh(x @ net.weights[0]), rtol=1e-14)
