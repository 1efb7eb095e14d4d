"""Truncation from a pool that is drawn too large; normal numbers by Box and Muller, both of each pair."""


# %% ps3-he-normal
def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
    n = math.prod(shape)
    pairs = -(-n // 2)
    radius = np.sqrt(-2 * np.log(1 - rng.random(pairs)))
    angle = 2 * np.pi * rng.random(pairs)
    z = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:n].reshape(shape)
    fan = shape[("fan_in", "fan_out").index(mode)]
    return z * np.sqrt(2 / (fan * (1 + negative_slope**2)))


# %% ps3-he-truncated
def he_truncated(shape, rng, negative_slope=0.0):
    n = math.prod(shape)
    pool = rng.standard_normal(2 * n + 50)
    pool = pool[np.abs(pool) < 2][:n].reshape(shape)
    return pool * math.sqrt(2 / (1 + negative_slope**2) / shape[0]) / 0.87962566103423978
