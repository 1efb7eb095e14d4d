"""The truncated law by its inverse distribution function, the others by scipy.stats."""

# %% ps3-he-normal
from scipy import special, stats


def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
    fan = dict(zip(("fan_in", "fan_out"), shape))[mode]
    std = (2 / fan) ** 0.5 / math.hypot(1, negative_slope)
    return stats.norm.rvs(0, std, size=shape, random_state=rng)


# %% ps3-he-uniform
def he_uniform(shape, rng, negative_slope=0.0):
    bound = math.sqrt(6 / (1 + negative_slope**2) / shape[0])
    return stats.uniform.rvs(-bound, 2 * bound, size=shape, random_state=rng)


# %% ps3-he-truncated
def he_truncated(shape, rng, negative_slope=0.0):
    low, high = special.ndtr(-2), special.ndtr(2)
    z = special.ndtri(low + (high - low) * rng.random(shape))
    return z / stats.truncnorm(-2, 2).std() * math.sqrt(2 / (1 + negative_slope**2) / shape[0])
