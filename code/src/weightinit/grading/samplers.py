"""Checks of a sampler of weights: any generator, any precision; a wrong one is told which mistake it makes.

The decisions need no tuning, since the samples are large. With 100,000 entries the standard deviation is known to
0.25 % or better, and it must lie within 5 % of the right one: a right sampler is 20 of its own standard errors away from
a false alarm, a sampler that is 10 % off is found as surely. The other tests state their levels below; together a right
sampler fails a check with a probability below 1e-6.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from weightinit._validation import check_choice, check_positive
from weightinit.grading.report import Finding, Report

ENTRIES = 100_000  # drawn of each shape
TOLERANCE = 0.05  # of the standard deviation, relative
NAMING = 0.02  # a mistake is named if it explains the standard deviation of every shape this well
LEVEL = 1e-9  # of each test that has a level; there are at most a few dozen a check
TRUNCATED_STD = float(stats.truncnorm(-2, 2).std())  # 0.8796
SCHEMES = ("xavier", "he", "lecun", "std")
DISTRIBUTIONS = ("any", "normal", "uniform", "truncated_normal")

Sampler = Callable[..., Any]


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
        Whose variance is asked for: 2/(fan_in + fan_out), 2/((1 + a²) · fan), 1/fan_in, or `std` squared.
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
    ValueError
        If `scheme`, `mode`, `distribution` is not one of those listed, no shape is given, or all are square where the
        scheme has two fans. (An error of the sampler is reported, not raised.)
    """
    check_choice(scheme, "scheme", SCHEMES)
    check_choice(mode, "mode", ("fan_in", "fan_out"))
    check_choice(distribution, "distribution", DISTRIBUTIONS)
    check_positive(gain, "gain")
    if (std is not None) != (scheme == "std"):
        raise ValueError(f"std must be given for the scheme 'std', and only for it, got std={std!r} with {scheme!r}")
    if not shapes or (scheme != "std" and all(n_in == n_out for n_in, n_out in shapes)):
        raise ValueError(f"shapes must hold at least one that is not square, got {shapes!r}")

    wanted = _std(scheme, gain, negative_slope, mode, std)
    title = title or f"{_name(sampler)}: {_describe(scheme, gain, negative_slope, mode, distribution)}"
    samples = {}
    try:
        for number, (n_in, n_out) in enumerate(shapes):
            draws = max(12, math.ceil(ENTRIES / (n_in * n_out)))
            rng = np.random.default_rng([seed, number])
            samples[n_in, n_out] = _collect(sampler, (n_in, n_out), draws, rng, arguments or {})
    except _Wrong as wrong:
        return Report(title, (wrong.finding,))

    targets = {shape: wanted(*shape) for shape in samples}
    measured = {shape: float(np.std(sample)) for shape, sample in samples.items()}
    findings = _scale(scheme, gain, negative_slope, mode, std, distribution, targets, measured)
    for shape, sample in samples.items():
        found = _independence(sample, measured[shape])
        if found is None and not findings:
            found = _law(sample, targets[shape], distribution)
        if found is not None and found.mistake not in {finding.mistake for finding in findings}:
            findings.append(found)
    if any(finding.mistake == "nonzero_mean" for finding in findings):  # a shifted law explains a strange spread
        findings = [finding for finding in findings if finding.mistake != "wrong_std"]
    seen = tuple(
        f"{n_in} × {n_out}: std {measured[n_in, n_out]:.4g}, asked for {target:.4g}"
        for (n_in, n_out), target in targets.items()
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
    """
    check_positive(gain, "gain")
    if not shapes:
        raise ValueError(f"shapes must hold at least one shape, got {shapes!r}")
    title = title or f"{_name(sampler)}: orthogonal" + (f", gain {gain:.4g}" if gain != 1 else "")
    findings: list[Finding] = []
    for number, (n_in, n_out) in enumerate(shapes):
        rng = np.random.default_rng([seed, number])
        try:
            sample = _collect(sampler, (n_in, n_out), 64, rng, arguments or {})
        except _Wrong as wrong:
            return Report(title, (wrong.finding,))
        found = _orthonormal(sample, gain) or _signs(sample)
        if found is not None and found.mistake not in {finding.mistake for finding in findings}:
            findings.append(found)
    return Report(title, tuple(findings), tuple(f"{n_in} × {n_out}: 64 draws" for n_in, n_out in shapes))


def _orthonormal(sample: np.ndarray, gain: float) -> Finding | None:
    tall = sample if sample.shape[1] >= sample.shape[2] else sample.swapaxes(1, 2)
    gram = tall.swapaxes(1, 2) @ tall
    eye = np.eye(gram.shape[-1])

    def near(factor: float) -> bool:
        return bool(np.abs(gram / factor**2 - eye).max() < 1e-4)

    if near(gain):
        return None
    for mistake, factor in (("gain_forgotten", 1.0), ("gain_squared", gain**2), ("gain_root", math.sqrt(gain))):
        if gain != 1 and near(factor):
            return Finding.named(mistake)
    return Finding.named("not_orthogonal")


def _signs(sample: np.ndarray) -> Finding | None:
    """By symmetry of the Haar measure the corner entry and the determinant are as often positive as negative."""
    if np.all(sample[0] == sample[1]):
        return Finding.named("repeated_draws")
    signs = [sample[:, 0, 0], sample[:, -1, -1]]
    if sample.shape[1] == sample.shape[2]:
        signs.append(np.linalg.det(sample))
    for values in signs:
        if stats.binomtest(int(np.sum(values > 0)), len(values)).pvalue < LEVEL:
            return Finding.named("haar_sign")
    return None


def _collect(sampler: Sampler, shape: tuple[int, int], draws: int, rng, arguments: Mapping) -> np.ndarray:
    """`draws` calls with one generator as an array (draws, *shape) in float64."""
    sample = np.empty((draws, *shape))
    for k in range(draws):
        try:
            drawn = np.asarray(sampler(shape, rng, **arguments))
        except Exception as error:
            raise _Wrong(Finding.raised(error)) from None
        if drawn.dtype not in (np.float32, np.float64):
            raise _Wrong(Finding.named("wrong_type", f"It returned {drawn.dtype}."))
        if drawn.shape != shape:
            raise _Wrong(Finding.named("wrong_shape", f"Asked for {shape}, got {drawn.shape}."))
        if not np.isfinite(drawn).all():
            raise _Wrong(Finding.named("not_finite"))
        sample[k] = drawn
        if np.ptp(sample[k]) == 0:
            raise _Wrong(Finding.named("constant_draws"))
        if k and np.array_equal(sample[k], sample[k - 1]):
            raise _Wrong(Finding.named("repeated_draws"))
    return sample


# ---- the scale ------------------------------------------------------------------------------------------------------
def _std(scheme, gain, negative_slope, mode, std) -> Callable[[int, int], float]:
    """The wanted standard deviation as a function of the fans."""

    def wanted(fan_in: int, fan_out: int) -> float:
        if scheme == "xavier":
            return gain * math.sqrt(2 / (fan_in + fan_out))
        if scheme == "he":
            return gain * math.sqrt(2 / ((1 + negative_slope**2) * (fan_in if mode == "fan_in" else fan_out)))
        if scheme == "lecun":
            return gain / math.sqrt(fan_in)
        return gain * std

    return wanted


def _suspects(scheme, gain, negative_slope, mode, std, distribution) -> dict[str, list[Callable[[int, int], float]]]:
    """Mistake → the standard deviations that it leads to, as functions of the fans. The likeliest explanation first."""
    right = _std(scheme, gain, negative_slope, mode, std)
    base = _std(scheme, 1.0, negative_slope, mode, std)
    found: dict[str, list[Callable[[int, int], float]]] = {}
    if gain != 1:
        found["gain_forgotten"] = [base]
        found["gain_squared"] = [lambda i, o: gain**2 * base(i, o)]
        found["gain_root"] = [lambda i, o: math.sqrt(gain) * base(i, o)]
    if scheme == "xavier":
        found["half_variance"] = [lambda i, o: right(i, o) / math.sqrt(2)]
        found["one_fan"] = [lambda i, o: gain / math.sqrt(i), lambda i, o: gain / math.sqrt(o)]
        found["he_for_xavier"] = [lambda i, o: gain * math.sqrt(2 / i), lambda i, o: gain * math.sqrt(2 / o)]
    if scheme == "he":
        if negative_slope:
            found["slope_forgotten"] = [_std("he", gain, 0.0, mode, None)]
        found["missing_two"] = [lambda i, o: right(i, o) / math.sqrt(2)]
        found["xavier_for_he"] = [lambda i, o: gain * math.sqrt(2 / (i + o))]
    if scheme == "lecun":
        found["extra_two"] = [lambda i, o: right(i, o) * math.sqrt(2)]
    if scheme in ("he", "lecun"):
        found["swapped_fans"] = [lambda i, o: right(o, i)]
    if distribution in ("any", "uniform"):
        found["missing_sqrt3"] = [lambda i, o: right(i, o) / math.sqrt(3)]
    found["extra_sqrt3"] = [lambda i, o: right(i, o) * math.sqrt(3)]
    if distribution in ("any", "truncated_normal"):
        found["truncation_uncorrected"] = [lambda i, o: right(i, o) * TRUNCATED_STD]
    found["variance_as_std"] = [lambda i, o: right(i, o) ** 2, lambda i, o: gain * base(i, o) ** 2]
    found["std_as_variance"] = [lambda i, o: math.sqrt(right(i, o)), lambda i, o: gain * math.sqrt(base(i, o))]
    if distribution == "uniform":  # the variance as the bound
        found["variance_as_std"].append(lambda i, o: right(i, o) ** 2 / math.sqrt(3))
    return found


def _scale(scheme, gain, negative_slope, mode, std, distribution, targets, measured) -> list[Finding]:
    ratios = {shape: measured[shape] / target for shape, target in targets.items()}
    if all(abs(math.log(ratio)) < TOLERANCE for ratio in ratios.values()):
        return []
    best, name = NAMING, "wrong_std"
    for mistake, laws in _suspects(scheme, gain, negative_slope, mode, std, distribution).items():
        for law in laws:
            off = max(abs(math.log(measured[shape] / law(*shape))) for shape in targets)
            if off < best and any(abs(math.log(law(*s) / t)) >= TOLERANCE for s, t in targets.items()):
                best, name = off, mistake
    shape = max(ratios, key=lambda s: abs(math.log(ratios[s])))
    detail = f"Shape {shape}: measured {measured[shape]:.4g}, asked for {targets[shape]:.4g}."
    return [Finding.named(name, detail)]


# ---- the draw -------------------------------------------------------------------------------------------------------
def _independence(sample: np.ndarray, std: float) -> Finding | None:
    """Mean, and whatever makes the entries of (draws, n_in, n_out) depend on each other."""
    draws, n_in, n_out = sample.shape
    mean = float(sample.mean())
    if abs(mean) > TOLERANCE * std:  # 15 standard errors
        return Finding.named("nonzero_mean", f"Measured mean {mean:.3g}, standard deviation {std:.3g}.")
    z = (sample - mean) / std
    # Copied entries, whatever their sign. In single precision 100,000 uniform draws share about 0.5 % of their values.
    values = np.abs(z).ravel()
    if len(np.unique(values)) < 0.95 * len(values):
        return Finding.named("dependent_entries", "Many entries are copies of others, up to the sign.")
    # Sums along rows and columns: of independent entries each has the variance of one entry times their number.
    for axis, word in ((2, "rows"), (1, "columns")):
        sums = z.sum(axis=axis) / math.sqrt(z.shape[axis])
        total, count = float(np.sum(sums**2)), sums.size
        if 2 * min(stats.chi2.sf(total, count), stats.chi2.cdf(total, count)) < LEVEL:
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
            if spread < least:
                return Finding.named("rescaled_draws")
            if spread > 5 and squares.size > 200:
                return Finding.named("dependent_entries", "Some rows or columns have another scale than others.")
    # The largest singular value of independent entries is about √n_in + √n_out; few directions make it larger, an
    # orthogonal matrix makes it smaller.
    top = float(np.mean(np.linalg.norm(z[:12], 2, axis=(1, 2)))) / (math.sqrt(n_in) + math.sqrt(n_out))
    if min(n_in, n_out) >= 8 and not 0.8 < top < 1.3:
        return Finding.named("dependent_entries", "The singular values are not those of independent entries.")
    return None


def _law(sample: np.ndarray, std: float, distribution: str) -> Finding | None:
    """Kolmogorov-Smirnov against the law that was asked for."""
    laws = {
        "normal": stats.norm(scale=std),
        "uniform": stats.uniform(-math.sqrt(3) * std, 2 * math.sqrt(3) * std),
        "truncated_normal": stats.truncnorm(-2, 2, scale=std / TRUNCATED_STD),
    }
    if distribution == "any":
        return None
    if stats.kstest(sample.ravel(), laws[distribution].cdf).pvalue < LEVEL:
        return Finding.named("wrong_distribution", f"Asked for: {distribution.replace('_', ' ')}.")
    return None


def _name(sampler: Sampler) -> str:
    return getattr(sampler, "__name__", type(sampler).__name__)


def _describe(scheme, gain, negative_slope, mode, distribution) -> str:
    parts = ["given std" if scheme == "std" else scheme]
    if distribution != "any":
        parts.append(distribution.replace("_", " "))
    if negative_slope:
        parts.append(f"slope {negative_slope:.4g}")
    if scheme == "he" and mode == "fan_out":
        parts.append("fan_out")
    if gain != 1:
        parts.append(f"gain {gain:.4g}")
    return ", ".join(parts)
