"""The sum of two uniform numbers, read from the generator's bytes."""


# %% ps1-random
def random_weights(shape, rng, std):
    n = math.prod(shape)
    u = np.frombuffer(rng.bytes(16 * n), dtype=np.uint64).astype(float) / 2.0**64
    return std * math.sqrt(6) * (u[:n] + u[n:] - 1).reshape(shape)
