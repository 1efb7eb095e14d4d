"""Right and wrong samplers for three tasks; none of them attacks its grader, those that do stand in `cheats.py`.

A task asks for a matrix of a shape (fan_in, fan_out), drawn from the generator it is given. Right is whoever draws all
entries independently from the law that is asked for, by whatever way; the wrong ones are grouped by what is wrong.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

Shape = tuple[int, int]
Generator = np.random.Generator
Sampler = Callable[[Shape, Generator], np.ndarray]


@dataclass(frozen=True)
class Task:
    """A law and a scale that are asked for."""

    name: str
    scheme: str
    law: str
    std: Callable[[int, int], float]


def _xavier(fan_in: int, fan_out: int) -> float:
    return math.sqrt(2 / (fan_in + fan_out))


def _he(fan_in: int, fan_out: int) -> float:
    return math.sqrt(2 / fan_in)


TASKS = {
    task.name: task
    for task in (
        Task("Xavier, normal", "xavier", "normal", _xavier),
        Task("Xavier, uniform", "xavier", "uniform", _xavier),
        Task("He, normal", "he", "normal", _he),
    )
}


@dataclass(frozen=True)
class Case:
    """One sampler, for the task of this name; `group` is "right" or what is wrong."""

    task: str
    group: str
    name: str
    sampler: Sampler | None = None
    source: str = ""  # of a cheat: a cell that defines `sampler`


# ---- ways to draw a law with mean 0 and standard deviation 1 ----------------------------------------------------------
def _box_muller(shape: Shape, rng: Generator) -> np.ndarray:
    return np.sqrt(-2 * np.log1p(-rng.random(shape))) * np.cos(2 * np.pi * rng.random(shape))


def _polar(shape: Shape, rng: Generator) -> np.ndarray:
    """Marsaglia's: points of the square that fall into the disk."""
    found = np.empty(0)
    while len(found) < math.prod(shape):
        x, y = rng.uniform(-1, 1, (2, 2 * math.prod(shape)))
        s = x * x + y * y
        inside = (s > 0) & (s < 1)
        found = np.append(found, x[inside] * np.sqrt(-2 * np.log(s[inside]) / s[inside]))
    return found[: math.prod(shape)].reshape(shape)


def _ratio_of_uniforms(shape: Shape, rng: Generator) -> np.ndarray:
    found = np.empty(0)
    while len(found) < math.prod(shape):
        u, v = 1 - rng.random(3 * math.prod(shape)), rng.uniform(-1, 1, 3 * math.prod(shape))
        x = math.sqrt(2 / math.e) * v / u
        found = np.append(found, x[x * x <= -4 * np.log(u)])
    return found[: math.prod(shape)].reshape(shape)


def _rejection_from_laplace(shape: Shape, rng: Generator) -> np.ndarray:
    found = np.empty(0)
    while len(found) < math.prod(shape):
        x = rng.laplace(size=3 * math.prod(shape))
        found = np.append(found, x[rng.random(len(x)) < np.exp(-((np.abs(x) - 1) ** 2) / 2)])
    return found[: math.prod(shape)].reshape(shape)


def _rotated(shape: Shape, rng: Generator) -> np.ndarray:
    """An orthogonal matrix of its own times normal draws: independent and normal again."""
    q, _ = np.linalg.qr(rng.normal(size=(shape[0], shape[0])))
    return q @ rng.normal(size=shape)


def _of_the_standard_library(shape: Shape, rng: Generator) -> np.ndarray:
    """Python's own generator, seeded from the one that is given."""
    own = random.Random(int(rng.integers(2**63)))  # noqa: S311
    return np.array([own.gauss(0, 1) for _ in range(math.prod(shape))]).reshape(shape)


def _by_entry(one: Callable[[Generator], float]) -> Sampler:
    def draw(shape: Shape, rng: Generator) -> np.ndarray:
        weights = np.empty(shape)
        for i in range(shape[0]):
            for j in range(shape[1]):
                weights[i, j] = one(rng)
        return weights

    return draw


NORMAL: dict[str, Sampler] = {
    "rng.normal": lambda shape, rng: rng.normal(size=shape),
    "standard_normal": lambda shape, rng: rng.standard_normal(shape),
    "single precision": lambda shape, rng: rng.standard_normal(shape, dtype=np.float32),
    "Box-Muller": _box_muller,
    "Marsaglia's polar method": _polar,
    "ratio of uniforms": _ratio_of_uniforms,
    "rejection from Laplace": _rejection_from_laplace,
    "inverse distribution function": lambda shape, rng: special.ndtri(1 - rng.random(shape)),
    "inverse error function": lambda shape, rng: math.sqrt(2) * special.erfinv(rng.uniform(-1, 1, shape)),
    "sum of two normal draws": lambda shape, rng: rng.normal(size=(2, *shape)).sum(axis=0) / math.sqrt(2),
    "root of a gamma law with a sign": lambda shape, rng: (
        rng.choice([-1, 1], shape) * np.sqrt(2 * rng.gamma(0.5, size=shape))
    ),
    "Rayleigh times cosine": lambda shape, rng: rng.rayleigh(size=shape) * np.cos(rng.uniform(0, 2 * np.pi, shape)),
    "scipy.stats": lambda shape, rng: stats.norm.rvs(size=shape, random_state=rng),
    "rotated": _rotated,
    "seeded standard library": _of_the_standard_library,
    "entry by entry": _by_entry(lambda rng: rng.normal()),
}
UNIFORM: dict[str, Sampler] = {
    "rng.uniform": lambda shape, rng: rng.uniform(-1, 1, shape),
    "rng.random": lambda shape, rng: 2 * rng.random(shape) - 1,
    "single precision": lambda shape, rng: 2 * rng.random(shape, dtype=np.float32) - 1,
    "beta(1, 1)": lambda shape, rng: 2 * rng.beta(1, 1, shape) - 1,
    "normal distribution function": lambda shape, rng: 2 * special.ndtr(rng.normal(size=shape)) - 1,
    "exp of an exponential": lambda shape, rng: 2 * np.exp(-rng.exponential(size=shape)) - 1,
    "integers over 2**53": lambda shape, rng: 2 * rng.integers(2**53, size=shape) / 2**53 - 1,
    "larger of two, squared": lambda shape, rng: 2 * rng.random((2, *shape)).max(axis=0) ** 2 - 1,
    "sum modulo 1": lambda shape, rng: 2 * (rng.random((2, *shape)).sum(axis=0) % 1) - 1,
    "size and sign": lambda shape, rng: rng.random(shape) * rng.choice([-1, 1], shape),
    "angle of a normal pair": lambda shape, rng: np.arctan2(*rng.normal(size=(2, *shape))) / np.pi,
    "rejection from the triangle": lambda shape, rng: _from_triangle(shape, rng),
    "scipy.stats": lambda shape, rng: stats.uniform.rvs(-1, 2, size=shape, random_state=rng),
    "a coordinate of the sphere": lambda shape, rng: _coordinate_of_the_sphere(shape, rng),
    "entry by entry": _by_entry(lambda rng: rng.uniform(-1, 1)),
}
UNIFORM = {name: (lambda shape, rng, d=draw: math.sqrt(3) * d(shape, rng)) for name, draw in UNIFORM.items()}


def _from_triangle(shape: Shape, rng: Generator) -> np.ndarray:
    found = np.empty(0)
    while len(found) < math.prod(shape):
        x = rng.triangular(-2, 0, 2, 3 * math.prod(shape))
        x = x[np.abs(x) < 1]
        found = np.append(found, x[rng.random(len(x)) < 1 / (2 - np.abs(x))])
    return found[: math.prod(shape)].reshape(shape)


def _coordinate_of_the_sphere(shape: Shape, rng: Generator) -> np.ndarray:
    """Archimedes' theorem."""
    x, y, z = rng.normal(size=(3, *shape))
    return x / np.sqrt(x * x + y * y + z * z)


def _reseeded(bits: Callable[[int], np.random.BitGenerator]) -> Callable[[Sampler], Sampler]:
    """With a generator of another kind, seeded from the one that is given."""
    return lambda draw: lambda shape, rng: draw(shape, Generator(bits(int(rng.integers(2**63)))))


# Ways to call any of them.
CALLS: dict[str, Callable[[Sampler], Sampler]] = {
    "MT19937": _reseeded(np.random.MT19937),
    "Philox": _reseeded(np.random.Philox),
    "SFC64": _reseeded(np.random.SFC64),
    "new default_rng from integers": _reseeded(np.random.PCG64),
    "spawned": lambda draw: lambda shape, rng: draw(shape, rng.spawn(1)[0]),
    "Fortran order": lambda draw: lambda shape, rng: np.asfortranarray(draw(shape, rng)),
    "transposed draw": lambda draw: lambda shape, rng: draw(shape[::-1], rng).T,
    "row by row": lambda draw: lambda shape, rng: np.concatenate([draw((1, shape[1]), rng) for _ in range(shape[0])]),
    "view of a larger draw": lambda draw: lambda shape, rng: draw((shape[0] + 3, 2 * shape[1]), rng)[3:, ::2],
    "rounded to float32": lambda draw: lambda shape, rng: draw(shape, rng).astype(np.float32),
}


def right() -> Iterator[Case]:
    """Every law by every way, and the plain one by every call."""
    for task in TASKS.values():
        laws = NORMAL if task.law == "normal" else UNIFORM
        ways = dict(laws) | {name: call(next(iter(laws.values()))) for name, call in CALLS.items()}
        for name, draw in ways.items():
            yield Case(task.name, "right", name, _scaled(draw, task.std))


def _scaled(draw: Sampler, std: Callable[[int, int], float]) -> Sampler:
    return lambda shape, rng: std(*shape) * draw(shape, rng)


# ---- wrong ones ---------------------------------------------------------------------------------------------------------
_SCALES: dict[str, Callable[[float, int, int], float]] = {  # of the right standard deviation and the fans
    "10 % too small": lambda s, i, o: 0.9 * s,
    "10 % too large": lambda s, i, o: 1.1 * s,
    "20 % too small": lambda s, i, o: 0.8 * s,
    "20 % too large": lambda s, i, o: 1.2 * s,
    "variance as standard deviation": lambda s, i, o: s**2,
    "root of the standard deviation": lambda s, i, o: math.sqrt(s),
    "a root of 3 too many": lambda s, i, o: math.sqrt(3) * s,
    "standard deviation 1": lambda s, i, o: 1.0,
    "standard deviation 0.01": lambda s, i, o: 0.01,
}
_SCALES_OF_XAVIER: dict[str, Callable[[float, int, int], float]] = {
    "1/(fan_in + fan_out)": lambda s, i, o: 1 / math.sqrt(i + o),
    "fan_in only": lambda s, i, o: 1 / math.sqrt(i),
    "fan_out only": lambda s, i, o: 1 / math.sqrt(o),
    "He's variance": lambda s, i, o: math.sqrt(2 / i),
    "root of the 2 only": lambda s, i, o: math.sqrt(2) / (i + o),
}
_SCALES_OF_HE: dict[str, Callable[[float, int, int], float]] = {
    "2 missing": lambda s, i, o: 1 / math.sqrt(i),
    "fan_out": lambda s, i, o: math.sqrt(2 / o),
    "Xavier's variance": lambda s, i, o: math.sqrt(2 / (i + o)),
    "root of the 2 only": lambda s, i, o: math.sqrt(2) / i,
}
_SCALES_OF_UNIFORM: dict[str, Callable[[float, int, int], float]] = {
    "root of 3 missing": lambda s, i, o: s / math.sqrt(3),
    "half the interval": lambda s, i, o: s / 2,
}
_LAWS: dict[str, Sampler] = {
    "uniform": lambda shape, rng: rng.uniform(-math.sqrt(3), math.sqrt(3), shape),
    "normal": lambda shape, rng: rng.normal(size=shape),
    "Laplace": lambda shape, rng: rng.laplace(0, 1 / math.sqrt(2), shape),
    "logistic": lambda shape, rng: rng.logistic(0, math.sqrt(3) / math.pi, shape),
    "Student's t(5)": lambda shape, rng: rng.standard_t(5, shape) * math.sqrt(3 / 5),
    "triangular": lambda shape, rng: rng.triangular(-math.sqrt(6), 0, math.sqrt(6), shape),
    "shifted exponential": lambda shape, rng: rng.exponential(size=shape) - 1,
    "two values": lambda shape, rng: rng.choice([-1.0, 1.0], shape),
    "three values": lambda shape, rng: rng.choice([-1.0, 0.0, 1.0], shape) * math.sqrt(1.5),
    "half of them 0": lambda shape, rng: rng.normal(0, math.sqrt(2), shape) * rng.integers(2, size=shape),
    "normal cut at 2": lambda shape, rng: (
        stats.truncnorm.rvs(-2, 2, size=shape, random_state=rng) / stats.truncnorm(-2, 2).std()
    ),
}


def _copied_rows(w: np.ndarray, rng: Generator) -> np.ndarray:
    return np.repeat(w[:1], len(w), axis=0)


def _low_rank(w: np.ndarray, rng: Generator) -> np.ndarray:
    left, right = rng.normal(size=(len(w), 4)), rng.normal(size=(4, w.shape[1]))
    return w.std() / 2 * left @ right


def _antithetic(w: np.ndarray, rng: Generator) -> np.ndarray:
    half = w.reshape(-1)[: w.size // 2]
    return np.concatenate([half, -half]).reshape(w.shape)


def _random_signs_of_copies(w: np.ndarray, rng: Generator) -> np.ndarray:
    return _copied_rows(w, rng) * rng.choice([-1, 1], w.shape)


def _pool(w: np.ndarray, rng: Generator) -> np.ndarray:
    return rng.choice(w.reshape(-1)[:200], w.shape)


def _neighbors(w: np.ndarray, rng: Generator) -> np.ndarray:
    return (w + np.roll(w, 1, axis=1)) / math.sqrt(2)


def _common_factor(w: np.ndarray, rng: Generator) -> np.ndarray:
    return math.sqrt(0.7) * w + math.sqrt(0.3) * w.std() * rng.normal(size=(len(w), 1))


def _orthogonal(w: np.ndarray, rng: Generator) -> np.ndarray:
    u, _, v = np.linalg.svd(w, full_matrices=False)
    return u @ v * w.std() * math.sqrt(max(w.shape))


_ENTRIES: dict[str, Callable[[np.ndarray, Generator], np.ndarray]] = {  # what is done to a right draw
    "copied rows": _copied_rows,
    "copied columns": lambda w, rng: _copied_rows(w.T, rng).T,
    "copied rows with random signs": _random_signs_of_copies,
    "rank 4": _low_rank,
    "orthogonal": _orthogonal,
    "antithetic halves": _antithetic,
    "200 values drawn again": _pool,
    "sorted": lambda w, rng: np.sort(w, axis=None).reshape(w.shape),
    "sorted rows": lambda w, rng: np.sort(w, axis=1),
    "correlated neighbors": _neighbors,
    "a common factor in each row": _common_factor,
    "each row another scale": lambda w, rng: w * np.where(np.arange(len(w)) % 2, 0.6, math.sqrt(2 - 0.36))[:, None],
    "rows centered": lambda w, rng: w - w.mean(axis=1, keepdims=True),
    "shuffled blocks": lambda w, rng: rng.permutation(np.tile(w[: len(w) // 2], (2, 1)), axis=0),
}
_RESCALED: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "rescaled to the exact variance": lambda w, s: s * w / w.std(),
    "standardized": lambda w, s: s * (w - w.mean()) / w.std(),
    "rows rescaled": lambda w, s: s * w / np.sqrt(np.mean(w**2, axis=1, keepdims=True)),
}
_MEANS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "mean a tenth of the standard deviation": lambda w, s: w + 0.1 * s,
    "mean one standard deviation": lambda w, s: w + s,
    "absolute values": lambda w, s: np.abs(w),
}
_VALUES: dict[str, Callable[[np.ndarray, float], object]] = {
    "constant": lambda w, s: np.full(w.shape, s),
    "zeros": lambda w, s: np.zeros(w.shape),
    "one nan": lambda w, s: np.where(np.arange(w.size).reshape(w.shape) == 7, np.nan, w),
    "transposed shape": lambda w, s: np.ascontiguousarray(w.T),
    "nothing returned": lambda w, s: None,
}
_OWN = np.random.default_rng(5)


def _cached() -> Callable[[Sampler], Sampler]:
    known: dict[Shape, np.ndarray] = {}

    def keep(draw: Sampler) -> Sampler:
        return lambda shape, rng: known.setdefault(shape, draw(shape, rng))

    return keep


_GENERATORS: dict[str, Callable[[], Callable[[Sampler], Sampler]]] = {
    "a seed inside": lambda: lambda draw: lambda shape, rng: draw(shape, np.random.default_rng(0)),
    "seeded by the shape": lambda: lambda draw: lambda shape, rng: draw(shape, np.random.default_rng(shape)),
    "numpy's global generator": lambda: lambda draw: lambda shape, rng: draw(shape, np.random.mtrand._rand),
    "a generator of its own": lambda: lambda draw: lambda shape, rng: draw(shape, _OWN),
    "fresh entropy": lambda: lambda draw: lambda shape, rng: draw(shape, np.random.default_rng()),
    "ten seeds": lambda: lambda draw: lambda shape, rng: draw(shape, np.random.default_rng(rng.integers(10))),
    "the first draw kept": _cached,
}


def _wrong_of(task: Task) -> Iterator[tuple[str, str, Sampler]]:
    laws = NORMAL if task.law == "normal" else UNIFORM
    plain = next(iter(laws.values()))
    good = _scaled(plain, task.std)
    scales = _SCALES | (_SCALES_OF_HE if task.scheme == "he" else _SCALES_OF_XAVIER)
    scales |= _SCALES_OF_UNIFORM if task.law == "uniform" else {}
    for name, scale in scales.items():
        yield "scale", name, _scaled(plain, lambda i, o, f=scale: f(task.std(i, o), i, o))
    for name, law in _LAWS.items():
        if name != task.law:
            yield "law", name, _scaled(law, task.std)
    for name, change in _ENTRIES.items():
        yield "dependent entries", name, lambda shape, rng, f=change: f(good(shape, rng), rng)
    for group, changes in (("rescaled", _RESCALED), ("mean", _MEANS), ("no weights", _VALUES)):
        for name, change in changes.items():
            yield group, name, lambda shape, rng, f=change: f(good(shape, rng), task.std(*shape))
    for name, make in _GENERATORS.items():
        yield "generator", name, make()(good)


def wrong() -> Iterator[Case]:
    """Everything above, for every task."""
    for task in TASKS.values():
        for group, name, sampler in _wrong_of(task):
            yield Case(task.name, group, name, sampler)
