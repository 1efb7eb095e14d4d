import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from weightinit import activations
from weightinit.activations import NAMES, Activation, get
from weightinit.moments import (
    analyze,
    backward_gain,
    covariance,
    derivative_covariance,
    derivative_moment,
    gain,
    gaussian_rule,
    input_scale,
    level_slope,
    mean,
    second_moment,
    second_moment_slope,
)

Q = [1e-8, 1e-3, 0.5, 1.0, 4.079, 12.6, 100.0]
ODD = {"tanh", "erf", "softsign", "identity", "hard_tanh", "sin", "arctan", "isru"}
quick = settings(max_examples=30, deadline=None, derandomize=True)


def density(z):
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def adaptive(g, q, kinks=()):
    """E[g(z)], z ~ N(0, q), by adaptive quadrature over the pieces between 0, the kinks and both scales."""
    s = math.sqrt(q)
    cuts = {-12.0, -3.0, 0.0, 3.0, 12.0, *(kink / s for kink in kinks), *(x for x in (-4 / s, 4 / s) if abs(x) < 12)}
    cuts = sorted(cuts)
    pieces = [
        integrate.quad(lambda z: float(g(s * z)) * density(z), a, b, epsabs=1e-300, epsrel=1e-12, limit=200)[0]
        for a, b in zip(cuts, cuts[1:], strict=False)
    ]
    return math.fsum(pieces)


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
@pytest.mark.parametrize("q", Q)
@pytest.mark.parametrize("name", NAMES)
def test_against_adaptive_quadrature(name, q):
    phi = get(name)
    assert second_moment(name, q) == pytest.approx(adaptive(lambda z: phi.f(z) ** 2, q, phi.kinks), rel=1e-11)
    assert derivative_moment(name, q) == pytest.approx(adaptive(lambda z: phi.df(z) ** 2, q, phi.kinks), rel=1e-11)
    if name in ODD:  # E[φ] is a difference of equal numbers: nothing for a relative error
        assert abs(mean(name, q)) < 2e-16
    else:
        assert mean(name, q) == pytest.approx(adaptive(phi.f, q, phi.kinks), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_slope_of_the_second_moment(name):
    for q in (1e-3, 0.3, 1.0, 12.6):
        step = 1e-3 * q
        q4 = q + step * np.array([-2, -1, 1, 2])
        central = second_moment(name, q4) @ [1, -8, 8, -1] / (12 * step)
        assert second_moment_slope(name, q) == pytest.approx(central, rel=1e-8)


# facts, section 4: gains 1/√E[φ²] and χ₁ = E[φ'²]/E[φ²], as printed
GAINS = {
    "relu": (1.4142, 1.0),
    "tanh": (1.5925, 1.178),
    "gelu": (1.5335, 1.072),
    "silu": (1.6765, 1.067),
    "elu": (1.2452, 1.036),
    "sigmoid": (1.8462, 0.153),
    "selu": (1.0, 1.0716),
    "identity": (1.0, 1.0),
}


@pytest.mark.parametrize("name", GAINS)
def test_gain_table(name):
    forward, chi_1 = GAINS[name]
    assert gain(name) == pytest.approx(forward, abs=5e-5)
    assert gain(name) ** 2 * derivative_moment(name) == pytest.approx(chi_1, abs=5e-4)
    assert gain(name) == pytest.approx(second_moment(name) ** -0.5, rel=1e-14)
    assert backward_gain(name) == pytest.approx(derivative_moment(name) ** -0.5, rel=1e-14)
    keeps_both = abs(gain(name) - backward_gain(name)) < 1e-12
    assert keeps_both == get(name).homogeneous


def test_gains_of_the_relu_family_are_exact():
    assert gain("relu") == pytest.approx(math.sqrt(2), rel=1e-15)
    for a in (0.0, 0.01, 0.2, 1.0, -1.0, 3.0):
        assert gain("leaky_relu", negative_slope=a) == pytest.approx(math.sqrt(2 / (1 + a * a)), rel=1e-14)
        assert backward_gain("leaky_relu", negative_slope=a) == pytest.approx(math.sqrt(2 / (1 + a * a)), rel=1e-14)


@pytest.mark.parametrize("q", [1e-8, 0.5, 1.0, 30.0])
def test_half_lines(q):
    assert second_moment("relu", q) == pytest.approx(q / 2, rel=1e-15)
    assert derivative_moment("relu", q) == 0.5
    assert mean("relu", q) == pytest.approx(math.sqrt(q / (2 * math.pi)), rel=1e-15)
    variance = second_moment("relu", q) - mean("relu", q) ** 2
    assert variance == pytest.approx(q * (0.5 - 1 / (2 * math.pi)), rel=1e-14)
    assert math.sqrt(variance / q) == pytest.approx(0.584, abs=5e-4)
    assert second_moment("leaky_relu", q, negative_slope=0.3) == pytest.approx(q * (1 + 0.09) / 2, rel=1e-14)
    assert derivative_moment("leaky_relu", q, negative_slope=0.3) == pytest.approx(1.09 / 2, rel=1e-14)
    expected = (1 - 0.3) * math.sqrt(q / (2 * math.pi))
    assert mean("leaky_relu", q, negative_slope=0.3) == pytest.approx(expected, rel=1e-14)
    assert second_moment_slope("leaky_relu", q, negative_slope=0.3) == pytest.approx(1.09 / 2, rel=1e-14)
    assert second_moment("identity", q) == pytest.approx(q, rel=1e-15) and mean("identity", q) == 0


def test_published_closed_forms_at_1():
    assert second_moment("gelu") == pytest.approx(1 / 3 + 1 / (2 * math.sqrt(3) * math.pi), rel=1e-14)
    assert derivative_moment("gelu") == pytest.approx(1 / 3 + 2 / (3 * math.sqrt(3) * math.pi), rel=1e-14)
    assert second_moment("erf") == pytest.approx(2 / math.pi * math.asin(2 / 3), rel=1e-14)
    assert derivative_moment("erf") == pytest.approx(4 / (math.pi * math.sqrt(5)), rel=1e-14)


def test_selu_fixed_point():
    assert mean("selu") == pytest.approx(0, abs=1e-14)
    assert second_moment("selu") == pytest.approx(1, rel=1e-14)
    assert derivative_moment("selu") == pytest.approx(1.0716, abs=5e-5)


def test_elu_closed_form():
    """∫ of (e^z - 1)² over the negative half-line, with e^(2q) Φ(-2√q) = erfcx(√(2q))/2."""
    for q in (0.5, 1.0, 4.0, 30.0):
        s = math.sqrt(q)
        twice, once = stats.norm.logcdf(-2 * s) + 2 * q, stats.norm.logcdf(-s) + q / 2
        expected = q / 2 + 0.7**2 * (math.exp(twice) - 2 * math.exp(once) + 0.5)
        assert second_moment("elu", q, alpha=0.7) == pytest.approx(expected, rel=1e-13)
        assert derivative_moment("elu", q, alpha=0.7) == pytest.approx(0.5 + 0.49 * math.exp(twice), rel=1e-13)
        expected = s / math.sqrt(2 * math.pi) + 0.7 * (math.exp(once) - 0.5)
        assert mean("elu", q, alpha=0.7) == pytest.approx(expected, rel=1e-13)


def test_large_variance_is_a_step():
    """√q -> ∞: tanh becomes a sign, E[φ'²] = (4/3)/√(2πq); a 201-point Gauss-Hermite rule fails at q = 12.6."""
    q = 1e8
    assert second_moment("tanh", q) == pytest.approx(1 - 2 / math.sqrt(2 * math.pi * q), rel=1e-8)
    assert derivative_moment("tanh", q) == pytest.approx(4 / 3 / math.sqrt(2 * math.pi * q), rel=1e-7)
    assert second_moment("gelu", 1e24) == pytest.approx(0.5e24, rel=1e-9)
    assert derivative_moment("gelu", 1e24) == pytest.approx(0.5, rel=1e-9)
    assert derivative_moment("erf", 1e24) == pytest.approx(4 / math.pi / 2e12, rel=1e-12)
    nodes, weights = np.polynomial.hermite_e.hermegauss(201)
    hermite = weights @ get("tanh").df(math.sqrt(12.6) * nodes) ** 2 / math.sqrt(2 * math.pi)
    assert abs(16 * hermite / (16 * derivative_moment("tanh", 12.6)) - 1) > 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_zero_variance(name):
    phi = get(name)
    right, left = float(phi.df(1e-12)), float(phi.df(-1e-12))
    assert second_moment(name, 0) == pytest.approx(float(phi.f(0.0)) ** 2, rel=1e-14)
    assert mean(name, 0) == pytest.approx(float(phi.f(0.0)), rel=1e-14)
    assert derivative_moment(name, 0) == pytest.approx((right**2 + left**2) / 2, rel=1e-9)
    assert covariance(name, 0.3, 0) == pytest.approx(float(phi.f(0.0)) ** 2, rel=1e-14)
    assert np.isfinite(derivative_covariance(name, 0.3, 0)) and np.isfinite(second_moment_slope(name, 0))
    assert derivative_covariance(name, 1, 0) == pytest.approx(derivative_moment(name, 0), rel=1e-12)


def test_slope_at_zero_variance():
    assert second_moment_slope("tanh", 0) == pytest.approx(1, rel=1e-9)
    assert second_moment_slope("erf", 0) == pytest.approx(4 / math.pi, rel=1e-9)
    # for φ(0) ≠ 0: φ'(0)² + φ(0) φ''(0)
    assert second_moment_slope("softplus", 0) == pytest.approx(0.25 + math.log(2) / 4, rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_array_of_q(name):
    q = np.geomspace(1e-6, 1e6, 600).reshape(2, 300)  # more than one block, very different scales in one call
    for function in (second_moment, derivative_moment, mean, second_moment_slope):
        value = function(name, q)
        assert value.shape == q.shape and value.dtype == np.float64
        for index in ((0, 0), (0, 299), (1, 299)):
            assert value[index] == pytest.approx(function(name, q[index]), rel=1e-11, abs=1e-15)
        assert isinstance(function(name, 1), float)


# -- two correlated inputs -------------------------------------------------------------------------------------------


def trapezoid(g, c, q, step=0.05):
    """E[g(u) g(v)] on a square grid: spectrally exact for smooth g."""
    z = np.arange(-9, 9 + step / 2, step)
    p = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * step
    s = math.sqrt(q)
    u, v = s * z[:, None], s * (c * z[:, None] + math.sqrt(1 - c * c) * z)
    return float(p @ (g(u) * g(v)) @ p)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "gelu", "silu", "softplus", "erf", "identity"])
@pytest.mark.parametrize("c, q", [(-0.9, 0.5), (0.0, 1.0), (0.3, 4.079), (0.8, 2.0)])
def test_pairs_of_smooth_functions(name, c, q):
    phi = get(name)
    assert covariance(name, c, q) == pytest.approx(trapezoid(phi.f, c, q), rel=1e-11, abs=1e-14)
    assert derivative_covariance(name, c, q) == pytest.approx(trapezoid(phi.df, c, q), rel=1e-11)


@pytest.mark.parametrize("name", ["elu", "selu"])
@pytest.mark.parametrize("c, q", [(-0.9, 0.5), (0.0, 1.0), (0.3, 4.079), (0.999, 2.0), (1 - 1e-8, 1.0)])
def test_pairs_of_kinked_functions(name, c, q):
    """The inner mean in closed form, the outer by a 120-point rule on pieces split where the inner turns."""
    alpha, scale = {"elu": (1.0, 1.0), "selu": (activations.SELU_ALPHA, activations.SELU_SCALE)}[name]
    s = math.sqrt(q * (1 - c) * (1 + c))
    phi = get(name)

    def inner(m):
        tail = np.exp(special.log_ndtr(-(m + s * s) / s) + m + s * s / 2)
        below = special.ndtr(-m / s)
        value = m * (1 - below) + s * np.exp(-((m / s) ** 2) / 2) / math.sqrt(2 * math.pi) + alpha * (tail - below)
        return scale * value, scale * (1 - below + alpha * tail)

    edges = [-12, -3, 0, 3, 12]
    if c:  # the inner mean turns within a few s of m = 0
        edges = np.unique(np.clip([*edges, *(9 * s / abs(c) / math.sqrt(q) * np.array([-1, 1]))], -12, 12))
    points, weights = np.polynomial.legendre.leggauss(120)
    expected = np.zeros(2)
    for a, b in zip(edges, edges[1:], strict=False):
        z, w = (a + b) / 2 + (b - a) / 2 * points, (b - a) / 2 * weights
        u = math.sqrt(q) * z
        w = w * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        value, slope = inner(c * u)
        expected += w @ (phi.f(u) * value), w @ (phi.df(u) * slope)
    assert covariance(name, c, q) == pytest.approx(expected[0], rel=1e-10)
    assert derivative_covariance(name, c, q) == pytest.approx(expected[1], rel=1e-10)


def test_arc_cosine_kernels():
    c = np.array([-1, -0.6, 0, 0.5, 1])
    angle = np.arccos(c)
    for q in (0.1, 1.0, 7.0):
        expected = q / (2 * math.pi) * (np.sin(angle) + c * (math.pi - angle))
        assert np.allclose(covariance("relu", c, q), expected, rtol=1e-13, atol=1e-15)
        assert np.allclose(derivative_covariance("relu", c, q), (math.pi - angle) / (2 * math.pi), atol=1e-15)
        assert np.allclose(covariance("identity", c, q), q * c, atol=1e-15)
        assert np.allclose(derivative_covariance("identity", c, q), 1, atol=1e-15)
        expected = 2 / math.pi * np.arcsin(2 * q * c / (1 + 2 * q))
        assert np.allclose(covariance("erf", c, q), expected, rtol=1e-13, atol=1e-16)
    assert covariance("relu", 0) == pytest.approx(1 / (2 * math.pi), rel=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_ends_of_the_correlation(name):
    phi, q = get(name), 1.7
    assert covariance(name, 1, q) == pytest.approx(second_moment(name, q), rel=1e-12)
    assert derivative_covariance(name, 1, q) == pytest.approx(derivative_moment(name, q), rel=1e-12)
    assert covariance(name, 0, q) == pytest.approx(mean(name, q) ** 2, rel=1e-12, abs=1e-15)
    both = (*phi.kinks, *(-kink for kink in phi.kinks))
    mirrored = adaptive(lambda z: phi.f(z) * phi.f(-z), q, both)
    assert covariance(name, -1, q) == pytest.approx(mirrored, rel=1e-10, abs=1e-15)


# closed forms and quadrature are two ways to one number
@pytest.mark.parametrize("name", ["relu", "leaky_relu", "identity", "erf", "gelu"])
def test_closed_forms_equal_the_quadrature(name):
    original = get(name)
    own = Activation("own", original.f, original.df, kinks=(0.0,))
    for q in (1e-4, 0.3, 5.0, 40.0):
        for function in (second_moment, derivative_moment, second_moment_slope):
            assert function(name, q) == pytest.approx(function(own, q), rel=1e-11)
        assert mean(name, q) == pytest.approx(mean(own, q), rel=1e-11, abs=1e-14)
        for c in (-0.7, 0.1, 0.95):
            assert covariance(name, c, q) == pytest.approx(covariance(own, c, q), rel=1e-10)
            assert derivative_covariance(name, c, q) == pytest.approx(derivative_covariance(own, c, q), rel=1e-10)


def test_the_sine_in_closed_form():
    own = Activation("own", get("sin").f, get("sin").df)
    for q in (1e-4, 0.3, 2.0):  # where the quadrature can follow it
        for function in (second_moment, derivative_moment, second_moment_slope):
            assert function("sin", q) == pytest.approx(function(own, q), rel=1e-11)
        for c in (-0.7, 0.0, 0.1, 0.95, 1.0):
            assert covariance("sin", c, q) == pytest.approx(covariance(own, c, q), rel=1e-10, abs=1e-14)
            assert derivative_covariance("sin", c, q) == pytest.approx(derivative_covariance(own, c, q), rel=1e-10)
    assert second_moment("sin", 1e6) == 0.5 and second_moment_slope("sin", 1e6) == 0
    assert covariance("sin", -1, 1e6) == -0.5


def test_a_function_is_not_known_by_its_name_alone():
    impostor = Activation("erf", get("tanh").f, get("tanh").df)
    assert second_moment(impostor) == second_moment("tanh") != second_moment("erf")


def test_kinks_away_from_the_origin():
    def ramp(z, out=None):
        return np.clip(z, -1, 2, out=out)

    def d_ramp(z, out=None):
        return np.multiply((z > -1) & (z <= 2), 1.0, out=out)

    own = Activation("ramp", ramp, d_ramp, kinks=(-1.0, 2.0))
    for q in (0.05, 1.0, 90.0):
        s = math.sqrt(q)
        inside = stats.norm.cdf(2 / s) - stats.norm.cdf(-1 / s)
        assert derivative_moment(own, q) == pytest.approx(inside, rel=1e-12)
        assert second_moment(own, q) == pytest.approx(adaptive(lambda z: ramp(z) ** 2, q, (-1, 2)), rel=1e-11)
        jump = stats.multivariate_normal([0, 0], [[q, 0.5 * q], [0.5 * q, q]])
        box = jump.cdf([2, 2]) - jump.cdf([2, -1]) - jump.cdf([-1, 2]) + jump.cdf([-1, -1])
        assert derivative_covariance(own, 0.5, q) == pytest.approx(box, rel=1e-4)


def test_rule_is_exact_for_polynomials():
    nodes, weights = gaussian_rule([0.0, 3.0], 2.0, kinks=(1.0,))
    assert nodes.shape == weights.shape and nodes.shape[0] == 2
    for power, (centered, shifted) in {0: (1, 1), 1: (0, 3), 2: (4, 13), 4: (48, 81 + 6 * 9 * 4 + 48)}.items():
        assert np.allclose((weights * nodes**power).sum(-1), [centered, shifted], rtol=1e-13, atol=1e-13)
    nodes, weights = gaussian_rule(0.5, 0.0)
    assert np.all(nodes == 0.5) and weights.sum() == pytest.approx(1, rel=1e-14)


def test_unit_variance_is_the_default():
    for name in ("relu", "tanh", "erf"):
        for function in (second_moment, derivative_moment, mean, second_moment_slope):
            assert function(name) == function(name, 1.0)
        for function in (covariance, derivative_covariance):
            assert function(name, 0.4) == function(name, 0.4, 1.0)


def test_pairs_broadcast():
    value = covariance("tanh", np.array([[0.1], [0.5]]), np.array([1.0, 2.0, 3.0]))
    assert value.shape == (2, 3)
    assert value[1, 2] == covariance("tanh", 0.5, 3.0) and isinstance(covariance("tanh", 0.5), float)


# -- a gain belongs to a level ---------------------------------------------------------------------------------------


def test_gain_of_a_level_keeps_that_level():
    for name in ("tanh", "gelu", "sigmoid", "squared_relu"):
        for q in (0.01, 0.5, 1.0, 7.0):
            assert gain(name, q) ** 2 * second_moment(name, q) == pytest.approx(q, rel=1e-14)
    for q in (1e-6, 0.3, 1e6):
        assert gain("leaky_relu", q, negative_slope=0.2) == pytest.approx(math.sqrt(2 / 1.04), rel=1e-14)
    assert gain("tanh") == gain("tanh", 1.0)
    with pytest.raises(ValueError, match="^q must be > 0 and finite, got 0"):
        gain("tanh", 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_level_is_stable_where_the_gain_rises(name):
    """d ln γ²/d ln q = 1 - slope, by finite differences; and the slope of the length map with that gain."""
    for q in (0.05, 1.0, 3.0):
        step = 1e-3
        logs = [math.log(gain(name, q * math.exp(k * step)) ** 2) for k in (-2, -1, 1, 2)]
        rise = np.dot(logs, [1, -8, 8, -1]) / (12 * step)
        assert 1 - rise == pytest.approx(level_slope(name, q), abs=1e-8)
        assert level_slope(name, q) == pytest.approx(gain(name, q) ** 2 * second_moment_slope(name, q), rel=1e-12)
    assert level_slope(name, [0.5, 1.0]).shape == (2,)


def test_no_level_of_gelu_and_silu_is_stable_below_their_valley():
    q = np.geomspace(1e-4, 1e4, 60)
    assert np.all(level_slope("gelu", q) > 1) and np.all(level_slope("silu", q) > 1)
    assert np.all(level_slope("tanh", q) < 1) and np.all(level_slope("selu", q[q < 10]) < 1)
    with pytest.raises(ValueError, match="^q must be > 0"):
        level_slope("tanh", 0.0)


# facts, section 7
@pytest.mark.parametrize(
    "name, scale",
    [("gelu", 1.468011), ("silu", 1.558760), ("elu", 1.277960), ("softplus", 1.083122)]
    + [("relu", math.sqrt(2)), ("selu", 1.0), ("identity", 1.0)],
)
def test_input_scale(name, scale):
    found = input_scale(name)
    assert found == pytest.approx(scale, rel=1e-6) and second_moment(name, found**2) == pytest.approx(1, rel=1e-12)
    assert gain(name, found**2) == pytest.approx(found, rel=1e-12), "it is the gain of its own level"


def test_input_scale_of_what_saturates():
    assert input_scale("tanh") is None and input_scale("sigmoid") is None and input_scale("relu6", 36.0) is None
    # what anyinit 0.4 takes: half of what tanh can reach
    assert input_scale("tanh", 0.5) == pytest.approx(1.337111, abs=5e-6)
    assert input_scale("relu", 8.0) == pytest.approx(4, rel=1e-12)
    # the weights that keep the activations at another level than 1
    for name, level in (("gelu", 0.3), ("tanh", 0.5), ("elu", 2.0)):
        kept = input_scale(name, level)
        assert gain(name, kept**2) == pytest.approx(kept / math.sqrt(level), rel=1e-10)
    for bad in (0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="^level must be > 0 and finite"):
            input_scale("tanh", bad)


# -- all at once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_analysis_is_made_of_the_moments(name):
    found = analyze(name)
    assert found.second_moment == second_moment(name) and found.derivative_moment == derivative_moment(name)
    assert found.gain == gain(name) and found.backward_gain == backward_gain(name) and found.mean == mean(name)
    assert found.chi_1 == pytest.approx(gain(name) ** 2 * derivative_moment(name), rel=1e-14)
    assert found.slope == level_slope(name) and found.input_scale == input_scale(name)
    assert found.mean_share == pytest.approx(mean(name) ** 2 * gain(name) ** 2, rel=1e-13)
    assert found.stable is (None if get(name).homogeneous else found.slope < 1)


@pytest.mark.parametrize(
    "text, name",
    [("x*sigmoid(x)", "silu"), ("max(x, 0)", "relu"), ("x/(1 + abs(x))", "softsign"), ("clip(x, -1, 1)", "hard_tanh")]
    + [("0.5*x*(1+erf(x/sqrt(2)))", "gelu"), ("log(1+exp(x))", "softplus"), ("relu(x)**2", "squared_relu")],
)
def test_a_typed_formula_gives_what_the_name_gives(text, name):
    typed, named = analyze(text).as_dict(), analyze(name).as_dict()
    assert typed.pop("name") == text and named.pop("name") == get(name).label
    assert typed.pop("stable") is named.pop("stable")
    assert {key: value for key, value in typed.items() if value is not None} == pytest.approx(
        {key: value for key, value in named.items() if value is not None}, rel=1e-9, abs=1e-12
    )


def test_the_constants_of_star_relu_are_mean_0_and_variance_1():
    found = analyze("0.8944*relu(x)**2 - 0.4472")
    assert found.mean == pytest.approx(0, abs=1e-4) and found.second_moment == pytest.approx(1, abs=2e-4)
    assert found.slope == pytest.approx(2, abs=1e-3) and found.stable is False


def test_the_table_can_be_read():
    shown = str(analyze("tanh"))
    assert "gain, forward            1.5925" in shown and "none: E[φ(s z)²] = 1 has no solution" in shown
    assert "0.4611   stable" in shown and "-0.0000" not in shown
    assert "neutral" in str(analyze("relu")) and "unstable" in str(analyze("gelu"))
    assert repr(analyze("relu")).startswith("Analysis(name='ReLU'")


@pytest.mark.parametrize(
    "text, match",
    [
        ("exp(x**2/4)", r"settled within 7.5 standard deviations.* got 'exp\(x\*\*2/4\)'$"),
        ("exp(x**2/5)", "settled within 7.5 standard deviations"),
        ("exp(2*x)", "settled within 7.5 standard deviations"),
        ("sigmoid(1e5*x)", "smooth on the scale of z .*: φ' has a pole or turns too quickly"),
        ("sin(60*x)", "smooth on the scale of z"),
        ("1/(x**2 - 0.6*x + 0.09)", "has a pole"),
        ("relu(x - 100)", "finite moment > 0"),
        ("geluu", r"^activation must be one of .*did you mean 'gelu'.* \(or a formula in x\)$"),
        ("x.real", "^formula must"),
    ],
)
def test_what_cannot_be_analyzed(text, match):
    with pytest.raises(ValueError, match=match):
        analyze(text)


def test_kinks_that_nobody_told_of_are_refused_where_only_the_mean_sees_them():
    """φ² and φ'² of |sin 8z| are smooth; without its kinks E[φ] came out as 0.641, and 2/π is 0.637."""
    untold = Activation(
        "ripples", lambda z: np.abs(np.sin(8 * z)), lambda z: 8 * np.cos(8 * z) * np.sign(np.sin(8 * z))
    )
    with pytest.raises(ValueError, match="^activation must be smooth .* but for its kinks, got 'ripples': φ has"):
        analyze(untold)
    assert analyze("abs(sin(8*x))").mean == pytest.approx(2 / math.pi, rel=1e-9)


def test_what_may_be_analyzed_and_is_near_the_edge():
    assert analyze("exp(x)").gain == pytest.approx(math.exp(-1), rel=1e-9)  # E[e^(2z)] = e²
    assert analyze("exp(x**2/8)").second_moment == pytest.approx(math.sqrt(2), rel=1e-9)  # E[e^(z²/4)] = 1/√(1 - 1/2)
    assert analyze("x**8").second_moment == pytest.approx(2027025, rel=1e-9)  # 15!!
    assert analyze("Leaky-ReLU", negative_slope=0.5).gain == pytest.approx(math.sqrt(2 / 1.25))
    with pytest.raises(TypeError, match="^alpha must not be given, a formula takes no parameters"):
        analyze("tanh(x)", alpha=1)
    with pytest.raises(TypeError, match="^activation must be an Activation"):
        analyze(3)


# -- properties ------------------------------------------------------------------------------------------------------

any_name = st.sampled_from(NAMES)
any_q = st.floats(-6, 4).map(lambda x: 10**x)
any_c = st.floats(-1, 1)


@quick
@given(any_name, any_q)
def test_moments_are_moments(name, q):
    assert 0 < second_moment(name, q)
    assert mean(name, q) ** 2 <= second_moment(name, q) * (1 + 1e-12)
    assert 0 < derivative_moment(name, q)


@quick
@given(any_name, any_c, any_q)
def test_cauchy_schwarz(name, c, q):
    assert abs(covariance(name, c, q)) <= second_moment(name, q) * (1 + 1e-10)
    assert abs(derivative_covariance(name, c, q)) <= derivative_moment(name, q) * (1 + 1e-10)


@quick
@given(any_name, st.floats(-0.9, 0.9), st.floats(0.05, 10))
def test_price(name, c, q):
    """d E[φ(u)φ(v)]/dc = q E[φ'(u)φ'(v)]."""
    step = 1e-3
    central = covariance(name, c + step * np.array([-2, -1, 1, 2]), q) @ [1, -8, 8, -1] / (12 * step)
    assert q * derivative_covariance(name, c, q) == pytest.approx(central, rel=1e-6, abs=1e-10)


@quick
@given(st.floats(-2, 2), any_q, st.floats(1e-3, 1e3))
def test_homogeneous_scaling(slope, q, factor):
    scaled = second_moment("leaky_relu", factor * q, negative_slope=slope)
    assert scaled == pytest.approx(factor * second_moment("leaky_relu", q, negative_slope=slope), rel=1e-12)


# -- bad input -------------------------------------------------------------------------------------------------------

OF_Q = [second_moment, derivative_moment, mean, second_moment_slope]
OF_C = [covariance, derivative_covariance]


@pytest.mark.parametrize("name", ["relu", "tanh", "erf"])
@pytest.mark.parametrize(
    "function", OF_Q + [lambda phi, q: covariance(phi, 0.5, q)] + [lambda phi, q: derivative_covariance(phi, 0.5, q)]
)
def test_bad_q(function, name):
    for bad in (-1e-9, math.nan, math.inf, [1.0, -1.0], [0.5, math.nan], []):
        with pytest.raises(ValueError, match="^q must be >= 0 and finite, got"):
            function(name, bad)
    for bad in ("1", None, True, 1j, [[1.0], [1.0, 2.0]], [True]):
        with pytest.raises(TypeError, match="^q must be a real number"):
            function(name, bad)


@pytest.mark.parametrize("name", ["relu", "tanh", "erf"])
@pytest.mark.parametrize("function", OF_C)
def test_bad_c(function, name):
    for bad in (1 + 1e-9, -1.1, math.nan, math.inf, [0.0, 2.0]):
        with pytest.raises(ValueError, match=r"^c must be in \[-1, 1\], got"):
            function(name, bad)
    for bad in ("1", None, True, 1j):
        with pytest.raises(TypeError, match="^c must be a real number"):
            function(name, bad)


@pytest.mark.parametrize("name", ["relu", "tanh", "erf"])
def test_the_bounds_of_c_and_q_belong_to_what_is_accepted(name):
    for function in OF_C:
        assert np.isfinite(function(name, [-1.0, 1.0])).all()
        for beyond in (np.nextafter(1, 2), np.nextafter(-1, -2)):
            with pytest.raises(ValueError, match=r"^c must be in \[-1, 1\], got"):
                function(name, beyond)
    for function in OF_Q:
        assert np.isfinite(function(name, 0.0))
        with pytest.raises(ValueError, match="^q must be >= 0 and finite, got"):
            function(name, -5e-324)


@pytest.mark.parametrize("function", [*OF_Q, gain, backward_gain, lambda phi, **p: covariance(phi, 0.5, **p)])
def test_bad_activation(function):
    with pytest.raises(ValueError, match="^activation must be one of"):
        function("rellu")
    with pytest.raises(TypeError, match="^activation must be"):
        function(None)
    with pytest.raises(TypeError, match="^negative_slope must"):
        function("relu", negative_slope=0.1)
    with pytest.raises(ValueError, match="^negative_slope must"):
        function("leaky_relu", negative_slope=math.nan)


def test_nothing_has_no_gain():
    nothing = Activation("nothing", lambda z, out=None: np.multiply(z, 0, out=out), lambda z, out=None: 0 * z)
    for function in (gain, backward_gain):
        with pytest.raises(ValueError, match="^activation must have a finite moment > 0"):
            function(nothing)


def test_silent():
    with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
        warnings.simplefilter("error")
        for name in NAMES:
            for q in (0, 1e-8, 1e12):
                second_moment(name, q), derivative_moment(name, q), mean(name, q), second_moment_slope(name, q)
                covariance(name, [-1, 1], q), derivative_covariance(name, [-1, 1], q)
