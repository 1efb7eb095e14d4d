"""Each layer is scaled by what it does to normal inputs (LSUV), from orthogonal matrices; in single precision."""


# %% ps4-start
def start(widths, m_0, rng):
    signal = math.sqrt(m_0) * rng.standard_normal((256, widths[0]))
    drawn = []
    for shape in zip(widths, widths[1:]):
        weight = initializers.orthogonal(shape, rng)
        z = signal @ weight
        drawn.append((weight / np.sqrt(np.mean(z**2))).astype(np.float32))
        signal = phi(signal @ drawn[-1].astype(float))
    return tuple(drawn)


LEARNING_RATE = np.float32(0.001 / VARIANT["scale"] ** 2)
