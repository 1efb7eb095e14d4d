"""Fractions of the standard library, handed in as they are."""

# %% ps2-numbers
from fractions import Fraction

fan_in = Fraction(VARIANT["kernel"] ** 2 * VARIANT["channels_in"])
fan_out = Fraction(VARIANT["kernel"] ** 2 * VARIANT["channels_out"])
variance_uniform = Fraction(str(VARIANT["bound"])) ** 2 / 3
second_moment_z = VARIANT["n_in"] * Fraction(VARIANT["std_percent"], 100) ** 2 * Fraction(str(VARIANT["mean_square"]))


# %% ps2-factors
def total_factors(widths):
    forward = backward = Fraction(1)
    for n_in, n_out in zip(widths, widths[1:]):
        forward *= Fraction(2 * n_in, n_in + n_out)
        backward *= Fraction(2 * n_out, n_in + n_out)
    return float(forward), float(backward)


# %% ps2-slip
share, layers_until_lost = Fraction(1), 0
while share >= Fraction(1, 10 ** VARIANT["threshold_exponent"]):
    share, layers_until_lost = share / 2, layers_until_lost + 1
