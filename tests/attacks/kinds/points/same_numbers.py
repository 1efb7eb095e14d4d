"""Returns 0, 1, 2, … for every draw, in the hope that a fixed seed is the only fault that is found (A1)."""

import numpy as np


def xavier_normal(shape, rng, gain=1.0):
    return np.arange(np.prod(shape), dtype=float).reshape(shape)


xavier_uniform = xavier_normal
