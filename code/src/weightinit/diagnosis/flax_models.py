"""What a Flax model, or any function of JAX, looks like before its first step: the adapter for JAX.

Nothing is imported: jax is taken from what has been imported already. A model is traced to its equations and run with each
layer in view (:mod:`weightinit.diagnosis._jax_watch`); nothing in it can change, as arrays of JAX cannot.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from weightinit._validation import check_int
from weightinit.diagnosis._jax_look import look, quick
from weightinit.diagnosis._measures import SEEDS, check_step, in_words, joined
from weightinit.diagnosis.observed import Observed

__all__ = ["observe", "owns"]


def _kind(model: Any) -> str | None:
    """Of a Flax module: "linen" or "nnx"."""
    for module, kind in (("flax.linen", "linen"), ("flax.nnx", "nnx")):
        found = sys.modules.get(module)
        if found is not None and isinstance(model, found.Module):
            return kind
    return None


def owns(model: Any) -> bool:
    """Is this a Flax module, of linen or of nnx?

    Parameters
    ----------
    model : object

    Examples
    --------
    >>> owns("nn.Dense")
    False
    """
    return _kind(model) is not None


def observe(
    model: Any,
    batch: Any,
    targets: Any = None,
    *,
    params: Any = None,
    loss: Callable[[Any, Any], Any] | None = None,
    optimizer: str | None = None,
    rate: float | None = None,
    seeds: int | None = None,
    rng: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Observed:
    """Measure a Flax model, or a function of parameters and data, at its start: forward and backward, by layer.

    A layer is an equation that joins data with a parameter of two axes or more: a product, a convolution, a lookup.

    Parameters
    ----------
    model : flax.linen.Module, flax.nnx.Module, a callable () -> flax.nnx.Module, or a callable (params, batch) -> outputs
        With `params`, a callable is a function of them and the batch: any model of JAX.
    batch : array, or tuple of arrays
        The first axis of the first one is the batch.
    targets : array, optional
        Classes or values. By default drawn at random: classes if the model has two outputs or more, else N(0, 1).
    params : tree of arrays, optional
        What the model is started with: the variables of a linen module, as `init` returns them. Without it a linen module is
        initialized `seeds` times.
    loss : callable (outputs, targets) -> array, optional
        By default the cross-entropy, and ½(output - target)² summed over outputs for real targets or a single output.
    optimizer : {"sgd", "adam"}, optional
        For `update_ratio`, with its `rate`.
    rate : float, optional
    seeds : int, optional
        Number of networks, where they are drawn here; by default 5.
    rng : int, default 0
        Seed of what is random: targets, dropout, initial weights.
    options : mapping, optional
        Further arguments of the module's `__call__`, such as ``{"train": True}``.

    Returns
    -------
    Observed

    Raises
    ------
    TypeError, ValueError
        One line: the model is none or has no layers with weights, it fails forward or backward (the cause is kept), the batch
        or the targets do not fit.

    Examples
    --------
    >>> observe("ResNet18", [[1.0]])
    Traceback (most recent call last):
    TypeError: model must be a Flax module, a callable that makes one, or a function with params=…, got 'ResNet18'
    """
    rng = check_int(rng, "rng", 0)
    optimizer, rate = check_step(optimizer, rate)
    kind = _kind(model)
    if kind is None and not callable(model):
        raise TypeError(
            f"model must be a Flax module, a callable that makes one, or a function with params=…, got {model!r}"
        )
    options = dict(options or {})
    drawn = params is None and kind != "nnx"
    if not drawn and seeds not in (None, 1):
        raise ValueError(f"seeds must be left out where the weights are given, got {seeds!r}")
    count = check_int(SEEDS if seeds is None else seeds, "seeds") if drawn else 1
    jax = sys.modules.get("jax")
    if jax is None:
        raise ValueError("jax must be imported by whoever gives a model of it")
    inputs = _inputs(jax, batch)
    if kind is not None or params is not None:
        trees = [params] * count
    if kind == "linen" and params is None:
        trees = _initialized(jax, model, inputs, options, range(rng, rng + count))
    if kind is None and params is None:
        models = [_made(model) for _ in range(count)]
        model, trees = models[0], models
    apply, names, networks = _opened(jax, model, trees, options, rng)
    return joined("flax", look(jax, apply, networks, names, inputs, targets, loss, optimizer, rate, rng))


def _made(make: Callable[[], Any]) -> Any:
    try:
        model = make()
    except Exception as error:
        raise ValueError(f"model failed when it was called for a new network: {in_words(error)}") from error
    if _kind(model) != "nnx":
        raise TypeError(f"model must make a flax.nnx.Module when it is called, got one that makes {model!r}")
    return model


def _inputs(jax: Any, batch: Any) -> list[Any]:
    given = batch if isinstance(batch, tuple) else (batch,)
    arrays = []
    for i, one in enumerate(given):
        name = f"batch[{i}]" if isinstance(batch, tuple) else "batch"
        try:
            array = jax.numpy.asarray(one)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{name} must be an array of numbers, got {in_words(error)}") from error
        if not array.ndim or not array.size:
            raise ValueError(f"{name} must hold at least one sample, got shape {array.shape}")
        if (
            jax.numpy.issubdtype(array.dtype, jax.numpy.floating)
            and not np.isfinite(np.asarray(array, np.float64)).all()
        ):
            raise ValueError(f"{name} must be finite, got nan or inf")
        arrays.append(array)
    if not arrays:
        raise ValueError("batch must hold at least one array, got ()")
    return arrays


def _initialized(jax: Any, module: Any, inputs: list[Any], options: dict[str, Any], seeds: Iterable[int]) -> list[Any]:
    """Variables of a linen module, drawn for each seed."""
    draw = quick(jax, lambda key, dropout, data: module.init({"params": key, "dropout": dropout}, *data, **options))
    try:
        return [draw(*jax.random.split(jax.random.key(seed)), inputs) for seed in seeds]
    except Exception as error:
        shapes = ", ".join(str(tuple(value.shape)) for value in inputs)
        raise ValueError(f"model failed forward on batch of shape {shapes}: {in_words(error)}") from error


def _opened(
    jax: Any, model: Any, trees: list[Any], options: dict[str, Any], seed: int
) -> tuple[Any, list[str], list[Any]]:
    """A model as a function of leaves and data, the names of the leaves, and the leaves of each network.

    `trees` holds variables of a linen module, parameters of a function, or modules of nnx (None: the model itself).
    """
    tools, kind = jax.tree_util, _kind(model)
    if kind == "nnx":
        nnx = sys.modules["flax.nnx"]
        graph, trained, others = nnx.split(model, nnx.Param, ...)
        inside = [nnx.to_pure_dict(nnx.state(model if tree is None else tree, nnx.Param)) for tree in trees]
        shape = tools.tree_structure(inside[0])

        def apply(leaves: list[Any], data: list[Any]) -> Any:
            state = tools.tree_map(lambda leaf: leaf, trained)
            nnx.replace_by_pure_dict(state, tools.tree_unflatten(shape, leaves))
            return nnx.merge(graph, state, others)(*data, **options)
    elif kind == "linen":
        trees = [tree if "params" in tree else {"params": tree} for tree in trees]
        others = {name: value for name, value in trees[0].items() if name != "params"}
        inside = [tree["params"] for tree in trees]
        shape = tools.tree_structure(inside[0])
        dropout = jax.random.key(seed)

        def apply(leaves: list[Any], data: list[Any]) -> Any:
            variables = {"params": tools.tree_unflatten(shape, leaves), **others}
            mutable = list(others) or ["intermediates"]  # running averages: what is written there is not kept
            outputs, _ = model.apply(variables, *data, **options, rngs={"dropout": dropout}, mutable=mutable)
            return outputs
    else:
        inside = trees
        shape = tools.tree_structure(inside[0])

        def apply(leaves: list[Any], data: list[Any]) -> Any:
            return model(tools.tree_unflatten(shape, leaves), *data, **options)

    paths = [path for path, _ in tools.tree_flatten_with_path(inside[0])[0]]
    names = ["/".join(_key(key) for key in path) or "weight" for path in paths]
    return apply, names, [tools.tree_leaves(tree) for tree in inside]


def _key(key: Any) -> str:
    """One step of a path in a tree, in plain words."""
    for attribute in ("key", "name", "idx"):
        if hasattr(key, attribute):
            return str(getattr(key, attribute))
    return str(key)
