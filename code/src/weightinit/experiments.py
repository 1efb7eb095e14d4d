"""What a start does to signal and gradient (floor 4): every result keeps the replica axis first, for intervals.

`propagate`, `backpropagate` and `jacobian_spectrum` draw their networks themselves, a layer at a time, and measure them
before any training; `growth` and `second_moments` turn what was measured into the numbers that the theory is about.
The networks are those of :class:`weightinit.network.MLP` with the same `rng`: replica r is the same one here and
there, and the same for any number of replicas.

Signals that grow or vanish by hundreds of decades are the subject, so moments are accumulated in float64. Where
arithmetic allows it (every backward pass; forward with activations that satisfy φ(cz) = cφ(z) for c > 0) signals carry
an exact power of two, so that float32 neither overflows nor underflows on the way.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from weightinit._result import Result
from weightinit._stack import Initializer, Stack, check_batch, forward, rescale
from weightinit._validation import check_flag, check_int
from weightinit.activations import Activation

__all__ = [
    "Backpropagation",
    "JacobianSpectrum",
    "Propagation",
    "backpropagate",
    "growth",
    "jacobian_spectrum",
    "propagate",
    "second_moments",
]

_CHUNK_BYTES = 2**28  # a backward pass needs all layers of a replica: as many replicas at a time as fit in here


@dataclass(frozen=True, eq=False, repr=False)
class Propagation(Result):
    """Moments of the signal by layer, over batch and units; what :func:`propagate` returns.

    Attributes
    ----------
    pre_mean, pre_variance, pre_second_moment : float64 arrays (R, L)
        Of the pre-activations z_1, …, z_L. The variance is about the mean over batch and units of the layer.
    post_mean, post_variance, post_second_moment : float64 arrays (R, L + 1)
        Of x_0, …, x_L; column 0 is the input.
    zero_fraction : float64 array (R, L)
        Fraction of the entries of x_1, …, x_L that are exactly zero: 1 is a dead layer.

    Examples
    --------
    >>> propagate((100, 100, 100), "relu", "he_normal", rng=0).pre_second_moment.mean(axis=0).round()
    array([2., 2.])
    """

    pre_mean: NDArray[np.float64]
    pre_variance: NDArray[np.float64]
    pre_second_moment: NDArray[np.float64]
    post_mean: NDArray[np.float64]
    post_variance: NDArray[np.float64]
    post_second_moment: NDArray[np.float64]
    zero_fraction: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Backpropagation(Result):
    """Second moments of the back-propagated signal by layer; what :func:`backpropagate` returns.

    Attributes
    ----------
    delta_second_moment : float64 array (R, L)
        Mean over batch and units of delta_l², delta_l = dC/dz_l, one cost C for each sample.
    weight_gradient_second_moment : float64 array (R, L)
        Mean over samples and over the entries of W_l of (dC/dW_l)², the gradient of *one* sample's cost.
    pre_second_moment, post_second_moment : float64 arrays (R, L), (R, L + 1)
        As in :class:`Propagation`.

    Examples
    --------
    >>> backpropagate((100, 100, 100), "relu", "he_normal", rng=0).delta_second_moment.mean(axis=0).round(1)
    array([0.5, 0.5])
    """

    delta_second_moment: NDArray[np.float64]
    weight_gradient_second_moment: NDArray[np.float64]
    pre_second_moment: NDArray[np.float64]
    post_second_moment: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class JacobianSpectrum(Result):
    """Singular values of the Jacobians at one input; what :func:`jacobian_spectrum` returns.

    Attributes
    ----------
    singular_values : float64 array (R, L, n)
        Of dx_l/dx_{l-1}, descending; n = max over layers of min(n_{l-1}, n_l), and narrower layers end in nan.
    end_to_end : float64 array (R, min(n_0, n_L))
        Of dx_L/dx_0, descending. Values below about 1e-16 of the largest are rounding.

    Examples
    --------
    >>> jacobian_spectrum((8, 8, 8), "identity", "orthogonal", rng=0, replicas=3)
    JacobianSpectrum(singular_values(3, 2, 8), end_to_end(3, 8))
    """

    singular_values: NDArray[np.float64]
    end_to_end: NDArray[np.float64]


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
    bias_init: Initializer | Sequence[Initializer] | None = None,
    linear_output: bool = False,
    dtype: DTypeLike = np.float64,
) -> Propagation:
    """Send a batch through freshly started networks and measure the signal, layer by layer.

    Parameters
    ----------
    widths : sequence of int
        (n_0, …, n_L).
    activation, init, rng, bias_std, bias_init, dtype
        As in :class:`weightinit.network.MLP`.
    replicas : int, default 20
        R, the number of independent networks.
    x : array (B, n_0) or (R, B, n_0), or (n_0,) for a batch of one, optional
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

    Examples
    --------
    >>> wave = propagate((200,) * 6, "relu", "xavier_normal", rng=0)
    >>> growth(wave.pre_second_moment).mean().round(1)  # Xavier's variance is half of what a ReLU needs
    np.float64(0.5)
    """
    stack = Stack.of(
        widths,
        activation,
        init,
        rng=rng,
        replicas=replicas,
        bias_std=bias_std,
        bias_init=bias_init,
        linear_output=linear_output,
        dtype=dtype,
    )
    signal = _input(stack, x, batch)
    pre, post, zeros = [], [_moments(signal, 0)], []
    with np.errstate(all="ignore"):
        for layer in forward(stack, slice(None), signal):
            pre.append(_moments(layer.z, layer.shift))
            post.append(_moments(layer.x, layer.shift))
            zeros.append(np.mean(layer.x == 0, axis=(1, 2)))

    def by_layer(moments: list[_Moments], name: str) -> NDArray[np.float64]:
        # one input for all replicas has moments of its own only once
        return np.stack([np.broadcast_to(getattr(m, name), stack.replicas) for m in moments], axis=1)

    return Propagation(
        pre_mean=by_layer(pre, "mean"),
        pre_variance=by_layer(pre, "variance"),
        pre_second_moment=by_layer(pre, "second"),
        post_mean=by_layer(post, "mean"),
        post_variance=by_layer(post, "variance"),
        post_second_moment=by_layer(post, "second"),
        zero_fraction=np.stack(zeros, axis=1),
    )


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
    bias_init: Initializer | Sequence[Initializer] | None = None,
    linear_output: bool = False,
    dtype: DTypeLike = np.float64,
) -> Backpropagation:
    """Send a gradient back through freshly started networks and measure it, layer by layer.

    Each sample b has a cost C_b of its own with dC_b/dx_L = `output_gradient[b]`; what is reported are means over
    samples. (Gradients of a mean over the batch are B times smaller, and their weight gradients are sums over samples.)

    Parameters
    ----------
    widths, activation, init, rng, replicas, x, batch, bias_std, bias_init, linear_output, dtype
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

    Examples
    --------
    >>> wave = backpropagate((200,) * 6, "relu", "xavier_normal", rng=0)
    >>> growth(wave.delta_second_moment, backward=True).mean().round(1)
    np.float64(0.5)
    """
    stack = Stack.of(
        widths,
        activation,
        init,
        rng=rng,
        replicas=replicas,
        bias_std=bias_std,
        bias_init=bias_init,
        linear_output=linear_output,
        dtype=dtype,
    )
    signal = _input(stack, x, batch)
    rows, n_out = signal.shape[1], stack.widths[-1]
    if output_gradient is None:
        draws = [stream.standard_normal((rows, n_out), dtype=stack.dtype) for stream in stack.side.output_gradient]
        gradient = np.stack(draws)
    else:
        gradient = check_batch(output_gradient, n_out, stack.replicas, stack.dtype, "output_gradient")
        if gradient.shape[1] != rows:
            raise ValueError(f"output_gradient must have {rows} rows, one a sample, got {np.shape(output_gradient)}")
        gradient = np.broadcast_to(gradient, (stack.replicas, rows, n_out))
    each = sum(n_in * n_out + rows * n_out for n_in, n_out in itertools.pairwise(stack.widths)) * stack.dtype.itemsize
    count = max(1, _CHUNK_BYTES // each)
    parts = [
        _backpropagate_some(stack, slice(r, min(r + count, stack.replicas)), signal, gradient)
        for r in range(0, stack.replicas, count)
    ]
    return Backpropagation(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})


def _backpropagate_some(stack: Stack, some: slice, signal: NDArray[Any], gradient: NDArray[Any]) -> Backpropagation:
    """Only for the replicas `some`."""
    depth = len(stack.widths) - 1
    replicas = some.stop - some.start
    delta_moments, weight_moments, pre = (np.empty((replicas, depth)) for _ in range(3))
    post = np.empty((replicas, depth + 1))
    entering = signal[some if signal.shape[0] > 1 else slice(None)]
    sample_moments = [(_sample_second_moment(entering), np.zeros(replicas, np.int32))]  # of x_0, …, x_L
    layers = []
    with np.errstate(all="ignore"):
        for layer in forward(stack, some, signal):
            layers.append(layer._replace(x=None))
            sample_moments.append((_sample_second_moment(layer.x), layer.shift))
            pre[:, len(layers) - 1] = np.ldexp(_sample_second_moment(layer.z).mean(axis=1), 2 * layer.shift)
        for column, (moment, shift) in enumerate(sample_moments):
            post[:, column] = np.ldexp(moment.mean(axis=1), 2 * shift)
        delta, shift = gradient[some].copy(), np.zeros(replicas, np.int32)
        for index in range(depth - 1, -1, -1):
            if index < depth - 1:
                delta = np.matmul(delta, layers[index + 1].weight.swapaxes(1, 2))
            if stack.activated[index]:
                delta *= stack.activation.df(layers[index].z)
            shift = shift + rescale(delta)
            moment = _sample_second_moment(delta)
            delta_moments[:, index] = np.ldexp(moment.mean(axis=1), 2 * shift)
            entered, entered_shift = sample_moments[index]
            weight_moments[:, index] = np.ldexp((moment * entered).mean(axis=1), 2 * (shift + entered_shift))
    return Backpropagation(
        delta_second_moment=delta_moments,
        weight_gradient_second_moment=weight_moments,
        pre_second_moment=pre,
        post_second_moment=post,
    )


def jacobian_spectrum(
    widths: Sequence[int],
    activation: str | Activation,
    init: Initializer | Sequence[Initializer],
    *,
    rng: np.random.Generator | int,
    replicas: int = 20,
    x: ArrayLike | None = None,
    bias_std: float = 0.0,
    bias_init: Initializer | Sequence[Initializer] | None = None,
    linear_output: bool = False,
    dtype: DTypeLike = np.float64,
) -> JacobianSpectrum:
    """Singular values of each layer's Jacobian and of their product, at one input.

    dx_l/dx_{l-1} = W_l · diag(φ'(z_l)) in the convention x @ W. Glorot & Bengio 2010 (§4.2.2) average its singular
    values; the spectrum of the product is what Saxe et al. 2013 and Pennington et al. 2017 are about.

    Parameters
    ----------
    widths, activation, init, rng, replicas, bias_std, bias_init, linear_output, dtype
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

    Examples
    --------
    >>> spectrum = jacobian_spectrum((16,) * 5, "identity", "orthogonal", rng=0)
    >>> bool(np.allclose(spectrum.end_to_end, 1.0))  # an isometry
    True
    """
    stack = Stack.of(
        widths,
        activation,
        init,
        rng=rng,
        replicas=replicas,
        bias_std=bias_std,
        bias_init=bias_init,
        linear_output=linear_output,
        dtype=dtype,
    )
    signal = _input(stack, x, 1)
    if signal.shape[1] != 1:
        raise ValueError(f"x must be one input, of shape ({stack.widths[0]},), got {np.shape(x)}")
    ranks = [min(pair) for pair in itertools.pairwise(stack.widths)]
    singular_values = np.full((stack.replicas, len(ranks), max(ranks)), np.nan)
    product, shift = None, np.zeros(stack.replicas, np.int32)
    with np.errstate(all="ignore"):
        for index, layer in enumerate(forward(stack, slice(None), signal)):
            jacobian = layer.weight.astype(np.float64)
            if stack.activated[index]:
                jacobian *= stack.activation.df(layer.z)  # (R, 1, n_out) scales the columns
            singular_values[:, index, : ranks[index]] = np.linalg.svd(jacobian, compute_uv=False)
            product = jacobian if product is None else np.matmul(product, jacobian)
            shift = shift + rescale(product)
        assert product is not None
        end_to_end = np.ldexp(np.linalg.svd(product, compute_uv=False), shift[:, None])
    return JacobianSpectrum(singular_values=singular_values, end_to_end=end_to_end)


# ------------------------------------------------------------ from moments to what the theory is about


def growth(moments: ArrayLike, *, backward: bool = False, average: bool = True) -> NDArray[np.float64]:
    """Factor by which a second moment changes a layer, one number a replica.

    The chapters' "growth a layer": 1 keeps the level, 1/2 loses half of it in every layer. The mean over the steps is
    an arithmetic one: it may be compared with a factor that is the same for all layers.

    Parameters
    ----------
    moments : array (R, L)
        By layer, first to last: `propagate(…).pre_second_moment`, `backpropagate(…).delta_second_moment`.
    backward : bool, default False
        Go from the last layer to the first, as the gradient does.
    average : bool, default True
        With False, the factor of every single step.

    Returns
    -------
    float64 array (R,), or (R, L - 1) in the order of the layers if `average` is False
        Forward, entry l is moments[l + 1]/moments[l]; backward, moments[l]/moments[l + 1].

    Raises
    ------
    TypeError
        If `moments` are not real numbers, or a flag is none.
    ValueError
        If `moments` is not two-dimensional or has fewer than two layers.

    Examples
    --------
    >>> growth([[1.0, 2.0, 8.0]])
    array([3.])
    >>> growth([[1.0, 2.0, 8.0]], backward=True, average=False)
    array([[0.5 , 0.25]])
    """
    moments = np.asarray(moments)
    if moments.dtype.kind not in "iuf":
        raise TypeError(f"moments must be real numbers, got {moments.dtype} entries")
    if moments.ndim != 2 or moments.shape[1] < 2:
        raise ValueError(f"moments must have the shape (replicas, layers) with two layers or more, got {moments.shape}")
    lower, upper = moments[:, :-1], moments[:, 1:]
    with np.errstate(all="ignore"):  # a signal that has vanished gives nan, as everywhere in this module
        factors = lower / upper if check_flag(backward, "backward") else upper / lower
    return factors.mean(axis=1) if check_flag(average, "average") else factors


def second_moments(arrays: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Mean square of each replica's entries, layer by layer.

    Parameters
    ----------
    arrays : sequence of L arrays (R, m, n)
        What a network keeps a layer: `network.deltas`, `network.pre_activations`, `network.weight_gradients`.

    Returns
    -------
    float64 array (R, L)
        As the moments of :class:`Propagation`.

    Raises
    ------
    TypeError
        If `arrays` is no sequence, or an entry is not made of real numbers.
    ValueError
        If it is empty, or its arrays have not three axes and one number of replicas.

    Examples
    --------
    >>> second_moments([np.ones((2, 5, 3)), np.full((2, 5, 4), 2.0)])
    array([[1., 4.],
           [1., 4.]])
    """
    if not isinstance(arrays, (Sequence, np.ndarray)) or isinstance(arrays, (str, bytes)):
        raise TypeError(f"arrays must be a sequence of arrays (R, m, n), got {arrays!r}")
    arrays = [np.asarray(array) for array in arrays]
    for array in arrays:
        if array.dtype.kind not in "iuf":
            raise TypeError(f"arrays must be real numbers, got {array.dtype} entries")
    if not arrays or any(a.ndim != 3 or len(a) != len(arrays[0]) or not a.size for a in arrays):
        shapes = [array.shape for array in arrays]
        raise ValueError(f"arrays must have the shape (R, m, n), with one R for all, got {shapes}")
    with np.errstate(all="ignore"):
        return np.stack([np.square(array, dtype=np.float64).mean(axis=(1, 2)) for array in arrays], axis=1)


# ------------------------------------------------------------ how a stack is set up and run


def _input(stack: Stack, x: ArrayLike | None, batch: int) -> NDArray[Any]:
    """The input, (1, B, n_0) or (R, B, n_0)."""
    batch = check_int(batch, "batch")
    if x is None:
        shape = (batch, stack.widths[0])
        return np.stack([stream.standard_normal(shape, dtype=stack.dtype) for stream in stack.side.inputs])
    return check_batch(np.atleast_2d(x) if np.ndim(x) == 1 else x, stack.widths[0], stack.replicas, stack.dtype)


class _Moments(NamedTuple):
    """Of each replica over batch and units, (R,), in float64."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    second: NDArray[np.float64]


def _moments(signal: NDArray[Any], shift: NDArray[np.int32] | int) -> _Moments:
    """Moments of the true signal, which is 2**shift times this one."""
    values = signal.astype(np.float64)
    shift = np.asarray(shift)
    second = np.ldexp(np.square(values).mean(axis=(1, 2)), 2 * shift)
    mean = values.mean(axis=(1, 2))
    values -= mean[:, None, None]  # two passes: a small variance about a large mean keeps its digits
    variance = np.ldexp(np.square(values, out=values).mean(axis=(1, 2)), 2 * shift)
    # an entry that is inf makes inf - inf above
    variance = np.where(np.isinf(second) & np.isnan(variance), np.inf, variance)
    return _Moments(np.ldexp(mean, shift), variance, second)


def _sample_second_moment(signal: NDArray[Any]) -> NDArray[np.float64]:
    """Mean square over units, (R, B), in float64."""
    return np.square(signal, dtype=np.float64).mean(axis=-1)
