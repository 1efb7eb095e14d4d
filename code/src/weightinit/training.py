"""Optimizers, and training of a stack of replicas (floor 5).

An optimizer moves every replica by its own gradient, with one learning rate for all or one for each, and if you wish
with a factor for each layer. `train` moves a
network that you built and records its loss; every record keeps the replica axis first, for intervals over seeds.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._result import Result
from weightinit._stack import check_batch
from weightinit._validation import check_choice, check_int, check_number, check_numbers, check_rng
from weightinit.losses import LOSSES, accuracy, check_targets
from weightinit.network import MLP

__all__ = ["Adam", "SGD", "Training", "train"]


_MEANT = {
    "lr": "learning_rate",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "betas": "beta_1 and beta_2",
    "eps": "epsilon",
}


Factors = Sequence[Sequence[float]]
"""Of the weights and of the biases, one number a layer each."""


def _check_factors(factors: Factors) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Two rows of one number >= 0 a layer."""
    if not isinstance(factors, Sequence) or len(factors) != 2:
        raise TypeError(
            f"factors must be a pair, numbers for the weights and for the biases of each layer, got {factors!r}"
        )
    weights, biases = (tuple(np.ravel(check_numbers(row, "factors", 0)).tolist()) for row in factors)
    if len(weights) != len(biases):
        raise ValueError(f"factors must hold as many numbers for weights as for biases, got {factors!r}")
    return weights, biases


class _Optimizer:
    """What the optimizers share: learning rates, one network each, and no warning when a replica diverges."""

    def __new__(cls, *arguments: Any, **options: Any) -> _Optimizer:
        """Refuse the names of other libraries with the one that is meant."""
        known = [name for name in inspect.signature(cls.__init__).parameters if name != "self"]
        for option, value in options.items():
            if option not in known:
                meant = f"; did you mean {_MEANT[option]}?" if _MEANT.get(option, "").split(" ")[0] in known else ""
                raise TypeError(
                    f"{option} must not be given, {cls.__name__} takes {', '.join(known)}; got {option}={value!r}{meant}"
                )
        return super().__new__(cls)

    def __init__(self, learning_rate: ArrayLike, factors: Factors | None = None) -> None:
        rate = np.asarray(learning_rate)
        if rate.dtype.kind not in "iuf":
            raise TypeError(f"learning_rate must be a number or one number a replica, got {learning_rate!r}")
        if rate.ndim > 1 or rate.size == 0 or not np.isfinite(rate).all() or not (rate > 0).all():
            raise ValueError(
                f"learning_rate must be finite and positive, one number or one a replica, got {learning_rate!r}"
            )
        self.learning_rate = rate.astype(np.float64)
        self.factors = None if factors is None else _check_factors(factors)
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

        Examples
        --------
        >>> network = MLP((2, 1), init="zeros", rng=0)
        >>> loss = network.loss_and_gradients([[1.0, 2.0]], [[1.0]], "squared")
        >>> SGD(0.1).step(network)
        >>> network.weights[0].tolist()  # minus the rate times (output - target) x
        [[[0.1], [0.2]]]
        """
        if not hasattr(network, "weight_gradients"):
            raise TypeError(f"network must be an MLP, got {network!r}")
        if self._network is None:
            if self.learning_rate.ndim and self.learning_rate.size != network.replicas:
                raise ValueError(
                    f"learning_rate must be one number or one for each of the {network.replicas} replicas, "
                    f"got {self.learning_rate.size} numbers"
                )
            if self.factors and len(self.factors[0]) != network.depth:
                raise ValueError(
                    f"factors must be two times {network.depth} numbers, of the weights and of the biases of each layer, "
                    f"got {self.factors!r}"
                )
            self._bind(network)
        elif network is not self._network:
            raise ValueError(
                f"network must be the one that this {type(self).__name__} moved before, got {network!r}: "
                "each network needs an optimizer of its own"
            )
        if not network.weight_gradients:
            raise RuntimeError("network has no gradients yet: call backward or loss_and_gradients first")
        with np.errstate(all="ignore"):
            self._apply(network.weights + network.biases, network.weight_gradients + network.bias_gradients)

    def _bind(self, network: MLP) -> None:
        """Belong to `network` from here on: rates and scratch memory of its shapes."""
        self._network = network
        parameters = network.weights + network.biases
        # rates in the network's dtype and with trailing axes: a float64 rate would make each product a float64 one
        column = self.learning_rate.reshape(-1)
        factors = [1.0] * len(parameters) if self.factors is None else [*self.factors[0], *self.factors[1]]
        self._rates = [
            (factor * column).astype(network.dtype).reshape((-1,) + (1,) * (p.ndim - 1))
            for factor, p in zip(factors, parameters, strict=True)
        ]
        flat = np.empty(max(p.size for p in parameters), dtype=network.dtype)
        self._scratch = [flat[: p.size].reshape(p.shape) for p in parameters]
        self._allocate(parameters)

    def _more(self) -> str:
        """What a repr says of factors."""
        return "" if self.factors is None else f", factors={self.factors}"

    def _allocate(self, parameters: list[NDArray[Any]]) -> None:
        """What is remembered from step to step."""
        raise NotImplementedError

    def _apply(self, parameters: list[NDArray[Any]], gradients: list[NDArray[Any]]) -> None:
        """Move the parameters, in place."""
        raise NotImplementedError


class SGD(_Optimizer):
    """Gradient descent, with heavy-ball momentum: v ← momentum·v + gradient, w ← w − learning_rate·v.

    Parameters
    ----------
    learning_rate : float, or array (R,)
        Positive; one for all replicas or one for each.
    momentum : float, default 0
        In [0, 1). PyTorch's form: the learning rate multiplies the velocity. In Polyak's (1964) and Keras' it multiplies
        the gradient; as long as it stays the same, as here, all three make the same steps.
    factors : pair of L numbers each, optional
        What the learning rate is multiplied by, of the weights and of the biases of each layer; 0 leaves it where it is.
        :mod:`weightinit.parametrizations` says which.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a number, or out of its range.

    Examples
    --------
    >>> SGD(0.1, momentum=0.9)
    SGD(learning_rate=0.1, momentum=0.9)
    >>> SGD(lr=0.1)
    Traceback (most recent call last):
    TypeError: lr must not be given, SGD takes learning_rate, momentum, factors; got lr=0.1; did you mean learning_rate?
    """

    def __init__(self, learning_rate: ArrayLike, momentum: float = 0.0, factors: Factors | None = None) -> None:
        super().__init__(learning_rate, factors)
        self.momentum = check_number(momentum, "momentum", 0, 1, closed="left")

    def _allocate(self, parameters: list[NDArray[Any]]) -> None:
        self._velocities = [np.zeros_like(p) for p in parameters] if self.momentum else []

    def _apply(self, parameters: list[NDArray[Any]], gradients: list[NDArray[Any]]) -> None:
        for k, (parameter, gradient) in enumerate(zip(parameters, gradients, strict=True)):
            direction = gradient
            if self.momentum:
                direction = self._velocities[k]
                direction *= self.momentum
                direction += gradient
            np.multiply(direction, self._rates[k], out=self._scratch[k])
            parameter -= self._scratch[k]

    def __repr__(self) -> str:
        return f"SGD(learning_rate={self.learning_rate.tolist()}, momentum={self.momentum}{self._more()})"


class Adam(_Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1), with bias correction.

    m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − learning_rate · m̂/(√v̂ + ε) with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).
    The first step moves every entry by learning_rate·g/(|g| + ε): nearly learning_rate, whatever the gradient's size,
    as long as that is far above ε.

    Parameters
    ----------
    learning_rate : float, or array (R,)
        Positive; one for all replicas or one for each.
    beta_1, beta_2 : float
        Decay rates of the two moments, in [0, 1).
    epsilon : float
        Positive; added outside the square root.
    factors : pair of L numbers each, optional
        As of :class:`SGD`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a number, or out of its range.

    Examples
    --------
    >>> Adam([0.001, 0.01]).beta_1  # one learning rate for each of two replicas
    0.9
    """

    def __init__(
        self,
        learning_rate: ArrayLike,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        factors: Factors | None = None,
    ) -> None:
        super().__init__(learning_rate, factors)
        self.beta_1 = check_number(beta_1, "beta_1", 0, 1, closed="left")
        self.beta_2 = check_number(beta_2, "beta_2", 0, 1, closed="left")
        self.epsilon = check_number(epsilon, "epsilon", 0, closed="neither")

    def _allocate(self, parameters: list[NDArray[Any]]) -> None:
        self._steps = 0
        self._first = [np.zeros_like(p) for p in parameters]
        self._second = [np.zeros_like(p) for p in parameters]

    def _apply(self, parameters: list[NDArray[Any]], gradients: list[NDArray[Any]]) -> None:
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
            f"epsilon={self.epsilon}{self._more()})"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Training(Result):
    """A training run; what :func:`train` returns.

    Attributes
    ----------
    step : int array (T,)
        After how many steps each record was taken: 0, record_every, … and the last step.
    loss : float64 array (R, T)
        Mean loss over the whole training set; inf or nan from where a replica has diverged.
    accuracy : float64 array (R, T), or None for the squared loss
    test_loss, test_accuracy : float64 arrays (R, T), or None without a test set
    diverged : bool array (R,)
        Replicas with a loss that was not finite, at a record or at any step between.

    Examples
    --------
    >>> network = MLP((2, 1), init="zeros", rng=0)
    >>> run = train(network, [[1.0, 2.0]], [[1.0]], optimizer=SGD(0.1), steps=20, loss="squared")
    >>> run
    Training(step(3,), loss(1, 3), accuracy=None, test_loss=None, test_accuracy=None, diverged(1,))
    """

    step: NDArray[np.int64]
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64] | None
    test_loss: NDArray[np.float64] | None
    test_accuracy: NDArray[np.float64] | None
    diverged: NDArray[np.bool_]

    def arrived(self, level: float) -> NDArray[np.bool_]:
        """Which replicas had a recorded loss below `level`: of these `steps_to` is a time, of the others a lower bound.

        Parameters
        ----------
        level : float

        Returns
        -------
        bool array (R,)

        Raises
        ------
        TypeError, ValueError
            If `level` is no finite number.

        Examples
        --------
        >>> network = MLP((2, 1), init="zeros", rng=0, replicas=2)
        >>> run = train(network, [[1.0, 2.0]], [[1.0]], optimizer=SGD([0.1, 0.001]), steps=20, loss="squared")
        >>> run.arrived(0.05)
        array([ True, False])
        """
        return (self.loss < check_number(level, "level")).any(axis=1)

    def steps_to(self, level: float) -> NDArray[np.int64]:
        """After how many steps the loss was recorded below `level` for the first time, one number a replica.

        Parameters
        ----------
        level : float

        Returns
        -------
        int array (R,)
            The number of steps of the whole run where `level` was never reached: such a time is a lower bound, and
            :meth:`arrived` tells which are not.

        Raises
        ------
        TypeError, ValueError
            If `level` is no finite number.

        Examples
        --------
        >>> network = MLP((2, 1), init="zeros", rng=0)
        >>> run = train(network, [[1.0, 2.0]], [[1.0]], optimizer=SGD(0.1), steps=20, loss="squared", record_every=1)
        >>> run.loss[0, :3]
        array([0.5   , 0.08  , 0.0128])
        >>> run.steps_to(0.05)
        array([2])
        """
        below = self.loss < check_number(level, "level")
        return np.where(below.any(axis=1), self.step[below.argmax(axis=1)], self.step[-1])


def train(
    network: MLP,
    x: ArrayLike,
    y: ArrayLike,
    *,
    optimizer: SGD | Adam,
    steps: int,
    batch_size: int | None = None,
    rng: np.random.Generator | int | None = None,
    loss: str = "cross_entropy",
    record_every: int = 10,
    test: tuple[ArrayLike, ArrayLike] | None = None,
    until: float | None = None,
) -> Training:
    """Train every replica of `network`, in place, and record the loss over the whole training set.

    Parameters
    ----------
    network : MLP
        Moved in place: train `network.copy()` to keep the start.
    x : array (N, n_0)
        The training inputs.
    y : array of int (N,) for "cross_entropy", or array (N, n_L) for "squared"
    optimizer : SGD or Adam
        A new one for each network.
    steps : int
        Number of updates, at least 1.
    batch_size : int, optional
        Samples in a mini-batch, at most N. By default all N in every step: no randomness is left, and `rng` is not used.
    rng : numpy.random.Generator or int
        Needed with `batch_size`. Replica r shuffles with `rng.spawn(R)[r]`: each has mini-batches of its own, a new permutation every epoch (an
        incomplete last batch is left out), whatever R is.
    loss : {"cross_entropy", "squared"}
    record_every : int, default 10
        Record before the first step, after every `record_every` steps, and after the last.
    test : pair (x, y), optional
        Also record these.
    until : float, optional
        End the run as soon as every replica has had a recorded loss below this, or has diverged. The records that remain
        are nan; `steps_to` and `arrived` say the same as without it, for this level and any higher one.

    Returns
    -------
    Training

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.

    Notes
    -----
    A replica that diverges becomes inf or nan on its own, is flagged, and writes no warning; the others go on.
    When all have diverged the run ends and the records that remain are nan.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((200, 2))
    >>> y = (x[:, 0] > x[:, 1]).astype(int)
    >>> network = MLP((2, 16, 2), "relu", init="he_normal", rng=1, replicas=5)
    >>> run = train(network, x, y, optimizer=SGD(0.3), steps=100, batch_size=20, rng=2)
    >>> run.loss.shape, bool((run.accuracy[:, -1] > 0.9).all())
    ((5, 11), True)
    """
    if not isinstance(network, MLP):
        raise TypeError(f"network must be an MLP, got {network!r}")
    if not isinstance(optimizer, (SGD, Adam)):
        raise TypeError(f"optimizer must be an SGD or Adam, got {optimizer!r}")
    steps, record_every = check_int(steps, "steps"), check_int(record_every, "record_every")
    check_choice(loss, "loss", tuple(LOSSES))
    x, y = _data(network, x, y, loss, "x", "y")
    if test is not None:
        if not isinstance(test, (tuple, list)) or len(test) != 2:
            raise TypeError(f"test must be a pair (x, y), got {type(test).__name__}")
        test = _data(network, *test, loss, "test x", "test y")
    batches = itertools.repeat((x, y))
    if batch_size is not None:
        batch_size = check_int(batch_size, "batch_size")
        if batch_size > len(x):
            raise ValueError(f"batch_size must be at most the {len(x)} samples of x, got {batch_size}")
        if rng is None:
            raise TypeError(f"rng must be given for mini-batches, with batch_size={batch_size}: a Generator or a seed")
        batches = _mini_batches(x, y, batch_size, check_rng(rng).spawn(network.replicas))
    until = -np.inf if until is None else check_number(until, "until")
    record_at = sorted({*range(0, steps, record_every), steps})
    replicas = network.replicas
    train_loss, train_accuracy, test_loss, test_accuracy = np.full((4, replicas, len(record_at)), np.nan)
    diverged, done = np.zeros((2, replicas), bool)

    def record(column: int) -> None:
        train_loss[:, column], train_accuracy[:, column] = _evaluate(network, x, y, loss)
        if test is not None:
            test_loss[:, column], test_accuracy[:, column] = _evaluate(network, *test, loss)
        done[train_loss[:, column] < until] = True

    record(0)
    column = 1
    for step in range(1, steps + 1):
        diverged |= ~np.isfinite(network.loss_and_gradients(*next(batches), loss))
        optimizer.step(network)
        if step == record_at[column]:
            record(column)
            diverged |= ~np.isfinite(train_loss[:, column])
            column += 1
        if (diverged | done).all():
            break
    classify = loss == "cross_entropy"
    return Training(
        step=np.array(record_at, dtype=np.int64),
        loss=train_loss,
        accuracy=train_accuracy if classify else None,
        test_loss=test_loss if test is not None else None,
        test_accuracy=test_accuracy if test is not None and classify else None,
        diverged=diverged,
    )


def _data(
    network: MLP, x: ArrayLike, y: ArrayLike, loss: str, x_name: str, y_name: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    checked = check_batch(x, network.widths[0], network.replicas, network.dtype, x_name)
    if np.ndim(x) != 2:
        raise ValueError(f"{x_name} must have the shape (samples, {network.widths[0]}), got {np.shape(x)}")
    return checked[0], check_targets(y, loss, (checked.shape[1], network.widths[-1]), y_name)


def _mini_batches(
    x: NDArray[Any], y: NDArray[Any], size: int, streams: Sequence[np.random.Generator]
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Batches (R, size, …) without end, from a permutation of the samples a replica and epoch."""
    while True:
        order = np.stack([stream.permutation(len(x)) for stream in streams])
        for start in range(0, len(x) - size + 1, size):
            rows = order[:, start : start + size]
            yield x[rows], y[rows]


def _evaluate(
    network: MLP, x: NDArray[Any], y: NDArray[Any], loss: str
) -> tuple[NDArray[np.float64], NDArray[np.float64] | float]:
    outputs = network.predict(x)
    values, _ = LOSSES[loss](outputs, y)
    return values, accuracy(outputs, y) if loss == "cross_entropy" else np.nan
