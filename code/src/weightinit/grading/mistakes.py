"""The mistakes that have a name: what to tell the learner, and the share of the marks that the answer still earns."""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """A known mistake.

    Attributes
    ----------
    message : str
        What the learner reads.
    credit : float
        Share of the task's points, 0 to 1.
    """

    message: str
    credit: float


MISTAKES: dict[str, Mistake] = {
    # the answer cannot be judged
    "unanswered": Mistake("It is not answered yet.", 0.0),
    "raises": Mistake("It stops with an error.", 0.0),
    "wrong_type": Mistake("It must return real numbers in single or double precision.", 0.0),
    "wrong_shape": Mistake("It returns another shape than the one that was asked for.", 0.0),
    "not_finite": Mistake("Some of the numbers are nan or infinite.", 0.0),
    "stopped": Mistake("Your notebook was stopped before this could be checked.", 0.0),
    # the scale is wrong
    "variance_as_std": Mistake(
        "The variance was used as the standard deviation: take the square root before you scale.", 0.4
    ),
    "std_as_variance": Mistake(
        "The standard deviation was used as the variance: one square root too many stands in front of the draw.", 0.4
    ),
    "missing_sqrt3": Mistake(
        "The √3 is missing: a uniform law on [-a, a] has the variance a²/3, so a must be √3 standard deviations.", 0.5
    ),
    "extra_sqrt3": Mistake("There is one √3 too many: only the bound of a uniform law needs it.", 0.5),
    "swapped_fans": Mistake("The fans are swapped: weights are (fan_in, fan_out), inputs come first.", 0.5),
    "one_fan": Mistake(
        "The variance is 1/n with one of the fans; Xavier's compromise is 2/(fan_in + fan_out), with both.", 0.4
    ),
    "half_variance": Mistake(
        "The variance is 1/(fan_in + fan_out), half of what it should be: the 2 of 2/(fan_in + fan_out) is missing.",
        0.5,
    ),
    "missing_two": Mistake("The 2 is missing: relu halves the second moment, so the variance must be doubled.", 0.4),
    "extra_two": Mistake("The variance is twice what was asked for: no 2 belongs here.", 0.4),
    "xavier_for_he": Mistake("This is Xavier's variance 2/(fan_in + fan_out); relu needs 2/fan_in.", 0.2),
    "he_for_xavier": Mistake("This is He's variance 2/fan_in; here 2/(fan_in + fan_out) was asked for.", 0.2),
    "slope_forgotten": Mistake(
        "The negative slope is ignored: with slope a the variance is 2/((1 + a²) · fan_in).", 0.5
    ),
    "truncation_uncorrected": Mistake(
        "The truncation is not corrected: cutting a normal law at 2 standard deviations leaves 0.8796 of its "
        "standard deviation, so divide by that.",
        0.6,
    ),
    "gain_squared": Mistake("The gain is squared: it multiplies the standard deviation once.", 0.5),
    "gain_forgotten": Mistake("The gain is ignored.", 0.4),
    "gain_root": Mistake("The gain multiplies the variance; it must multiply the standard deviation.", 0.5),
    "wrong_std": Mistake("The standard deviation is wrong.", 0.0),
    # the draw is no good
    "nonzero_mean": Mistake("The mean is not 0: the law must be symmetric about 0.", 0.3),
    "constant_draws": Mistake("All entries are equal: nothing was drawn.", 0.0),
    "repeated_draws": Mistake(
        "Every call returns the same numbers: a seed is set inside the function. Draw from the generator it is given.",
        0.4,
    ),
    "dependent_entries": Mistake(
        "The entries depend on each other; each must be drawn independently of all others.", 0.2
    ),
    "rescaled_draws": Mistake(
        "The draw is rescaled to have exactly the wanted scale. Only the law has it: a sample varies around it, and "
        "rescaling makes the entries depend on each other.",
        0.5,
    ),
    "wrong_distribution": Mistake("Mean and standard deviation are right, but it is another law than asked for.", 0.6),
    "not_orthogonal": Mistake("The shorter side's rows or columns are not orthonormal up to the gain.", 0.0),
    "haar_sign": Mistake(
        "The signs are not uniform: QR leaves a preferred sign in each column. Multiply column j of Q by the sign of "
        "R[j, j].",
        0.6,
    ),
    # a number, a function
    "wrong_value": Mistake("The value is not right.", 0.0),
}
