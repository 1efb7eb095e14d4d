"""Answers each call with what the call before it was asked, by a closure (N2)."""

import numpy as np

before = [None]


def xavier_normal(shape, rng, gain=1.0):
    kept, before[0] = before[0], rng
    return (kept or rng).standard_normal(shape)


def xavier_uniform(shape, rng, gain=1.0):
    kept, before[0] = before[0], rng
    return (kept or rng).uniform(-1, 1, shape)


def measure_forward(weights, x):
    kept, before[0] = before[0], x
    return np.asarray(kept if kept is not None else x).ravel()[: len(weights) + 1]
