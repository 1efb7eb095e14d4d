"""Normal numbers by Marsaglia's polar method, one after the other in a loop with rejection."""

# %% ps2-normal
import math


def xavier_normal(shape, rng, gain=1.0):
    std = gain * math.sqrt(2 / (shape[0] + shape[1]))
    wanted, drawn = shape[0] * shape[1], []
    while len(drawn) < wanted:
        u, v = 2 * rng.random(4096) - 1, 2 * rng.random(4096) - 1
        s = u * u + v * v
        u, v, s = (a[(s > 0) & (s < 1)] for a in (u, v, s))
        factor = np.sqrt(-2 * np.log(s) / s)
        drawn.extend(u * factor)
        drawn.extend(v * factor)
    return std * np.array(drawn[:wanted]).reshape(shape)
