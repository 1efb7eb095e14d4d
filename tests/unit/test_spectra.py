"""Laws of products of random matrices: against closed forms, their own moments, and large matrices."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weightinit import spectra
from weightinit.experiments import jacobian_spectrum
from weightinit.initializers import get

KINDS = [("gaussian", "identity"), ("gaussian", "relu"), ("orthogonal", "identity"), ("orthogonal", "relu")]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=" ".join)
SPREAD = [
    (kind, layers)
    for kind in KINDS
    for layers in (1, 2, 3, 7)
    if kind[0] == "gaussian" or kind[1] == "relu" and layers > 1
]


# ---- moments ----------------------------------------------------------------------------------------------------------
@given(k=st.integers(1, 12), layers=st.integers(1, 12))
def test_gaussian_products_have_the_moments_of_fuss_and_catalan(k, layers):
    assert spectra.moment(k, layers) == math.comb((layers + 1) * k, k) // (layers * k + 1)


@given(k=st.integers(1, 8), layers=st.integers(1, 8))
def test_orthogonal_products_have_all_moments_one(k, layers):
    assert spectra.moment(k, layers, "orthogonal") == 1


@given(layers=st.integers(1, 40))
def test_mean_square_is_kept_and_the_spread_grows_by_one_number_a_layer(layers):
    steps = {
        ("gaussian", "identity"): 1,
        ("gaussian", "relu"): 2,
        ("orthogonal", "identity"): 0,
        ("orthogonal", "relu"): 1,
    }
    for kind, step in steps.items():
        assert spectra.moment(1, layers, *kind) == 1
        assert spectra.moment(2, layers, *kind) == 1 + step * layers


def test_one_gate_is_two_or_nothing():
    assert [spectra.moment(k, 1, "orthogonal", "relu") for k in (1, 2, 3, 4)] == [1, 2, 4, 8]


@settings(max_examples=40)
@given(k=st.integers(1, 10), layers=st.integers(1, 6))
def test_moments_do_not_grow_faster_than_the_edge(k, layers):
    for kind in KINDS:
        assert spectra.moment(k + 1, layers, *kind) <= spectra.edge(layers, *kind) * spectra.moment(
            k, layers, *kind
        ) * (1 + 1e-12)


@every_kind
def test_the_edge_is_where_the_moments_go(kind):
    layers, k = 3, 400
    ratio = spectra.moment(k + 1, layers, *kind) / spectra.moment(k, layers, *kind)
    assert ratio == pytest.approx(spectra.edge(layers, *kind), rel=0.01)


# ---- edges ------------------------------------------------------------------------------------------------------------
@given(layers=st.integers(1, 60))
def test_edges_in_closed_form(layers):
    assert spectra.edge(layers) == pytest.approx((layers + 1) ** (layers + 1) / layers**layers)
    assert spectra.edge(layers, "orthogonal") == 1
    gated = spectra.edge(layers, "orthogonal", "relu")
    assert gated == pytest.approx(2 if layers == 1 else spectra.edge(layers - 1))
    assert gated < spectra.edge(layers) < spectra.edge(layers, "gaussian", "relu")


def test_the_edge_of_one_gated_gaussian_layer():
    assert spectra.edge(1, "gaussian", "relu") == pytest.approx(
        3 + 2 * math.sqrt(2)
    )  # Marchenko–Pastur, twice as tall as wide


def test_the_edge_grows_like_e_times_the_depth():
    assert spectra.edge(1000) / 1000 == pytest.approx(math.e, rel=1e-3)


# ---- densities --------------------------------------------------------------------------------------------------------
@given(s=st.floats(0.01, 1.99))
def test_one_layer_is_the_quarter_circle(s):
    assert spectra.density(s, 1) == pytest.approx(math.sqrt(4 - s**2) / math.pi, rel=1e-9)


@given(s=st.floats(0.45, 2.4))
def test_one_gated_layer_is_marchenko_pastur(s):
    low, high, x = 3 - 2 * math.sqrt(2), 3 + 2 * math.sqrt(2), s**2
    inside = max(0.0, (high - x) * (x - low))
    assert spectra.density(s, 1, "gaussian", "relu") == pytest.approx(
        2 * s * math.sqrt(inside) / (4 * math.pi * x), rel=1e-6, abs=1e-7
    )


@pytest.mark.parametrize("kind, layers", SPREAD)
def test_a_density_has_the_mass_and_the_moments(kind, layers):
    end = math.sqrt(spectra.edge(layers, *kind))
    v = (np.arange(20_000) + 0.5) / 20_000
    w = 3 * v**2 - 2 * v**3  # with the power below, takes the poles at 0 and at the edge away
    s = end * w**5
    mass = spectra.density(s, layers, *kind) * 5 * end * w**4 * 6 * (v - v**2) / v.size
    found = [np.sum(mass * s ** (2 * k)) for k in range(4)]
    expected = [0.5 if kind[1] == "relu" else 1.0] + [spectra.moment(k, layers, *kind) for k in (1, 2, 3)]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("kind, layers", SPREAD)
def test_no_density_beyond_the_edge(kind, layers):
    end = math.sqrt(spectra.edge(layers, *kind))
    assert spectra.density(end * 1.0001, layers, *kind) == 0
    assert spectra.density(end * 0.999, layers, *kind) > 0


def test_shapes_are_kept():
    assert isinstance(spectra.density(1.0, 2), float)
    assert spectra.density(np.ones((2, 3)), 2).shape == (2, 3)


# ---- against matrices -------------------------------------------------------------------------------------------------
@every_kind
def test_wide_networks_have_these_moments(kind):
    weights, activation = kind
    layers, n = 4, 200
    gain = math.sqrt(2) if activation == "relu" else 1.0
    scale = {"scale": gain**2} if weights == "gaussian" else {"gain": gain}
    init = get("variance_scaling" if weights == "gaussian" else "orthogonal", **scale)
    s = jacobian_spectrum((n,) * (layers + 1), activation, init, rng=1, replicas=20).end_to_end
    assert np.mean(s**2) == pytest.approx(1, rel=0.1)
    assert np.mean(s**4) == pytest.approx(spectra.moment(2, layers, *kind), rel=0.1)
    assert np.mean(s.max(axis=1) ** 2) == pytest.approx(spectra.edge(layers, *kind), rel=0.15)
    assert np.mean(s > 1e-6) == pytest.approx(1 if activation == "identity" else 0.5, abs=0.05)


# ---- bad input --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: spectra.moment(0, 2), ValueError, "k must be an integer >= 1, got 0"),
        (lambda: spectra.moment(2.0, 2), TypeError, "k must be an integer, got 2.0"),
        (lambda: spectra.edge(0), ValueError, "layers must be an integer >= 1, got 0"),
        (lambda: spectra.edge(2, "haar"), ValueError, "weights must be one of 'gaussian', 'orthogonal', got 'haar'"),
        (
            lambda: spectra.edge(2, "gaussian", "tanh"),
            ValueError,
            "activation must be one of 'identity', 'relu', got 'tanh'",
        ),
        (lambda: spectra.density(0.0, 2), ValueError, "s must be > 0 and finite, got 0.0"),
        (lambda: spectra.density("1", 2), TypeError, "s must be a real number or an array of them"),
        (lambda: spectra.density(1.0, 2, "orthogonal"), ValueError, "orthogonal weights without activation all s"),
        (lambda: spectra.density(1.0, 1, "orthogonal", "relu"), ValueError, "one orthogonal layer with ReLU all s"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message.replace("(", r"\(")):
        call()


def test_linear_is_another_name_for_identity():
    assert spectra.edge(3, "Gaussian", "linear") == spectra.edge(3)
