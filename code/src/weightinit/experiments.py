"""Experiments on stacks of replicas (floor 5): every result keeps the replica axis first, for intervals over seeds.

The networks are those of :class:`weightinit.network.MLP` with the same `rng`: replica r is the same one here and
there, and the same for any number of replicas. What is measured at the start of training (`propagate`,
`backpropagate`, `jacobian_spectrum`) draws its networks itself, a layer at a time; `train` moves a network that you
built; `sweep` runs any function over a grid.

Signals that grow or vanish by hundreds of decades are the subject, so moments are accumulated in float64. Where
arithmetic allows it (every backward pass; forward with activations that satisfy φ(cz) = cφ(z) for c > 0) signals carry
an exact power of two, so that float32 neither overflows nor underflows on the way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import joblib
import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from weightinit import activations as _activations
from weightinit._stack import (
    Initializer,
    SideStreams,
    check_batch,
    check_flag,
    check_init,
    check_widths,
    draw_stack,
    side_streams,
    spawn,
)
from weightinit._validation import check_choice, check_dtype, check_int, check_nonnegative, check_rng
from weightinit.activations import Activation
from weightinit.network import LOSSES, MLP
from weightinit.training import SGD, Adam, accuracy, check_targets

__all__ = [
    "Backpropagation",
    "JacobianSpectrum",
    "Propagation",
    "Sweep",
    "Training",
    "backpropagate",
    "jacobian_spectrum",
    "propagate",
    "sweep",
    "train",
]

_CHUNK_BYTES = 2**28  # a backward pass needs all layers of a replica: as many replicas at a time as fit in here


class _Result:
    """Results print their arrays' shapes, not thousands of numbers."""

    def __repr__(self) -> str:
        parts = []
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            parts.append(f"{field.name}{value.shape}" if isinstance(value, np.ndarray) else f"{field.name}={value!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


@dataclass(frozen=True, eq=False, repr=False)
class Propagation(_Result):
    """Moments of the signal by layer, over batch and units; what :func:`propagate` returns.

    Attributes
    ----------
    pre_mean, pre_variance, pre_second_moment : float64 arrays (R, L)
        Of the pre-activations z_1, …, z_L. The variance is about the mean over batch and units of the layer.
    post_mean, post_variance, post_second_moment : float64 arrays (R, L + 1)
        Of x_0, …, x_L; column 0 is the input.
    zero_fraction : float64 array (R, L)
        Fraction of the entries of x_1, …, x_L that are exactly zero: 1 is a dead layer.
    """

    pre_mean: NDArray[np.float64]
    pre_variance: NDArray[np.float64]
    pre_second_moment: NDArray[np.float64]
    post_mean: NDArray[np.float64]
    post_variance: NDArray[np.float64]
    post_second_moment: NDArray[np.float64]
    zero_fraction: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Backpropagation(_Result):
    """Second moments of the back-propagated signal by layer; what :func:`backpropagate` returns.

    Attributes
    ----------
    delta_second_moment : float64 array (R, L)
        Mean over batch and units of delta_l², delta_l = dC/dz_l, one cost C for each sample.
    weight_gradient_second_moment : float64 array (R, L)
        Mean over samples and over the entries of W_l of (dC/dW_l)², the gradient of *one* sample's cost.
    pre_second_moment, post_second_moment : float64 arrays (R, L), (R, L + 1)
        As in :class:`Propagation`.
    """

    delta_second_moment: NDArray[np.float64]
    weight_gradient_second_moment: NDArray[np.float64]
    pre_second_moment: NDArray[np.float64]
    post_second_moment: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class JacobianSpectrum(_Result):
    """Singular values of the Jacobians at one input; what :func:`jacobian_spectrum` returns.

    Attributes
    ----------
    singular_values : float64 array (R, L, n)
        Of dx_l/dx_{l-1}, descending; n = max over layers of min(n_{l-1}, n_l), and narrower layers end in nan.
    end_to_end : float64 array (R, min(n_0, n_L))
        Of dx_L/dx_0, descending. Values below about 1e-16 of the largest are rounding.
    """

    singular_values: NDArray[np.float64]
    end_to_end: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Training(_Result):
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
    """

    step: NDArray[np.int64]
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64] | None
    test_loss: NDArray[np.float64] | None
    test_accuracy: NDArray[np.float64] | None
    diverged: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(_Result):
    """The results of a function on a grid; what :func:`sweep` returns.

    Attributes
    ----------
    grid : dict of str to tuple
        The values along each axis, in the order of the axes.
    results : object array
        `results[i, j, …]` is the result for the i-th value of the first name, the j-th of the second, ….
    """

    grid: dict[str, tuple[Any, ...]]
    results: NDArray[np.object_]

    def __repr__(self) -> str:
        return f"Sweep({', '.join(f'{name}: {len(values)}' for name, values in self.grid.items())})"

    def collect(self, function: Callable[[Any], ArrayLike]) -> NDArray[Any]:
        """Return `function` of every result as one array, the axes of the grid first.

        Parameters
        ----------
        function : callable
            From a result to a number or an array, of the same shape for all: `lambda run: run.loss[:, -1]`.

        Returns
        -------
        array (*grid, *shape of one)

        Raises
        ------
        TypeError
            If `function` is not callable.
        ValueError
            If it returns different shapes.
        """
        if not callable(function):
            raise TypeError(f"function must be callable, got {function!r}")
        values = [np.asarray(function(result)) for result in self.results.flat]
        shapes = {value.shape for value in values}
        if len(shapes) > 1:
            raise ValueError(f"function must return one shape for all results, got {sorted(shapes)}")
        return np.stack(values).reshape(self.results.shape + values[0].shape)


# ------------------------------------------------------------ at the start


def propagate(
    widths: Sequence[int],
    activation: str | Activation,
    init: Initializer | Sequence[Initializer],
    *,
    rng: np.random.Generator | int,
    replicas: int = 20,
    x: ArrayLike | None = None,
    batch: int = 64,
    bias_std: float = 0.0,
    linear_output: bool = False,
    dtype: DTypeLike = np.float32,
) -> Propagation:
    """Send a batch through freshly started networks and measure the signal, layer by layer.

    Parameters
    ----------
    widths : sequence of int
        (n_0, …, n_L).
    activation, init, rng, bias_std, dtype
        As in :class:`weightinit.network.MLP`.
    replicas : int, default 20
        R, the number of independent networks.
    x : array (B, n_0) or (R, B, n_0), optional
        The input. By default N(0, 1), drawn afresh for each replica (from a stream of its own).
    batch : int, default 64
        B, if `x` is not given.
    linear_output : bool, default False
        Leave out the activation of the last layer. Here all layers are alike by default.

    Returns
    -------
    Propagation

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.

    Notes
    -----
    With ReLU, leaky ReLU or the identity, moments are right until they leave the range of float64, also in float32.
    With other activations a signal beyond the dtype gives inf, then nan, without a warning.
    """
    setup = _Setup.of(widths, activation, init, rng, replicas, bias_std, linear_output, dtype)
    signal = _input(setup, x, batch)
    pre, post, zeros = [], [_moments(signal, 0)], []
    with np.errstate(all="ignore"):
        for layer in _forward(setup, slice(None), signal):
            pre.append(_moments(layer.z, layer.shift))
            post.append(_moments(layer.x, layer.shift))
            zeros.append(np.mean(layer.x == 0, axis=(1, 2)))
    pre_moments, post_moments = (
        np.stack([np.broadcast_to(m, (3, setup.replicas)) for m in ms], -1) for ms in (pre, post)
    )
    return Propagation(*pre_moments, *post_moments, zero_fraction=np.stack(zeros, axis=-1))


def backpropagate(
    widths: Sequence[int],
    activation: str | Activation,
    init: Initializer | Sequence[Initializer],
    *,
    rng: np.random.Generator | int,
    replicas: int = 20,
    x: ArrayLike | None = None,
    batch: int = 64,
    output_gradient: ArrayLike | None = None,
    bias_std: float = 0.0,
    linear_output: bool = False,
    dtype: DTypeLike = np.float32,
) -> Backpropagation:
    """Send a gradient back through freshly started networks and measure it, layer by layer.

    Each sample b has a cost C_b of its own with dC_b/dx_L = `output_gradient[b]`; what is reported are means over
    samples. (Gradients of a mean over the batch are B times smaller, and their weight gradients are sums over samples.)

    Parameters
    ----------
    widths, activation, init, rng, replicas, x, batch, bias_std, linear_output, dtype
        As in :func:`propagate`; the same arguments give the same networks and the same input.
    output_gradient : array (B, n_L) or (R, B, n_L), optional
        dC/dx_L. By default N(0, 1), drawn afresh for each replica and independent of the forward pass.

    Returns
    -------
    Backpropagation

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.

    Notes
    -----
    The weight gradient of one sample is the outer product of x_{l-1} and delta_l, so its mean square is the product of
    theirs: no product of matrices is needed.
    """
    setup = _Setup.of(widths, activation, init, rng, replicas, bias_std, linear_output, dtype)
    signal = _input(setup, x, batch)
    rows, n_out = signal.shape[1], setup.widths[-1]
    if output_gradient is None:
        draws = [stream.standard_normal((rows, n_out), dtype=setup.dtype) for stream in setup.side.output_gradient]
        gradient = np.stack(draws)
    else:
        gradient = check_batch(output_gradient, n_out, setup.replicas, setup.dtype, "output_gradient")
        if gradient.shape[-2] != rows:
            raise ValueError(f"output_gradient must have {rows} rows, one a sample, got {gradient.shape}")
        gradient = np.broadcast_to(gradient, (setup.replicas, rows, n_out))
    each = sum(n_in * n_out + rows * n_out for n_in, n_out in itertools.pairwise(setup.widths)) * setup.dtype.itemsize
    count = max(1, _CHUNK_BYTES // each)
    parts = [
        _backpropagate_some(setup, slice(r, min(r + count, setup.replicas)), signal, gradient)
        for r in range(0, setup.replicas, count)
    ]
    return Backpropagation(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _backpropagate_some(
    setup: _Setup, some: slice, signal: NDArray[Any], gradient: NDArray[Any]
) -> tuple[NDArray[np.float64], ...]:
    """The four arrays of :class:`Backpropagation` for the replicas `some`."""
    depth = len(setup.widths) - 1
    replicas = some.stop - some.start
    delta_moments, weight_moments, pre = (np.empty((replicas, depth)) for _ in range(3))
    post = np.empty((replicas, depth + 1))
    entering = signal[some if signal.shape[0] > 1 else slice(None)]
    sample_moments = [(_sample_second_moment(entering), np.zeros(replicas, np.int32))]  # of x_0, …, x_L
    layers = []
    with np.errstate(all="ignore"):
        for layer in _forward(setup, some, signal):
            layers.append(layer._replace(x=None))
            sample_moments.append((_sample_second_moment(layer.x), layer.shift))
            pre[:, len(layers) - 1] = np.ldexp(_sample_second_moment(layer.z).mean(axis=1), 2 * layer.shift)
        for column, (moment, shift) in enumerate(sample_moments):
            post[:, column] = np.ldexp(moment.mean(axis=1), 2 * shift)
        delta, shift = gradient[some].copy(), np.zeros(replicas, np.int32)
        for index in range(depth - 1, -1, -1):
            if index < depth - 1:
                delta = np.matmul(delta, layers[index + 1].weight.swapaxes(1, 2))
            if setup.is_activated(index):
                delta *= setup.activation.df(layers[index].z)
            shift = shift + _rescale(delta)
            moment = _sample_second_moment(delta)
            delta_moments[:, index] = np.ldexp(moment.mean(axis=1), 2 * shift)
            entered, entered_shift = sample_moments[index]
            weight_moments[:, index] = np.ldexp((moment * entered).mean(axis=1), 2 * (shift + entered_shift))
    return delta_moments, weight_moments, pre, post


def jacobian_spectrum(
    widths: Sequence[int],
    activation: str | Activation,
    init: Initializer | Sequence[Initializer],
    *,
    rng: np.random.Generator | int,
    replicas: int = 20,
    x: ArrayLike | None = None,
    bias_std: float = 0.0,
    linear_output: bool = False,
    dtype: DTypeLike = np.float32,
) -> JacobianSpectrum:
    """Singular values of each layer's Jacobian and of their product, at one input.

    dx_l/dx_{l-1} = W_l · diag(φ'(z_l)) in the convention x @ W. Glorot & Bengio 2010 (§4.2.2) average its singular
    values; the spectrum of the product is what Saxe et al. 2013 and Pennington et al. 2017 are about.

    Parameters
    ----------
    widths, activation, init, rng, replicas, bias_std, linear_output, dtype
        As in :func:`propagate`. The forward pass runs in `dtype`, the Jacobians in float64.
    x : array (n_0,), (1, n_0) or (R, 1, n_0), optional
        The input; one for all replicas, or one for each. By default N(0, 1), drawn for each replica.

    Returns
    -------
    JacobianSpectrum

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.
    """
    setup = _Setup.of(widths, activation, init, rng, replicas, bias_std, linear_output, dtype)
    if x is not None and np.ndim(x) == 1:
        x = np.asarray(x)[None]
    signal = _input(setup, x, 1)
    if signal.shape[1] != 1:
        raise ValueError(f"x must be one input, of shape ({setup.widths[0]},), got {np.shape(x)}")
    ranks = [min(pair) for pair in itertools.pairwise(setup.widths)]
    singular_values = np.full((setup.replicas, len(ranks), max(ranks)), np.nan)
    product, shift = None, np.zeros(setup.replicas, np.int32)
    with np.errstate(all="ignore"):
        for index, layer in enumerate(_forward(setup, slice(None), signal)):
            jacobian = layer.weight.astype(np.float64)
            if setup.is_activated(index):
                jacobian *= setup.activation.df(layer.z)  # (R, 1, n_out) scales the columns
            singular_values[:, index, : ranks[index]] = np.linalg.svd(jacobian, compute_uv=False)
            product = jacobian if product is None else np.matmul(product, jacobian)
            shift = shift + _rescale(product)
        assert product is not None
        end_to_end = np.ldexp(np.linalg.svd(product, compute_uv=False), shift[:, None])
    return JacobianSpectrum(singular_values, end_to_end)


class _Setup(NamedTuple):
    """The checked arguments of an experiment, and its streams."""

    widths: tuple[int, ...]
    activation: Activation
    draws: list[Callable[..., ArrayLike]]
    streams: list[np.random.Generator]
    side: SideStreams
    bias_std: float
    linear_output: bool
    dtype: np.dtype

    @classmethod
    def of(
        cls,
        widths: Sequence[int],
        activation: str | Activation,
        init: Initializer | Sequence[Initializer],
        rng: np.random.Generator | int,
        replicas: int,
        bias_std: float,
        linear_output: bool,
        dtype: DTypeLike,
    ) -> _Setup:
        widths = check_widths(widths)
        act = _activations.get(activation)
        replicas = check_int(replicas, "replicas")
        check_nonnegative(bias_std, "bias_std")
        linear_output = check_flag(linear_output, "linear_output")
        kind = np.dtype(check_dtype(dtype))
        draws = check_init(init, len(widths) - 1, kind)
        streams = spawn(rng, replicas)
        return cls(widths, act, draws, streams, side_streams(streams), float(bias_std), linear_output, kind)

    @property
    def replicas(self) -> int:
        return len(self.streams)

    def is_activated(self, layer: int) -> bool:
        return not (self.linear_output and layer == len(self.widths) - 2)


class _Layer(NamedTuple):
    """A layer of some replicas; the true z and x are 2**shift times these, one shift (R,) a replica."""

    weight: NDArray[Any]
    z: NDArray[Any]
    x: Any
    shift: NDArray[np.int32]


def _input(setup: _Setup, x: ArrayLike | None, batch: int) -> NDArray[Any]:
    """The input, (1, B, n_0) or (R, B, n_0)."""
    batch = check_int(batch, "batch")
    if x is None:
        shape = (batch, setup.widths[0])
        return np.stack([stream.standard_normal(shape, dtype=setup.dtype) for stream in setup.side.inputs])
    array = check_batch(x, setup.widths[0], setup.replicas, setup.dtype)
    return array if array.ndim == 3 else array[None]


def _forward(setup: _Setup, some: slice, signal: NDArray[Any]) -> Iterator[_Layer]:
    """Draw and pass layer after layer for the replicas `some`, keeping the signal near 1 where that is exact."""
    streams = setup.streams[some]
    if signal.shape[0] > 1:
        signal = signal[some]
    shift = np.zeros(len(streams), np.int32)
    homogeneous = bool(setup.activation.homogeneous)
    layers = draw_stack(setup.widths, setup.draws, streams, setup.side.bias[some], setup.bias_std, setup.dtype)
    for index, (weight, bias) in enumerate(layers):
        z = np.matmul(signal, weight)
        z += np.ldexp(bias, -shift[:, None])[:, None, :]
        signal = setup.activation.f(z) if setup.is_activated(index) else z
        yield _Layer(weight, z, signal, shift)
        if homogeneous:
            signal = signal.copy()  # the caller may keep what it was given
            shift = shift + _rescale(signal)


def _rescale(signal: NDArray[Any]) -> NDArray[np.int32]:
    """Divide each replica by a power of two, in place, once its root mean square has left [2^-16, 2^16]; exponents."""
    rms = np.sqrt(np.mean(np.square(signal, dtype=np.float64), axis=(1, 2)))
    exponent = np.frexp(rms)[1].astype(np.int32)
    exponent[(np.abs(exponent) <= 16) | ~np.isfinite(rms)] = 0
    if exponent.any():
        np.ldexp(signal, -exponent[:, None, None], out=signal)
    return exponent


def _moments(signal: NDArray[Any], shift: NDArray[np.int32] | int) -> NDArray[np.float64]:
    """Mean, variance and second moment of each replica over batch and units, (3, R), in float64."""
    values = signal.astype(np.float64)
    shift = np.asarray(shift)
    second = np.ldexp(np.square(values).mean(axis=(1, 2)), 2 * shift)
    mean = values.mean(axis=(1, 2))
    values -= mean[:, None, None]  # two passes: a small variance about a large mean keeps its digits
    variance = np.ldexp(np.square(values, out=values).mean(axis=(1, 2)), 2 * shift)
    # an entry that is inf makes inf - inf above
    variance = np.where(np.isinf(second) & np.isnan(variance), np.inf, variance)
    return np.stack([np.ldexp(mean, shift), variance, second])


def _sample_second_moment(signal: NDArray[Any]) -> NDArray[np.float64]:
    """Mean square over units, (R, B), in float64."""
    return np.square(signal, dtype=np.float64).mean(axis=-1)


# ------------------------------------------------------------ training


def train(
    network: MLP,
    x: ArrayLike,
    y: ArrayLike,
    *,
    optimizer: SGD | Adam,
    steps: int,
    batch_size: int | None,
    rng: np.random.Generator | int | None = None,
    loss: str = "cross_entropy",
    record_every: int = 10,
    test: tuple[ArrayLike, ArrayLike] | None = None,
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
    batch_size : int or None
        Samples in a mini-batch, at most N. None uses all N in every step: no randomness is left, and `rng` is not used.
    rng : numpy.random.Generator or int
        Replica r shuffles with `rng.spawn(R)[r]`: each has mini-batches of its own, a new permutation every epoch (an
        incomplete last batch is left out), whatever R is.
    loss : {"cross_entropy", "squared"}
    record_every : int, default 10
        Record before the first step, after every `record_every` steps, and after the last.
    test : pair (x, y), optional
        Also record these.

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
    batches = _whole(x, y)
    if batch_size is not None:
        batch_size = check_int(batch_size, "batch_size")
        if batch_size > len(x):
            raise ValueError(f"batch_size must be at most the {len(x)} samples of x, got {batch_size}")
        batches = _mini_batches(x, y, batch_size, check_rng(rng).spawn(network.replicas))
    record_at = sorted({*range(0, steps, record_every), steps})
    replicas = network.replicas
    train_loss, train_accuracy, test_loss, test_accuracy = np.full((4, replicas, len(record_at)), np.nan)
    diverged = np.zeros(replicas, bool)

    def record(column: int) -> None:
        train_loss[:, column], train_accuracy[:, column] = _evaluate(network, x, y, loss)
        if test is not None:
            test_loss[:, column], test_accuracy[:, column] = _evaluate(network, *test, loss)

    record(0)
    column = 1
    for step in range(1, steps + 1):
        diverged |= ~np.isfinite(network.loss_and_gradients(*next(batches), loss))
        optimizer.step(network)
        if step == record_at[column]:
            record(column)
            diverged |= ~np.isfinite(train_loss[:, column])
            column += 1
        if diverged.all():
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
    x = check_batch(x, network.widths[0], network.replicas, network.dtype, x_name)
    if x.ndim != 2:
        raise ValueError(f"{x_name} must have the shape (samples, {network.widths[0]}), got {x.shape}")
    return x, check_targets(y, loss, (len(x), network.widths[-1]), y_name)


def _whole(x: NDArray[Any], y: NDArray[Any]) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    return itertools.repeat((x, y))


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


# ------------------------------------------------------------ grids


def sweep(
    function: Callable[..., Any],
    grid: Mapping[str, Sequence[Any]],
    *,
    n_jobs: int | None = None,
    progress: bool = False,
    **fixed: Any,
) -> Sweep:
    """Call `function(**point, **fixed)` at every point of a grid.

    Parameters
    ----------
    function : callable
        For `n_jobs > 1` one that can be pickled, or defined in a notebook (joblib uses cloudpickle).
    grid : mapping of str to sequence
        The values of each keyword argument; all combinations are run, the last name varying fastest.
    n_jobs : int, optional
        Processes; -1 for one a core. By default 1, or what `joblib.parallel_config(...)` around the call says: that is
        how to go to dask or ray without changing this line.
    progress : bool, default False
        Show a progress bar (tqdm, on stderr).
    **fixed
        Keyword arguments that are the same everywhere. If `rng` is among them each point is given a generator of its
        own, spawned from it in the order of the grid: results do not depend on `n_jobs`.

    Returns
    -------
    Sweep

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.
    """
    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    if not isinstance(grid, Mapping):
        raise TypeError(f"grid must map names to sequences of values, got {grid!r}")
    if not grid:
        raise ValueError(f"grid must have at least one name, got {grid!r}")
    axes: dict[str, tuple[Any, ...]] = {}
    for name, values in grid.items():
        if not isinstance(name, str):
            raise TypeError(f"grid must have names for keys, got {name!r}")
        if isinstance(values, (str, bytes)) or not isinstance(values, (Sequence, np.ndarray)):
            raise TypeError(f"grid[{name!r}] must be a sequence of values, got {values!r}")
        if len(values) == 0:
            raise ValueError(f"grid[{name!r}] must have at least one value, got {values!r}")
        if name in fixed:
            raise ValueError(f"grid must not share names with the fixed arguments, got {name!r} in both")
        axes[name] = tuple(values)
    if n_jobs is not None and n_jobs != -1:
        n_jobs = check_int(n_jobs, "n_jobs")
    check_flag(progress, "progress")
    points = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    if "rng" in fixed:
        streams = check_rng(fixed.pop("rng")).spawn(len(points))
        points = [{**point, "rng": stream} for point, stream in zip(points, streams, strict=True)]
    calls = (joblib.delayed(function)(**point, **fixed) for point in points)
    results = np.empty(len(points), dtype=object)
    answers = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(calls)
    if progress:
        from tqdm.auto import tqdm

        answers = tqdm(answers, total=len(points))
    for k, answer in enumerate(answers):
        results[k] = answer
    return Sweep(axes, results.reshape([len(values) for values in axes.values()]))
