"""The probabilists' Gauss-Hermite rule, from the eigenvalues of its tridiagonal matrix."""

# %% ps3-moment
JACOBI = np.diag(np.sqrt(np.arange(1.0, 120)), 1)
NODES, VECTORS = np.linalg.eigh(JACOBI + JACOBI.T)
WEIGHTS = VECTORS[0] ** 2


def second_moment(name, q):
    return WEIGHTS @ activations.get(name).f(NODES * q**0.5) ** 2


# %% ps3-backward
def backward_gain(name):
    return (WEIGHTS @ activations.get(name).df(NODES) ** 2) ** -0.5
