"""The same laws as torch.nn.init, keras.initializers and jax.nn.initializers, for the same shapes in their own layouts.

A scheme of a peer is compared through what it draws: the standard deviation, which the formula here has to meet within
five standard errors, and for uniform weights the bound. Where a peer has the fans or the constant itself, it is exact.
"""

import math
import os

import numpy as np
import pytest

from weightinit import initializers as ini

pytestmark = pytest.mark.peers
os.environ.setdefault("KERAS_BACKEND", "jax")

SHAPES = [(40, 300), (300, 40), (3, 2, 10, 60)]  # (*window, in, out)
N = 4  # draws of a peer that are pooled


def torch_order(shape):
    *window, n_in, n_out = shape
    return (n_out, n_in, *window)


def agrees(sample, std):
    """A mean square of n draws has a relative error of at most √(2/n) for all three distributions."""
    return abs(np.mean(np.square(sample, dtype=np.float64)) / std**2 - 1) < 5 * math.sqrt(2 / sample.size)


def test_the_comparison_can_fail():
    sample = np.random.default_rng(0).standard_normal(4 * 3600)
    assert agrees(sample, 1) and not agrees(1.1 * sample, 1) and not agrees(0.9 * sample, 1)


# ---- torch ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def torch():
    module = pytest.importorskip("torch")
    module.manual_seed(0)
    return module


def drawn_by_torch(torch, name, shape, **options):
    draw = getattr(torch.nn.init, name)
    return np.stack([draw(torch.empty(*torch_order(shape)), **options).numpy() for _ in range(N)])


TORCH = [
    ("xavier_normal_", {}, "xavier_normal", {}),
    ("xavier_uniform_", {"gain": 5 / 3}, "xavier_uniform", {"gain": 5 / 3}),
    ("kaiming_normal_", {}, "he_normal", {}),
    ("kaiming_normal_", {"mode": "fan_out"}, "he_normal", {"mode": "fan_out"}),
    ("kaiming_normal_", {"a": 0.5}, "he_normal", {"negative_slope": 0.5}),
    ("kaiming_uniform_", {"a": math.sqrt(5)}, "he_uniform", {"negative_slope": math.sqrt(5)}),
    ("kaiming_uniform_", {"mode": "fan_out", "a": 0.2}, "he_uniform", {"mode": "fan_out", "negative_slope": 0.2}),
    ("kaiming_normal_", {"nonlinearity": "linear"}, "lecun_normal", {}),
    ("kaiming_uniform_", {"nonlinearity": "linear"}, "lecun_uniform", {}),
    ("normal_", {"std": 0.02}, "normal", {"std": 0.02}),
    ("uniform_", {"a": -0.1, "b": 0.1}, "uniform", {"low": -0.1, "high": 0.1}),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("theirs", "their_options", "ours", "options"), TORCH)
def test_torch_draws_from_the_same_law(torch, shape, theirs, their_options, ours, options):
    sample = drawn_by_torch(torch, theirs, shape, **their_options)
    std = ini.theoretical_std(ours, shape, **options)
    assert agrees(sample, std)
    assert std == ini.theoretical_std(ours, torch_order(shape), layout="out_in", **options)
    if ours.endswith("uniform"):
        bound = ini.uniform_bound(ours, shape, **options)
        assert 0.99 * bound < np.abs(sample).max() <= bound * (1 + 1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_torch_fans(torch, shape):
    theirs = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(*torch_order(shape)))
    assert theirs == ini.fans(torch_order(shape), layout="out_in") == ini.fans(shape)


def test_torch_ignores_groups_in_fan_out_and_we_do_not(torch):
    weight = torch.nn.Conv2d(12, 24, 3, groups=6).weight
    theirs = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    ours = ini.fans(tuple(weight.shape), layout="out_in", groups=6)
    assert theirs == (18, 216) and ours == (18, 36)


@pytest.mark.parametrize(
    ("kind", "arguments", "groups"),
    [("Linear", (300, 2000), 1), ("Conv2d", (12, 1200, 5), 1), ("Conv1d", (12, 1200, 5, 1, 0, 1, 4), 4)],
)
def test_what_torch_layers_do_unasked(torch, kind, arguments, groups):
    layer = getattr(torch.nn, kind)(*arguments)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    options = {"layout": "out_in", "groups": groups}
    for name, theirs in (("pytorch_default", weight), ("pytorch_default_bias", bias)):
        std, bound = (
            ini.theoretical_std(name, weight.shape, **options),
            ini.uniform_bound(name, weight.shape, **options),
        )
        assert agrees(theirs, std) and 0.99 * bound < np.abs(theirs).max() <= bound * (1 + 1e-6)
        assert getattr(ini, name)(weight.shape, 0, **options).shape == theirs.shape
    assert math.isclose(bound, 1 / math.sqrt(ini.fans(weight.shape, **options).fan_in))
    a = ini.theoretical_std("he_uniform", weight.shape, negative_slope=math.sqrt(5), **options)
    assert math.isclose(ini.theoretical_std("pytorch_default", weight.shape, **options), a)


def test_a_draw_goes_into_a_torch_layer_as_the_docstring_says(torch):
    for layer in (torch.nn.Linear(30, 50), torch.nn.Conv2d(3, 64, 7)):
        weight = ini.he_normal(tuple(layer.weight.shape), 0, layout="out_in")
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
        assert np.array_equal(layer.weight.detach().numpy(), weight)
        std = ini.theoretical_std("he_normal", tuple(layer.weight.shape), layout="out_in")
        assert agrees(layer.weight.detach().numpy(), std) and layer.weight.requires_grad


def test_a_draw_goes_into_a_keras_layer_as_the_docstring_says():
    keras = pytest.importorskip("keras")
    built = keras.layers.Dense(50)
    built.build((None, 30))
    built.set_weights([ini.he_normal((30, 50), 0), ini.zeros((50,))])
    before = keras.layers.Dense(50, kernel_initializer=lambda shape, dtype=None: ini.he_normal(tuple(shape), 0))
    before.build((None, 30))
    for layer in (built, before):
        assert np.array_equal(np.asarray(layer.get_weights()[0]), ini.he_normal((30, 50), 0))


def test_a_draw_is_a_jax_array_as_the_docstring_says():
    jax = pytest.importorskip("jax")
    kernel = jax.numpy.asarray(ini.he_normal((30, 50), 0))
    assert kernel.dtype == "float32" and np.array_equal(np.asarray(kernel), ini.he_normal((30, 50), 0))


def test_torch_does_not_rescale_a_truncated_normal(torch):
    raw = torch.nn.init.trunc_normal_(torch.empty(300, 300), std=1.0, a=-2.0, b=2.0).numpy()
    assert agrees(raw, 0.87962566103423978) and not agrees(raw, 1.0)
    ours = ini.truncated_normal((300, 300), 0, std=1.0)
    assert agrees(ours, 1.0) and agrees(raw / 0.87962566103423978, 1.0)
    # its bounds are ±2 and not ±2 std: the usual std=0.02 is not cut at all
    assert agrees(torch.nn.init.trunc_normal_(torch.empty(300, 300), std=0.02).numpy(), 0.02)


@pytest.mark.parametrize("shape", [(30, 70), (70, 30), (3, 2, 10, 20)])
def test_torch_orthogonal_flattens_the_same_way(torch, shape):
    theirs = torch.nn.init.orthogonal_(torch.empty(*torch_order(shape)), gain=2.0).numpy()
    ours = ini.orthogonal(torch_order(shape), 0, gain=2.0, layout="out_in")
    for weight in (theirs, ours):
        matrix = weight.reshape(weight.shape[0], -1)
        assert np.allclose(np.linalg.svd(matrix, compute_uv=False), 2.0, atol=1e-5)
    assert math.isclose(np.sqrt(np.mean(theirs**2)), ini.theoretical_std("orthogonal", shape, gain=2.0), rel_tol=1e-5)


def test_a_kernel_in_torch_order_convolves_without_change_of_norm(torch):
    kernel = ini.delta_orthogonal((8, 5, 3, 3), 0, layout="out_in", dtype=np.float64)
    layer = torch.nn.Conv2d(5, 8, 3, padding=1, padding_mode="circular", bias=False, dtype=torch.float64)
    layer.weight.data = torch.from_numpy(kernel)
    x = torch.randn(2, 5, 7, 6, dtype=torch.float64)
    assert math.isclose(layer(x).norm().item(), x.norm().item(), rel_tol=1e-12)


# ---- keras and jax --------------------------------------------------------------------------------------------------

# their *_normal are truncated: same variance, no tails
FAMILY = [
    ("glorot_normal", "GlorotNormal", "xavier_normal"),
    ("glorot_uniform", "GlorotUniform", "xavier_uniform"),
    ("he_normal", "HeNormal", "he_normal"),
    ("he_uniform", "HeUniform", "he_uniform"),
    ("lecun_normal", "LecunNormal", "lecun_normal"),
    ("lecun_uniform", "LecunUniform", "lecun_uniform"),
]


def check_family(sample, name, shape):
    std = ini.theoretical_std(name, shape)
    assert agrees(sample, std)
    largest = np.abs(sample).max()
    bound = ini.uniform_bound(name, shape) if name.endswith("uniform") else 2 * std / 0.87962566103423978
    assert 0.97 * bound < largest <= bound * (1 + 1e-5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("_", "theirs", "ours"), FAMILY)
def test_keras_draws_from_the_same_law(shape, _, theirs, ours):
    keras = pytest.importorskip("keras")
    make = getattr(keras.initializers, theirs)
    check_family(np.stack([np.asarray(make(seed=seed)(shape)) for seed in range(N)]), ours, shape)


def test_a_dense_layer_of_keras_starts_with_glorot_uniform():
    keras = pytest.importorskip("keras")
    assert type(keras.layers.Dense(3).kernel_initializer) is keras.initializers.GlorotUniform


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("theirs", "_", "ours"), FAMILY)
def test_jax_draws_from_the_same_law(shape, theirs, _, ours):
    jax = pytest.importorskip("jax")
    draw = getattr(jax.nn.initializers, theirs)()
    check_family(np.stack([np.asarray(draw(jax.random.key(seed), shape)) for seed in range(N)]), ours, shape)


@pytest.mark.parametrize("mode", ini.MODES)
@pytest.mark.parametrize("distribution", ini.DISTRIBUTIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_jax_variance_scaling(shape, mode, distribution):
    jax = pytest.importorskip("jax")
    draw = jax.nn.initializers.variance_scaling(1.7, mode, distribution)
    sample = np.stack([np.asarray(draw(jax.random.key(seed), shape)) for seed in range(N)])
    assert agrees(sample, ini.theoretical_std("variance_scaling", shape, scale=1.7, mode=mode))
    ours = ini.variance_scaling(shape, 0, scale=1.7, mode=mode, distribution=distribution, replicas=N)
    assert agrees(sample, ours.std(dtype=np.float64))


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", [("truncated_normal", 0), ("untruncated_normal", 1), ("uniform", 2)])
def test_keras_variance_scaling(mode, distribution):
    keras = pytest.importorskip("keras")
    name, seed = distribution
    make = keras.initializers.VarianceScaling(scale=1.7, mode=mode, distribution=name, seed=seed)
    sample = np.asarray(make((3, 2, 40, 60)))
    assert agrees(sample, ini.theoretical_std("variance_scaling", (3, 2, 40, 60), scale=1.7, mode=mode))


def test_jax_truncated_normal_alone_is_not_rescaled():
    jax = pytest.importorskip("jax")
    sample = np.asarray(jax.nn.initializers.truncated_normal(1.0)(jax.random.key(0), (1000, 1000)))
    ours = ini.truncated_normal((1000, 1000), 0, std=0.87962566103423978)
    # jax.nn.initializers.truncated_normal divides nothing: what is asked for is the raw standard deviation
    assert abs(sample.std(dtype=np.float64) / ours.std(dtype=np.float64) - 1) < 5 * math.sqrt(1 / sample.size)


@pytest.mark.parametrize("shape", [(3, 4, 7), (3, 5, 4, 7), (3, 3, 3, 2, 5)])
def test_jax_delta_orthogonal_has_the_same_pattern(shape):
    jax = pytest.importorskip("jax")
    theirs = np.asarray(jax.nn.initializers.delta_orthogonal(2.0)(jax.random.key(0), shape))
    ours = ini.delta_orthogonal(shape, 0, gain=2.0)
    assert np.array_equal(theirs != 0, ours != 0)
    center = tuple(length // 2 for length in shape[:-2])
    for kernel in (theirs, ours):
        assert np.allclose(kernel[center] @ kernel[center].T, 4 * np.eye(shape[-2]), atol=1e-5)
    std = ini.theoretical_std("delta_orthogonal", shape, gain=2.0)
    assert math.isclose(np.sqrt(np.mean(theirs**2)), std, rel_tol=1e-5)


def test_jax_orthogonal_flattens_the_same_way():
    jax = pytest.importorskip("jax")
    theirs = np.asarray(jax.nn.initializers.orthogonal(2.0)(jax.random.key(0), (3, 2, 10, 20)))
    ours = ini.orthogonal((3, 2, 10, 20), 0, gain=2.0)
    for kernel in (theirs, ours):
        matrix = kernel.reshape(60, 20)
        assert np.allclose(matrix.T @ matrix, 4 * np.eye(20), atol=1e-4)
