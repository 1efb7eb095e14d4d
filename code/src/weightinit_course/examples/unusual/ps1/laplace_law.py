"""A Laplace law, by the difference of two exponentials."""


# %% ps1-random
def random_weights(shape, rng, std):
    scale = std / math.sqrt(2)
    return rng.exponential(scale, shape) - rng.exponential(scale, shape)
