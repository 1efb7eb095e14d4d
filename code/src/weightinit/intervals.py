"""Confidence intervals over seeds: the one place where a spread becomes an error bar."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from weightinit._validation import check_choice, check_number

__all__ = ["STATISTICS", "Interval", "censored_median", "check_samples", "interval"]

STATISTICS = ("mean", "geometric_mean", "median")


@dataclass(frozen=True)
class Interval:
    """A point estimate with its two-sided confidence limits.

    Attributes
    ----------
    center, low, high : ndarray
        Estimate and limits; the shape of one replica's measurement.
    confidence : float
        Probability, under the stated assumptions, that the limits enclose the true value (of a median: at least).
    n : int
        Number of replicas (seeds).

    Examples
    --------
    >>> found = interval([1.0, 2.0, 3.0, 6.0])
    >>> float(found.center), bool(found.contains(5.0)), bool(found.contains(7.0))
    (3.0, True, False)
    """

    center: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    confidence: float
    n: int

    @property
    def half_width(self) -> NDArray[np.float64]:
        """Half of the distance between the limits."""
        return (self.high - self.low) / 2

    def contains(self, value: ArrayLike) -> NDArray[np.bool_]:
        """Element by element: does `value` lie between the limits?"""
        value = np.asarray(value, float)
        return (self.low <= value) & (value <= self.high)


def check_samples(samples: ArrayLike, name: str = "samples") -> NDArray[np.float64]:
    """`samples` as a float64 array with at least two replicas on its first axis, all finite.

    Parameters
    ----------
    samples : array_like, shape (replicas, ...)
        Numbers; booleans are counted as 0 and 1.
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray, shape (replicas, ...)

    Raises
    ------
    TypeError
        If they are no numbers.
    ValueError
        If there are fewer than two replicas, or a value is NaN or infinite.

    Examples
    --------
    >>> check_samples([True, False, True])
    array([1., 0., 1.])
    """
    samples = np.asarray(samples)
    if samples.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be real numbers, got dtype {samples.dtype}")
    samples = samples.astype(np.float64)
    if samples.ndim < 1 or samples.shape[0] < 2:
        raise ValueError(f"{name} must have the replica axis first and at least 2 replicas, got shape {samples.shape}")
    if samples.size == 0 or not np.all(np.isfinite(samples)):
        raise ValueError(f"{name} must be finite and not empty, got NaN, infinity or nothing")
    return samples


def interval(samples: ArrayLike, *, confidence: float = 0.95, statistic: str = "mean") -> Interval:
    """Two-sided confidence interval over the replica axis.

    Parameters
    ----------
    samples : array_like, shape (replicas, ...)
        One measurement for each seed; the replicas are independent.
    confidence : float, default 0.95
        Coverage of each interval.
    statistic : {"mean", "geometric_mean", "median"}
        ``"mean"``: Student's t, exact for normal samples and near for averages of many terms. Of skewed ones it covers
        too little: with log-normal samples of log-variance 1 and 20 replicas 0.95 is 0.87. ``"geometric_mean"``:
        Student's t on the logarithms, for positive quantities that multiply up over layers. ``"median"``: order
        statistics, with no assumption but that the replicas are independent and of one law; the limits are the
        tightest symmetric pair with at least this coverage.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError, TypeError
        If `samples` has fewer than two replicas, is not finite, or (geometric mean) not positive; if `confidence` is
        outside (0, 1); if the median's coverage cannot be reached with so few replicas.

    Examples
    --------
    >>> found = interval([1.0, 10.0, 100.0], statistic="geometric_mean")
    >>> round(float(found.center), 9)
    10.0
    """
    samples = check_samples(samples)
    confidence = check_number(confidence, "confidence", 0, 1, closed="neither")
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


def censored_median(times: ArrayLike, arrived: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Median of waiting times of which some are only known to be longer than what is given.

    The median is where the Kaplan–Meier estimate of the share that still waits (Kaplan & Meier 1958) comes down to one
    half; the limits are where those of its pointwise confidence band do, with the log-log transform (Brookmeyer & Crowley
    1982). All three are infinite where the curve never comes down that far: "longer than we looked". Estimate and band are
    `scipy.stats.ecdf`.

    Parameters
    ----------
    times : array_like, shape (replicas,)
        Not negative: when the replica arrived, or until when it was watched in vain. If a replica can no longer arrive,
        because it has diverged, give it the longest time that anybody was watched.
    arrived : array_like of bool, shape (replicas,)
    confidence : float, default 0.95
        Nominal coverage. Of 10, 20 and 40 exponential times, with up to half of them censored, 0.93 to 0.98 were covered.

    Returns
    -------
    Interval
        Three floats; `high`, or all, may be inf.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the form above.

    Examples
    --------
    >>> found = censored_median([30, 40, 50, 60, 70, 80, 100, 100, 100], [True] * 6 + [False] * 3)
    >>> found.center.item(), found.low.item(), found.high.item()
    (70.0, 30.0, inf)
    """
    times = check_samples(times, "times")
    arrived = np.asarray(arrived)
    confidence = check_number(confidence, "confidence", 0, 1, closed="neither")
    if times.ndim != 1 or np.any(times < 0):
        raise ValueError(f"times must be one number >= 0 a replica, got {times!r}")
    if arrived.dtype != bool:
        raise TypeError(f"arrived must be booleans, got {arrived!r}")
    if arrived.shape != times.shape:
        raise ValueError(f"arrived must have one value a replica, {times.shape}, got shape {arrived.shape}")
    waiting = stats.ecdf(stats.CensoredData.right_censored(times, ~arrived)).sf
    with warnings.catch_warnings():  # where nobody or everybody has arrived the band is undefined: nan
        warnings.simplefilter("ignore", RuntimeWarning)
        band = waiting.confidence_interval(confidence, method="log-log")

    def halved(share: NDArray[np.float64]) -> NDArray[np.float64]:
        low = np.where(np.isnan(share), waiting.probabilities, share) <= 0.5 + 1e-12  # a product of shares is rounded
        return np.asarray(waiting.quantiles[low.argmax()] if low.any() else np.inf)

    center, low, high = (halved(c.probabilities) for c in (waiting, band.low, band.high))
    return Interval(center, low, high, confidence, len(times))
