"""Hides a wrong scale behind a seed of its own, or behind equal rows: each of the pairs must earn nothing (class 1)."""

import numpy as np


def xavier_normal(shape, rng, gain=1.0):
    return np.random.default_rng(42).normal(0, 2 / sum(shape), shape)


def xavier_uniform(shape, rng, gain=1.0):
    return np.tile(rng.uniform(0, 1, shape[1]), (shape[0], 1))
