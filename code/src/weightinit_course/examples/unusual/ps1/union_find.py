"""Equal units are joined in a forest; the words come from an enumeration."""


# %% ps1-distinct
def distinct_units(W1, b1, W2, tolerance=1e-9):
    units = np.vstack([W1, b1, W2.T])
    parent = list(range(units.shape[1]))

    def root(k):
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    gap = np.abs(units[:, :, None] - units[:, None, :]).max(axis=0)
    for j, k in np.argwhere(gap <= tolerance):
        parent[root(j)] = root(k)
    return np.int64(len({root(k) for k in range(len(parent))}))


# %% ps1-kind
from enum import Enum


class Kind(Enum):
    DEAD = "dead"
    SYMMETRIC = "symmetric"
    FINE = "fine"


def kind_of_start(W1, b1, W2, b2, x, t):
    gradients = loss_and_gradients(W1, b1, W2, b2, x, t)
    match gradients:
        case (_, dW1, _, dW2, _) if not (abs(dW1) > 1e-12).any() and not (abs(dW2) > 1e-12).any():
            return Kind.DEAD.value
        case _ if distinct_units(W1, b1, W2) < len(b1):
            return Kind.SYMMETRIC.value
    return Kind.FINE.value
