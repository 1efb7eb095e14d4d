"""A Philox generator, keyed by the one that is given."""


# %% ps2-normal
def xavier_normal(shape, rng, gain=1.0):
    own = np.random.Generator(np.random.Philox(key=int(rng.integers(2**63))))
    return own.normal(0, gain * np.sqrt(2 / sum(shape)), shape)
