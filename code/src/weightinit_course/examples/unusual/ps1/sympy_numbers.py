"""Numbers of sympy, exact until somebody asks."""

# %% ps1-growth
import sympy

factor = 1 + sympy.Rational(VARIANT["rate_percent"] * VARIANT["growth_percent"], 10**4)
k = VARIANT["noise_exponent"]
steps_to_differ = sympy.ceiling((k - 1) * sympy.log(10) / sympy.log(factor))
more_steps = (sympy.log(1000) / sympy.log(factor)).evalf(20)
