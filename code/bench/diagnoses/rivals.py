"""What other tools say of the same starts: by their own code where it is installed, else by the thresholds that they publish.

A judge gets a case and says True (something is wrong), False (nothing is) or None (it cannot judge this one). Each says what it can
say before the first step: a rule that watches a loss for several steps has no part in it.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import math
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import torch

from diagnoses.cases import Case
from weightinit.diagnosis import torch_models

__all__ = ["JUDGES", "installed"]

Judge = Callable[[Case], bool | None]

# Amazon SageMaker Debugger, "List of Debugger built-in rules" (docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html),
# the default values of each rule's parameters
VARIANCE_RATIO = (
    10.0  # PoorWeightInitialization, `threshold`: largest over smallest variance of the inputs of activations
)
GRADIENT_RANGE = (
    0.001  # PoorWeightInitialization, `distribution_range`: between the 5th and 95th percentile of the gradient
)
MEAN_GRADIENT = 0.0000001  # VanishingGradient, `threshold`: of the mean absolute value
SELDOM_ACTIVE, DEAD_SHARE = 0.01, 0.5  # DeadRelu, `threshold_inactivity` and `threshold_layer`, there in percent
FLAT_TANH, FLAT_SIGMOID = (-9.4999, 9.4999), (-23.0, 16.99999)  # SaturatedActivation
SATURATED_SHARE = 0.5  # SaturatedActivation, `threshold_layer`
LARGE_STEP, SMALL_STEP = 10.0, 0.00000001  # WeightUpdateRatio


class Measured:
    """One forward and backward pass of a case: inputs and outputs of activations, gradients, steps."""

    def __init__(self, case: Case) -> None:
        model, batch = case.module(), case.inputs()
        look = torch_models._Look(
            torch, model, batch, None, None, case.options.get("optimizer"), case.options.get("rate"), case.seed, None
        )
        found = look.look()
        self.layers = [layer for layer in found.seen if layer.activation not in (None, "identity")]
        self.gradients = [layer.weight_gradient for layer in found.seen if layer.weight_gradient is not None]
        self.steps = [layer.update_ratio for layer in found.seen if not math.isnan(layer.update_ratio)]
        self.finite = found.nonfinite is None


def poor_weight_initialization(case: Case) -> bool | None:
    """SageMaker Debugger's rule of this name, without its part that waits for the loss."""
    seen = Measured(case)
    variances = [float(np.var(layer.z, dtype=np.float64)) for layer in seen.layers]
    with np.errstate(all="ignore"):
        ratio = max(variances, default=1.0) / min(variances, default=1.0) if min(variances, default=1.0) else math.inf
    ranges = [float(np.subtract(*np.percentile(gradient, [95, 5]))) for gradient in seen.gradients]
    return not (ratio <= VARIANCE_RATIO and min(ranges, default=1.0) >= GRADIENT_RANGE)


def all_of_debugger(case: Case) -> bool | None:
    """Any of SageMaker Debugger's rules about weights, activations and gradients."""
    seen = Measured(case)
    found = [poor_weight_initialization(case), not seen.finite]
    found += [not np.abs(gradient).mean() >= MEAN_GRADIENT for gradient in seen.gradients]
    for layer in seen.layers:
        if layer.activation == "relu" and layer.activated is not None:
            active = (layer.activated > 0).reshape(-1, layer.activated.shape[-1]).mean(axis=0)
            found.append((active < SELDOM_ACTIVE).mean() > DEAD_SHARE)
        if layer.activation in ("tanh", "sigmoid"):
            low, high = FLAT_TANH if layer.activation == "tanh" else FLAT_SIGMOID
            found.append(((layer.z < low) | (layer.z > high)).mean() > SATURATED_SHARE)
    found += [step > LARGE_STEP or step < SMALL_STEP for step in seen.steps]
    return bool(any(found))


def vanishing_gradient(case: Case) -> bool | None:
    """SageMaker Debugger's rule of this name."""
    return any(not np.abs(gradient).mean() >= MEAN_GRADIENT for gradient in Measured(case).gradients)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing is printed."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def prepared(case: Case) -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor, int]:
    """The model in float32 where it can be, its batch, random classes, and how many there are."""
    model = case.module()
    batch = torch.as_tensor(case.inputs())
    if batch.is_floating_point():
        batch = batch.to(next(model.parameters()).dtype)
    with torch.no_grad():
        scores = copy.deepcopy(model)(batch)
    axis = 1 if scores.dim() in (2, 4) else scores.dim() - 1
    places = [size for i, size in enumerate(scores.shape) if i != axis]
    draws = torch.Generator().manual_seed(case.seed)
    return model, batch, torch.randint(scores.shape[axis], places, generator=draws), scores.shape[axis]


def cross_entropy(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean over samples and places; pictures have their classes on the second axis."""
    scores = scores.movedim(1, -1) if scores.dim() == 4 else scores
    return torch.nn.functional.cross_entropy(scores.reshape(-1, scores.shape[-1]).float(), targets.reshape(-1))


def torchdiag(case: Case) -> bool | None:
    """Torchdiag 0.1.0: `check_gradients` (above 100, below 1e-7, none), `check_dead_neurons` (over 20 %), `verify_step`."""
    import torchdiag as tool

    model, batch, targets, _ = prepared(case)
    rate = case.options.get("rate", 1e-3)
    kind = torch.optim.Adam if case.options.get("optimizer") == "adam" else torch.optim.SGD
    with quiet():
        neurons = tool.check_dead_neurons(model, batch)
        cross_entropy(model(batch), targets).backward()
        gradients = tool.check_gradients(model)
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        step = tool.verify_step(model, kind(trained, lr=rate), cross_entropy, batch, targets)
    stuck = step.get("params_updated") == 0 or not math.isfinite(step.get("loss", math.nan))
    wrong = any(found["status"] != "OK" for found in gradients.values())
    return wrong or any(found["dead_pct"] > 20 for found in neurons.values()) or stuck


def checklist(case: Case) -> bool | None:
    """neural-net-checklist 1.1.0: its three checks of the start, with their own tolerances (75 %, 100 %, any gradient zero)."""
    from neural_net_checklist import torch_diagnostics as tool

    model, batch, targets, classes = prepared(case)
    if targets.dim() > 1:  # it compares one output a sample
        return None
    try:
        with quiet():
            tool.assert_balanced_classification_cross_entropy_loss_at_init(model, (batch, targets), num_classes=classes)
            tool.assert_balanced_classification_cross_entropy_init_calibrated(
                model, (batch, targets), num_classes=classes
            )
            tool.assert_non_zero_gradients(model, (batch, targets))
    except AssertionError:
        return True
    except (RuntimeError, ValueError, TypeError):  # a single sample, which BatchNorm refuses; float16
        return None
    return False


def anyinit(case: Case) -> bool | None:
    """Anyinit 0.4.0: `assert_healthy` after its own start of the same architecture. It does not look at the weights that are there."""
    import anyinit as tool

    try:
        with quiet():
            tool.initialize(case.module(), "analytic", torch.as_tensor(case.inputs())).assert_healthy()
    except AssertionError:
        return True
    except Exception:  # what it cannot trace
        return None
    return False


JUDGES: dict[str, Judge] = {
    "SageMaker Debugger, PoorWeightInitialization": poor_weight_initialization,
    "SageMaker Debugger, VanishingGradient": vanishing_gradient,
    "SageMaker Debugger, any rule": all_of_debugger,
    "torchdiag 0.1.0": torchdiag,
    "neural-net-checklist 1.1.0": checklist,
    "anyinit 0.4.0, assert_healthy": anyinit,
}
"""Name → judge."""

_NEEDS = {torchdiag: "torchdiag", checklist: "neural_net_checklist", anyinit: "anyinit"}


def installed() -> dict[str, Judge]:
    """The judges that can be asked here."""
    return {
        name: judge for name, judge in JUDGES.items() if judge not in _NEEDS or importlib.util.find_spec(_NEEDS[judge])
    }
