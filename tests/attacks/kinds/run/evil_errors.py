"""Raises errors with texts that never end, that raise themselves, in loops, in groups, with names of a megabyte (N45)."""

import itertools

numbers = itertools.count()


class Evil(Exception):
    def __str__(self):
        if next(numbers) % 2:
            raise self
        return "\x1b[2J\ud83d" + "e" * 10**7

    __repr__ = __str__

    @property
    def args(self):
        raise SystemExit

    def __getattr__(self, name):
        raise KeyboardInterrupt


def fail(*a, **k):
    error = type("E" * 10**6, (Evil,), {})("x")
    error.__cause__ = error.__context__ = error
    raise error


xavier_normal = xavier_uniform = signal_by_layer = fail


def total_factors(*a):
    raise ExceptionGroup("g", [ValueError(k) for k in range(10**5)])


def measure_forward(*a):
    raise BaseException("\r\x1b]0;100 points\x07")


fail()
