import numpy as np
import pytest
from scipy import stats

from weightinit.intervals import interval


def test_mean_interval_is_students_t():
    samples = np.array([1.0, 2.0, 3.0, 6.0])
    found = interval(samples, confidence=0.9)
    low, high = stats.t.interval(0.9, 3, loc=3.0, scale=stats.sem(samples))
    assert found.center == 3.0
    assert np.allclose([found.low, found.high], [low, high])
    assert found.n == 4 and found.confidence == 0.9
    assert np.isclose(found.half_width, (high - low) / 2)


def test_replica_axis_is_the_first():
    samples = np.arange(12.0).reshape(4, 3)
    found = interval(samples)
    assert found.center.shape == (3,)
    assert np.allclose(found.center, [4.5, 5.5, 6.5])


def test_geometric_mean_works_on_logarithms():
    samples = np.array([1.0, 10.0, 100.0])
    found = interval(samples, statistic="geometric_mean")
    log = interval(np.log(samples))
    assert np.isclose(found.center, 10)
    assert np.allclose([found.low, found.high], np.exp([log.low, log.high]))


def test_median_interval_uses_order_statistics():
    samples = np.random.default_rng(0).permutation(np.arange(1.0, 21.0))
    found = interval(samples, confidence=0.95, statistic="median")
    # P(X_(6) <= median <= X_(15)) = 1 - 2 P(Binomial(20, 1/2) <= 5) = 0.9586, and X_(7), X_(14) reach only 0.885
    assert (found.low, found.high) == (6.0, 15.0)
    assert found.center == 10.5


@pytest.mark.parametrize("statistic", ["mean", "geometric_mean", "median"])
def test_coverage_is_what_is_stated(statistic):
    rng = np.random.default_rng(1)
    samples = np.exp(rng.normal(size=(20, 20_000)))
    truth = {"mean": np.exp(0.5), "geometric_mean": 1.0, "median": 1.0}[statistic]
    found = interval(np.log(samples) if statistic == "mean" else samples, confidence=0.95, statistic=statistic)
    covered = found.contains(0.0 if statistic == "mean" else truth).mean()
    # 20 000 trials: standard error 0.0015; the order statistics are conservative
    low, high = (0.95 - 5 * 0.0016, 0.95 + 5 * 0.0016) if statistic != "median" else (0.95, 0.97)
    assert low < covered < high


@pytest.mark.parametrize(
    ("samples", "kwargs", "word"),
    [
        ([1.0], {}, "samples"),
        (3.0, {}, "samples"),
        ([1.0, np.nan], {}, "samples"),
        (np.empty((3, 0)), {}, "samples"),
        ([1.0, 2.0], {"confidence": 1.0}, "confidence"),
        ([1.0, 2.0], {"confidence": 0.0}, "confidence"),
        ([1.0, 2.0], {"statistic": "mode"}, "statistic"),
        ([1.0, 0.0], {"statistic": "geometric_mean"}, "samples must be positive"),
        ([1.0, 2.0, 3.0], {"statistic": "median", "confidence": 0.99}, "samples"),
    ],
)
def test_bad_input_is_named(samples, kwargs, word):
    with pytest.raises(ValueError, match=word):
        interval(samples, **kwargs)


def test_what_must_be_a_number():
    with pytest.raises(TypeError, match="^confidence must"):
        interval([1.0, 2.0], confidence=True)
    with pytest.raises(TypeError, match="^samples must be real numbers, got dtype <U1"):
        interval(["1", "2"])


def test_truths_are_counted_as_zero_and_one():
    assert interval([True, True, False, True]).center == 0.75


def test_two_replicas_are_enough_and_the_confidence_goes_up_to_its_ends():
    wide, narrow = interval([1.0, 2.0], confidence=1 - 1e-9), interval([1.0, 2.0], confidence=1e-9)
    assert wide.half_width > 1e6 and 0 <= narrow.half_width < 1e-6


def test_the_limits_themselves_belong_to_the_interval():
    found = interval([1.0, 2.0, 3.0, 6.0])
    low, high = float(found.low), float(found.high)
    assert found.contains(low) and found.contains(high)
    assert not found.contains(np.nextafter(low, -9)) and not found.contains(np.nextafter(high, 9))
