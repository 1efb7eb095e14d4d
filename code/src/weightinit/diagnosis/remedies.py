"""What to change, and the line of code that changes it, in the language of the framework that the network came from."""

from __future__ import annotations

import math
from typing import NamedTuple

from weightinit.activations import Activation, get
from weightinit.moments import derivative_moment, gain, level_slope, second_moment

__all__ = ["Start", "line", "start_for"]


class Start(NamedTuple):
    """A start that keeps the level of signal and gradient behind one activation.

    Attributes
    ----------
    name : str
        Of an initializer of this package; "variance_scaling" where none has the name.
    scale : float
        σ_w² = fan_in · Var[W].
    why : str
        A sentence.

    Examples
    --------
    >>> start_for("relu")
    Start(name='he_normal', scale=2.0, why='A ReLU passes half of the mean square, so the weights need 2/fan_in.')
    """

    name: str
    scale: float
    why: str


def start_for(activation: str | Activation | None) -> Start:
    """The start that belongs to an activation.

    Parameters
    ----------
    activation : str, Activation or None
        None, or a name that is not known: nothing is assumed of it but that LeCun's start is the mildest.

    Returns
    -------
    Start

    Examples
    --------
    >>> start_for("tanh").name, start_for("selu").name, round(start_for("gelu").scale, 3)
    ('xavier_normal', 'lecun_normal', 2.352)
    """
    try:
        phi = None if activation is None else get(activation)
    except ValueError:
        phi = None
    if phi is None:
        return Start(
            "lecun_normal", 1.0, "The activation is not known here; 1/fan_in is where a linear layer keeps its level."
        )
    if phi.name == "relu":
        return Start("he_normal", 2.0, "A ReLU passes half of the mean square, so the weights need 2/fan_in.")
    if phi.homogeneous:
        scale = 1 / float(second_moment(phi))
        name = "lecun_normal" if math.isclose(scale, 1) else "variance_scaling"
        name = "he_normal" if math.isclose(scale, 2, rel_tol=0.01) else name  # leaky, by a hundredth
        return Start(name, scale, f"{phi.label} keeps its level with {scale:.3g}/fan_in, in both directions.")
    if phi.name == "selu":
        return Start("lecun_normal", 1.0, "SELU was made to keep variance 1 with weights of variance 1/fan_in.")
    at_zero = float(derivative_moment(phi, 0.0))
    odd = abs(float(phi.f(0.0))) == 0 and math.isclose(float(phi.f(0.7)), -float(phi.f(-0.7)))
    if odd and at_zero > 0 and math.isfinite(at_zero):
        if math.isclose(at_zero, 1):
            return Start(
                "xavier_normal",
                1.0,
                f"{phi.label} is straight near 0 with slope 1: it is critical at 1/fan_in, with biases of 0.",
            )
        return Start(
            "variance_scaling",
            1 / at_zero,
            f"{phi.label} has slope {math.sqrt(at_zero):.3g} at 0: it is critical at {1 / at_zero:.3g}/fan_in.",
        )
    try:
        scale, slope = gain(phi) ** 2, float(level_slope(phi))
    except ValueError:  # its moments are infinite
        return Start("lecun_normal", 1.0, f"{phi.label} has no gain; 1/fan_in is where a linear layer keeps its level.")
    held = (
        ", but not for long: what is off grows, so that a deep network needs a normalization as well"
        if slope > 1
        else ""
    )
    return Start("variance_scaling", scale, f"With {scale:.3g}/fan_in, {phi.label} keeps a mean square of 1{held}.")


_LINES = {
    "torch": {
        "unfreeze": "layer.requires_grad_(True)",
        "attention": "scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5",
        "logits": "model = torch.nn.Sequential(*list(model)[:-1])  # without what stands behind the last linear layer",
        "branch": "torch.nn.init.zeros_(block.last.weight)  # of each branch",
        "unit_scale": "torch.nn.init.ones_(norm.weight)",
        "recurrent": "layer.reset_parameters()",
        "he_normal": 'torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")',
        "xavier_normal": "torch.nn.init.xavier_normal_(layer.weight)",
        "lecun_normal": 'torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")',
        "variance_scaling": "torch.nn.init.normal_(layer.weight, std=({scale:.4g} / layer.weight[0].numel()) ** 0.5)",
        "small_last": "torch.nn.init.normal_(last.weight, std=0.1 / last.in_features**0.5)",
        "zero_bias": "torch.nn.init.zeros_(layer.bias)",
        "own_rng": "torch.nn.init.kaiming_normal_(layer.weight)  # once a layer, without a seed in between",
        "orthogonal": "torch.nn.init.orthogonal_(layer.weight)",
        "normalize": "torch.nn.LayerNorm(width)",
        "float32": 'with torch.autocast("cuda", dtype=torch.bfloat16): …  # and keep the weights in float32',
    },
    "keras": {
        "unfreeze": "layer.trainable = True",
        "attention": "scores = q @ keras.ops.swapaxes(k, -2, -1) / q.shape[-1] ** 0.5",
        "logits": "keras.layers.Dense(classes)  # no activation; the loss with from_logits=True",
        "branch": 'keras.layers.Dense(n, kernel_initializer="zeros")  # the last of each branch',
        "unit_scale": 'keras.layers.BatchNormalization(gamma_initializer="ones")',
        "recurrent": "keras.layers.LSTM(n)  # with its own initializers",
        "he_normal": 'keras.layers.Dense(n, kernel_initializer="he_normal")',
        "xavier_normal": 'keras.layers.Dense(n, kernel_initializer="glorot_normal")',
        "lecun_normal": 'keras.layers.Dense(n, kernel_initializer="lecun_normal")',
        "variance_scaling": "keras.layers.Dense(n, kernel_initializer=keras.initializers.VarianceScaling({scale:.4g}))",
        "small_last": "keras.layers.Dense(classes, kernel_initializer=keras.initializers.VarianceScaling(0.01))",
        "zero_bias": 'keras.layers.Dense(n, bias_initializer="zeros")',
        "own_rng": 'keras.layers.Dense(n, kernel_initializer="he_normal")  # a name, so that each layer has a seed of its own',
        "orthogonal": 'keras.layers.Dense(n, kernel_initializer="orthogonal")',
        "normalize": "keras.layers.LayerNormalization()",
        "float32": 'keras.mixed_precision.set_global_policy("mixed_bfloat16")',
    },
    "flax": {
        "unfreeze": "params, frozen = partition(params)  # with the last layer among params",
        "attention": "scores = q @ k.swapaxes(-2, -1) / jnp.sqrt(q.shape[-1])",
        "logits": "return nn.Dense(classes)(x)  # and nothing behind it",
        "branch": "nn.Dense(n, kernel_init=nn.initializers.zeros_init())  # the last of each branch",
        "unit_scale": "nn.BatchNorm(scale_init=nn.initializers.ones_init())",
        "recurrent": "nn.OptimizedLSTMCell(n)  # with its own initializers",
        "he_normal": "nn.Dense(n, kernel_init=nn.initializers.he_normal())",
        "xavier_normal": "nn.Dense(n, kernel_init=nn.initializers.xavier_normal())",
        "lecun_normal": "nn.Dense(n, kernel_init=nn.initializers.lecun_normal())",
        "variance_scaling": 'nn.Dense(n, kernel_init=nn.initializers.variance_scaling({scale:.4g}, "fan_in", "normal"))',
        "small_last": 'nn.Dense(classes, kernel_init=nn.initializers.variance_scaling(0.01, "fan_in", "normal"))',
        "zero_bias": "nn.Dense(n, bias_init=nn.initializers.zeros_init())",
        "own_rng": "key, subkey = jax.random.split(key)  # a key of its own for each layer",
        "orthogonal": "nn.Dense(n, kernel_init=nn.initializers.orthogonal())",
        "normalize": "nn.LayerNorm()",
        "float32": "nn.Dense(n, dtype=jnp.bfloat16, param_dtype=jnp.float32)",
    },
    "numpy": {
        "unfreeze": "weight -= rate * gradient",
        "attention": "scores = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])",
        "logits": "return x @ weight + bias  # and nothing behind it",
        "branch": "weight = weightinit.zeros((n_in, n_out), rng)  # the last of each branch",
        "unit_scale": "scale = np.ones(n_out)",
        "recurrent": "weight = weightinit.orthogonal((n, n), rng)",
        "he_normal": "weight = weightinit.he_normal((n_in, n_out), rng)",
        "xavier_normal": "weight = weightinit.xavier_normal((n_in, n_out), rng)",
        "lecun_normal": "weight = weightinit.lecun_normal((n_in, n_out), rng)",
        "variance_scaling": "weight = weightinit.variance_scaling((n_in, n_out), rng, scale={scale:.4g})",
        "small_last": "last = weightinit.variance_scaling((n_in, classes), rng, scale=0.01)",
        "zero_bias": "bias = np.zeros(n_out)",
        "own_rng": "rng = np.random.default_rng(0)  # once, before the first layer",
        "orthogonal": "weight = weightinit.orthogonal((n_in, n_out), rng)",
        "normalize": "z = (z - z.mean(-1, keepdims=True)) / z.std(-1, keepdims=True)",
        "float32": "weight = weight.astype(np.float32)",
    },
}
_EVERYWHERE = {
    "wider": "width = {width}  # in place of {now}: at least as wide as there are layers",
    "rate": "rate = {rate:.1g}",
    "inputs": "x = (x - x.mean()) / x.std()",
}


def line(source: str, what: str, **numbers: float) -> str:
    """One line of code.

    Parameters
    ----------
    source : str
        A framework, of :data:`weightinit.diagnosis.observed.SOURCES`.
    what : str
        Name of an initializer, or of another change.
    **numbers
        What stands in the line: `scale`, `width`, `now`, `rate`.

    Returns
    -------
    str

    Examples
    --------
    >>> line("torch", "he_normal")
    'torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")'
    >>> line("keras", "variance_scaling", scale=2.352)
    'keras.layers.Dense(n, kernel_initializer=keras.initializers.VarianceScaling(2.352))'
    """
    text = _EVERYWHERE.get(what) or _LINES[source][what]
    return text.format(**numbers) if numbers else text
