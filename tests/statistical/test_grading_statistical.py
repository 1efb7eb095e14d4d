"""The checks of samplers: every right one passes, whatever generator and precision; every wrong one is named.

False alarms: some 300 right samplers are drawn below and none may fail; the stated rate is at most 1e-6 a check, and what
decides stays far from its threshold in 400 samples of each law with heavy tails. Detection: a standard deviation that is
10 % off must be found at least 99.9 % of the time; 1,000 trials below, all found. Pay: no worthless answer earns a
point for a mistake that is made beside it.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from scipy import stats

from weightinit.grading import MISTAKES, check_orthogonal, check_sampler
from weightinit.grading.asked import Asked
from weightinit.grading.mistakes import TRUNCATED_STD
from weightinit.grading.samplers import (
    ERRORS,
    TOLERANCE,
    _independence,
    _law_differs,
    _Measured,
    _name_the_spread,
    _sums,
    _values,
)
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
    "spawned": lambda rng: rng.spawn(1)[0],
    "Philox": lambda rng: np.random.Generator(np.random.Philox(rng.integers(2**63))),
    "cached": functools.cache(lambda rng: np.random.default_rng(rng.integers(2**63))),
}
ANY_LAW = {  # mean 0, standard deviation 1
    "lognormal": lambda rng, n: (rng.lognormal(size=n) - math.exp(0.5)) / math.sqrt(math.e * (math.e - 1)),
    "laplace": lambda rng, n: rng.laplace(0, math.sqrt(0.5), n),
    "t5": lambda rng, n: rng.standard_t(5, n) * math.sqrt(0.6),
    "exponential": lambda rng, n: rng.exponential(size=n) - 1,
    "beta": lambda rng, n: (rng.beta(2, 5, n) - 2 / 7) / math.sqrt(10 / 392),
    "arcsine": lambda rng, n: math.sqrt(2) * np.cos(math.pi * rng.random(n)),
    "triangular": lambda rng, n: math.sqrt(6) * rng.triangular(-1, 0, 1, n),
    "mixture": lambda rng, n: rng.normal(0, rng.choice([0.5, 2.0], n, p=[0.8, 0.2])),
    "gamma": lambda rng, n: 2 * (rng.gamma(0.25, size=n) - 0.25),  # a density with a pole
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


@pytest.mark.parametrize("law", ANY_LAW)
def test_any_continuous_law_passes_where_any_is_asked_for(law):
    for seed in range(3):
        report = check_sampler(
            lambda shape, rng, std: std * ANY_LAW[law](rng, shape),
            "std",
            std=0.05,
            shapes=[(25, 60), (128, 10)],
            arguments={"std": 0.05},
            seed=seed,
        )
        assert report.ok, report


@pytest.mark.parametrize("law", ["lognormal", "laplace", "t5", "exponential", "normal"])
def test_right_laws_stay_far_from_every_threshold_and_a_tenth_is_found_where_tails_are_light(law):
    """Of 60 samples each; a threshold that is twice as far as anything seen here is one of a million or less.

    The scale's own distribution is followed: it is off by three standard errors at most, and eight are allowed.
    """
    draw = ANY_LAW.get(law, lambda rng, n: rng.normal(size=n))
    rng = np.random.default_rng(9)
    off = []
    for k in range(60):
        sample = draw(rng, (84, *[(40, 30), (20, 60)][k % 2]))
        at = _Measured.of(sample)
        off.append(abs(math.log(at.std)) / (at.tolerance if law == "lognormal" else TOLERANCE))
        assert at.tolerance == TOLERANCE or (
            law in ("lognormal", "t5", "exponential") and at.error > TOLERANCE / ERRORS
        )
        z = (sample - at.mean) / at.std
        assert not _independence(z) and _values(sample) is None
        for axes in ((1,), (2,), (1, 2)):
            assert min(stats.chi2.sf(*_sums(z, axes)), stats.chi2.cdf(*_sums(z, axes))) > 1e-5
    assert max(off) < 0.5, max(off)


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
    assert not _independence(sample)


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
        std = factor * xavier(60, 90) * math.sqrt(rng.chisquare(100_000) / 100_000)
        found += _name_the_spread(Asked("xavier"), [_Measured((60, 90), 0.0, std, 0.0025)]) != []
    assert found == 1000


def test_no_false_alarm_in_many_draws():
    """The parts that decide with a level, on 60 right samples."""
    rng = np.random.default_rng(8)
    for _ in range(60):
        sample = rng.normal(size=(12, 60, 90))
        assert not _independence(sample) and _law_differs(sample, "normal") is None


# ---- two mistakes at once -------------------------------------------------------------------------------------------
POOL = stats.norm.ppf((np.arange(300) + 0.5) / 300)


def rank_8(s, rng):
    return xavier(*s) / math.sqrt(8) * rng.normal(size=(s[0], 8)) @ rng.normal(size=(8, s[1]))


WORTHLESS = {  # nothing of the task is right
    "counted": lambda s, rng: np.arange(s[0] * s[1], dtype=float).reshape(s),
    "0 to 1": lambda s, rng: rng.random(s),
    "standard normal": lambda s, rng: rng.normal(size=s),
    "-1 to 1": lambda s, rng: rng.uniform(-1, 1, s),
    "a guess": lambda s, rng: rng.normal(0, 0.01, s),
    "two points": lambda s, rng: xavier(*s) * rng.choice([-1, 1], s),
    "pool of 300": lambda s, rng: xavier(*s) * (rng.choice(POOL, s) + 1e-9 * rng.normal(size=s)),
    "quantiles": lambda s, rng: (
        xavier(*s) * rng.permutation(stats.norm.ppf((np.arange(s[0] * s[1]) + 0.5) / (s[0] * s[1]))).reshape(s)
    ),
    "rank 8": rank_8,
    "one row": one_row,
    "constant": lambda s, rng: np.full(s, xavier(*s)),
    "almost constant": lambda s, rng: xavier(*s) * (1 + 1e-3 * rng.normal(size=s)),
}
OWN = np.random.default_rng(0)
SLIPS = {  # of the draw: each a mistake with credit, made on top of a sampler
    None: lambda draw, s, rng: draw(s, rng),
    "repeated_draws": lambda draw, s, rng: draw(s, np.random.default_rng(42)),
    "generator_ignored": lambda draw, s, rng: draw(s, OWN),
    "nonzero_mean": lambda draw, s, rng: (w := draw(s, rng)) + 0.3 * w.std(),
    "rescaled_draws": lambda draw, s, rng: (w := draw(s, rng)) - w.mean(),
    "wrong_distribution": lambda draw, s, rng: (w := draw(s, rng)) * np.abs(w) / math.sqrt(3) / (w.std() or 1.0),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("name", WORTHLESS)
def test_a_worthless_answer_earns_nothing_whatever_mistake_is_made_beside_it(name, slip):
    def sampler(s, rng):
        return SLIPS[slip](WORTHLESS[name], s, rng)

    report = check_sampler(sampler, "xavier", shapes=SHAPES, distribution="normal")
    assert report.credit == 0, report


SCALES = [
    (key, number)
    for key, mistake in MISTAKES.items()
    for number, spread in enumerate(mistake.spreads)
    if "xavier" in spread.schemes and "normal" in spread.distributions
]


@pytest.mark.parametrize("name", ["two points", "pool of 300", "quantiles", "rank 8", "one row", "constant"])
@pytest.mark.parametrize(("key", "number"), SCALES)
def test_a_worthless_draw_earns_nothing_for_a_scale_with_a_name(name, key, number):
    asked = Asked("xavier", gain=1.5, distribution="normal")

    def sampler(s, rng):
        return WORTHLESS[name](s, rng) / xavier(*s) * MISTAKES[key].spreads[number].std(asked, *s)

    report = check_sampler(sampler, "xavier", shapes=[(60, 90)], distribution="normal", gain=1.5)
    assert report.credit == 0, report


@pytest.mark.parametrize("slip", list(SLIPS)[1:])
@pytest.mark.parametrize("key", ["half_variance", "variance_as_std", "root_of_two_only", "wrong_std"])
def test_both_of_two_mistakes_are_told_and_the_credits_multiply(key, slip):
    std = {
        "half_variance": lambda i, o: 1 / math.sqrt(i + o),
        "variance_as_std": lambda i, o: 2 / (i + o),
        "root_of_two_only": lambda i, o: math.sqrt(2) / (i + o),
        "wrong_std": lambda i, o: 0.7 / math.sqrt(i),
    }[key]

    def sampler(s, rng):
        return SLIPS[slip](lambda s, rng: rng.normal(0, std(*s), s), s, rng)

    report = check_sampler(sampler, "xavier", shapes=SHAPES, distribution="normal")
    assert set(report.mistakes) == {key, slip}, report
    assert report.credit == pytest.approx(MISTAKES[key].credit * MISTAKES[slip].credit)


@pytest.mark.parametrize("name", ["two points", "pool of 300", "rank 8", "one row", "constant"])
def test_a_worthless_draw_earns_nothing_for_a_scale_with_two_names(name):
    def sampler(s, rng, gain=1.0):
        return WORTHLESS[name](s, rng) / math.sqrt(2)  # half the variance, and the gain is ignored

    report = check_sampler(sampler, "xavier", shapes=SHAPES, distribution="normal", gain=1.6, arguments={"gain": 1.6})
    assert report.credit == 0, report


@pytest.mark.parametrize("name", ["counted", "0 to 1", "standard normal", "-1 to 1", "a guess"])
def test_a_worthless_scale_has_no_two_names(name):
    for gain in (1.3, 1.6, 1.8):
        report = check_sampler(
            lambda s, rng, gain=1.0: WORTHLESS[name](s, rng),
            "xavier",
            shapes=SHAPES,
            distribution="uniform",
            gain=gain,
            arguments={"gain": gain},
        )
        assert report.credit == 0, report


def test_a_generator_that_starts_anew_with_each_that_it_is_given_is_found():
    """It repeats with the same generator, and is no constant; but another generator does not change it."""
    own = {}

    def sampler(s, rng):
        own.setdefault(rng, np.random.default_rng(0))
        return own[rng].normal(0, xavier(*s), s)

    report = check_sampler(sampler, "xavier", shapes=SHAPES)
    assert report.mistakes == ("generator_ignored",) and "Another generator gave the same numbers." in repr(report)


@pytest.mark.parametrize(
    "draw",
    [
        lambda s, rng: np.eye(*s),
        lambda s, rng: np.eye(max(s))[rng.permutation(max(s))][: s[0], : s[1]] * rng.choice([-1, 1], (s[0], 1)),
    ],
)
def test_a_matrix_of_zeros_and_ones_is_orthogonal_and_no_draw(draw):
    report = check_orthogonal(draw, shapes=[(9, 9)])
    assert "dependent_entries" in report.mistakes and report.credit == 0


# ---- names that are not stolen --------------------------------------------------------------------------------------
WIDTHS = [(60, 90), (96, 200), (112, 224), (120, 256), (144, 280), (30, 80), (150, 40), (40, 60), (64, 10), (784, 300)]
ASKED = [  # where two explain the same, no name can be told: a gain of 3 has the root that a uniform law may lack
    Asked(scheme, distribution=law, **options)
    for law in ("normal", "uniform", "truncated_normal")
    for scheme, choices in {
        "xavier": [{"gain": gain} for gain in (1.0, 0.6, 1.25, 1.5, 1.8, 2.5)],
        "he": [
            {"negative_slope": slope, "mode": mode}
            for slope in (0.0, 0.3, 0.4, 0.5, 0.6, 0.7)
            for mode in ("fan_in", "fan_out")
        ],
        "lecun": [{}, {"gain": 2.5}],
    }.items()
    for options in choices
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_a_mistake_has_its_own_name_at_every_usual_shape(asked):
    """With a second shape, as in the hidden tests."""
    stolen = []
    for key, mistake in MISTAKES.items():
        for spread in mistake.spreads:
            if asked.scheme not in spread.schemes or asked.distribution not in spread.distributions:
                continue
            for shape in WIDTHS:
                measured = [_Measured(s, 0.0, spread.std(asked, *s)) for s in (shape, (150, 40))]
                found = _name_the_spread(asked, measured)
                if found and [finding.mistake for finding in found] != [key]:
                    stolen.append((key, found[0].mistake, shape))
    assert not stolen, stolen
