"""Extended precision."""

# %% ps3-relu
q = np.longdouble(VARIANT["q"])
relu_square = q / 2
relu_std = np.sqrt(q / 2 - q / (2 * np.longdouble(np.pi)))


# %% ps3-predict
def predict_q(widths, variances, negative_slope, m_0):
    factors = np.array(widths[:-1], np.longdouble) * np.array(variances, np.longdouble)
    factors[1:] *= (1 + np.longdouble(negative_slope) ** 2) / 2
    return m_0 * np.multiply.accumulate(factors)


# %% ps3-gain
def gain(name):
    return np.longdouble(second_moment(name, 1.0)) ** np.longdouble(-0.5)
