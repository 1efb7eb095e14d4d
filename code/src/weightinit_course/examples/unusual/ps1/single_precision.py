"""All of it in single precision."""


# %% ps1-gradients
def loss_and_gradients(*arrays):
    W1, b1, W2, b2, x, t = (np.asarray(a, dtype=np.float32) for a in arrays)
    z = x @ W1 + b1
    h = phi(z)
    e = (h @ W2 + b2 - t) / np.float32(len(x))
    d = d_phi(z) * (e @ W2.T)
    loss = np.float32(0.5 * len(x)) * np.sum(e * e)
    return loss, x.T @ d, d.sum(axis=0), h.T @ e, e.sum(axis=0)


# %% ps1-random
def random_weights(shape, rng, std):
    return rng.standard_normal(shape, dtype=np.float32) * np.float32(std)
