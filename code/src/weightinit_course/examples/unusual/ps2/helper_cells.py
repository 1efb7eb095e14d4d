"""The work is done by functions of a cell of its own; the answers only call them."""

# %% own
import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Fans:
    n_in: int
    n_out: int

    @property
    def average(self):
        return (self.n_in + self.n_out) / 2

    def std(self, gain=1.0):
        return gain / math.sqrt(self.average)


def walk(widths):
    yield from (Fans(*pair) for pair in zip(widths, widths[1:]))


# %% ps2-normal
def xavier_normal(shape, rng, gain=1.0):
    return Fans(*shape).std(gain) * rng.standard_normal(shape)


# %% ps2-uniform
def xavier_bound(fan_in, fan_out, gain=1.0):
    return math.sqrt(3) * Fans(fan_in, fan_out).std(gain)


def xavier_uniform(shape, rng, gain=1.0):
    bound = xavier_bound(*shape, gain=gain)
    return bound * (2 * rng.beta(1, 1, shape) - 1)


# %% ps2-factors
def total_factors(widths):
    layers = list(walk(widths))
    return (
        math.exp(sum(math.log(f.n_in / f.average) for f in layers)),
        math.exp(sum(math.log(f.n_out / f.average) for f in layers)),
    )
