"""Python's Mersenne twister and numpy's old one, both seeded by the generator that is given."""


# %% ps2-normal
def xavier_normal(shape, rng, gain=1.0):
    old = np.random.RandomState(rng.integers(2**32, dtype=np.uint32))
    return old.randn(*shape) * gain * np.sqrt(2 / sum(shape))


# %% ps2-uniform
import random


def xavier_bound(fan_in, fan_out, gain=1.0):
    return gain * np.sqrt(6 / (fan_in + fan_out))


def xavier_uniform(shape, rng, gain=1.0):
    twister, a = random.Random(int(rng.integers(2**62))), xavier_bound(*shape, gain)
    return np.array([[twister.uniform(-a, a) for _ in range(shape[1])] for _ in range(shape[0])])
