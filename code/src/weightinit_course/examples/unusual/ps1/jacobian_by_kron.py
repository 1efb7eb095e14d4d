"""The gradients as vector-Jacobian products with Kronecker products, reshaped at the end."""


# %% ps1-gradients
def loss_and_gradients(W1, b1, W2, b2, x, t):
    B, H, m = len(x), len(b1), len(b2)
    z = x @ W1 + b1
    h, s = phi(z), d_phi(z)
    e = (h @ W2 + b2 - t).ravel() / B
    to_W2 = np.kron(h, np.eye(m))
    to_b2 = np.kron(np.ones((B, 1)), np.eye(m))
    from_h = np.kron(np.eye(B), W2.T)
    pulled = (e @ from_h) * s.ravel()
    to_W1 = np.kron(x, np.eye(H))
    to_b1 = np.kron(np.ones((B, 1)), np.eye(H))
    return (
        B / 2 * e @ e,
        (pulled @ to_W1).reshape(np.shape(W1)),
        pulled @ to_b1,
        (e @ to_W2).reshape(np.shape(W2)),
        e @ to_b2,
    )
