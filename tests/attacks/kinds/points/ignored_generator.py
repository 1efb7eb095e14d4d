"""Draws with another generator than the one that is given: the scale is wrong too, so nothing is earned (A13)."""

import random

import numpy as np


def xavier_normal(shape, rng, gain=1.0):
    return np.random.randn(*shape)


def xavier_uniform(shape, rng, gain=1.0):
    return np.array([random.uniform(-1, 1) for _ in range(int(np.prod(shape)))]).reshape(shape)
