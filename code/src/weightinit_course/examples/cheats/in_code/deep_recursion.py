"""Calls itself without end, with the limit on that lifted."""

ABOUT = {"slow": True}

import sys

sys.setrecursionlimit(10**9)


def f(n):
    return f(n + 1)


f(0)
