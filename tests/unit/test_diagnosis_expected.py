"""Theory beside what is measured: exact where it is, and within five standard errors where networks are drawn (1e-6 a comparison)."""

import math

import numpy as np
import pytest

from weightinit import initializers, meanfield, moments
from weightinit._stack import Stack
from weightinit.activations import get
from weightinit.diagnosis.dense import observe
from weightinit.diagnosis.expected import (
    Expected,
    expect,
    floor,
    gradient_scatter_of_a_layer,
    scatter_of_a_layer,
)
from weightinit.diagnosis.observed import Observed, ObservedLayer

FIVE_SIGMA = 5.0


def laws(widths, activation, init):
    options = {"rng": 0, "replicas": 1, "bias_std": 0.0, "bias_init": None, "linear_output": True, "dtype": np.float32}
    return Stack.of(widths, activation, init, **options).laws


def chain(widths, sigma_w2, *, bias=0.0, activation="relu", **network):
    """A record in which nothing is measured but what theory begins with."""
    layers = []
    for k, (n_in, n_out) in enumerate(zip(widths, widths[1:], strict=False)):
        last = k == len(widths) - 2
        layers.append(
            ObservedLayer(
                f"layer {k + 1}",
                "dense",
                n_in,
                n_out,
                n_out,
                "identity" if last else activation,
                weight_second_moment=sigma_w2 / n_in,
                bias_second_moment=bias,
                correlation=0.25,
                gradient=0.09,
                twins=0.0,
            )
        )
    return Observed("numpy", layers, input_second_moment=0.5, **network)


# ---- the maps, layer by layer ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["relu", "tanh", "gelu", "sigmoid"])
def test_signal_and_correlation_follow_the_maps_of_mean_field_theory(name):
    found = expect(chain((30, 40, 50, 60, 10), 1.7, bias=0.2, activation=name))
    q, c = 1.7 * 0.5 + 0.2, 0.25
    for layer in range(4):
        assert found.signal[layer] == pytest.approx(q, rel=1e-12)
        assert found.correlation[layer] == pytest.approx(c, rel=1e-9)
        c = meanfield.correlation_map(name, 1.7, 0.2, c, q=q)
        q = meanfield.length_map(name, 1.7, 0.2, q)


def test_chi_belongs_to_the_step_from_a_layer_to_the_next_and_the_gradient_gets_the_widths():
    widths = (30, 40, 50, 10)
    found = expect(chain(widths, 1.7, activation="tanh"))
    for layer in range(2):
        chi = 1.7 * moments.derivative_moment("tanh", found.signal[layer])
        assert found.jacobian[layer] == pytest.approx(chi, rel=1e-12)
        factor = chi * widths[layer + 2] / widths[layer + 1]
        assert found.gradient[layer] == pytest.approx(factor * found.gradient[layer + 1], rel=1e-12)
    assert math.isnan(found.jacobian[2]) and found.gradient[2] == 0.09


def test_the_slope_is_that_of_the_logarithms():
    found = expect(chain((30, 40, 50, 10), 1.7, bias=0.2, activation="tanh"))
    for layer in range(2):
        q, h = found.signal[layer], 1e-5
        up, down = (meanfield.length_map("tanh", 1.7, 0.2, q * math.exp(e)) for e in (h, -h))
        assert found.slope[layer] == pytest.approx(math.log(up / down) / (2 * h), rel=1e-6)


def test_without_an_input_the_first_layer_is_the_beginning():
    given = chain((30, 40, 10), 2.0)
    layers = [ObservedLayer(**(vars(given.layers[0]) | {"signal": [3.0]})), given.layers[1]]
    assert expect(Observed("torch", layers)).signal.tolist() == pytest.approx([3.0, 3.0])


def test_the_law_of_a_start_goes_before_the_measured_weights():
    widths = (30, 40, 10)
    found = expect(chain(widths, 7.0), laws=laws(widths, "relu", "he_normal"))
    assert found.sigma_w2 == pytest.approx([2.0, 2.0])
    assert found.signal.tolist() == pytest.approx([1.0, 1.0])


# ---- scatter -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "scatter"), [("identity", 2.0), ("relu", 5.0)])
@pytest.mark.parametrize("of", [scatter_of_a_layer, gradient_scatter_of_a_layer])
def test_linear_and_relu_layers_scatter_by_two_and_five(of, name, scatter):
    assert of(get(name), 0.3) == pytest.approx(scatter, rel=1e-9)
    assert of(get(name), 4.0, kept=1.0) == pytest.approx(scatter - 2, abs=1e-9)


def test_the_scatter_of_a_relu_network_is_near_the_exact_one():
    width, depth = 100, 20
    found = expect(chain((width,) * (depth + 1) + (10,), 2.0))
    exact = meanfield.finite_width(width, depth).var_log_sqnorm
    assert found.scatter[0] == pytest.approx(2 / width)
    level = found.scatter[depth] - 2 / 10  # of the last layer's ten outputs
    assert level == pytest.approx(5 * depth / width) and found.unamplified[depth] == found.scatter[depth]
    assert exact == pytest.approx(level, rel=0.06)  # the next order is 1/n
    exact = math.exp(meanfield.finite_width(width, depth).mean_log_sqnorm - 1 / 10)
    assert found.typical[depth] == pytest.approx(found.signal[depth] * exact, rel=0.05)
    assert found.gradient_scatter[0] == pytest.approx(5 * depth / width) and found.gradient_scatter[-1] == 0
    assert found.typical_gradient[0] == pytest.approx(found.gradient[0] * math.exp(-5 * depth / width / 2))


@pytest.mark.parametrize(
    ("activation", "init"),
    [
        ("tanh", "he_normal"),
        ("selu", "lecun_normal"),
        ("relu", "he_normal"),
        ("identity", "lecun_normal"),
        ("tanh", "orthogonal"),
    ],
)
def test_networks_scatter_as_predicted(activation, init):
    widths, seeds = (40,) * 9 + (10,), 400
    x = np.tile(np.random.default_rng(1).standard_normal(40), (2, 1))  # one input, so that nothing is averaged
    found = observe(widths, activation, init, seeds=seeds, x=x, targets=[3, 3])
    theory = expect(found, laws=laws(widths, activation, init))
    ln = np.log(found.by_layer("signal"))
    back = np.log(found.by_layer("gradient")) - np.log(found.by_layer("gradient"))[:, -2:-1]
    error = math.sqrt(2 / (seeds - 1))  # of the logarithm of a variance
    for values, predicted in (
        (ln[:, -2], theory.scatter[-2]),
        (back[:, 0], theory.gradient_scatter[0] - theory.gradient_scatter[-2]),
    ):
        # first order in 1/n, and a gradient that also feels the scatter of the signal: a quarter
        assert np.log(values.var(ddof=1)) == pytest.approx(math.log(predicted), abs=FIVE_SIGMA * error + 0.25)
    signal = np.log(found.by_layer("signal").mean(axis=0)[-2])
    spread = math.sqrt(math.expm1(theory.scatter[-2] + 0.05) / seeds)
    assert signal == pytest.approx(math.log(theory.signal[-2]), abs=FIVE_SIGMA * spread + 0.02)


# ---- where theory has nothing to say -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "changed",
    [
        {"residual": True},
        {"normalized": True},
        {"activation": "unheard_of"},
        {"activation": None},
    ],
)
def test_there_is_no_prediction_for_what_is_no_chain(changed):
    found = expect(chain((30, 40, 10), 2.0, **changed))
    assert np.isnan(found.signal).all() and np.isnan(found.gradient).all() and found.fixed is None


def test_there_is_no_prediction_behind_weights_with_a_mean_or_units_that_are_copies():
    widths = (6, 6, 6, 3)
    for init in ("zeros", initializers.get("constant", value=0.3), initializers.get("uniform", low=0.0, high=1.0)):
        found = observe(widths, "tanh", init, seeds=2)
        assert np.isnan(expect(found, laws=laws(widths, "tanh", init)).signal).all()


def test_a_law_for_each_layer_is_asked_for():
    with pytest.raises(ValueError, match="^laws must be 2, one a layer, got 1"):
        expect(chain((30, 40, 10), 2.0), laws=[None])


def test_without_a_prediction_the_floor_is_that_of_a_relu_network():
    widths = (30, 40, 50, 60, 10)
    assert floor(chain(widths, 2.0), expect(chain(widths, 2.0))) == pytest.approx(5 / 40 + 5 / 50 + 2 / 60)
    lost = chain(widths, 2.0, residual=True)
    assert floor(lost, expect(lost)) == pytest.approx(5 / 40 + 5 / 50 + 2 / 60)
    assert floor(chain((30, 10, 10), 2.0), expect(chain((30, 10, 10), 2.0))) == 0


def test_a_deviation_is_carried_on_by_the_slope():
    found = expect(chain((30, 40, 50, 10), 1.7, bias=0.2, activation="tanh"))
    more = [scatter_of_a_layer(get("tanh"), found.signal[k]) / n for k, n in enumerate((40, 50))]
    share = [(found.signal[k + 1] - 0.2) / found.signal[k + 1] for k in range(2)]
    more = [part * one**2 for part, one in zip(more, share, strict=True)]
    assert found.scatter[2] == pytest.approx(found.slope[1] ** 2 * more[0] + more[1] + 2 / 10)
    assert found.unamplified[2] == pytest.approx(more[0] + more[1] + 2 / 10)


def test_an_orthogonal_layer_keeps_lengths_as_far_as_it_has_room():
    widths = (64, 32, 32, 32, 10)
    found = expect(chain(widths, 1.0, activation="identity"), laws=laws(widths, "identity", "orthogonal"))
    assert found.scatter == pytest.approx([1 / 32, 1 / 32, 1 / 32, 2 / 10 * (1 - 10 / 32) + 1 / 32])
    back = found.gradient_scatter
    assert back[:-1] == pytest.approx([0, 0, 0], abs=1e-9)  # of ten outputs into 32 units: there is room


def test_alike_layers_have_a_fixed_point_and_others_have_none():
    found = expect(chain((30, 40, 40, 40, 10), 1.5, bias=0.1, activation="tanh"))
    assert isinstance(found, Expected)
    assert found.fixed.q_star == pytest.approx(meanfield.analyze("tanh", 1.5, 0.1).q_star, rel=1e-9)
    uneven = chain((30, 40, 40, 40, 10), 1.5, activation="tanh")
    layers = [
        *uneven.layers[:2],
        ObservedLayer(**(vars(uneven.layers[2]) | {"weight_second_moment": [9.0]})),
        uneven.layers[3],
    ]
    assert expect(Observed("numpy", layers, input_second_moment=0.5)).fixed is None
