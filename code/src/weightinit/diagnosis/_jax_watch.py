"""Watches a function of JAX: its program, equation by equation (private).

Flax, Keras on JAX and a function written by hand all become the same thing when they are traced, a jaxpr: a list of
equations. Here it is run one equation at a time, with a note beside each value of where it comes from. An equation that
joins data with a parameter (`dot_general`, a convolution, a lookup in a table) is a layer; a parameter of one axis that is
added behind it is its bias. To every layer's output something is added, 0 in value, and the gradient with respect to it is
dC/dz. Nothing of jax is imported: it is given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

__all__ = ["LINEAR", "JaxLayer", "Program"]

ACTIVATIONS = {
    "relu": "relu",
    "relu6": "relu6",
    "leaky_relu": "leaky_relu",
    "elu": "elu",
    "selu": "selu",
    "celu": "celu",
    "gelu": "gelu",
    "silu": "silu",
    "swish": "silu",
    "mish": "mish",
    "tanh": "tanh",
    "logistic": "sigmoid",
    "sigmoid": "sigmoid",
    "hard_tanh": "hard_tanh",
    "hard_sigmoid": "hard_sigmoid",
    "hard_silu": "hard_swish",
    "hard_swish": "hard_swish",
    "softplus": "softplus",
    "soft_sign": "softsign",
    "log_sigmoid": "logsigmoid",
    "squareplus": "squareplus",
    "erf": "erf",
    "sin": "sin",
    "atan": "arctan",
}
"""JAX's name of a function or a primitive → the package's."""

SHAPES = frozenset(
    {
        "reshape", "transpose", "squeeze", "broadcast_in_dim", "convert_element_type", "slice", "copy", "copy_p",
        "expand_dims", "rev", "reduce_precision", "optimization_barrier", "sharding_constraint", "split", "name",
    }
)  # fmt: skip
"""What hands numbers on as they are: behind it, a layer's output is still that layer's output."""

LINEAR = SHAPES | {
    "dot_general", "conv_general_dilated", "gather", "add", "add_any", "sub", "concatenate", "pad", "reduce_sum",
    "reduce_window_sum", "custom_jvp_call", "custom_vjp_call", "dynamic_slice", "stop_gradient",
}  # fmt: skip
"""What is no activation function."""

LOOPS = frozenset({"scan", "while", "cond"})


@dataclass
class JaxLayer:
    """An equation that joined data and a parameter."""

    name: str
    kind: str
    fan_in: int
    fan_out: int
    parameter: int
    """Index of the leaf of the parameters."""
    units: tuple[int, ...]
    """Axes of z that are its units."""
    incoming: tuple[int, ...] | None
    """Axes of the weight that are its units; None if they are not told apart."""
    sources: frozenset[int]
    z: Any = None
    weight: Any = None
    bias: int | None = None
    activation: str | None = None
    activated: Any = None
    handed_to: set[str] = field(default_factory=set)


class Path(NamedTuple):
    """Of a value that comes from the data."""

    depth: int
    sources: frozenset[int]
    output_of: int | None = None


class Made(NamedTuple):
    """Of a value that is made of parameters alone: the index of one of them."""

    parameter: int


class Program:
    """A function of parameters and data as equations, ready to be run with its layers in view.

    Parameters
    ----------
    jax : module
    function : callable (leaves, inputs) -> array
    leaves : list of array
        The parameters.
    names : list of str
        Of each leaf.
    inputs : list of array
    """

    def __init__(
        self, jax: Any, function: Any, leaves: Sequence[Any], names: Sequence[str], inputs: Sequence[Any]
    ) -> None:
        self.jax = jax
        self.names = names
        self.count = len(leaves)
        self.closed = jax.make_jaxpr(function)(list(leaves), list(inputs))
        self._reset(None)

    def _reset(self, extra: Sequence[Any] | None) -> None:
        self.layers: list[JaxLayer] = []
        self.residual = False
        self.normalized = False
        self.loops = False
        self._extra = extra

    def run(self, leaves: Sequence[Any], inputs: Sequence[Any], extra: Sequence[Any] | None = None) -> list[Any]:
        """Outputs for these parameters and data; `extra` is added to the layers' outputs, one array each."""
        self._reset(extra)
        values = [*leaves, *inputs]
        marks = [Made(i) for i in range(self.count)] + [Path(0, frozenset())] * len(inputs)
        found, _ = self._evaluate(self.closed.jaxpr, self.closed.consts, values, marks)
        return found

    def _evaluate(
        self, jaxpr: Any, consts: Sequence[Any], values: Sequence[Any], marks: Sequence[Any]
    ) -> tuple[list, list]:
        """Run a jaxpr; its outputs, and where each comes from."""
        value_of: dict[Any, Any] = dict(zip(jaxpr.constvars, consts, strict=True))
        mark_of: dict[Any, Any] = {}
        value_of.update(zip(jaxpr.invars, values, strict=True))
        mark_of.update(zip(jaxpr.invars, marks, strict=True))

        def value(atom: Any) -> Any:
            return atom.val if hasattr(atom, "val") else value_of[atom]

        def mark(atom: Any) -> Any:
            return None if hasattr(atom, "val") else mark_of.get(atom)

        for equation in jaxpr.eqns:
            given = [value(atom) for atom in equation.invars]
            origins = [mark(atom) for atom in equation.invars]
            results, ends = self._equation(equation, given, origins)
            for variable, result, end in zip(equation.outvars, results, ends, strict=True):
                value_of[variable] = result
                mark_of[variable] = end
        return [value(atom) for atom in jaxpr.outvars], [mark(atom) for atom in jaxpr.outvars]

    # -- one equation --------------------------------------------------------------------------------------------------
    def _equation(self, equation: Any, given: list, origins: list) -> tuple[list, list]:
        primitive, parameters = equation.primitive, equation.params
        name = _called(equation)
        data = [origin for origin in origins if isinstance(origin, Path)]
        inner = parameters.get("jaxpr", parameters.get("call_jaxpr"))
        made = any(isinstance(origin, Made) for origin in origins)
        if inner is not None and primitive.name not in LOOPS and made and name not in ACTIVATIONS:
            closed = hasattr(inner, "jaxpr")
            body, consts = (inner.jaxpr, inner.consts) if closed else (inner, ())
            return self._evaluate(body, consts, given, origins)
        results = self._bind(equation, given)
        if not data:
            mark = next((origin for origin in origins if isinstance(origin, Made)), None)
            if primitive.name == "gather" and isinstance(origins[0], Made):  # positions, looked up by a constant
                return self._lookup(origins, given, results)
            return results, [mark] * len(results)
        if primitive.name in LOOPS and made:
            return self._loop(origins, given, results)
        for path in data:
            if path.output_of is not None:
                self.layers[path.output_of].handed_to.add(name)
        if primitive.name == "dot_general" and sum(isinstance(origin, Made) for origin in origins) == 1:
            return self._product(equation, origins, given, results)
        if primitive.name == "conv_general_dilated" and isinstance(origins[1], Made):
            return self._convolution(equation, origins, given, results)
        if primitive.name == "gather" and isinstance(origins[0], Made):
            return self._lookup(origins, given, results)
        if primitive.name in ("add", "add_any"):
            biased = self._biased(origins, results)
            if biased is not None:
                return biased
        if primitive.name in ("rsqrt", "sqrt") and given[0].ndim:
            self.normalized = True
        self._activation(name, primitive.name, given, origins, results)
        if primitive.name in ("add", "add_any", "sub", "concatenate") and len({path.depth for path in data}) > 1:
            self.residual = True
        first = data[0]
        merged = Path(
            max(path.depth for path in data),
            frozenset().union(*(path.sources for path in data)),
            first.output_of if primitive.name in SHAPES and len(data) == 1 else None,
        )
        return results, [merged] * len(results)

    def _bind(self, equation: Any, given: list) -> list:
        """What an equation gives for these values, under whatever transformation runs now."""
        parameters = equation.primitive.get_bind_params(equation.params)
        functions, parameters = (
            parameters if isinstance(parameters, tuple) else ((), parameters)
        )  # before jax 0.10, a pair
        found = equation.primitive.bind(*functions, *given, **parameters)
        return list(found) if equation.primitive.multiple_results else [found]

    def _activation(self, name: str, primitive: str, given: list, origins: list, results: list) -> None:
        """Note the activation behind a layer."""
        activation = ACTIVATIONS.get(name)
        if primitive == "max" and any(
            np.ndim(value) == 0 and not self._traced(value) and float(value) == 0 for value in given
        ):
            activation = "relu"
        path = next((origin for origin in origins if isinstance(origin, Path)), None)
        if (
            activation is None
            or path is None
            or path.output_of is None
            or results[0].size != self.layers[path.output_of].z.size
        ):
            return
        layer = self.layers[path.output_of]
        if layer.activation is None:
            layer.activation, layer.activated = activation, results[0]

    def _traced(self, value: Any) -> bool:
        return isinstance(value, self.jax.core.Tracer)

    # -- layers --------------------------------------------------------------------------------------------------------
    def _layer(self, layer: JaxLayer, origins: list, results: list) -> tuple[list, list]:
        index = len(self.layers)
        z = results[0]
        if self._extra is not None and index < len(self._extra):
            z = z + self._extra[index]
        layer.z = z
        self.layers.append(layer)
        depth = max((origin.depth for origin in origins if isinstance(origin, Path)), default=0)
        path = Path(depth + 1, frozenset({index}), index)
        return [z, *results[1:]], [path] + [path._replace(output_of=None)] * (len(results) - 1)

    @staticmethod
    def _sources(origins: list) -> frozenset[int]:
        return frozenset().union(*(origin.sources for origin in origins if isinstance(origin, Path)))

    def _product(self, equation: Any, origins: list, given: list, results: list) -> tuple[list, list]:
        (left, right), (left_batch, right_batch) = equation.params["dimension_numbers"]
        side = next(i for i, origin in enumerate(origins) if isinstance(origin, Made))
        contracted, over = ((left, left_batch), (right, right_batch))[side]
        weight = given[side]
        free = [axis for axis in range(weight.ndim) if axis not in contracted and axis not in over]
        if not contracted or weight.ndim < 2:  # a vector that scales: no layer
            path = next(origin for origin in origins if isinstance(origin, Path))
            return results, [path._replace(output_of=None)]
        shared = len(over)
        start = shared if side == 0 else results[0].ndim - len(free)
        layer = JaxLayer(
            self.names[origins[side].parameter],
            "dense",
            math.prod(weight.shape[axis] for axis in contracted),
            math.prod(weight.shape[axis] for axis in free),
            origins[side].parameter,
            tuple(range(start, start + len(free))),
            tuple(free) if not over else None,
            self._sources(origins),
            weight=weight,
        )
        return self._layer(layer, origins, results)

    def _convolution(self, equation: Any, origins: list, given: list, results: list) -> tuple[list, list]:
        numbers, weight = equation.params["dimension_numbers"], given[1]
        out, into, *window = numbers.rhs_spec
        field = math.prod(weight.shape[axis] for axis in window)
        groups = equation.params["feature_group_count"]
        over = math.prod(equation.params["lhs_dilation"])  # of a transposed one: zeros between the inputs
        layer = JaxLayer(
            self.names[origins[1].parameter],
            "convolution",
            max(1, field * weight.shape[into] // over),
            field * weight.shape[out] // groups,
            origins[1].parameter,
            (numbers.out_spec[1],),
            (out,),
            self._sources(origins),
            weight=weight,
        )
        return self._layer(layer, origins, results)

    def _lookup(self, origins: list, given: list, results: list) -> tuple[list, list]:
        table = given[0]
        if table.ndim != 2 or results[0].ndim < 1 or results[0].shape[-1] != table.shape[1]:
            return results, [origins[0]] * len(results)
        layer = JaxLayer(
            self.names[origins[0].parameter],
            "embedding",
            1,
            table.shape[1],
            origins[0].parameter,
            (results[0].ndim - 1,),
            None,
            self._sources(origins),
            weight=table,
        )
        return self._layer(layer, origins, results)

    def _loop(self, origins: list, given: list, results: list) -> tuple[list, list]:
        """A loop with weights inside is one layer: what happens in it is not seen."""
        self.loops = True
        weights = [i for i, o in enumerate(origins) if isinstance(o, Made) and given[i].ndim > 1]
        largest = max(range(len(results)), key=lambda i: (self._floating(results[i]), results[i].ndim, results[i].size))
        if not weights or not self._floating(results[largest]):
            path = Path(max((o.depth for o in origins if isinstance(o, Path)), default=0), self._sources(origins))
            return results, [path] * len(results)
        weight = given[weights[0]]
        layer = JaxLayer(
            self.names[origins[weights[0]].parameter],
            "recurrent",
            weight.shape[-2],
            weight.shape[-1],
            origins[weights[0]].parameter,
            (results[largest].ndim - 1,),
            None,
            self._sources(origins),
            weight=weight,
        )
        (z,), (path,) = self._layer(layer, origins, [results[largest]])
        found = [*results]
        found[largest] = z
        return found, [path if i == largest else path._replace(output_of=None) for i in range(len(results))]

    def _floating(self, value: Any) -> bool:
        return bool(self.jax.numpy.issubdtype(value.dtype, self.jax.numpy.floating))

    def _biased(self, origins: list, results: list) -> tuple[list, list] | None:
        """`x @ W + b` is one layer; None if this sum is something else."""
        path = next((o for o in origins if isinstance(o, Path)), None)
        made = next((o for o in origins if isinstance(o, Made)), None)
        if path is None or made is None or path.output_of is None:
            return None
        layer = self.layers[path.output_of]
        size = self.closed.in_avals[made.parameter].size
        width = math.prod(layer.z.shape[axis] for axis in layer.units)
        if layer.bias is not None or size != width or results[0].shape != layer.z.shape:
            return None
        layer.bias, layer.z = made.parameter, results[0]
        layer.handed_to -= {"add", "add_any"}
        return results, [path]


def _called(equation: Any) -> str:
    """Name of the function that an equation calls, or of its primitive; what only wraps another one is called as that is."""
    inner = equation.params.get("jaxpr", equation.params.get("call_jaxpr"))
    if inner is None or equation.primitive.name in LOOPS:
        return equation.primitive.name
    name = equation.params.get("name")
    if isinstance(name, str) and name:
        return name
    equations = getattr(inner, "jaxpr", inner).eqns
    return _called(equations[0]) if len(equations) == 1 else equation.primitive.name
