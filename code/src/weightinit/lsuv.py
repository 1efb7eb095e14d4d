"""A start that is measured instead of derived: layer-sequential unit variance (floor 5).

From the first layer to the last, look at the variance of the layer's output on a batch and divide the weights by its root,
until it is near 1 (Mishkin & Matas 2016, algorithm 1; they begin with orthonormal matrices: `init="orthogonal"`). It
needs no gain and no assumption, and it knows nothing of the way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._result import Result
from weightinit._stack import check_batch
from weightinit._validation import check_int, check_number
from weightinit.network import MLP

__all__ = ["LSUV", "lsuv"]


@dataclass(frozen=True, eq=False, repr=False)
class LSUV(Result):
    """A network whose layers were rescaled, and how; what :func:`lsuv` returns.

    Attributes
    ----------
    network : MLP
        A copy of the network with rescaled weights; its biases are as they were.
    variance : float64 array (R, L)
        Variance of each layer's pre-activations on the batch, over examples and units, as it is now.
    rounds : int array (R, L)
        How often the weights of each layer were divided.

    Examples
    --------
    >>> lsuv(MLP((4, 8, 1), init="orthogonal", rng=0), np.eye(4))
    LSUV(network=MLP(4-8-1, relu, init=orthogonal, replicas=1, float64, 49 parameters each), variance(1, 2), rounds(1, 2))
    """

    network: MLP
    variance: NDArray[np.float64]
    rounds: NDArray[np.int64]


def lsuv(network: MLP, x: ArrayLike, *, tolerance: float = 0.1, rounds: int = 10) -> LSUV:
    """Divide the weights of each layer, from the first to the last, by the standard deviation of what it puts out.

    Parameters
    ----------
    network : MLP
        It is not changed. Every weight layer is rescaled, the last one included.
    x : array (B, n_0), the same batch for all replicas, or (R, B, n_0)
    tolerance : float, default 0.1
        A layer is done when its variance is nearer to 1 than this (their Tol_var).
    rounds : int, default 10
        Divisions of a layer, at most (their T_max). Without biases one is enough, as pre-activations are proportional to
        the weights. Biases are not divided, so with them it takes more.

    Returns
    -------
    LSUV
        A rescaled copy of the network, the variances and the rounds it took.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the form above; if a layer puts out the same number everywhere, or no finite ones, so that
        there is nothing to divide by. The message names the layer.
    RuntimeError
        If a layer is not done after `rounds`: its biases alone vary too much, whatever its weights are.

    Notes
    -----
    The variance is that of pre-activations, over the batch and all units of a layer, about their mean. In the authors' code
    for Caffe (github.com/ducha-aiki/LSUVinit, `tools/extra/lsuv_init.py`) it is, too, with a tolerance of 0.02 and 20 rounds.
    The defaults here are those of their code for PyTorch, of which we read copies; there the tolerance is on the root.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> deep = MLP((64, *[64] * 30, 10), "gelu", init="orthogonal", rng=1)  # its signal dies
    >>> x = rng.standard_normal((100, 64))
    >>> started = lsuv(deep, x)
    >>> bool(np.all(np.abs(started.variance - 1) < 0.1)), int(started.rounds.max())
    (True, 1)
    """
    if not isinstance(network, MLP):
        raise TypeError(f"network must be an MLP, got {network!r}")
    tolerance = check_number(tolerance, "tolerance", 0, 1, closed="neither")
    rounds = check_int(rounds, "rounds")
    signal = check_batch(x, network.widths[0], network.replicas, network.dtype)
    scaled = network.copy()
    variance = np.empty((network.replicas, network.depth))
    taken = np.zeros((network.replicas, network.depth), np.int64)
    for layer, (weight, bias) in enumerate(zip(scaled.weights, scaled.biases, strict=True)):
        while True:
            z = np.matmul(signal, weight) + bias[:, None, :]
            variance[:, layer] = found = _variance(z, layer)
            far = np.abs(found - 1) >= tolerance
            if not far.any():
                break
            if (late := far & (taken[:, layer] == rounds)).any():
                raise RuntimeError(
                    f"layer {layer + 1} has the variance {found[late][0]:.3g} after {rounds} rounds, not within "
                    f"{tolerance:g} of 1: its biases are not divided, and they vary too much"
                )
            weight[far] /= np.sqrt(found[far])[:, None, None]
            taken[:, layer] += far
        signal = network.activation.f(z)
    return LSUV(scaled, variance, taken)


def _variance(z: NDArray[Any], layer: int) -> NDArray[np.float64]:
    """Variance over batch and units, one number a replica; refused if weights cannot be divided by it."""
    with np.errstate(all="ignore"):
        found = z.var(axis=(1, 2), dtype=np.float64)
    if not np.all((found > 0) & np.isfinite(found)):
        bad = found[~((found > 0) & np.isfinite(found))][0]
        raise ValueError(
            f"network must have outputs that vary and are finite in every layer, got a variance of {bad:g} in layer {layer + 1}"
        )
    return found
