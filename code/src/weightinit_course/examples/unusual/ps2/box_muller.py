"""Normal numbers by Box and Muller, from uniform ones."""


# %% ps2-normal
def xavier_normal(shape, rng, gain=1.0):
    radius = np.sqrt(-2 * np.log1p(-rng.random(shape)))
    return gain * np.sqrt(2 / sum(shape)) * radius * np.cos(2 * np.pi * rng.random(shape))
