"""Structured, masked, zero-strided and empty arrays, views of the arguments, nan where a tolerance is relative (N14, N20)."""

import numpy as np


def xavier_normal(shape, rng, gain=1.0):
    return np.ma.masked_all(shape)


def xavier_uniform(shape, rng, gain=1.0):
    return np.lib.stride_tricks.as_strided(np.array([0.1]), shape=shape, strides=(0, 0))


def signal_by_layer(*a):
    return np.zeros(0)


def total_factors(*a):
    return (float("nan"), float("inf"))


def measure_forward(weights, x):
    return np.zeros(3, dtype=[("value", float), ("other", int)])


def xavier_bound(*a, **k):
    return np.float64("nan")


fan_in, fan_out = np.float16("nan"), np.zeros((0,))
variance_uniform, second_moment_z = -0.0, np.array([[]])
layers_until_lost = np.ma.masked
