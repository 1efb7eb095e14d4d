"""Draws against their laws. The variances are written out here, not taken from the package."""

import math

import numpy as np
import pytest
from sampling import correlation_alarms, count_alarms, mean_alarms, shape_alarms, std_alarms
from scipy import linalg, stats

from weightinit import initializers as ini

CUT = 0.87962566103423978  # standard deviation of N(0, 1) cut at ±2
LAWS = {  # law with standard deviation 1, and its fourth moment
    "normal": (stats.norm(), 3),
    "uniform": (stats.uniform(-math.sqrt(3), 2 * math.sqrt(3)), 1.8),
    "truncated_normal": (stats.truncnorm(-2, 2, scale=1 / CUT), float(stats.truncnorm(-2, 2).stats("k")) + 3),
}
DENSE, KERNEL, TORCH, GROUPED = (20, 60), (3, 2, 5, 40), (40, 5, 3, 2), (3, 2, 5, 40)
# fans:  20 60  | 30 240 | 30 240 | 30 60 in 4 groups

# sampler, its options, shape, variance, distribution
CASES = [
    ("variance_scaling", {}, DENSE, 1 / 20, "normal"),
    ("variance_scaling", {"scale": 3.0, "mode": "fan_out"}, DENSE, 3 / 60, "normal"),
    ("variance_scaling", {"mode": "fan_avg", "distribution": "uniform"}, DENSE, 1 / 40, "uniform"),
    ("variance_scaling", {"mode": "fan_geo_avg"}, DENSE, 1 / math.sqrt(1200), "normal"),
    ("variance_scaling", {"distribution": "truncated_normal"}, DENSE, 1 / 20, "truncated_normal"),
    ("xavier_normal", {}, DENSE, 2 / 80, "normal"),
    ("xavier_normal", {"gain": 5 / 3}, KERNEL, (25 / 9) * 2 / 270, "normal"),
    ("xavier_uniform", {}, DENSE, 2 / 80, "uniform"),
    ("xavier_uniform", {"gain": 2.0, "layout": "out_in"}, TORCH, 4 * 2 / 270, "uniform"),
    ("xavier_uniform", {"groups": 4}, GROUPED, 2 / 90, "uniform"),
    ("glorot_normal", {"groups": 4}, GROUPED, 2 / 90, "normal"),
    ("he_normal", {}, DENSE, 2 / 20, "normal"),
    ("he_normal", {"layout": "out_in"}, DENSE, 2 / 60, "normal"),
    ("he_normal", {"negative_slope": 0.7, "mode": "fan_out"}, KERNEL, 2 / 1.49 / 240, "normal"),
    ("he_normal", {"mode": "fan_out", "groups": 4}, GROUPED, 2 / 60, "normal"),
    ("he_uniform", {}, KERNEL, 2 / 30, "uniform"),
    ("he_uniform", {"layout": "out_in"}, TORCH, 2 / 30, "uniform"),
    ("kaiming_uniform", {"negative_slope": math.sqrt(5)}, DENSE, 1 / 3 / 20, "uniform"),
    ("lecun_normal", {}, DENSE, 1 / 20, "normal"),
    ("lecun_uniform", {"layout": "out_in"}, TORCH, 1 / 30, "uniform"),
    ("pytorch_default", {}, DENSE, 1 / 3 / 20, "uniform"),
    ("pytorch_default", {"layout": "out_in", "groups": 4}, TORCH, 1 / 3 / 30, "uniform"),
    ("normal", {"std": 0.02}, DENSE, 0.0004, "normal"),
    ("normal", {"std": 0.02}, (1000,), 0.0004, "normal"),
    ("uniform", {"low": -0.3, "high": 0.3}, (1000,), 0.03, "uniform"),
    ("truncated_normal", {"std": 0.02}, (1000,), 0.0004, "truncated_normal"),
    ("uniform", {"low": -0.3, "high": 0.3}, DENSE, 0.03, "uniform"),
    ("truncated_normal", {"std": 0.02}, DENSE, 0.0004, "truncated_normal"),
]
each_case = pytest.mark.parametrize(
    ("name", "options", "shape", "variance", "distribution"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)]
)


def sample_of(name, options, shape, dtype=np.float32, seed=11):
    return getattr(ini, name)(shape, seed, **options, dtype=dtype, replicas=30)


@each_case
def test_std_mean_and_shape(name, options, shape, variance, distribution):
    law, kurtosis = LAWS[distribution]
    std = math.sqrt(variance)
    for dtype in (np.float32, np.float64):
        sample = sample_of(name, options, shape, dtype)
        assert sample.size >= 20_000
        assert not std_alarms(sample, std, kurtosis)
        assert not mean_alarms(sample, 0, std)
        assert not shape_alarms(sample / std, law)


@each_case
def test_a_wrong_std_is_noticed(name, options, shape, variance, distribution):
    kurtosis, std = LAWS[distribution][1], math.sqrt(variance)
    sample = sample_of(name, options, shape)
    for factor in (0.9, 1.1, CUT, math.sqrt(2), math.sqrt(3), 1 / math.sqrt(3), math.sqrt(0.5)):
        assert std_alarms(factor * sample, std, kurtosis), f"a factor {factor} was missed"
    assert mean_alarms(sample + 0.05 * std, 0, std)


def test_the_biases_of_pytorch():
    sample = ini.pytorch_default_bias((700, 30), 11, layout="out_in", replicas=30)
    law, kurtosis = LAWS["uniform"]
    std = math.sqrt(1 / 3 / 30)
    assert sample.shape == (30, 700) and not std_alarms(sample, std, kurtosis) and not mean_alarms(sample, 0, std)
    assert not shape_alarms(sample / std, law) and std_alarms(1.1 * sample, std, kurtosis)


@pytest.mark.parametrize("distribution", LAWS)
def test_a_wrong_shape_of_the_right_std_is_noticed(distribution):
    sample = sample_of("variance_scaling", {"distribution": distribution}, DENSE) * math.sqrt(20)
    assert [name for name, (law, _) in LAWS.items() if not shape_alarms(sample, law)] == [distribution]


def test_false_alarms_are_rare():
    # 200 correct samples: at 1e-6 each, even one alarm among the three checks would have a probability of 0.06 %
    rng = np.random.default_rng(3)
    for sample in rng.standard_normal((200, 500)):
        assert not (std_alarms(sample, 1, 3) or mean_alarms(sample, 0, 1) or shape_alarms(sample, stats.norm()))


@pytest.mark.parametrize(("low", "high"), [(-0.2, 0.4), (1.0, 1.5), (-3.0, -1.0)])
def test_uniform_with_another_mean(low, high):
    for dtype in (np.float32, np.float64):
        sample = ini.uniform(DENSE, 5, low=low, high=high, replicas=30, dtype=dtype)
        assert not mean_alarms(sample, (low + high) / 2, (high - low) / math.sqrt(12))
        assert not shape_alarms(sample, stats.uniform(low, high - low))
        assert dtype(low) <= sample.min() and sample.max() <= dtype(high)


@pytest.mark.parametrize("bound", [0.01, 0.5, 1.0, 1.5, 2.0, 3.0, 6.0])
def test_truncated_normal_has_the_requested_std_for_any_bound(bound):
    raw = stats.truncnorm(-bound, bound)
    kurtosis = float(raw.stats("k")) + 3 if bound > 0.1 else 1.8
    sample = ini.truncated_normal((200, 200), 6, std=0.3, bound=bound, dtype=np.float64)
    assert not std_alarms(sample, 0.3, kurtosis + 1e-9) and std_alarms(1.1 * sample, 0.3, kurtosis + 1e-9)
    scale = 0.3 / (raw.std() if bound > 0.1 else bound / math.sqrt(3))
    assert np.abs(sample).max() <= bound * scale * (1 + 1e-5), "cut at ±bound in standard deviations before rescaling"
    assert not shape_alarms(sample / scale, raw)
    if bound <= 2:
        assert np.abs(sample).max() >= 0.995 * bound * scale


SAMPLERS = [
    ("variance_scaling", {}),
    ("xavier_normal", {}),
    ("xavier_uniform", {}),
    ("he_normal", {}),
    ("he_uniform", {}),
    ("lecun_normal", {}),
    ("lecun_uniform", {}),
    ("normal", {"std": 1.0}),
    ("uniform", {"low": -1.0, "high": 1.0}),
    ("truncated_normal", {"std": 1.0}),
]


@pytest.mark.parametrize(("name", "options"), SAMPLERS)
def test_replicas_calls_and_seeds_are_independent(name, options):
    draw, rng = getattr(ini, name), np.random.default_rng(8)
    replicas = draw((100, 100), rng, replicas=4, **options)
    others = [draw((100, 100), rng, **options), draw((100, 100), rng, **options), draw((100, 100), 9, **options)]
    again = draw((100, 100), rng, replicas=2, **options)
    samples = [*replicas, *others, *again]
    # a generator's own stream and all that are spawned from it are separate, and `again` spawns new ones
    pairs = [(a, b) for i, a in enumerate(samples) for b in samples[:i]]
    assert not any(correlation_alarms(a, b) for a, b in pairs)
    assert correlation_alarms(samples[0], samples[0])
    rows = replicas[0]
    assert not correlation_alarms(rows[:-1], rows[1:]) and not correlation_alarms(rows[:, :-1], rows[:, 1:])


# ---- Haar -----------------------------------------------------------------------------------------------------------


def without_signs(n, count, seed):
    """What QR gives when the sign of R's diagonal is forgotten."""
    gaussians = np.random.default_rng(seed).standard_normal((count, n, n))
    return np.array([linalg.qr(gaussian)[0] for gaussian in gaussians])


def haar_alarms(q):
    """Names of the checks that (count, n, n) orthogonal matrices fail, all exact for the Haar measure.

    E[trace] = 0 and Var[trace] = 1 (n >= 2); half of the determinants are +1; each diagonal entry has either sign with
    probability 1/2, and its square is Beta(1/2, (n - 1)/2).
    """
    count, n, _ = q.shape
    law = stats.beta(0.5, (n - 1) / 2)
    checks = {
        "trace": mean_alarms(np.trace(q, axis1=1, axis2=2), 0, 1),
        "determinant": count_alarms((np.linalg.det(q) > 0).sum(), count),
        "sign": any(count_alarms((q[:, i, i] > 0).sum(), count) for i in range(n)),
        "square": any(shape_alarms(q[:, i, j] ** 2, law) for i in range(n) for j in range(n)),
    }
    return {name for name, alarm in checks.items() if alarm}


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("layout", ini.LAYOUTS)
def test_orthogonal_is_haar(n, layout):
    q = ini.orthogonal((n, n), 21, layout=layout, replicas=1500, dtype=np.float64)
    assert not haar_alarms(q)
    rotation = linalg.qr(np.random.default_rng(0).standard_normal((n, n)))[0]
    assert not haar_alarms(rotation @ q) and not haar_alarms(q @ rotation)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_qr_without_signs_is_noticed(n):
    # in the plane it always returns a reflection, whose trace is 0 by itself
    expected = {"determinant", "sign"} | ({"trace"} if n > 2 else set())
    assert expected <= haar_alarms(without_signs(n, 1500, 21))


def test_a_rotation_of_the_plane_has_a_uniform_angle():
    q = ini.orthogonal((2, 2), 22, replicas=3000, dtype=np.float64)
    angle = np.arctan2(q[:, 1, 0], q[:, 0, 0])
    assert not shape_alarms(angle, stats.uniform(-math.pi, 2 * math.pi))
    raw = without_signs(2, 3000, 22)
    assert shape_alarms(np.arctan2(raw[:, 1, 0], raw[:, 0, 0]), stats.uniform(-math.pi, 2 * math.pi))


@pytest.mark.parametrize(("rows", "columns"), [(6, 3), (3, 6)])
def test_rectangular_orthogonal_entries(rows, columns):
    q = ini.orthogonal((rows, columns), 23, replicas=2000, dtype=np.float64)
    law = stats.beta(0.5, 2.5)  # one coordinate, squared, of a uniform direction in six dimensions
    for i in range(rows):
        for j in range(columns):
            assert not mean_alarms(q[:, i, j], 0, 1 / math.sqrt(6))
            assert not shape_alarms(q[:, i, j] ** 2, law)


def test_one_by_one_is_a_fair_sign():
    q = ini.orthogonal((1, 1), 24, replicas=2000)
    assert np.all(np.abs(q) == 1) and not count_alarms((q > 0).sum(), 2000)


@pytest.mark.parametrize(("shape", "layout"), [((3, 2, 2), "in_out"), ((2, 2, 3), "out_in")])
def test_delta_orthogonal_is_haar_in_the_middle(shape, layout):
    kernel = ini.delta_orthogonal(shape, 25, layout=layout, replicas=1500, dtype=np.float64)
    assert not haar_alarms(kernel[:, 1] if layout == "in_out" else kernel[..., 1])


@pytest.mark.parametrize("layout", ini.LAYOUTS)
@pytest.mark.parametrize("n_out", [4, 7])
def test_delta_orthogonal_keeps_norms_under_circular_convolution(layout, n_out):
    # exact up to float32: the convolution is a product in Fourier space, computed here with its full window
    shape = (3, 5, 4, n_out) if layout == "in_out" else (n_out, 4, 3, 5)
    kernel = np.asarray(ini.delta_orthogonal(shape, 26, layout=layout, gain=1.5), np.float64)
    kernel = kernel if layout == "in_out" else kernel.transpose(2, 3, 1, 0)
    x = np.random.default_rng(0).standard_normal((8, 9, 4))
    padded = np.zeros((8, 9, 4, n_out))
    padded[:3, :5] = kernel
    product = np.einsum("xyi,xyio->xyo", np.fft.fft2(x, axes=(0, 1)), np.fft.fft2(padded, axes=(0, 1)))
    y = np.fft.ifft2(product, axes=(0, 1)).real
    assert math.isclose(np.linalg.norm(y), 1.5 * np.linalg.norm(x), rel_tol=1e-6)


@pytest.mark.parametrize("shape", [(50, 20), (20, 50), (30, 30)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_orthogonality(shape, dtype):
    q = ini.orthogonal(shape, 27, gain=3.0, dtype=dtype) / 3
    gram = q.T @ q if shape[0] >= shape[1] else q @ q.T
    assert np.abs(gram - np.eye(min(shape))).max() < 1e-5
