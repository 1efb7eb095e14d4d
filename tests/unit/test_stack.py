"""The start of a stack: what is drawn, from which stream, and which arguments are refused (looked at through MLP)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from weightinit import initializers
from weightinit.experiments import propagate
from weightinit.network import MLP

pytestmark = pytest.mark.filterwarnings("error")


def test_replica_r_is_the_same_for_any_number_of_replicas():
    many = MLP((4, 6, 3), rng=11, replicas=7, bias_std=0.5)
    few = MLP((4, 6, 3), rng=11, replicas=3, bias_std=0.5)
    for big, small in zip(many.weights + many.biases, few.weights + few.biases, strict=True):
        np.testing.assert_array_equal(big[:3], small)


def test_replica_r_draws_its_layers_in_order_from_its_own_stream():
    net = MLP((4, 6, 3), init="xavier_uniform", rng=11, replicas=3, dtype=np.float64)
    for r, stream in enumerate(np.random.default_rng(11).spawn(3)):
        for weight in net.weights:
            expected = initializers.xavier_uniform(weight.shape[1:], stream, dtype=np.float64)
            np.testing.assert_array_equal(weight[r], expected)
    first = initializers.xavier_uniform((4, 6), 11, replicas=3, dtype=np.float64)
    np.testing.assert_array_equal(net.weights[0], first)


def test_layers_and_replicas_are_independent_draws():
    n = 60
    net = MLP((n,) * 5, rng=5, replicas=4)
    flat = np.array([w[r].ravel() for w in net.weights for r in range(4)], dtype=np.float64)
    correlation = np.corrcoef(flat) - np.eye(len(flat))
    assert np.abs(correlation).max() < 5.5 / n  # sd 1/n each; 120 pairs; false alarm below 1e-5, and the seed is fixed
    assert np.abs(flat.std(axis=1) / np.sqrt(2 / n) - 1).max() < 0.08


def test_biases_are_zero_or_drawn_and_change_no_weight():
    plain = MLP((400, 300, 200), rng=3, replicas=2)
    drawn = MLP((400, 300, 200), rng=3, replicas=2, bias_std=0.5)
    assert all(not b.any() for b in plain.biases)
    for a, b in zip(plain.weights, drawn.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    biases = np.concatenate([b.ravel() for b in drawn.biases])
    assert len(np.unique(biases)) == 1000
    assert abs(biases.std() - 0.5) < 0.06
    assert abs(biases.mean()) < 0.08


def test_a_generator_is_accepted_and_moves_on():
    a, b = np.random.default_rng(8), np.random.default_rng(8)
    np.testing.assert_array_equal(MLP((3, 2), rng=a).weights[0], MLP((3, 2), rng=b).weights[0])
    assert not np.array_equal(MLP((3, 2), rng=a).weights[0], MLP((3, 2), rng=8).weights[0])
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state must not be touched
    MLP((3, 2), rng=1)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_own_initializers():
    def mine(shape, rng):
        n_in, _ = shape
        return rng.standard_normal(shape) * np.sqrt(2 / n_in)

    net = MLP((4, 6, 3), init=mine, rng=11, replicas=2, dtype=np.float32)
    streams = np.random.default_rng(11).spawn(2)
    for r, stream in enumerate(streams):
        for weight in net.weights:
            np.testing.assert_array_equal(weight[r], mine(weight.shape[1:], stream).astype(np.float32))
    integers = MLP((4, 6), init=lambda shape, rng: np.ones(shape, dtype=int), rng=0, dtype=np.float32)
    assert integers.weights[0].dtype == np.float32 and (integers.weights[0] == 1).all()
    lists = MLP((1, 2), init=lambda shape, rng: [[1.0, 2.0]], rng=0)
    np.testing.assert_array_equal(lists.weights[0], [[[1.0, 2.0]]])


def test_an_initializer_that_can_draws_in_the_dtype_of_the_network():
    fixed = initializers.get("normal", std=0.1)
    weights = MLP((4, 6), init=fixed, rng=0, dtype=np.float64).weights[0]
    assert not np.array_equal(weights, weights.astype(np.float32))
    by_name = MLP((4, 6), init="he_normal", rng=0, dtype=np.float64).weights[0]
    assert not np.array_equal(by_name, by_name.astype(np.float32))


def test_variance_scaling_alone_is_lecun_normal():
    by_name, lecun = (MLP((4, 6), init=init, rng=0).weights[0] for init in ("variance_scaling", "lecun_normal"))
    np.testing.assert_array_equal(by_name, lecun)


def test_biases_can_be_drawn_by_a_function_from_their_own_stream():
    def mine(shape, rng):
        return rng.uniform(-1, 1, shape)

    plain, drawn = (MLP((4, 6, 3), rng=3, replicas=2, bias_init=init) for init in (None, mine))
    for a, b in zip(plain.weights, drawn.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    for r, stream in enumerate(np.random.default_rng(3).spawn(2)):
        own = stream.spawn(3)[0]
        for bias in drawn.biases:
            np.testing.assert_array_equal(bias[r], own.uniform(-1, 1, bias.shape[1:]))
    mixed = MLP((4, 6, 3), rng=3, bias_init=[lambda shape, rng: np.zeros(shape), lambda shape, rng: [1, 2, 3]])
    assert not mixed.biases[0].any() and mixed.biases[1].tolist() == [[1, 2, 3]]


def test_biases_can_be_asked_for_by_name():
    flat = initializers.get("uniform", low=-0.5, high=0.25)
    net = MLP((4, 300, 300), rng=3, bias_init=["zeros", flat], dtype=np.float64)
    assert not net.biases[0].any()
    stream = np.random.default_rng(3).spawn(1)[0].spawn(3)[0]
    np.testing.assert_array_equal(
        net.biases[1][0], initializers.uniform((300,), stream, low=-0.5, high=0.25, dtype=np.float64)
    )
    assert (MLP((4, 3), rng=0, bias_init=initializers.get("constant", value=0.1)).biases[0] == 0.1).all()


def test_the_start_of_pytorch_has_biases_of_its_own():
    """U(-1/√n, 1/√n) for both: of 300 biases the largest is above 0.96 of the bound but for 1 in 200,000 draws."""
    net = MLP((100, 300, 300), init="pytorch_default", rng=0, replicas=2)
    for bias, weight, fan_in in zip(net.biases, net.weights, (100, 300), strict=True):
        for array in (bias, weight):
            assert 0.96 < np.abs(array).max(axis=-1).max() * np.sqrt(fan_in) <= 1
    alone = MLP((100, 300, 300), init=["pytorch_default", "zeros"], rng=0, replicas=2)
    np.testing.assert_array_equal(alone.biases[0], net.biases[0])
    assert not alone.biases[1].any()
    without = MLP((100, 300), init="pytorch_default", rng=0, replicas=2, bias_init="zeros")
    assert not without.biases[0].any()
    np.testing.assert_array_equal(without.weights[0], net.weights[0])
    normal = MLP((100, 300), init="pytorch_default", rng=0, bias_std=3.0)
    assert np.abs(normal.biases[0]).max() > 1


def test_one_initializer_a_layer():
    net = MLP((4, 6, 3), init=["zeros", lambda shape, rng: np.full(shape, 2.0)], rng=0, replicas=2)
    assert (net.weights[0] == 0).all() and (net.weights[1] == 2).all()


@pytest.mark.parametrize(
    ("init", "name"),
    [
        (initializers.get("he_normal", negative_slope=np.float64(1) / 3), "he_normal(negative_slope=0.333333)"),
        (initializers.get("variance_scaling", scale=2, mode="fan_out"), "variance_scaling(scale=2, mode=fan_out)"),
        ([initializers.get("normal", std=0.1)] * 2, "normal(std=0.1)"),
        (["zeros", initializers.get("normal", std=0.1)], "[zeros, normal(std=0.1)]"),
        (partial(lambda k, shape, rng: np.full(shape, k), 3), "<lambda>(3)"),
    ],
)
def test_repr_shows_the_options_of_a_start(init, name):
    assert f"init={name}, " in repr(MLP((2, 3, 1), init=init, rng=0))


GOOD = {"widths": (3, 4, 2), "activation": "relu", "init": "he_normal", "rng": 0, "replicas": 2, "bias_std": 0.0}


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("widths", (3,), ValueError),
        ("widths", (3, 0), ValueError),
        ("widths", (3, -1), ValueError),
        ("widths", (3, 2.0), TypeError),
        ("widths", (3, True), TypeError),
        ("widths", 3, TypeError),
        ("widths", "32", TypeError),
        ("widths", None, TypeError),
        ("activation", "rely", ValueError),
        ("activation", 3, TypeError),
        ("init", "he", ValueError),
        ("init", 3, TypeError),
        ("init", None, TypeError),
        ("init", ["he_normal"], ValueError),
        ("init", ["he_normal"] * 3, ValueError),
        ("init", ["he_normal", 3], TypeError),
        ("init", lambda shape, rng: np.ones(shape[::-1]), ValueError),
        ("init", lambda shape, rng: np.ones(shape[0]), ValueError),
        ("init", lambda shape, rng: 1.0, ValueError),
        ("init", lambda shape, rng: np.full(shape, np.nan), ValueError),
        ("init", lambda shape, rng: np.full(shape, np.inf), ValueError),
        ("init", lambda shape, rng: np.ones(shape, complex), TypeError),
        ("init", lambda shape, rng: np.ones(shape, bool), TypeError),
        ("init", lambda shape, rng: None, TypeError),
        ("rng", None, TypeError),
        ("rng", "0", TypeError),
        ("rng", 1.0, TypeError),
        ("rng", True, TypeError),
        ("rng", -1, ValueError),
        ("replicas", 0, ValueError),
        ("replicas", -2, ValueError),
        ("replicas", 2.0, TypeError),
        ("replicas", True, TypeError),
        ("bias_init", lambda shape, rng: np.ones((1, *shape)), ValueError),
        ("bias_init", lambda shape, rng: np.full(shape, np.nan), ValueError),
        ("bias_init", lambda shape, rng: "ab", TypeError),
        ("bias_init", lambda shape: np.ones(shape), TypeError),
        ("bias_init", 0.1, TypeError),
        ("bias_init", "zero", ValueError),
        ("bias_init", "normal", TypeError),
        ("bias_init", "he_normal", ValueError),
        ("bias_init", initializers.get("orthogonal", gain=2.0), ValueError),
        ("bias_init", initializers.pytorch_default_bias, ValueError),
        ("bias_init", ["zeros"], ValueError),
        ("bias_std", -0.1, ValueError),
        ("bias_std", np.nan, ValueError),
        ("bias_std", "0", TypeError),
        ("linear_output", 1, TypeError),
        ("linear_output", "yes", TypeError),
        ("dtype", np.float16, ValueError),
        ("dtype", int, ValueError),
        ("dtype", None, TypeError),
    ],
)
def test_bad_arguments_are_named(argument, value, error):
    with pytest.raises(error, match=argument):
        MLP(**(GOOD | {argument: value}))


@pytest.mark.parametrize(
    ("init", "words", "error"),
    [
        (initializers.get("he_normal", layout="out_in"), "init must not fix layout.*fans would be swapped", ValueError),
        (["zeros", partial(initializers.he_normal, layout="out_in")], r"init\[1\] must not fix layout", ValueError),
        (
            partial(initializers.get("he_normal", layout="out_in"), mode="fan_out"),
            "init must not fix layout",
            ValueError,
        ),
        (initializers.get("he_normal", groups=2), "init must not fix groups.*no groups", ValueError),
        (initializers.get("he_normal", replicas=2), "init must not fix replicas", ValueError),
        ("normal", r"init must .*'normal', which needs std .*initializers.get\('normal', std=…\)", TypeError),
        ("uniform", r"initializers.get\('uniform', low=…, high=…\)", TypeError),
        (["he_normal", "constant"], r"init\[1\] must .*initializers.get\('constant', value=…\)", TypeError),
        (initializers.normal, r"which needs std .*initializers.get\(normal, std=…\)", TypeError),
        (
            lambda shape: np.ones(shape),
            r"init must be a function \(shape, rng\) -> array, got <lambda>\(shape\)",
            TypeError,
        ),
        (lambda shape, rng, std: np.ones(shape), r"got <lambda>\(shape, rng, std\)", TypeError),
        ("delta_orthogonal", r"^init must draw matrices .*got delta_orthogonal: .*convolution kernel", ValueError),
        (["zeros", "delta_orthogonal"], r"^init\[1\] must draw matrices .*got delta_orthogonal", ValueError),
        (
            ["he_normal", partial(initializers.he_normal, gain=2)],
            r"^init\[1\] must .*got he_normal: gain must not be given",
            TypeError,
        ),
        (["he_normal", partial(initializers.normal, std=-1)], r"^init\[1\] must .*got normal: std must be", ValueError),
    ],
)
@pytest.mark.parametrize("start", [MLP, propagate])
def test_a_start_that_cannot_be_meant_is_refused_with_advice(start, init, words, error):
    rng = np.random.default_rng(0)
    with pytest.raises(error, match=words):
        start((4, 4, 4), "relu", init=init, rng=rng)
    assert rng.random() == np.random.default_rng(0).random()  # nothing was drawn


def test_a_layout_may_be_named_as_it_is():
    fixed = initializers.get("he_normal", layout="in_out", groups=1)
    np.testing.assert_array_equal(MLP((4, 6), init=fixed, rng=0).weights[0], MLP((4, 6), rng=0).weights[0])


def test_biases_have_one_rule():
    with pytest.raises(ValueError, match=r"^bias_init must not be given together with bias_std, got 0.1"):
        MLP((4, 6), rng=0, bias_std=0.1, bias_init="zeros")


@pytest.mark.parametrize("bias_init", ["he_normal", "pytorch_default", initializers.pytorch_default_bias])
def test_biases_that_need_fans_are_refused_with_advice_that_can_be_followed(bias_init):
    with pytest.raises(ValueError, match="^bias_init must draw vectors .*fans of a weight; give zeros") as refused:
        MLP((4, 6), rng=0, bias_init=bias_init)
    assert "pytorch_default_bias for" not in str(refused.value) and "init='pytorch_default'" in str(refused.value)
    with pytest.raises(ValueError, match="^bias_init must draw vectors .*got normal: std must be >= 0"):
        MLP((4, 6), rng=0, bias_init=partial(initializers.normal, std=-1))


def test_what_a_weight_beyond_the_dtype_does():
    with pytest.raises(ValueError, match="init"):
        MLP((2, 2), init=lambda shape, rng: np.full(shape, 1e300), rng=0, dtype=np.float32)
