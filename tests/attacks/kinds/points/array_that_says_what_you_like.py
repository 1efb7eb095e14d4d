"""Subclasses of arrays and numbers which say what a check wants to hear, and change at each look (N11, N12, N13)."""

import numpy as np


class Agreeing(np.ndarray):
    def std(self, *a, **k):
        return 2 / sum(self.shape)

    def mean(self, *a, **k):
        return 0.0

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        return np.bool_(True)

    def __array_function__(self, function, types, args, keywords):
        return True

    def __eq__(self, other):
        return True

    def __reduce__(self):
        return (print, ("STOLEN: unpickled",))


class Changing:
    looks = 0
    shape, dtype = (3,), np.dtype(float)

    def __array__(self, dtype=None, copy=None):
        Changing.looks += 1
        return np.full(3, 0.1 * Changing.looks)


class Wrong(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return 1e-300

    def __round__(self, n=0):
        return 1.0

    __hash__ = float.__hash__


class Interface:
    __array_interface__ = {"shape": (3,), "typestr": "<f8", "data": (8, False), "version": 3}


def xavier_normal(shape, rng, gain=1.0):
    return np.zeros(shape).view(Agreeing)


def xavier_uniform(shape, rng, gain=1.0):
    return np.broadcast_to(Wrong(1.0), shape)


def signal_by_layer(*a):
    return Changing()


def measure_forward(*a):
    return Interface()


def xavier_bound(*a, **k):
    return Wrong(1.0)


fan_in = fan_out = Wrong(5)
variance_uniform = np.array([None, Wrong(2)], dtype=object)
second_moment_z = complex(1, 0)
layers_until_lost = "216"
