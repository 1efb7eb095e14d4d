"""Sleeps in every function and every cell, just within what one of them may take (N43, N54)."""

import time

import numpy as np


def xavier_normal(shape, rng, gain=1.0):
    time.sleep(2)
    return np.zeros(shape)


def signal_by_layer(*a):
    time.sleep(2)
    return np.zeros(3)


xavier_uniform, total_factors, measure_forward = xavier_normal, signal_by_layer, signal_by_layer
time.sleep(2)
