import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy.optimize import brentq, minimize_scalar

from weightinit.activations import NAMES, Activation, get
from weightinit.meanfield import (
    FiniteWidth,
    MeanField,
    analyze,
    correlation_map,
    critical_point,
    finite_width,
    length_map,
    q_trajectory,
)
from weightinit.moments import covariance, derivative_covariance, derivative_moment, second_moment

INF = math.inf


# -- published and precomputed numbers (facts, sections 2 to 4) ------------------------------------------------------


@pytest.mark.parametrize("sigma_w, q_star, chi_1", [(1.3, 0.607, 0.9398), (2.5, 4.079, 1.5852), (4.0, 12.60, 2.3673)])
def test_poole_2016(sigma_w, q_star, chi_1):
    found = analyze("tanh", sigma_w**2, 0.3**2)
    assert found.q_star == pytest.approx(q_star, abs=10 ** -(4 - len(str(int(q_star)))) / 2)
    assert found.chi_1 == pytest.approx(chi_1, abs=5e-5)
    assert found.phase == ("ordered" if sigma_w == 1.3 else "chaotic")


def critical_sigma_w2(activation, sigma_b2):
    q_star = brentq(lambda q: critical_point(activation, q)[1] - sigma_b2, 1e-3, 5)
    return critical_point(activation, q_star)[0]


def test_critical_weights_of_poole_and_schoenholz():
    assert math.sqrt(critical_sigma_w2("tanh", 0.09)) == pytest.approx(1.396, abs=5e-4)
    assert critical_sigma_w2("tanh", 0.05) == pytest.approx(1.761, abs=5e-4)


@pytest.mark.parametrize(
    "sigma_w2, sigma_b2, q_star, chi_1, xi_c",
    [(1, 0.05, 0.1936, 0.7590, 3.627), (1.5, 0.05, 0.4180, 0.9386, 15.79), (1.7, 0.05, 0.5331, 0.9867, 74.92)]
    + [(2.5, 0.3, 1.4577, 0.9989, 933.4)],
)
def test_schoenholz_2017(sigma_w2, sigma_b2, q_star, chi_1, xi_c):
    found = analyze("tanh", sigma_w2, sigma_b2)
    assert found.q_star == pytest.approx(q_star, abs=5e-5)
    assert found.chi_1 == pytest.approx(chi_1, abs=5e-5)
    assert found.xi_c == pytest.approx(xi_c, rel=2e-4)
    assert found.c_star == 1 and found.phase == "ordered"


def test_pennington_2017():
    assert critical_point("tanh", 0.0259) == pytest.approx((1.05, 2.01e-5), rel=3e-3)
    assert critical_point("tanh", 0.8214) == pytest.approx((2.0, 0.104), rel=3e-3)


def test_tanh_with_gain_five_thirds():
    """PyTorch's 5/3 keeps the activations at std 0.6513 for ever, and lets the gradient's std grow by 1.10 a layer."""
    found = analyze("tanh", 25 / 9, 0)
    assert math.sqrt(second_moment("tanh", found.q_star)) == pytest.approx(0.6513, abs=5e-5)
    assert found.chi_1 == pytest.approx(1.2098, abs=5e-5)
    assert math.sqrt(found.chi_1) == pytest.approx(1.10, abs=5e-3)


def test_tanh_with_xavier_decays_like_one_over_2l():
    q = q_trajectory("tanh", 1, 0, 1.0, 100)
    assert q.shape == (101,) and q[0] == 1
    assert q[10] == pytest.approx(0.0522, abs=5e-5) and q[100] == pytest.approx(0.00507, abs=5e-6)
    found = analyze("tanh", 1, 0)
    assert found == MeanField(0.0, 1.0, 1.0, INF, INF, pytest.approx(1, abs=1e-11))
    assert found.phase == "critical" and found.stable


def test_sigmoid_gradient():
    for gain, factor in ((1, 0.236), (4, 0.63)):
        found = analyze("sigmoid", gain**2, 0)
        assert math.sqrt(found.chi_1) == pytest.approx(factor, abs=0.002 if gain == 4 else 5e-4)


def test_selu():
    found = analyze("selu", 1, 0)
    assert found.q_star == pytest.approx(1, rel=1e-12) and found.chi_1 == pytest.approx(1.0716, abs=5e-5)
    assert math.isfinite(found.xi_q) and found.c_star == pytest.approx(0, abs=1e-12)
    slides = q_trajectory("selu", (3 / 4) ** 2, 0, 1.0, 30)
    assert np.all(np.diff(slides) < 0) and slides[-1] < 0.13
    assert analyze("selu", (3 / 4) ** 2, 0).q_star == pytest.approx(0.0230, abs=5e-5)


# -- the ReLU family: everything is known ----------------------------------------------------------------------------


def test_relu_ordered():
    found = analyze("relu", 1.8, 0.3)
    assert found.q_star == pytest.approx(0.3 / (1 - 0.9), rel=1e-13)
    assert found.chi_1 == pytest.approx(0.9, rel=1e-14) and found.c_star == 1 and found.phase == "ordered"
    assert found.xi_q == pytest.approx(-1 / math.log(0.9), rel=1e-13)
    assert found.xi_c == pytest.approx(-1 / math.log(0.9), rel=1e-12)
    assert analyze("relu", 1.8, 0).q_star == 0 and analyze("relu", 1.8, 0).xi_c == pytest.approx(found.xi_c, rel=1e-12)


def test_relu_critical():
    assert analyze("relu", 2, 0) == MeanField(1.0, 1.0, 1.0, INF, INF, 1.0)
    assert analyze("relu", 2, 0, q_start=0.37).q_star == 0.37
    assert analyze("relu", 2, 0).phase == "critical"
    assert analyze("relu", 2, 0.1) == MeanField(INF, 1.0, 1.0, INF, INF, 1.0)
    assert critical_point("relu", 0.7) == (2.0, 0.0)


def test_relu_explodes():
    found = analyze("relu", 3, 0.1)
    assert found == MeanField(INF, 1.5, 1.0, INF, INF, 1.5) and found.phase == "chaotic" and found.stable
    q = q_trajectory("relu", 3, 0, 1.0, 2000)
    assert np.allclose(q[:50], 1.5 ** np.arange(50), rtol=1e-12)
    assert q[-1] == INF and q[1000] < INF


def test_a_squared_relu_that_explodes_has_the_correlations_of_the_kernel_of_degree_two():
    """Cho & Saul 2009, n = 2: the limiting map is J₂(θ)/(3π), whose slope at c* is not σ_w² E[φ'φ'] there."""

    def kernel(c):
        return (3 * c * math.sqrt(1 - c * c) + (math.pi - math.acos(c)) * (1 + 2 * c * c)) / (3 * math.pi)

    c_star = brentq(lambda c: kernel(c) - c, 0, 0.99, xtol=1e-14)
    slope = (kernel(c_star + 1e-5) - kernel(c_star - 1e-5)) / 2e-5
    found = analyze("squared_relu", 1, 1)
    assert found.q_star == INF and found.xi_q == INF
    assert found.c_star == pytest.approx(c_star, rel=1e-8)
    assert found.xi_c == pytest.approx(-1 / math.log(slope), rel=1e-7)


@pytest.mark.parametrize("slope", [0.01, 0.2, 1.0, -1.0])
def test_leaky_relu(slope):
    critical = 2 / (1 + slope**2)
    sigma_w2, sigma_b2 = critical_point("leaky_relu", 0.7, negative_slope=slope)
    assert sigma_w2 == pytest.approx(critical, rel=1e-14) and sigma_b2 == 0
    assert analyze("leaky_relu", critical, 0, q_start=2.5, negative_slope=slope).q_star == 2.5
    found = analyze("leaky_relu", 0.8 * critical, 0.1, negative_slope=slope)
    assert found.q_star == pytest.approx(0.5, rel=1e-12) and found.chi_1 == pytest.approx(0.8, rel=1e-12)
    assert analyze("leaky_relu", 1.2 * critical, 0.1, negative_slope=slope).q_star == INF


def test_identity():
    assert analyze("identity", 1, 0, q_start=3.0) == MeanField(3.0, 1.0, 1.0, INF, INF, 1.0)
    found = analyze("identity", 0.5, 0.2)
    assert found.q_star == pytest.approx(0.4) and found.xi_c == pytest.approx(1 / math.log(2))
    c = np.array([-1, -0.3, 0, 0.8, 1])
    assert np.allclose(correlation_map("identity", 1, 0, c), c, atol=1e-15)
    assert np.allclose(correlation_map("identity", 0.5, 0.2, c), (0.2 * c + 0.2) / 0.4)


# -- the maps --------------------------------------------------------------------------------------------------------


def test_length_map():
    q = np.array([0.0, 0.5, 2.0])
    assert np.allclose(length_map("relu", 1.7, 0.3, q), 1.7 * q / 2 + 0.3)
    assert length_map("erf", 1.7, 0.3, 2.0) == pytest.approx(1.7 * 2 / math.pi * math.asin(4 / 5) + 0.3, rel=1e-14)
    assert isinstance(length_map("tanh", 1, 0, 1.0), float)
    assert length_map("leaky_relu", 2, 1, 1.0, negative_slope=0.5) == 2.25


def test_trajectory_is_the_iterated_map():
    q = q_trajectory("gelu", 2.0, 0.1, 0.4, 3)
    assert q[0] == 0.4 and q.dtype == np.float64
    for before, after in zip(q, q[1:], strict=False):
        assert after == length_map("gelu", 2.0, 0.1, before)
    assert np.array_equal(q_trajectory("gelu", 2.0, 0.1, 0.4, 0), [0.4])
    assert np.array_equal(q_trajectory("tanh", 2.0, 0, 0, 3), np.zeros(4))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("activation, q0", [("relu", 1e200), ("gelu", 1.7e308)])
def test_a_trajectory_that_leaves_the_floats_is_inf_from_there_on(activation, q0):
    """GELU's closed form is nan there: 1 + 2q has overflowed."""
    assert np.array_equal(q_trajectory(activation, 1e200, 0.0, q0, 3), [q0, INF, INF, INF])


def test_correlation_map_of_the_relu():
    c = np.array([-1, -0.5, 0, 0.5, 1])
    expected = (np.sqrt(1 - c**2) + c * (math.pi - np.arccos(c))) / math.pi
    for sigma_w2 in (1.0, 2.0, 3.0):  # q* is 0, any, and inf
        assert np.allclose(correlation_map("relu", sigma_w2, 0, c), expected, atol=1e-15)
    assert np.allclose(correlation_map("relu", 3, 0.5, c), expected, atol=1e-12)  # biases no longer count
    assert np.allclose(correlation_map("relu", 1, 0.5, c), (0.5 * expected + 0.5), atol=1e-15)  # q* = 1
    expected_at_2 = (expected + 0.5) / 1.5
    assert np.allclose(correlation_map("relu", 1, 0.5, c, q=2.0), expected_at_2, atol=1e-15)


def test_correlation_map_is_what_it_says():
    q_star = analyze("tanh", 3.0, 0.2).q_star
    for c in (-0.4, 0.0, 0.7):
        expected = (3.0 * covariance("tanh", c, q_star) + 0.2) / q_star
        assert correlation_map("tanh", 3.0, 0.2, c) == pytest.approx(expected, rel=1e-12)
    assert correlation_map("tanh", 3.0, 0.2, 1.0) == pytest.approx(1, rel=1e-14)
    assert isinstance(correlation_map("tanh", 3.0, 0.2, 0.5), float)
    assert correlation_map("tanh", 3.0, 0.2, [0.1, 0.2]).shape == (2,)
    assert correlation_map("tanh", 0, 0.2, 0.1) == 1  # only the biases, which both inputs share
    assert correlation_map("tanh", 0.5, 0, [0.1, 0.6]) == pytest.approx([0.1, 0.6], rel=1e-9)  # limit: linear


POINTS = [
    ("tanh", 1.2, 0.05),
    ("tanh", 2.0, 0.0),
    ("tanh", 6.25, 0.09),
    ("erf", 3.0, 0.1),
    ("sigmoid", 9.0, 0.2),
    ("elu", 1.5, 0.0),
    ("selu", 1.1, 0.05),
    ("gelu", 1.5, 0.1),
    ("silu", 1.2, 0.3),
    ("softplus", 0.8, 0.1),
    ("softsign", 5.0, 0.02),
    ("relu", 1.5, 0.2),
]


@pytest.mark.parametrize("activation, sigma_w2, sigma_b2", POINTS)
def test_fixed_points_and_depth_scales(activation, sigma_w2, sigma_b2):
    """q*, c* are fixed; χ's are slopes, by differences; and lengths really approach q* at the rate exp(-1/ξ_q)."""
    found = analyze(activation, sigma_w2, sigma_b2)
    q_star, c_star = found.q_star, found.c_star
    assert length_map(activation, sigma_w2, sigma_b2, q_star) == pytest.approx(q_star, rel=1e-12)
    assert correlation_map(activation, sigma_w2, sigma_b2, c_star) == pytest.approx(c_star, abs=1e-11)
    assert found.chi_1 == pytest.approx(sigma_w2 * derivative_moment(activation, q_star), rel=1e-13)
    assert (c_star < 1) == (found.chi_1 > 1) == (found.phase == "chaotic")
    step = 1e-4 * q_star
    slope = length_map(activation, sigma_w2, sigma_b2, q_star + step * np.array([-1, 1])) @ [-1, 1] / (2 * step)
    assert found.xi_q == pytest.approx(-1 / math.log(abs(slope)), rel=1e-5)
    assert found.length_slope == pytest.approx(slope, rel=1e-6) and found.stable
    deviation = q_trajectory(activation, sigma_w2, sigma_b2, q_star * 1.001, 3) - q_star
    assert deviation[3] / deviation[2] == pytest.approx(math.exp(-1 / found.xi_q), rel=5e-3)
    if c_star == 1:
        assert found.xi_c == pytest.approx(-1 / math.log(found.chi_1), rel=1e-12)
    else:
        c = c_star + 1e-4 * np.array([-1, 1])
        slope = correlation_map(activation, sigma_w2, sigma_b2, c) @ [-1, 1] / 2e-4
        assert found.xi_c == pytest.approx(-1 / math.log(slope), rel=1e-4)
        chi = sigma_w2 * derivative_covariance(activation, c_star, q_star)
        assert found.xi_c == pytest.approx(-1 / math.log(chi), rel=1e-10)
    path = np.array([0.02, 0.5, 0.98])  # and correlations approach c*, from both sides
    for _ in range(3):
        path, before = correlation_map(activation, sigma_w2, sigma_b2, path, q=q_star), path
        assert np.all(abs(path - c_star) < abs(before - c_star))


def test_no_bias_and_an_odd_function_forget_everything():
    for activation in ("tanh", "erf", "softsign"):
        found = analyze(activation, 4.0, 0)
        assert found.c_star == 0 and found.phase == "chaotic"
        assert found.xi_c == pytest.approx(-1 / math.log(4 * derivative_covariance(activation, 0, found.q_star)))


def test_small_bias_is_continuous_with_none():
    without, little = analyze("tanh", 0.5, 0), analyze("tanh", 0.5, 1e-10)
    assert without.q_star == 0 and little.q_star == pytest.approx(2e-10, rel=1e-6)
    assert (without.chi_1, without.c_star) == (0.5, 1.0)
    assert without.xi_c == pytest.approx(1 / math.log(2)) and without.xi_q == pytest.approx(1 / math.log(2))
    assert little.xi_c == pytest.approx(without.xi_c, rel=1e-6) and little.xi_q == pytest.approx(without.xi_q, rel=1e-6)
    assert analyze("tanh", 0.1, 1e-40).q_star == pytest.approx(1e-40 / 0.9, rel=1e-6, abs=0)


def test_just_above_criticality():
    """E[tanh²] = q - 2q² + (17/3) q³ …: q* ≈ ε/2 for σ_w² = 1 + ε."""
    for epsilon in (1e-3, 1e-6):
        found = analyze("tanh", 1 + epsilon, 0)
        assert found.q_star == pytest.approx(epsilon / 2, rel=3 * epsilon + 1e-6)
        assert found.xi_q == pytest.approx(1 / epsilon, rel=0.01)


def test_correlations_just_above_criticality():
    """Near c = 1 the map is c + (χ₁ - 1)(c - 1) + (c - 1)² C''/2, so that 1 - c* ≈ 2 (χ₁ - 1)/C''."""
    found = analyze("tanh", 1.95, 0.09)
    assert found.chi_1 == pytest.approx(1.0005076, abs=1e-7) and found.c_star == pytest.approx(0.9978281, abs=1e-6)
    assert found.xi_c == pytest.approx(1 / (found.chi_1 - 1), rel=5e-3)


def test_no_weights():
    assert analyze("tanh", 0, 0) == MeanField(0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    assert analyze("tanh", 0, 0.3) == MeanField(pytest.approx(0.3), 0.0, 1.0, 0.0, 0.0, 0.0)


def test_two_basins():
    """E[gelu²]/q rises from 1/4 to 1/2: at σ_w² = 2.2 small signals die, large ones explode."""
    assert analyze("gelu", 2.2, 0, q_start=0.1).q_star == 0
    assert analyze("gelu", 2.2, 0, q_start=50.0).q_star == INF
    border = brentq(lambda q: length_map("gelu", 2.2, 0, q) / q - 1, 0.1, 50)
    assert analyze("gelu", 2.2, 0, q_start=0.99 * border).q_star == 0
    assert analyze("gelu", 2.2, 0, q_start=1.01 * border).q_star == INF
    exploding = analyze("gelu", 3.0, 0)
    assert exploding.q_star == INF and exploding.chi_1 == pytest.approx(1.5, rel=1e-9)
    assert (exploding.c_star, exploding.xi_q, exploding.xi_c) == (1.0, INF, INF)


@pytest.mark.parametrize("steps", [1, 20, 40])
def test_a_start_from_which_the_search_steps_on_the_fixed_point_itself(steps):
    """The steps have the ratio 10^(18/120): the root is then the end of a bracket, with either sign by rounding."""
    q_star = analyze("gelu", 1.5, 0.1).q_star
    for start in np.nextafter(q_star, np.linspace(0, 1, 2)).tolist() + [q_star * (1 + k * 1e-15) for k in range(-5, 6)]:
        found = analyze("gelu", 1.5, 0.1, q_start=start * 10 ** (-0.15 * steps)).q_star
        assert math.isclose(found, q_star, rel_tol=1e-12)


@pytest.mark.parametrize("below", [1e-1, 1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("sigma_w2", [2.2, 3.0, 3.9])
def test_near_a_fold_both_fixed_points_of_gelu_are_found(sigma_w2, below):
    """With biases a stable and an unstable point approach each other and vanish; they may be as near as you like."""

    def bias(log_q):  # the variance of the biases with which q is a fixed point
        return math.exp(log_q) - sigma_w2 * second_moment("gelu", math.exp(log_q))

    fold = minimize_scalar(lambda log_q: -bias(log_q), bounds=(-10, 3), method="bounded", options={"xatol": 1e-10}).x
    sigma_b2 = (1 - below) * bias(fold)
    low = math.exp(brentq(lambda log_q: bias(log_q) - sigma_b2, fold - 5, fold))
    high = math.exp(brentq(lambda log_q: bias(log_q) - sigma_b2, fold, fold + 2))
    for start in (1e-3 * low, 0.2 * low, 0.9 * low, 0.5 * (low + high)):
        assert math.isclose(analyze("gelu", sigma_w2, sigma_b2, q_start=start).q_star, low, rel_tol=1e-6)
    assert analyze("gelu", sigma_w2, sigma_b2, q_start=1.01 * high).q_star == INF
    assert analyze("gelu", sigma_w2, 1.01 * bias(fold), q_start=0.2 * low).q_star == INF


@pytest.mark.parametrize(("activation", "slope"), [("gelu", 1.144), ("silu", 1.173)])
def test_at_the_gain_of_gelu_and_silu_the_level_is_a_fixed_point_that_repels(activation, slope):
    sigma_w2 = 1 / second_moment(activation)
    found = analyze(activation, sigma_w2, 0)
    assert found.q_star == 1 and found.length_slope == pytest.approx(slope, abs=5e-4)
    assert not found.stable and found.xi_q == INF
    for q_start, end in ((1.001, INF), (0.999, 0.0)):
        reached = analyze(activation, sigma_w2, 0, q_start=q_start)
        assert reached.q_star == end and reached.stable
        assert q_trajectory(activation, sigma_w2, 0, q_start, 2)[2] - 1 == pytest.approx(
            (q_start - 1) * slope**2, rel=2e-3
        )


def test_where_the_length_map_has_slope_one_nothing_leaves_exponentially():
    assert analyze("relu", 2, 0).stable and analyze("identity", 1, 0).stable
    # Roberts, Yaida & Hanin 2022: GELU's half-stable critical point, K* = 3.56155
    sigma_w2, sigma_b2 = critical_point("gelu", 3.56155)
    found = analyze("gelu", sigma_w2, sigma_b2, q_start=3.56155)
    assert found.length_slope == pytest.approx(1, abs=1e-5) and found.chi_1 == pytest.approx(1, abs=1e-6)


def test_stable_is_a_slope_up_to_one_and_an_explosion_that_is_final():
    def of(slope, q_star=1.0):
        return MeanField(q_star, 1.0, 1.0, INF, INF, slope).stable

    assert of(1.0) and of(1 + 0.9e-10) and of(-1.0) and of(0.0) and of(1.5, INF)
    assert not of(1 + 1.1e-10) and not of(-1 - 1.1e-10) and not of(1.5, 0.0)


def test_the_phase_is_critical_within_a_ten_billionth_of_one():
    def of(chi_1):
        return MeanField(1.0, chi_1, 1.0, INF, INF, 0.5).phase

    assert of(1 - 0.9e-10) == of(1 + 0.9e-10) == "critical"
    assert of(1 - 1.1e-10) == "ordered" and of(1 + 1.1e-10) == "chaotic"


def test_a_standard_deviation_given_for_a_variance_is_named():
    """Names that no activation takes do not vanish among its parameters."""
    with pytest.raises(TypeError, match="^sigma_w must not be given, 'relu' takes no parameters; got sigma_w=2.0"):
        analyze("relu", 2.0, 0.0, sigma_w=2.0)
    with pytest.raises(TypeError, match="missing .*'sigma_w2' and 'sigma_b2'"):
        analyze("relu", sigma_w=2.0, sigma_b=0.0)


def test_start_does_not_matter_for_a_single_fixed_point():
    for q_start in (1e-6, 0.6, 1e6):
        assert analyze("tanh", 1.5, 0.05, q_start=q_start).q_star == pytest.approx(0.41803720, rel=1e-7)


# -- the critical line -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["tanh", "erf", "softsign", "selu", "elu"])
def test_critical_points_are_critical(activation):
    for q_star in (0.02, 0.7, 6.0):
        sigma_w2, sigma_b2 = critical_point(activation, q_star)
        assert sigma_w2 * derivative_moment(activation, q_star) == pytest.approx(1, rel=1e-13)
        found = analyze(activation, sigma_w2, sigma_b2)
        assert found.q_star == pytest.approx(q_star, rel=1e-8)
        assert found.chi_1 == pytest.approx(1, rel=1e-9) and found.c_star == pytest.approx(1, abs=1e-6)


def test_critical_line():
    q = np.array([0.0, 0.1, 1.0])
    sigma_w2, sigma_b2 = critical_point("tanh", q)
    assert sigma_w2.shape == sigma_b2.shape == (3,) and np.all(np.diff(sigma_w2) > 0) and np.all(np.diff(sigma_b2) > 0)
    assert (sigma_w2[0], sigma_b2[0]) == (pytest.approx(1), 0)
    assert critical_point("tanh", 1.0) == (sigma_w2[2], sigma_b2[2])
    assert isinstance(critical_point("tanh", 1.0)[0], float) and isinstance(critical_point("tanh", 1.0)[1], float)
    assert critical_point("erf", 2.0)[0] == pytest.approx(math.pi * 3 / 4, rel=1e-14)


def test_no_critical_point():
    with pytest.raises(ValueError, match="^q_star must admit sigma_b2 .*>= 0, got 1.0 with sigma_b2 = -5.54"):
        critical_point("sigmoid", 1.0)
    with pytest.raises(ValueError, match="^q_star must admit .*got 400.0 with"):
        critical_point("softplus", [0.5, 400.0])
    flat = Activation("flat", lambda z, out=None: np.cos(0 * z), lambda z, out=None: 0 * z)
    with pytest.raises(ValueError, match="^activation must have a slope"):
        critical_point(flat, 1.0)


# -- finite width ----------------------------------------------------------------------------------------------------


def test_norm_ratio_is_the_product():
    assert finite_width(32, 6).norm_ratio == pytest.approx(2.39, abs=5e-3)
    for width, depth in ((1, 1), (16, 5), (32, 6), (7, 40)):
        expected = math.prod([1 + 5 / width] * depth)
        assert finite_width(width, depth).norm_ratio == pytest.approx(expected, rel=1e-12)
    assert finite_width(1, 10_000).norm_ratio == INF


def test_log_norm_of_one_unit():
    """n = 1, on: ‖x‖² multiplies by 2 χ²_1; E ln χ²_1 = ψ(1/2) + ln 2, with variance π²/2."""
    found = finite_width(1, 1)
    assert found.mean_log_sqnorm == pytest.approx(-np.euler_gamma - 2 * math.log(2) + 2 * math.log(2), rel=1e-12)
    assert found.var_log_sqnorm == pytest.approx(math.pi**2 / 2, rel=1e-12)


def test_log_norm_of_two_units():
    """n = 2: K = 1 with probability 2/3, K = 2 (an exponential variable) with 1/3."""
    means = np.array([special.digamma(0.5), special.digamma(1.0)]) + math.log(2)
    mean = means @ [2 / 3, 1 / 3]
    variance = np.array([math.pi**2 / 2, math.pi**2 / 6]) + (means - mean) ** 2
    found = finite_width(2, 3)
    assert found.mean_log_sqnorm == pytest.approx(3 * mean, rel=1e-12)
    assert found.var_log_sqnorm == pytest.approx(3 * variance @ [2 / 3, 1 / 3], rel=1e-12)


def test_log_norm_numbers():
    found = finite_width(16, 5)
    assert found.var_log_sqnorm == pytest.approx(2.10, abs=5e-3)
    assert found.var_log_sqnorm != pytest.approx(5 * 5 / 16, rel=0.2)  # the leading order, 1.56
    wide = finite_width(4096, 7)
    assert wide.mean_log_sqnorm == pytest.approx(-5 * 7 / (2 * 4096), rel=2e-3)
    assert wide.var_log_sqnorm == pytest.approx(5 * 7 / 4096, rel=2e-3)
    assert finite_width(16, 0) == FiniteWidth(1.0, 0.0, 0.0)


@pytest.mark.parametrize("width, depth", [(4, 2), (16, 5)])
def test_against_simulated_networks(width, depth):
    """Real matrices, 20 000 networks; false alarm 1e-6 a number (4.9 standard errors)."""
    rng = np.random.default_rng(20260718)
    count = 20_000
    x = np.ones((count, 1, width)) / math.sqrt(width)
    for _ in range(depth):
        weights = rng.standard_normal((count, width, width), dtype=np.float32) * math.sqrt(2 / width)
        x = np.maximum(x @ weights, 0)
    sqnorm = np.square(x).sum((1, 2))
    found = finite_width(width, depth)

    def agrees(samples, expected):
        return abs(samples.mean() - expected) < 4.9 * samples.std() / math.sqrt(samples.size)

    assert agrees(sqnorm, 1.0)
    if width == 16:  # else the fourth moment of the fourth moment is hopeless
        assert agrees(sqnorm**2, found.norm_ratio)
    alive = sqnorm > 0
    assert agrees(alive, (1 - 0.5**width) ** depth)
    log = np.log(sqnorm[alive])
    assert agrees(log, found.mean_log_sqnorm)
    assert agrees((log - found.mean_log_sqnorm) ** 2, found.var_log_sqnorm)


# -- properties ------------------------------------------------------------------------------------------------------

quick = settings(max_examples=30, deadline=None, derandomize=True)


@quick
@given(st.sampled_from(NAMES), st.floats(0, 8), st.floats(0, 2))
def test_analyze_always_answers(activation, sigma_w2, sigma_b2):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = analyze(activation, sigma_w2, sigma_b2)
    values = [found.q_star, found.chi_1, found.c_star, found.xi_q, found.xi_c]
    assert all(isinstance(value, float) and value >= 0 for value in values)  # NaN is not >= 0
    assert found.c_star <= 1
    if math.isfinite(found.q_star):
        assert length_map(activation, sigma_w2, sigma_b2, found.q_star) == pytest.approx(found.q_star, rel=1e-9)


@quick
@given(st.floats(0.1, 5), st.floats(0, 2))
def test_erf_chi(sigma_w2, sigma_b2):
    found = analyze("erf", sigma_w2, sigma_b2)
    assert found.chi_1 == pytest.approx(sigma_w2 * 4 / (math.pi * math.sqrt(1 + 4 * found.q_star)), rel=1e-12)


@quick
@given(st.integers(1, 300), st.integers(0, 50))
def test_layers_are_independent(width, depth):
    one, many = finite_width(width, 1), finite_width(width, depth)
    assert many.norm_ratio == pytest.approx(one.norm_ratio**depth, rel=1e-10)
    assert many.mean_log_sqnorm == pytest.approx(depth * one.mean_log_sqnorm, rel=1e-12)
    assert many.var_log_sqnorm == pytest.approx(depth * one.var_log_sqnorm, rel=1e-12)
    assert one.mean_log_sqnorm < 0 < one.var_log_sqnorm


# -- bad input -------------------------------------------------------------------------------------------------------

OF_VARIANCES = {
    "length_map": lambda phi="tanh", w=1.0, b=0.1, **p: length_map(phi, w, b, 1.0, **p),
    "q_trajectory": lambda phi="tanh", w=1.0, b=0.1, **p: q_trajectory(phi, w, b, 1.0, 2, **p),
    "correlation_map": lambda phi="tanh", w=1.0, b=0.1, **p: correlation_map(phi, w, b, 0.5, **p),
    "analyze": lambda phi="tanh", w=1.0, b=0.1, **p: analyze(phi, w, b, **p),
}


@pytest.mark.parametrize("function", OF_VARIANCES.values(), ids=OF_VARIANCES)
def test_bad_variances(function):
    for bad in (-0.1, math.nan, math.inf):
        with pytest.raises(ValueError, match="^sigma_w2 must"):
            function(w=bad)
        with pytest.raises(ValueError, match="^sigma_b2 must"):
            function(b=bad)
    for bad in ("1", None, True, 1j, [1.0, 2.0]):
        with pytest.raises(TypeError, match="^sigma_w2 must"):
            function(w=bad)
        with pytest.raises(TypeError, match="^sigma_b2 must"):
            function(b=bad)


@pytest.mark.parametrize(
    "function",
    [*OF_VARIANCES.values(), lambda phi, **p: critical_point(phi, 1.0, **p)],
    ids=[*OF_VARIANCES, "critical"],
)
def test_bad_activation(function):
    with pytest.raises(ValueError, match="^activation must be one of"):
        function(phi="rellu")
    with pytest.raises(TypeError, match="^activation must be"):
        function(phi=None)
    with pytest.raises(TypeError, match="^negative_slope must not be given"):
        function(phi="tanh", negative_slope=0.1)
    with pytest.raises(ValueError, match="^negative_slope must"):
        function(phi="leaky_relu", negative_slope=math.nan)


def test_the_bounds_belong_where_they_should():
    assert length_map("tanh", 0, 0, 0) == 0 and q_trajectory("tanh", 1, 0, 0, 0).tolist() == [0]
    assert correlation_map("tanh", 1, 0.1, [-1, 1], q=5e-324)[1] == pytest.approx(1)
    assert analyze("relu", 2, 0, q_start=5e-324).q_star == 5e-324
    assert finite_width(1, 0).norm_ratio == 1
    sigma_w2, sigma_b2 = critical_point("tanh", 0)
    assert sigma_w2 == pytest.approx(1) and sigma_b2 == 0
    for match, call in (
        ("^sigma_w2 must be >= 0", lambda: length_map("tanh", -5e-324, 0, 1)),
        ("^sigma_b2 must be >= 0", lambda: length_map("tanh", 1, -5e-324, 1)),
        ("^q must be >= 0", lambda: length_map("tanh", 1, 0, -5e-324)),
        ("^q0 must be >= 0", lambda: q_trajectory("tanh", 1, 0, -5e-324, 1)),
        ("^depth must be an integer >= 0", lambda: q_trajectory("tanh", 1, 0, 1, -1)),
        ("^c must be in", lambda: correlation_map("tanh", 1, 0.1, np.nextafter(1, 2))),
        ("^c must be in", lambda: correlation_map("tanh", 1, 0.1, np.nextafter(-1, -2))),
        ("^q must be > 0", lambda: correlation_map("tanh", 1, 0.1, 0.5, q=0)),
        ("^q_start must be > 0", lambda: analyze("tanh", 1, 0.1, q_start=0)),
        ("^q_star must be >= 0", lambda: critical_point("tanh", -5e-324)),
        ("^width must be an integer >= 1", lambda: finite_width(0, 1)),
        ("^depth must be an integer >= 0", lambda: finite_width(1, -1)),
    ):
        with pytest.raises(ValueError, match=match):
            call()


@pytest.mark.parametrize(
    "error, match, call",
    [
        (ValueError, "^q must", lambda: length_map("tanh", 1, 0, -1.0)),
        (ValueError, "^q must", lambda: length_map("tanh", 1, 0, math.nan)),
        (TypeError, "^q must", lambda: length_map("tanh", 1, 0, "1")),
        (ValueError, "^q0 must", lambda: q_trajectory("tanh", 1, 0, -1.0, 3)),
        (ValueError, "^q0 must", lambda: q_trajectory("tanh", 1, 0, math.nan, 3)),
        (ValueError, "^q0 must", lambda: q_trajectory("tanh", 1, 0, math.inf, 3)),
        (TypeError, "^q0 must", lambda: q_trajectory("tanh", 1, 0, [1.0], 3)),
        (ValueError, "^depth must", lambda: q_trajectory("tanh", 1, 0, 1.0, -1)),
        (TypeError, "^depth must", lambda: q_trajectory("tanh", 1, 0, 1.0, 2.0)),
        (TypeError, "^depth must", lambda: q_trajectory("tanh", 1, 0, 1.0, True)),
        (ValueError, "^c must", lambda: correlation_map("tanh", 1, 0.1, 1.01)),
        (ValueError, "^c must", lambda: correlation_map("tanh", 1, 0.1, [0, -1.01])),
        (ValueError, "^c must", lambda: correlation_map("tanh", 1, 0.1, math.nan)),
        (TypeError, "^c must", lambda: correlation_map("tanh", 1, 0.1, "0")),
        (ValueError, "^q must", lambda: correlation_map("tanh", 1, 0.1, 0.5, q=0.0)),
        (ValueError, "^q must", lambda: correlation_map("tanh", 1, 0.1, 0.5, q=-1.0)),
        (TypeError, "^q must", lambda: correlation_map("tanh", 1, 0.1, 0.5, q="1")),
        (ValueError, "^sigma_w2 must be > 0 if there is no bias", lambda: correlation_map("tanh", 0, 0, 0.5)),
        (ValueError, "^q_start must", lambda: analyze("tanh", 1, 0, q_start=0.0)),
        (ValueError, "^q_start must", lambda: analyze("tanh", 1, 0, q_start=-1.0)),
        (ValueError, "^q_start must", lambda: analyze("tanh", 1, 0, q_start=math.nan)),
        (ValueError, "^q_start must", lambda: analyze("tanh", 1, 0, q_start=math.inf)),
        (TypeError, "^q_start must", lambda: analyze("tanh", 1, 0, q_start=None)),
        (ValueError, "^q_star must", lambda: critical_point("tanh", -1.0)),
        (ValueError, "^q_star must", lambda: critical_point("tanh", math.nan)),
        (TypeError, "^q_star must", lambda: critical_point("tanh", "1")),
        (ValueError, "^width must", lambda: finite_width(0, 3)),
        (ValueError, "^width must", lambda: finite_width(-4, 3)),
        (TypeError, "^width must", lambda: finite_width(4.0, 3)),
        (TypeError, "^width must", lambda: finite_width(True, 3)),
        (ValueError, "^depth must", lambda: finite_width(4, -1)),
        (TypeError, "^depth must", lambda: finite_width(4, "3")),
    ],
)
def test_bad_input_is_named(error, match, call):
    with pytest.raises(error, match=match):
        call()


def test_own_activation_and_results_are_frozen():
    own = Activation("own", get("tanh").f, get("tanh").df)
    assert analyze(own, 2.0, 0.1) == analyze("tanh", 2.0, 0.1)
    with pytest.raises(AttributeError):
        analyze(own, 2.0, 0.1).q_star = 3
    with pytest.raises(AttributeError):
        finite_width(3, 3).norm_ratio = 3
