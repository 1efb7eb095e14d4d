"""A figure that the tests of pictures, texts and plots share."""

import numpy as np

from weightinit import plots


def figure(scale=1.0, log=True):
    samples = scale * np.exp(0.1 * np.random.default_rng(0).standard_normal((20, 30)) - 0.1 * np.arange(30))
    fig, ax = plots.subplots()
    if log:
        ax.set_yscale("log")
    plots.measured(ax, samples, name="xavier_normal", label="Xavier")
    plots.theory(ax, np.exp(-0.1 * np.arange(30)))
    ax.set_xlabel("layer")
    ax.set_ylabel("variance")
    ax.legend()
    return fig
