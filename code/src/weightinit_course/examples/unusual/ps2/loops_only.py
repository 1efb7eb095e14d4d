"""No array but the one that is returned: loops, and Python's own numbers."""


# %% ps2-normal
def xavier_normal(shape, rng, gain=1.0):
    weights = np.empty(shape)
    std = gain * (2 / (shape[0] + shape[1])) ** 0.5
    for i in range(shape[0]):
        for j, value in enumerate(rng.standard_normal(shape[1])):
            weights[i, j] = std * value
    return weights


# %% ps2-measure
def measure_forward(weights, x):
    batch, seen = [list(map(float, row)) for row in x], []
    for w in weights:
        columns = list(zip(*w))
        batch = [[sum(a * b for a, b in zip(row, column)) for column in columns] for row in batch]
        seen.append(sum(v * v for row in batch for v in row) / (len(batch) * len(columns)))
    return seen
