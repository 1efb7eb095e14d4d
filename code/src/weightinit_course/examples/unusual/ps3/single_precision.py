"""Samplers and predictions in single precision."""


# %% ps3-he-normal
def he_normal(shape, rng, negative_slope=0.0, mode="fan_in"):
    std = np.float32(math.sqrt(2 / (1 + negative_slope**2) / shape[mode == "fan_out"]))
    return std * rng.standard_normal(shape, np.float32)


# %% ps3-predict
def predict_q(widths, variances, negative_slope, m_0):
    q, one = np.float32(m_0), np.float32(1)
    half = (one + np.float32(negative_slope) ** 2) / 2
    seen = []
    for layer, (n, v) in enumerate(zip(widths, variances)):
        q = q * np.float32(n) * np.float32(v) * (half if layer else one)
        seen.append(q)
    return np.array(seen)


# %% ps3-limits
largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)
n, s = VARIANT["width"], VARIANT["std"]
layers = np.arange(1, 120)
ln_root = lambda std: (layers * math.log(n * std**2 / 2) + math.log(2)) / 2  # float64: this is about float32
overflow_layer = layers[ln_root(1.0) > math.log(largest)][0]
underflow_layer = layers[ln_root(s) < math.log(smallest)][0]
