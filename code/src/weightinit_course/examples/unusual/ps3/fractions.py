"""Fractions where a number is rational, subclasses of float where not."""

# %% ps3-leaky
from fractions import Fraction

q, a, k = (Fraction(str(VARIANT[name])) for name in ("q", "slope", "k"))
leaky_square = q / 2 + a * a * q / 2
lopsided_square = Fraction(k * k, k + 1)

# %% ps3-untold
q_last = Fraction(2)
for _ in range(VARIANT["depth"] - 1):
    q_last *= 1 + Fraction(str(VARIANT["slope"])) ** 2


# %% ps3-cut
class Spread(float):
    pass


from scipy import stats

cut_std = Spread(stats.truncnorm(-VARIANT["cut"], VARIANT["cut"]).std())
