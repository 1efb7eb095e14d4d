"""Extended precision for numbers and moments."""

# %% ps2-numbers
L = np.longdouble
fan_in = L(VARIANT["kernel"]) ** 2 * VARIANT["channels_in"]
fan_out = L(VARIANT["kernel"]) ** 2 * VARIANT["channels_out"]
variance_uniform = L(VARIANT["bound"]) ** 2 / 3
second_moment_z = VARIANT["n_in"] * (L(VARIANT["std_percent"]) / 100) ** 2 * VARIANT["mean_square"]


# %% ps2-stack
def signal_by_layer(widths, stds, q0):
    return q0 * np.cumprod(np.array(widths[:-1], L) * np.array(stds, L) ** 2)


# %% ps2-uniform
def xavier_bound(fan_in, fan_out, gain=1.0):
    return np.longdouble(gain) * np.sqrt(np.longdouble(6) / (fan_in + fan_out))


def xavier_uniform(shape, rng, gain=1.0):
    a = float(xavier_bound(*shape, gain))
    return rng.uniform(-a, a, shape)
