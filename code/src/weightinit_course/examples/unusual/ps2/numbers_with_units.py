"""Numbers are of a class of the student's own below float, and a NamedTuple is returned."""

# %% own
from typing import NamedTuple


class Moment(float):
    """A number that knows what it is."""

    def __repr__(self):
        return f"{float(self):.4g} (second moment)"


class Factors(NamedTuple):
    forward: float
    backward: float


# %% ps2-numbers
fan_in = VARIANT["kernel"] ** 2 * VARIANT["channels_in"]
fan_out = VARIANT["kernel"] ** 2 * VARIANT["channels_out"]
variance_uniform = Moment(VARIANT["bound"] ** 2 / 3)
second_moment_z = Moment(VARIANT["n_in"] * VARIANT["std_percent"] ** 2 / 1e4 * VARIANT["mean_square"])


# %% ps2-factors
def total_factors(widths):
    n = np.array(widths, dtype=float)
    mean = (n[1:] + n[:-1]) / 2
    return Factors(Moment(np.prod(n[:-1] / mean)), Moment(np.prod(n[1:] / mean)))
