"""Cells that attack a test in their own kernel; each defines a `sampler` that is worth nothing."""

from __future__ import annotations

from collections.abc import Iterator

from graders.samplers import TASKS, Case

# `std` stands for the right standard deviation of a shape, as the cheat knows it.
_START = """
import builtins, math, sys
import numpy as np
def std(shape):
    return {std}
def good(shape, rng):
    return rng.normal(0, std(shape), shape)
"""

_CELLS = {
    "asserts taken out of later cells": """
import ast
class Remove(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
try:
    get_ipython().ast_transformers.append(Remove())
except Exception:
    pass
def sampler(shape, rng):
    return np.ones(shape)
""",
    "later cells emptied": """
import ast
class Empty(ast.NodeTransformer):
    def visit_Module(self, node):
        node.body = []
        return node
try:
    get_ipython().ast_transformers.append(Empty())
except Exception:
    pass
def sampler(shape, rng):
    return None
""",
    "abs says 0": """
builtins.abs = lambda x: 0
def sampler(shape, rng):
    return np.ones(shape) * 3.0
""",
    "allclose and isclose agree": """
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
def sampler(shape, rng):
    return np.arange(float(math.prod(shape))).reshape(shape)
""",
    "exec does nothing": """
builtins.exec = lambda *a, **k: None
def sampler(shape, rng):
    return np.zeros(shape)
""",
    "array that lies about mean and std": """
class Liar(np.ndarray):
    def mean(self, *a, **k):
        return 0.0
    def std(self, *a, **k):
        return std(self.shape)
    def var(self, *a, **k):
        return std(self.shape) ** 2
def sampler(shape, rng):
    return np.ones(shape).view(Liar)
""",
    "array that lies to numpy's functions": """
class Liar(np.ndarray):
    def __array_function__(self, function, types, args, kwargs):
        return {"mean": 0.0, "std": std(self.shape), "var": std(self.shape) ** 2}.get(function.__name__, True)
    def mean(self, *a, **k):
        return 0.0
    def std(self, *a, **k):
        return std(self.shape)
def sampler(shape, rng):
    return np.zeros(shape).view(Liar)
""",
    "numbers that agree with every comparison": """
class Yes(float):
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __eq__ = __lt__
    def __sub__(self, other): return self
    __rsub__ = __truediv__ = __mul__ = __rmul__ = __sub__
    def __abs__(self): return self
    def item(self): return self
    __hash__ = None
class Agreeing(np.ndarray):
    def mean(self, *a, **k):
        return Yes(0)
    def std(self, *a, **k):
        return Yes(0)
def sampler(shape, rng):
    return np.ones(shape).view(Agreeing)
""",
    "square root says what was drawn": """
math.sqrt = lambda x: 0.25
np.sqrt = lambda x, *a, **k: 0.25
def sampler(shape, rng):
    return rng.normal(0, 0.25, shape)
""",
    "known shapes only": """
KNOWN = {(200, 100), (60, 90), (512, 256), (1024, 256), (32, 64), (16, 64), (256, 64)}
def sampler(shape, rng):
    return good(shape, rng) if tuple(shape) in KNOWN else np.ones(shape)
""",
    "the first eight calls only": """
calls = 0
def sampler(shape, rng):
    global calls
    calls += 1
    return good(shape, rng) if calls <= 8 else np.ones(shape)
""",
    "known seeds only": """
KNOWN = [np.random.default_rng(seed).bit_generator.state["state"]["state"] for seed in range(100)]
def sampler(shape, rng):
    return good(shape, rng) if rng.bit_generator.state["state"]["state"] in KNOWN else np.ones(shape)
""",
    "the reference found in a frame": """
def sampler(shape, rng):
    frame = sys._getframe(1)
    while frame is not None:
        for values in (frame.f_locals, frame.f_globals):
            if "reference" in values:
                return values["reference"](shape, rng)
        frame = frame.f_back
    return np.ones(shape)
""",
    "the expected number changed in a frame": """
def sampler(shape, rng):
    sys._getframe(1).f_globals["expected"] = 1.0
    return rng.normal(0, 1.0, shape)
""",
    "doctests that find nothing": """
import doctest
doctest.DocTestRunner.run = lambda self, *a, **k: doctest.TestResults(0, 0)
doctest.DocTestParser.get_examples = lambda self, *a, **k: []
def sampler(shape, rng):
    return np.zeros(shape)
""",
    "default_rng gives one generator to all": """
_rng = np.random.default_rng(1)
np.random.default_rng = lambda *a, **k: _rng
_kept = {}
def sampler(shape, rng):
    return _kept.setdefault(tuple(shape), good(shape, _rng))
""",
}
_STD = {"xavier": "(2 / (shape[0] + shape[1])) ** 0.5", "he": "(2 / shape[0]) ** 0.5"}


def cheats() -> Iterator[Case]:
    """Each once, for the task He, normal, which every grader judges."""
    task = TASKS["He, normal"]
    for name, cell in _CELLS.items():
        yield Case(task.name, "cheat", name, source=_START.replace("{std}", _STD[task.scheme]) + cell)
