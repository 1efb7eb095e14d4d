"""What is wrong with a start, before anything is trained: in words, with the line of code that mends it (floor 6).

:func:`diagnose` measures a network in both directions, over seeds, compares it with what theory says of it, and tells what is
wrong, how sure that is, and what to change; :func:`assert_starts_well` is the same for a test. On the command line:
``python -m weightinit diagnose --widths 784,512x40,10 --activation relu --init xavier_normal``.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from weightinit import activations
from weightinit._stack import Stack
from weightinit._validation import check_choice
from weightinit.diagnosis import dense, torch_models
from weightinit.diagnosis._measures import in_words
from weightinit.diagnosis.expected import Expected, expect
from weightinit.diagnosis.faults import FAULTS, Fault, find
from weightinit.diagnosis.observed import Observed, ObservedLayer
from weightinit.diagnosis.report import Report

__all__ = [
    "FAULTS",
    "Expected",
    "Fault",
    "Observed",
    "ObservedLayer",
    "Report",
    "assert_starts_well",
    "diagnose",
    "expect",
    "find",
]

_ADAPTERS = ("keras_models", "torch_models", "flax_models")
"""Modules beside this one that look into the models of a framework: each has `owns(model)`, which imports nothing, and
`observe(model, batch, targets, …)`. A Keras model on torch is a torch module, too, so that Keras is asked first; the last one also takes functions apply(params, x)."""


def diagnose(network: Any, *how: Any, **options: Any) -> Report:
    """Say what is wrong with a start, how sure that is, and what to change.

    Parameters
    ----------
    network : sequence of int, or a model
        Widths (n_0, …, n_L) of a fully connected network that is drawn here; or a model of PyTorch, Keras or Flax, or a function
        without arguments that makes a fresh one, so that there are seeds. No framework is imported that was not
        passed.
    *how
        For widths: the activation and the initializer, as in :func:`weightinit.diagnosis.dense.observe`. For a model: a batch, and
        its targets.
    **options
        For widths those of :func:`weightinit.diagnosis.dense.observe` (`rng`, `seeds`, `bias_std`, `x`, `rate`, …); for a model those
        of its `observe` (`loss`, `optimizer`, `rate`, `seeds`, `rng`).

    Returns
    -------
    Report
        Printed, it is a table by layer and a verdict; `report.faults`, `report.figure()`, `report.as_dict()`, `report.as_json()`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not acceptable; the message names it.

    Notes
    -----
    By layer, as median over seeds: the mean square of signal and gradient, that of the weight gradients, χ₁ (the factor by which the mean square of a
    small push grows from one layer to the next), how alike two unlike inputs are (cosine), units that are silent, flat or copies, and the
    step against the weights if a rate is given. Beside it what mean field theory says of the same start, and its noise floor: ln of the signal
    of one network scatters with variance 2L/n (linear) or 5L/n (ReLU), so in a plain chain no smaller change is called a fault. The thresholds, each with
    its reason, stand in :mod:`weightinit.diagnosis.thresholds`.

    Of a torch model, also: attention whose rows give most of their weight to one place; and with every model, if the loss or the
    targets say that classes are meant, probabilities or a ReLU's output that a cross-entropy takes for logits (a model of Keras may end
    with a softmax, as its losses take probabilities). What is frozen is noted, and a fault only if nothing is left to be trained.

    Examples
    --------
    >>> report = diagnose((784,) + (256,) * 20 + (10,), "relu", "xavier_normal")
    >>> report.kinds
    ('vanishing_signal', 'vanishing_gradient')
    >>> print(report.faults[0].code)
    weight = weightinit.he_normal((n_in, n_out), rng)
    >>> diagnose((784,) + (256,) * 20 + (10,), "relu", "he_normal").healthy
    True
    """
    adapter = _adapter_of(network, options)
    if adapter is not None:
        _check_call(adapter.observe, "a model", network, *how, **options)
        observed = adapter.observe(network, *how, **options)
        expected = expect(observed)
        return Report(_title_of(network), observed, expected, find(observed, expected))
    if not isinstance(network, Sequence | np.ndarray) or isinstance(network, str | bytes):
        raise TypeError(
            f"network must be widths such as (784, 512, 10), or a model of PyTorch, Keras or Flax, got {network!r}"
        )
    _check_call(dense.observe, "widths", network, *how, **options)
    return _diagnose_widths(network, *how, **options)


def _check_call(observe: Callable[..., Observed], what: str, *given: Any, **options: Any) -> None:
    """TypeError, in the words of `diagnose`, if these are not the arguments for what is asked about."""
    takes = inspect.signature(observe)
    try:
        takes.bind(*given, **options)
    except TypeError as error:
        names = [name for name in list(takes.parameters)[1:] if name != "names"]
        raise TypeError(f"{error}: {what} may come with {', '.join(names)}") from None


def _adapter_of(network: Any, options: dict[str, Any]) -> ModuleType | None:
    """The module that looks into models of the framework that `network` comes from; None if it comes from none."""
    adapters = [importlib.import_module(f"{__name__}.{name}") for name in _ADAPTERS]
    for adapter in adapters:
        if adapter.owns(network):
            return adapter
    if not callable(network) or not adapters:
        return None
    if "params" in options:  # a function apply(params, x)
        return adapters[-1]
    with torch_models.streams_kept():  # this one is only looked at
        try:
            made = network()  # a function that makes models: whose, the first one says
        except Exception as error:
            raise ValueError(f"network failed when it was called for a model: {in_words(error)}") from error
    for adapter in adapters:
        if adapter.owns(made):
            return adapter
    raise TypeError(f"network must make a model of PyTorch, Keras or Flax when it is called, got {made!r}")


def _diagnose_widths(widths: Sequence[int], activation: Any, init: Any, **options: Any) -> Report:
    """A network that is drawn here."""
    observed = dense.observe(widths, activation, init, **options)
    stack = Stack.of(
        widths,
        activation,
        init,
        rng=0,
        replicas=1,
        bias_std=options.get("bias_std", 0.0),
        bias_init=options.get("bias_init"),
        linear_output=True,
        dtype=np.float32,
    )
    phi = activations.get(activation)
    expected = expect(observed, activation=phi, laws=stack.laws)
    title = f"{_shown(stack.widths)}, {phi.label if phi.name == 'leaky_relu' else phi.name}, {stack.init}"
    return Report(title, observed, expected, find(observed, expected, activation=phi))


def _shown(widths: tuple[int, ...]) -> str:
    """Widths as the command line takes them, with hyphens.

    >>> _shown((784, 512, 512, 512, 10))
    '784-512x3-10'
    """
    runs: list[list[int]] = []
    for width in widths:
        if runs and runs[-1][0] == width and len(runs) > 1:
            runs[-1][1] += 1
        else:
            runs.append([width, 1])
    return "-".join(str(width) if times == 1 else f"{width}x{times}" for width, times in runs)


def _title_of(model: Any) -> str:
    """A model by the name of its class, a function that makes one by its own."""
    return getattr(model, "__name__", type(model).__name__)


def assert_starts_well(network: Any, *how: Any, allow: Sequence[str] = (), **options: Any) -> Report:
    """Fail unless nothing is wrong with a start: for the tests of a project.

    Parameters
    ----------
    network, *how, **options
        As in :func:`diagnose`.
    allow : sequence of str
        Kinds of faults, of :data:`FAULTS`, that are meant to be.

    Returns
    -------
    Report
        For those who want to look closer.

    Raises
    ------
    AssertionError
        If there is a fault that is not allowed; the message is the report.
    TypeError, ValueError
        If an argument is not acceptable; the message names it.

    Examples
    --------
    >>> def test_my_network_starts_well():
    ...     assert_starts_well((784, 256, 256, 10), "relu", "he_normal")
    >>> test_my_network_starts_well()
    >>> assert_starts_well((784, 256, 256, 10), "relu", "zeros")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: 784-256x2-10, relu, zeros: ...
    """
    if not isinstance(allow, Iterable):
        raise TypeError(f"allow must be kinds of faults, such as ['first_loss'], got {allow!r}")
    allowed = [allow] if isinstance(allow, str) else list(allow)
    for kind in allowed:
        check_choice(kind, "allow", tuple(FAULTS))
    report = diagnose(network, *how, **options)
    if not set(report.kinds) <= set(allowed):
        raise AssertionError(str(report))
    return report
