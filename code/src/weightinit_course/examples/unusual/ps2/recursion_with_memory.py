"""Recursion everywhere, with `lru_cache` on tuples."""

# %% ps2-stack
from functools import lru_cache


@lru_cache(maxsize=None)
def behind(layer, widths, stds, q0):
    if layer == 0:
        return q0
    return widths[layer - 1] * stds[layer - 1] ** 2 * behind(layer - 1, widths, stds, q0)


def signal_by_layer(widths, stds, q0):
    return np.array([behind(l, tuple(widths), tuple(stds), q0) for l in range(1, len(widths))])


# %% ps2-factors
@lru_cache
def _forward(widths):
    return 1.0 if len(widths) < 2 else 2 * widths[0] / (widths[0] + widths[1]) * _forward(widths[1:])


def total_factors(widths):
    return _forward(tuple(widths)), _forward(tuple(widths)[::-1])


# %% ps2-slip
@lru_cache
def layers_below(q):
    return 0 if q < 10.0 ** -VARIANT["threshold_exponent"] else 1 + layers_below(q / 2)


layers_until_lost = layers_below(1.0)


# %% ps2-measure
def measure_forward(weights, x):
    if not len(weights):
        return np.empty(0)
    h = x @ weights[0]
    return np.r_[np.vdot(h, h) / h.size, measure_forward(weights[1:], h)]
