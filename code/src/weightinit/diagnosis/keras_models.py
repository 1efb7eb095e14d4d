"""What a Keras model looks like before its first step: the adapter for Keras 3.

Nothing is imported: Keras and its backend are taken from what has been imported already. On JAX the model is traced to its
equations (:mod:`weightinit.diagnosis._jax_watch`), on torch its functions are watched; its variables stay as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from weightinit._validation import check_flag, check_int
from weightinit.diagnosis import torch_models
from weightinit.diagnosis._jax_look import look
from weightinit.diagnosis._measures import SEEDS, check_step, in_words, joined
from weightinit.diagnosis.observed import MEASURED, Observed

__all__ = ["observe", "owns"]

BACKENDS = ("jax", "torch")
"""Where a gradient can be looked at."""


def owns(model: Any) -> bool:
    """Is this a Keras model or layer?

    Parameters
    ----------
    model : object

    Examples
    --------
    >>> owns("Sequential")
    False
    """
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(model, keras.layers.Layer)


def observe(
    model: Any,
    batch: Any,
    targets: Any = None,
    *,
    loss: Callable[[Any, Any], Any] | None = None,
    optimizer: str | None = None,
    rate: float | None = None,
    seeds: int | None = None,
    rng: int = 0,
    training: bool = True,
) -> Observed:
    """Measure a Keras model at its start: one forward and one backward pass, by layer.

    Parameters
    ----------
    model : keras.Model or layer, or a callable () -> keras.Model
        Built by the batch if it is not. A callable is asked for `seeds` models.
    batch : array, or tuple or mapping of arrays
        The first axis of the first one is the batch.
    targets : array, optional
        Classes or values. By default drawn at random: classes if the model has two outputs or more, else N(0, 1).
    loss : callable (outputs, targets) -> array, optional
        By default the cross-entropy, and ½(output - target)² summed over outputs for real targets or a single output. Outputs of
        a softmax are known as probabilities.
    optimizer : {"sgd", "adam"}, optional
        For `update_ratio`, with its `rate`.
    rate : float, optional
    seeds : int, optional
        Number of models, only for a callable; by default 5.
    rng : int, default 0
        Seed of what is random: targets, and the models of a callable.
    training : bool, default True
        The model's mode in this pass.

    Returns
    -------
    Observed

    Raises
    ------
    TypeError, ValueError
        One line: the model is none or has no layers with weights, the backend cannot be looked into, the model fails forward or
        backward (the cause is kept), the batch or the targets do not fit.

    Examples
    --------
    >>> observe("Sequential", [[1.0]])
    Traceback (most recent call last):
    TypeError: model must be a Keras model or a callable that makes one, got 'Sequential'
    """
    rng, training = check_int(rng, "rng", 0), check_flag(training, "training")
    optimizer, rate = check_step(optimizer, rate)
    if not owns(model) and not callable(model):
        raise TypeError(f"model must be a Keras model or a callable that makes one, got {model!r}")
    if owns(model):
        if seeds not in (None, 1):
            raise ValueError(f"seeds must be left out for a model that is made, got {seeds!r}; a callable makes more")
        models = [model]
    else:
        models = _made(model, check_int(SEEDS if seeds is None else seeds, "seeds"), rng)
    backend = sys.modules["keras"].config.backend()
    if backend not in BACKENDS:
        raise ValueError(f'model must be on the backend "jax" or "torch" (KERAS_BACKEND), got {backend!r}')
    if backend == "torch":
        return _on_torch(models, batch, targets, loss, optimizer, rate, rng, training)
    return _on_jax(models, batch, targets, loss, optimizer, rate, rng, training)


def _made(make: Callable[[], Any], count: int, rng: int) -> list[Any]:
    """Models, each from a seed of its own."""
    models = []
    for r in range(count):
        keras = sys.modules.get("keras")
        if keras is not None:
            keras.utils.set_random_seed(rng + r)
        try:
            model = make()
        except Exception as error:
            raise ValueError(f"model failed when it was called for a new network: {in_words(error)}") from error
        if not owns(model):
            raise TypeError(f"model must be a Keras model or a callable that makes one, got one that makes {model!r}")
        models.append(model)
    return models


def _checked(batch: Any) -> tuple[Any, list[Any]]:
    """The batch as arrays, in the form in which the model takes it, and its arrays in order."""

    def one(value: Any, name: str) -> Any:
        try:
            array = np.asarray(value)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{name} must be an array of numbers, got {in_words(error)}") from error
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{name} must be an array of numbers, got {value!r}")
        if not array.ndim or not array.size:
            raise ValueError(f"{name} must hold at least one sample, got shape {array.shape}")
        if array.dtype.kind == "f":
            if not np.isfinite(array).all():
                raise ValueError(f"{name} must be finite, got nan or inf")
            array = array.astype(np.float32)
        return array

    if isinstance(batch, Mapping):
        given = {name: one(value, f"batch[{name!r}]") for name, value in batch.items()}
        arrays = list(given.values())
    elif isinstance(batch, tuple):
        given = [one(value, f"batch[{i}]") for i, value in enumerate(batch)]
        arrays = list(given)
    else:
        given = one(batch, "batch")
        arrays = [given]
    if not arrays:
        raise ValueError("batch must hold at least one array, got none")
    return given, arrays


def _built(model: Any, given: Any, arrays: list[Any]) -> None:
    """Give a model its weights, if it has none yet."""
    if model.built:
        return
    try:
        model(given)
    except Exception as error:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise ValueError(f"model failed forward on batch of shape {shapes}: {in_words(error)}") from error


def _on_jax(
    models: list[Any],
    batch: Any,
    targets: Any,
    loss: Any,
    optimizer: str | None,
    rate: float | None,
    rng: int,
    training: bool,
) -> Observed:
    jax = sys.modules["jax"]
    given, arrays = _checked(batch)
    for model in models:
        _built(model, given, arrays)
    first = models[0]
    weights = _weights(first)
    fixed = [variable for variable in first.non_trainable_variables if not any(variable is w for w in weights)]
    trained = first.trainable_variables
    place = {id(variable): i for i, variable in enumerate(weights)}
    frozen = frozenset(i for i, variable in enumerate(weights) if not any(variable is t for t in trained))
    others = {id(variable): variable.value for variable in fixed}
    structure = jax.tree_util.tree_structure(given)
    takes_mode = _takes_mode(first)

    def apply(leaves: list[Any], data: list[Any]) -> Any:
        def now(variable: Any) -> Any:
            return leaves[place[id(variable)]] if id(variable) in place else others[id(variable)]

        outputs, _ = first.stateless_call(
            [now(v) for v in trained],
            [now(v) for v in first.non_trainable_variables],
            jax.tree_util.tree_unflatten(structure, data),
            **({"training": training} if takes_mode else {}),
        )
        return outputs

    names = [_name(first, variable) for variable in weights]
    networks = [[variable.value for variable in _weights(model)] for model in models]
    inputs = [jax.numpy.asarray(array) for array in jax.tree_util.tree_leaves(given)]
    looks = look(jax, apply, networks, names, inputs, targets, loss, optimizer, rate, rng, frozen, True)
    return joined("keras", looks)


def _takes_mode(model: Any) -> bool:
    """May it be called with `training=`?"""
    return bool(getattr(model, "_call_has_training_arg", True))


def _weights(model: Any) -> list[Any]:
    """Variables that are learned, or would be if they were not frozen: no counters, no streams of random numbers."""
    return [
        v
        for v in model.weights
        if v.path.rsplit("/", 1)[-1] not in ("moving_mean", "moving_variance", "seed_generator_state")
    ]


def _name(model: Any, variable: Any) -> str:
    """Path of a variable inside the model."""
    return variable.path.removeprefix(f"{model.name}/")


def _on_torch(
    models: list[Any],
    batch: Any,
    targets: Any,
    loss: Any,
    optimizer: str | None,
    rate: float | None,
    rng: int,
    training: bool,
) -> Observed:
    given, arrays = _checked(batch)
    records = []
    for r, model in enumerate(models):
        _built(model, given, arrays)
        names = {id(v.value): _name(model, v).replace("/", ".") for v in _weights(model)}
        before = [(v, np.array(v)) for v in model.non_trainable_variables]
        mode = model.training if hasattr(model, "training") else None
        model.train(training)
        try:
            records.append(
                torch_models.observe(
                    model, given, targets, loss=loss, optimizer=optimizer, rate=rate, rng=rng + r, names=names
                )
            )
        finally:
            if mode is not None:
                model.train(mode)
            for variable, value in before:
                variable.assign(value)
    normalized = records[0].normalized or any("Normalization" in type(layer).__name__ for layer in _layers(models[0]))
    found = replace(_stacked(records), normalized=normalized)
    # Keras' own losses take probabilities, so that a softmax at the end is none too many
    return replace(found, ends_with=None) if loss is None and found.ends_with == "softmax" else found


def _layers(model: Any) -> list[Any]:
    """A model's layers, those inside layers too."""
    return list(model._flatten_layers())


def _stacked(records: list[Observed]) -> Observed:
    """Records of one network each as that of all."""
    layers = tuple(
        replace(layer, **{name: [float(getattr(r.layers[i], name)[0]) for r in records] for name in MEASURED})
        for i, layer in enumerate(records[0].layers)
    )
    each = {
        name: [float(getattr(r, name)[0]) for r in records] for name in ("loss", "input_second_moment", "zero_outputs")
    }
    alike = all(len(r.attention) == len(records[0].attention) for r in records)
    attention = tuple(
        (name, places, [float(r.attention[i][2][0]) for r in records])
        for i, (name, places, _) in enumerate(records[0].attention if alike else ())
    )
    return replace(records[0], source="keras", layers=layers, attention=attention, **each)
