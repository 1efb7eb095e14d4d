"""Moments by Monte Carlo, right to about 1 part in 1000."""

# %% ps3-moment
Z = np.random.default_rng(4).standard_normal(1_000_000)
Z = np.concatenate([Z, -Z]) / np.sqrt(np.mean(Z**2))


def second_moment(name, q):
    return float(np.mean(activations.get(name).f(math.sqrt(q) * Z) ** 2))


# %% ps3-backward
def backward_gain(name):
    return float(np.mean(activations.get(name).df(Z) ** 2)) ** -0.5
