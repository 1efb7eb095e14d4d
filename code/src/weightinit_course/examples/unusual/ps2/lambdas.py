"""One line each, lambdas only."""

# %% ps2-stack
signal_by_layer = lambda w, s, q: [q := q * n * v * v for n, v in zip(w, s)]

# %% ps2-normal
xavier_normal = lambda shape, rng, gain=1.0: rng.normal(size=shape) * gain / (sum(shape) / 2) ** 0.5

# %% ps2-uniform
xavier_bound = lambda fan_in, fan_out, gain=1.0: gain * (6 / (fan_in + fan_out)) ** 0.5
xavier_uniform = lambda shape, rng, gain=1.0: (a := xavier_bound(*shape, gain)) * (1 - 2 * rng.random(shape))

# %% ps2-factors
total_factors = lambda w: tuple(
    np.prod([2 * a / (a + b) for a, b in zip(u, v)]) for u, v in ((w, w[1:]), (w[::-1], w[-2::-1]))
)

# %% ps2-measure
measure_forward = lambda weights, x: [(np.linalg.norm(x := x @ w) ** 2) / x.size for w in weights]
