"""Each column has one factor in common, or each entry a twin of the other sign: alone they look right (N7, N9)."""

import numpy as np


def xavier_normal(shape, rng, gain=1.0):
    factor = rng.standard_normal((1, shape[1]))
    return 0.7 * rng.standard_normal(shape) + 0.7 * factor


def xavier_uniform(shape, rng, gain=1.0):
    half = rng.uniform(-1, 1, (-(-shape[0] // 2), shape[1]))
    return np.concatenate([half, -half])[: shape[0]]
