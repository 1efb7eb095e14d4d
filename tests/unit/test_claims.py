import numpy as np
import pytest
import sympy

from weightinit.claims import ClaimError, claim, claim_exact, claim_holds, claim_less, claim_symbolic


@pytest.fixture
def seeds():
    return 2 + 0.02 * np.random.default_rng(0).standard_normal(20)


def test_a_true_claim_prints_one_line_with_its_label(seeds, capsys):
    assert claim("eq-two", 2.0, seeds, what="mean") is None
    out = capsys.readouterr().out
    assert out.startswith("✓ [eq-two] mean: predicted 2.00 · measured 2.0")
    assert out.endswith("(99.9 %, 20 seeds)\n") and out.count("\n") == 1


@pytest.mark.parametrize("wrong", [1.0, 1.9, 2.1, 4.0, -2.0])
def test_a_wrong_prediction_raises(seeds, wrong):
    with pytest.raises(ClaimError, match=r"\[eq-two\].*outside"):
        claim("eq-two", wrong, seeds)


def test_an_interval_too_wide_to_decide_is_refused():
    coarse = 2 + np.random.default_rng(0).standard_normal(20)
    with pytest.raises(ClaimError, match="more seeds"):
        claim("eq-two", 2.0, coarse)
    claim("eq-two", 2.0, coarse, resolution=1.0)


def test_array_claims_find_the_one_wrong_entry():
    rng = np.random.default_rng(2)
    measured = np.array([1.0, 2.0, 3.0]) * (1 + 0.01 * rng.standard_normal((30, 3)))
    claim("eq-three", [1.0, 2.0, 3.0], measured)
    with pytest.raises(ClaimError, match="entry 2 of 3"):
        claim("eq-three", [1.0, 2.2, 3.0], measured)


def test_the_entry_reported_is_the_one_farthest_out():
    measured = np.array([1.0, 1.0, 1.0, 1.0]) * (1 + 0.01 * np.random.default_rng(2).standard_normal((30, 4)))
    with pytest.raises(ClaimError, match=r"predicted 5.00 .*outside the interval at entry 3 of 4"):
        claim("eq-four", [1.0, 2.0, 5.0, 3.0], measured)
    # entry 1 is 1000 half-widths off and inside no interval, entry 2 only coarse: what lies outside comes first
    with pytest.raises(ClaimError, match=r"outside the interval at entry 1 of 2"):
        claim("eq-two", [5.0, 1.0], np.column_stack([measured[:, 0], 1 + 100 * (measured[:, 1] - 1)]))


# the median of 1, 2, …, 20 has 99.9 % limits 3 and 18
ORDERED = {"measured": np.arange(1.0, 21), "statistic": "median"}


def test_of_a_limit_the_whole_interval_must_lie_within_the_allowance(capsys):
    claim("eq-a", 12.0, **ORDERED, allowance=9 / 12)  # 3 is 9 below
    assert "measured 10.5 ± 7.5, a limit, within 75 % (99.9 %, 20 seeds)" in capsys.readouterr().out
    claim("eq-a", 10.0, **ORDERED, allowance=8 / 10)  # 18 is 8 above
    for predicted, allowance in ((12.0, 9 / 12), (10.0, 8 / 10)):
        with pytest.raises(ClaimError, match=rf"\[eq-a\] .*: not within {100 * allowance:.0f} %$"):
            claim("eq-a", predicted, **ORDERED, allowance=np.nextafter(allowance, 0))
    claim("eq-a", -12.0, -ORDERED["measured"], statistic="median", allowance=9 / 12)


def test_few_seeds_never_help_a_limit_to_pass():
    rng = np.random.default_rng(3)
    many = 1.03 + 0.1 * rng.standard_normal(4000)
    claim("eq-a", 1.0, many, allowance=0.05)
    with pytest.raises(ClaimError, match="interval is wider than 0.05 of the prediction; more seeds"):
        claim("eq-a", 1.0, many[:10], allowance=0.05, resolution=1.0)
    with pytest.raises(ClaimError, match="outside the interval"):  # as an exact law it is refuted, as it should be
        claim("eq-a", 1.0, many)


def test_the_allowance_of_each_entry_counts():
    measured = np.array([1.01, 1.05]) * (1 + 0.001 * np.random.default_rng(2).standard_normal((30, 2)))
    claim("eq-a", 1.0, measured, allowance=[0.02, 0.06])
    with pytest.raises(ClaimError, match="not within 2 % at entry 2 of 2"):
        claim("eq-a", 1.0, measured, allowance=[0.06, 0.02])
    with pytest.raises(ClaimError, match="not within 0.5 % at entry 1 of 2"):
        claim("eq-a", 1.0, measured, allowance=[0.005, 0.06])


@pytest.mark.parametrize("allowance", [-0.01, 1.0, [0.1, 0.0], [0.1, 0.2, 0.3]])
def test_an_allowance_that_is_none_is_refused(allowance):
    measured = 1 + 0.01 * np.random.default_rng(2).standard_normal((30, 2))
    with pytest.raises(ValueError, match="allowance must"):
        claim("eq-a", 1.0, measured, allowance=allowance)


def test_a_tolerance_is_the_largest_that_passes():
    claim_exact("eq-a", 1.5, 1.0, rtol=0.5)
    claim_exact("eq-a", 0.25, 0.0, atol=0.25)
    claim_exact("eq-a", 2.0, 1.0, rtol=0.5, atol=0.5)
    for computed, expected, tolerances in (
        (np.nextafter(1.5, 2), 1.0, {"rtol": 0.5}),
        (np.nextafter(0.25, 1), 0.0, {"atol": 0.25}),
        (np.nextafter(-0.25, -1), 0.0, {"atol": 0.25}),
        (np.nextafter(2.0, 3), 1.0, {"rtol": 0.5, "atol": 0.5}),
    ):
        with pytest.raises(ClaimError):
            claim_exact("eq-a", computed, expected, **tolerances)
    claim("eq-a", 10.5, **ORDERED, resolution=7.5 / 10.5)
    with pytest.raises(ClaimError, match="more seeds"):
        claim("eq-a", 10.5, **ORDERED, resolution=np.nextafter(7.5 / 10.5, 0))


def test_the_coarse_entry_reported_is_the_coarsest():
    noise = np.random.default_rng(2).standard_normal((30, 3))
    with pytest.raises(ClaimError, match=r"the interval is wider than 0.1 of the prediction at entry 2 of 3"):
        claim("eq-three", 1.0, 1 + np.array([0.3, 1.0, 0.0001]) * noise)


def test_the_entry_reported_of_a_claim_that_holds_is_the_closest_call(capsys):
    noise = np.random.default_rng(2).standard_normal((30, 3))
    noise = (noise - noise.mean(0)) / noise.std(0, ddof=1)
    claim("eq-three", 1.0, 1 + 0.01 * noise + np.array([0.0, 0.003, 0.001]))
    assert "3 intervals, this is the farthest at entry 2 of 3" in capsys.readouterr().out


def test_twenty_times_the_same_seed_is_no_evidence():
    same = np.full(20, 2.0)
    for call in (
        lambda: claim("eq-two", 2.0, same),
        lambda: claim("eq-two", 2.0, np.column_stack([same, np.arange(1.0, 21)])),
        lambda: claim_less("eq-two", same, same + 1, what="x"),
        lambda: claim_less("eq-two", 1.0, same[:3], what="x"),
    ):
        with pytest.raises(ValueError, match="must differ between its (20|3) replicas, got one value over and over"):
            call()
    same[-1] += 1e-12
    claim("eq-two", 2.0, same)


def test_the_median_may_have_an_interval_without_width():
    counts = np.repeat([3.0, 4.0], [28, 2])
    claim("eq-count", 3.0, counts, statistic="median")
    with pytest.raises(ClaimError, match="predicted 3.01 · measured 3.00 ± 0.0e[+]00 .*outside"):
        claim("eq-count", 3.01, counts, statistic="median")


def test_simultaneous_coverage_is_shared_between_entries():
    """An entry 4 standard errors off fails alone but is allowed among a thousand."""
    rng = np.random.default_rng(3)
    noise = rng.standard_normal((200, 1000))
    noise = (noise - noise.mean(0)) / noise.std(0, ddof=1) * np.sqrt(200)  # each column: mean 0, standard error 1
    predicted = np.full(1000, 100.0)
    measured = 100.0 + noise
    measured[:, 7] += 4.0
    claim("eq-many", predicted, measured)
    with pytest.raises(ClaimError, match="outside"):
        claim("eq-many", 100.0, measured[:, 7])


def test_geometric_and_median_claims():
    values = np.exp(0.05 * np.random.default_rng(4).standard_normal(200))
    claim("eq-log", 1.0, values, statistic="geometric_mean")
    claim("eq-log", 1.0, values, statistic="median")
    with pytest.raises(ClaimError):
        claim("eq-log", 1.1, values, statistic="geometric_mean")


def test_exact_claims(capsys):
    claim_exact("eq-pi", np.pi, 3.141592653589793)
    claim_exact("eq-zero", [0.0, 1e-15], 0.0, atol=1e-12)
    claim_exact("eq-pi", 3.14, np.pi, rtol=1e-3, what="roughly")
    claim_exact("eq-pi", [np.pi, np.pi], np.pi)
    claim_exact("eq-list", [1.0, 2.0], [1.0, 2.0])
    claim_exact("eq-zero", [0.0, 0.0], 0.0, what="nothing")
    assert capsys.readouterr().out.splitlines() == [
        "✓ [eq-pi] 3.14, equal to 1e-09",
        "✓ [eq-zero] 0.00e+00 (2 values), equal to 1e-12",
        "✓ [eq-pi] roughly: 3.14, equal to 1e-03",
        "✓ [eq-pi] 3.14 (2 values), equal to 1e-09",
        "✓ [eq-list] 2 values, equal to 1e-09",
        "✓ [eq-zero] nothing: 0.00e+00 (2 values), exactly",
    ]
    with pytest.raises(ClaimError):
        claim_exact("eq-zero", 5e-324, 0.0)
    with pytest.raises(ClaimError, match="not equal"):
        claim_exact("eq-pi", 3.14, np.pi)
    with pytest.raises(ClaimError):
        claim_exact("eq-pi", [1.0, 2.0 + 1e-8], [1.0, 2.0])


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.001, "0.00100"), (0.000999, "9.99e-04"), (-0.5, "-0.500"), (1.0, "1.00"), (99.94, "99.9"), (999.0, "999")]
    + [(9994.0, "9.99e+03"), (9999.0, "1.00e+04"), (10_000.0, "1.00e+04"), (-12_345.0, "-1.23e+04"), (0.0, "0.00e+00")],
)
def test_numbers_are_shown_with_three_digits(value, shown, capsys):
    claim_exact("eq-a", value, value, atol=1e-12)
    assert capsys.readouterr().out == f"✓ [eq-a] {shown}, equal to 1e-12\n"


def test_what_the_lines_of_measured_claims_say(capsys):
    ordered = np.arange(1.0, 21)
    claim("eq-a", 10.0, ordered, statistic="median", resolution=1, confidence=0.99, what="a rank")
    claim("eq-b", [10.0, 10.5], np.column_stack([ordered, ordered]), statistic="median", resolution=1)
    claim_less("eq-c", 0.0, ordered, what="some way off", confidence=0.9)
    assert capsys.readouterr().out.splitlines() == [
        "✓ [eq-a] a rank: predicted 10.0 · measured 10.5 ± 6.5 (99 %, 20 seeds)",
        "✓ [eq-b] predicted 10.0 · measured 10.5 ± 7.5 (99.9 %, 20 seeds); 2 intervals, this is the farthest at entry 1 of 2",
        "✓ [eq-c] some way off: 0.00e+00 < 10.5 (90 %, 20 seeds)",
    ]
    with pytest.raises(ClaimError) as caught:
        claim("eq-a", 10.0, ordered, statistic="median", resolution=0.5, what="a rank")
    assert str(caught.value) == (
        "[eq-a] a rank: predicted 10.0 · measured 10.5 ± 7.5 (99.9 %, 20 seeds): "
        "the interval is wider than 0.5 of the prediction; more seeds"
    )
    for call, text in (
        (lambda: claim_holds("eq-d", [True, False, True], what="so"), "[eq-d] so: holds for only 2 of 3"),
        (lambda: claim_exact("eq-e", 1, [1, 2], what="x"), "[eq-e] x: computed 1, expected 2: not equal to 1e-09"),
        (lambda: claim_symbolic("eq-f", "a", "b", what="y"), "[eq-f] y: a is not b; they differ by a - b"),
    ):
        with pytest.raises(ClaimError) as caught:
            call()
        assert str(caught.value) == text
    with pytest.raises(ClaimError) as caught:
        claim_less("eq-c", 20.0, ordered, what="x")
    assert str(caught.value).startswith("[eq-c] x: 20.0 < 10.5 is not established: the difference may be -14.")


def test_symbolic_claims():
    a = sympy.Symbol("a", positive=True)
    claim_symbolic(
        "eq-uniform", sympy.integrate(a**-1 * sympy.Symbol("x") ** 2 / 2, (sympy.Symbol("x"), -a, a)), a**2 / 3
    )
    with pytest.raises(ClaimError, match="differ"):
        claim_symbolic("eq-uniform", a**2 / 2, a**2 / 3)


def test_holds_and_less(capsys):
    claim_holds("eq-all", np.array([True, True]), what="it is so")
    claim_holds("eq-all", True, what="it is so")
    assert "holds for all 2 seeds" in capsys.readouterr().out
    with pytest.raises(ClaimError, match="1 of 2"):
        claim_holds("eq-all", np.array([True, False]), what="it is so")
    rng = np.random.default_rng(5)
    low, high = rng.normal(0, 0.1, 20), rng.normal(1, 0.1, 20)
    claim_less("eq-less", low, high, what="low is lower")
    claim_less("eq-less", low, 0.9, what="below a number")
    for pair in ((high, low), (low, low + rng.normal(0, 0.1, 20))):
        with pytest.raises(ClaimError, match="not established"):
            claim_less("eq-less", *pair, what="no")


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda s: claim("Eq-Two", 2, s), ValueError, "label"),
        (lambda s: claim("two", 2, s), ValueError, "label"),
        (lambda s: claim(3, 2, s), TypeError, "label"),
        (lambda s: claim("eq-a", 2, s[:1]), ValueError, "measured"),
        (lambda s: claim("eq-a", 2, [1.0, np.inf]), ValueError, "measured"),
        (lambda s: claim("eq-a", np.nan, s), ValueError, "predicted"),
        (lambda s: claim("eq-a", 0.0, s), ValueError, "predicted"),
        (lambda s: claim("eq-a", [1.0, 2.0], s), ValueError, "predicted"),
        (lambda s: claim("eq-a", 2, s, confidence=2), ValueError, "confidence"),
        (lambda s: claim("eq-a", 2, s, statistic="mode"), ValueError, "statistic"),
        (lambda s: claim("eq-a", 2, s, resolution=0), ValueError, "resolution"),
        (lambda s: claim("eq-a", 2, s, resolution=True), TypeError, "resolution"),
        (lambda s: claim("eq-a", 2, s, resolution=np.inf), ValueError, "resolution"),
        (lambda s: claim("eq-a", 2, s, confidence="1"), TypeError, "confidence"),
        (lambda s: claim("eq-a", "2", s), TypeError, "predicted"),
        (lambda s: claim("eq-a", 2, ["1", "2"]), TypeError, "measured"),
        (lambda s: claim_exact("eq-a", 1, 1, rtol=-1), ValueError, "rtol"),
        (lambda s: claim_exact("eq-a", 1, 1, rtol=0), ValueError, "rtol"),
        (lambda s: claim_exact("eq-a", 1, 1, atol=-1e-9), ValueError, "atol"),
        (lambda s: claim_exact("eq-a", 1, np.inf), ValueError, "expected"),
        (lambda s: claim_exact("eq-a", [], 1), ValueError, "computed"),
        (lambda s: claim_exact("eq-a", [1, 2], [1, 2, 3]), ValueError, "expected must broadcast"),
        (lambda s: claim_holds("eq-a", np.array([], bool), what="x"), TypeError, "holds"),
        (lambda s: claim_less("eq-a", s, s[:7], what="x"), ValueError, "smaller and larger"),
        (lambda s: claim_exact("eq-a", np.nan, 1), ValueError, "computed"),
        (lambda s: claim_holds("eq-a", 1, what="x"), TypeError, "holds"),
        (lambda s: claim_less("eq-a", np.ones((3, 2)), s, what="x"), ValueError, "smaller"),
        (lambda s: claim_less("eq-a", s, np.nan, what="x"), ValueError, "larger"),
        (lambda s: claim_less("eq-a", 1.0, 2.0, what="x"), ValueError, "larger"),
    ],
)
def test_bad_input_is_named(seeds, call, error, word):
    with pytest.raises(error, match=word):
        call(seeds)
