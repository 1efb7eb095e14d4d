"""Callable objects with `lru_cache`, partial functions, a NamedTuple of moments."""

# %% own
from functools import cached_property, lru_cache, partial
from typing import NamedTuple


class Moments(NamedTuple):
    value: float
    slope: float


class Rule:
    @cached_property
    def nodes(self):
        t, w = np.polynomial.hermite_e.hermegauss(140)
        return t, w / w.sum()

    @lru_cache
    def __call__(self, name, q):
        t, w = self.nodes
        unit = activations.get(name)
        return Moments(w @ unit.f(q**0.5 * t) ** 2, w @ unit.df(q**0.5 * t) ** 2)


rule = Rule()

# %% ps3-moment
second_moment = lambda name, q: rule(name, q).value


# %% ps3-gain
def power_of(part, name, exponent=-0.5):
    return getattr(rule(name, 1.0), part) ** exponent


gain = partial(power_of, "value")

# %% ps3-backward
backward_gain = partial(power_of, "slope")
