"""The steps are counted with exact fractions, one multiplication a step; a fraction is handed in."""

# %% ps1-growth
from fractions import Fraction

factor = 1 + Fraction(VARIANT["rate_percent"] * VARIANT["growth_percent"], 10**4)
difference, steps_to_differ = 1.0, 0  # in units of the start
goal = 10 ** (VARIANT["noise_exponent"] - 1)
while factor**steps_to_differ < goal:
    steps_to_differ += 1
more_steps = Fraction(math.log(1000) / math.log(factor)).limit_denominator(10**6)
