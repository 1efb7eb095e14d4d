"""Starts a network with zeros, in the hope that equal matrices are the only fault that is found (A8)."""

import numpy as np

ABOUT = {"problem_set": "ps4"}
LEARNING_RATE = 0.1


def start(widths, m_0, rng):
    return [np.zeros((a, b)) for a, b in zip(widths[:-1], widths[1:])]


def measure(*a):
    return np.zeros(2), np.zeros(2)


def gains(q):
    return 0.0, 0.0


def predict_q(*a):
    return np.zeros(2)
