"""Watches a PyTorch model in its forward pass: every call of a function, whoever makes it (private).

A module's hooks see modules; weights are also used without one (`F.linear(x, self.weight)`, the packed projections of
`nn.MultiheadAttention`, tied logits, `x @ self.W`), and so are activations. So functions are watched here
(`torch.overrides.TorchFunctionMode`): each one that joins data with a parameter is a layer. Its output is handed on as a
clone, so that the tensor that is kept is z itself whatever is done in place behind it; the gradients there are asked of
autograd afterwards. Nothing of torch is imported: it is given.
"""

from __future__ import annotations

import math
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

__all__ = ["LINEAR", "Layer", "called", "listener", "watcher"]

CONVOLUTIONS = frozenset(f"conv{how}{n}d" for how in ("", "_transpose") for n in (1, 2, 3))
RECURRENT = frozenset(
    {"lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"}
)
PRODUCTS = frozenset(
    {"matmul", "__matmul__", "__rmatmul__", "mm", "bmm", "mv", "addmm", "baddbmm", "einsum", "tensordot", "inner"}
)
LOOKUPS = frozenset({"embedding", "embedding_bag", "index_select", "__getitem__", "gather"})
NORMS = frozenset({"batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm"})
SUMS = frozenset({"add", "add_", "__add__", "__radd__", "__iadd__"})
JOINS = SUMS | {"cat", "concat", "concatenate", "sub", "sub_", "__sub__", "__rsub__"}

ACTIVATIONS = {
    "relu": "relu",
    "relu6": "relu6",
    "leaky_relu": "leaky_relu",
    "prelu": "leaky_relu",
    "rrelu": "leaky_relu",
    "elu": "elu",
    "selu": "selu",
    "celu": "celu",
    "gelu": "gelu",
    "silu": "silu",
    "mish": "mish",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "hardtanh": "hard_tanh",
    "hardsigmoid": "hard_sigmoid",
    "hardswish": "hard_swish",
    "softplus": "softplus",
    "softsign": "softsign",
    "logsigmoid": "logsigmoid",
    "erf": "erf",
    "atan": "arctan",
    "arctan": "arctan",
    "sin": "sin",
}
"""torch's name of a function → the package's; with a `_` behind it, in place."""

SHAPES = frozenset(
    {
        "view", "reshape", "flatten", "unflatten", "permute", "transpose", "swapaxes", "movedim", "squeeze", "unsqueeze",
        "contiguous", "clone", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_dropout", "split", "chunk",
        "unbind", "to", "float", "half", "bfloat16", "double", "expand", "identity", "t", "type_as", "__getitem__",
    }
)  # fmt: skip
"""What hands numbers on as they are: behind it, a layer's output is still that layer's output."""

LINEAR = SHAPES | JOINS | PRODUCTS | NORMS | CONVOLUTIONS | {
    "linear", "scaled_dot_product_attention", "mean", "sum", "softmax", "log_softmax", "adaptive_avg_pool1d",
    "adaptive_avg_pool2d", "adaptive_avg_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "size", "dim", "numel",
    "is_floating_point", "__len__", "cross_entropy", "pad", "interpolate", "upsample", "multi_head_attention_forward",
}  # fmt: skip
"""What is no activation function: a layer whose output goes only there is followed by none."""

FEWEST, MASKED, SAMPLES = 8, -1e4, 8
"""Of attention: places from which a row counts; scores below are masks, that people write as -inf, -1e9 or -1e4; samples that are looked at."""

PLAIN_NAMES = frozenset({"weight", "embedding", "embeddings", "gamma", "kernel", "W", "w"})
"""Parameters that are called as their module is; others, such as "in_proj_weight", add what they are."""


@dataclass
class Layer:
    """A call that joined data and weights, or a normalization: tensors of torch, as they were."""

    name: str
    kind: str
    z: Any
    unit_axis: int | tuple[int, ...]
    weight: Any = None
    bias: Any = None
    fan_in: int = 0
    fan_out: int = 0
    incoming_axis: int | None = None
    sources: frozenset[int] = frozenset()
    activation: str | None = None
    activated: Any = None
    handed_to: set[str] = field(default_factory=set)
    graded: bool = True
    """Called where gradients are on; under `torch.no_grad` nothing comes back to it, and nothing is meant to."""

    def fan_width(self) -> int:
        """Units of the output."""
        axes = self.unit_axis if isinstance(self.unit_axis, tuple) else (self.unit_axis,)
        return math.prod(self.z.shape[axis] for axis in axes)


class Path(NamedTuple):
    """Of a tensor: how many layers are behind it, which came last, whether it is the output of one, and whether of data times data."""

    depth: int
    sources: frozenset[int]
    output_of: int | None = None
    pairs: bool = False


class Attended(NamedTuple):
    """A softmax over products of data with data: the layers before it, the most places a row chooses from, and the mean of its largest weight."""

    sources: frozenset[int]
    places: int
    peak: float


def tensors_in(values: Iterable[Any], torch: Any) -> Iterator[Any]:
    """The tensors among arguments or results, two levels deep."""
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from (one for one in value if isinstance(one, torch.Tensor))


def opened(function: Any) -> Any:
    """A copy of a function of torch.nn.functional written in Python that is not intercepted as a whole but inside.

    `nn.MultiheadAttention` is one such function; its two projections are calls inside.
    """
    inside = {**function.__globals__, "has_torch_function": lambda tensors: False}
    copy = types.FunctionType(function.__code__, inside, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


@cache
def watcher(torch: Any) -> type:
    """The class of watchers, a subclass of the given torch's `TorchFunctionMode`."""

    class Watcher(torch.overrides.TorchFunctionMode):
        """Collects `layers` while it is entered.

        Attributes
        ----------
        layers : list of Layer
        attended : list of Attended
        residual, normalized : bool
        tied : list of (str, str)
            Layers that use one tensor.
        """

        def __init__(self, names: Mapping[int, str], inputs: Iterable[Any]) -> None:
            super().__init__()
            self.layers: list[Layer] = []
            self.attended: list[Attended] = []
            self.residual = False
            self.normalized = False
            self._names = names  # id of a parameter → its name
            self._attention = 0
            self._kept: dict[int, Any] = {}  # tensors whose ids are used below: none may be freed and its id given away
            self._paths: dict[int, Path] = {}
            self._weights: dict[int, str] = {}  # id of a tensor made of parameters alone → the name of one of them
            for tensor in inputs:
                self._set(tensor, Path(0, frozenset()))

        # -- what is known of a tensor ---------------------------------------------------------------------------------
        def _set(self, tensor: Any, path: Path) -> None:
            self._kept[id(tensor)] = tensor
            self._paths[id(tensor)] = path

        def _weight_name(self, value: Any) -> str | None:
            return self._names.get(id(value)) or self._weights.get(id(value))

        def path(self, tensor: Any) -> Path | None:
            """What is known of a tensor that comes from the input; None of others."""
            return self._paths.get(id(tensor))

        # -- every call ------------------------------------------------------------------------------------------------
        def __torch_function__(self, func, types, args=(), kwargs=None):  # noqa: D102 - torch's own name
            kwargs = kwargs or {}
            name = getattr(func, "__name__", "")
            if name == "multi_head_attention_forward" and isinstance(func, type(opened)):
                self._attention += 1
                try:
                    with self:
                        return opened(func)(*args, **kwargs)
                finally:
                    self._attention -= 1
            if name in ("__get__", "__set__", "size", "dim"):
                return func(*args, **kwargs)
            given = [*args, *kwargs.values()]
            before = [(tensor, self.path(tensor)) for tensor in tensors_in(given, torch)]
            plan = self._plan(name, args, kwargs, before)
            activation = ACTIVATIONS.get(name.removesuffix("_") if not name.endswith("__") else name)
            if name in ("clamp", "clamp_", "clamp_min", "clamp_min_", "clip") and _only_lower_zero(args, kwargs, name):
                activation = "relu"
            if activation == "gelu" and kwargs.get("approximate", "none") == "tanh":
                activation = "gelu_tanh"
            first = before[0][1] if before else None
            result = func(*args, **kwargs)
            if plan is not None:
                return self._layer(plan, result)
            data = [path for _, path in before if path is not None]
            if not data:
                owners = [self._weight_name(tensor) for tensor, _ in before]
                if before and any(owners):
                    for tensor in tensors_in([result], torch):
                        self._kept[id(tensor)] = tensor
                        self._weights[id(tensor)] = next(filter(None, owners))
                return result
            for path in data:
                if path.output_of is not None:
                    self.layers[path.output_of].handed_to.add(name)
            if name == "softmax" and first is not None and first.pairs and before[0][0].dim() > 2:
                self._attend(first, before[0][0], result, kwargs.get("dim", args[1] if len(args) > 1 else -1))
            if name == "scaled_dot_product_attention" and first is not None:
                self._attend(first, *_scores(torch, *args, **kwargs), -1)
            if activation and first is not None and first.output_of is not None and isinstance(result, torch.Tensor):
                layer = self.layers[first.output_of]
                if layer.activation is None and result.numel() == layer.z.numel():
                    layer.activation, layer.activated = activation, result.detach().clone()
            if name in JOINS and len({path.depth for path in data}) > 1:
                self.residual = True
            biased = self._biased(name, before, result)
            if biased is not None:
                return biased
            merged = Path(
                max(path.depth for path in data),
                frozenset().union(*(path.sources for path in data)),
                first.output_of if name in SHAPES and first is not None and len(data) == 1 else None,
                len(data) > 1 if name in PRODUCTS else name != "softmax" and any(path.pairs for path in data),
            )
            for tensor in tensors_in([result], torch):
                self._set(tensor, merged)
            return result

        def _attend(self, path: Path, scores: Any, weights: Any, axis: int) -> None:
            """How much of its weight a row of attention gives to one place; rows with less than 8 to choose from do not count."""
            with torch.no_grad():
                scores, weights = scores.detach().movedim(axis, -1), weights.detach().movedim(axis, -1)
                places = (scores > MASKED).sum(dim=-1)
                peak = weights.amax(dim=-1)[places >= FEWEST].double().mean()
                self.attended.append(Attended(path.sources, int(places.max()), float(peak)))

        # -- layers ----------------------------------------------------------------------------------------------------
        def _plan(self, name: str, args: tuple, kwargs: dict, before: list) -> dict[str, Any] | None:
            """What kind of layer this call is; None if it is none."""
            takes = dict(enumerate(args)) | kwargs
            if name in NORMS:
                if before and before[0][1] is not None:
                    self.normalized = True
                    place = {"batch_norm": (3, 4), "instance_norm": (3, 4)}.get(name, (2, 3))
                    weight, bias = takes.get("weight", takes.get(place[0])), takes.get("bias", takes.get(place[1]))
                    axis = -1 if name in ("layer_norm", "rms_norm") else 1
                    return self._made("normalization", weight, bias, before, axis)
                return None
            if name == "linear" or name in CONVOLUTIONS:
                weight, bias = takes.get("weight", takes.get(1)), takes.get("bias", takes.get(2))
                if self._weight_name(weight) is None or (before[0][1] is None and self._weight_name(before[0][0])):
                    return None
                if name == "linear":
                    kind, axis, fans = "dense", -1, (weight.shape[1], weight.shape[0])
                else:
                    window = weight[0, 0].numel()
                    groups = takes.get("groups", takes.get(6, 1))
                    kind, axis = "convolution", 1 - (before[0][0].dim() < weight.dim())
                    fans = (weight.shape[1] * window, weight.shape[0] * window // groups)
                    if (
                        "transpose" in name
                    ):  # (in, out / groups, *window); each output sums what the stride lets through
                        stride = takes.get("stride", takes.get(3, 1))
                        steps = stride if isinstance(stride, (tuple, list)) else (stride,) * (weight.dim() - 2)
                        over = 1
                        for step in steps:
                            over *= step
                        fans = (max(1, weight.shape[0] // groups * window // over), weight.shape[1] * window)
                incoming = 0 if name == "linear" or "transpose" not in name else 1 if groups == 1 else None
                return self._made(kind, weight, bias, before, axis, fans, incoming)
            if name == "bilinear":
                weight = takes.get("weight", takes.get(2))
                fans = (weight.shape[1] * weight.shape[2], weight.shape[0])
                return self._made("other", weight, takes.get("bias", takes.get(3)), before, -1, fans, 0)
            if name in RECURRENT:
                flat = [t for t in tensors_in([*args, *kwargs.values()], torch) if self._weight_name(t) and t.dim() > 1]
                return self._made("recurrent", flat[0], None, before, -1, flat[0].shape[::-1]) if flat else None
            if name in LOOKUPS:
                table = takes.get("weight", takes.get(1)) if name.startswith("embedding") else takes.get(0)
                picked = [path for tensor, path in before if tensor is not table]
                by_data = name.startswith("embedding") or any(path is not None for path in picked)
                if isinstance(table, torch.Tensor) and self._weight_name(table) and table.dim() > 1 and by_data:
                    return self._made("embedding", table, None, before, -1, (1, table.shape[1]))
                return None
            if name in PRODUCTS:
                return self._product(name, before, args[0] if args else None)
            return None

        def _product(self, name: str, before: list, equation: Any) -> dict[str, Any] | None:
            """`x @ W`, `W @ x` and the like: one factor is made of parameters, the other of data."""
            factors = before[-2:] if name in ("addmm", "baddbmm") else before[:2]
            if len(factors) < 2:
                return None
            if name == "einsum":
                return self._sum_product(equation, factors, before) if isinstance(equation, str) else None
            (left, left_path), (right, right_path) = factors
            left_name, right_name = self._weight_name(left), self._weight_name(right)
            bias = before[0][0] if name in ("addmm", "baddbmm") and self._weight_name(before[0][0]) else None
            if name == "__rmatmul__":
                left, right, left_path, right_path, left_name, right_name = (
                    right, left, right_path, left_path, right_name, left_name,
                )  # fmt: skip
            if right_name and left_path is not None and right.dim() > 1:
                return self._made(
                    "dense", right, bias, before, -1, tuple(right.shape[-2:]), 1 if right.dim() == 2 else None
                )
            if left_name and right_path is not None and left.dim() > 1:
                return self._made(
                    "dense", left, bias, before, -2, tuple(left.shape[-2:])[::-1], 0 if left.dim() == 2 else None
                )
            return None

        def _sum_product(self, equation: str, factors: list, before: list) -> dict[str, Any] | None:
            """`einsum("btc,chd->bthd", x, W)`: the letters say what is summed and what is a unit."""
            inputs, arrow, out = equation.replace(" ", "").partition("->")
            letters = inputs.split(",")
            side = next(
                (i for i, (tensor, path) in enumerate(factors) if path is None and self._weight_name(tensor)), None
            )
            if len(letters) != 2 or not arrow or "." in equation or side is None or factors[1 - side][1] is None:
                return None
            weight, own, other = factors[side][0], letters[side], letters[1 - side]
            sizes = dict(zip(own, weight.shape, strict=True))
            summed, units = [c for c in own if c not in out], [c for c in own if c in out and c not in other]
            if not summed or weight.dim() < 2 or not units:
                return None
            fans = (math.prod(sizes[c] for c in summed), math.prod(sizes[c] for c in units))
            return self._made("dense", weight, None, before, tuple(out.index(c) for c in units), fans)

        def _made(
            self,
            kind: str,
            weight: Any,
            bias: Any,
            before: list,
            axis: int | tuple[int, ...],
            fans: tuple = (0, 0),
            incoming: int | None = None,
        ) -> dict[str, Any]:
            data = [path for _, path in before if path is not None]
            for path in data:
                if path.output_of is not None:
                    self.layers[path.output_of].handed_to.add("linear")
            name = self._weight_name(weight) if weight is not None else None
            return {
                "name": called(name) if name else kind,
                "kind": "attention" if self._attention and kind == "dense" else kind,
                "weight": weight if isinstance(weight, torch.Tensor) else None,
                "bias": bias if isinstance(bias, torch.Tensor) else None,
                "unit_axis": axis,
                "fan_in": int(fans[0]),
                "fan_out": int(fans[1]),
                "incoming_axis": incoming,
                "sources": frozenset().union(*(path.sources for path in data)),
                "depth": max((path.depth for path in data), default=0),
            }

        def _layer(self, plan: dict[str, Any], result: Any) -> Any:
            """Keep the output of a layer, and hand on a clone of it."""
            depth = plan.pop("depth")
            several = isinstance(result, (tuple, list))
            z, handed = self._kept_output(result[0] if several else result)
            index = len(self.layers)
            self.layers.append(Layer(z=z, graded=torch.is_grad_enabled(), **plan))
            passes = plan["kind"] == "normalization"
            path = Path(depth + (not passes), plan["sources"] if passes else frozenset({index}))
            self._set(handed, path._replace(output_of=index))
            if not several:
                return handed
            for tensor in tensors_in(result[1:], torch):
                self._set(tensor, path)
            return type(result)((handed, *result[1:]))

        def _kept_output(self, z: Any) -> tuple[Any, Any]:
            """`z` as a tensor that has a gradient, and what is handed on in its place."""
            if not z.requires_grad and (z.is_floating_point() or z.is_complex()):
                z = z.detach().requires_grad_()  # behind frozen weights
            return z, z.clone()

        def _biased(self, name: str, before: list, result: Any) -> Any:
            """`x @ W + b`, a product followed by its bias, is one layer; None if this is something else."""
            if name not in SUMS or len(before) != 2 or not isinstance(result, torch.Tensor):
                return None
            for (_, path), (bias, _) in (before, before[::-1]):
                if path is None or path.output_of is None or not self._weight_name(bias):
                    continue
                layer = self.layers[path.output_of]
                wide = [axis - bias.dim() for axis, size in enumerate(bias.shape) if size > 1]
                if (
                    layer.bias is None
                    and bias.numel() == layer.fan_width()
                    and wide
                    and result.numel() == layer.z.numel()
                ):
                    layer.z, handed = self._kept_output(result)  # between the two it may have been transposed
                    layer.bias, layer.unit_axis = bias, tuple(wide)
                    layer.handed_to -= {name}
                    self._set(handed, path)
                    return handed
            return None

        def norm_module(self, name: str, inputs: tuple, output: Any, weight: Any, bias: Any) -> Any:
            """The output of a module that is called a normalization and was written by hand."""
            before = [(tensor, self.path(tensor)) for tensor in tensors_in(inputs, torch)]
            if not isinstance(output, torch.Tensor) or not any(path for _, path in before):
                return None
            self.normalized = True
            plan = self._made("normalization", weight, bias, before, -1)
            return self._layer(plan | {"name": name}, output)

    return Watcher


@cache
def listener(torch: Any) -> type:
    """The class of those who hear what a loss takes for logits."""

    class Listener(torch.overrides.TorchFunctionMode):
        """Keeps in `logits` what a cross-entropy, or a log of a softmax, was called with while it was entered: rows, classes last."""

        def __init__(self) -> None:
            super().__init__()
            self.logits: Any = None

        def __torch_function__(self, func, types, args=(), kwargs=None):  # noqa: D102 - torch's own name
            kwargs = kwargs or {}
            name = getattr(func, "__name__", "")
            if name in ("cross_entropy", "log_softmax") and self.logits is None:
                taken = args[0] if args else kwargs["input"]
                axis = (
                    (taken.dim() > 1)
                    if name == "cross_entropy"
                    else kwargs.get("dim", args[1] if len(args) > 1 else -1)
                )
                taken = taken.detach().movedim(int(axis), -1)
                self.logits = taken.reshape(-1, taken.shape[-1])
            return func(*args, **kwargs)

    return Listener


def called(parameter: str) -> str:
    """A layer's name, from that of its weight: "encoder.0.weight" is "encoder.0", "attn.in_proj_weight" "attn.in_proj"."""
    module, parametrized, _ = parameter.partition(".parametrizations.")
    if parametrized:
        return module
    module, _, own = parameter.rpartition(".")
    own = "" if own in PLAIN_NAMES or own.startswith("weight_") else own.removesuffix("_weight")
    return ".".join(part for part in (module, own) if part) or "layer"


def _scores(
    torch: Any, query: Any, key: Any, value: Any, attn_mask: Any = None, dropout_p: float = 0.0, is_causal: bool = False,
    scale: float | None = None, enable_gqa: bool = False,
) -> tuple[Any, Any]:  # fmt: skip
    """Scores and weights of `scaled_dot_product_attention`, whose arguments these are, as its documentation writes them; of a few samples."""
    with torch.no_grad():
        few = slice(0, SAMPLES) if query.dim() > 3 else slice(None)
        query, key = query.detach()[few].float(), key.detach()[few].float()
        if enable_gqa:
            key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
        scores = query @ key.transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
        if is_causal:
            scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), -math.inf)
        if attn_mask is not None:
            mask = attn_mask.detach()
            mask = mask[few] if mask.dim() == scores.dim() and mask.shape[0] > 1 else mask
            scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
        return scores, scores.softmax(dim=-1)


def _only_lower_zero(args: tuple, kwargs: dict, name: str) -> bool:
    """Is this `clamp` a ReLU?"""
    low = kwargs.get("min", args[1] if len(args) > 1 else None)
    high = kwargs.get("max", args[2] if len(args) > 2 else None)
    return isinstance(low, (int, float)) and low == 0 and high is None
