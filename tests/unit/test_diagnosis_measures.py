"""From arrays of a layer to the numbers of its record, without any framework."""

import math

import numpy as np
import pytest

from weightinit.diagnosis._measures import Seen, measured


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
