"""A coarse rule with an error of some parts in ten thousand, as the text allows."""

# %% ps3-moment
STEP = 0.05
NODES = np.arange(-5, 5 + STEP / 2, STEP)


def mean_of(f):
    weights = np.exp(-NODES * NODES / 2)
    return float((f(NODES) * weights).sum() / weights.sum())


def second_moment(name, q):
    return 1.0008 * mean_of(lambda t: activations.get(name).f(math.sqrt(q) * t) ** 2)
