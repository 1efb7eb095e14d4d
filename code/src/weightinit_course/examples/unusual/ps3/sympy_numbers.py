"""Exact numbers of sympy, handed in unevaluated."""

# %% ps3-relu
import sympy

q = sympy.Rational(str(VARIANT["q"]))
z = sympy.Symbol("z", real=True)
density = sympy.exp(-(z**2) / (2 * q)) / sympy.sqrt(2 * sympy.pi * q)
relu_square = sympy.integrate(z**2 * density, (z, 0, sympy.oo))
relu_std = sympy.sqrt(relu_square - sympy.integrate(z * density, (z, 0, sympy.oo)) ** 2)

# %% ps3-leaky
q, a, k = (sympy.nsimplify(str(VARIANT[name])) for name in ("q", "slope", "k"))
leaky_square = q * (1 + a**2) / 2
lopsided_square = k**2 / (1 + k)

# %% ps3-untold
a, depth = sympy.nsimplify(str(VARIANT["slope"])), VARIANT["depth"]
q_last = 2 * (1 + a**2) ** (depth - 1)

# %% ps3-cut
cut = sympy.nsimplify(str(VARIANT["cut"]))
kept = sympy.erf(cut / sympy.sqrt(2))
cut_std = sympy.sqrt(1 - sympy.sqrt(2 / sympy.pi) * cut * sympy.exp(-(cut**2) / 2) / kept)
