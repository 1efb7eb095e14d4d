import inspect
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weightinit import initializers as ini

# name → options that the sampler needs
NEEDED = {
    "normal": {"std": 0.3},
    "uniform": {"low": -0.2, "high": 0.4},
    "truncated_normal": {"std": 0.3},
    "constant": {"value": 0.7},
}
RANDOM = [name for name in ini.NAMES if name not in ("constant", "zeros")]
FLAT = ["normal", "uniform", "truncated_normal", "constant", "zeros"]  # they do not look at the fans
SCALED = [
    "variance_scaling",
    "pytorch_default",
    *(n for n in ini.NAMES if n.rsplit("_", 1)[0] in ("xavier", "glorot", "he", "kaiming", "lecun")),
]
PROPERTIES = settings(max_examples=40, deadline=None, derandomize=True)


def shape_for(name, n_in=6, n_out=8):
    return (3, n_in, n_out) if name == "delta_orthogonal" else (n_in, n_out)


def draw(name, shape=None, rng=0, **options):
    return getattr(ini, name)(shape or shape_for(name), rng, **NEEDED.get(name, {}) | options)


def test_the_public_names_are_all_there():
    expected = """variance_scaling xavier_normal xavier_uniform glorot_normal glorot_uniform he_normal he_uniform
    kaiming_normal kaiming_uniform lecun_normal lecun_uniform pytorch_default normal uniform truncated_normal constant
    zeros orthogonal delta_orthogonal""".split()
    assert set(ini.NAMES) == set(expected) and all(ini.get(name) is getattr(ini, name) for name in expected)


# ---- fans -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("shape", "options", "expected"),
    [
        ((5, 7), {}, (5, 7)),
        ((5, 7), {"layout": "out_in"}, (7, 5)),
        ((3, 4, 5, 7), {}, (60, 84)),
        ((7, 5, 3, 4), {"layout": "out_in"}, (60, 84)),
        ((3, 2, 6), {"groups": 3}, (6, 6)),
        ((8, 1, 3, 3), {"layout": "out_in", "groups": 8}, (9, 9)),
        ((8, 2, 3), {"layout": "out_in", "groups": 2}, (6, 12)),
    ],
)
def test_fans(shape, options, expected):
    found = ini.fans(shape, **options)
    assert found == expected and (found.fan_in, found.fan_out) == expected


@PROPERTIES
@given(st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_fans_do_not_depend_on_the_layout(shape):
    *window, n_in, n_out = shape
    assert ini.fans(shape) == ini.fans((n_out, n_in, *window), layout="out_in")
    assert ini.fans(shape) == (math.prod(window) * n_in, math.prod(window) * n_out)


# ---- the formulas, as exact numbers -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "options", "variance"),
    [
        ("variance_scaling", {}, 1 / 30),
        ("variance_scaling", {"scale": 3.0, "mode": "fan_out"}, 3 / 50),
        ("variance_scaling", {"scale": 2.0, "mode": "fan_avg"}, 2 / 40),
        ("variance_scaling", {"mode": "fan_geo_avg"}, 1 / math.sqrt(1500)),
        ("xavier_normal", {}, 2 / 80),
        ("xavier_uniform", {}, 2 / 80),
        ("xavier_normal", {"gain": 5 / 3}, (25 / 9) * 2 / 80),
        ("xavier_uniform", {"gain": 0.5}, 0.25 * 2 / 80),
        ("glorot_normal", {}, 2 / 80),
        ("glorot_uniform", {"gain": 2.0}, 4 * 2 / 80),
        ("he_normal", {}, 2 / 30),
        ("he_uniform", {}, 2 / 30),
        ("he_normal", {"negative_slope": 0.5}, 2 / 1.25 / 30),
        ("he_uniform", {"negative_slope": -2.0}, 2 / 5 / 30),
        ("he_normal", {"mode": "fan_out"}, 2 / 50),
        ("he_uniform", {"mode": "fan_avg"}, 2 / 40),
        ("kaiming_normal", {"negative_slope": 1.0}, 1 / 30),
        ("kaiming_uniform", {"mode": "fan_out"}, 2 / 50),
        ("lecun_normal", {}, 1 / 30),
        ("lecun_uniform", {}, 1 / 30),
        ("lecun_normal", {"gain": 3.0}, 9 / 30),
        ("pytorch_default", {}, 1 / 3 / 30),
        ("normal", {"std": 0.02}, 0.0004),
        ("truncated_normal", {"std": 0.02, "bound": 1.0}, 0.0004),
        ("uniform", {"low": -0.3, "high": 0.1}, 0.16 / 12),
        ("constant", {"value": 4.0}, 0.0),
        ("zeros", {}, 0.0),
        ("orthogonal", {}, 1 / 50),
        ("orthogonal", {"gain": 2.0, "layout": "out_in"}, 4 / 50),
    ],
)
def test_theoretical_std_and_the_draw_agree_with_the_formula(name, options, variance):
    std = ini.theoretical_std(name, (30, 50), **options)
    assert math.isclose(std, math.sqrt(variance), rel_tol=1e-12)
    sample = getattr(ini, name)((30, 50), 1, **options, replicas=400, dtype=np.float64)
    # 600 000 entries: the standard error of the standard deviation is below 0.1 %
    assert math.isclose(sample.std(), std, rel_tol=0.006, abs_tol=1e-12)


@pytest.mark.parametrize("name", SCALED)
def test_layout_exchanges_the_fans(name):
    one = ini.theoretical_std(name, (30, 50))
    other = ini.theoretical_std(name, (50, 30), layout="out_in")
    assert one == other
    a, b = (
        getattr(ini, name)(s, 2, layout=k, dtype=np.float64, replicas=100)
        for s, k in (((30, 50), "in_out"), ((50, 30), "out_in"))
    )
    assert math.isclose(a.std(), one, rel_tol=0.015) and math.isclose(b.std(), one, rel_tol=0.015)


def test_windows_and_groups_count():
    assert math.isclose(ini.theoretical_std("he_normal", (3, 3, 4, 8)), math.sqrt(2 / 36))
    assert math.isclose(ini.theoretical_std("xavier_normal", (3, 2, 6), groups=3), math.sqrt(2 / 12))
    sample = ini.xavier_normal((3, 2, 6), 0, groups=3, replicas=3000, dtype=np.float64)
    assert math.isclose(sample.std(), math.sqrt(2 / 12), rel_tol=0.02)


@pytest.mark.parametrize(
    ("name", "options", "bound"),
    [
        ("xavier_uniform", {}, math.sqrt(6 / 80)),
        ("glorot_uniform", {"gain": 2.0}, 2 * math.sqrt(6 / 80)),
        ("he_uniform", {}, math.sqrt(6 / 30)),
        ("kaiming_uniform", {"negative_slope": math.sqrt(5)}, 1 / math.sqrt(30)),
        ("lecun_uniform", {}, math.sqrt(3 / 30)),
        ("pytorch_default", {}, 1 / math.sqrt(30)),
        ("variance_scaling", {"scale": 2.0, "mode": "fan_out", "distribution": "uniform"}, math.sqrt(6 / 50)),
        ("uniform", {"low": -0.3, "high": 0.1}, 0.3),
    ],
)
def test_uniform_bound_is_reached_and_not_passed(name, options, bound):
    found = ini.uniform_bound(name, (30, 50), **options)
    assert math.isclose(found, bound, rel_tol=1e-12)
    largest = np.abs(getattr(ini, name)((30, 50), 3, **options, replicas=50, dtype=np.float64)).max()
    assert 0.999 * bound < largest <= bound


@pytest.mark.parametrize(("name", "twin"), [("xavier", "glorot"), ("he", "kaiming")])
@pytest.mark.parametrize("kind", ["normal", "uniform"])
def test_aliases_are_the_same_function(name, twin, kind):
    assert getattr(ini, f"{name}_{kind}") is getattr(ini, f"{twin}_{kind}")


# ---- truncation, constants ---------------------------------------------------------------------------------------------
def test_truncated_normal_is_cut_and_rescaled():
    sample = ini.truncated_normal((1000, 1000), 0, std=0.5, dtype=np.float64)
    edge = 2 * 0.5 / 0.87962566103423978
    assert abs(sample.std() - 0.5) < 0.002 and 0.999 * edge < np.abs(sample).max() <= edge * (1 + 1e-12)
    scaled = ini.variance_scaling((100, 100), 0, distribution="truncated_normal", dtype=np.float64, replicas=100)
    assert abs(scaled.std() - 0.1) < 0.0005 and np.abs(scaled).max() <= 0.2 / 0.87962566103423978


@pytest.mark.parametrize("bound", [0.01, 0.5, 1.0, 3.0, 6.0])
def test_truncation_constant(bound):
    from scipy import stats

    assert math.isclose(ini._truncated_std(bound), stats.truncnorm(-bound, bound).std(), rel_tol=1e-6)
    assert math.isclose(ini._truncated_std(2.0), 0.87962566103423978, rel_tol=1e-14)


def test_constants():
    assert np.all(ini.constant((2, 3), value=0.7, dtype=np.float64) == 0.7) and not ini.zeros((2, 3)).any()
    assert ini.zeros((2, 3), replicas=4).shape == (4, 2, 3)


# ---- orthogonal -----------------------------------------------------------------------------------------------------------
@PROPERTIES
@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from(ini.LAYOUTS), st.floats(0.1, 3.0), st.integers(0, 99))
def test_orthogonal_has_equal_singular_values(n_in, n_out, layout, gain, seed):
    weight = ini.orthogonal((n_in, n_out), seed, gain=gain, layout=layout, dtype=np.float64)
    assert weight.shape == (n_in, n_out)
    assert np.allclose(np.linalg.svd(weight, compute_uv=False), gain, atol=1e-12)


def test_orthogonal_kernels_are_flattened_to_inputs_by_outputs():
    kernel = ini.orthogonal((3, 3, 4, 8), 0, dtype=np.float64)
    assert np.allclose(kernel.reshape(36, 8).T @ kernel.reshape(36, 8), np.eye(8))
    torch_like = ini.orthogonal((8, 4, 3, 3), 0, layout="out_in", dtype=np.float64)
    assert np.allclose(torch_like.reshape(8, 36) @ torch_like.reshape(8, 36).T, np.eye(8))


def test_orthogonal_float32_is_orthogonal_to_rounding():
    weight = ini.orthogonal((64, 64), 0)
    assert weight.dtype == np.float32 and np.abs(weight.T @ weight - np.eye(64)).max() < 1e-6


def circular(kernel, x):
    """Convolve one image (height, width, in) with circular padding."""
    out = 0
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            out = out + np.roll(x, (kernel.shape[0] // 2 - i, kernel.shape[1] // 2 - j), axis=(0, 1)) @ kernel[i, j]
    return out


def test_delta_orthogonal_keeps_the_norm():
    x = np.random.default_rng(0).standard_normal((6, 5, 4))
    kernel = ini.delta_orthogonal((3, 5, 4, 7), 1, gain=1.5, dtype=np.float64)
    assert math.isclose(np.linalg.norm(circular(kernel, x)), 1.5 * np.linalg.norm(x))
    assert np.count_nonzero(kernel) == 28 and kernel[1, 2].all()
    torch_like = ini.delta_orthogonal((7, 4, 3, 5), 1, gain=1.5, layout="out_in", dtype=np.float64)
    assert np.allclose(torch_like[:, :, 1, 2].T, kernel[1, 2])


@pytest.mark.parametrize(
    ("name", "shape", "layout", "vectors"),
    [
        # a delta kernel maps 4 channels to 7 without loss: 4 vectors of norm `gain`
        ("delta_orthogonal", (3, 5, 4, 7), "in_out", 4),
        ("delta_orthogonal", (7, 4, 3, 5), "out_in", 4),
        # flattened, 60 rows and 7 columns: 7 vectors; 6 rows and 7 columns: 6
        ("orthogonal", (3, 5, 4, 7), "in_out", 7),
        ("orthogonal", (7, 4, 3, 5), "out_in", 7),
        ("orthogonal", (3, 2, 7), "in_out", 6),
        ("orthogonal", (7, 2, 3), "out_in", 6),
    ],
)
def test_size_of_an_orthogonal_kernel(name, shape, layout, vectors):
    kernel = getattr(ini, name)(shape, 3, gain=1.5, layout=layout, dtype=np.float64)
    assert math.isclose(np.sum(kernel**2), 1.5**2 * vectors)
    rms = ini.theoretical_std(name, shape, gain=1.5, layout=layout)
    assert math.isclose(rms, math.sqrt(1.5**2 * vectors / math.prod(shape)))


# ---- every sampler alike -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ini.NAMES)
def test_shape_dtype_and_determinism(name):
    one, two = draw(name), draw(name, rng=np.random.default_rng(0))
    assert one.dtype == np.float32 and one.shape == shape_for(name) and np.array_equal(one, two)
    assert draw(name, dtype=np.float64).dtype == np.float64
    if name in RANDOM:
        assert not np.array_equal(one, draw(name, rng=1))


@pytest.mark.parametrize("name", RANDOM)
def test_a_generator_moves_on(name):
    rng = np.random.default_rng(0)
    assert not np.array_equal(draw(name, rng=rng), draw(name, rng=rng))


@pytest.mark.parametrize("name", ini.NAMES)
def test_a_replica_does_not_depend_on_how_many_are_drawn(name):
    three, five = draw(name, rng=7, replicas=3), draw(name, rng=7, replicas=5)
    assert three.shape == (3, *shape_for(name)) and np.array_equal(three, five[:3])
    if name in RANDOM:
        assert not np.array_equal(five[0], five[1])
        child = np.random.default_rng(7).spawn(2)[1]
        assert np.array_equal(three[1], draw(name, rng=child))


@pytest.mark.parametrize("name", ini.NAMES)
def test_shape_may_be_a_list_or_an_array_and_seeds_may_be_numpy_integers(name):
    plain = draw(name)
    for shape in (list(shape_for(name)), np.array(shape_for(name))):
        options = NEEDED.get(name, {})
        found = getattr(ini, name)(shape, np.int64(0), **options)
        assert np.array_equal(found, plain) and found.flags.c_contiguous and found.flags.writeable
        assert ini.theoretical_std(name, shape, **options) == ini.theoretical_std(name, shape_for(name), **options)


@PROPERTIES
@given(
    st.sampled_from(SCALED),
    st.lists(st.integers(1, 5), min_size=2, max_size=4),
    st.integers(1, 3),
    st.integers(0, 99),
)
def test_every_layout_and_group_count_gives_the_shape_and_the_same_std(name, shape, groups, seed):
    *window, n_in, n_out = shape
    n_out *= groups
    here, there = (*window, n_in, n_out), (n_out, n_in, *window)
    weight = getattr(ini, name)(here, seed, groups=groups)
    other = getattr(ini, name)(there, seed, groups=groups, layout="out_in")
    assert weight.shape == here and other.shape == there and np.isfinite(weight).all()
    std = ini.theoretical_std(name, here, groups=groups)
    assert std == ini.theoretical_std(name, there, groups=groups, layout="out_in")
    if name.endswith("uniform"):
        assert np.abs(weight).max() <= ini.uniform_bound(name, here, groups=groups) * (1 + 1e-6)


@pytest.mark.parametrize("name", ini.NAMES)
def test_global_random_state_is_left_alone(name):
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    draw(name)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize(
    ("typed", "name"),
    [("HeNormal", "he_normal"), ("kaiming_normal_", "he_normal"), ("Glorot-Uniform", "xavier_uniform")]
    + [("TruncatedNormal", "truncated_normal"), ("RandomNormal", "normal"), ("random_uniform", "uniform")]
    + [("torch_default", "pytorch_default"), ("Zeros", "zeros")],
)
def test_the_names_that_libraries_use_are_known(typed, name):
    options = NEEDED.get(name, {})
    assert ini.get(typed) is getattr(ini, name)
    assert ini.theoretical_std(typed, (30, 50), **options) == ini.theoretical_std(name, (30, 50), **options)


def test_get():
    assert ini.get("he_normal") is ini.he_normal

    def own(shape, rng):
        return np.ones(shape)

    assert ini.get(own) is own
    for init in ("xavier_normal", ini.xavier_normal):
        gained = ini.get(init, gain=2.0)
        assert np.array_equal(gained((3, 4), 0), ini.xavier_normal((3, 4), 0, gain=2.0))

    def with_options(shape, rng, std=1.0, **others):
        return std * np.ones(shape) * others.get("factor", 1)

    assert ini.get(with_options, std=3.0, factor=2)((1,), 0) == 6
    assert ini.get("he_normal", groups=4)((3, 8), 0).shape == (3, 8)
    assert ini.get(ini.get("normal", std=1.0), replicas=2)((3, 4), 0).shape == (2, 3, 4)


# ---- laws ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("bound", [1e-3, 0.01, 0.5, 1.0, 2.0, 3.0, 6.0, 30.0])
def test_kurtosis_of_a_truncated_normal(bound):
    nodes, weights = np.polynomial.legendre.leggauss(400)
    z = bound * nodes
    density = weights * np.exp(-z * z / 2)
    expected = np.sum(density * z**4) * np.sum(density) / np.sum(density * z**2) ** 2
    found = ini.theoretical_kurtosis("truncated_normal", (2, 2), std=0.7, bound=bound)
    assert math.isclose(found, expected, rel_tol=1e-11)


@pytest.mark.parametrize(
    ("name", "options", "kurtosis"),
    [
        ("he_normal", {}, 3),
        ("normal", {"std": 0.2}, 3),
        ("xavier_uniform", {}, 1.8),
        ("pytorch_default", {}, 1.8),
        ("uniform", {"low": 1.0, "high": 3.0}, 1.8),
        ("variance_scaling", {"distribution": "uniform"}, 1.8),
        ("variance_scaling", {"distribution": "truncated_normal"}, 2.3655367171296495),
        ("orthogonal", {}, 3 * 50 / 52),
        ("orthogonal", {"layout": "out_in"}, 3 * 50 / 52),
    ],
)
def test_kurtosis(name, options, kurtosis):
    assert math.isclose(ini.theoretical_kurtosis(name, (30, 50), **options), kurtosis, rel_tol=1e-9)


def test_kurtosis_of_a_delta_kernel_counts_its_zeros():
    # entries over draws: a share of 1/15 is coordinates of a direction in 7 dimensions, E[w⁴]/E[w²]² = 3·7/9
    assert math.isclose(ini.theoretical_kurtosis("delta_orthogonal", (3, 5, 4, 7)), 15 * 21 / 9)
    assert math.isclose(ini.theoretical_kurtosis("delta_orthogonal", (7, 4, 3, 5), layout="out_in"), 15 * 21 / 9)


@pytest.mark.parametrize("name", ini.NAMES)
def test_a_law_says_what_is_drawn(name):
    options, shape = NEEDED.get(name, {}), shape_for(name)
    found = ini.law(name, shape, **options)
    sample = draw(name, shape, 3, replicas=4000, dtype=np.float64).reshape(4000, -1)
    assert np.abs(sample).max() <= found.bound * (1 + 1e-12)
    assert found.std == ini.theoretical_std(name, shape, **options)
    # 4000 draws of at least 48 entries: the mean's standard error is below std/400, that of the fourth moment below 2 %
    assert abs(sample.mean() - found.mean) <= 0.0125 * found.std + 1e-12
    if found.std:
        fourth = np.mean((sample - found.mean) ** 4) / found.std**4
        assert math.isclose(fourth, ini.theoretical_kurtosis(name, shape, **options), rel_tol=0.1)
    else:
        assert math.isnan(found.kurtosis) and found.draw is None


def test_bounds_of_the_laws():
    cut = 2 / 0.87962566103423978
    assert ini.law("he_normal", (3, 4)).bound == math.inf
    assert math.isclose(ini.law("truncated_normal", (3,), std=0.5).bound, 0.5 * cut, rel_tol=1e-12)
    assert ini.law("normal", (3,), std=0.0).bound == ini.law("zeros", (3,)).bound == 0
    assert ini.law("constant", (3,), value=-0.5).bound == 0.5 and ini.law("constant", (3,), value=-0.5).mean == -0.5
    assert ini.law("orthogonal", (3, 4), gain=2.0).bound == 2
    bound = ini.uniform_bound("uniform", (3, 4), low=-2, high=1)
    assert bound == 2 and isinstance(bound, float)
    assert ini.law("uniform", (3, 4), low=-2, high=1).mean == -0.5


def test_no_spread_is_zero_without_a_sign():
    for sample in (ini.normal((50,), 0, std=0), ini.truncated_normal((50,), 0, std=0), ini.zeros((50,))):
        assert not sample.any() and not np.signbit(sample).any()
    rng, other = np.random.default_rng(0), np.random.default_rng(0)
    ini.normal((50,), rng, std=0)
    other.standard_normal(50, dtype=np.float32)
    assert rng.random() == other.random(), "the stream goes on as if there were a spread"


# ---- biases -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FLAT)
def test_what_needs_no_fans_draws_biases(name):
    bias = draw(name, (7,))
    assert bias.shape == (7,) and np.array_equal(bias, draw(name, [7]))
    assert draw(name, (7,), replicas=3).shape == (3, 7)
    assert ini.theoretical_std(name, (7,), **NEEDED.get(name, {})) == ini.theoretical_std(
        name, (7, 5), **NEEDED.get(name, {})
    )
    assert draw(name, (1,)).shape == (1,)


@pytest.mark.parametrize("name", [name for name in ini.NAMES if name not in FLAT])
def test_what_needs_fans_says_how_to_draw_a_bias(name):
    for call in (lambda: getattr(ini, name)((7,), 0), lambda: ini.theoretical_std(name, (7,)), lambda: ini.fans((7,))):
        with pytest.raises(
            ValueError, match=r"^shape must have at least 2 axes, got \(7,\): a bias has no fans; draw it"
        ):
            call()


@pytest.mark.parametrize(
    ("shape", "options", "n_out", "fan_in"),
    [
        ((30, 50), {}, 50, 30),
        ((50, 30), {"layout": "out_in"}, 50, 30),
        ((3, 2, 5, 40), {}, 40, 30),
        ((40, 5, 3, 2), {"layout": "out_in", "groups": 4}, 40, 30),
    ],
)
def test_the_start_of_pytorch_with_its_biases(shape, options, n_out, fan_in):
    for name, size in (("pytorch_default", shape), ("pytorch_default_bias", (n_out,))):
        sample = getattr(ini, name)(shape, 5, replicas=200, dtype=np.float64, **options)
        bound = 1 / math.sqrt(fan_in)
        assert sample.shape == (200, *size) and 0.999 * bound < np.abs(sample).max() <= bound
        assert math.isclose(ini.uniform_bound(name, shape, **options), bound, rel_tol=1e-12)
        assert math.isclose(ini.theoretical_std(name, shape, **options), bound / math.sqrt(3), rel_tol=1e-12)
    bias = ini.pytorch_default_bias(shape, 5, **options)
    assert bias.shape == (n_out,) and bias.dtype == np.float32
    assert np.array_equal(bias, ini.pytorch_default_bias(list(shape), np.random.default_rng(5), **options))


def test_which_start_has_biases():
    assert ini.bias_of("pytorch_default") is ini.bias_of(ini.pytorch_default) is ini.pytorch_default_bias
    fixed = ini.bias_of(ini.get("pytorch_default", layout="out_in"))
    assert fixed((50, 30), 0).shape == (50,)
    others = [name for name in ini.NAMES if name != "pytorch_default"]
    assert not any(ini.bias_of(init) for init in (*others, lambda shape, rng: 0, ini.get("normal", std=1.0)))


# ---- bad input ------------------------------------------------------------------------------------------------------------
BAD_SHAPES = [((-3, 4), ValueError), ((0, 4), ValueError), ((3, 0), ValueError), ((0,), ValueError), ((), ValueError),
              ((3.0, 4), TypeError), ((3, 4.5), TypeError), (7, TypeError), (None, TypeError), ("34", TypeError), ((True, 4), TypeError)]  # fmt: skip


@pytest.mark.parametrize("name", ini.NAMES)
@pytest.mark.parametrize(("shape", "error"), BAD_SHAPES)
def test_bad_shapes(name, shape, error):
    for call in (
        lambda: getattr(ini, name)(shape, 0, **NEEDED.get(name, {})),
        lambda: ini.theoretical_std(name, shape, **NEEDED.get(name, {})),
        lambda: ini.fans(shape),
    ):
        with pytest.raises(error, match="^shape must"):
            call()


@pytest.mark.parametrize("name", ini.NAMES)
@pytest.mark.parametrize("rng", [True, 1.5, "seed", np.random.RandomState(0), [1]])
def test_bad_rng(name, rng):
    with pytest.raises(TypeError, match="^rng must"):
        draw(name, rng=rng)
    with pytest.raises(ValueError, match="^rng must"):
        draw(name, rng=-1)
    if name in RANDOM:
        with pytest.raises(TypeError, match="^rng must"):
            draw(name, rng=None)


BAD_OPTIONS = {
    "gain": [(0, ValueError), (-1, ValueError), (np.nan, ValueError), (np.inf, ValueError), ("1", TypeError), (None, TypeError)],
    "scale": [(0, ValueError), (-1.0, ValueError), (np.nan, ValueError), (True, TypeError)],
    "std": [(-1, ValueError), (np.nan, ValueError), ("x", TypeError)],
    "bound": [(0, ValueError), (-2, ValueError), (np.inf, ValueError), (1e-9, ValueError), (None, TypeError)],
    "negative_slope": [(np.nan, ValueError), (np.inf, ValueError), ("0.1", TypeError)],
    "value": [(np.nan, ValueError), (None, TypeError)],
    "low": [(np.nan, ValueError), (-np.inf, ValueError), ("a", TypeError), (None, TypeError)],
    "high": [(np.nan, ValueError), (np.inf, ValueError), ("a", TypeError), (None, TypeError)],
    "mode": [("fan", ValueError), (None, ValueError), (3, ValueError)],
    "distribution": [("gauss", ValueError), (None, ValueError)],
    "layout": [("torch", ValueError), (None, ValueError)],
    "groups": [(0, ValueError), (-1, ValueError), (3, ValueError), (2.0, TypeError), (True, TypeError)],
    "dtype": [(np.float16, ValueError), (int, ValueError), ("float99", ValueError), (None, TypeError)],
    "replicas": [(0, ValueError), (-1, ValueError), (2.0, TypeError), (True, TypeError)],
}  # fmt: skip
CASES = [
    (name, option, value, error)
    for name in ini.NAMES
    for option, values in BAD_OPTIONS.items()
    if option in inspect.signature(getattr(ini, name)).parameters
    for value, error in values
]


@pytest.mark.parametrize(("name", "option", "value", "error"), CASES)
def test_bad_options(name, option, value, error):
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    with pytest.raises(error, match=f"^{option} must"):
        draw(name, rng=rng, **{option: value})
    assert rng.bit_generator.state == before, "something was drawn before the error"


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0)])
def test_uniform_needs_an_interval(low, high):
    with pytest.raises(ValueError, match="^high must"):
        ini.uniform((2, 2), 0, low=low, high=high)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("near", "far"), [(1.0, 1.5), (-1.5, -1.0), (1e10, 1.5e10)])
def test_uniform_needs_room_for_a_hundred_numbers(near, far, dtype):
    spacing = float(np.spacing(dtype(max(abs(near), abs(far)))))
    sign = 1 if near > 0 else -1
    low = near if sign > 0 else far  # the ends below keep the binade of the spacing
    for count, fits in ((100, True), (101, True), (99, False), (1, False)):
        ends = sorted((low, low + sign * count * spacing))
        if fits:
            sample = ini.uniform((40, 40), 0, low=ends[0], high=ends[1], dtype=dtype)
            assert ends[0] <= sample.min() < sample.max() <= ends[1] and len(np.unique(sample)) > 90
            continue
        for call in (ini.uniform, lambda shape, rng, **options: ini.theoretical_std("uniform", shape, **options)):
            with pytest.raises(ValueError, match=f"^high must leave room for at least 100 {np.dtype(dtype)} numbers"):
                call((2, 2), 0, low=ends[0], high=ends[1], dtype=dtype)


@pytest.mark.parametrize("bound", [1e-3, 30.0])
def test_the_bound_of_a_truncated_normal_has_bounds_itself(bound):
    std = ini.truncated_normal((100, 100), 0, std=0.5, bound=bound, dtype=np.float64).std()
    assert math.isclose(std, 0.5, rel_tol=0.03)
    beyond = np.nextafter(bound, 0 if bound < 1 else 99)
    for call in (ini.truncated_normal, lambda shape, rng, **options: ini.law("truncated_normal", shape, **options)):
        with pytest.raises(ValueError, match=r"^bound must be in \[0.001, 30\], got"):
            call((2, 2), 0, std=0.5, bound=beyond)


def test_one_replica_is_the_first_of_many_and_not_what_none_gives():
    one, many, none = (ini.he_normal((3, 4), 0, replicas=r) for r in (1, 5, None))
    assert one.shape == (1, 3, 4) and np.array_equal(one[0], many[0])
    assert not np.array_equal(one[0], none)


def test_an_integer_is_a_seed_and_gives_the_same_matrix_at_every_call():
    assert np.array_equal(ini.he_normal((3, 4), 0), ini.he_normal((3, 4), 0))
    rng = np.random.default_rng(0)
    assert not np.array_equal(ini.he_normal((3, 4), rng), ini.he_normal((3, 4), rng))


def test_constants_leave_a_generator_alone():
    rng, other = np.random.default_rng(0), np.random.default_rng(0)
    ini.constant((3, 4), rng, value=1.0, replicas=3)
    ini.zeros((3,), rng)
    assert rng.random() == other.random() and rng.spawn(1)[0].random() == other.spawn(1)[0].random()


@pytest.mark.parametrize(
    ("dtype", "tiny", "top"), [(np.float32, 2.0**-126, 2.0**122), (np.float64, 2.0**-1022, 2.0**1018)]
)
def test_the_range_of_the_dtype_to_its_edges(dtype, tiny, top):
    largest = float(np.nextafter(dtype(top), dtype(0)))  # a 64th of the largest number: 64 std are never drawn
    for std in (tiny, largest):
        assert np.isfinite(ini.normal((50,), 0, std=std, dtype=dtype)).all()
    for std in (np.nextafter(tiny, 0), np.nextafter(largest, np.inf)):
        with pytest.raises(ValueError, match="^std must give weights within the range of"):
            ini.normal((50,), 0, std=std, dtype=dtype)


def test_the_name_that_keras_has_for_normal_is_not_taken_for_its_opposite():
    drawn = ini.variance_scaling((30, 20), 0, distribution="untruncated_normal")
    assert np.array_equal(drawn, ini.variance_scaling((30, 20), 0, distribution="normal"))
    assert ini.law("variance_scaling", (30, 20), distribution="untruncated_normal").distribution == "normal"


@pytest.mark.parametrize("shape", [(3, 4), (4, 3, 4), (3, 5, 4), (3, 3, 3, 3, 3, 4)])
def test_delta_orthogonal_needs_a_kernel_with_a_center_and_room(shape):
    with pytest.raises(ValueError, match="^shape must"):
        ini.delta_orthogonal(shape, 0)


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda: ini.get("gauss"), ValueError, "init must be one of 'variance_scaling'"),
        (lambda: ini.get(3), TypeError, "init must"),
        (lambda: ini.get("he_nromal"), ValueError, "init must be one of .*; did you mean 'he_normal'"),
        (lambda: ini.get("he"), ValueError, "init must be .*; did you mean 'he_normal' or 'he_uniform'"),
        (lambda: ini.get("Kaiming"), ValueError, "init must be .*; did you mean 'kaiming_normal' or 'kaiming_uniform'"),
        (lambda: ini.get("glorot"), ValueError, "init must be .*; did you mean 'glorot_normal' or 'glorot_uniform'"),
        (lambda: ini.get("xavier"), ValueError, "init must be .*; did you mean 'xavier_normal' or 'xavier_uniform'"),
        (lambda: ini.get("lecun"), ValueError, "init must be .*; did you mean 'lecun_normal' or 'lecun_uniform'"),
        (
            lambda: ini.get("he_normal", gain=2),
            TypeError,
            "gain must not be given as an option, he_normal takes negative_slope, mode, .*; got gain=2",
        ),
        (lambda: ini.get(ini.he_normal, gain=2), TypeError, "gain must not be given as an option, he_normal takes"),
        (lambda: ini.get("normal", gain=2), TypeError, "gain"),
        (lambda: ini.get("he_normal", rng=0), TypeError, "rng must not be given as an option, he_normal takes"),
        (lambda: ini.get("zeros", shape=(2, 2)), TypeError, "shape must not be given as an option, zeros takes layout"),
        (
            lambda: ini.get(lambda shape, rng: 0, std=1),
            TypeError,
            "std must not be given .*takes no options; got std=1",
        ),
        (lambda: ini.get("xavier_normal", gain=-1), ValueError, "gain must be > 0"),
        (lambda: ini.get(ini.xavier_normal, gain=-1), ValueError, "gain must be > 0"),
        (lambda: ini.get("he_normal", groups=0), ValueError, "groups must"),
        (lambda: ini.get("he_normal", groups=True), TypeError, "groups must"),
        (lambda: ini.bias_of("pytorch"), ValueError, "init must be .*; did you mean 'pytorch_default'"),
        (lambda: ini.theoretical_std("he", (2, 2)), ValueError, "name must be .*; did you mean 'he_normal' or 'he_uni"),
        (
            lambda: ini.theoretical_kurtosis("zeros", (2, 2)),
            ValueError,
            "name must be that of a start whose weights dif",
        ),
        (lambda: ini.theoretical_kurtosis("normal", (2, 2), std=0), ValueError, "name must be that of a start whose"),
        (
            lambda: ini.theoretical_std("he_normal", (5,)),
            ValueError,
            "shape must have at least 2 axes.*bias has no fans",
        ),
        (lambda: ini.theoretical_std("he_normal", ()), ValueError, r"shape must have at least 2 axes, got \(\)"),
        (lambda: ini.theoretical_std("gauss", (2, 2)), ValueError, "name must"),
        (lambda: ini.theoretical_std("normal", (2, 2)), TypeError, "std must be given"),
        (lambda: ini.theoretical_std("he_normal", (2, 2), gain=1), TypeError, "gain must"),
        (lambda: ini.theoretical_std("xavier_normal", (2, 2), gain=-1), ValueError, "gain must"),
        (lambda: ini.theoretical_std("orthogonal", (2, 2), gain=0), ValueError, "gain must"),
        (lambda: ini.theoretical_std("variance_scaling", (2, 2), scale=np.nan), ValueError, "scale must"),
        (lambda: ini.theoretical_std("he_normal", (2, 2), mode="fan"), ValueError, "mode must"),
        (lambda: ini.theoretical_std("zeros", (2, 2), layout="x"), ValueError, "layout must"),
        (lambda: ini.uniform_bound("he_normal", (2, 2)), ValueError, "name must be that of a uniform .*'normal'"),
        (
            lambda: ini.uniform_bound("variance_scaling", (2, 2)),
            ValueError,
            "name must be that of a uniform .*'normal'",
        ),
        (lambda: ini.uniform_bound("orthogonal", (2, 2)), ValueError, "name must be that of a uniform .*'orthogonal'"),
        (lambda: ini.fans((2, 2), layout="x"), ValueError, "layout must"),
        (lambda: ini.fans((2, 3), groups=2), ValueError, "groups must"),
    ],
)
def test_bad_calls_are_named(call, error, word):
    with pytest.raises(error, match=f"^{word}"):
        call()


# ---- extreme arguments: an error that names them, never inf, nan or a silent zero -----------------------------------------
@pytest.mark.parametrize(
    ("name", "options", "argument"),
    [
        ("xavier_normal", {"gain": 1e200}, "gain"),
        ("xavier_uniform", {"gain": 1e-200, "dtype": np.float64}, "gain"),
        ("lecun_normal", {"gain": 1e39}, "gain"),
        ("he_normal", {"negative_slope": 1e200}, "negative_slope"),
        ("he_uniform", {"negative_slope": -1e200, "dtype": np.float64}, "negative_slope"),
        ("variance_scaling", {"scale": 1e80}, "scale"),
        ("normal", {"std": 1e39}, "std"),
        ("normal", {"std": 1e-60}, "std"),
        ("truncated_normal", {"std": 1e39}, "std"),
        ("truncated_normal", {"std": 1.0, "bound": 1e200}, "bound"),
        ("constant", {"value": 1e39}, "value"),
        ("constant", {"value": -1e39}, "value"),
        ("uniform", {"low": -1e39, "high": 1.0}, "low"),
        ("uniform", {"low": 0.0, "high": 1e39}, "high"),
        ("uniform", {"low": -1e308, "high": 1e308, "dtype": np.float64}, "high"),
        ("orthogonal", {"gain": 1e39}, "gain"),
        ("delta_orthogonal", {"gain": 1e39}, "gain"),
    ],
)
def test_arguments_that_leave_the_range_of_the_dtype_are_named(name, options, argument):
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    with pytest.raises(ValueError, match=f"^{argument} must"):
        draw(name, rng=rng, **options)
    assert rng.bit_generator.state == before


@pytest.mark.parametrize("name", ["normal", "constant", "orthogonal", "xavier_normal"])
def test_large_and_small_numbers_within_the_range_are_fine(name):
    option = {"normal": "std", "constant": "value"}.get(name, "gain")
    for size, dtype in ((1e-15, np.float32), (1e15, np.float32), (1e-100, np.float64), (1e100, np.float64)):
        weight = draw(name, dtype=dtype, **{option: size})
        assert np.isfinite(weight).all() and weight.all()


@pytest.mark.parametrize(
    ("name", "shape", "options", "argument"),
    [
        ("uniform", (4, 5), {"low": 1.0, "high": -1.0}, "high"),
        ("truncated_normal", (4, 5), {"std": 1.0, "bound": -1.0}, "bound"),
        ("normal", (4, 5), {"std": -1.0}, "std"),
        ("constant", (4, 5), {"value": np.nan}, "value"),
        ("variance_scaling", (4, 5), {"distribution": "bogus"}, "distribution"),
        ("he_normal", (4, 5), {"dtype": "bogus"}, "dtype"),
        ("he_normal", (4, 5), {"replicas": 0}, "replicas"),
        ("delta_orthogonal", (4, 5), {}, "shape"),
        ("delta_orthogonal", (3, 5, 4), {}, "shape"),
    ],
)
def test_theory_refuses_what_the_sampler_refuses(name, shape, options, argument):
    for call in (lambda: ini.theoretical_std(name, shape, **options), lambda: getattr(ini, name)(shape, 0, **options)):
        with pytest.raises(ValueError, match=f"^{argument} must"):
            call()
    if name == "uniform":
        with pytest.raises(ValueError, match=f"^{argument} must"):
            ini.uniform_bound(name, shape, **options)
    if argument != "shape":
        with pytest.raises(ValueError, match=f"^{argument} must"):
            ini.get(name, **options)


def test_get_needs_no_parameter_beforehand():
    stack = ini.get("normal", replicas=3)((4, 5), 0, std=0.2)
    assert np.array_equal(stack, ini.normal((4, 5), 0, std=0.2, replicas=3))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e39, 1e-60])
@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("normal", "std"),
        ("truncated_normal", "std"),
        ("constant", "value"),
        ("xavier_normal", "gain"),
        ("orthogonal", "gain"),
    ],
)
def test_what_float32_cannot_hold_is_an_error_without_a_warning(name, option, size):
    with pytest.raises(ValueError, match=f"^{option} must"):
        getattr(ini, name)((2, 2), 0, **{option: size})
    assert getattr(ini, name)((2, 2), 0, **{option: size}, dtype=np.float64).any()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: ini.he_normal((3, 4), 0, gain=2),
            "gain must not be given as an option, he_normal takes negative_slope, ",
        ),
        (lambda: ini.he_normal((3, 4), 0, a=0.2), r"got a=0\.2; did you mean negative_slope\?"),
        (lambda: ini.normal((3, 4), 0, stddev=1.0), r"normal takes std, .*; got stddev=1\.0; did you mean std\?"),
        (lambda: ini.xavier_uniform((3, 4), seed=0), r"got seed=0; did you mean rng\?"),
        (lambda: ini.uniform((3, 4), 0, minval=0, high=1), r"got minval=0; did you mean low\?"),
        (lambda: ini.orthogonal((3, 4), 0, gian=2), r"got gian=2; did you mean 'gain'\?"),
        (lambda: ini.zeros((3, 4), a=1), r"zeros takes layout, dtype, replicas; got a=1$"),
        (lambda: ini.theoretical_std("he_normal", (3, 4), a=0.2), r"did you mean negative_slope\?"),
    ],
)
def test_an_option_by_the_name_that_another_library_gives_it_is_asked_back(call, said):
    with pytest.raises(TypeError, match=said):
        call()


def test_every_sampler_keeps_its_signature_and_can_be_sent_to_a_worker():
    for name in ini.NAMES:
        sampler = ini.get(name)
        assert "shape" in inspect.signature(sampler).parameters
        assert pickle.loads(pickle.dumps(sampler)) is sampler
