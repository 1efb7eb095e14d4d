"""A generator for each column, spawned from one that is seeded by the given one."""


# %% ps2-normal
def xavier_normal(shape, rng, gain=1.0):
    children = np.random.SeedSequence(int(rng.integers(2**63))).spawn(shape[1])
    std = gain * np.sqrt(2 / sum(shape))
    columns = [np.random.default_rng(child).normal(0, std, shape[0]) for child in children]
    return np.stack(columns, axis=-1)
