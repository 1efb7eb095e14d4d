"""Losses of a stack of replicas, and what they compare the outputs with (floor 1).

Shapes: `R` replicas, a batch of `B` samples, `C` classes or `n` outputs. A loss returns one number a replica, the
*mean over the batch*, together with its gradient with respect to the network's outputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._validation import check_array

__all__ = ["LOSSES", "accuracy", "check_targets", "softmax_cross_entropy", "squared_loss"]


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

    Examples
    --------
    >>> loss, gradient = softmax_cross_entropy([[0.0, 0.0]], [1])
    >>> round(float(loss), 4)  # ln 2
    0.6931
    >>> gradient
    array([[ 0.5, -0.5]])
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

    Examples
    --------
    >>> loss, gradient = squared_loss([[3.0, 1.0]], [[1.0, 1.0]])
    >>> float(loss), gradient.tolist()
    (2.0, [[2.0, 0.0]])
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

    Examples
    --------
    >>> float(accuracy([[2.0, 1.0], [0.0, 3.0]], [0, 0]))
    0.5
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
    """What outputs are compared with, checked: labels for the cross-entropy, numbers for the squared loss.

    Parameters
    ----------
    y : array
        Integer labels (B,) or (R, B) for "cross_entropy"; targets (B, n) or (R, B, n) for "squared".
    loss : str
        A name of :data:`LOSSES`.
    shape : tuple of int
        Of the outputs: (R, B, n) or (B, n).
    name : str
        The argument's name, for the message.

    Returns
    -------
    array
        Labels for every replica, or the targets as they are.

    Raises
    ------
    TypeError, ValueError
        If `y` is of another kind or shape, a label is outside [0, n), or a target is not finite.

    Examples
    --------
    >>> check_targets([0, 3], "cross_entropy", (2, 3), "y")
    Traceback (most recent call last):
    ValueError: y must be in [0, 3), got 0 to 3
    """
    array = check_array(y, name)
    labels = loss == "cross_entropy"
    if array.dtype.kind not in ("iu" if labels else "iuf"):
        raise TypeError(f"{name} must be {'integer labels' if labels else 'real numbers'}, got {array.dtype} entries")
    own = shape[:-1] if labels else shape
    common = own[-1:] if labels else own[-2:]
    if array.shape not in (common, own):
        accepted = f"{common} or {own}" if own != common else f"{own}"
        raise ValueError(f"{name} must have the shape {accepted}, got {array.shape}")
    if labels and (array.min() < 0 or array.max() >= shape[-1]):
        raise ValueError(f"{name} must be in [0, {shape[-1]}), got {array.min()} to {array.max()}")
    if not labels and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got nan or inf among its entries")
    return np.broadcast_to(array.astype(np.intp, copy=False), own) if labels else array


LOSSES = {"cross_entropy": softmax_cross_entropy, "squared": squared_loss}
"""The losses by name; each returns (loss a replica, gradient with respect to the outputs)."""
