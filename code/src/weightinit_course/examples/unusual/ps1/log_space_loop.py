"""A simulation step by step on the logarithm; the rest is interpolated."""

# %% ps1-growth
step = math.log10(1 + VARIANT["rate_percent"] / 100 * VARIANT["growth_percent"] / 100)
exponent, steps_to_differ = -float(VARIANT["noise_exponent"]), 0
while exponent < -1:
    exponent += step
    steps_to_differ += 1
more_steps, left = 0.0, 3.0
while left > step:
    left -= step
    more_steps += 1
more_steps += left / step
