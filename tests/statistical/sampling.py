"""Two-sided checks of a sample against a law, each with a false-alarm rate of 1e-6 under that law, or nearly so where
the central limit theorem is asked.

They return True for an alarm. The draws of the tests have fixed seeds, so a test that passes once passes always on the
same random streams; the rate says how unlikely it is that a correct sampler would have had to be given another seed.
"""

import numpy as np
from scipy import stats

ALARM = 1e-6
Z = stats.norm.isf(ALARM / 2)  # 4.89


def std_alarms(sample, std, kurtosis):
    """Whether the mean square is not that of mean 0 and standard deviation `std`.

    Normal draws (kurtosis 3) have an exact chi-square interval; others one from the central limit theorem, in which
    the mean square of n draws has the relative variance (kurtosis - 1)/n. With n >= 20 000 a factor 1.1 in the
    standard deviation (1.21 in the mean square) is missed with a probability below 1e-9.
    """
    n = sample.size
    ratio = float(np.mean(np.square(sample, dtype=np.float64))) / std**2
    if kurtosis == 3:
        return not stats.chi2.ppf(ALARM / 2, n) <= n * ratio <= stats.chi2.isf(ALARM / 2, n)
    return not abs(ratio - 1) <= Z * np.sqrt((kurtosis - 1) / n)


def mean_alarms(sample, mean, std):
    """Whether the mean of independent draws is not `mean` (central limit theorem)."""
    return not abs(float(np.mean(sample, dtype=np.float64)) - mean) <= Z * std / np.sqrt(sample.size)


def shape_alarms(sample, law):
    """Whether the draws are not from `law`, a frozen scipy distribution (Kolmogorov and Smirnov)."""
    return not stats.kstest(np.asarray(sample, np.float64).ravel(), law.cdf).pvalue > ALARM


def correlation_alarms(a, b):
    """Whether two samples of independent draws are correlated."""
    return not abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) <= Z / np.sqrt(a.size)


def count_alarms(count, n, probability=0.5):
    """Whether `count` of `n` is not binomial."""
    return not stats.binomtest(int(count), n, probability).pvalue > ALARM
