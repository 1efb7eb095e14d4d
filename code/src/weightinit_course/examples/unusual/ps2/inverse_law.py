"""Both laws by the inverse of their distribution function."""

# %% ps2-normal
from scipy import special


def xavier_normal(shape, rng, gain=1.0):
    return special.ndtri(rng.uniform(np.finfo(float).tiny, 1, shape)) * gain * (2 / sum(shape)) ** 0.5


# %% ps2-uniform
def xavier_bound(fan_in, fan_out, gain=1.0):
    return 3**0.5 * gain * (2 / (fan_in + fan_out)) ** 0.5


def xavier_uniform(shape, rng, gain=1.0):
    return (2 * rng.random(shape) - 1) * xavier_bound(*shape, gain)
