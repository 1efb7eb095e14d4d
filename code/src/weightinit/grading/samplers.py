"""Checks of a sampler of weights: any generator, any precision; a wrong one is told every mistake it makes.

Nothing ends a check early but what cannot be judged at all: scale, mean, law, independence and generator are looked at
whatever else was found, and the credits of all findings multiply (`Report.credit`). So one mistake hides no other.

The decisions need no tuning, since the samples are large. With 100,000 entries of a law whose kurtosis is at most 3.5,
as that of a normal, uniform or truncated one, the standard deviation is known to 0.25 % or better, and it must lie within
5 % of the right one: a right sampler is 20 of its own standard errors away from a false alarm, a sampler that is 10 % off
is found as surely. A law with heavier tails is allowed eight standard errors, computed from the sample's own fourth
moment, but at most a factor of two (lognormal with σ = 1: 11 % at the median, between 9 and 18 % nine times out of ten).
That entries depend on each other is judged after each has been cut at the outer hundredths of the sample, which makes
nothing dependent and takes the tails away; that sums or sizes are too equal, as they are after rescaling, on the entries
as they were drawn. Every other test states its level below; together a right sampler of a continuous law with mean 0 and a
bounded density fails a check with a probability below 1e-6: with a kurtosis up to that of Laplace, exponential or Student's
t with five degrees of freedom, and for the lognormal law with σ = 1 just so. (A law without a fourth moment has no such
promise. Nor has one whose density is unbounded, as that of the gamma law with shape 0.1, or as good as that, with peaks
narrower than a hundredth of its standard deviation: a sample cannot tell it from a few values.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from scipy import stats

from weightinit._validation import check_choice, check_int, check_shape
from weightinit.grading.asked import ALIASES, SCHEMES, Asked
from weightinit.grading.mistakes import BOUND, MISTAKES, TRUNCATED_STD
from weightinit.grading.report import Finding, Report

__all__ = ["Sampler", "check_orthogonal", "check_sampler"]

ENTRIES = 100_000  # drawn of each shape
TOLERANCE = 0.05  # of the standard deviation, relative
ERRORS = 8  # standard errors that a law with heavy tails may be off instead
WIDEST = math.log(2)  # but not more
CUT_WITHIN = 0.015  # relative, of where a truncated law ends: eight standard errors
NAMED_WITHIN = 0.02  # a mistake is named if it explains the standard deviation of every shape this well
SAME = 0.001  # explanations that differ less than this are equally good: the samples cannot tell them apart
FALSE_ALARM = 1e-9  # of each test that has a level; there are at most a few dozen a check

Sampler = Callable[..., Any]
Shape = tuple[int, int]
Explanation = tuple[tuple[str, ...], Callable[[int, int], float]]  # mistakes, and the standard deviation they lead to


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
        The law that is asked for; ``"any"`` takes every continuous one with mean 0, a bounded density and a kurtosis up to
        9, and most of those with heavier tails. A truncated normal law is cut at two of the standard deviations that it has before the cut.
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
        Shape (30, 80): measured 0.01818.
    """
    scheme = check_choice(scheme, "scheme", (*SCHEMES, *ALIASES))
    asked = Asked(ALIASES.get(scheme, scheme), gain, negative_slope, mode, std, distribution)
    shapes, seed = _check_shapes(shapes), check_int(seed, "seed", 0)
    if not shapes or (scheme != "std" and all(n_in == n_out for n_in, n_out in shapes)):
        raise ValueError(f"shapes must hold at least one that is not square, got {shapes!r}")

    title = title or f"{_name(sampler)}: {asked}"
    findings: list[Finding] = []
    try:
        drawn = [_draws(sampler, shape, ENTRIES, [seed, k], arguments or {}) for k, shape in enumerate(shapes)]
    except _Wrong as wrong:
        return Report(title, (wrong.finding,))
    samples = [sample for sample, _ in drawn]
    spreads = [_Measured.of(sample) for sample in samples]
    _add(findings, *_scale_and_mean(asked, spreads))
    for (sample, found), spread in zip(drawn, spreads, strict=True):
        z = (sample - spread.mean) / spread.std
        _add(findings, _values(sample), *_independence(z), _law_differs(z, asked.distribution), *found)
    findings = _unpaid_if_many(findings)
    seen = [
        f"{n_in} × {n_out}: standard deviation {at.std:.4g}" for (n_in, n_out), at in zip(shapes, spreads, strict=True)
    ]
    return Report(title, tuple(findings), tuple(seen))


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
    try:
        for k, (n_in, n_out) in enumerate(shapes):
            sample, found = _draws(sampler, (n_in, n_out), 64 * n_in * n_out, [seed, k], arguments or {})
            _add(findings, _orthonormal(sample, asked), *found)
            if len(sample) > 1:  # a single matrix says nothing of its signs
                _add(findings, _signs(sample))
            if (n_in, n_out) != (2, 2):  # a rotation holds each of its numbers twice
                _add(findings, _values(sample))
    except _Wrong as wrong:
        return Report(title, (wrong.finding,))
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


def _add(findings: list[Finding], *found: Finding | None) -> None:
    """Add what was found, if anything: a mistake is told once, whatever the number of shapes that show it."""
    for finding in found:
        if finding is not None and finding.mistake not in {known.mistake for known in findings}:
            findings.append(finding)


def _orthonormal(sample: np.ndarray, asked: Asked) -> Finding | None:
    n_in, n_out = sample.shape[1:]
    scaled, unit = _scaled(sample)
    tall = scaled if n_in >= n_out else scaled.swapaxes(1, 2)
    gram = tall.swapaxes(1, 2) @ tall
    eye = np.eye(gram.shape[-1])

    def explains(std: Callable[[int, int], float]) -> bool:
        # every column has the length √rows · std
        size = unit / std(n_in, n_out)  # between 1 and √rows
        return size < 1e100 and bool(np.abs(gram * size**2 / len(tall[0]) - eye).max() < 1e-4)

    if explains(asked.std):
        return None
    mistakes = (mistake for (mistake,), std in _explanations(asked) if explains(std))
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


def _draws(
    sampler: Sampler, shape: Shape, entries: int, seed: Sequence[int], arguments: Mapping[str, Any]
) -> tuple[np.ndarray, list[Finding]]:
    """At least a dozen draws and so many entries, as an array (draws, *shape) in float64; what is wrong with the calls.

    Who returns the same at every call is asked for one large matrix instead, of fans in the same proportion, so that
    the rest can be judged as well as anybody's: its shape is then not `shape`.
    """
    rngs = [np.random.default_rng(state) for state in (seed, seed, [*seed, 1])]  # all alive: no id is given twice
    sample = np.empty((max(12, math.ceil(entries / math.prod(shape))), *shape))
    for k in range(len(sample)):
        sample[k] = _drawn(sampler, shape, rngs[0], arguments)
    if all(np.ptp(draw) == 0 for draw in sample):
        raise _Wrong(Finding.named("constant_draws"))
    again, other = (_drawn(sampler, shape, rng, arguments) for rng in rngs[1:])
    found = []
    # not to the last digit: a matrix product may be summed in another order
    if not np.allclose(again, sample[0], rtol=0, atol=1e-4 * float(np.abs(sample[0]).max())):
        found.append(Finding.named("generator_ignored"))
    different = len({draw.tobytes() for draw in sample})
    if different == 1:
        return _one_large(sampler, shape, entries, rngs[0], arguments), [*found, Finding.named("repeated_draws")]
    if different < len(sample):
        found.append(Finding.named("dependent_entries", "Some calls return what an earlier call returned."))
    elif np.array_equal(other, sample[0]):
        found.append(Finding.named("generator_ignored", "Another generator gave the same numbers."))
    return sample, found


def _one_large(
    sampler: Sampler, shape: Shape, entries: int, rng: np.random.Generator, arguments: Mapping[str, Any]
) -> np.ndarray:
    """One draw with at least so many entries, as an array (1, n_in, n_out)."""
    times = math.ceil(math.sqrt(entries / math.prod(shape)))
    large = (times * shape[0], times * shape[1])
    return _drawn(sampler, large, rng, arguments)[None].astype(np.float64)


def _drawn(sampler: Sampler, shape: Shape, rng: np.random.Generator, arguments: Mapping[str, Any]) -> np.ndarray:
    """One call, if it returns real finite numbers in this shape."""
    try:
        drawn = np.asarray(sampler(shape, rng, **arguments))
    except Exception as error:
        raise _Wrong(Finding.raised(error)) from None
    if drawn.dtype not in (np.float32, np.float64, np.longdouble):
        forgotten = drawn.ndim == 0 and drawn.item() is None
        detail = f"It returned {drawn.dtype}; weights are real numbers in single or double precision."
        detail = "It returned None: is the return missing?" if forgotten else detail
        raise _Wrong(Finding.named("wrong_type", detail))
    if drawn.shape != shape:
        raise _Wrong(Finding.named("wrong_shape", f"Asked for {shape}, got {drawn.shape}."))
    if not np.isfinite(drawn).all():
        raise _Wrong(Finding.named("not_finite"))
    return drawn


def _scaled(sample: np.ndarray) -> tuple[np.ndarray, float]:
    """A sample in units of its largest entry, and that unit: 1e200 and 1e-200 have no squares in double precision."""
    unit = float(np.abs(sample).max())
    return sample / unit, unit


# ---- the scale ------------------------------------------------------------------------------------------------------
def _explanations(asked: Asked) -> list[Explanation]:
    """The mistakes that can be made in this task, each with a standard deviation that it leads to; the likeliest first."""
    return [
        ((mistake.key,), partial(spread.std, asked))
        for mistake in sorted(MISTAKES.values(), key=lambda mistake: -mistake.priority)
        for spread in mistake.spreads
        if asked.scheme in spread.schemes and asked.distribution in spread.distributions
    ]


def _with_one_more(asked: Asked, explanations: Sequence[Explanation]) -> list[Explanation]:
    """Each explanation with each mistake of a later step beside its own; the likeliest first."""
    return [
        ((*made, then), partial(_after, asked, std, spread.std))
        for made, std in explanations
        for then, mistake in MISTAKES.items()
        if 0 < MISTAKES[made[-1]].step < mistake.step
        for spread in mistake.spreads
        if "std" in spread.schemes and asked.distribution in spread.distributions
        if asked.distribution == "uniform" or BOUND not in (MISTAKES[made[-1]].step, mistake.step)
    ]


def _after(
    asked: Asked,
    first: Callable[[int, int], float],
    then: Callable[[Asked, int, int], float],
    fan_in: int,
    fan_out: int,
) -> float:
    """The standard deviation of a mistake that is made in a later step with that which came out of an earlier one."""
    reached = Asked("std", gain=asked.gain, given=first(fan_in, fan_out) / asked.gain, distribution=asked.distribution)
    return then(reached, fan_in, fan_out)


@dataclass(frozen=True)
class _Measured:
    """What a sample shows of the scale: the shape of a draw, mean, standard deviation and its relative standard error."""

    shape: Shape
    mean: float
    std: float
    error: float = 0.0

    @classmethod
    def of(cls, sample: np.ndarray) -> _Measured:
        scaled, unit = _scaled(sample)
        mean, std = unit * float(scaled.mean()), unit * float(scaled.std())
        kurtosis = float(np.mean((((sample - mean) / std) ** 2) ** 2))  # ** 4 takes twenty times as long
        return cls(sample.shape[1:], mean, std, math.sqrt(max(kurtosis - 1, 0.0) / (4 * sample.size)))

    @property
    def tolerance(self) -> float:
        """How far the logarithm of the standard deviation may be off."""
        return min(max(TOLERANCE, ERRORS * self.error), WIDEST)

    @property
    def named_within(self) -> float:
        """How closely a mistake must explain it."""
        return min(max(NAMED_WITHIN, 3 * self.error), TOLERANCE)

    def about_zero(self) -> _Measured:
        """With the root mean square in the place of the standard deviation."""
        return replace(self, std=math.hypot(self.mean, self.std))

    def off(self, std: Callable[[int, int], float]) -> float:
        """Distance from another standard deviation, on the logarithmic scale."""
        return abs(math.log(self.std / std(*self.shape)))


def _scale_and_mean(asked: Asked, measured: Sequence[_Measured]) -> list[Finding]:
    """What is wrong with the first two moments: the mean first, since it changes what the spread means."""
    spread = _name_the_spread(asked, measured)
    shifted = [at for at in measured if abs(at.mean) > TOLERANCE * at.std]  # 15 standard errors
    if not shifted:
        return spread
    worst = max(shifted, key=lambda at: abs(at.mean) / at.std)
    detail = f"It is {worst.mean:.3g}, and the standard deviation is {worst.std:.3g}."
    if spread and abs(worst.mean) < 2 * worst.std:
        # A law on one side of 0 whose mean square is right makes one mistake; its standard deviation follows from that.
        about_zero = _name_the_spread(asked, [at.about_zero() for at in measured])
        if not about_zero:
            spread = []
        elif any(finding.credit == 0 for finding in spread) and all(finding.credit > 0 for finding in about_zero):
            # without the root mean square, which nobody was asked for
            spread = [Finding.named(finding.mistake) for finding in about_zero]
    return [Finding.named("nonzero_mean", detail), *spread]


def _unpaid_if_many(findings: list[Finding]) -> list[Finding]:
    """Several mistakes together explain many a scale: they are told, but paid only where nothing else is wrong."""
    scale = [finding for finding in findings if MISTAKES[finding.mistake].step]
    if len(scale) < 2 or len(scale) == len(findings):
        return findings
    return [replace(finding, credit=0.0) if finding in scale else finding for finding in findings]


def _name_the_spread(asked: Asked, measured: Sequence[_Measured]) -> list[Finding]:
    """The mistake, or the few, that explain the measured standard deviations of all shapes; none if they are right."""
    if all(at.off(asked.std) < at.tolerance for at in measured):
        return []
    worst = max(measured, key=lambda at: at.off(asked.std))
    detail = f"Shape {worst.shape}: measured {worst.std:.4g}"
    targets = [replace(at, std=asked.std(*at.shape)) for at in measured]
    explanations = _explanations(asked)
    # Several only where fewer will not do; and one shape alone they would explain too often by chance.
    for _ in range(3 if len(measured) > 1 else 1):
        possible = [
            (max(at.off(std) for at in measured), mistakes)
            for mistakes, std in explanations
            if max(target.off(std) for target in targets) >= TOLERANCE  # here the mistake makes a difference
        ]
        best = min((how_far for how_far, _ in possible), default=math.inf)
        if best < max(at.named_within for at in measured):
            likeliest = next(mistakes for how_far, mistakes in possible if how_far < best + SAME)
            return [Finding.named(mistake, f"{detail}.") for mistake in likeliest]
        explanations = _with_one_more(asked, explanations)
    size = "small" if worst.std < asked.std(*worst.shape) else "large"
    return [Finding.named("wrong_std", f"{detail}, which is too {size}.")]


# ---- the draw -------------------------------------------------------------------------------------------------------
def _values(sample: np.ndarray) -> Finding | None:
    """Whether the values, whatever their sign and place, are those of a continuous law."""
    scaled, _ = _scaled(sample)
    sizes = np.sort(np.abs(scaled).ravel()[:ENTRIES] / scaled.std())
    # Copies. In single precision 100,000 uniform draws share about 0.5 % of their values, a million ten times as many.
    if 1 + np.count_nonzero(np.diff(sizes)) < 0.95 * len(sizes):
        return Finding.named("dependent_entries", "Many entries are copies of others, up to the sign.")

    # Copies with a little noise. Of a continuous law a hundredth of the pairs that are near are a hundred times nearer;
    # a density may be unbounded (up to a power of -3/4 it is a tenth). From a pool of a few hundred nearly all are.
    @cache
    def pairs(within: float) -> int:
        return int(np.sum(np.searchsorted(sizes, sizes + within, "right"))) - len(sizes) * (len(sizes) + 1) // 2

    for near, further in ((1e-7, 1e-5), (1e-6, 1e-4), (1e-5, 1e-3), (1e-4, 1e-2)):
        if pairs(near) > max(30, 0.2 * pairs(further)):
            return Finding.named("dependent_entries", "The entries lie close around a few values.")
    return None


def _independence(sample: np.ndarray) -> list[Finding]:
    """What makes the entries of (draws, n_in, n_out), of mean 0 and standard deviation 1, depend on each other."""
    _, n_in, n_out = sample.shape
    cut = np.clip(sample, *np.quantile(sample, (0.01, 0.99)))
    cut = (cut - cut.mean()) / (cut.std() or 1.0)
    found = []
    # Sums of rows, columns and draws: of independent entries each has the variance of one entry times their number.
    for axes, word in (((2,), "rows"), ((1,), "columns"), ((1, 2), "draws")):
        if stats.chi2.sf(*_sums(cut, axes)) < FALSE_ALARM:
            found.append(
                Finding.named("dependent_entries", f"The {word} have sums that independent entries do not have.")
            )
        if stats.chi2.cdf(*_sums(sample, axes)) < FALSE_ALARM:
            found.append(Finding.named("rescaled_draws", f"The {word} add up to nearly the same number."))
    # Neighbors, and the same entry of successive draws: a correlation has the standard error 0.003.
    for one, other in ((cut[:, :, 1:], cut[:, :, :-1]), (cut[:, 1:], cut[:, :-1]), (cut[1:], cut[:-1])):
        if one.size and abs(float(np.mean(one * other))) > 0.05:
            found.append(Finding.named("dependent_entries", "Neighbors, or successive draws, are correlated."))
    # Mean squares of rows, columns and draws. A dozen vary by less than 0.003 of what independent entries' do once in
    # 10^12 times, but by less than 0.2 three in a thousand.
    for axes in ((2,), (1,), (1, 2)):
        count, variation = _mean_squares(sample, axes)
        if variation < (0.2 if count > 200 and len(axes) == 1 else 0.003):
            found.append(Finding.named("rescaled_draws"))
        count, variation = _mean_squares(cut, axes)
        if variation > 5 and count > 200:
            found.append(Finding.named("dependent_entries", "Some rows or columns have another scale than others."))
    # The largest singular value of independent entries is about √n_in + √n_out; few directions make it larger, an
    # orthogonal matrix makes it smaller. Of 8 × 8 entries it is 0.86 of that on average and scatters by 0.1, so that
    # all draws are averaged: the mean of a dozen would fall below 0.8 once in a hundred times.
    top = float(np.mean(np.linalg.norm(cut, 2, axis=(1, 2)))) / (math.sqrt(n_in) + math.sqrt(n_out))
    if min(n_in, n_out) >= 8 and not 0.8 < top < 1.3:
        detail = "The singular values are not those of independent entries."
        found.append(Finding.named("dependent_entries", detail))
    return found


def _sums(z: np.ndarray, axes: tuple[int, ...]) -> tuple[float, int]:
    """A number that is about distributed as χ² if the entries are independent, and its degrees of freedom: one a sum.

    Squared sums minus squares are products of two different entries each. For random signs their variance is known
    from the squares alone, whatever the law.
    """
    square = z**2
    sums, squares = z.sum(axis=axes), square.sum(axis=axes)
    products = float(np.sum(sums**2 - squares))
    variance = 2 * float(np.sum(squares**2 - np.sum(square**2, axis=axes)))
    if sums.size in (1, z.size) or variance <= 0:  # the one sum is 0, or nothing is added
        return float(sums.size), sums.size
    return max(sums.size + products / math.sqrt(variance) * math.sqrt(2 * sums.size), 0.0), sums.size


def _mean_squares(z: np.ndarray, axes: tuple[int, ...]) -> tuple[int, float]:
    """How many mean squares there are along `axes`, and their variance; of independent entries it is 1 on average."""
    square = z**2
    squares = square.mean(axis=axes)
    kurtosis = float(np.mean(square**2))
    if squares.size == 1 or kurtosis <= 1.05:  # of two values there is nothing to see
        return squares.size, 1.0
    return squares.size, float(np.var(squares)) * math.prod(z.shape[axis] for axis in axes) / (kurtosis - 1)


def _law_differs(z: np.ndarray, distribution: str) -> Finding | None:
    """Kolmogorov-Smirnov against the law that was asked for, both with mean 0 and standard deviation 1.

    Where z was given them by its own, the distance is smaller than the test expects: it is told less often. It does not see
    where a normal law is cut (at 1.8 or at 2.5 instead of 2: 0.006 and 0.009, where 0.010 is told), so that half the range
    is compared as well, which is 2.274 realized standard deviations. Of 100,000 entries or more the outermost lie within
    0.2 % of the cut, and the standard deviation has a standard error of 0.18 %: eight of them, 1.5 %, a right sampler misses
    with a probability below 1e-11 (the 1 % of 5.4 errors: 6e-8). Cuts up to 1.9 and from 2.1 on are always found.
    """
    laws = {
        "normal": stats.norm(),
        "uniform": stats.uniform(-math.sqrt(3), 2 * math.sqrt(3)),
        "truncated_normal": stats.truncnorm(-2, 2, scale=1 / TRUNCATED_STD),
    }
    if distribution != "any" and stats.kstest(z.ravel(), laws[distribution].cdf).pvalue < FALSE_ALARM:
        return Finding.named("wrong_distribution", f"Asked for: {distribution.replace('_', ' ')}.")
    if distribution == "truncated_normal" and abs(math.log(np.ptp(z) / 2 * TRUNCATED_STD / 2)) > CUT_WITHIN:
        detail = "It is cut elsewhere than at 2 standard deviations. (Or what was drawn again was not cut again.)"
        return Finding.named("wrong_distribution", detail)
    return None


def _name(sampler: Sampler) -> str:
    return getattr(sampler, "__name__", type(sampler).__name__)
