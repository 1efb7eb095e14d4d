"""The gradients are central difference quotients, one parameter after the other: slow, and right to four digits."""


# %% ps1-gradients
def loss_and_gradients(W1, b1, W2, b2, x, t):
    parameters = [np.array(p, dtype=float) for p in (W1, b1, W2, b2)]

    def loss():
        w1, c1, w2, c2 = parameters
        return 0.5 * np.mean(np.sum((phi(x @ w1 + c1) @ w2 + c2 - t) ** 2, axis=1))

    gradients = []
    for p in parameters:
        g = np.empty_like(p)
        for place in np.ndindex(*p.shape):
            kept = p[place]
            p[place] = kept + 1e-5
            ahead = loss()
            p[place] = kept - 1e-5
            g[place] = (ahead - loss()) / 2e-5
            p[place] = kept
        gradients.append(g)
    return (loss(), *gradients)
