"""Losses and optimizers for stacks of replicas (floor 4, used through :mod:`weightinit.network`).

Shapes: `R` replicas, a batch of `B` samples, `C` classes or `n` outputs. A loss returns one number a replica, the
*mean over the batch*, together with its gradient with respect to the network's output; an optimizer moves every
replica by its own gradient, with one learning rate for all or one for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._validation import check_finite, check_nonnegative, check_positive

if TYPE_CHECKING:
    from weightinit.network import MLP

__all__ = ["Adam", "SGD", "accuracy", "softmax_cross_entropy", "squared_loss"]


def softmax_cross_entropy(logits: ArrayLike, labels: ArrayLike) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Mean cross-entropy of the softmax of `logits`, in nats, and its gradient.

    For one sample, loss = log(sum_j exp(z_j)) - z_label, and d loss / d z_j = softmax(z)_j - [j = label]; the mean over
    the batch divides both by B. The largest logit is subtracted first, which changes neither and keeps exp from
    overflowing. At a start with outputs near zero the loss is log(C).

    Parameters
    ----------
    logits : array (R, B, C), or (B, C) for a single network
        Outputs of the network before the softmax. Non-finite logits are let through: their replica's loss is nan.
    labels : array of int (B,), or (R, B)
        The classes, in [0, C).

    Returns
    -------
    loss : float64 array (R,), or () for two-dimensional logits
    gradient : array shaped like `logits`, in its dtype

    Raises
    ------
    TypeError
        If `labels` are not integers, or `logits` not real numbers.
    ValueError
        If the shapes do not fit or a label is outside [0, C).
    """
    logits = _outputs(logits, "logits")
    labels = check_targets(labels, "cross_entropy", logits.shape, "labels")
    with np.errstate(all="ignore"):
        shifted = logits - logits.max(axis=-1, keepdims=True)
        gradient = np.exp(shifted)
        total = gradient.sum(axis=-1, keepdims=True)
        at_label = np.take_along_axis(shifted, labels[..., None], axis=-1)
        loss = (np.log(total) - at_label)[..., 0].mean(axis=-1, dtype=np.float64)
        gradient /= total
        np.put_along_axis(gradient, labels[..., None], np.take_along_axis(gradient, labels[..., None], -1) - 1, -1)
        gradient /= logits.shape[-2]
    return loss, gradient


def squared_loss(outputs: ArrayLike, targets: ArrayLike) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Mean over the batch of ½‖output − target‖², and its gradient (output − target)/B.

    Parameters
    ----------
    outputs : array (R, B, n), or (B, n) for a single network
    targets : array (B, n), or (R, B, n)

    Returns
    -------
    loss : float64 array (R,), or () for two-dimensional outputs
    gradient : array shaped like `outputs`, in its dtype

    Raises
    ------
    TypeError
        If either is not made of real numbers.
    ValueError
        If the shapes do not fit or a target is not finite.
    """
    outputs = _outputs(outputs, "outputs")
    targets = check_targets(targets, "squared", outputs.shape, "targets")
    with np.errstate(all="ignore"):
        gradient = outputs - targets.astype(outputs.dtype, copy=False)
        loss = 0.5 * np.square(gradient, dtype=np.float64).sum(axis=-1).mean(axis=-1)
        gradient /= outputs.shape[-2]
    return loss, gradient


def accuracy(logits: ArrayLike, labels: ArrayLike) -> NDArray[np.float64]:
    """Fraction of the batch whose largest logit is the label's; nan for a replica with a non-finite logit.

    Parameters
    ----------
    logits : array (R, B, C) or (B, C)
    labels : array of int (B,) or (R, B)

    Returns
    -------
    float64 array (R,), or () for two-dimensional logits

    Raises
    ------
    TypeError, ValueError
        As :func:`softmax_cross_entropy`.
    """
    logits = _outputs(logits, "logits")
    labels = check_targets(labels, "cross_entropy", logits.shape, "labels")
    right = np.mean(logits.argmax(axis=-1) == labels, axis=-1)
    return np.where(np.isfinite(logits).all(axis=(-2, -1)), right, np.nan)[()]


def _outputs(values: ArrayLike, name: str) -> NDArray[Any]:
    """`values` as float32 or float64 with two or three axes; not checked for nan: divergence is let through."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, got {array.dtype} entries")
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise ValueError(f"{name} must have the shape (batch, n) or (replicas, batch, n), got {array.shape!r}")
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


def check_targets(y: ArrayLike, loss: str, shape: tuple[int, ...], name: str) -> NDArray[Any]:
    """What outputs of `shape` (…, B, n) are compared with: class labels (…, B), or for the squared loss (…, B, n)."""
    array = np.asarray(y)
    labels = loss == "cross_entropy"
    if array.dtype.kind not in ("iu" if labels else "iuf"):
        raise TypeError(f"{name} must be {'integer labels' if labels else 'real numbers'}, got {array.dtype} entries")
    own = shape[:-1] if labels else shape
    common = own[-1:] if labels else own[-2:]
    if array.shape not in (common, own):
        raise ValueError(f"{name} must have the shape {' or '.join(map(str, {common: 0, own: 0}))}, got {array.shape}")
    if labels and (array.min() < 0 or array.max() >= shape[-1]):
        raise ValueError(f"{name} must be in [0, {shape[-1]}), got {array.min()} to {array.max()}")
    if not labels and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got nan or inf among its entries")
    return np.broadcast_to(array.astype(np.intp, copy=False), own) if labels else array


class _Optimizer:
    """What the optimizers share: learning rates, one network each, and no warning when a replica diverges."""

    def __init__(self, learning_rate: ArrayLike) -> None:
        rate = np.asarray(learning_rate)
        if rate.dtype.kind not in "iuf":
            raise TypeError(f"learning_rate must be a number or one number a replica, got {learning_rate!r}")
        if rate.ndim > 1 or rate.size == 0 or not np.isfinite(rate).all() or not (rate > 0).all():
            raise ValueError(
                f"learning_rate must be finite and positive, one number or one a replica, got {learning_rate!r}"
            )
        self.learning_rate = rate.astype(np.float64)
        self._network: MLP | None = None

    def step(self, network: MLP) -> None:
        """Move the weights and biases of `network` once, by the gradients of its last backward pass.

        Parameters
        ----------
        network : MLP
            The stack to train; its arrays are changed in place. An optimizer belongs to the first network it moves.

        Raises
        ------
        TypeError
            If `network` is no MLP.
        RuntimeError
            If `network` has no gradients yet: call `backward` or `loss_and_gradients` first.
        ValueError
            If `network` is not the one of the earlier steps, or has another number of replicas than learning rates.
        """
        if not hasattr(network, "weight_gradients"):
            raise TypeError(f"network must be an MLP, got {network!r}")
        if self._network is None:
            if self.learning_rate.ndim and self.learning_rate.size != network.replicas:
                raise ValueError(
                    f"learning_rate must be one number or one for each of the {network.replicas} replicas, "
                    f"got {self.learning_rate.size} numbers"
                )
            self._begin(network)
        elif network is not self._network:
            raise ValueError(
                f"network must be the one that this {type(self).__name__} moved before, got {network!r}: "
                "each network needs an optimizer of its own"
            )
        if not network.weight_gradients:
            raise RuntimeError("network has no gradients yet: call backward or loss_and_gradients first")
        with np.errstate(all="ignore"):
            self._move(network.weights + network.biases, network.weight_gradients + network.bias_gradients)

    def _begin(self, network: MLP) -> None:
        self._network = network
        parameters = network.weights + network.biases
        # rates in the network's dtype and with trailing axes: a float64 rate would make each product a float64 one
        column = self.learning_rate.reshape(-1).astype(network.dtype)
        self._rates = [column.reshape((-1,) + (1,) * (p.ndim - 1)) for p in parameters]
        flat = np.empty(max(p.size for p in parameters), dtype=network.dtype)
        self._scratch = [flat[: p.size].reshape(p.shape) for p in parameters]
        self._state(parameters)

    def _state(self, parameters: list[NDArray[Any]]) -> None:
        raise NotImplementedError

    def _move(self, parameters: list[NDArray[Any]], gradients: list[NDArray[Any]]) -> None:
        raise NotImplementedError


class SGD(_Optimizer):
    """Gradient descent, with heavy-ball momentum: v ← momentum·v + gradient, w ← w − learning_rate·v.

    Parameters
    ----------
    learning_rate : float, or array (R,)
        Positive; one for all replicas or one for each.
    momentum : float, default 0
        In [0, 1). PyTorch's form (Polyak 1964): the learning rate multiplies the velocity, not the gradient.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a number, or out of its range.
    """

    def __init__(self, learning_rate: ArrayLike, momentum: float = 0.0) -> None:
        super().__init__(learning_rate)
        self.momentum = _check_decay(momentum, "momentum")

    def _state(self, parameters: list[NDArray[Any]]) -> None:
        self._velocities = [np.zeros_like(p) for p in parameters] if self.momentum else []

    def _move(self, parameters: list[NDArray[Any]], gradients: list[NDArray[Any]]) -> None:
        for k, (parameter, gradient) in enumerate(zip(parameters, gradients, strict=True)):
            direction = gradient
            if self.momentum:
                direction = self._velocities[k]
                direction *= self.momentum
                direction += gradient
            np.multiply(direction, self._rates[k], out=self._scratch[k])
            parameter -= self._scratch[k]

    def __repr__(self) -> str:
        return f"SGD(learning_rate={self.learning_rate.tolist()}, momentum={self.momentum})"


class Adam(_Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1), with bias correction.

    m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − learning_rate · m̂/(√v̂ + ε) with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).
    The first step moves every entry by learning_rate·g/(|g| + ε): nearly learning_rate, whatever the gradient's size.

    Parameters
    ----------
    learning_rate : float, or array (R,)
        Positive; one for all replicas or one for each.
    beta_1, beta_2 : float
        Decay rates of the two moments, in [0, 1).
    epsilon : float
        Positive; added outside the square root.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a number, or out of its range.
    """

    def __init__(
        self, learning_rate: ArrayLike, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        super().__init__(learning_rate)
        self.beta_1 = _check_decay(beta_1, "beta_1")
        self.beta_2 = _check_decay(beta_2, "beta_2")
        check_finite(epsilon, "epsilon")
        check_positive(epsilon, "epsilon")
        self.epsilon = float(epsilon)

    def _state(self, parameters: list[NDArray[Any]]) -> None:
        self._steps = 0
        self._first = [np.zeros_like(p) for p in parameters]
        self._second = [np.zeros_like(p) for p in parameters]

    def _move(self, parameters: list[NDArray[Any]], gradients: list[NDArray[Any]]) -> None:
        self._steps += 1
        first_correction = 1.0 - self.beta_1**self._steps
        second_correction = 1.0 - self.beta_2**self._steps
        for k, (parameter, gradient) in enumerate(zip(parameters, gradients, strict=True)):
            first, second, scratch = self._first[k], self._second[k], self._scratch[k]
            first *= self.beta_1
            first += np.multiply(gradient, 1.0 - self.beta_1, out=scratch)
            second *= self.beta_2
            np.square(gradient, out=scratch)
            second += np.multiply(scratch, 1.0 - self.beta_2, out=scratch)
            np.divide(second, second_correction, out=scratch)
            np.sqrt(scratch, out=scratch)
            scratch += self.epsilon
            np.divide(first, scratch, out=scratch)
            scratch *= self._rates[k] / first_correction
            parameter -= scratch

    def __repr__(self) -> str:
        return (
            f"Adam(learning_rate={self.learning_rate.tolist()}, beta_1={self.beta_1}, beta_2={self.beta_2}, "
            f"epsilon={self.epsilon})"
        )


def _check_decay(value: float, name: str) -> float:
    check_nonnegative(value, name)
    if not value < 1:
        raise ValueError(f"{name} must be in [0, 1), got {value!r}")
    return float(value)
