import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from weightinit.intervals import censored_median, interval


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


# --------------------------------------------------------------------------------------------- waiting times, censored


def test_a_censored_median_by_hand():
    # 8 replicas, one is lost sight of at 15: 7/8, 6/8, then of 5 that are left 4/5, 3/5 of 6/8: 0.45 is below one half
    times, arrived = [5, 10, 15, 20, 30, 40, 50, 60], [True, True, False, True, True, True, True, True]
    assert censored_median(times, arrived).center == 30
    assert censored_median(times, [True] * 8).center == 20  # at one half exactly it has come down that far
    assert censored_median(times, [True] * 2 + [False] * 6).center == np.inf


def test_the_limits_are_those_of_the_log_log_band():
    times = np.arange(10.0, 110.0, 10.0)
    arrived = times < 80
    found = censored_median(times, arrived, confidence=0.9)
    share = 1 - np.arange(1, 8) / 10
    error = np.sqrt(np.cumsum(1 / (np.arange(10, 3, -1) * np.arange(9, 2, -1.0)))) / np.log(share)  # Greenwood
    z = stats.norm.ppf(0.95)
    low, high = (share ** np.exp(sign * z * error) for sign in (-1, 1))
    low, high = np.minimum(low, high), np.maximum(low, high)
    assert found.low == times[np.argmax(low <= 0.5)]
    assert found.high == (times[np.argmax(high <= 0.5)] if (high <= 0.5).any() else np.inf)
    assert (found.center, found.confidence, found.n) == (50, 0.9, 10)


def test_all_at_once_and_nobody():
    assert [getattr(censored_median([7, 7, 7], [True] * 3), k) for k in ("low", "center", "high")] == [7, 7, 7]
    assert [getattr(censored_median([7, 7, 7], [False] * 3), k) for k in ("low", "center", "high")] == [np.inf] * 3


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=25),
    st.sampled_from([0.5, 0.9, 0.99]),
)
def test_a_censored_median_lies_between_its_limits(pairs, confidence):
    times, arrived = (np.array(part) for part in zip(*pairs, strict=True))
    found = censored_median(times, arrived, confidence=confidence)
    assert found.low <= found.center <= found.high
    wider = censored_median(times, arrived, confidence=0.999)
    assert wider.low <= found.low and found.high <= wider.high
    longer = censored_median(3 * times, arrived, confidence=confidence)
    assert [longer.low, longer.center, longer.high] == [3 * found.low, 3 * found.center, 3 * found.high]


@given(st.lists(st.integers(0, 20), min_size=2, max_size=25), st.integers(0, 20))
@example([0, 0, 1, 1, 2, 3, 3, 3, 3, 3], 2)  # half has arrived, and 8/10 · 6/8 · 5/6 is rounded up
def test_with_one_limit_for_all_it_is_an_order_statistic(times, limit):
    times = np.array(times)
    found = censored_median(np.minimum(times, limit), times <= limit)
    middle = np.sort(times)[(len(times) - 1) // 2]
    assert found.center == (middle if middle <= limit else np.inf)


def test_coverage_of_a_censored_median():
    rng = np.random.default_rng(2)
    for n, limit in ((10, 0.8), (20, 1.5), (40, 9.0)):
        times = rng.exponential(size=(600, n))
        found = [censored_median(np.minimum(t, limit), t <= limit) for t in times]
        covered = np.mean([f.low <= np.log(2) <= f.high for f in found])
        assert 0.88 < covered < 0.995  # 600 trials: standard error 0.009


@pytest.mark.parametrize(
    ("times", "arrived", "options", "error", "word"),
    [
        ([1, np.inf], [True, True], {}, ValueError, "times"),
        ([1.0], [True], {}, ValueError, "times"),
        ([1, -1], [True, True], {}, ValueError, "times must be one number >= 0"),
        ([[1, 2], [1, 2]], [[True] * 2] * 2, {}, ValueError, "times must be one number >= 0"),
        (["1", "2"], [True, True], {}, TypeError, "times"),
        ([1, 2], [1, 0], {}, TypeError, "arrived must be booleans"),
        ([1, 2], [True], {}, ValueError, r"arrived must have one value a replica, \(2,\)"),
        ([1, 2], [True, True], {"confidence": 1}, ValueError, "confidence"),
    ],
)
def test_bad_waiting_times_are_named(times, arrived, options, error, word):
    with pytest.raises(error, match=word):
        censored_median(times, arrived, **options)
