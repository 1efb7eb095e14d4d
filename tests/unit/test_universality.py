"""Classes of activations, all fixed points of the length map, and the critical line asked by its biases."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from weightinit.activations import NAMES, Activation, get
from weightinit.meanfield import (
    FixedLength,
    Universality,
    analyze,
    correlation_map,
    critical_point,
    critical_weights,
    fixed_lengths,
    length_map,
    q_trajectory,
    universality,
)
from weightinit.moments import derivative_moment, mean, second_moment

ROOT = math.sqrt(2 / math.pi)
quick = settings(max_examples=30, deadline=None, derandomize=True)


def own(name, f, df, kinks=()):
    return Activation(name, lambda z, out=None: np.positive(f(z), out=out), lambda z, out=None: df(z), kinks)


SIN = own("sin", np.sin, np.cos)
ARCTAN = own("arctan", np.arctan, lambda z: 1 / (1 + z * z))
HARD_TANH = own("hard tanh", lambda z: np.clip(z, -1, 1), lambda z: 1.0 * (np.abs(z) < 1), (-1.0, 1.0))
BELL = own("bell", lambda z: np.exp(-z * z), lambda z: -2 * z * np.exp(-z * z))
SQUARE = own("square", np.square, lambda z: 2 * z)
SQUARED_RELU = own("squared relu", lambda z: np.maximum(z, 0) ** 2, lambda z: 2 * np.maximum(z, 0), (0.0,))
MY_RELU = own("my relu", lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0), (0.0,))
SHIFTED = own("shifted", lambda z: z + 1, lambda z: 1 + 0 * z)
EXP = own("exp", np.exp, np.exp)
TOO_FAST = own("exp of a square", lambda z: np.exp(z * z / 4), lambda z: z / 2 * np.exp(z * z / 4))


# -- classes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "activation, sigma_w2, power, coefficient, gradient_power",
    [
        ("tanh", 1, 1, 1 / 2, 1),  # tanh² = z² - 2/3 z⁴: f/q = 1 - 2q, χ = 1 - 2q
        ("erf", math.pi / 4, 1, 1 / 2, 1),  # f = ½ asin(2q/(1 + 2q)): f/q = 1 - 2q, χ = 1/√(1 + 4q) = 1 - 2q
        (SIN, 1, 1, 1, 1),  # f = (1 - e^-2q)/2 = q - q², χ = (1 + e^-2q)/2 = 1 - q
        (ARCTAN, 1, 1, 1 / 2, 1),  # arctan has the third derivative of tanh
        ("softsign", 1, 2, math.pi / 8, 2),  # φ² = z² - 2|z|³: f/q = 1 - 4√(2q/π), and so is χ
        ("elu", 1, 2, 2 * math.pi, 2),  # φ² = z² + z³ for z < 0: f/q = 1 - √(2q/π), and so is χ
    ],
)
def test_the_class_of_zero_has_the_law_of_its_first_terms(activation, sigma_w2, power, coefficient, gradient_power):
    found = universality(activation)
    assert (found.kind, found.q_star, found.sigma_b2, found.side) == ("zero", 0.0, 0.0, "above")
    assert found.sigma_w2 == pytest.approx(sigma_w2, rel=1e-12)
    assert found.power == power and found.coefficient == pytest.approx(coefficient, rel=1e-7)
    assert found.gradient_power == pytest.approx(gradient_power, rel=1e-7)


def test_selu_leaves_zero_with_two_slopes():
    """λ² (1 + α²)/2 is the mean squared slope; the left branch bends by λα z²/2, so that p = ½."""
    found = universality("selu")
    left = 1.0507009873554805 * 1.6732632423543772
    slope = (1.0507009873554805**2 + left**2) / 2
    a = ROOT * left**2 / slope
    assert found.kind == "zero" and found.sigma_w2 == pytest.approx(1 / slope, rel=1e-12)
    assert found.coefficient == pytest.approx((a / 2) ** -2, rel=1e-8) and found.power == 2


@pytest.mark.parametrize("activation", ["tanh", "elu", "softsign", SIN])
def test_the_recursion_follows_the_law(activation):
    found = universality(activation)
    depth = 2000
    q = q_trajectory(activation, found.sigma_w2, 0.0, 0.5, depth)
    assert q[-1] * depth**found.power / found.coefficient == pytest.approx(1, abs=0.04)
    product = np.cumsum(np.log(found.sigma_w2 * derivative_moment(activation, q)))
    slope = (product[-1] - product[depth // 2]) / math.log(2)
    assert slope == pytest.approx(-found.gradient_power, abs=0.05)


def test_an_activation_that_is_straight_near_zero_falls_more_slowly_than_any_power():
    found = universality(HARD_TANH)
    assert (found.kind, found.sigma_w2, found.power, found.coefficient) == ("zero", 1.0, 0.0, 0.0)
    q = q_trajectory(HARD_TANH, 1.0, 0.0, 0.5, 2000)
    assert np.all(np.diff(q) < 0) and q[-1] > 20 / 2000


def test_scale_invariant():
    for activation, s in (("relu", 0.5), ("identity", 1.0), (MY_RELU, 0.5)):
        assert universality(activation) == Universality("scale-invariant", 1 / s, 0.0, None, "both", 0.0, 0.0, 0.0)
    assert universality("leaky_relu", negative_slope=0.5).sigma_w2 == pytest.approx(1.6, rel=1e-14)


def test_none():
    nothing = Universality("none", None, None, None, None, 0.0, 0.0, 0.0)
    for activation in ("sigmoid", "softplus", SQUARE, SQUARED_RELU, BELL, SHIFTED, EXP):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert universality(activation) == nothing


def test_half_stable_points_have_two_slopes_of_one_and_a_side():
    """GELU: from above lengths fall toward K*, below it they go on falling to a stable point near 3.035."""
    found = universality("gelu")
    assert critical_point("gelu", found.q_star) == pytest.approx((found.sigma_w2, found.sigma_b2), rel=1e-12)
    for step, sign in ((0.05, -1), (-0.05, -1)):
        q = found.q_star + step
        assert np.sign(length_map("gelu", found.sigma_w2, found.sigma_b2, q) - q) == sign
    drift = length_map("gelu", found.sigma_w2, found.sigma_b2, found.q_star + 0.002) - found.q_star - 0.002
    assert drift == pytest.approx(-(0.002**2) / found.coefficient, rel=0.02)
    assert analyze("gelu", found.sigma_w2, found.sigma_b2).q_star == pytest.approx(3.035, abs=1e-3)


@pytest.mark.parametrize("activation, side", [("gelu", "above"), ("mish", "below"), ("hard_swish", "below")])
def test_gradients_near_a_half_stable_point_have_the_power_and_its_sign(activation, side):
    """On the side where lengths come, q_l = q* ∓ coefficient/l, and χ₁(q_l) must be 1 - gradient_power/l."""
    found, layer = universality(activation), 1e7
    assert found.side == side
    q = found.q_star + found.coefficient / layer * (1 if side == "above" else -1)
    lost = 1 - found.sigma_w2 * derivative_moment(activation, q)
    assert lost * layer == pytest.approx(found.gradient_power, rel=2e-3)


# -- fixed points ----------------------------------------------------------------------------------------------------


def test_all_fixed_points_are_found_with_their_kind():
    assert [p.stability for p in fixed_lengths("gelu", 1 / second_moment("gelu"), 0)] == ["stable", "unstable"]
    assert fixed_lengths("gelu", 1 / second_moment("gelu"), 0)[1].q == pytest.approx(1, rel=1e-12)
    assert [(p.q, p.stability) for p in fixed_lengths("tanh", 1, 0)] == [(0.0, "stable")]
    low, high = fixed_lengths("tanh", 1.5, 0)
    assert low == FixedLength(0.0, pytest.approx(1.5), "unstable") and high.stability == "stable"
    assert fixed_lengths("relu", 2, 0) == (FixedLength(1.0, 1.0, "neutral"),)
    assert fixed_lengths("relu", 3, 0.1) == ()
    assert [p.stability for p in fixed_lengths("gelu", 4, 0)] == ["unstable"]  # at slope 1, small lengths leave 0
    (only,) = fixed_lengths("relu", 1, 0.5)
    assert only == FixedLength(pytest.approx(1, rel=1e-12), pytest.approx(0.5), "stable")
    # E[relu(z)⁴] = 3q²/2: q = ½ (3q²) + b has two roots up to b = 1/6
    roots = np.roots([1.5, -1, 0.1])
    assert [p.q for p in fixed_lengths(SQUARED_RELU, 1, 0.1)] == pytest.approx(sorted(roots), rel=1e-12)
    assert [p.stability for p in fixed_lengths(SQUARED_RELU, 1, 0.1)] == ["stable", "unstable"]
    assert fixed_lengths(SQUARED_RELU, 1, 0.17) == ()
    near = fixed_lengths(SQUARED_RELU, 1, (1 - 1e-8) / 6)
    assert [p.q for p in near] == pytest.approx([(1 - 1e-4) / 3, (1 + 1e-4) / 3], rel=1e-7)


@settings(quick, max_examples=12)
@given(st.sampled_from(NAMES), st.floats(0.1, 6), st.just(0.0) | st.floats(1e-4, 2))
def test_what_is_reached_is_one_of_them_and_stable(activation, sigma_w2, sigma_b2):
    points, found = fixed_lengths(activation, sigma_w2, sigma_b2), analyze(activation, sigma_w2, sigma_b2, q_start=0.9)
    for point in points:
        assert length_map(activation, sigma_w2, sigma_b2, point.q) == pytest.approx(point.q, rel=1e-9)
    if math.isfinite(found.q_star) and [p.stability for p in points] != ["neutral"]:
        assert any(math.isclose(found.q_star, p.q, rel_tol=1e-6, abs_tol=1e-9) for p in points)
    kinds = [p.stability for p in points if p.stability != "half-stable"]
    assert all(before != after for before, after in zip(kinds, kinds[1:], strict=False))  # they take turns


@settings(quick, max_examples=12)
@given(st.floats(0.1, 40), st.floats(0, 2))
def test_a_length_map_that_falls_never_falls_steeply(sigma_w2, sigma_b2):
    """√q E[φ²] rises with q, so that the slope at a fixed point is at least -1/2: lengths never alternate for ever."""
    assume(sigma_w2 + sigma_b2 > 0)
    found = analyze(BELL, sigma_w2, sigma_b2)
    assert -0.5 <= found.length_slope <= 0 and found.stable
    # E[bell²] = 1/√(1 + 4q)
    assert sigma_w2 / math.sqrt(1 + 4 * found.q_star) + sigma_b2 == pytest.approx(found.q_star, rel=1e-9)


def test_a_layer_that_leaps_over_a_fixed_point_is_followed():
    """φ = bell plus a slow ReLU far out: from a small q the bell throws q far beyond the first fixed point."""
    leap = own(
        "leap",
        lambda z: 8 * np.exp(-4 * z * z) + 0.9 * np.maximum(np.abs(z) - 4, 0),
        lambda z: -64 * z * np.exp(-4 * z * z) + 0.9 * np.sign(z) * (np.abs(z) > 4),
        (-4.0, 4.0),
    )
    points = [p.q for p in fixed_lengths(leap, 1.5, 0.0)]
    for start in (1e-3, 1.0, 30.0, 200.0):
        end = q_trajectory(leap, 1.5, 0.0, start, 400)[-1]
        found = analyze(leap, 1.5, 0.0, q_start=start).q_star
        assert math.isclose(found, end, rel_tol=1e-6) or (end > 1e6 and found == math.inf), (start, found, end, points)


# -- Gaussian Poincaré -----------------------------------------------------------------------------------------------


@quick
@given(st.sampled_from(NAMES), st.floats(1e-3, 50))
def test_a_variance_is_at_most_q_times_the_mean_squared_slope(activation, q):
    variance = second_moment(activation, q) - mean(activation, q) ** 2
    assert variance <= q * derivative_moment(activation, q) * (1 + 1e-12)


@quick
@given(st.sampled_from(["tanh", "erf", "softsign"]), st.floats(1.001, 30))
def test_an_odd_activation_without_biases_is_chaotic_at_every_level(activation, above):
    sigma_w2 = above / derivative_moment(activation, 0.0)
    found = analyze(activation, sigma_w2, 0)
    assert found.q_star > 0 and found.chi_1 > 1


# -- the critical line by its biases ---------------------------------------------------------------------------------


@quick
@given(st.sampled_from(["tanh", "erf", "softsign"]), st.floats(1e-4, 2))
def test_critical_weights_are_critical(activation, sigma_b2):
    found = analyze(activation, critical_weights(activation, sigma_b2), sigma_b2)
    assert found.chi_1 == pytest.approx(1, abs=1e-9)


def test_critical_weights_say_where_there_are_none():
    assert critical_weights("erf", 0.3, q_max=5) == pytest.approx(critical_weights("erf", 0.3), rel=1e-9)
    with pytest.raises(ValueError, match="^sigma_b2 must be one for which Activation\\(ReLU\\) has a critical length"):
        critical_weights("relu", 0.1)
    with pytest.raises(ValueError, match="up to q_max = 0.1, got 1"):
        critical_weights("tanh", 1, q_max=0.1)


# -- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda phi: length_map(phi, 1, 0, 1.0),
        lambda phi: q_trajectory(phi, 1, 0, 1.0, 2),
        lambda phi: analyze(phi, 1, 0),
        lambda phi: critical_point(phi, [0.1, 1.0]),
        lambda phi: critical_weights(phi, 0.1, q_max=2.0),
        lambda phi: fixed_lengths(phi, 1, 0),
        lambda phi: universality(phi),
        lambda phi: correlation_map(phi, 1, 0.1, 0.5),
    ],
)
def test_an_activation_that_grows_too_fast_is_named(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="^activation must grow so slowly .*z⁸ does.*exp of a square"):
            call(TOO_FAST)


def test_an_exponential_is_known_as_far_as_the_quadrature_reaches():
    assert length_map(EXP, 1, 0, 0.5) == pytest.approx(math.e, rel=1e-9)  # E[e^2z] = e^2q
    with pytest.raises(ValueError, match="^activation must grow so slowly .* with q = 100"):
        length_map(EXP, 1, 0, 100.0)
    # q = ½ e^2q/e² has two roots; that at 1 - t repels
    points = fixed_lengths(EXP, 0.1, 0)
    assert [p.stability for p in points] == ["stable", "unstable"]
    for point in points:
        assert 0.1 * math.exp(2 * point.q) == pytest.approx(point.q, rel=1e-8)
    assert analyze(EXP, 0.1, 0, q_start=0.3).q_star == pytest.approx(points[0].q, rel=1e-9)
    with pytest.raises(ValueError, match="^activation must grow"):  # it explodes
        analyze(EXP, 3.0, 0)


@pytest.mark.parametrize(
    "error, match, call",
    [
        (ValueError, "^sigma_w2 must be >= 0", lambda: fixed_lengths("tanh", -1, 0)),
        (ValueError, "^sigma_b2 must be >= 0", lambda: fixed_lengths("tanh", 1, -1)),
        (TypeError, "^sigma_w2 must", lambda: fixed_lengths("tanh", "1", 0)),
        (ValueError, "^activation must be one of", lambda: universality("rellu")),
        (TypeError, "^activation must", lambda: universality(None)),
        (TypeError, "^negative_slope must not", lambda: universality("tanh", negative_slope=0.1)),
        (ValueError, "^sigma_b2 must be > 0", lambda: critical_weights("tanh", 0)),
        (ValueError, "^sigma_b2 must be > 0", lambda: critical_weights("tanh", -0.1)),
        (TypeError, "^sigma_b2 must", lambda: critical_weights("tanh", None)),
        (ValueError, "^q_max must", lambda: critical_weights("tanh", 0.1, q_max=0.0)),
        (ValueError, r"^q_star must be >= 0 and finite, got \[\]", lambda: critical_point("tanh", [])),
    ],
)
def test_bad_input_is_named(error, match, call):
    with pytest.raises(error, match=match):
        call()


def test_results_are_frozen():
    for result, field in ((universality("tanh"), "kind"), (fixed_lengths("tanh", 2, 0.1)[0], "q")):
        with pytest.raises(AttributeError):
            setattr(result, field, 1)


def test_an_activation_object_is_as_good_as_its_name():
    assert universality(get("gelu")) == universality("gelu")
