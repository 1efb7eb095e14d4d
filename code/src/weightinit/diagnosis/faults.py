"""What is wrong with a start, by rules that read an `Observed`: no rule knows a model, and each threshold has its reason.

Two yardsticks decide most of them. A mean square that has changed by e⁶ between the first and the last hidden layer has gone through six
depth scales: so far networks are said to be trainable (handed on as Schoenholz et al. 2017; chapter 9). And no change is a fault as long as the
chance of these widths explains it: ln of a signal scatters with variance 2L/n in a linear network and 5L/n behind ReLU (Hanin & Nica 2020);
what other activations make of it says :mod:`weightinit.diagnosis.expected`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from weightinit.activations import Activation
from weightinit.diagnosis import _depth, _steps, _units
from weightinit.diagnosis._case import Case, common_activation
from weightinit.diagnosis.expected import Expected, expect
from weightinit.diagnosis.kinds import FAULTS, Fault
from weightinit.diagnosis.observed import Observed

__all__ = ["FAULTS", "Fault", "find"]


def find(
    observed: Observed, expected: Expected | None = None, *, activation: Activation | None = None
) -> tuple[Fault, ...]:
    """Everything that is wrong, causes before what follows from them.

    Parameters
    ----------
    observed : Observed
    expected : Expected, optional
        What theory says of it; default: :func:`weightinit.diagnosis.expected.expect`.
    activation : Activation, optional
        Behind all layers but the last, in place of the names.

    Returns
    -------
    tuple of Fault
        Empty if nothing is.

    Examples
    --------
    >>> from weightinit.diagnosis.dense import observe
    >>> [fault.kind for fault in find(observe((100,) * 20 + (10,), "relu", "xavier_normal"))]
    ['vanishing_signal', 'vanishing_gradient']
    >>> find(observe((100,) * 4 + (10,), "relu", "he_normal"))
    ()
    """
    if expected is None:
        expected = expect(observed, activation=activation)
    case = Case(observed, expected, activation or common_activation(observed))
    found: dict[str, Fault] = {}
    with np.errstate(all="ignore"):
        for kind in FAULTS:
            fault = _RULES[kind](case, found)
            if fault is not None:
                found[kind] = fault
    return tuple(found.values())


_RULES: dict[str, Callable[[Case, dict[str, Fault]], Fault | None]] = {
    "nonfinite": _units.nonfinite,
    "dead_start": _units.dead_start,
    "nothing_trains": _units.nothing_trains,
    "dead_layer": _units.dead_layer,
    "twins": _units.twins,
    "shared_weights": _units.shared_weights,
    "vanishing_signal": _depth.signal_rule(-1),
    "exploding_signal": _depth.signal_rule(1),
    "vanishing_gradient": _depth.gradient_rule(-1),
    "exploding_gradient": _depth.gradient_rule(1),
    "fluctuation": _depth.fluctuation,
    "unstable_level": _depth.unstable_level,
    "chaotic": _depth.chaotic,
    "inputs_merge": _depth.inputs_merge,
    "saturated": _units.saturated,
    "saturated_attention": _units.saturated_attention,
    "dying_units": _units.dying_units,
    "bias_dominates": _units.bias_dominates,
    "two_softmaxes": _steps.two_softmaxes,
    "relu_logits": _steps.relu_logits,
    "first_loss": _steps.first_loss,
    "frozen_or_uneven_updates": _steps.updates,
    "half_precision": _steps.half_precision,
}
