"""The mistakes that have a name: one record each, with everything that the checks know of it.

A new one is a new row here, and an example that must provoke it in ``weightinit_course.examples.mistakes``: the students
can read this package, so that no sampler stands in it, not even a wrong one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from scipy import stats

from weightinit.grading.asked import DISTRIBUTIONS, SCHEMES, Asked

__all__ = ["BOUND", "GAIN", "MISTAKES", "OTHER_CUTS", "ROOT", "RULE", "TRUNCATED_STD", "Mistake", "Spread"]

TRUNCATED_STD = float(stats.truncnorm(-2, 2).std())  # 0.8796
RULE, ROOT, BOUND, GAIN = 1, 2, 3, 4  # the steps in which a scale is computed
OTHER_CUTS = (1.5, 1.8, 2.5)  # of a task that computes what one of these leaves, just before


@dataclass(frozen=True)
class Spread:
    """A wrong standard deviation that gives a mistake away.

    Attributes
    ----------
    std : callable
        ``std(asked, fan_in, fan_out)``: of one entry, drawn with the mistake.
    schemes, distributions : tuple of str
        The tasks in which the mistake can be made.

    Examples
    --------
    >>> no_compromise = Spread(lambda asked, i, o: asked.gain / math.sqrt(i), ("xavier",))
    >>> no_compromise.std(Asked("xavier"), 100, 300)
    0.1
    """

    std: Callable[[Asked, int, int], float]
    schemes: tuple[str, ...] = SCHEMES
    distributions: tuple[str, ...] = DISTRIBUTIONS


@dataclass(frozen=True)
class Mistake:
    """A mistake with a name.

    Attributes
    ----------
    key : str
        The name.
    message : str
        What the learner reads.
    credit : float
        Share of the task's points that such an answer still earns, 0 to 1.
    spreads : tuple of Spread
        The standard deviations that it leads to; none if something else gives it away.
    step : int
        Where in the way to a weight a wrong scale comes from: in the `RULE` that gives its variance, at the `ROOT` of
        that, at the `BOUND` of a uniform law, or at the `GAIN`. Mistakes of different steps can be made together; 0 is
        no step, of a mistake that is told alone (one root too many makes all scales nearly equal, and would explain any).
    priority : int
        Of mistakes that explain a spread equally well, that with the highest priority is told. No two with spreads share
        one.

    Examples
    --------
    >>> MISTAKES["missing_two"].credit
    0.4
    """

    key: str
    message: str
    credit: float
    spreads: tuple[Spread, ...] = ()
    priority: int = 0
    step: int = 0


def _with_plain_slope(asked: Asked, fan_in: int, fan_out: int) -> float:
    """1 + a in the place of 1 + a²; where that is not positive it tells nothing that a forgotten slope does not."""
    without = replace(asked, negative_slope=0.0).std(fan_in, fan_out)
    factor = 1 + asked.negative_slope
    return without / math.sqrt(factor) if factor > 0 else without


_WITH_GAIN = (*SCHEMES, "orthogonal")

_ALL = (
    # the answer cannot be judged
    Mistake("unanswered", "It is not answered yet.", 0.0),
    Mistake("raises", "It stops with an error.", 0.0),
    Mistake("wrong_type", "This is another kind of value than was asked for.", 0.0),
    Mistake("wrong_shape", "The shape is another one than was asked for.", 0.0),
    Mistake("not_finite", "A number is nan, infinite, or too large for double precision.", 0.0),
    Mistake("stopped", "Your notebook was stopped before this could be checked.", 0.0),
    # The scale is wrong. First comes what the task says in so many words (the gain), then the schemes, then the law that
    # was drawn from, and at last squares and roots, which few entries can make look like anything.
    Mistake(
        "gain_forgotten",
        "The gain is ignored.",
        0.4,
        (Spread(lambda asked, i, o: asked.base(i, o), _WITH_GAIN),),
        priority=160,
        step=GAIN,
    ),
    Mistake(
        "gain_squared",
        "The gain is squared: it multiplies the standard deviation once.",
        0.5,
        (Spread(lambda asked, i, o: asked.gain**2 * asked.base(i, o), _WITH_GAIN),),
        priority=150,
        step=GAIN,
    ),
    Mistake(
        "gain_root",
        "The gain multiplies the variance; it must multiply the standard deviation.",
        0.5,
        (Spread(lambda asked, i, o: math.sqrt(asked.gain) * asked.base(i, o), _WITH_GAIN),),
        priority=140,
        step=GAIN,
    ),
    Mistake(
        "half_variance",
        "The variance is 1/(fan_in + fan_out), half of what it should be: the 2 of 2/(fan_in + fan_out) is missing.",
        0.5,
        (Spread(lambda asked, i, o: asked.gain / math.sqrt(i + o), ("xavier",)),),
        priority=130,
        step=RULE,
    ),
    Mistake(
        "one_fan",
        "The variance is 1/n with one of the fans; Xavier's compromise is 2/(fan_in + fan_out), with both.",
        0.4,
        (
            Spread(lambda asked, i, o: asked.gain / math.sqrt(i), ("xavier",)),
            Spread(lambda asked, i, o: asked.gain / math.sqrt(o), ("xavier",)),
        ),
        priority=120,
        step=RULE,
    ),
    Mistake(
        "he_for_xavier",
        "This is He's variance, 2/n with one of the fans; here 2/(fan_in + fan_out) was asked for.",
        0.2,
        (
            Spread(lambda asked, i, o: asked.gain * math.sqrt(2 / i), ("xavier",)),
            Spread(lambda asked, i, o: asked.gain * math.sqrt(2 / o), ("xavier",)),
        ),
        priority=110,
        step=RULE,
    ),
    Mistake(
        "root_of_two_only",
        "The root is taken of the 2 only: it must be taken of the whole fraction, as in √(2/n) and not √2/n.",
        0.4,
        (
            Spread(lambda asked, i, o: asked.gain * asked.base(i, o) ** 2 / math.sqrt(2), ("xavier", "he")),
            Spread(lambda asked, i, o: asked.gain * math.sqrt(2) / (i if asked.mode == "fan_in" else o), ("he",)),
        ),
        priority=105,
        step=RULE,
    ),
    Mistake(
        "slope_forgotten",
        "The negative slope is ignored: with slope a the variance is 2/((1 + a²) · fan).",
        0.5,
        (Spread(lambda asked, i, o: replace(asked, negative_slope=0.0).std(i, o), ("he",)),),
        priority=100,
        step=RULE,
    ),
    Mistake(
        "slope_not_squared",
        "The slope is not squared: with slope a the variance is 2/((1 + a²) · fan).",
        0.5,
        (Spread(_with_plain_slope, ("he",)),),
        priority=95,
        step=RULE,
    ),
    Mistake(
        "missing_two",
        "The 2 is missing: relu halves the second moment, so the variance must be doubled.",
        0.4,
        (Spread(lambda asked, i, o: asked.std(i, o) / math.sqrt(2), ("he",)),),
        priority=90,
        step=RULE,
    ),
    Mistake(
        "xavier_for_he",
        "This is Xavier's variance 2/(fan_in + fan_out); relu needs 2/n with one of the fans.",
        0.2,
        (Spread(lambda asked, i, o: asked.gain * math.sqrt(2 / (i + o)), ("he",)),),
        priority=80,
        step=RULE,
    ),
    Mistake(
        "extra_two",
        "The variance is twice what was asked for: no 2 belongs here.",
        0.4,
        (Spread(lambda asked, i, o: asked.std(i, o) * math.sqrt(2), ("lecun",)),),
        priority=70,
        step=RULE,
    ),
    Mistake(
        "swapped_fans",
        "The fans are swapped, or the other one was asked for: weights are (fan_in, fan_out), inputs come first.",
        0.5,
        (Spread(lambda asked, i, o: asked.std(o, i), ("he", "lecun")),),
        priority=60,
        step=RULE,
    ),
    Mistake(
        "missing_sqrt3",
        "The √3 is missing: a uniform law on [-a, a] has the variance a²/3, so a must be √3 standard deviations.",
        0.5,
        (Spread(lambda asked, i, o: asked.std(i, o) / math.sqrt(3), distributions=("any", "uniform")),),
        priority=50,
        step=BOUND,
    ),
    Mistake(
        "extra_sqrt3",
        "There is one √3 too many: only the bound of a uniform law needs it.",
        0.5,
        (Spread(lambda asked, i, o: asked.std(i, o) * math.sqrt(3)),),
        priority=40,
        step=BOUND,
    ),
    Mistake(
        "half_range",
        "The interval is half as wide as it should be: a uniform law on [-a, a] reaches a on both sides, not a/2.",
        0.5,
        (Spread(lambda asked, i, o: asked.std(i, o) / 2, distributions=("any", "uniform")),),
        priority=35,
        step=BOUND,
    ),
    Mistake(
        "bound_squared",
        "The root is missing: this is the square of the bound a.",
        0.4,
        (
            Spread(lambda asked, i, o: math.sqrt(3) * asked.std(i, o) ** 2, distributions=("uniform",)),
            Spread(lambda asked, i, o: math.sqrt(3) * asked.gain * asked.base(i, o) ** 2, distributions=("uniform",)),
        ),
        priority=32,
        step=BOUND,
    ),
    Mistake(
        "truncation_uncorrected",
        "The truncation is not corrected: a normal law that is cut at 2 standard deviations is left with less than one. "
        "Divide by what the cut leaves.",
        0.6,
        (Spread(lambda asked, i, o: asked.std(i, o) * TRUNCATED_STD, distributions=("any", "truncated_normal")),),
        priority=30,
    ),
    Mistake(
        "other_truncation",
        "You divide by what another cut leaves. Here the law is cut at 2 of its own standard deviations: compute what that "
        "cut leaves of them.",
        0.7,
        tuple(
            Spread(
                # not with a slope: there a cut at 2.5 looks like a slope of 0.6 that is not squared
                lambda asked, i, o, cut=cut: (
                    asked.std(i, o)
                    * (1.0 if asked.negative_slope else TRUNCATED_STD / float(stats.truncnorm(-cut, cut).std()))
                ),
                distributions=("truncated_normal",),
            )
            for cut in OTHER_CUTS
        ),
        priority=25,
    ),
    Mistake(
        "variance_as_std",
        "The variance was used as the standard deviation: take the square root before you scale.",
        0.4,
        (
            Spread(lambda asked, i, o: asked.std(i, o) ** 2),
            Spread(lambda asked, i, o: asked.gain * asked.base(i, o) ** 2),
            Spread(lambda asked, i, o: asked.std(i, o) ** 2 / math.sqrt(3), distributions=("uniform",)),  # as the bound
        ),
        priority=20,
        step=ROOT,
    ),
    Mistake(
        "std_as_variance",
        "The standard deviation was used as the variance: one square root too many stands in front of the draw.",
        0.4,
        (
            Spread(lambda asked, i, o: math.sqrt(asked.std(i, o))),
            Spread(lambda asked, i, o: asked.gain * math.sqrt(asked.base(i, o))),
        ),
        priority=10,
    ),
    Mistake("wrong_std", "The standard deviation is wrong.", 0.0),
    # the draw is no good
    Mistake("nonzero_mean", "The mean is not 0.", 0.3),
    Mistake("constant_draws", "All entries are equal: nothing was drawn.", 0.0),
    Mistake(
        "repeated_draws",
        "Every call returns the same numbers: a seed is set inside the function. Draw from the generator it is given.",
        0.4,
    ),
    Mistake(
        "generator_ignored",
        "The generator it is given does not decide what is drawn: with the same generator it must return the same "
        "numbers. Draw from it, and from nothing else.",
        0.6,
    ),
    Mistake(
        "dependent_entries",
        "The entries depend on each other, or are a few values only; each must be drawn independently of all others, from a continuous law.",
        0.0,
    ),
    Mistake(
        "rescaled_draws",
        "Rows, columns or whole draws have exactly the wanted mean or size. Only the law has it: a sample varies around "
        "it, and what keeps it from that makes the entries depend on each other.",
        0.5,
    ),
    Mistake("wrong_distribution", "It is another law than asked for.", 0.6),
    Mistake("not_orthogonal", "The shorter side's rows or columns are not orthonormal up to the gain.", 0.0),
    Mistake(
        "haar_sign",
        "The signs are not uniform: QR leaves a preferred sign in each column. Multiply column j of Q by the sign of "
        "R[j, j].",
        0.6,
    ),
    # a number, a function
    Mistake("wrong_order", "The parts stand in another order than was asked for.", 0.6),
    Mistake("wrong_value", "The value is not right.", 0.0),
)

MISTAKES: dict[str, Mistake] = {mistake.key: mistake for mistake in _ALL}
