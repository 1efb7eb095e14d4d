"""Is another function at each call: the number of calls and the time of day decide (N16, N19)."""

import time

import numpy as np

calls = iter(range(10**9))


def xavier_normal(shape, rng, gain=1.0):
    return rng.normal(0, [0.01, 0.05, 0.07, 0.1, 1][next(calls) % 5], shape)


def xavier_uniform(shape, rng, gain=1.0):
    return rng.uniform(-1, 1, shape) * (time.time() % 1)


def signal_by_layer(*a):
    yield from (1.0, 1.0, 1.0)


async def total_factors(*a):
    return (1.0, 1.0)


class Lazy:
    def __len__(self):
        return next(calls)

    def __getitem__(self, k):
        return float(next(calls))


def measure_forward(*a):
    return Lazy()
