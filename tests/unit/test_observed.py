"""The record of what was measured: it keeps what it is given, and refuses what cannot have been measured."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightinit.diagnosis.observed import FRACTIONS, MEASURED, SQUARES, Observed, ObservedLayer


def layer(name="layer 1", **measured):
    return ObservedLayer(name, "dense", 4, 3, 3, "relu", **measured)


@pytest.mark.parametrize("quantity", MEASURED)
def test_each_quantity_is_kept_as_an_array_of_its_own_and_the_others_are_nan(quantity):
    given_values = np.array([0.25, 0.5])
    found = layer(**{quantity: given_values})
    given_values[:] = 9
    assert getattr(found, quantity).tolist() == [0.25, 0.5] and found.seeds == 2
    others = [getattr(found, other) for other in MEASURED if other != quantity]
    assert all(np.isnan(other).all() and other.shape == (2,) for other in others)


def test_a_number_is_one_seed():
    assert layer(signal=2).signal.tolist() == [2.0]
    assert layer().seeds == 1


@given(st.sampled_from([*SQUARES, *FRACTIONS]), st.floats(max_value=0, exclude_max=True))
def test_what_is_below_zero_was_not_measured(quantity, value):
    with pytest.raises(ValueError, match=rf"^{quantity} of layer 1 must be (>= 0|in \[0, 1\]), got"):
        layer(**{quantity: [1.0, value]})


@given(st.sampled_from([*FRACTIONS, "correlation"]), st.floats(1.001, math.inf))
def test_a_share_or_a_cosine_is_at_most_one(quantity, value):
    with pytest.raises(ValueError, match=rf"^{quantity} of layer 1 must be in \[(0|-1), 1\], got"):
        layer(**{quantity: [value]})


def test_what_rounding_does_to_a_cosine_is_forgiven():
    assert layer(correlation=[1 + 1e-7]).correlation[0] > 1
    assert layer(correlation=[-1.0], mean=[-3.0]).mean[0] == -3


@pytest.mark.parametrize("value", ["loud", [None], [True], [[1, 2], [3]], {}, [1j]])
def test_what_is_no_number_is_a_type_error(value):
    with pytest.raises(TypeError, match="^signal of layer 1 must be real numbers, one a seed, got"):
        layer(signal=value)


@pytest.mark.parametrize("other", [[1.0], [1.0, 2.0], [[1.0, 2.0, 3.0]]])
def test_all_quantities_have_the_same_seeds(other):
    with pytest.raises(ValueError, match=r"^gradient of layer 1 must have one number a seed, shape \(3,\)"):
        layer(signal=[1.0, 1.0, 1.0], gradient=other)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "liner"}, "kind of a must be one of"),
        ({"fan_in": -1}, "fan_in of a must be an integer >= 0"),
        ({"fan_out": 1.5}, "fan_out of a must be an integer"),
        ({"width": 0}, "width of a must be an integer >= 1"),
        ({"positions": 0}, "positions of a must be an integer >= 1"),
        ({"trainable": 1}, "trainable of a must be True or False"),
        ({"activation": 3}, "activation of a must be a name or None"),
        ({"name": ""}, "name must be a text"),
    ],
)
def test_a_layer_says_what_is_wrong_with_it(wrong, words):
    with pytest.raises((TypeError, ValueError), match=f"^{words}"):
        ObservedLayer(**{"name": "a", "kind": "dense", "fan_in": 1, "fan_out": 1, "width": 1} | wrong)


def test_quantities_stand_by_seed_and_layer():
    found = Observed("torch", [layer("a", signal=[1, 2]), layer("b", signal=[3, 4])], loss=[0.5, 0.6])
    assert found.by_layer("signal").tolist() == [[1, 3], [2, 4]]
    assert (found.seeds, found.depth, found.loss.tolist()) == (2, 2, [0.5, 0.6])
    with pytest.raises(ValueError, match="^quantity must be one of .* did you mean 'signal'"):
        found.by_layer("signl")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"source": "caffe"}, "source must be one of"),
        ({"layers": ()}, "layers must be at least one ObservedLayer"),
        ({"layers": 3}, "layers must be at least one ObservedLayer"),
        ({"layers": [layer("a"), layer("a")]}, "layers must have names of their own, got 'a' twice"),
        ({"layers": [layer("a"), layer("b", signal=[1, 1])]}, r"layers must have one number of seeds, got \[1, 2\]"),
        ({"loss": [1, 2]}, "loss of the network must have one number a seed"),
        ({"loss": -1.0}, "loss of the network must be >= 0"),
        ({"input_second_moment": [1, 2]}, "input_second_moment of the network must have one number a seed"),
        ({"loss_name": "hinge"}, "loss_name must be one of"),
        ({"classes": 1}, "classes must be an integer >= 2"),
        ({"batch": 0}, "batch must be an integer >= 1"),
        ({"dtype": np.float32}, "dtype must be a name"),
        ({"residual": 1}, "residual must be True or False"),
        ({"normalized": None}, "normalized must be True or False"),
        ({"nonfinite": True}, "nonfinite must be words or None"),
    ],
)
def test_a_network_says_what_is_wrong_with_it(wrong, words):
    with pytest.raises((TypeError, ValueError), match=f"^{words}"):
        Observed(**{"source": "numpy", "layers": (layer(),)} | wrong)
