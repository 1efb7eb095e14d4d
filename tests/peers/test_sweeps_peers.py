"""A sweep on a dask cluster: the same numbers as on one core, by `joblib.parallel_config` around the same line."""

from __future__ import annotations

import joblib
import numpy as np
import pytest

from weightinit.experiments import propagate
from weightinit.sweeps import sweep

pytestmark = pytest.mark.peers
distributed = pytest.importorskip("dask.distributed")


def point(width: int, activation: str, rng):
    return propagate((width,) * 3, activation, "xavier_normal", rng=rng, replicas=2, batch=4).post_second_moment


def test_the_same_numbers_on_one_core_on_two_and_on_a_cluster(tmp_path):
    grid = {"width": [4, 8, 16], "activation": ["relu", "tanh"]}
    one = sweep(point, grid, rng=3, n_jobs=1).collect(lambda found: found)
    two = sweep(point, grid, rng=3, n_jobs=2).collect(lambda found: found)
    np.testing.assert_array_equal(one, two)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config("dask"),
    ):
        there = sweep(point, grid, rng=3, store=tmp_path).collect(lambda found: found)
        np.testing.assert_array_equal(one, there)
    assert len(list(tmp_path.iterdir())) == 6  # the workers have written them
    again = sweep(point, grid, rng=3, store=tmp_path).collect(lambda found: found)
    np.testing.assert_array_equal(one, again)
