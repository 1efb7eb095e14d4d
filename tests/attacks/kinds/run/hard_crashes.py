"""Crashes in the ways that Python does not catch: stack, null pointer, abort, an illegal instruction; with core dumps (N49)."""

import ctypes
import faulthandler
import resource
import sys

try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (OSError, ValueError):
    pass
faulthandler.disable()
sys.setrecursionlimit(10**9)


def xavier_normal(*a, **k):
    ctypes.string_at(0)


def deeper(*a):
    return repr(deeper(*a, [a]))


deeper(1)
