"""A fully connected network, many replicas at a time (floor 4).

A layer is z_l = x_{l-1} @ W_l + b_l and x_l = φ(z_l), with W_l of shape (n_{l-1}, n_l) as everywhere in this package.
An :class:`MLP` holds `replicas` such networks with independent starts, as one stack: weights (R, n_in, n_out),
activations (R, B, n). One call runs all of them, so that an error bar over seeds costs no extra code.

The reverse pass is back-propagation (Rumelhart, Hinton & Williams 1986), with delta_l = dC/dz_l:
delta_l = φ'(z_l) ⊙ (delta_{l+1} @ W_{l+1}ᵀ),  dC/dW_l = x_{l-1}ᵀ @ delta_l,  dC/db_l = sum of delta_l over the batch.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from weightinit._stack import Initializer, Stack, check_batch
from weightinit._validation import check_choice, check_flag, check_numbers
from weightinit.activations import Activation
from weightinit.losses import LOSSES, check_targets

__all__ = ["MLP", "Parameters"]

_PREDICT_ROWS = 1024  # rows that `predict` sends through at a time: its memory then does not grow with the data set


class Parameters(Sequence):
    """The weights or the biases of a network, layer by layer.

    Read it like a list. Change an array in place, or assign one: what is assigned must have the shape of what it
    replaces, and is copied in the dtype of the network, so that the network never shares its memory with a caller.

    Parameters
    ----------
    name : str
        "weights" or "biases", for the messages.
    arrays : iterable of L arrays

    Raises
    ------
    TypeError, ValueError
        If what is assigned has another shape or is not made of real numbers; nothing has changed then.

    Examples
    --------
    >>> network = MLP((2, 3, 1), rng=0)
    >>> network.weights[0][...] = 0.1
    >>> network.weights[1] = np.ones((1, 3, 1))
    >>> network.weights[1] = np.ones((3, 1))
    Traceback (most recent call last):
    ValueError: weights[1] must have the shape (1, 3, 1), one array (n_in, n_out) a replica, got (3, 1)
    """

    def __init__(self, name: str, arrays: Iterable[NDArray[Any]]) -> None:
        self._name, self._arrays = name, list(arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return iter(self._arrays)

    @overload
    def __getitem__(self, layer: int) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, layer: slice) -> list[NDArray[Any]]: ...
    def __getitem__(self, layer):
        return self._arrays[layer]

    def __setitem__(self, layer: int, value: ArrayLike) -> None:
        old, array = self._arrays[layer], np.asarray(value)
        name = f"{self._name}[{layer}]"
        if not isinstance(old, np.ndarray):
            raise TypeError(f"{self._name} must be assigned one layer at a time, got {layer!r}")
        if array.dtype.kind not in "iuf":
            raise TypeError(f"{name} must be real numbers, got {array.dtype} entries")
        if array.shape != old.shape:
            one = "(n_in, n_out)" if old.ndim == 3 else "(n_out,)"
            raise ValueError(f"{name} must have the shape {old.shape}, one array {one} a replica, got {array.shape}")
        if array is not old:  # `weights[0] *= 2` has changed the array already
            self._arrays[layer] = array.astype(old.dtype)

    def assign(self, arrays: Iterable[ArrayLike]) -> None:
        """Replace all arrays; none is changed if one does not fit.

        Raises
        ------
        TypeError, ValueError
            If they are no arrays or of another number, or one has another shape or is not made of real numbers.
        """
        new = Parameters(self._name, self)
        if not isinstance(arrays, Iterable):
            raise TypeError(f"{self._name} must be {len(new)} arrays, one a layer, got {arrays!r}")
        arrays = list(arrays)
        if len(arrays) != len(new):
            raise ValueError(f"{self._name} must be {len(new)} arrays, one a layer, got {len(arrays)}")
        for layer, array in enumerate(arrays):
            new[layer] = array
        self._arrays = new._arrays

    def __add__(self, other: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        return [*self, *other]

    def __repr__(self) -> str:
        return f"{self._name} of shapes {', '.join(str(array.shape) for array in self)}"


class MLP:
    """A stack of `replicas` fully connected networks of one shape, started independently.

    Parameters
    ----------
    widths : sequence of int
        (n_0, …, n_L): the number of inputs, then the width of each of the L >= 1 weight layers.
    activation : str or Activation, default "relu"
        A name of :data:`weightinit.activations.NAMES`, or what `activations.get("leaky_relu", negative_slope=0.2)`
        returns.
    init : str, callable, or a list of L of these, default "he_normal"
        How weights are drawn: a name of :data:`weightinit.initializers.NAMES`; any function `(shape, rng) -> array`
        with `shape = (n_in, n_out)`, your own three lines included; or one of these for each layer. A function that
        has a parameter `dtype` is given the network's. "normal", "uniform" and "constant" need an option:
        `initializers.get("normal", std=0.1)`. ("variance_scaling" needs none: as in Keras its defaults give LeCun's
        variance 1/fan_in.) Weights are (n_in, n_out), so `layout="out_in"` is refused: it would swap the fans.
    rng : numpy.random.Generator or int
        Replica r draws from `rng.spawn(replicas)[r]`, layer 1 to L in order. So the layers are independent draws,
        replica r is the same network whatever `replicas` is, and biases do not disturb weights (they have a stream of
        their own, spawned from the replica's).
    replicas : int, default 1
        R, the number of networks.
    bias_std : float, default 0
        Biases are drawn from N(0, bias_std²). With 0 they are zero, unless the start has biases of its own:
        `init="pytorch_default"` has.
    bias_init : str, callable, or a list of L of these, optional
        In place of `bias_std`: a name or function as for `init`, with `shape = (n_out,)`. For example "zeros", or
        `initializers.get("constant", value=0.1)`.
    linear_output : bool, default True
        The last layer has no activation: its pre-activations are the output.
    dtype : float64 (default) or float32
    exact_products : bool, default False
        Round the factors of every product in `forward` and `backward` to 21 bits below the largest entry of their
        replica. Then sums of up to 2048 terms are exact in float64 (which is required), whatever their order: training gives
        the same bits with every BLAS kernel and number of threads, where it would otherwise be chaotic in the last
        digit. Each entry is off by at most 2⁻²¹ of the largest, so small entries keep fewer digits than in float32. It
        takes about twice as long.
    multipliers : L numbers, optional
        Fixed factors m_l > 0, z_l = m_l (x_{l-1} @ W_l) + b_l: by default 1. They are not trained; what they are for says
        :mod:`weightinit.parametrizations`.

    Attributes
    ----------
    weights : L arrays (R, n_in, n_out)
        Change them in place (`network.weights[0][...] = value`), or assign an array of the same shape: it is copied.
    biases : L arrays (R, n_out)
        Likewise.
    pre_activations : list of L arrays (R, B, n_l)
        z_l of the last forward pass; empty before it.
    activations : list of L + 1 arrays (R, B, n_l)
        x_l of the last forward pass; `activations[0]` is the input. With `linear_output` the last is
        `pre_activations[-1]` itself.
    deltas : list of L arrays (R, B, n_l)
        dC/dz_l of the last backward pass; empty before it.
    weight_gradients, bias_gradients : lists of L arrays
        Shaped like `weights` and `biases`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it. Nothing has been drawn then, unless it is `init` or
        `bias_init` that returned something else than a finite real array of the right shape.

    Notes
    -----
    The arrays that a pass keeps (`activations`, `deltas`, …) are buffers: allocated at the first pass, then *overwritten
    by every later one*. Copy what you want to keep. What `forward` and `predict` return belongs to the caller. Values
    that leave the range of the dtype become inf and nan as IEEE arithmetic has it, in their replica only and without a
    warning: exploding networks are what this package is about.

    Examples
    --------
    >>> network = MLP((784, 512, 512, 10), "relu", init="he_normal", rng=0, replicas=20)
    >>> network
    MLP(784-512-512-10, relu, init=he_normal, replicas=20, float64, 669,706 parameters each)
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: str | Activation = "relu",
        *,
        init: Initializer | Sequence[Initializer] = "he_normal",
        rng: np.random.Generator | int,
        replicas: int = 1,
        bias_std: float = 0.0,
        bias_init: Initializer | Sequence[Initializer] | None = None,
        linear_output: bool = True,
        dtype: DTypeLike = np.float64,
        exact_products: bool = False,
        multipliers: Sequence[float] | None = None,
    ) -> None:
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
        self.widths, self.activation, self.replicas = stack.widths, stack.activation, stack.replicas
        self.linear_output, self.dtype = stack.linear_output, stack.dtype
        self.exact_products = check_flag(exact_products, "exact_products")
        if exact_products and (self.dtype != np.float64 or max(self.widths) > 2048):
            raise ValueError(
                "exact_products must be False unless dtype is float64 and no width exceeds 2048, "
                f"got True with {self.dtype} and a width of {max(self.widths)}"
            )
        self.multipliers = _check_multipliers(multipliers, self.depth)
        self._init, self._activated = stack.init, stack.activated
        weights, biases = zip(*stack.layers(), strict=True)
        self._weights, self._biases = Parameters("weights", weights), Parameters("biases", biases)
        self._reset()

    def _reset(self) -> None:
        """Forget the passes: no buffers yet."""
        self.pre_activations: list[NDArray[Any]] = []
        self.activations: list[NDArray[Any]] = []
        self.deltas: list[NDArray[Any]] = []
        self.weight_gradients: list[NDArray[Any]] = []
        self.bias_gradients: list[NDArray[Any]] = []
        self._memory: dict[str, list[NDArray[Any]]] = {}
        self._rounded: dict[tuple[str, int], NDArray[Any]] | None = None  # factors, while one call runs both passes
        self._batch = 0
        self._backward_batch = 0

    @property
    def weights(self) -> Parameters:
        """L arrays (R, n_in, n_out)."""
        return self._weights

    @weights.setter
    def weights(self, arrays: Iterable[ArrayLike]) -> None:
        self._weights.assign(arrays)

    @property
    def biases(self) -> Parameters:
        """L arrays (R, n_out)."""
        return self._biases

    @biases.setter
    def biases(self, arrays: Iterable[ArrayLike]) -> None:
        self._biases.assign(arrays)

    @property
    def depth(self) -> int:
        """L, the number of weight layers."""
        return len(self.widths) - 1

    @property
    def parameters(self) -> int:
        """Number of weights and biases of one replica."""
        return sum((n_in + 1) * n_out for n_in, n_out in zip(self.widths, self.widths[1:], strict=False))

    def __repr__(self) -> str:
        return (
            f"MLP({'-'.join(map(str, self.widths))}, {self.activation.name}, init={self._init}, "
            f"replicas={self.replicas}, {self.dtype.name}, {self.parameters:,} parameters each)"
        )

    def copy(self) -> MLP:
        """Return a network with the same weights and biases in arrays of its own, and no memory of any pass.

        Examples
        --------
        >>> start = MLP((2, 3, 1), rng=0)
        >>> moved = start.copy()
        >>> moved.weights[0] += 1
        >>> bool((moved.weights[0] == start.weights[0]).any())
        False
        """
        other = copy.copy(self)
        other._weights = Parameters("weights", (w.copy() for w in self.weights))
        other._biases = Parameters("biases", (b.copy() for b in self.biases))
        other._reset()
        return other

    # ---------------------------------------------------------------- forward

    def __call__(self, x: ArrayLike) -> NDArray[Any]:
        """Call `forward`."""
        return self.forward(x)

    def forward(self, x: ArrayLike) -> NDArray[Any]:
        """Run the batch `x` through every replica, keeping what `backward` needs.

        Parameters
        ----------
        x : array (B, n_0), the same batch for all replicas, or (R, B, n_0)

        Returns
        -------
        array (R, B, n_L)
            A copy of `activations[-1]`.

        Raises
        ------
        TypeError
            If `x` is not made of real numbers.
        ValueError
            If its shape does not fit or it has a nan or inf.

        Examples
        --------
        >>> network = MLP((2, 1), init=lambda shape, rng: [[1.0], [10.0]], rng=0)
        >>> network.forward([[3.0, 4.0]])
        array([[[43.]]])
        """
        return self._forward(self._check_input(x)).copy()

    def predict(self, x: ArrayLike) -> NDArray[Any]:
        """Outputs for `x` as a new array, leaving every buffer of `forward` and `backward` as it was.

        Parameters
        ----------
        x : array (B, n_0) or (R, B, n_0)

        Returns
        -------
        array (R, B, n_L)
            For a classifier the logits: `predict(x).argmax(-1)` are the classes.

        Raises
        ------
        TypeError, ValueError
            As `forward`.

        Examples
        --------
        >>> network = MLP((4, 3), rng=0, replicas=2)
        >>> network.predict(np.ones((5, 4))).argmax(-1).shape
        (2, 5)
        """
        x = self._check_input(x)
        outputs = np.empty((self.replicas, x.shape[-2], self.widths[-1]), self.dtype)
        with np.errstate(all="ignore"):
            for start in range(0, x.shape[-2], _PREDICT_ROWS):
                rows = slice(start, start + _PREDICT_ROWS)
                signal = x[..., rows, :]
                for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
                    signal = np.matmul(signal, weight)
                    self._multiply(signal, layer)
                    signal += bias[:, None, :]
                    if self._activated[layer]:
                        signal = self.activation.f(signal)
                outputs[:, rows] = signal
        return outputs

    def _check_input(self, x: ArrayLike) -> NDArray[Any]:
        """`x` in the network's dtype, (1, B, n_0) or (R, B, n_0)."""
        return check_batch(x, self.widths[0], self.replicas, self.dtype)

    def _forward(self, x: NDArray[Any]) -> NDArray[Any]:
        batch = x.shape[1]
        if batch != self._batch or not self._memory:
            self._batch = batch
            self.pre_activations = self._buffers("z", self.widths[1:], batch)
            self.activations = [x, *self._buffers("x", self.widths[1:], batch, skip_last=self.linear_output)]
            if self.linear_output:
                self.activations.append(self.pre_activations[-1])
        # a copy, so that a caller who changes x before `backward` does not change the gradient
        (own,) = self._buffers("input", self.widths[:1], batch, replicas=x.shape[0])
        np.copyto(own, x)
        self.activations[0] = np.broadcast_to(own, (self.replicas, *x.shape[1:]))
        with np.errstate(all="ignore"):
            for layer, bias in enumerate(self.biases):
                z, after = self.pre_activations[layer], self.activations[layer + 1]
                self._product(self._factor("x", layer), self._factor("W", layer), z)
                self._multiply(z, layer)
                z += bias[:, None, :]
                if self._activated[layer]:
                    self.activation.f(z, out=after)
        return self.activations[-1]

    def _buffers(
        self,
        role: str,
        widths: Sequence[int],
        batch: int,
        *,
        replicas: int = 0,
        skip_last: bool = False,
        dtype: Any = None,
    ) -> list[NDArray[Any]]:
        """Contiguous arrays (R, batch, n), one a width, in memory that only grows: switching batch sizes is cheap."""
        replicas, dtype = replicas or self.replicas, dtype or self.dtype
        widths = widths[:-1] if skip_last else widths
        memory = self._memory.setdefault(role, [np.empty(0, dtype)] * len(widths))
        views = []
        for k, width in enumerate(widths):
            size = replicas * batch * width
            if memory[k].size < size:
                memory[k] = np.empty(size, dtype)
            views.append(memory[k][:size].reshape(replicas, batch, width))
        return views

    # --------------------------------------------------------------- backward

    def backward(self, output_gradient: ArrayLike) -> None:
        """Back-propagate the gradient of a cost C, filling `deltas`, `weight_gradients` and `bias_gradients`.

        Parameters
        ----------
        output_gradient : array (R, B, n_L), or (B, n_L) for all replicas
            dC/dx_L for the batch of the last `forward`. If C is a mean over the batch, its 1/B is in here already:
            gradients of parameters are *sums* over the batch of what is given.

        Raises
        ------
        RuntimeError
            If there was no `forward` before.
        TypeError
            If `output_gradient` is not made of real numbers.
        ValueError
            If its shape does not fit.

        Examples
        --------
        >>> network = MLP((2, 1), init="zeros", rng=0)
        >>> out = network.forward([[3.0, 4.0]])
        >>> network.backward([[1.0]])
        >>> network.weight_gradients[0]
        array([[[3.],
                [4.]]])
        """
        if not self.pre_activations:
            raise RuntimeError("backward needs a forward pass first: call forward(x)")
        gradient = np.asarray(output_gradient)
        shape = self.activations[-1].shape
        if gradient.dtype.kind not in "iuf":
            raise TypeError(f"output_gradient must be real numbers, got {gradient.dtype} entries")
        if gradient.shape not in (shape, shape[1:]):
            raise ValueError(f"output_gradient must have the shape {shape} or {shape[1:]}, got {gradient.shape!r}")
        if self._backward_batch != self._batch:
            self._backward_batch = self._batch
            self.deltas = self._buffers("delta", self.widths[1:], self._batch)
            # one scratch is enough: a layer's derivative is used as soon as it is there
            dtype = np.dtype(bool) if self.activation.binary_slope else self.dtype
            slopes = self._buffers("slope", [max(self.widths[1:])], self._batch, dtype=dtype)[0].reshape(-1)
            self._slopes = [slopes[: d.size].reshape(d.shape) for d in self.deltas]
        if not self.weight_gradients:
            self.weight_gradients = [np.empty_like(w) for w in self.weights]
            self.bias_gradients = [np.empty_like(b) for b in self.biases]
        with np.errstate(all="ignore"):
            np.copyto(self.deltas[-1], gradient, casting="unsafe")
            if self._activated[-1]:
                self._times_slope(self.depth - 1)
            for layer in range(self.depth - 1, -1, -1):
                delta, factor = self.deltas[layer], self._factor("delta", layer)
                self._product(self._factor("x", layer).swapaxes(1, 2), factor, self.weight_gradients[layer])
                self._multiply(self.weight_gradients[layer], layer)
                delta.sum(axis=1, out=self.bias_gradients[layer])
                if layer:
                    self._product(factor, self._factor("W", layer).swapaxes(1, 2), self.deltas[layer - 1])
                    self._multiply(self.deltas[layer - 1], layer)
                    self._times_slope(layer - 1)

    def _factor(self, role: str, layer: int) -> NDArray[Any]:
        """A layer's input "x", weights "W" or "delta" as they go into products: exact ones take them rounded."""
        array = {"x": self.activations, "W": self.weights, "delta": self.deltas}[role][layer]
        if not self.exact_products:
            return array
        if self._rounded is None:
            return _on_grid(array)
        if (role, layer) not in self._rounded:
            self._rounded[role, layer] = _on_grid(array)
        return self._rounded[role, layer]

    def _product(self, a: NDArray[Any], b: NDArray[Any], out: NDArray[Any]) -> None:
        """`out` = a @ b for stacks; one replica goes through the two-dimensional product."""
        if out.shape[0] == 1:
            np.matmul(a[0], b[0], out=out[0])
        else:
            np.matmul(a, b, out=out)

    def _multiply(self, product: NDArray[Any], layer: int) -> None:
        """Multiply by the layer's multiplier, in place."""
        if self.multipliers[layer] != 1:
            product *= self.dtype.type(self.multipliers[layer])

    def _times_slope(self, layer: int) -> None:
        """Multiply the layer's delta by φ'(z), in place."""
        self.deltas[layer] *= self.activation.df(self.pre_activations[layer], out=self._slopes[layer])

    def loss_and_gradients(self, x: ArrayLike, y: ArrayLike, loss: str = "cross_entropy") -> NDArray[np.float64]:
        """Forward, loss and backward: the gradients of each replica's mean loss over the batch.

        Parameters
        ----------
        x : array (B, n_0) or (R, B, n_0)
        y : array
            Integer labels (B,) or (R, B) for "cross_entropy"; targets (B, n_L) or (R, B, n_L) for "squared".
        loss : {"cross_entropy", "squared"}

        Returns
        -------
        float64 array (R,)

        Raises
        ------
        TypeError, ValueError
            As `forward`, :func:`weightinit.losses.softmax_cross_entropy` and :func:`weightinit.losses.squared_loss`, or if `loss` is no such name.

        Examples
        --------
        >>> network = MLP((2, 3), init="zeros", rng=0)
        >>> network.loss_and_gradients([[3.0, 4.0]], [2]).round(4)  # ln 3
        array([1.0986])
        """
        check_choice(loss, "loss", tuple(LOSSES))
        x = self._check_input(x)
        check_targets(y, loss, (self.replicas, x.shape[1], self.widths[-1]), "y")
        self._rounded = {}  # nothing can change between these two passes: each factor is rounded once, not twice
        try:
            values, gradient = LOSSES[loss](self._forward(x), y)
            self.backward(gradient)
        finally:
            self._rounded = None
        return values


def _check_multipliers(multipliers: Sequence[float] | None, depth: int) -> tuple[float, ...]:
    """One positive number a layer; 1 each if there are none."""
    if multipliers is None:
        return (1.0,) * depth
    values = check_numbers(multipliers, "multipliers", 0, closed="neither")
    if values.shape != (depth,):
        raise ValueError(f"multipliers must be {depth} numbers, one a layer, got {multipliers!r}")
    return tuple(values.tolist())


def _on_grid(a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round each replica's entries to multiples of a power of two, at most 2^21 of them."""
    rounded = np.abs(a)  # one array for all that follows, as this is most of what exact products cost
    step = np.exp2((np.frexp(rounded.max(axis=(1, 2), keepdims=True))[1] - 21.0).clip(-1000, 1000))
    np.multiply(a, 1 / step, out=rounded)  # a power of two: exact
    np.rint(rounded, out=rounded)
    rounded *= step
    return rounded
