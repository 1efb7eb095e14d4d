"""Orthogonal matrices by the singular vectors of a normal one; signal and gradient by a recursion."""


# %% ps4-measure
def measure(weights, x, gradient):
    def through(layer, signal):
        z = signal @ weights[layer]
        if layer == len(weights) - 1:
            return [np.mean(z**2)], [np.mean(gradient**2)], gradient @ weights[layer].T
        q, g, back = through(layer + 1, phi(z))
        delta = dphi(z) * back
        return [np.mean(z**2), *q], [np.mean(delta**2), *g], delta @ weights[layer].T

    q, g, _ = through(0, x)
    return np.array(q), np.array(g)


# %% ps4-start
def start(widths, m_0, rng):
    drawn = []
    for layer, (n, m) in enumerate(zip(widths, widths[1:])):
        u, _, vt = np.linalg.svd(rng.standard_normal((n, m)), full_matrices=False)
        scale = gains(1.0)[0] if layer else m_0**-0.5
        drawn.append(scale * np.sqrt(max(n, m) / n) * u @ vt)
    return drawn


LEARNING_RATE = 0.001 / VARIANT["scale"] ** 2
