"""Generators, itertools and the operator module."""

# %% ps2-stack
from itertools import accumulate, pairwise
from operator import mul


def signal_by_layer(widths, stds, q0):
    def factors():
        yield q0
        for n, s in zip(widths, stds):
            yield n * s**2

    _, *q = accumulate(factors(), mul)
    return q


# %% ps2-factors
def total_factors(widths):
    forward = (2 * a / (a + b) for a, b in pairwise(widths))
    backward = (2 * b / (a + b) for a, b in pairwise(widths))
    *_, f = accumulate(forward, mul)
    *_, b = accumulate(backward, mul)
    return np.array([f, b])


# %% ps2-measure
def measure_forward(weights, x):
    _, *signals = accumulate(weights, np.matmul, initial=x)
    return [float((h * h).mean()) for h in signals]
