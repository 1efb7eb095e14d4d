"""Checks of a sampler of weights: any generator, any precision; a wrong one is told which mistake it makes.

The decisions need no tuning, since the samples are large. With 100,000 entries of a law whose kurtosis is at most 3.5,
as that of a normal, uniform or truncated one, the standard deviation is known to 0.25 % or better, and it must lie within
5 % of the right one: a right sampler is 20 of its own standard errors away from a false alarm, a sampler that is 10 % off
is found as surely. The other tests state their levels below; together a right sampler of such a law fails a check with a
probability below 1e-6. (Heavy tails, Student's t with three degrees of freedom say, have no such promise: their sample
standard deviation is off by more than 5 % once in twenty times.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

from weightinit._validation import check_choice, check_int, check_shape
from weightinit.grading.asked import ALIASES, SCHEMES, Asked
from weightinit.grading.mistakes import MISTAKES, TRUNCATED_STD
from weightinit.grading.report import Finding, Report

__all__ = ["Sampler", "check_orthogonal", "check_sampler"]

ENTRIES = 100_000  # drawn of each shape
TOLERANCE = 0.05  # of the standard deviation, relative
NAMED_WITHIN = 0.02  # a mistake is named if it explains the standard deviation of every shape this well
SAME = 0.001  # explanations that differ less than this are equally good: the samples cannot tell them apart
FALSE_ALARM = 1e-9  # of each test that has a level; there are at most a few dozen a check

Sampler = Callable[..., Any]
Shape = tuple[int, int]


class _Wrong(Exception):
    """The sampler cannot be judged further; carries the finding."""

    def __init__(self, finding: Finding):
        super().__init__(finding.message)
        self.finding = finding


def check_sampler(
    sampler: Sampler,
    scheme: str,
    *,
    shapes: Sequence[tuple[int, int]],
    gain: float = 1.0,
    negative_slope: float = 0.0,
    mode: str = "fan_in",
    std: float | None = None,
    distribution: str = "any",
    arguments: Mapping[str, Any] | None = None,
    seed: int = 0,
    title: str | None = None,
) -> Report:
    """Check a function that draws a weight matrix, and name its mistake if it is wrong.

    Parameters
    ----------
    sampler : callable
        ``sampler(shape, rng, **arguments)`` returns an array of `shape` ``(fan_in, fan_out)``; `rng` is a
        `numpy.random.Generator`.
    scheme : {"xavier", "he", "lecun", "std"}
        Whose variance is asked for: 2/(fan_in + fan_out), 2/((1 + a²) · fan), 1/fan_in, or `std` squared. ``"glorot"``
        is Xavier, ``"kaiming"`` is He.
    shapes : sequence of (int, int)
        At least one not square, so that the fans can be told apart.
    gain : float, default 1.0
        Factor of the standard deviation.
    negative_slope : float, default 0.0
        The a of leaky relu; for He only.
    mode : {"fan_in", "fan_out"}
        Which fan He divides by.
    std : float, optional
        The wanted standard deviation for the scheme ``"std"``, before `gain`.
    distribution : {"any", "normal", "uniform", "truncated_normal"}
        The law that is asked for; ``"any"`` takes every continuous symmetric one.
    arguments : mapping, optional
        Passed to the sampler by name.
    seed : int, default 0
        Of the generator that the sampler is given.
    title : str, optional

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        If `gain`, `negative_slope` or `std` is no number, `shapes` no sequence of pairs or `seed` no integer.
    ValueError
        If `scheme`, `mode`, `distribution` is not one of those listed, a number is out of range, no shape is given, or
        all are square where the scheme has two fans. (An error of the sampler is reported, not raised.)

    Examples
    --------
    >>> def xavier_normal(shape, rng):
    ...     return rng.normal(0, 2 / sum(shape), shape)
    >>> print(check_sampler(xavier_normal, "xavier", shapes=[(30, 80)]))  # doctest: +NORMALIZE_WHITESPACE
    ✗ xavier_normal: xavier
        The variance was used as the standard deviation: take the square root before you scale.
        Shape (30, 80): measured 0.01818, asked for 0.1348.
    """
    scheme = check_choice(scheme, "scheme", (*SCHEMES, *ALIASES))
    asked = Asked(ALIASES.get(scheme, scheme), gain, negative_slope, mode, std, distribution)
    shapes, seed = _check_shapes(shapes), check_int(seed, "seed", 0)
    if not shapes or (scheme != "std" and all(n_in == n_out for n_in, n_out in shapes)):
        raise ValueError(f"shapes must hold at least one that is not square, got {shapes!r}")

    title = title or f"{_name(sampler)}: {asked}"
    samples, ignored = {}, None
    try:
        for number, (n_in, n_out) in enumerate(shapes):
            draws = max(12, math.ceil(ENTRIES / (n_in * n_out)))
            samples[n_in, n_out], found = _collect(sampler, (n_in, n_out), draws, [seed, number], arguments or {})
            ignored = ignored or found
    except _Wrong as wrong:
        return Report(title, (wrong.finding,))

    measured = {shape: float(np.std(sample)) for shape, sample in samples.items()}
    findings: list[Finding] = []
    _add(findings, _name_the_spread(asked, measured))
    for shape, sample in samples.items():
        found = _independence(sample, measured[shape])
        if found is None and not findings:
            found = _law_differs(sample, asked.std(*shape), asked.distribution)
        _add(findings, found)
    _add(findings, ignored)
    if any(finding.mistake == "nonzero_mean" for finding in findings):  # a shifted law explains a strange spread
        findings = [finding for finding in findings if finding.mistake != "wrong_std"]
    seen = tuple(
        f"{n_in} × {n_out}: std {std:.4g}, asked for {asked.std(n_in, n_out):.4g}"
        for (n_in, n_out), std in measured.items()
    )
    return Report(title, tuple(findings), seen)


def check_orthogonal(
    sampler: Sampler,
    *,
    shapes: Sequence[tuple[int, int]],
    gain: float = 1.0,
    arguments: Mapping[str, Any] | None = None,
    seed: int = 0,
    title: str | None = None,
) -> Report:
    """Check a function that draws a Haar-distributed orthogonal matrix.

    Parameters
    ----------
    sampler : callable
        ``sampler(shape, rng, **arguments)``; rows or columns, whichever are fewer, are orthonormal times `gain`.
    shapes : sequence of (int, int)
    gain : float, default 1.0
    arguments, seed, title
        As in `check_sampler`.

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        If `gain` is no number, `shapes` no sequence of pairs or `seed` no integer.
    ValueError
        If one is out of range, or no shape is given.

    Examples
    --------
    >>> import numpy as np
    >>> def from_qr(shape, rng):
    ...     return np.linalg.qr(rng.normal(size=shape))[0]
    >>> check_orthogonal(from_qr, shapes=[(9, 9)]).mistakes
    ('haar_sign',)
    """
    asked = Asked("orthogonal", gain)
    shapes, seed = _check_shapes(shapes), check_int(seed, "seed", 0)
    if not shapes:
        raise ValueError(f"shapes must hold at least one shape, got {shapes!r}")
    title = title or f"{_name(sampler)}: {asked}"
    findings: list[Finding] = []
    for number, (n_in, n_out) in enumerate(shapes):
        try:
            sample, found = _collect(sampler, (n_in, n_out), 64, [seed, number], arguments or {})
        except _Wrong as wrong:
            return Report(title, (wrong.finding,))
        _add(findings, found)
        _add(findings, _orthonormal(sample, asked) or _signs(sample))
    return Report(title, tuple(findings), tuple(f"{n_in} × {n_out}: 64 draws" for n_in, n_out in shapes))


def _check_shapes(shapes: Sequence[Shape]) -> list[Shape]:
    """`shapes` as a list of pairs; a single pair is no list of them."""
    if not isinstance(shapes, Sequence) or isinstance(shapes, str):
        raise TypeError(f"shapes must be a sequence of pairs (fan_in, fan_out), got {shapes!r}")
    checked = [check_shape(shape, "each of shapes") for shape in shapes]
    if any(len(shape) != 2 for shape in checked):
        raise ValueError(f"shapes must be pairs (fan_in, fan_out), got {shapes!r}")
    if (1, 1) in checked:  # one entry is equal to all entries
        raise ValueError(f"shapes must have more than one entry each, got {shapes!r}")
    return checked


def _add(findings: list[Finding], found: Finding | None) -> None:
    """Add what was found, if anything: a mistake is told once, whatever the number of shapes that show it."""
    if found is not None and found.mistake not in {finding.mistake for finding in findings}:
        findings.append(found)


def _orthonormal(sample: np.ndarray, asked: Asked) -> Finding | None:
    n_in, n_out = sample.shape[1:]
    tall = sample if n_in >= n_out else sample.swapaxes(1, 2)
    gram = tall.swapaxes(1, 2) @ tall
    eye = np.eye(gram.shape[-1])

    def explains(std: Callable[[int, int], float]) -> bool:
        # every column has the length √rows · std
        return bool(np.abs(gram / (len(tall[0]) * std(n_in, n_out) ** 2) - eye).max() < 1e-4)

    if explains(asked.std):
        return None
    mistakes = (mistake for mistake, std in _explanations(asked) if explains(std))
    return Finding.named(next(mistakes, "not_orthogonal"))


def _signs(sample: np.ndarray) -> Finding | None:
    """By symmetry of the Haar measure the corner entry and the determinant are as often positive as negative."""
    signs = [sample[:, 0, 0], sample[:, -1, -1]]
    if sample.shape[1] == sample.shape[2]:
        signs.append(np.linalg.det(sample))
    for values in signs:
        if stats.binomtest(int(np.sum(values > 0)), len(values)).pvalue < FALSE_ALARM:
            return Finding.named("haar_sign")
    return None


def _collect(
    sampler: Sampler, shape: Shape, draws: int, seed: Sequence[int], arguments: Mapping[str, Any]
) -> tuple[np.ndarray, Finding | None]:
    """`draws` calls with one generator as an array (draws, *shape) in float64, and whether the generator decides."""
    rng = np.random.default_rng(seed)
    sample = np.empty((draws, *shape))
    for k in range(draws):
        sample[k] = _drawn(sampler, shape, rng, arguments)
        if np.ptp(sample[k]) == 0:
            raise _Wrong(Finding.named("constant_draws"))
        if k and np.array_equal(sample[k], sample[k - 1]):
            raise _Wrong(Finding.named("repeated_draws"))
    again = _drawn(sampler, shape, np.random.default_rng(seed), arguments)
    # not to the last digit: a matrix product may be summed in another order
    same = np.allclose(again, sample[0], rtol=0, atol=1e-4 * float(np.abs(sample[0]).max()))
    return sample, None if same else Finding.named("generator_ignored")


def _drawn(sampler: Sampler, shape: Shape, rng: np.random.Generator, arguments: Mapping[str, Any]) -> np.ndarray:
    """One call, if it returns real finite numbers in this shape."""
    try:
        drawn = np.asarray(sampler(shape, rng, **arguments))
    except Exception as error:
        raise _Wrong(Finding.raised(error)) from None
    if drawn.dtype not in (np.float32, np.float64):
        forgotten = drawn.ndim == 0 and drawn.item() is None
        detail = "It returned None: is the return missing?" if forgotten else f"It returned {drawn.dtype}."
        raise _Wrong(Finding.named("wrong_type", detail))
    if drawn.shape != shape:
        raise _Wrong(Finding.named("wrong_shape", f"Asked for {shape}, got {drawn.shape}."))
    if not np.isfinite(drawn).all():
        raise _Wrong(Finding.named("not_finite"))
    return drawn


# ---- the scale ------------------------------------------------------------------------------------------------------
def _explanations(asked: Asked) -> list[tuple[str, Callable[[int, int], float]]]:
    """The mistakes that can be made in this task, each with a standard deviation that it leads to; the likeliest first."""
    return [
        (mistake.key, partial(spread.std, asked))
        for mistake in sorted(MISTAKES.values(), key=lambda mistake: -mistake.priority)
        for spread in mistake.spreads
        if asked.scheme in spread.schemes and asked.distribution in spread.distributions
    ]


def _name_the_spread(asked: Asked, measured: Mapping[Shape, float]) -> Finding | None:
    """The mistake that explains the measured standard deviations of all shapes; None if they are right."""

    def distance(std: Callable[[int, int], float], other: Mapping[Shape, float]) -> dict[Shape, float]:
        return {shape: abs(math.log(other[shape] / std(*shape))) for shape in other}

    off = distance(asked.std, measured)
    if max(off.values()) < TOLERANCE:
        return None
    targets = {shape: asked.std(*shape) for shape in measured}
    possible = [
        (max(distance(std, measured).values()), mistake)
        for mistake, std in _explanations(asked)
        if max(distance(std, targets).values()) >= TOLERANCE  # here the mistake makes a difference
    ]
    best = min((how_far for how_far, _ in possible), default=math.inf)
    name = "wrong_std"
    if best < NAMED_WITHIN:
        name = next(mistake for how_far, mistake in possible if how_far < best + SAME)
    worst = max(off, key=off.get)
    return Finding.named(name, f"Shape {worst}: measured {measured[worst]:.4g}, asked for {targets[worst]:.4g}.")


# ---- the draw -------------------------------------------------------------------------------------------------------
def _independence(sample: np.ndarray, std: float) -> Finding | None:
    """Mean, and whatever makes the entries of (draws, n_in, n_out) depend on each other."""
    draws, n_in, n_out = sample.shape
    mean = float(sample.mean())
    if abs(mean) > TOLERANCE * std:  # 15 standard errors
        return Finding.named("nonzero_mean", f"Measured mean {mean:.3g}, standard deviation {std:.3g}.")
    z = (sample - mean) / std
    # Copied entries, whatever their sign. In single precision 100,000 uniform draws share about 0.5 % of their values,
    # a million ten times as many.
    values = np.abs(sample).ravel()[:ENTRIES]
    if len(np.unique(values)) < 0.95 * len(values):
        return Finding.named("dependent_entries", "Many entries are copies of others, up to the sign.")
    # Sums along rows and columns: of independent entries each has the variance of one entry times their number.
    for axis, word in ((2, "rows"), (1, "columns")):
        sums = z.sum(axis=axis) / math.sqrt(z.shape[axis])
        total, count = float(np.sum(sums**2)), sums.size
        if 2 * min(stats.chi2.sf(total, count), stats.chi2.cdf(total, count)) < FALSE_ALARM:
            return Finding.named("dependent_entries", f"The {word} have sums that independent entries do not have.")
    # Neighbors, and the same entry of successive draws: a correlation has the standard error 0.003.
    for one, other in ((z[:, :, 1:], z[:, :, :-1]), (z[:, 1:], z[:, :-1]), (z[1:], z[:-1])):
        if one.size and abs(float(np.mean(one * other))) > 0.05:
            return Finding.named("dependent_entries", "Neighbors, or successive draws, are correlated.")
    # Mean squares of rows, columns and draws: of independent entries they vary by (kurtosis - 1)/n.
    kurtosis = float(np.mean(z**4))
    if kurtosis > 1.05:
        for axes, least in (((2,), 0.2), ((1,), 0.2), ((1, 2), 0.003)):
            squares = np.mean(z**2, axis=axes)
            n = np.prod([z.shape[a] for a in axes])
            spread = float(np.var(squares)) * n / (kurtosis - 1)
            # a dozen mean squares vary by less than 0.003 once in 10^12 times, but by less than 0.2 three in a thousand
            if spread < (least if squares.size > 200 else 0.003):
                return Finding.named("rescaled_draws")
            if spread > 5 and squares.size > 200:
                return Finding.named("dependent_entries", "Some rows or columns have another scale than others.")
    # The largest singular value of independent entries is about √n_in + √n_out; few directions make it larger, an
    # orthogonal matrix makes it smaller. Of 8 × 8 entries it is 0.86 of that on average and scatters by 0.1, so that
    # all draws are averaged: the mean of a dozen would fall below 0.8 once in a hundred times.
    top = float(np.mean(np.linalg.norm(z, 2, axis=(1, 2)))) / (math.sqrt(n_in) + math.sqrt(n_out))
    if min(n_in, n_out) >= 8 and not 0.8 < top < 1.3:
        return Finding.named("dependent_entries", "The singular values are not those of independent entries.")
    return None


def _law_differs(sample: np.ndarray, std: float, distribution: str) -> Finding | None:
    """Kolmogorov-Smirnov against the law that was asked for."""
    laws = {
        "normal": stats.norm(scale=std),
        "uniform": stats.uniform(-math.sqrt(3) * std, 2 * math.sqrt(3) * std),
        "truncated_normal": stats.truncnorm(-2, 2, scale=std / TRUNCATED_STD),
    }
    if distribution == "any":
        return None
    if stats.kstest(sample.ravel(), laws[distribution].cdf).pvalue < FALSE_ALARM:
        return Finding.named("wrong_distribution", f"Asked for: {distribution.replace('_', ' ')}.")
    return None


def _name(sampler: Sampler) -> str:
    return getattr(sampler, "__name__", type(sampler).__name__)
