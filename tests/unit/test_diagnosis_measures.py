"""From arrays of a layer to the numbers of its record, without any framework."""

import math

import numpy as np
import pytest

from weightinit.diagnosis._measures import Seen, comes_out_of, measured


def record(z, activation):
    return measured(Seen("a", "dense", 4, z.shape[-1], z[:, None, :], activation=activation), len(z))


def test_a_unit_is_flat_beyond_the_place_where_its_slope_is_a_twentieth():
    edge = math.atanh(math.sqrt(0.95))  # 1 - tanh² = 0.05
    z = np.array([[edge - 0.01, edge + 0.01, -edge + 0.01, -edge - 0.01]] * 3)
    assert record(z, "tanh")["saturated"] == 0.5
    assert math.isnan(record(z, "relu")["saturated"])


def test_a_dead_unit_is_silent_for_the_whole_batch():
    z = np.array([[-1.0, 1.0, -1.0, 0.0], [-1.0, -1.0, 2.0, 0.0]])
    assert record(z, "relu")["dead"] == 0.5
    assert record(z, "tanh")["dead"] == 0.0


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_the_correlation_is_a_cosine_whatever_the_size(scale):
    z = scale * np.array([[1.0, 0.0], [1.0, 1.0]])
    assert record(z, "tanh")["correlation"] == pytest.approx(math.sqrt(0.5))


def test_logits_are_taken_for_probabilities_where_all_rows_sum_to_1():
    rows = np.array([[0.25, 0.75, 0.0], [1.0, 0.0, 0.0]])
    assert comes_out_of(rows, None) == ("softmax", 0.5)
    some = rows * [[1.0], [2.0]]  # one of the two rows sums to 1
    assert comes_out_of(some, "relu") == ("relu", 0.5)
    kind, zeros = comes_out_of(some, None)
    assert kind is None and math.isnan(zeros)
    for no_logits in (-rows, rows - 1, rows * np.nan, rows[0], rows[:0]):
        assert comes_out_of(no_logits, "relu")[0] is None
