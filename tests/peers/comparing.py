"""Compare a drawn array with the law that it should have, at a false-alarm rate of one in a million a comparison.

Mean, second and fourth moment must lie where those of as many independent numbers of the law lie (normal approximation),
and uniform weights must fill their bounds and keep them.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

ALARM = 1e-6
Z = stats.norm.isf(ALARM / 2)
MANY = 5000  # entries from which on the fourth moment is near enough to normal


def moment(distribution: str, order: int, cut: float = 2.0) -> float:
    """E[((w − mean)/std)^order]; a truncated normal is cut at ± `cut`."""
    if distribution == "normal":
        return stats.norm.moment(order)
    if distribution == "uniform":
        return stats.uniform(-math.sqrt(3), 2 * math.sqrt(3)).moment(order)
    law = stats.truncnorm(-cut, cut)
    return law.moment(order) / law.moment(2) ** (order / 2)


def limit(distribution: str, cut: float = 2.0) -> float:
    """Largest |w − mean| over the standard deviation."""
    if distribution == "truncated_normal":
        return cut / stats.truncnorm(-cut, cut).std()
    return math.sqrt(3) if distribution == "uniform" else math.inf


def check_law(sample, distribution: str, std: float, what: str, *, mean: float = 0.0, cut: float = 2.0) -> None:
    """Fail unless the entries look drawn from that law."""
    scaled = (np.asarray(sample, dtype=np.float64).ravel() - mean) / std
    n, fourth = scaled.size, moment(distribution, 4, cut)
    assert abs(scaled.mean()) < Z / math.sqrt(n), f"{what}: mean {mean + std * scaled.mean():.3g}, not {mean:.3g}"
    found = np.mean(scaled**2)
    assert abs(found - 1) < Z * math.sqrt((fourth - 1) / n), f"{what}: variance {found * std**2:.3g}, not {std**2:.3g}"
    if n >= MANY:
        spread = math.sqrt((moment(distribution, 8, cut) - fourth**2) / n)
        assert abs(np.mean(scaled**4) - fourth) < Z * spread, f"{what}: not {distribution}"
    largest, bound = np.abs(scaled).max(), limit(distribution, cut)
    assert largest <= bound * (1 + 1e-5), f"{what}: beyond its bound"
    if distribution == "uniform":  # P(no entry in the last share s of the interval) = (1 − s)^n
        assert largest > bound * ALARM ** (1 / n) * (1 - 1e-6), f"{what}: does not reach its bound"


def check_orthogonal(sample, gain: float, what: str) -> None:
    """Fail unless the last axis and all others make a matrix with orthonormal rows or columns, times the gain."""
    matrix = np.asarray(sample, dtype=np.float64)
    values = np.linalg.svd(matrix.reshape(-1, matrix.shape[-1]), compute_uv=False)
    np.testing.assert_allclose(values, gain, rtol=1e-4, err_msg=what)
