"""Rational and symbolic numbers of sympy."""

# %% ps2-numbers
import sympy

a = sympy.Symbol("a", positive=True)
fan_in, fan_out = (sympy.Integer(VARIANT["kernel"]) ** 2 * VARIANT[k] for k in ("channels_in", "channels_out"))
t = sympy.Symbol("t")
law = sympy.integrate(t**2 / (2 * a), (t, -a, a))
variance_uniform = law.subs(a, sympy.Rational(str(VARIANT["bound"])))
second_moment_z = (
    VARIANT["n_in"] * sympy.Rational(VARIANT["std_percent"], 100) ** 2 * sympy.Float(VARIANT["mean_square"])
)

# %% ps2-slip
layers_until_lost = sympy.floor(VARIANT["threshold_exponent"] * sympy.log(10, 2)) + 1
