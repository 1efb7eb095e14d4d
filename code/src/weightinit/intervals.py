"""Confidence intervals over seeds: the one place where a spread becomes an error bar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from weightinit._validation import check_choice

STATISTICS = ("mean", "geometric_mean", "median")


@dataclass(frozen=True)
class Interval:
    """A point estimate with its two-sided confidence limits.

    Attributes
    ----------
    center, low, high : ndarray
        Estimate and limits; the shape of one replica's measurement.
    confidence : float
        Probability, under the stated assumptions, that the limits enclose the true value.
    n : int
        Number of replicas (seeds).
    """

    center: np.ndarray
    low: np.ndarray
    high: np.ndarray
    confidence: float
    n: int

    @property
    def half_width(self) -> np.ndarray:
        """Half of the distance between the limits."""
        return (self.high - self.low) / 2

    def contains(self, value) -> np.ndarray:
        """Element by element: does `value` lie between the limits?"""
        value = np.asarray(value, float)
        return (self.low <= value) & (value <= self.high)


def check_samples(samples, name: str = "samples") -> np.ndarray:
    """Return `samples` as a float64 array with at least two replicas on its first axis, all finite.

    Raises
    ------
    ValueError
        If there are fewer than two replicas, or a value is NaN or infinite.
    """
    samples = np.asarray(samples, float)
    if samples.ndim < 1 or samples.shape[0] < 2:
        raise ValueError(f"{name} must have the replica axis first and at least 2 replicas, got shape {samples.shape}")
    if samples.size == 0 or not np.all(np.isfinite(samples)):
        raise ValueError(f"{name} must be finite and not empty, got NaN, infinity or nothing")
    return samples


def check_confidence(confidence, name: str = "confidence") -> float:
    """Return `confidence` as a float strictly between 0 and 1, else raise `ValueError`."""
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float, np.number)):
        raise TypeError(f"{name} must be a number between 0 and 1, got {confidence!r}")
    if not 0 < confidence < 1:
        raise ValueError(f"{name} must lie strictly between 0 and 1, got {confidence!r}")
    return float(confidence)


def interval(samples, *, confidence: float = 0.95, statistic: str = "mean") -> Interval:
    """Two-sided confidence interval over the replica axis.

    Parameters
    ----------
    samples : array_like, shape (replicas, ...)
        One measurement for each seed; the replicas are independent.
    confidence : float, default 0.95
        Coverage of each interval.
    statistic : {"mean", "geometric_mean", "median"}
        ``"mean"``: Student's t, for averages of many terms. ``"geometric_mean"``: Student's t on the logarithms, for
        positive quantities that multiply up over layers. ``"median"``: order statistics, with no assumption but
        independence; the limits are the tightest symmetric pair that keeps the coverage.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If `samples` has fewer than two replicas, is not finite, or (geometric mean) not positive; if `confidence` is
        outside (0, 1); if the median's coverage cannot be reached with so few replicas.
    """
    samples = check_samples(samples)
    confidence = check_confidence(confidence)
    check_choice(statistic, "statistic", STATISTICS)
    n = samples.shape[0]
    if statistic == "median":
        rank = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5))
        if rank < 1:
            raise ValueError(f"samples must hold more replicas for a {confidence:.4g} interval of the median, got {n}")
        ordered = np.sort(samples, axis=0)
        return Interval(np.median(samples, axis=0), ordered[rank - 1], ordered[n - rank], confidence, n)
    if statistic == "geometric_mean":
        if np.any(samples <= 0):
            raise ValueError("samples must be positive for a geometric mean, got a value <= 0")
        log = interval(np.log(samples), confidence=confidence)
        return Interval(np.exp(log.center), np.exp(log.low), np.exp(log.high), confidence, n)
    center = samples.mean(axis=0)
    half = stats.t.ppf((1 + confidence) / 2, n - 1) * samples.std(axis=0, ddof=1) / np.sqrt(n)
    return Interval(center, center - half, center + half, confidence, n)
