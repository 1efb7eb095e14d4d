"""For each mistake with a name, wrong answers that must be told it: its message, its credit, and nothing else.

They stand here, out of reach of submissions: students can read `weightinit.grading`. A mistake that shows in several
standard deviations has an example of each.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

from weightinit.grading import Finding, Report, check_function, check_number, check_orthogonal, check_sampler
from weightinit.grading.mistakes import OTHER_CUTS

__all__ = ["EXAMPLES", "Example"]

Example = Callable[[int], Report]
"""Example(seed): a check of the wrong answer."""

SHAPES = [(60, 90), (120, 40)]
Shape = tuple[int, int]
Sampler = Callable[[Shape, np.random.Generator], np.ndarray]


# ---- the kinds of checks ----------------------------------------------------------------------------------------------
def _sampler(draw: Sampler, scheme: str, /, **options: Any) -> Example:
    return lambda seed: check_sampler(draw, scheme, shapes=SHAPES, seed=seed, **options)


def _spread(std: Callable[[int, int], float], scheme: str, /, **options: Any) -> Example:
    """Normal draws with a wrong standard deviation."""
    return _sampler(lambda shape, rng: rng.normal(0, std(*shape), shape), scheme, **options)


def _bound(bound: Callable[[int, int], float], scheme: str, /, **options: Any) -> Example:
    """Uniform draws with a wrong bound."""
    return _sampler(lambda shape, rng: rng.uniform(-bound(*shape), bound(*shape), shape), scheme, **options)


def _matrix(factor: float, shape: Shape, *, gain: float = 1.0, signs: bool = True) -> Example:
    """An orthogonal matrix times `factor`, where `gain` was asked for."""

    def draw(wanted: Shape, rng: np.random.Generator) -> np.ndarray:
        q, r = np.linalg.qr(rng.normal(size=(max(wanted), min(wanted))))
        q = factor * (q * np.sign(np.diag(r)) if signs else q)
        return q if wanted[0] >= wanted[1] else q.T

    return lambda seed: check_orthogonal(draw, shapes=[shape], gain=gain, seed=seed)


def _function(answer: Callable[[float], Any]) -> Example:
    """A function of one number, where x² was asked for."""
    return lambda seed: check_function("square", answer, lambda x: x**2, [(2.0,), (3.0 + seed,)])


# ---- wrong answers ----------------------------------------------------------------------------------------------------
def _xavier(fan_in: int, fan_out: int) -> float:
    return math.sqrt(2 / (fan_in + fan_out))


def _he(fan_in: int, fan_out: int) -> float:
    return math.sqrt(2 / fan_in)


def _blank(*_: Any) -> None:
    raise NotImplementedError


class _StoppedElsewhere(Exception):
    """What a call raises when the process that it went to was stopped."""

    finding = Finding.named("stopped", "It took too long.")


def _stopped(*_: Any) -> None:
    raise _StoppedElsewhere


def _truncated(shape: Shape, rng: np.random.Generator, *, left: float = 1.0) -> np.ndarray:
    """Cut at two standard deviations, and divided by what somebody thinks that this leaves of one."""
    return stats.truncnorm.rvs(-2, 2, scale=_he(*shape) / left, size=shape, random_state=rng)


def _one_entry_is_nan(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    weights = rng.normal(0, _xavier(*shape), shape)
    weights[-1, -1] = np.nan
    return weights


def _shuffled_copies(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Every number twice, with a sign of its own, at any two places: nothing but the values gives it away."""
    half = rng.normal(0, _xavier(*shape), math.prod(shape) // 2)
    return (rng.permutation(np.tile(half, 2)) * rng.choice([-1, 1], math.prod(shape))).reshape(shape)


def _low_rank(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    return _xavier(*shape) / 2 * rng.normal(size=(shape[0], 4)) @ rng.normal(size=(4, shape[1]))


def _rescaled(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    weights = rng.normal(size=shape)
    return _xavier(*shape) * weights / weights.std()


def _rescaled_uniform(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    weights = rng.uniform(-1, 1, shape)
    return _xavier(*shape) * weights / weights.std()


def _laplace(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    return rng.laplace(0, _xavier(*shape) / math.sqrt(2), shape)


def _of_the_standard_library(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    return np.array([[random.gauss(0, _xavier(*shape)) for _ in range(shape[1])] for _ in range(shape[0])])


_OWN_GENERATOR = np.random.default_rng(0)

EXAMPLES: dict[str, tuple[Example, ...]] = {
    # the answer cannot be judged
    "unanswered": (
        _sampler(_blank, "xavier"),
        _function(_blank),
        lambda seed: check_number("a number", None, 3.0),
        lambda seed: check_orthogonal(_blank, shapes=[(9, 9)]),
    ),
    "raises": (_sampler(lambda shape, rng: 1 / 0, "xavier"), _function(lambda: 0)),
    "wrong_type": (
        _sampler(lambda shape, rng: rng.integers(0, 9, shape), "xavier"),
        _function(str),
        lambda seed: check_number("a number", "three", 3.0),
    ),
    "wrong_shape": (
        _sampler(lambda shape, rng: rng.normal(size=shape[::-1]), "xavier"),
        _function(lambda x: [x * x, x]),
    ),
    "not_finite": (
        _sampler(_one_entry_is_nan, "xavier"),
        _function(lambda x: math.inf),
        lambda seed: check_number("a number", math.nan, 3.0),
    ),
    "stopped": (_sampler(_stopped, "xavier"), _function(_stopped)),
    # the scale is wrong
    "gain_forgotten": (_spread(_xavier, "xavier", gain=1.5), _matrix(1.0, (8, 8), gain=1.5)),
    "gain_squared": (_spread(lambda i, o: 1.96 * _xavier(i, o), "xavier", gain=1.4), _matrix(2.25, (20, 6), gain=1.5)),
    "gain_root": (
        _spread(lambda i, o: math.sqrt(1.5) * _xavier(i, o), "xavier", gain=1.5),
        _matrix(math.sqrt(1.5), (5, 17), gain=1.5),
    ),
    "half_variance": (
        _spread(lambda i, o: math.sqrt(1 / (i + o)), "xavier"),
        _spread(lambda i, o: 1.5 * math.sqrt(1 / (i + o)), "xavier", gain=1.5),
    ),
    "one_fan": (
        _spread(lambda i, o: 1 / math.sqrt(i), "xavier"),
        _spread(lambda i, o: 1.5 / math.sqrt(o), "xavier", gain=1.5),
    ),
    "he_for_xavier": (
        _spread(_he, "xavier"),
        _spread(lambda i, o: 1.5 * _he(o, i), "xavier", gain=1.5),
    ),
    "root_of_two_only": (
        _spread(lambda i, o: math.sqrt(2) / (i + o), "xavier"),
        _spread(lambda i, o: 1.5 * math.sqrt(2) / (i + o), "xavier", gain=1.5),
        _bound(lambda i, o: math.sqrt(6) / (i + o), "xavier", distribution="uniform"),
        _spread(lambda i, o: math.sqrt(2) / i, "he"),
        _spread(lambda i, o: math.sqrt(2) / o, "he", negative_slope=0.6, mode="fan_out"),
        _spread(lambda i, o: math.sqrt(2) / (1.36 * i), "he", negative_slope=0.6),
    ),
    "slope_forgotten": (
        _spread(_he, "he", negative_slope=0.6),
        _spread(lambda i, o: _he(o, i), "he", negative_slope=0.6, mode="fan_out"),
    ),
    "slope_not_squared": (
        _spread(lambda i, o: math.sqrt(2 / (1.6 * i)), "he", negative_slope=0.6),
        _spread(lambda i, o: math.sqrt(2 / (1.3 * o)), "he", negative_slope=0.3, mode="fan_out"),
    ),
    "missing_two": (_spread(lambda i, o: 1 / math.sqrt(i), "he"),),
    "xavier_for_he": (_spread(_xavier, "he"), _spread(lambda i, o: 1.5 * _xavier(i, o), "he", gain=1.5)),
    "extra_two": (_spread(_he, "lecun"),),
    "swapped_fans": (
        _spread(lambda i, o: _he(o, i), "he"),
        _spread(lambda i, o: 1 / math.sqrt(o), "lecun"),
    ),
    "missing_sqrt3": (
        _bound(_xavier, "xavier", distribution="uniform"),
        _bound(_xavier, "xavier"),
    ),
    "extra_sqrt3": (_spread(lambda i, o: math.sqrt(3) * _xavier(i, o), "xavier", distribution="normal"),),
    "half_range": (
        _bound(lambda i, o: math.sqrt(3) / 2 * _xavier(i, o), "xavier", distribution="uniform"),
        _bound(lambda i, o: math.sqrt(3) / 2 * 0.2, "std", std=0.2),
    ),
    "truncation_uncorrected": (
        _sampler(_truncated, "he", distribution="truncated_normal"),
        _sampler(_truncated, "he"),
    ),
    "other_truncation": tuple(
        _sampler(
            partial(_truncated, left=float(stats.truncnorm(-cut, cut).std())), "he", distribution="truncated_normal"
        )
        for cut in OTHER_CUTS
    ),
    "bound_squared": (
        _bound(lambda i, o: 6 / (i + o), "xavier", distribution="uniform"),
        _bound(lambda i, o: 3 * 6 / (i + o), "xavier", gain=3.0, distribution="uniform"),
    ),
    "variance_as_std": (
        _spread(lambda i, o: _xavier(i, o) ** 2, "xavier"),
        _spread(lambda i, o: (3 * _xavier(i, o)) ** 2, "xavier", gain=3.0),
        _spread(lambda i, o: 3 * _xavier(i, o) ** 2, "xavier", gain=3.0),
        _bound(lambda i, o: math.sqrt(3) * 0.2**2, "std", std=0.2, distribution="uniform"),
        _bound(lambda i, o: 0.2**2, "std", std=0.2, distribution="uniform"),
    ),
    "std_as_variance": (
        _spread(lambda i, o: math.sqrt(_xavier(i, o)), "xavier"),
        _spread(lambda i, o: math.sqrt(3 * _xavier(i, o)), "xavier", gain=3.0),
        _spread(lambda i, o: 3 * math.sqrt(_xavier(i, o)), "xavier", gain=3.0),
    ),
    "wrong_std": (
        _spread(lambda i, o: 1.25 * _xavier(i, o), "xavier"),
        _spread(lambda i, o: 0.25, "std", std=0.2),
    ),
    # the draw is no good
    "nonzero_mean": (
        _sampler(lambda shape, rng: rng.normal(0.1 * _xavier(*shape), _xavier(*shape), shape), "xavier"),
        _sampler(lambda shape, rng: rng.uniform(0, math.sqrt(3) * _xavier(*shape), shape), "xavier"),
        _sampler(lambda shape, rng: np.abs(rng.normal(0, _xavier(*shape), shape)), "xavier"),
    ),
    "constant_draws": (_sampler(lambda shape, rng: np.full(shape, _xavier(*shape)), "xavier"),),
    "repeated_draws": (
        _sampler(lambda shape, rng: np.random.default_rng(3).normal(0, _xavier(*shape), shape), "xavier"),
        lambda seed: check_orthogonal(
            lambda shape, rng: stats.ortho_group.rvs(shape[0], random_state=3), shapes=[(9, 9)], seed=seed
        ),
    ),
    "generator_ignored": (
        _sampler(lambda shape, rng: _xavier(*shape) * np.random.randn(*shape), "xavier"),  # noqa: NPY002
        _sampler(lambda shape, rng: _OWN_GENERATOR.normal(0, _xavier(*shape), shape), "xavier", distribution="normal"),
        _sampler(lambda shape, rng: np.random.default_rng().normal(0, _xavier(*shape), shape), "xavier"),
        _sampler(_of_the_standard_library, "xavier"),
        lambda seed: check_orthogonal(
            lambda shape, rng: stats.ortho_group.rvs(shape[0], random_state=_OWN_GENERATOR), shapes=[(9, 9)], seed=seed
        ),
    ),
    "dependent_entries": (_sampler(_shuffled_copies, "xavier"), _sampler(_low_rank, "xavier")),
    "rescaled_draws": (_sampler(_rescaled, "xavier"), _sampler(_rescaled_uniform, "xavier", distribution="uniform")),
    "wrong_distribution": (
        _bound(lambda i, o: math.sqrt(3) * _xavier(i, o), "xavier", distribution="normal"),
        _sampler(_laplace, "xavier", distribution="uniform"),
        _spread(_he, "he", distribution="truncated_normal"),
    ),
    "not_orthogonal": (
        _matrix(1.1, (9, 9), gain=1.5),
        lambda seed: check_orthogonal(lambda shape, rng: rng.normal(0, 1 / 3, shape), shapes=[(9, 9)], seed=seed),
    ),
    "haar_sign": (
        _matrix(1.0, (8, 8), signs=False),
        _matrix(1.5, (20, 6), gain=1.5, signs=False),
        _matrix(1.0, (5, 17), signs=False),
    ),
    # a number, a function
    "wrong_order": (
        lambda seed: check_function(
            "powers", lambda x: (x**3, x**2), lambda x: (x**2, x**3), [(2.0,), (3.0 + seed,)], parts=("square", "cube")
        ),
    ),
    "wrong_value": (
        lambda seed: check_number("a number", 4.0, 3.0),
        _function(lambda x: 2 * x),
    ),
}
