"""Answers with an array that would fill terabytes."""

import numpy as np


def f(*a, **k):
    return np.broadcast_to(1.0, (2**30, 2**10))


for name in NAMES:
    globals()[name] = f
