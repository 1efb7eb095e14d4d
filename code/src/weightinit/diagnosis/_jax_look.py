"""One look at a function of JAX, forward and backward, for the adapters of Flax and Keras (private)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit.diagnosis._jax_watch import LINEAR, JaxLayer, Program
from weightinit.diagnosis._measures import (
    Look,
    Seen,
    batch_first,
    comes_out_of,
    first_nonfinite,
    in_words,
    mean_square,
    named,
    rms,
    same_values,
    targets_for,
    unique,
)
from weightinit.diagnosis.observed import ADAM_EPSILON

__all__ = ["look", "quick"]

MOST_PASSES = 100
"""Where ways go around layers, each layer's Jacobian costs a backward pass; with more layers than this none is made."""


def look(
    jax: Any,
    apply: Callable[[list[Any], list[Any]], Any],
    networks: Sequence[Sequence[Any]],
    names: Sequence[str],
    inputs: Sequence[Any],
    targets: Any = None,
    loss: Callable[[Any, Any], Any] | None = None,
    optimizer: str | None = None,
    rate: float | None = None,
    rng: int = 0,
    frozen: frozenset[int] = frozenset(),
    probabilities: bool = False,
) -> list[Look]:
    """Measure a function of parameters and data, for each of R sets of parameters.

    Parameters
    ----------
    jax : module
    apply : callable (leaves, inputs) -> array, or a tree with one among others
    networks : R lists of array
        The parameters of each network.
    names : list of str
        Of the parameters.
    inputs : list of array
        The first axis of the first one is the batch.
    targets, loss, optimizer, rate, rng
        As in :func:`weightinit.diagnosis.flax_models.observe`.
    frozen : set of int
        Indices of the parameters that are not trained.
    probabilities : bool
        The default loss of this framework takes probabilities, so that a softmax at the end is none too many.
    """
    np_ = jax.numpy
    networks = [[np_.asarray(leaf) for leaf in leaves] for leaves in networks]
    shapes = [[leaf.shape for leaf in leaves] for leaves in networks]
    if any(one != shapes[0] for one in shapes):
        raise ValueError("model must make the same layers each time it is called, got parameters of other shapes")
    program, scores = _program(jax, apply, networks[0], names, inputs)
    notes = []
    if program.loops:
        notes.append("What is inside a loop (a recurrent layer, `scan`) is seen as a whole, by its output.")
    if program.normalized:
        notes.append("Normalizations are known to be there; what they put out is not measured.")
    users: dict[int, list[str]] = {}
    own_names = unique(named(layer.name) for layer in program.layers)
    for layer, name in zip(program.layers, own_names, strict=True):
        users.setdefault(layer.parameter, []).append(name)
    notes += [
        f"One weight is used {len(tied)} times: {tied[0]} and {tied[1]}; its gradient is the sum."
        for tied in users.values()
        if len(tied) > 1
    ]
    zeros = [np.zeros(layer.z.shape, layer.z.dtype) for layer in program.layers]
    behind = _behind(program.layers)
    passes, growth_of = _compiled(jax, program, inputs, zeros, sorted(set(behind.values())), targets, loss)
    around = program.residual or program.normalized
    if around and len(networks) > 1:
        notes.append(
            f"χ₁ is measured in the first of {len(networks)} networks only, where paths go around layers or are normalized: no fault hangs on it."
        )
    found = []
    for r, leaves in enumerate(networks):
        draws, own_notes = np.random.default_rng(rng + r), [*notes]
        wanted, loss_name, classes = (0, None, None) if loss else targets_for(targets, scores.shape, draws, own_notes)
        try:
            (value, (outputs, kept)), (slopes, gradients) = passes(leaves, wanted)
        except Exception as error:
            raise ValueError(f"model failed backward: {in_words(error)}") from error
        layers = [
            replace(layer, z=z, activated=a, weight=w) for layer, (z, a, w) in zip(program.layers, kept, strict=True)
        ]
        if loss_name == "cross_entropy" and bool(_probabilities(np, np.asarray(outputs, np.float32))):
            own_notes.append("The outputs are probabilities already; the cross-entropy is taken of their logarithm.")
        skipped = around and r > 0
        growth = [math.nan] * len(zeros) if skipped else _growth(growth_of, leaves, zeros, behind, draws, own_notes)
        seen = []
        for index, (layer, name) in enumerate(zip(layers, own_names, strict=True)):
            trained = layer.parameter not in frozen
            slope = np.asarray(slopes[layer.parameter], np.float32) if trained else None
            step = _step(np.asarray(leaves[layer.parameter], np.float32), slope, optimizer, rate)
            bias = None if layer.bias is None else np.asarray(leaves[layer.bias], np.float32)
            seen.append(_seen(layer, name, gradients[index], slope, bias, inputs[0].shape[0], growth[index], step))
        ends, zero_outputs = None, math.nan
        if (loss is None and targets is not None and loss_name == "cross_entropy") or getattr(
            loss, "from_logits", False
        ):
            rows = np.asarray(outputs, np.float32)
            ends, zero_outputs = comes_out_of(rows.reshape(-1, rows.shape[-1]), seen[-1].activation)
            ends = None if ends == "softmax" and probabilities and loss is None else ends
        arrays = {name: np.asarray(leaf, np.float32) for name, leaf in zip(names, leaves, strict=True) if _real(leaf)}
        dtypes = [str(leaf.dtype) for leaf in leaves if _real(leaf)]
        found.append(
            Look(
                seen,
                float(value),
                loss_name,
                classes,
                inputs[0].shape[0],
                max(dict.fromkeys(dtypes), key=dtypes.count),
                program.residual,
                program.normalized,
                same_values(arrays),
                own_notes,
                first_nonfinite(arrays, seen, float(value)),
                next((mean_square(np.asarray(one, np.float32)) for one in inputs if _real(one)), math.nan),
                learns=len(frozen) < len(leaves),
                ends_with=ends,
                zero_outputs=zero_outputs,
            )
        )
    return found


def _program(jax: Any, apply: Any, leaves: Any, names: Sequence[str], inputs: Sequence[Any]) -> tuple[Program, Any]:
    """The equations of a model, and what its scores look like."""
    tools, np_ = jax.tree_util, jax.numpy

    def scores_of(leaves: list[Any], inputs: list[Any]) -> Any:
        outputs = tools.tree_leaves(apply(leaves, inputs))
        floats = [value for value in outputs if np_.issubdtype(value.dtype, np_.floating) and value.ndim]
        if not floats:
            raise TypeError("it returns no array of real numbers")
        return floats[0]

    try:
        program = Program(jax, scores_of, leaves, names, inputs)
    except Exception as error:
        shapes = ", ".join(str(tuple(value.shape)) for value in inputs)
        raise ValueError(f"model failed forward on batch of shape {shapes}: {in_words(error)}") from error
    (scores,) = jax.eval_shape(program.run, leaves, inputs)
    if not program.layers:
        raise ValueError(
            f"model must have layers with weights that it uses, got {len(leaves)} parameters and none seen at work"
        )
    return program, scores


def _compiled(
    jax: Any, program: Program, inputs: Any, zeros: list, ends: list[int], targets: Any, loss: Any
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Two functions, compiled when they are first called: both passes, and a product with the Jacobians."""
    np_ = jax.numpy

    def cost(scores: Any, wanted: Any) -> Any:
        if loss is not None:
            return np_.mean(loss(scores, targets))
        wide = scores.astype(np_.float32) if scores.dtype.itemsize < 4 else scores
        if np_.issubdtype(wanted.dtype, np_.floating):
            return 0.5 * np_.mean(np_.sum(np_.square(wide.reshape(wanted.shape) - wanted), axis=-1))
        logs = np_.log(np_.maximum(wide, np_.finfo(wide.dtype).tiny))
        logs = np_.where(_probabilities(np_, wide), logs, jax.nn.log_softmax(wide))
        return -np_.mean(np_.take_along_axis(logs, wanted[..., None], axis=-1))

    def passes(leaves: list[Any], wanted: Any) -> Any:
        def forward(leaves: list[Any], extra: list[Any]) -> tuple[Any, Any]:
            (scores,) = program.run(leaves, inputs, extra)
            kept = [(layer.z, layer.activated, layer.weight) for layer in program.layers]
            return cost(scores, np_.asarray(wanted)), (scores, kept)

        return jax.value_and_grad(forward, argnums=(0, 1), has_aux=True, allow_int=True)(leaves, zeros)

    def growth(leaves: list[Any], v: list[Any]) -> list[Any]:
        def outputs(extra: list[Any]) -> list[Any]:
            program.run(leaves, inputs, extra)
            return [program.layers[end].z for end in ends]

        return jax.vjp(outputs, zeros)[1](v)[0]

    return quick(jax, passes), quick(jax, growth)


def quick(jax: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """`jax.jit` for what runs a few times: compiling takes seconds, the passes themselves do not, so little is optimized.

    Where this jax does not know the options, or the function fails, it is compiled as usual, and says itself what is wrong.
    """
    try:
        swift = jax.jit(function, compiler_options=_UNOPTIMIZED)
    except TypeError:
        return jax.jit(function)

    def run(*args: Any) -> Any:
        try:
            return swift(*args)
        except Exception:
            return jax.jit(function)(*args)

    return run


_UNOPTIMIZED = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


def _behind(layers: Sequence[JaxLayer]) -> dict[int, int]:
    """Of each layer the first one that it leads to, by index."""
    behind: dict[int, int] = {}
    for index, layer in enumerate(layers):
        for source in layer.sources:
            behind.setdefault(source, index)
    return behind


def _growth(
    growth_of: Callable[..., Any], leaves: Any, zeros: list, behind: dict[int, int], draws: Any, notes: list[str]
) -> list[float]:
    """As in the adapter of torch: E|Jᵀv|² over the number of outputs of the next layer."""
    growth = [math.nan] * len(zeros)
    ends = sorted(set(behind.values()))
    if len(ends) > MOST_PASSES:
        notes.append(f"χ₁ is not measured between more than {MOST_PASSES} layers.")
        return growth
    for position, end in enumerate(ends):
        v = [np.zeros(zeros[e].shape, zeros[e].dtype) for e in ends]
        v[position] = draws.standard_normal(zeros[end].shape).astype(zeros[end].dtype)
        found = growth_of(leaves, v)
        for source in (s for s, e in behind.items() if e == end):
            growth[source] = float(np.square(np.asarray(found[source], np.float64)).sum()) / zeros[end].size
    return growth


def _step(weight: NDArray[Any], slope: NDArray[Any] | None, optimizer: str | None, rate: float | None) -> float:
    """Root mean square of the first step over that of the weight."""
    size = rms(weight)
    if optimizer is None or slope is None or rate is None or not size:
        return math.nan
    return rate * rms(slope if optimizer == "sgd" else slope / (np.abs(slope) + ADAM_EPSILON)) / size


def _seen(
    layer: JaxLayer, name: str, gradient: Any, slope: Any, bias: Any, batch: int, growth: float, step: float
) -> Seen:
    where = batch_first(tuple(layer.z.shape), batch)
    weight = np.asarray(layer.weight, np.float32)
    return Seen(
        name,
        layer.kind,
        layer.fan_in,
        layer.fan_out,
        _arranged(layer.z, layer, where, batch),
        where is not None,
        _activation(layer),
        slope is not None,
        _arranged(gradient, layer, where, batch),
        None if layer.activated is None else np.asarray(layer.activated, np.float32),
        weight,
        slope,
        bias,
        None if layer.incoming is None else _units_first(weight, layer.incoming),
        growth,
        step,
    )


def _real(leaf: Any) -> bool:
    return np.issubdtype(leaf.dtype, np.floating) or str(leaf.dtype) == "bfloat16"


def _probabilities(np_: Any, scores: Any) -> Any:
    """Are rows of scores probabilities, as behind a softmax?"""
    return np_.all(scores >= 0) & np_.all(np_.abs(scores.sum(axis=-1) - 1) < 1e-3)


def _activation(layer: JaxLayer) -> str | None:
    if layer.activation is not None or layer.kind == "recurrent":
        return layer.activation
    return "identity" if layer.handed_to <= LINEAR else None


def _units_first(weight: NDArray[Any], axes: Sequence[int]) -> NDArray[Any]:
    """(units, incoming) of a weight whose units are on `axes`."""
    moved = np.moveaxis(weight, axes, range(len(axes)))
    return moved.reshape(math.prod(weight.shape[axis] for axis in axes), -1)


def _arranged(value: Any, layer: JaxLayer, where: str | None, batch: int) -> NDArray[Any]:
    """(batch, places, units) of a layer's output; without the batch, (places, units)."""
    array = np.asarray(value, np.float32) if value.dtype != np.float64 else np.asarray(value)
    units = math.prod(array.shape[axis] for axis in layer.units)
    array = np.moveaxis(array, layer.units, range(array.ndim - len(layer.units), array.ndim))
    array = array.reshape(*array.shape[: array.ndim - len(layer.units)], units)
    if where == "second":
        array = np.swapaxes(array, 0, 1)
    return array.reshape(-1, units) if where is None else array.reshape(batch, -1, units)
