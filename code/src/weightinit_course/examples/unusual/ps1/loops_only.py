"""Loops over samples, units and entries, on lists; no matrix product anywhere, and lists are returned."""


# %% ps1-gradients
def loss_and_gradients(W1, b1, W2, b2, x, t):
    n, H, m, B = len(W1), len(b1), len(b2), len(x)
    dW1 = [[0.0] * H for _ in range(n)]
    db1 = [0.0] * H
    dW2 = [[0.0] * m for _ in range(H)]
    db2 = [0.0] * m
    loss = 0.0
    for s in range(B):
        z = [sum(x[s][i] * W1[i][k] for i in range(n)) + b1[k] for k in range(H)]
        h = [float(phi(np.array(v))) for v in z]
        slope = [float(d_phi(np.array(v))) for v in z]
        e = [sum(h[k] * W2[k][j] for k in range(H)) + b2[j] - t[s][j] for j in range(m)]
        loss += sum(v * v for v in e) / (2 * B)
        for j in range(m):
            db2[j] += e[j] / B
            for k in range(H):
                dW2[k][j] += h[k] * e[j] / B
        for k in range(H):
            d = slope[k] * sum(e[j] * W2[k][j] for j in range(m)) / B
            db1[k] += d
            for i in range(n):
                dW1[i][k] += x[s][i] * d
    return [loss, dW1, db1, dW2, db2]


# %% ps1-permute
def permute_hidden(W1, b1, W2, order):
    return [
        [[row[k] for k in order] for row in W1],
        [b1[k] for k in order],
        [list(W2[k]) for k in order],
    ]


# %% ps1-distinct
def distinct_units(W1, b1, W2, tolerance=1e-9):
    units = [[*W1[:, k], b1[k], *W2[k]] for k in range(len(b1))]
    different = 0
    for k, unit in enumerate(units):
        new = True
        for other in units[:k]:
            if max(abs(u - v) for u, v in zip(unit, other)) <= tolerance:
                new = False
        different += new
    return different


# %% ps1-explore
pass
