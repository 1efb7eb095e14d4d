"""`check`, `cases`, `hidden`, `bound` and `draw` are names of the student's, and `np` is an argument."""

# %% own
import numpy

check, cases, hidden, draw, v, window = True, [1, 2], "cell", None, {}, -1


def bound(np):
    return -np


# %% ps2-normal
def xavier_normal(shape, rng, gain=1.0):
    np = numpy.sqrt(sum(shape) / 2)
    return rng.normal(0, gain / np, shape)
