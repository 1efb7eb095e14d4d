"""The checks of samplers: every right one passes, whatever generator and precision; every wrong one is named.

False alarms: more than 200 right samplers are drawn below and none may fail; the stated rate is at most 1e-6 a check. Detection: a
standard deviation that is 10 % off must be found at least 99.9 % of the time; 1,000 trials below, all found.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from weightinit.grading import MISTAKES, check_orthogonal, check_sampler
from weightinit.grading.asked import Asked
from weightinit.grading.mistakes import TRUNCATED_STD
from weightinit.grading.samplers import _independence, _law_differs, _name_the_spread
from weightinit_course.examples.mistakes import EXAMPLES

SHAPES = [(60, 90), (120, 40)]


def xavier_std(shape, gain=1.0):
    return gain * math.sqrt(2 / sum(shape))


def truncated(scale, shape, rng):
    return stats.truncnorm.rvs(-2, 2, scale=scale, size=shape, random_state=rng)


LAWS = {
    "normal": lambda std, shape, rng: rng.normal(0, std, shape),
    "uniform": lambda std, shape, rng: rng.uniform(-math.sqrt(3) * std, math.sqrt(3) * std, shape),
    "truncated_normal": lambda std, shape, rng: truncated(std / TRUNCATED_STD, shape, rng),
}
GENERATORS = {
    "given": lambda rng: rng,
    "MT19937": lambda rng: np.random.Generator(np.random.MT19937(rng.integers(2**60))),
    "legacy": lambda rng: np.random.RandomState(rng.integers(2**32)),  # noqa: NPY002
}


# ---- right ones -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_right_sampler_passes(law, generator, dtype):
    def sampler(shape, rng):
        return LAWS[law](xavier_std(shape), shape, GENERATORS[generator](rng)).astype(dtype)

    for seed in range(4):
        for asked in (law, "any"):
            report = check_sampler(sampler, "xavier", shapes=SHAPES, distribution=asked, seed=seed)
            assert report.ok and report.credit == 1, report


@pytest.mark.parametrize("scheme", ["he", "lecun", "std"])
def test_other_schemes_pass(scheme):
    given = {"std": 0.07} if scheme == "std" else {}
    std = {
        "he": lambda i, o: math.sqrt(2 / (1.04 * o)),
        "lecun": lambda i, o: 1 / math.sqrt(i),
        "std": lambda i, o: 0.07,
    }[scheme]
    extra = {"negative_slope": 0.2, "mode": "fan_out"} if scheme == "he" else {}
    for seed in range(10):
        report = check_sampler(
            lambda shape, rng: rng.normal(0, std(*shape), shape), scheme, shapes=SHAPES, seed=seed, **given, **extra
        )
        assert report.ok, report


def test_a_narrow_and_a_large_matrix_pass():
    for shapes in ([(4, 3)], [(400, 300)], [(1, 50), (50, 1)]):
        for seed in range(2):
            report = check_sampler(
                lambda shape, rng: rng.normal(0, xavier_std(shape), shape), "xavier", shapes=shapes, seed=seed
            )
            assert report.ok, report


@pytest.mark.parametrize("shape", [(8, 8), (20, 6), (5, 17)])
@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_haar_matrices_pass(shape, gain):
    def haar(wanted, rng):
        rows, columns = max(wanted), min(wanted)
        q, r = np.linalg.qr(rng.normal(size=(rows, columns)))
        q = q * np.sign(np.diag(r))
        return gain * (q if wanted == (rows, columns) else q.T)

    for seed in range(10):
        assert check_orthogonal(haar, shapes=[shape], gain=gain, seed=seed).ok


@pytest.mark.parametrize(("alias", "scheme"), [("glorot", "xavier"), ("kaiming", "he")])
def test_a_scheme_goes_by_both_names(alias, scheme):
    def sampler(shape, rng):
        return rng.normal(0, Asked(scheme).std(*shape), shape)

    assert check_sampler(sampler, alias, shapes=SHAPES) == check_sampler(sampler, scheme, shapes=SHAPES)
    assert check_sampler(sampler, alias, shapes=SHAPES).ok


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("shape", [(8, 9), (9, 8), (8, 12), (12, 13)])
def test_small_matrices_pass_whose_largest_singular_value_is_far_from_its_limit(law, shape):
    """On average 0.86 of the limit for 8 × 9: with a dozen draws it fell below 0.8 once in 200 times."""
    for seed in range(10):
        report = check_sampler(lambda s, rng: LAWS[law](xavier_std(s), s, rng), "xavier", shapes=[shape], seed=seed)
        assert report.ok, report


def test_a_dozen_long_rows_pass():
    """So few mean squares lie close together by chance: 3 times in 1,000 they vary by less than a fifth of the usual."""
    sample = np.random.default_rng(764).normal(size=(12, 1, 10_000))  # one of these times
    assert np.var(np.mean(sample**2, axis=2)) < 0.2 * 2 / 10_000
    assert _independence(sample, float(sample.std())) is None


def test_many_entries_in_single_precision_are_no_copies_of_each_other():
    """Of two million numbers with 24 bits, every twentieth stands for two: that is no sign of dependence."""

    def sampler(shape, rng):
        bound = math.sqrt(3) * xavier_std(shape)
        return (bound * (2 * rng.random(shape, dtype=np.float32) - 1)).astype(np.float32)

    assert check_sampler(sampler, "xavier", shapes=[(400, 500)], distribution="uniform").ok


# ---- wrong ones -----------------------------------------------------------------------------------------------------
def xavier(i, o):
    return math.sqrt(2 / (i + o))


@pytest.mark.parametrize("key", MISTAKES)
def test_a_mistake_is_named_and_nothing_else(key):
    """By an example in `weightinit_course.examples.mistakes`, one at least for each standard deviation it leads to."""
    mistake = MISTAKES[key]
    assert len(EXAMPLES.get(key, ())) >= max(1, len(mistake.spreads)), f"{key} lacks an example"
    for number, example in enumerate(EXAMPLES[key]):
        for seed in range(3):
            report = example(seed)
            assert report.mistakes == (key,), f"example {number} of {key} got\n{report}"
            assert report.findings[0].message.startswith(mistake.message) and report.credit == mistake.credit


def test_no_example_is_left_of_a_mistake_that_has_gone():
    assert set(EXAMPLES) <= set(MISTAKES)


def low_rank(s, rng):
    return xavier(*s) / 2 * rng.normal(size=(s[0], 4)) @ rng.normal(size=(4, s[1]))


def smooth(s, rng):
    z = rng.normal(size=(s[0], s[1] + 1))
    return xavier(*s) * (z[:, 1:] + 0.5 * z[:, :-1]) / math.sqrt(1.25)


def one_row(s, rng):
    return np.tile(rng.normal(0, xavier(*s), (1, s[1])), (s[0], 1))


def mirrored(s, rng):
    half = rng.normal(0, xavier(*s), (s[0] // 2, s[1]))
    return np.concatenate([half, -half])


def zero_sums(s, rng):
    z = rng.normal(size=s)
    z -= z.mean(axis=0)
    return xavier(*s) * z


def scaled_rows(s, rng):
    return xavier(*s) * rng.normal(size=s) * rng.choice([0.3, 1.382], size=(s[0], 1))


def orthogonal(s, rng):
    q, r = np.linalg.qr(rng.normal(size=(max(s), min(s))))
    q = q * np.sign(np.diag(r)) * xavier(*s) * math.sqrt(max(s))
    return q if s[0] >= s[1] else q.T


@pytest.mark.parametrize("sampler", [low_rank, smooth, one_row, mirrored, zero_sums, scaled_rows, orthogonal])
def test_dependence_between_entries_is_found(sampler):
    for seed in range(5):
        report = check_sampler(sampler, "xavier", shapes=SHAPES, seed=seed)
        assert "dependent_entries" in report.mistakes or "rescaled_draws" in report.mistakes, report


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_draws_rescaled_to_the_wanted_scale_are_found(axis):
    def sampler(s, rng):
        z = rng.normal(size=s)
        return xavier(*s) * z / np.sqrt(np.mean(z**2, axis=axis, keepdims=axis is not None))

    for seed in range(5):
        assert check_sampler(sampler, "xavier", shapes=SHAPES, seed=seed).mistakes == ("rescaled_draws",)


def test_successive_draws_that_repeat_after_a_while_are_found():
    def make():
        kept = []

        def sampler(s, rng):
            if len(kept) < 3 or kept[0].shape != s:
                kept.insert(0, rng.normal(0, xavier(*s), s))
                del kept[3:]
            else:
                kept.insert(0, kept.pop())
            return kept[0]

        return sampler

    assert not check_sampler(make(), "xavier", shapes=SHAPES).ok


@pytest.mark.parametrize("factor", [0.9, 1 / 1.1, 1.1])
def test_ten_percent_off_is_found(factor):
    """At least 99.9 % of the time; here 1,000 of 1,000."""
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(1000):
        # what the check sees: the standard deviation of 100,000 normal entries
        measured = {(60, 90): factor * xavier(60, 90) * math.sqrt(rng.chisquare(100_000) / 100_000)}
        found += _name_the_spread(Asked("xavier"), measured) is not None
    assert found == 1000


def test_no_false_alarm_in_many_draws():
    """The parts that decide with a level, on 60 right samples."""
    rng = np.random.default_rng(8)
    for _ in range(60):
        sample = rng.normal(0, 0.1, (12, 60, 90))
        assert _independence(sample, float(sample.std())) is None
        assert _law_differs(sample, 0.1, "normal") is None
