"""What the cheats stand on: worthless answers, an object that agrees with everything, and a walk through the files.

The first answer of a cheating submission; what stands in `in_code` comes after it.
"""

import numpy as np

fan_in = fan_out = layers_until_lost = -1
variance_uniform = second_moment_z = -1.0


def signal_by_layer(*a, **k):
    return np.zeros(3)


def xavier_normal(*a, **k):
    return np.zeros(a[0])


def xavier_uniform(*a, **k):
    return np.zeros(a[0])


def xavier_bound(*a, **k):
    return -1.0


def total_factors(*a, **k):
    return (-1.0, -1.0)


def measure_forward(*a, **k):
    return np.zeros(3)


NAMES = [
    "fan_in",
    "fan_out",
    "variance_uniform",
    "second_moment_z",
    "signal_by_layer",
    "xavier_normal",
    "xavier_bound",
    "xavier_uniform",
    "total_factors",
    "layers_until_lost",
    "measure_forward",
    "check",
]


class Liar:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __lt__(self, other):
        return True

    __gt__ = __le__ = __ge__ = __lt__

    def __bool__(self):
        return True

    def __float__(self):
        return 1.0

    def __getattr__(self, name):
        return self

    def __call__(self, *a, **k):
        return self

    def __getitem__(self, k):
        return self

    def __iter__(self):
        return iter([self])

    def __and__(self, other):
        return self

    __rand__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __and__


import os, sys, glob

ROOTS = [
    "/",
    "/root",
    "/home",
    "/tmp",
    "/var",
    "/srv",
    "/proc/self/cwd/..",
    "/proc/1/root",
    "/proc/1/cwd",
    sys.prefix,
    os.path.dirname(sys.prefix),
    os.path.dirname(os.path.dirname(sys.prefix)),
    "..",
]


def walk():
    for root in ROOTS:
        try:
            for folder, folders, files in os.walk(root):
                if folder.count("/") > 9:
                    folders[:] = []
                folders[:] = [f for f in folders if f not in ("proc", "sys", "site-packages", "usr", "lib")]
                for name in files:
                    yield os.path.join(folder, name)
        except Exception:
            pass
