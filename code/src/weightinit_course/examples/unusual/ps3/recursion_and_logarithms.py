"""A recursive prediction on logarithms; the limits of single precision by a formula."""


# %% ps3-predict
def predict_q(widths, variances, negative_slope, m_0):
    def log_q(layer):
        here = math.log(widths[layer - 1]) + math.log(variances[layer - 1])
        if layer == 1:
            return here + math.log(m_0)
        return here + math.log1p(negative_slope**2) - math.log(2) + log_q(layer - 1)

    return [math.exp(log_q(layer)) for layer in range(1, len(widths))]


# %% ps3-limits
largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)


def first_beyond(limit, std):
    start, step = math.log2(VARIANT["width"] * std**2), math.log2(VARIANT["width"] * std**2 / 2)
    return 1 + math.floor((2 * math.log2(limit) - start) / step) + 1


overflow_layer, underflow_layer = first_beyond(largest, 1.0), first_beyond(smallest, VARIANT["std"])
