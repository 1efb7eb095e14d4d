"""What a PyTorch model looks like before its first step: the adapter of :func:`weightinit.diagnose` for torch.

Nothing is imported: torch is taken from the model that is given. The model runs forward and backward once, in the mode
it is in, and is left as it was: its gradients, buffers (running averages) and mode, its hooks, and torch's stream of
random numbers.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._validation import check_int
from weightinit.diagnosis._measures import (
    SEEDS,
    Look,
    Seen,
    batch_first,
    check_step,
    comes_out_of,
    first_nonfinite,
    in_words,
    joined,
    mean_square,
    rms,
    same_values,
    spoken,
    targets_for,
    unique,
)
from weightinit.diagnosis._torch_watch import LINEAR, Layer, listener, watcher
from weightinit.diagnosis.observed import ADAM_EPSILON, Observed

__all__ = ["observe", "owns", "streams_kept"]


def owns(model: Any) -> bool:
    """Is this a PyTorch module?

    Parameters
    ----------
    model : object

    Examples
    --------
    >>> owns("nn.Linear")
    False
    """
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def observe(
    model: Any,
    batch: Any,
    targets: Any = None,
    *,
    loss: Callable[[Any, Any], Any] | None = None,
    optimizer: Any = None,
    rate: float | None = None,
    seeds: int | None = None,
    rng: int = 0,
    names: Mapping[int, str] | None = None,
) -> Observed:
    """Measure a PyTorch model at its start: one forward and one backward pass, by layer.

    A layer is a call that joins data with a parameter of two axes or more, whoever makes it: `nn.Linear`, a convolution, the
    packed projections of `nn.MultiheadAttention`, tied logits, ``x @ self.W``. A module that is called twice is two layers.
    Normalizations are layers of the kind "normalization".

    Parameters
    ----------
    model : torch.nn.Module, or callable () -> torch.nn.Module
        A callable is asked for `seeds` models, each with a seed of its own.
    batch : tensor, numpy array, or a tuple, list or mapping of them
        What the model is called with, as ``model(batch)``, ``model(*batch)`` or ``model(**batch)``; the first axis of the first
        tensor is the batch. A model that takes one mapping or list is given it in a tuple, ``({"x": x},)``.
    targets : tensor or numpy array, optional
        Classes or values. By default drawn at random: classes if the model has two outputs or more, else N(0, 1).
    loss : callable (outputs, targets) -> tensor, optional
        By default the cross-entropy, and ½(output - target)² summed over outputs for real targets or a single output.
    optimizer : "sgd", "adam" or a torch optimizer, optional
        For `update_ratio`. Of an optimizer its class and its settings are used; it makes no step.
    rate : float, optional
        Its rate; for a name.
    seeds : int, optional
        Number of models, only for a callable; by default 5.
    rng : int, default 0
        Seed of what is random: targets, dropout, and the models of a callable.
    names : mapping of int to str, optional
        Names of parameters by their `id`, in place of torch's own.

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
    >>> observe("resnet50", [[1.0]])
    Traceback (most recent call last):
    TypeError: model must be a torch.nn.Module or a callable that makes one, got 'resnet50'
    """
    rng = check_int(rng, "rng", 0)
    optimizer, rate = _check_step(optimizer, rate)
    torch = sys.modules.get("torch")
    if loss is not None and not callable(loss):
        raise TypeError(
            f"loss must be a function of outputs and targets, such as torch.nn.functional.mse_loss, got {loss!r}"
        )
    if torch is not None and isinstance(model, torch.nn.Module):
        if seeds not in (None, 1):
            raise ValueError(f"seeds must be left out for a model that is made, got {seeds!r}; a callable makes more")
        makers: list[Callable[[], Any]] = [lambda: model]
    elif callable(model):
        makers = [model] * check_int(SEEDS if seeds is None else seeds, "seeds")
    else:
        raise TypeError(f"model must be a torch.nn.Module or a callable that makes one, got {model!r}")
    found = []
    with streams_kept():
        for r, make in enumerate(makers):
            if torch is not None:
                torch.manual_seed(rng + r)
            one = _made(make)
            torch = sys.modules["torch"]
            found.append(_Look(torch, one, batch, targets, loss, optimizer, rate, rng + r, names).look())
    return joined("torch", found)


def _check_step(optimizer: Any, rate: float | None) -> tuple[Any, float | None]:
    """An optimizer's name with its rate, or an optimizer of torch."""
    if optimizer is None or isinstance(optimizer, str):
        return check_step(optimizer, rate)
    if not hasattr(optimizer, "param_groups"):
        raise TypeError(f'optimizer must be "sgd", "adam" or a torch optimizer, got {optimizer!r}')
    if rate is not None:
        raise ValueError(f"rate must be left out with an optimizer, which has its own, got {rate!r}")
    return optimizer, None


def _made(make: Callable[[], Any]) -> Any:
    """A model; ValueError if there is none."""
    try:
        model = make()
    except Exception as error:
        raise ValueError(f"model failed when it was called for a new network: {in_words(error)}") from error
    if not owns(model):
        raise TypeError(f"model must be a torch.nn.Module or a callable that makes one, got one that makes {model!r}")
    return model


@contextlib.contextmanager
def streams_kept() -> Iterator[None]:
    """Let torch's random numbers go on behind this block as if it had not been; nothing where torch is not imported.

    Examples
    --------
    >>> with streams_kept():
    ...     pass
    """
    torch = sys.modules.get("torch")
    state = None if torch is None else torch.get_rng_state()
    cuda = None if torch is None or not torch.cuda.is_initialized() else torch.cuda.get_rng_state_all()
    try:
        yield
    finally:
        if state is not None:
            torch.set_rng_state(state)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)


class _Look:
    """One look at one model."""

    def __init__(
        self,
        torch: Any,
        model: Any,
        batch: Any,
        targets: Any,
        loss: Callable[[Any, Any], Any] | None,
        optimizer: Any,
        rate: float | None,
        rng: int,
        names: Mapping[int, str] | None,
    ) -> None:
        self.torch = torch
        self.model = getattr(model, "_orig_mod", model)  # of torch.compile
        if isinstance(self.model, torch.jit.ScriptModule):
            raise TypeError(
                f"model must be written in Python to be seen into, got a {type(model).__name__} of torch.jit"
            )
        self.parameters = dict(self.model.named_parameters())
        self.names = {id(p): name for name, p in self.parameters.items()} if names is None else dict(names)
        if any(torch.nn.parameter.is_lazy(p) for p in self.parameters.values()):
            raise ValueError(
                f"model must have its weights to be looked at, got lazy layers in {type(model).__name__}: call it once on a batch"
            )
        self.channels_second = names is None  # those of Keras are last
        self.inputs = self._inputs(batch)
        self._check_held(optimizer)
        self.targets, self.loss, self.optimizer, self.rate = targets, loss, optimizer, rate
        self.draws = np.random.default_rng(rng)
        self.notes: list[str] = []
        self.loss_name: str | None = None
        self.logits: Any = None  # what a cross-entropy takes for them, rows with classes last
        self.without: set[int] = set()
        self.classes: int | None = None
        floats = [str(p.dtype).removeprefix("torch.") for p in self.parameters.values() if p.is_floating_point()]
        self.dtype = max(dict.fromkeys(floats), key=floats.count) if floats else "float32"

    # -- what goes in --------------------------------------------------------------------------------------------------
    def _inputs(self, batch: Any) -> tuple[tuple, dict[str, Any]]:
        """Arguments of the model; the batch's tensors are copies, so that nothing is written into them."""
        torch = self.torch
        if isinstance(batch, Mapping):
            given = {str(name): self._tensor(value, f"batch[{name!r}]") for name, value in batch.items()}
            args, kwargs = (), given
        elif isinstance(batch, tuple) or _holds_tensors(batch, torch):
            args, kwargs = tuple(self._tensor(value, f"batch[{i}]") for i, value in enumerate(batch)), {}
        else:
            args, kwargs = (self._tensor(batch, "batch"),), {}
        tensors = _tensors((*args, *kwargs.values()), torch)
        if not tensors:
            raise TypeError(
                f"batch must be a tensor, an array, or a tuple or mapping of them, got {' '.join(repr(batch).split())[:100]}"
            )
        if not tensors[0].dim() or not tensors[0].numel():
            raise ValueError(f"batch must hold at least one sample, got shape {tuple(tensors[0].shape)}")
        self.size = tensors[0].shape[0]
        return args, kwargs

    def _check_held(self, optimizer: Any) -> None:
        """An optimizer that holds nothing of this model is that of another."""
        if optimizer is None or isinstance(optimizer, str):
            return
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        if not held & {id(p) for p in self.parameters.values()}:
            raise ValueError(
                "optimizer must hold parameters of this model, got one that holds none of them: make it of model.parameters(), "
                'or give "sgd" or "adam" and a rate'
            )

    def _tensor(self, value: Any, name: str) -> Any:
        torch = self.torch
        if isinstance(value, Mapping):
            return {key: self._tensor(one, f"{name}[{key!r}]") for key, one in value.items()}
        if isinstance(value, tuple) or _holds_tensors(value, torch):
            return type(value)(self._tensor(one, f"{name}[{i}]") for i, one in enumerate(value))
        if isinstance(value, (np.ndarray, list)):
            try:
                value = torch.as_tensor(np.asarray(value))
            except (TypeError, ValueError) as error:
                raise TypeError(f"{name} must be numbers of one shape, got {in_words(error)}") from error
        if not isinstance(value, torch.Tensor):
            return value
        if value.layout != torch.strided:
            raise TypeError(f"{name} must be a dense tensor, got one of layout {value.layout}")
        if value.is_floating_point():
            if not bool(torch.isfinite(value).all()):
                raise ValueError(
                    f"{name} must be finite, got nan or inf in {int((~torch.isfinite(value)).sum())} places"
                )
            floats = {p.dtype for p in self.parameters.values() if p.is_floating_point()}
            if len(floats) == 1:  # a batch of float64 for weights of float32 is what numpy makes of everything
                value = value.to(next(iter(floats)))
        return value.detach().clone()

    # -- the two passes ------------------------------------------------------------------------------------------------
    def look(self) -> Look:
        """Both passes; whatever happens in them, the model is as before."""
        torch = self.torch
        buffers = [(buffer, buffer.detach().clone()) for buffer in self.model.buffers()]
        slots = [(module, dict(module._buffers)) for module in self.model.modules()]
        training = [(module, module.training) for module in self.model.modules()]
        hooks: list[Any] = []
        try:
            with torch.enable_grad():
                return self._pass(hooks)
        finally:
            for hook in hooks:
                hook.remove()
            for module, own in slots:
                module._buffers.clear()
                module._buffers.update(own)
            with torch.no_grad():
                for buffer, value in buffers:
                    buffer.copy_(value)
            for module, mode in training:
                module.training = mode

    def _pass(self, hooks: list[Any]) -> Look:
        torch = self.torch
        args, kwargs = self.inputs
        inputs = _tensors((*args, *kwargs.values()), torch)
        watch = watcher(torch)(self.names, inputs)
        self._watch_norms(watch, hooks)
        try:
            with watch:
                outputs = self.model(*args, **kwargs)
        except Exception as error:
            self._blame(error, args, kwargs)
            raise  # the model runs when nobody watches
        layers = watch.layers
        if not any(layer.kind != "normalization" for layer in layers):
            raise ValueError(
                f"model must have layers with weights that it uses, got {type(self.model).__name__} with "
                f"{len(self.parameters)} parameters and none that is seen at work"
            )
        cost = self._cost(outputs)
        gradients = self._gradients(cost, layers)
        growth = self._growth(layers)
        steps = self._steps(layers, gradients)
        names = unique(type(self.model).__name__ if layer.name == "layer" else layer.name for layer in layers)
        seen = []
        for index, (layer, name) in enumerate(zip(layers, names, strict=True)):
            seen.append(self._seen(layer, name, gradients, growth[index], steps.get(id(layer.weight), math.nan)))
        if any(layer.kind == "recurrent" for layer in layers):
            self.notes.append("A recurrent layer is seen as a whole, by its output behind the activation.")
        arrays = {name: _array(p) for name, p in self.parameters.items() if p.is_floating_point()}
        self._find_tied(layers, names)
        self._find_unused(cost, layers)
        self._find_idle_norms()
        cut = self._cut(watch, layers, _logits(outputs, torch))
        ends, zeros = self._ends(layers)
        return Look(
            seen,
            float(cost.detach()),
            self.loss_name,
            self.classes,
            self.size,
            self.dtype,
            watch.residual,
            watch.normalized,
            same_values(arrays),
            self.notes,
            first_nonfinite(arrays, seen, float(cost.detach())),
            next((mean_square(_array(value)) for value in inputs if value.is_floating_point()), math.nan),
            tuple(name for layer, name in zip(layers, names, strict=True) if id(layer) in cut),
            any(p.requires_grad for p in self.parameters.values()),
            ends,
            zeros,
            tuple((names[max(one.sources)], one.places, one.peak) for one in watch.attended if one.sources),
        )

    def _ends(self, layers: Sequence[Layer]) -> tuple[str | None, float]:
        """What comes out of a softmax, or of a ReLU, and is taken for logits; whether a ReLU's outputs are classes, targets must say."""
        if self.logits is None:
            return None, math.nan
        last = next((layer for layer in reversed(layers) if layer.kind != "normalization"), layers[-1])
        ends, zeros = comes_out_of(_array(self.logits), last.activation)
        if ends == "relu" and self.loss is None and self.targets is None:
            self.notes.append(
                f"The outputs come out of a {last.activation}: as logits that would be a fault, and no targets say that they are."
            )
            return None, math.nan
        return ends, zeros

    def _blame(self, error: Exception, args: tuple, kwargs: dict[str, Any]) -> None:
        """Raise ValueError if the model also fails unwatched."""
        try:
            self.model(*args, **kwargs)
        except Exception as own:
            given = _tensors((*args, *kwargs.values()), self.torch)
            shapes = ", ".join(str(tuple(value.shape)) for value in given)
            pair = "; targets are not in the batch but behind it: (model, inputs, targets)"
            hint = pair if len(args) == 2 and self.targets is None and isinstance(own, TypeError) else ""
            raise ValueError(f"model failed forward on batch of shape {shapes}: {in_words(own)}{hint}") from own

    def _watch_norms(self, watch: Any, hooks: list[Any]) -> None:
        """Normalizations that are written by hand (RMSNorm) are known by the name of their class."""
        for name, module in self.model.named_modules():
            own = dict(module.named_parameters(recurse=False))
            if (
                "norm" not in type(module).__name__.lower()
                or any(p.dim() > 1 for p in own.values())
                or not name
                or next(module.children(), None)
            ):
                continue
            before: list[int] = []
            weight = own.get("weight", own.get("scale", own.get("gamma", own.get("g"))))

            bias = own.get("bias")

            def enter(module, inputs, before=before):
                before.append(len(watch.layers))

            def leave(module, inputs, output, before=before, name=name, weight=weight, bias=bias):
                if len(watch.layers) == before.pop():
                    return watch.norm_module(name, inputs, output, weight, bias)
                watch.layers[-1].name = name  # of a normalization without weights
                return None

            hooks += [module.register_forward_pre_hook(enter), module.register_forward_hook(leave)]

    def _cost(self, outputs: Any) -> Any:
        """The first loss; a mean over the batch."""
        torch = self.torch
        own = getattr(outputs, "loss", None)
        if own is not None and self.loss is None and self.targets is None:
            self.notes.append("The loss is the one that the model returns.")
            return self._checked_cost(own)
        if self.loss is not None:
            heard = listener(torch)()
            try:
                with heard:
                    cost = self.loss(outputs, self._given_targets())
                self.logits = heard.logits
                return self._checked_cost(cost)
            except ValueError:
                raise
            except Exception as error:
                raise ValueError(f"loss failed on the model's outputs and targets: {in_words(error)}") from error
        found = _logits(outputs, torch)
        if found is None:
            raise ValueError(
                f"model must return a tensor of numbers, or one among others, got {type(outputs).__name__}"
            )
        scores = found.float() if found.dtype in (torch.float16, torch.bfloat16) else found
        scores = scores.movedim(1, -1) if scores.dim() in (4, 5) and self.channels_second else scores
        given = self._given_targets()
        given = given.detach().cpu().numpy() if isinstance(given, torch.Tensor) else given
        wanted, self.loss_name, self.classes = targets_for(
            given, tuple(found.shape), self.draws, self.notes, channels_second=self.channels_second
        )
        wanted = torch.as_tensor(wanted).to(scores.device)
        if self.loss_name == "squared":
            error = scores.reshape(wanted.shape) - wanted.to(scores.dtype)
            return self._checked_cost(0.5 * error.square().sum(dim=-1).mean())
        flat, wanted = scores.reshape(-1, scores.shape[-1]), wanted.long().reshape(-1)
        self.logits = flat
        if bool((flat >= 0).all()) and bool(((flat.sum(dim=-1) - 1).abs() < 1e-3).all()):
            self.notes.append("The outputs are probabilities already; the cross-entropy is taken of their logarithm.")
            flat = flat.clamp_min(torch.finfo(flat.dtype).tiny).log()
        return self._checked_cost(torch.nn.functional.cross_entropy(flat, wanted))

    def _checked_cost(self, cost: Any) -> Any:
        torch = self.torch
        if not isinstance(cost, torch.Tensor):
            raise ValueError(f"loss must return a tensor, got {type(cost).__name__}")
        cost = cost if cost.dim() == 0 else cost.mean()
        if not cost.requires_grad:
            raise ValueError(
                "model must give an output that can be differentiated, got one cut off from its weights (by no_grad, detach, or a way through numpy)"
            )
        return cost

    def _given_targets(self) -> Any:
        if isinstance(self.targets, (np.ndarray, list)):
            return self.torch.as_tensor(np.asarray(self.targets))
        return self.targets

    def _gradients(self, cost: Any, layers: Sequence[Layer]) -> dict[int, Any]:
        """dC/d(tensor) by id, of each layer's output and weight."""
        torch = self.torch
        asked = [layer for layer in layers if layer.graded]
        wanted = {id(t): t for layer in asked for t in (layer.z, layer.weight) if t is not None and t.requires_grad}
        try:
            found = torch.autograd.grad(cost, list(wanted.values()), retain_graph=True, allow_unused=True)
        except Exception as error:
            raise ValueError(f"model failed backward: {in_words(error)}") from error
        gradients = dict(zip(wanted, found, strict=True))
        self.without = {key for key, gradient in gradients.items() if gradient is None}
        for layer in layers:
            if not layer.graded:
                self.notes.append(f"{spoken(layer.name)} is used where gradients are off: none is measured there.")
            elif gradients.get(id(layer.z), layer) is None:
                if _trained(layer):
                    self.notes.append(f"No way leads from {spoken(layer.name)} to the loss: its gradient is 0.")
                else:  # frozen and cut off: nobody wants a gradient there
                    del gradients[id(layer.z)]
        return {
            key: torch.zeros_like(wanted[key]) if value is None else value.to_dense() if value.is_sparse else value
            for key, value in gradients.items()
        }

    def _growth(self, layers: Sequence[Layer]) -> list[float]:
        """Growth of a perturbation from each layer to the next one behind it, by a random product with the Jacobian.

        With v of independent N(0, 1) at the n outputs of the next layer, E|Jᵀv|² is the sum of the squares of J: n times the
        factor by which the mean square of independent perturbations at this layer's output grows.
        """
        torch = self.torch
        behind = {}
        for index, layer in enumerate(layers):
            if layer.kind != "normalization":
                for source in layer.sources:
                    behind.setdefault(source, index)
        growth = []
        for index, layer in enumerate(layers):
            after = layers[behind[index]] if index in behind and layer.kind != "normalization" else None
            if after is None or not (after.z.requires_grad and after.z.grad_fn is not None):
                growth.append(math.nan)
                continue
            v = torch.as_tensor(self.draws.standard_normal(tuple(after.z.shape), np.float32)).to(after.z)
            try:
                (back,) = torch.autograd.grad(after.z, layer.z, v, retain_graph=True, allow_unused=True)
            except RuntimeError as error:
                raise ValueError(f"model failed backward: {in_words(error)}") from error
            growth.append(math.nan if back is None else float(back.double().square().sum()) / after.z.numel())
        return growth

    def _steps(self, layers: Sequence[Layer], gradients: Mapping[int, Any]) -> dict[int, float]:
        """Root mean square of the first step over that of the weight, by id of the weight."""
        if self.optimizer is None:
            return {}
        weights = {key: layer.weight for layer in layers if (key := id(layer.weight)) in gradients}
        ratios = {}
        for key, weight in weights.items():
            gradient = gradients[key].detach()
            if isinstance(self.optimizer, str):
                step = self.rate * (gradient if self.optimizer == "sgd" else gradient / (gradient.abs() + ADAM_EPSILON))
            else:
                group = next((g for g in self.optimizer.param_groups if any(p is weight for p in g["params"])), None)
                if group is None:
                    ratios[key] = 0.0  # the optimizer does not know this weight
                    continue
                copy = weight.detach().clone().requires_grad_()
                copy.grad = gradient.clone()
                settings = {name: value for name, value in group.items() if name not in ("params", "initial_lr")}
                type(self.optimizer)([{"params": [copy], **settings}], lr=group["lr"]).step()
                step = copy.detach() - weight.detach()
            size = rms(_array(weight))
            ratios[key] = rms(_array(step)) / size if size else math.nan
        return ratios

    # -- what comes out ------------------------------------------------------------------------------------------------
    def _seen(self, layer: Layer, name: str, gradients: Mapping[int, Any], growth: float, step: float) -> Seen:
        where = batch_first(tuple(layer.z.shape), self.size)
        z = self._arranged(layer.z, layer, where)
        gradient = gradients.get(id(layer.z))
        weight = layer.weight
        return Seen(
            name,
            layer.kind,
            layer.fan_in,
            layer.fan_out,
            z,
            where is not None,
            self._activation(layer),
            _trained(layer),
            None if gradient is None else self._arranged(gradient, layer, where),
            None if layer.activated is None else _array(layer.activated),
            None if weight is None else _array(weight),
            None if weight is None or id(weight) not in gradients else _array(gradients[id(weight)]),
            None if layer.bias is None else _array(layer.bias),
            None
            if weight is None or layer.incoming_axis is None
            else np.moveaxis(_array(weight), layer.incoming_axis, 0),
            growth,
            step,
        )

    @staticmethod
    def _activation(layer: Layer) -> str | None:
        if layer.activation is not None:
            return layer.activation
        return "identity" if layer.kind != "recurrent" and layer.handed_to <= LINEAR else None

    def _arranged(self, tensor: Any, layer: Layer, where: str | None) -> NDArray[np.float64]:
        """(batch, places, units) of a layer's output; without the batch, (places, units)."""
        array = _array(tensor)
        if not array.ndim:
            return array.reshape(1, 1)
        axes = layer.unit_axis if isinstance(layer.unit_axis, tuple) else (layer.unit_axis,)
        axes = tuple(axis % array.ndim for axis in axes) if array.ndim > 1 else (0,)
        units = math.prod(array.shape[axis] for axis in axes)
        if array.ndim == 1:  # one number a sample
            return array.reshape(-1, 1, 1) if where else array.reshape(1, -1)
        array = np.moveaxis(array, axes, range(array.ndim - len(axes), array.ndim))
        if where == "second":
            array = np.swapaxes(array, 0, 1)
        return array.reshape(-1, units) if where is None else array.reshape(self.size, -1, units)

    def _cut(self, watch: Any, layers: Sequence[Layer], scores: Any) -> set[int]:
        """Layers (by id) behind the output whose weights are to be trained and get no gradient at all."""
        path = None if scores is None else watch.path(scores)
        todo, reached = list(path.sources) if path is not None else [], set()
        while todo:
            index = todo.pop()
            if index not in reached:
                reached.add(index)
                todo += layers[index].sources
        behind = [layers[index] for index in reached]
        return {id(layer) for layer in behind if _trained(layer) and id(layer.weight) in self.without}

    def _find_unused(self, cost: Any, layers: Sequence[Layer]) -> None:
        """Weights that are to be trained, and that this pass has nothing to do with."""
        seen = {id(layer.weight) for layer in layers}
        rest = {name: p for name, p in self.parameters.items() if p.requires_grad and p.dim() > 1 and id(p) not in seen}
        if not rest:
            return
        found = self.torch.autograd.grad(cost, list(rest.values()), retain_graph=True, allow_unused=True)
        unused = [name for name, gradient in zip(rest, found, strict=True) if gradient is None]
        if unused:
            more = f" and {len(unused) - 3} more take" if len(unused) > 3 else " takes" if len(unused) == 1 else " take"
            self.notes.append(f"{', '.join(unused[:3])}{more} no part in this pass.")

    def _find_idle_norms(self) -> None:
        """Batch normalizations that use averages they have not begun to take."""
        idle = [
            name
            for name, module in self.model.named_modules()
            if not module.training and getattr(module, "num_batches_tracked", None) is not None
            if int(module.num_batches_tracked) == 0
        ]
        if idle:
            more = f" and {len(idle) - 3} more" if len(idle) > 3 else ""
            self.notes.append(
                f"{', '.join(map(spoken, idle[:3]))}{more}: in eval mode, with averages that nothing was averaged into, so that the input passes "
                "unchanged; model.train() lets them normalize."
            )

    def _find_tied(self, layers: Sequence[Layer], names: Sequence[str]) -> None:
        """Layers that use one tensor."""
        users: dict[int, list[str]] = {}
        for layer, name in zip(layers, names, strict=True):
            if layer.weight is not None and layer.kind != "normalization":
                users.setdefault(id(layer.weight), []).append(name)
        for tied in users.values():
            if len(tied) > 1:
                self.notes.append(
                    f"One weight is used {len(tied)} times: {spoken(tied[0])} and {spoken(tied[1])}; its gradient is the sum."
                )


def _trained(layer: Layer) -> bool:
    """Is its weight one that this call teaches?"""
    return layer.weight is not None and layer.weight.requires_grad and layer.graded


def _holds_tensors(value: Any, torch: Any) -> bool:
    """A list as a loader gives it, [inputs, targets], not one of numbers."""
    return isinstance(value, list) and any(isinstance(one, (torch.Tensor, np.ndarray)) for one in value)


def _tensors(values: Any, torch: Any) -> list[Any]:
    """The tensors in a nest of tuples, lists and mappings."""
    if isinstance(values, torch.Tensor):
        return [values]
    inner = values.values() if isinstance(values, Mapping) else values if isinstance(values, (tuple, list)) else ()
    return [tensor for value in inner for tensor in _tensors(value, torch)]


def _array(tensor: Any) -> NDArray[Any]:
    """A tensor as an array of float32 or float64."""
    tensor = tensor.detach()
    if tensor.dtype not in (sys.modules["torch"].float32, sys.modules["torch"].float64):
        tensor = tensor.float()
    return tensor.cpu().numpy()


def _logits(outputs: Any, torch: Any) -> Any:
    """The tensor of scores among what a model returns."""
    if isinstance(outputs, torch.Tensor):
        return outputs if outputs.is_floating_point() else None
    if getattr(outputs, "logits", None) is not None:
        return outputs.logits
    values = outputs.values() if isinstance(outputs, Mapping) else outputs if isinstance(outputs, (tuple, list)) else ()
    if isinstance(outputs, Mapping) and "logits" in outputs:
        return outputs["logits"]
    return next((v for v in values if isinstance(v, torch.Tensor) and v.is_floating_point() and v.dim()), None)
