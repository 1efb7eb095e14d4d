"""Experiments: against direct computation with an MLP, against theory, and for reproducibility."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from weightinit import activations, experiments, initializers
from weightinit.experiments import backpropagate, growth, jacobian_spectrum, propagate, second_moments
from weightinit.network import MLP

pytestmark = pytest.mark.filterwarnings("error")

WIDTHS = (6, 8, 8, 5)  # with a square layer, where a forgotten transpose has a right shape


def data(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def loud(shape, rng):
    """Weights of standard deviation 1e4: signals leave float32 within a few layers."""
    return 1e4 * rng.standard_normal(shape)


def quiet(shape, rng):
    """Weights of standard deviation 1e-4."""
    return 1e-4 * rng.standard_normal(shape)


# --------------------------------------------------------------- propagate


@pytest.mark.parametrize("activation", ["relu", "tanh", "softplus"])
@pytest.mark.parametrize("linear_output", [True, False])
def test_propagate_against_direct_moments(activation, linear_output):
    x = data(11, 6)
    settings = {"rng": 3, "replicas": 4, "bias_std": 0.4, "linear_output": linear_output, "dtype": np.float64}
    result = propagate(WIDTHS, activation, "xavier_normal", x=x, **settings)
    net = MLP(WIDTHS, activation, init="xavier_normal", **settings)
    net.forward(x)
    for name, arrays in (("pre", net.pre_activations), ("post", net.activations)):
        for layer, a in enumerate(arrays):
            flat = a.reshape(4, -1)
            np.testing.assert_allclose(getattr(result, f"{name}_mean")[:, layer], flat.mean(1), rtol=1e-9)
            np.testing.assert_allclose(getattr(result, f"{name}_variance")[:, layer], flat.var(1), rtol=1e-11)
            np.testing.assert_allclose(
                getattr(result, f"{name}_second_moment")[:, layer], (flat**2).mean(1), rtol=1e-11
            )
    for layer, a in enumerate(net.activations[1:]):
        np.testing.assert_array_equal(result.zero_fraction[:, layer], (a == 0).mean(axis=(1, 2)))
    assert result.pre_mean.shape == result.zero_fraction.shape == (4, 3)
    assert result.post_mean.shape == (4, 4)
    assert all(array.dtype == np.float64 for array in vars(result).values())


def test_an_input_for_each_replica():
    x = data(3, 11, 6)
    result = propagate(WIDTHS, "tanh", "xavier_normal", rng=3, replicas=3, x=x, dtype=np.float64)
    for r in range(3):
        alone = propagate(WIDTHS, "tanh", "xavier_normal", rng=3, replicas=3, x=x[r], dtype=np.float64)
        np.testing.assert_allclose(result.pre_second_moment[r], alone.pre_second_moment[r], rtol=1e-12)
    np.testing.assert_allclose(result.post_second_moment[:, 0], (x**2).mean(axis=(1, 2)), rtol=1e-13)


@pytest.mark.parametrize("function", [propagate, backpropagate, jacobian_spectrum])
def test_replica_r_does_not_depend_on_how_many(function):
    few = function(WIDTHS, "relu", "he_normal", rng=5, replicas=2, bias_std=0.1)
    many = function(WIDTHS, "relu", "he_normal", rng=5, replicas=6, bias_std=0.1)
    again = function(WIDTHS, "relu", "he_normal", rng=np.random.default_rng(5), replicas=6, bias_std=0.1)
    for name, array in vars(few).items():
        np.testing.assert_allclose(array, getattr(many, name)[:2], rtol=1e-5, atol=1e-7)
        np.testing.assert_array_equal(getattr(again, name), getattr(many, name))
    first = next(iter(vars(many).values()))
    assert len(np.unique(first.reshape(6, -1)[:, 0])) == 6  # replicas differ


def test_the_default_input_is_standard_normal_and_differs_by_replica():
    result = propagate((100, 2), "relu", "he_normal", rng=0, batch=100)
    assert result.pre_mean.shape == (20, 1)
    assert len(np.unique(result.post_mean[:, 0])) == 20
    assert np.abs(result.post_mean[:, 0]).max() < 0.05  # sd 0.01
    assert np.abs(result.post_variance[:, 0] - 1).max() < 0.07  # sd 0.014
    other = propagate((100, 2), "relu", "he_normal", rng=0, batch=100, bias_std=1.0)
    np.testing.assert_array_equal(result.post_mean[:, 0], other.post_mean[:, 0])


def test_he_keeps_the_second_moment_and_not_the_variance():
    result = propagate((192,) * 7, "relu", "he_normal", rng=1)
    np.testing.assert_allclose(result.pre_second_moment.mean(0), 2.0, rtol=0.1)
    np.testing.assert_allclose(result.post_second_moment.mean(0), 1.0, rtol=0.1)
    np.testing.assert_allclose(result.post_variance.mean(0)[1:], 1 - 1 / np.pi, rtol=0.1)
    np.testing.assert_allclose(result.zero_fraction.mean(0), 0.5, rtol=0.05)


def test_xavier_halves_the_second_moment_with_relu():
    result = propagate((192,) * 7, "relu", "xavier_normal", rng=1)
    ratio = result.pre_second_moment[:, 1:] / result.pre_second_moment[:, :-1]
    np.testing.assert_allclose(ratio.mean(0), 0.5, rtol=0.05)


@pytest.mark.parametrize("init", [loud, quiet])
@pytest.mark.parametrize("function", [propagate, backpropagate])
def test_float32_neither_overflows_nor_underflows_for_relu(function, init):
    """Thirty layers change the second moment by ±260 decades; float64 shows them all, and float32 must agree."""
    widths = (8,) * 31
    given = {"x": np.ones((3, 8))} | ({"output_gradient": np.ones((3, 8))} if function is backpropagate else {})
    narrow = function(widths, "relu", init, rng=2, replicas=5, dtype=np.float32, **given)
    wide = function(widths, "relu", init, rng=2, replicas=5, dtype=np.float64, **given)
    for name, a in vars(narrow).items():
        b = getattr(wide, name)
        assert np.isfinite(a).all() and np.isfinite(b).all() and (a != 0).mean() > 0.3
        np.testing.assert_allclose(a, b, rtol=1e-3)
    net = MLP(widths, "relu", init=init, rng=2, replicas=5, linear_output=False, dtype=np.float64)
    net.forward(given["x"])  # float64 holds these signals as they are: no powers of two are carried here
    for layer, z in enumerate(net.pre_activations):
        np.testing.assert_allclose(narrow.pre_second_moment[:, layer], (z**2).mean((1, 2)), rtol=1e-3)
        if function is propagate:
            np.testing.assert_allclose(narrow.pre_mean[:, layer], z.mean((1, 2)), rtol=1e-3)
            np.testing.assert_allclose(narrow.pre_variance[:, layer], z.var((1, 2)), rtol=1e-3)
    if function is backpropagate:
        net.backward(given["output_gradient"])
        for layer, delta in enumerate(net.deltas):
            np.testing.assert_allclose(narrow.delta_second_moment[:, layer], (delta**2).mean((1, 2)), rtol=1e-3)
            each = np.einsum("rbi,rbj->rbij", net.activations[layer], delta)
            expected = (each**2).mean((1, 2, 3))
            np.testing.assert_allclose(narrow.weight_gradient_second_moment[:, layer], expected, rtol=1e-3)
    assert np.abs(np.log10(np.maximum(narrow.pre_second_moment, 1e-300))).max() > 200


def test_scaling_takes_the_biases_along():
    """Biases of 1e5 beside signals of 1e-4: the shift of the signal must reach the bias."""
    arguments = {"rng": 2, "replicas": 3, "bias_std": 1e5, "x": 1e-20 * data(4, 6)}
    narrow = propagate((6,) * 6, "relu", quiet, dtype=np.float32, **arguments)
    net = MLP((6,) * 6, "relu", init=quiet, rng=2, replicas=3, bias_std=1e5, dtype=np.float32)
    net.forward(arguments["x"])
    for layer, z in enumerate(net.pre_activations):
        np.testing.assert_allclose(
            narrow.pre_second_moment[:, layer], np.square(z, dtype=float).mean((1, 2)), rtol=1e-4
        )


@pytest.mark.parametrize("activation", ["tanh", "gelu", "elu", "softplus"])
def test_explosion_with_other_activations_does_not_warn(activation):
    result = propagate((8,) * 31, activation, loud, rng=2, replicas=2, dtype=np.float32)
    if activation == "tanh":
        assert np.isfinite(result.post_second_moment).all()
    else:
        assert np.isinf(result.pre_second_moment).any()
        np.testing.assert_array_equal(np.isinf(result.pre_second_moment), np.isinf(result.pre_variance))
    backpropagate((8,) * 31, activation, loud, rng=2, replicas=2, dtype=np.float32)
    jacobian_spectrum((8,) * 3, activation, loud, rng=2, replicas=2, dtype=np.float32)


def test_beyond_float64_is_inf_without_a_warning():
    result = propagate((32,) * 61, "relu", loud, rng=2, replicas=2)
    assert np.isinf(result.post_second_moment[:, -1]).all() and np.isinf(result.pre_variance[:, -1]).all()
    assert np.isinf(backpropagate((32,) * 61, "relu", loud, rng=2, replicas=2).delta_second_moment[:, 0]).all()


def test_a_dead_network():
    result = propagate((4, 5, 3), "relu", lambda shape, rng: np.full(shape, -1.0), rng=0, x=np.ones((2, 4)))
    np.testing.assert_array_equal(result.zero_fraction, 1.0)
    np.testing.assert_array_equal(result.post_second_moment[:, 1:], 0.0)
    np.testing.assert_array_equal(result.pre_mean, [[-4.0, 0.0]] * 20)
    back = backpropagate((4, 5, 3), "relu", "zeros", rng=0)
    np.testing.assert_array_equal(back.delta_second_moment, 0.0)
    assert not jacobian_spectrum((4, 5, 3), "relu", "zeros", rng=0).end_to_end.any()


def test_constant_weights_have_no_variance_between_units():
    result = propagate((4, 50, 3), "tanh", lambda shape, rng: np.full(shape, 0.1), rng=0, x=np.ones((1, 4)))
    np.testing.assert_allclose(result.pre_mean[:, 0], 0.4, rtol=1e-6)
    np.testing.assert_allclose(result.pre_variance[:, 0], 0, atol=1e-13)
    np.testing.assert_allclose(result.pre_second_moment[:, 0], 0.16, rtol=1e-6)


# ----------------------------------------------------------- backpropagate


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("linear_output", [True, False])
@pytest.mark.parametrize("chunk", [1, 2**28])
def test_backpropagate_against_an_mlp(activation, linear_output, chunk, monkeypatch):
    monkeypatch.setattr(experiments, "_CHUNK_BYTES", chunk)
    x, gradient = data(3, 4, 6), data(3, 4, 5, seed=1)
    settings = {"rng": 3, "replicas": 3, "bias_std": 0.4, "linear_output": linear_output, "dtype": np.float64}
    result = backpropagate(WIDTHS, activation, "xavier_normal", x=x, output_gradient=gradient, **settings)
    net = MLP(WIDTHS, activation, init="xavier_normal", **settings)
    net.forward(x)
    net.backward(gradient)
    for layer in range(3):
        delta, a = net.deltas[layer], net.activations[layer]
        np.testing.assert_allclose(result.delta_second_moment[:, layer], (delta**2).mean((1, 2)), rtol=1e-11)
        each = np.einsum("rbi,rbj->rbij", a, delta)  # the gradient of each sample's own cost
        np.testing.assert_allclose(
            result.weight_gradient_second_moment[:, layer], (each**2).mean((1, 2, 3)), rtol=1e-11
        )
        z = net.pre_activations[layer]
        np.testing.assert_allclose(result.pre_second_moment[:, layer], (z**2).mean((1, 2)), rtol=1e-11)
    for layer, a in enumerate(net.activations):
        np.testing.assert_allclose(result.post_second_moment[:, layer], (a**2).mean((1, 2)), rtol=1e-11)
    assert result.delta_second_moment.shape == result.weight_gradient_second_moment.shape == (3, 3)
    assert result.post_second_moment.shape == (3, 4)


def test_the_weight_gradient_of_one_sample_is_the_mlps():
    x, gradient = data(1, 6), data(1, 5, seed=1)
    result = backpropagate(
        WIDTHS, "tanh", "he_normal", rng=3, replicas=2, x=x, output_gradient=gradient, dtype=np.float64
    )
    net = MLP(WIDTHS, "tanh", rng=3, replicas=2, linear_output=False, dtype=np.float64)
    net.forward(x)
    net.backward(gradient)
    expected = [(g**2).mean((1, 2)) for g in net.weight_gradients]
    np.testing.assert_allclose(result.weight_gradient_second_moment.T, expected, rtol=1e-11)


def test_the_forward_pass_is_the_one_of_propagate():
    arguments = (WIDTHS, "tanh", "xavier_normal")
    forward, back = propagate(*arguments, rng=7, bias_std=0.1), backpropagate(*arguments, rng=7, bias_std=0.1)
    np.testing.assert_allclose(back.pre_second_moment, forward.pre_second_moment, rtol=1e-12)
    np.testing.assert_allclose(back.post_second_moment, forward.post_second_moment, rtol=1e-12)


def test_the_default_output_gradient_is_standard_normal_and_independent_of_the_input():
    back = backpropagate((100, 100), "identity", "he_normal", rng=0, replicas=5, batch=100)
    assert np.abs(back.delta_second_moment - 1).max() < 0.07
    assert len(np.unique(back.delta_second_moment)) == 5
    assert not np.allclose(back.delta_second_moment[:, 0], back.post_second_moment[:, 0], rtol=1e-4)
    other = backpropagate((100, 100), "identity", "he_normal", rng=0, replicas=5, x=np.ones((100, 100)))
    np.testing.assert_array_equal(other.delta_second_moment, back.delta_second_moment)


def test_he_keeps_the_backward_signal():
    back = backpropagate((192,) * 7, "relu", "he_normal", rng=1)
    np.testing.assert_allclose(
        back.delta_second_moment.mean(0), 0.5, rtol=0.12
    )  # φ' halves N(0, 1) once, at the output
    np.testing.assert_allclose(back.weight_gradient_second_moment.mean(0), 0.5, rtol=0.12)
    linear = backpropagate((192,) * 7, "relu", "he_normal", rng=1, linear_output=True)
    np.testing.assert_allclose(linear.delta_second_moment.mean(0), 1.0, rtol=0.12)


def test_the_backward_signal_telescopes_with_the_widths():
    """With Var W = 2/n_in the backward signal changes by n_l/n_{l−1} a layer: here by 1/2 twice."""
    back = backpropagate((200, 400, 200, 100), "relu", "he_normal", rng=1, linear_output=True, replicas=40)
    ratio = back.delta_second_moment.mean(0)
    np.testing.assert_allclose(ratio, [0.25, 0.5, 1.0], rtol=0.08)


# ---------------------------------------------------------------- jacobian


@pytest.mark.parametrize("widths", [(4, 6, 6, 3), (4, 4, 4, 4)])
def test_jacobian_against_finite_differences(widths):
    x, wide = data(2, 1, 4), max(widths)
    settings = {"rng": 3, "replicas": 2, "bias_std": 0.4, "dtype": np.float64}
    result = jacobian_spectrum(widths, "tanh", "he_normal", x=x, **settings)
    net = MLP(widths, "tanh", linear_output=False, **settings)
    h = 1e-6
    numeric = [(net.predict(x + h * e) - net.predict(x - h * e))[:, 0] / (2 * h) for e in np.eye(4)]
    expected = np.linalg.svd(np.stack(numeric, axis=1), compute_uv=False)
    np.testing.assert_allclose(result.end_to_end, expected, rtol=1e-6)
    net.forward(x)
    for layer, (w, z) in enumerate(zip(net.weights, net.pre_activations, strict=True)):
        expected = np.linalg.svd(w * (1 - np.tanh(z) ** 2), compute_uv=False)
        np.testing.assert_allclose(result.singular_values[:, layer, : expected.shape[1]], expected, rtol=1e-10)
        assert np.isnan(result.singular_values[:, layer, expected.shape[1] :]).all()
    assert result.singular_values.shape == (2, 3, wide)
    assert result.end_to_end.shape == (2, widths[-1])


def test_orthogonal_layers_without_activation_are_isometries():
    result = jacobian_spectrum((16,) * 7, "identity", "orthogonal", rng=0, replicas=3, dtype=np.float64)
    np.testing.assert_allclose(result.singular_values, 1.0, rtol=1e-12)
    np.testing.assert_allclose(result.end_to_end, 1.0, rtol=1e-12)


def test_the_linear_output_is_left_out_of_the_jacobian():
    settings = {"rng": 0, "replicas": 3, "dtype": np.float64, "x": np.ones(5)}
    linear = jacobian_spectrum((5, 5), "tanh", "he_normal", linear_output=True, **settings)
    weights = MLP((5, 5), rng=0, replicas=3, dtype=np.float64).weights[0]
    np.testing.assert_allclose(linear.end_to_end, np.linalg.svd(weights, compute_uv=False), rtol=1e-12)
    assert (jacobian_spectrum((5, 5), "tanh", "he_normal", **settings).end_to_end < linear.end_to_end).all()


def test_the_quarter_circle_law_of_glorots_linear_layer():
    result = jacobian_spectrum((300, 300), "identity", "xavier_normal", rng=0, replicas=4)
    np.testing.assert_allclose(result.singular_values.mean(), 8 / (3 * np.pi), rtol=0.01)


def test_relu_closes_half_of_the_directions():
    result = jacobian_spectrum((200, 200), "relu", "he_normal", rng=0, replicas=5)
    np.testing.assert_allclose((result.singular_values < 1e-12).mean(), 0.5, atol=0.06)


def test_the_product_of_many_loud_jacobians_does_not_overflow_on_the_way():
    result = jacobian_spectrum((8,) * 61, "relu", loud, rng=2, replicas=3)
    assert np.isfinite(result.end_to_end).all() and result.end_to_end.max() > 1e200


def test_results_have_short_reprs():
    text = repr(propagate((4, 4), "relu", "he_normal", rng=0, replicas=2))
    assert text.startswith("Propagation(pre_mean(2, 1), pre_variance(2, 1)") and "array" not in text


# --------------------------------------------------- growth and second moments


def test_growth_is_the_mean_factor_of_a_step():
    q = np.array([[1.0, 2.0, 1.0], [4.0, 4.0, 16.0]])
    np.testing.assert_array_equal(growth(q), [1.25, 2.5])
    np.testing.assert_array_equal(growth(q, backward=True), [1.25, 0.625])
    np.testing.assert_array_equal(growth(q, average=False), [[2.0, 0.5], [1.0, 4.0]])
    np.testing.assert_array_equal(growth(q, backward=True, average=False), [[0.5, 2.0], [1.0, 0.25]])
    assert np.isnan(growth([[1.0, 0.0, 0.0]])).all()  # a dead signal has no factor, and writes no warning


@pytest.mark.parametrize(
    ("arguments", "word", "error"),
    [
        (([1.0, 2.0],), "moments", ValueError),
        (([[1.0], [2.0]],), "moments", ValueError),
        ((np.ones((2, 3, 4)),), "moments", ValueError),
        (([["a", "b"]],), "moments", TypeError),
        ((np.ones((2, 3)), {"backward": 1}), "backward", TypeError),
        ((np.ones((2, 3)), {"average": None}), "average", TypeError),
    ],
)
def test_bad_input_of_growth_is_named(arguments, word, error):
    moments, *options = arguments
    with pytest.raises(error, match=word):
        growth(moments, **(options[0] if options else {}))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_second_moments_are_those_of_the_experiment(dtype):
    settings = {"rng": 3, "replicas": 4, "linear_output": False, "dtype": dtype}
    net = MLP(WIDTHS, "tanh", **settings)
    net.forward(data(11, 6))
    found = second_moments(net.activations)
    assert found.dtype == np.float64 and found.shape == (4, 4)
    expected = propagate(WIDTHS, "tanh", "he_normal", x=data(11, 6), **settings).post_second_moment
    np.testing.assert_allclose(found, expected, rtol=1e-12 if dtype == np.float64 else 1e-5)
    np.testing.assert_array_equal(
        second_moments(net.weights), np.stack([(w.astype(float) ** 2).mean((1, 2)) for w in net.weights], axis=1)
    )
    assert second_moments([np.full((1, 1, 1), 1e30, np.float32)]) == pytest.approx(1e60)


@pytest.mark.parametrize(
    ("arrays", "error"),
    [
        ([], ValueError),
        ([np.ones((2, 3))], ValueError),
        ([np.ones((2, 3, 4)), np.ones((3, 3, 4))], ValueError),
        ([np.ones((2, 0, 4))], ValueError),
        ([np.ones((2, 3, 4), complex)], TypeError),
        ("arrays", TypeError),
        (3, TypeError),
    ],
)
def test_bad_input_of_second_moments_is_named(arrays, error):
    with pytest.raises(error, match="arrays"):
        second_moments(arrays)


# --------------------------------------------------------------- bad input


@pytest.mark.parametrize("function", [propagate, backpropagate, jacobian_spectrum])
@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("widths", (3,), ValueError),
        ("widths", (3, 2.5), TypeError),
        ("activation", "rely", ValueError),
        ("activation", None, TypeError),
        ("init", "he", ValueError),
        ("init", 1.0, TypeError),
        ("init", ["he_normal"], ValueError),
        ("init", lambda shape, rng: np.ones(3), ValueError),
        ("rng", None, TypeError),
        ("rng", -3, ValueError),
        ("replicas", 0, ValueError),
        ("replicas", 1.5, TypeError),
        ("x", np.ones((4, 3)), ValueError),
        ("x", np.full((1, 6), np.nan), ValueError),
        ("x", np.ones((3, 1, 6)), ValueError),
        ("x", "x", TypeError),
        ("bias_std", -1.0, ValueError),
        ("bias_std", "1", TypeError),
        ("linear_output", 0, TypeError),
        ("dtype", "float16", ValueError),
    ],
)
def test_bad_arguments_are_named(function, argument, value, error):
    good = {"widths": WIDTHS, "activation": "relu", "init": "he_normal", "rng": 0, "replicas": 2}
    with pytest.raises(error, match=argument):
        function(**(good | {argument: value}))


@pytest.mark.parametrize(("batch", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError), (True, TypeError)])
def test_bad_batch(batch, error):
    for function in (propagate, backpropagate):
        with pytest.raises(error, match="batch"):
            function(WIDTHS, "relu", "he_normal", rng=0, batch=batch)


@pytest.mark.parametrize(
    ("gradient", "error"),
    [
        (np.ones((3, 5)), ValueError),
        (np.ones((4, 4)), ValueError),
        (np.ones((3, 4, 5)), ValueError),
        (np.full((4, 5), np.inf), ValueError),
        ("x", TypeError),
    ],
)
def test_bad_output_gradient(gradient, error):
    with pytest.raises(error, match="output_gradient"):
        backpropagate(
            WIDTHS, "relu", "he_normal", rng=0, replicas=2, x=np.ones((4, 6)), output_gradient=gradient, dtype="float32"
        )


def test_the_jacobian_is_at_one_input():
    with pytest.raises(ValueError, match=r"^x "):
        jacobian_spectrum(WIDTHS, "relu", "he_normal", rng=0, x=np.ones((2, 6)))
    one = jacobian_spectrum(WIDTHS, "tanh", "he_normal", rng=0, replicas=2, x=np.ones(6))
    same = jacobian_spectrum(WIDTHS, "tanh", "he_normal", rng=0, replicas=2, x=np.ones((2, 1, 6)))
    np.testing.assert_array_equal(one.end_to_end, same.end_to_end)


def test_defaults():
    for function in (propagate, backpropagate, jacobian_spectrum):
        defaults = {p.name: p.default for p in inspect.signature(function).parameters.values()}
        assert (defaults["replicas"], defaults["bias_std"], defaults["linear_output"]) == (20, 0.0, False)
        assert defaults["dtype"] is np.float64
        assert defaults.get("batch", 64) == 64


@pytest.mark.parametrize("function", [propagate, backpropagate, jacobian_spectrum])
def test_one_input_may_be_a_row(function):
    row, batch = (function(WIDTHS, "tanh", "he_normal", rng=0, replicas=2, x=x) for x in (np.ones(6), np.ones((1, 6))))
    for name, array in vars(row).items():
        np.testing.assert_array_equal(array, getattr(batch, name))
    with pytest.raises(ValueError, match=r"^x "):
        function(WIDTHS, "tanh", "he_normal", rng=0, x=np.ones(5))


@pytest.mark.parametrize("function", [propagate, backpropagate, jacobian_spectrum])
def test_biases_are_those_of_an_mlp(function):
    drawn, std = (
        function(WIDTHS, "tanh", "he_normal", rng=0, replicas=2, **biases)
        for biases in ({"bias_init": lambda shape, rng: 0.4 * rng.standard_normal(shape)}, {"bias_std": 0.4})
    )
    for name, array in vars(drawn).items():
        np.testing.assert_array_equal(array, getattr(std, name))


def test_names_and_objects_are_the_same():
    by_name = propagate(WIDTHS, "relu", "he_normal", rng=0, replicas=2)
    by_object = propagate(WIDTHS, activations.get("relu"), initializers.he_normal, rng=0, replicas=2)
    by_list = propagate(list(WIDTHS), "relu", ["he_normal"] * 3, rng=0, replicas=2)
    for name, array in vars(by_name).items():
        np.testing.assert_array_equal(array, getattr(by_object, name))
        np.testing.assert_array_equal(array, getattr(by_list, name))


def test_a_signal_whose_square_overflows_float32_is_measured_all_the_same():
    small = np.random.default_rng(5).normal(size=(8, 32)).astype(np.float32)
    widths, start = (32,) * 7, initializers.get("he_normal")
    one, large = (
        propagate(widths, "relu", init, rng=1, replicas=3, x=factor * small, dtype=np.float32)
        for factor, init in (
            (np.float32(1), start),
            (np.float32(2.0**100), lambda shape, rng: start(shape, rng) * np.float32(2.0**10)),
        )
    )
    grown = 2.0 ** (200 + 20 * np.arange(len(widths)))
    np.testing.assert_array_equal(large.post_second_moment, one.post_second_moment * grown)
