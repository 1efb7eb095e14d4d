"""Gives numbers in a row, uniform ones, or equal ones where independent weights are asked for (A1, A2, problem set 1)."""

import numpy as np

ABOUT = {"problem_set": "ps1"}


def random_weights(shape, rng, std):
    return np.arange(np.prod(shape), dtype=float).reshape(shape)


def permute_hidden(W1, b1, W2, order):
    return W1, b1, W2


def distinct_units(W1, b1, W2, tolerance=1e-9):
    return -1


def kind_of_start(W1, b1, W2, b2, x, t):
    return "?"
