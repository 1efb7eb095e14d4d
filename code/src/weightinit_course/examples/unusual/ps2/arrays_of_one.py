"""Numbers are arrays: of no dimension, of one entry."""

# %% ps2-numbers
window = np.array(VARIANT["kernel"]) ** 2
fan_in, fan_out = window * VARIANT["channels_in"], np.array([window * VARIANT["channels_out"]])
variance_uniform = np.array(VARIANT["bound"]) ** 2 / 3
second_moment_z = np.array([VARIANT["n_in"] * VARIANT["std_percent"] ** 2 / 1e4 * VARIANT["mean_square"]])

# %% ps2-slip
halved = 0.5 ** np.arange(64)
layers_until_lost = np.argmax(halved < 10.0 ** -VARIANT["threshold_exponent"])
