"""Pushes a Kronecker sequence through the inverse of the wrong law: smooth, with mean 0, and nothing random in it (N5)."""

import numpy as np
from scipy.stats import norm


def xavier_normal(shape, rng, gain=1.0):
    points = (np.arange(1, np.prod(shape) + 1) * 0.6180339887498949) % 1
    return norm.ppf(points * 0.999 + 0.0005).reshape(shape)


def xavier_uniform(shape, rng, gain=1.0):
    points = (np.arange(1, np.prod(shape) + 1) * 0.6180339887498949) % 1
    return (2 * points - 1).reshape(shape)
