"""Answers are objects that can be called, methods, and partial functions."""


# %% ps2-stack
class Stack:
    def __call__(self, widths, stds, q0):
        q, seen = q0, []
        for n, s in zip(widths, stds):
            q *= n * s * s
            seen.append(q)
        return np.array(seen)


signal_by_layer = Stack()


# %% ps2-normal
class Xavier:
    def __init__(self, law):
        self.law = law

    def draw(self, shape, rng, gain=1.0):
        return gain * np.sqrt(2 / sum(shape)) * self.law(rng, shape)


xavier_normal = Xavier(lambda rng, shape: rng.standard_normal(shape)).draw

# %% ps2-uniform
from functools import partial


def power(base, fan_in, fan_out, gain=1.0):
    return gain * (base / (fan_in + fan_out)) ** 0.5


xavier_bound = partial(power, 6)
xavier_uniform = Xavier(lambda rng, shape: np.sqrt(3) * rng.uniform(-1, 1, shape)).draw
