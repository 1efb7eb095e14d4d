"""scipy's own truncated normal law."""

# %% ps3-he-truncated
from scipy.stats import truncnorm


def he_truncated(shape, rng, negative_slope=0.0):
    wanted = math.sqrt(2 / ((1 + negative_slope**2) * shape[0]))
    return truncnorm(-2, 2, scale=wanted / truncnorm.std(-2, 2)).rvs(shape, random_state=rng)
