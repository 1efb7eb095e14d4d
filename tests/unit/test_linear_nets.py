"""Saxe's curves: against closed forms, their equation, and gradient descent on scalars and matrices."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weightinit.linear_nets import learning_time, mode_strength

values = st.floats(0.1, 5)
small = st.floats(1e-4, 0.09)


@given(t=st.floats(0, 20), s=values, u=small)
def test_two_layers_are_equation_12_of_saxe_2013(t, s, u):
    grown = math.exp(2 * s * t)
    assert mode_strength(t, s, u) == pytest.approx(s * grown / (grown - 1 + s / u), rel=1e-9)


@given(t=st.floats(0, 20), s=values, u=small)
def test_one_layer_is_an_exponential(t, s, u):
    assert mode_strength(t, s, u, layers=1) == pytest.approx(s - (s - u) * math.exp(-t), rel=1e-9)


@given(s=values, u=small, part=st.floats(0.2, 0.99))
def test_equation_11_of_saxe_2013(s, u, part):
    end = max(u, part * s)
    expected = math.log(end * (s - u) / (u * (s - end))) / (2 * s)
    assert learning_time(s, u, end) == pytest.approx(expected, rel=1e-8, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(s=values, u=st.floats(0.01, 8), part=st.floats(0.1, 0.98), layers=st.integers(1, 12))
def test_time_and_strength_are_inverse(s, u, part, layers):
    if abs(u / s - 1) < 0.02:
        return
    end = u + part * (s - u)
    t = learning_time(s, u, end, layers)
    assert mode_strength(t, s, u, layers) == pytest.approx(end, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(s=values, u=st.floats(0.01, 4), t=st.floats(0.01, 2), layers=st.integers(1, 9))
def test_the_slope_is_the_equation(s, u, t, layers):
    h = 1e-4 * t
    before, now, after = mode_strength([t - h, t, t + h], s, u, layers)
    expected = layers * now ** (2 - 2 / layers) * (s - now)
    assert (after - before) / (2 * h) == pytest.approx(expected, rel=1e-3, abs=1e-5 * s)


@pytest.mark.parametrize("layers", [1, 2, 3, 6])
def test_small_steps_on_scalars_follow_the_curve(layers):
    s, u, rate, steps = 1.5, 0.2, 1e-3, 2000
    w = np.full(layers, u ** (1 / layers))
    path = [u]
    for _ in range(steps):
        w = w + rate * (s - w.prod()) * w.prod() / w
        path.append(w.prod())
    np.testing.assert_allclose(mode_strength(rate * np.arange(steps + 1), s, u, layers), path, rtol=5e-3)


def test_small_steps_on_matrices_follow_one_curve_for_each_direction():
    rng = np.random.default_rng(0)
    left, middle, right = (np.linalg.qr(rng.standard_normal((4, 4)))[0] for _ in range(3))
    values, u, rate, steps = np.array([3.0, 2.0, 1.0, 0.5]), 0.01, 1e-3, 2500
    task = (left * values) @ right.T
    first, second = math.sqrt(u) * left @ middle.T, math.sqrt(u) * middle @ right.T
    for _ in range(steps):
        miss = task - first @ second
        first, second = first + rate * miss @ second.T, second + rate * first.T @ miss
    found = np.diag(left.T @ first @ second @ right)
    expected = [mode_strength(rate * steps, s, u) for s in values]
    np.testing.assert_allclose(found, expected, rtol=0.02)


def test_the_strongest_direction_is_learned_first_and_depth_sharpens_the_step():
    times = [learning_time(s, 0.01, 0.9 * s) for s in (0.5, 1.0, 2.0)]
    assert times == sorted(times, reverse=True)
    rise = [learning_time(1, 0.1, 0.9, n) / learning_time(1, 1e-3, 0.1, n) for n in (2, 4, 8)]
    assert rise == sorted(rise, reverse=True)


def test_from_one_on_the_time_hardly_depends_on_the_depth():
    times = [n * learning_time(2, 1.0, 1.98, n) for n in (4, 16, 64, 1024)]
    assert max(times) / min(times) < 1.3 and times[2] / times[3] < 1.02
    slow = [n * learning_time(2, 1e-3, 1.98, n) for n in (4, 16, 64, 1024)]
    assert slow == sorted(slow) and slow[-1] < 1.1 / (2 * 1e-3)  # finite: 1/(s u_0) and logarithms


def test_times_in_any_order_and_shape():
    t = np.array([[3.0, 0.0], [1.0, 3.0]])
    found = mode_strength(t, 1.0, 0.1, layers=3)
    assert found.shape == (2, 2) and found[0, 0] == found[1, 1] and found[0, 1] == pytest.approx(0.1)
    assert isinstance(mode_strength(0.0, 1.0, 0.1, layers=3), float)


def test_nothing_moves_at_the_end_and_large_times_are_harmless():
    assert mode_strength(1e6, 2.0, 0.1) == mode_strength(1e6, 2.0, 0.1, layers=1) == 2.0
    assert mode_strength(1e3, 2.0, 0.1, layers=4) == pytest.approx(2.0)
    assert mode_strength(5.0, 2.0, 2.0, layers=4) == pytest.approx(2.0)
    assert learning_time(2.0, 0.5, 0.5, 3) == 0


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: mode_strength(-1.0, 1, 0.1), ValueError, "t must be >= 0 and finite, got -1.0"),
        (lambda: mode_strength("1", 1, 0.1), TypeError, "t must be a real number or an array of them, got '1'"),
        (lambda: mode_strength(1, 0, 0.1), ValueError, "singular_value must be > 0 and finite, got 0"),
        (lambda: mode_strength(1, 1, 0), ValueError, "start must be > 0 and finite, got 0"),
        (lambda: mode_strength(1, 1, 0.1, 0), ValueError, "layers must be an integer >= 1, got 0"),
        (lambda: mode_strength(1, 1, 0.1, 2.0), TypeError, "layers must be an integer, got 2.0"),
        (lambda: learning_time(1, 0.1, 0), ValueError, "end must be > 0 and finite, got 0"),
        (
            lambda: learning_time(1, 0.1, 1),
            ValueError,
            "end must lie between start and singular_value, got 1 for 0.1 and 1",
        ),
        (lambda: learning_time(1, 0.5, 0.1), ValueError, "end must lie between start and singular_value"),
        (lambda: learning_time(1, 2.0, 0.9), ValueError, "end must lie between start and singular_value"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
