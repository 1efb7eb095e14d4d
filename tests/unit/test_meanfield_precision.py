"""Mean-field values against adaptive quadrature of 30 digits, written without the package (mpmath)."""

import math
import warnings

import mpmath as mp
import numpy as np
import pytest
from scipy.special import expit

from weightinit.activations import NAMES, Activation
from weightinit.meanfield import analyze, critical_point, critical_weights, fixed_lengths, universality

DIGITS = 30
LAMBDA, ALPHA = mp.mpf("1.0507009873554805"), mp.mpf("1.6732632423543772")


def logistic(z):
    return 1 / (1 + mp.exp(-z))


def softplus(z):
    return max(z, mp.mpf(0)) + mp.log1p(mp.exp(-abs(z)))


def d_mish(z):
    t = mp.tanh(softplus(z))
    return t + z * logistic(z) * (1 - t * t)


FORMULAS = {
    "tanh": (mp.tanh, lambda z: mp.sech(z) ** 2),
    "erf": (mp.erf, lambda z: 2 / mp.sqrt(mp.pi) * mp.exp(-z * z)),
    "relu": (lambda z: max(z, mp.mpf(0)), lambda z: mp.mpf(z > 0)),
    "gelu": (lambda z: z * mp.ncdf(z), lambda z: mp.ncdf(z) + z * mp.npdf(z)),
    "silu": (lambda z: z * logistic(z), lambda z: logistic(z) * (1 + z * logistic(-z))),
    "sigmoid": (logistic, lambda z: logistic(z) * logistic(-z)),
    "softplus": (softplus, logistic),
    "elu": (lambda z: z if z > 0 else mp.expm1(z), lambda z: mp.mpf(1) if z > 0 else mp.exp(z)),
    "selu": (
        lambda z: LAMBDA * (z if z > 0 else ALPHA * mp.expm1(z)),
        lambda z: LAMBDA * (mp.mpf(1) if z > 0 else ALPHA * mp.exp(z)),
    ),
    "mish": (lambda z: z * mp.tanh(softplus(z)), d_mish),
}


def own_mish():
    def f(z, out=None):
        return np.multiply(z, np.tanh(np.logaddexp(0, z)), out=out)

    def df(z, out=None):
        t = np.tanh(np.logaddexp(0, z))
        return np.add(t, z * expit(z) * (1 - t * t), out=out)

    return Activation("own mish", f, df)


def ours(name):
    return own_mish() if name == "mish" and "mish" not in NAMES else name


@pytest.fixture(autouse=True)
def thirty_digits():
    with mp.workdps(DIGITS):
        yield


def mean(g, q):
    """E[g(z)], z ~ N(0, q), adaptive."""
    std = mp.sqrt(q)
    ends = [mp.mpf(k) for k in (-12, -6, -3, -1, 0, 1, 3, 6, 12)]
    return mp.quad(lambda x: mp.npdf(x) * g(std * x), ends, maxdegree=7)


def near(ours, theirs, relative=1e-8):
    return abs(mp.mpf(ours) - theirs) <= relative * abs(theirs)


def length(name, sigma_w2, sigma_b2, found):
    """The fixed point near `found`, by Newton's steps, with the slope there."""
    f, df = FORMULAS[name]
    q = mp.mpf(found)
    slope = sigma_w2 * mean(lambda z: z * f(z) * df(z), q) / q
    if abs(slope - 1) > 1e-9:
        q -= (sigma_w2 * mean(lambda z: f(z) ** 2, q) + sigma_b2 - q) / (slope - 1)
    return q, slope


POINTS = [
    ("tanh", 25, 4),
    ("tanh", 1.5, 0),
    ("erf", 5, 0.05),
    ("relu", 1.9, 4),
    ("gelu", 1.9, 0.05),
    ("silu", 1.6, 4),
    ("sigmoid", 25, 0.3),
    ("softplus", 1, 4),
    ("elu", 1.4, 1),
    ("selu", 1, 0),
    ("mish", 1.5, 0.3),
]


@pytest.mark.parametrize("name, sigma_w2, sigma_b2", POINTS)
def test_lengths_gradients_and_depths(name, sigma_w2, sigma_b2):
    found = analyze(ours(name), sigma_w2, sigma_b2)
    assert 0 < found.q_star < math.inf and found.stable
    sigma_w2, sigma_b2 = mp.mpf(sigma_w2), mp.mpf(sigma_b2)
    q, slope = length(name, sigma_w2, sigma_b2, found.q_star)
    chi_1 = sigma_w2 * mean(lambda z: FORMULAS[name][1](z) ** 2, q)
    assert near(found.q_star, q) and near(found.chi_1, chi_1) and near(found.length_slope, slope)
    assert near(found.xi_q, -1 / mp.log(slope))
    if chi_1 < 1:
        assert found.c_star == 1 and near(found.xi_c, -1 / mp.log(chi_1))


@pytest.mark.parametrize(
    "name, off",
    [("tanh", -1e-4), ("erf", 1e-4), ("elu", -1e-4), ("selu", 1e-4), ("gelu", -1e-4), ("silu", 1e-4), ("mish", -1e-4)],
)
def test_gradients_near_criticality(name, off):
    """|χ₁ - 1| = 10⁻⁴, given by construction; ξ_c is then 10⁴ layers in the ordered phase."""
    q_star = {"gelu": 0.3, "silu": 0.9, "mish": 0.4}.get(name, 0.8)
    f, df = FORMULAS[name]
    sigma_w2 = (1 + off) / mean(lambda z: df(z) ** 2, mp.mpf(q_star))
    sigma_b2 = q_star - sigma_w2 * mean(lambda z: f(z) ** 2, mp.mpf(q_star))
    found = analyze(ours(name), float(sigma_w2), float(sigma_b2), q_start=q_star)
    assert near(found.q_star, mp.mpf(q_star)) and abs(found.chi_1 - (1 + off)) < 1e-9
    if off < 0:
        assert near(found.xi_c, -1 / mp.log(1 + mp.mpf(off)), 1e-6)  # σ_w² was rounded to 16 digits
        exact = -1 / mp.log(mp.mpf(found.chi_1))
        assert near(found.xi_c, exact)
    else:
        assert 0 < 1 - found.c_star < 0.01


def erf_pair(c, q):
    return 2 / mp.pi * mp.asin(2 * q * c / (1 + 2 * q))


def elu_given(m, s):
    """E[elu(v)], v ~ N(m, s²)."""
    left = mp.exp(m + s * s / 2) * mp.ncdf(-(m + s * s) / s) - mp.ncdf(-m / s)
    return m * mp.ncdf(m / s) + s * mp.npdf(m / s) + left


def test_correlations_of_erf_near_criticality():
    """A closed form, at χ₁ - 1 = 10⁻⁴, 10⁻² and far from it."""
    for sigma_w2 in (1.0001 * critical_weights("erf", 0.05), 1.02 * critical_weights("erf", 0.05), 4.0):
        found = analyze("erf", sigma_w2, 0.05)
        w, b = mp.mpf(sigma_w2), mp.mpf(0.05)
        q = mp.findroot(lambda q, w=w, b=b: w * erf_pair(1, q) + b - q, found.q_star)
        c = mp.findroot(lambda c, w=w, b=b, q=q: ((w * erf_pair(c, q) + b) / q - c) / (1 - c), found.c_star)
        chi = w * 4 / mp.pi / mp.sqrt((1 + 2 * q) ** 2 - 4 * q * q * c * c)
        assert c < 1 and near(1 - found.c_star, 1 - c) and near(found.xi_c, -1 / mp.log(chi))


@pytest.mark.parametrize("sigma_w2, sigma_b2", [(1.7, 0.02), (1.85, 0.5)])
def test_correlations_of_elu(sigma_w2, sigma_b2):
    """One integral in closed form, the other by quadrature: c* is where the map meets the diagonal."""
    found = analyze("elu", sigma_w2, sigma_b2)
    assert found.chi_1 > 1
    q, c = mp.mpf(found.q_star), mp.mpf(found.c_star)
    elu, rest = FORMULAS["elu"][0], mp.sqrt(q * (1 - c * c))
    gap = (mp.mpf(sigma_w2) * mean(lambda u: elu(u) * elu_given(c * u, rest), q) + sigma_b2) / q - c
    assert abs(gap / (1 - mp.exp(-1 / mp.mpf(found.xi_c)))) < 1e-8  # Newton's step, which is the error of c*


def test_correlations_of_tanh_near_criticality():
    """1 - c* from mean squares of differences, by the trapezoid rule in both coordinates: no digits cancel."""
    sigma_w2, sigma_b2 = 1.95, 0.09  # χ₁ - 1 = 5·10⁻⁴
    found = analyze("tanh", sigma_w2, sigma_b2)
    q, e = mp.mpf(found.q_star), 1 - mp.mpf(found.c_star)
    along, across = mp.sqrt(q * (1 - e / 2)), mp.sqrt(q * e / 2)
    h, total = mp.mpf("0.25"), mp.mpf(0)
    for k in range(-40, 41):
        middle = along * h * k
        inner = sum(
            mp.npdf(h * j) * (mp.tanh(middle + across * h * j) - mp.tanh(middle - across * h * j)) ** 2
            for j in range(1, 41)
        )
        total += mp.npdf(h * k) * 2 * inner
    rest = mp.mpf(sigma_w2) * total * h * h / 2 / q - e
    assert abs(rest / e) < 1e-8 * (1 - mp.exp(-1 / mp.mpf(found.xi_c)))


# -- the half-stable points ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, q_star, sigma_w2, sigma_b2",
    [("gelu", 3.56155, 1.983058257, 0.172922391), ("silu", 14.320173618, 1.988004678, 0.555143171)],
)
def test_half_stable_points(name, q_star, sigma_w2, sigma_b2):
    """Both slopes are 1 there, to 30 digits' quadrature."""
    found = universality(name)
    assert found.kind == "half-stable" and found.power == 1
    assert found.q_star == pytest.approx(q_star, abs=3e-6 if name == "gelu" else 6e-10)
    assert found.sigma_w2 == pytest.approx(sigma_w2, abs=6e-10)
    assert found.sigma_b2 == pytest.approx(sigma_b2, abs=6e-10)
    f, df = FORMULAS[name]
    q, w = mp.mpf(found.q_star), mp.mpf(found.sigma_w2)
    assert near(w * mean(lambda z: df(z) ** 2, q), mp.mpf(1), 1e-12)
    assert near(w * mean(lambda z: z * f(z) * df(z), q) / q, mp.mpf(1), 1e-12)


def test_the_curvature_of_gelu_at_its_half_stable_point():
    """From E[gelu²] = q (1/4 + asin(q/(1+q))/(2π) + q/(π (1+q) √(1+2q))), differentiated by mpmath."""

    def moment(q):
        return q * (mp.mpf(1) / 4 + mp.asin(q / (1 + q)) / (2 * mp.pi) + q / (mp.pi * (1 + q) * mp.sqrt(1 + 2 * q)))

    found = universality("gelu")
    curvature = mp.mpf(found.sigma_w2) * mp.diff(moment, mp.mpf(found.q_star), 2)
    assert curvature < 0 and found.side == "above" and near(found.coefficient, -2 / curvature, 1e-6)


def test_a_touching_point_parts_or_vanishes_with_the_biases():
    """Mish: less bias than at the half-stable point makes two fixed points of it, more makes none."""
    mish = ours("mish")
    found = universality(mish)
    (touching,) = fixed_lengths(mish, found.sigma_w2, found.sigma_b2)
    assert touching.stability == "half-stable" and touching.q == pytest.approx(found.q_star, rel=1e-5)
    points = fixed_lengths(mish, found.sigma_w2, found.sigma_b2 - 1e-6)
    assert [point.stability for point in points] == ["stable", "unstable"]
    assert points[0].q < found.q_star < points[1].q
    # f(q) - q = ½ f'' (q - q*)² - 10⁻⁶ with ½ f'' = 1/coefficient
    assert points[1].q - points[0].q == pytest.approx(2 * math.sqrt(1e-6 * found.coefficient), rel=1e-2)
    assert fixed_lengths(mish, found.sigma_w2, found.sigma_b2 + 1e-6) == ()
    assert found.side == "below" and analyze(mish, found.sigma_w2, found.sigma_b2 + 1e-6).q_star == math.inf


def test_critical_weights_against_quadrature():
    sigma_w2 = critical_weights("tanh", 0.05)
    found = analyze("tanh", sigma_w2, 0.05)
    q, _ = length("tanh", mp.mpf(sigma_w2), mp.mpf(0.05), found.q_star)
    assert near(sigma_w2 * mean(lambda z: mp.sech(z) ** 4, q), mp.mpf(1), 1e-10)
    assert critical_point("tanh", found.q_star)[0] == pytest.approx(sigma_w2, rel=1e-10)


def test_no_warning_at_the_ends_of_the_grid():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in FORMULAS:
            for sigma_w2, sigma_b2 in ((0.2, 0.0), (25.0, 4.0)):
                analyze(ours(name), sigma_w2, sigma_b2)
