"""Extended precision, where the machine has it."""


# %% ps1-gradients
def loss_and_gradients(*arrays):
    W1, b1, W2, b2, x, t = (np.asarray(a, dtype=np.longdouble) for a in arrays)
    z = np.dot(x, W1) + b1
    h = phi(z)
    e = np.dot(h, W2) + b2 - t
    B = np.longdouble(len(x))
    d = d_phi(z) * np.dot(e, W2.T) / B
    return (e**2).sum() / (2 * B), np.dot(x.T, d), d.sum(0), np.dot(h.T, e) / B, e.sum(0) / B


# %% ps1-growth
rate = np.longdouble(VARIANT["rate_percent"]) * VARIANT["growth_percent"] / 10**4
k = VARIANT["noise_exponent"]
steps_to_differ = np.ceil((k - 1) * np.log(np.longdouble(10)) / np.log1p(rate))
more_steps = 3 * np.log(np.longdouble(10)) / np.log1p(rate)


# %% ps1-random
def random_weights(shape, rng, std):
    return (rng.standard_normal(shape) * np.longdouble(std)).astype(np.float64)
