"""Laws of scipy.stats, drawn with `random_state`."""

# %% ps2-normal
from scipy import stats


def xavier_normal(shape, rng, gain=1.0):
    law = stats.norm(scale=gain * (2 / sum(shape)) ** 0.5)
    return law.rvs(size=shape, random_state=rng)


# %% ps2-uniform
def xavier_bound(fan_in, fan_out, gain=1.0):
    std = gain * (2 / (fan_in + fan_out)) ** 0.5
    return std / stats.uniform(-1, 2).std()


def xavier_uniform(shape, rng, gain=1.0):
    a = xavier_bound(*shape, gain=gain)
    return stats.uniform(loc=-a, scale=2 * a).rvs(shape, random_state=rng)
