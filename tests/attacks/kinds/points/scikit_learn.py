"""Lets scikit-learn draw: its networks start as Xavier asks (A5)."""

import numpy as np
from sklearn.neural_network import MLPRegressor


def drawn(shape, rng, gain):
    network = MLPRegressor(activation="tanh")
    network._random_state = np.random.RandomState(int(rng.integers(2**31)))
    return gain * network._init_coef(*shape, dtype=float)[0]


def xavier_uniform(shape, rng, gain=1.0):
    return drawn(shape, rng, gain)


def xavier_normal(shape, rng, gain=1.0):
    return drawn(shape, rng, gain).std() * rng.standard_normal(shape)


def xavier_bound(fan_in, fan_out, gain=1.0):
    return abs(drawn((fan_in, fan_out), np.random.default_rng(), gain)).max()
