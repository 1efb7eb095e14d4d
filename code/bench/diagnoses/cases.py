"""Starts that are healthy and starts that are not, made by code: for tuning, and others for scoring.

A case says which kinds of faults would name it rightly; none, if it is healthy. Cases for tuning and for scoring have no size
and no seed in common.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

import weightinit as wi
from diagnoses import networks
from weightinit.network import MLP

__all__ = ["Case", "cases"]


@dataclass(frozen=True)
class Case:
    """One start.

    Attributes
    ----------
    name : str
    kinds : frozenset of str
        Each of them is a right name for what is wrong; empty if nothing is.
    seed : int
    dense : mapping, optional
        Arguments of :func:`weightinit.diagnosis.dense.observe`.
    make : callable () -> nn.Module, optional
        For a case that is no chain of dense layers; called with torch's stream seeded.
    batch : callable (numpy generator) -> array, optional
    options : mapping
        Further arguments of the diagnosis: optimizer and rate.
    """

    name: str
    kinds: frozenset[str]
    seed: int
    dense: dict[str, Any] | None = None
    make: Callable[[], nn.Module] | None = None
    batch: Callable[[np.random.Generator], Any] | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Is nothing wrong?"""
        return not self.kinds

    def module(self) -> nn.Module:
        """The network in torch."""
        torch.manual_seed(self.seed)
        return self.make() if self.make else as_module(self.dense, self.seed)

    def inputs(self) -> Any:
        """A batch for :meth:`module`."""
        rng = np.random.default_rng(self.seed + 1)
        if self.batch:
            return self.batch(rng)
        x = (self.dense or {}).get("x")
        return np.asarray(x if x is not None else rng.standard_normal((32, self.dense["widths"][0])), np.float32)


class _Activation(nn.Module):
    """A function of the package as a module, for those that torch has no module for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.function = {"identity": lambda z: z, "erf": torch.erf, "sin": torch.sin, "arctan": torch.atan}[name]

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.function(z)


_MODULES = {
    "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "selu": nn.SELU, "gelu": nn.GELU, "silu": nn.SiLU, "elu": nn.ELU,
    "leaky_relu": nn.LeakyReLU, "softplus": nn.Softplus, "softsign": nn.Softsign,
}  # fmt: skip


def as_module(dense: dict[str, Any], seed: int) -> nn.Module:
    """The first network of a dense case, with its weights, in torch."""
    options = {name: dense[name] for name in ("bias_std", "bias_init") if name in dense}
    net = MLP(dense["widths"], dense["activation"], init=dense["init"], rng=seed, replicas=1, **options)
    layers: list[nn.Module] = []
    for weight, bias in zip(net.weights, net.biases, strict=True):
        linear = nn.Linear(*weight[0].shape)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weight[0].T))
            linear.bias.copy_(torch.tensor(bias[0]))
        layers += [linear, _MODULES.get(dense["activation"], lambda: _Activation(dense["activation"]))()]
    return nn.Sequential(*layers[:-1])


# ---- laws that have no name ------------------------------------------------------------------------------------------
def scaled(scale: float) -> Callable:
    """Variance scale/fan_in."""

    def draw(shape, rng):
        return wi.variance_scaling(shape, rng, scale=scale)

    return draw


def constant(value: float) -> Callable:
    """All entries one number."""

    def draw(shape, rng):
        return np.full(shape, value)

    return draw


def repeated(times: int) -> Callable:
    """He's start in which each unit stands several times."""

    def draw(shape, rng):
        few = wi.he_normal((shape[0], -(-shape[1] // times)), rng)
        return np.repeat(few, times, axis=1)[:, : shape[1]]

    return draw


def same_stream(shape, rng):
    """A seed that is set inside the function."""
    return wi.he_normal(shape, 7)


def lopsided(mean: float) -> Callable:
    """He's start with a mean: standard deviations of one weight."""

    def draw(shape, rng):
        weight = wi.he_normal(shape, rng)
        return weight + mean * math.sqrt(2 / shape[0])

    return draw


def orthogonal(gain: float) -> Callable:
    """A random rotation, times a gain."""

    def draw(shape, rng):
        return wi.orthogonal(shape, rng, gain=gain)

    return draw


def but_last(init: Any, last: Any, depth: int) -> list[Any]:
    """One law for all layers and another for the last one."""
    return [init] * (depth - 1) + [last]


# ---- the two sets ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Split:
    """Sizes and seeds of one set; `pick(a, b)` is a for tuning and b for scoring."""

    scoring: bool

    def pick(self, tuning: Any, scoring: Any) -> Any:
        return scoring if self.scoring else tuning


def cases(scoring: bool) -> list[Case]:
    """All cases of one set: healthy ones, faulty ones, and both of attention, of what stands at the end, of what is frozen.

    Parameters
    ----------
    scoring : bool
        The set that is published; thresholds have been looked at with the other one only.
    """
    split = _Split(scoring)
    found = []
    for number, (name, kinds, how) in enumerate([*_healthy(split), *_faults(split), *_ends(split)]):
        seed = (90_000 if scoring else 10_000) + 17 * number
        found.append(Case(name, frozenset(kinds), seed, **how))
    names = [case.name for case in found]
    assert len(set(names)) == len(names), "two cases have one name"
    return found


Made = Iterator[tuple[str, set[str], dict[str, Any]]]


def _chain(width: int, depth: int, classes: int = 10, first: int | None = None) -> tuple[int, ...]:
    return (first or width, *(width,) * (depth - 1), classes)


def _dense(widths: tuple[int, ...], activation: str, init: Any, **more: Any) -> dict[str, Any]:
    return {"dense": {"widths": widths, "activation": activation, "init": init, **more}}


def _healthy(split: _Split) -> Made:
    yield from _healthy_dense(split)
    yield from _healthy_torch(split)


def _healthy_dense(split: _Split) -> Made:
    pick = split.pick
    for activation, init, depths, widths in (
        ("relu", "he_normal", pick((5, 15, 28), (4, 10, 20, 30)), pick((200, 400), (128, 300, 512))),
        ("relu", "he_uniform", pick((8, 16), (6, 12, 24)), pick((150,), (256,))),
        ("leaky_relu", "he_normal", pick((9,), (7, 18)), pick((180,), (224,))),
        ("tanh", "xavier_normal", pick((3, 8, 18), (2, 5, 10, 20)), pick((120,), (100, 256))),
        ("tanh", "lecun_normal", pick((6,), (4, 14)), pick((160,), (200,))),
        ("selu", "lecun_normal", pick((12, 45), (8, 25, 50)), pick((220,), (256,))),
        ("tanh", orthogonal(1.02), pick((25,), (20, 50)), pick((140,), (128,))),
        ("relu", orthogonal(math.sqrt(2)), pick((14,), (10, 25)), pick((160,), (200,))),
        ("identity", "lecun_normal", pick((12,), (10, 25)), pick((260,), (300,))),
        ("gelu", "he_normal", pick((4,), (3, 6)), pick((128,), (200,))),
        ("silu", "he_normal", pick((4,), (3, 5)), pick((128,), (160,))),
        ("elu", "he_normal", pick((4,), (3, 6)), pick((128,), (160,))),
        ("softsign", "xavier_normal", pick((5,), (4, 7)), pick((128,), (160,))),
        ("sigmoid", "xavier_normal", pick((2,), (2, 3)), pick((90,), (64, 128))),
        ("relu", "xavier_normal", pick((3,), (2, 4)), pick((90,), (80, 200))),
        ("softplus", "xavier_normal", pick((2,), (2,)), pick((90,), (64,))),
    ):
        law = init if isinstance(init, str) else "orthogonal"
        for depth in depths:
            for width in widths:
                yield (
                    f"{activation}, {law}, {depth} layers of {width}",
                    set(),
                    _dense(_chain(width, depth), activation, init),
                )
    for width, depth in pick([(10, 2), (14, 3)], [(8, 2), (12, 3), (16, 3), (20, 4)]):
        yield (
            f"narrow but shallow: {depth} layers of {width}",
            set(),
            _dense(_chain(width, depth, 4), "relu", "he_normal"),
        )
    for width, depth in pick([(100, 5)], [(128, 4), (200, 8), (64, 3)]):
        zero = but_last("he_normal", "zeros", depth)
        yield f"zero last layer, {depth} layers of {width}", set(), _dense(_chain(width, depth), "relu", zero)
        small = but_last("he_normal", scaled(0.01), depth)
        yield f"small last layer, {depth} layers of {width}", set(), _dense(_chain(width, depth), "relu", small)
    for width, depth in pick([(110, 3)], [(128, 2), (100, 3), (300, 3)]):
        start = _dense(_chain(width, depth), "relu", "pytorch_default")
        yield f"PyTorch's default, {depth} layers of {width}", set(), start
    for width, depth, q in pick([(200, 25, 0.3)], [(256, 20, 0.2), (300, 35, 0.5)]):
        weight, bias = wi.critical_point("tanh", q)
        start = _dense(_chain(width, depth), "tanh", scaled(weight), bias_std=math.sqrt(bias))
        yield f"tanh at the edge of chaos with biases, {depth} layers of {width}", set(), start
    for classes, width in pick([(100, 150)], [(2, 100), (200, 256), (1000, 200)]):
        yield f"{classes} classes", set(), _dense(_chain(width, 5, classes), "relu", "he_normal")
    for features in pick([20], [784, 5]):
        yield f"{features} features", set(), _dense(_chain(150, 4, 10, features), "relu", "he_normal")
    for width in pick([120], [100]):
        yield (
            f"a pyramid from {4 * width}",
            set(),
            _dense((4 * width, 2 * width, width, width // 2, 10), "relu", "he_normal"),
        )


def _pictures(channels: int, size: int, batch: int = 16) -> Callable[[np.random.Generator], Any]:
    return lambda rng: rng.standard_normal((batch, channels, size, size)).astype(np.float32)


def _tokens(words: int, length: int, batch: int = 8) -> Callable[[np.random.Generator], Any]:
    return lambda rng: rng.integers(words, size=(batch, length))


def _rows(features: int, batch: int = 32) -> Callable[[np.random.Generator], Any]:
    return lambda rng: rng.standard_normal((batch, features)).astype(np.float32)


def _sequence(length: int, features: int, batch: int = 12) -> Callable[[np.random.Generator], Any]:
    return lambda rng: rng.standard_normal((batch, length, features)).astype(np.float32)


def _torch(make: Callable[[], nn.Module], batch: Callable, **options: Any) -> dict[str, Any]:
    return {"make": make, "batch": batch, "options": options}


def _healthy_torch(split: _Split) -> Made:
    pick, n = split.pick, networks
    sizes = pick((40, 96, 96, 10), (64, 128, 128, 10))
    for blocks, channels in pick([(3, 12)], [(2, 16), (5, 8), (8, 16), (12, 8)]):
        pictures = _pictures(3, 14)
        for zero in (False, True):
            said = ", γ = 0" if zero else ""
            yield (
                f"ResNet of {blocks} blocks, {channels} channels{said}",
                set(),
                _torch(lambda b=blocks, c=channels, z=zero: n.ResNet(b, c, zero_gamma=z), pictures),
            )
    for blocks, channels in pick([(3, 10)], [(4, 12), (9, 8)]):
        yield (
            f"ResNet, normalization first, {blocks} blocks",
            set(),
            _torch(lambda b=blocks, c=channels: n.ResNet(b, c, first=True), _pictures(3, 12)),
        )
    for layers, width in pick([(2, 32)], [(2, 48), (4, 32), (6, 64), (12, 32)]):
        yield (
            f"GPT of {layers} blocks, width {width}",
            set(),
            _torch(lambda k=layers, w=width: n.GPT(k, w, 50), _tokens(50, 12)),
        )
    for layers, width in pick([(2, 32)], [(3, 48), (5, 32)]):
        yield (
            f"GPT with tied logits, {layers} blocks",
            set(),
            _torch(lambda k=layers, w=width: n.GPT(k, w, 50, tied=True), _tokens(50, 10)),
        )
        yield (
            f"GPT with RMSNorm and a gate, {layers} blocks",
            set(),
            _torch(lambda k=layers, w=width: n.GPT(k, w, 50, llama=True), _tokens(50, 10)),
        )
    for layers in pick([2], [1, 3]):
        yield (
            f"transformer of torch, {layers} blocks drawn anew",
            set(),
            _torch(lambda k=layers: n.torch_transformer(k, 32, fresh=True), _sequence(8, 32)),
        )
    for depth, width in pick([(12, 64)], [(10, 100), (30, 64)]):
        yield (
            f"BatchNorm between {depth} layers of {width}",
            set(),
            _torch(lambda d=depth, w=width: n.normalized_mlp(d, w, nn.BatchNorm1d), _rows(width, 48)),
        )
        yield (
            f"LayerNorm between {depth} layers of {width}",
            set(),
            _torch(lambda d=depth, w=width: n.normalized_mlp(d, w, nn.LayerNorm), _rows(width)),
        )
    for channels in pick([8], [6, 16]):
        yield (
            f"LeNet, PyTorch's default, {channels} channels",
            set(),
            _torch(lambda c=channels: n.lenet(c), _pictures(1, 20)),
        )
        yield f"autoencoder, {channels} channels", set(), _torch(lambda c=channels: n.autoencoder(c), _pictures(1, 16))
        yield f"U-Net, {channels} channels", set(), _torch(lambda c=channels: n.UNet(c), _pictures(2, 16))
    for convolutions, channels in pick([(7, 16)], [(6, 24), (12, 24)]):
        yield (
            f"VGG of {convolutions} convolutions with He's start",
            set(),
            _torch(lambda d=convolutions, c=channels: n.vgg(d, c, he=True), _pictures(3, 16)),
        )
        yield (
            f"VGG of {convolutions} convolutions with BatchNorm",
            set(),
            _torch(lambda d=convolutions, c=channels: n.vgg(d, c, norm=True), _pictures(3, 16)),
        )
    for blocks in pick([3], [2, 6]):
        yield f"MobileNet of {blocks} blocks", set(), _torch(lambda b=blocks: n.mobile(b, 8), _pictures(3, 14))
        yield (
            f"ConvNeXt of {blocks} blocks with small scales",
            set(),
            _torch(lambda b=blocks: n.convnext(b, 16), _pictures(3, 12)),
        )
        yield f"mixer of {blocks} blocks", set(), _torch(lambda b=blocks: n.mixer(b, 9, 32), _sequence(9, 32))
    for blocks in pick([10], [8, 30]):
        yield f"ReZero of {blocks} blocks", set(), _torch(lambda b=blocks: n.residual_mlp(b, 64, "rezero"), _rows(64))
        yield (
            f"residual branches of 1/√L, {blocks} blocks",
            set(),
            _torch(lambda b=blocks: n.residual_mlp(b, 64, "scaled"), _rows(64)),
        )
        yield (
            f"branches that begin with zero, {blocks} blocks",
            set(),
            _torch(lambda b=blocks: n.residual_mlp(b, 64, "zero"), _rows(64)),
        )
    for cell in pick(["LSTM"], ["LSTM", "GRU"]):
        yield (
            f"{cell} of width {pick(24, 32)}",
            set(),
            _torch(lambda c=cell: n.recurrent(c, 12, pick(24, 32)), _sequence(10, 12)),
        )
    for rank in pick([3], [2, 8]):
        yield f"LoRA of rank {rank}", set(), _torch(lambda r=rank: n.lora(r, 48), _rows(48))
    for features in pick([40], [30, 64]):
        yield f"a frozen beginning, {features} features", set(), _torch(lambda f=features: n.frozen(f), _rows(features))
        yield f"dropout, {features} features", set(), _torch(lambda f=features: n.dropped(f), _rows(features))
        yield (
            f"weight normalization, {features} features",
            set(),
            _torch(lambda f=features: n.weight_normed(f), _rows(features)),
        )
    for dtype in pick([torch.bfloat16], [torch.bfloat16, torch.float16]):
        yield (
            f"ReLU with He's start in {dtype}",
            set(),
            _torch(lambda d=dtype: n.mlp(sizes, he=True).to(d), _rows(sizes[0])),
        )
    for rate in pick([0.1], [0.05]):
        yield (
            f"SGD with rate {rate}",
            set(),
            _torch(lambda: n.mlp(sizes, he=True), _rows(sizes[0]), optimizer="sgd", rate=rate),
        )
    for rate in pick([2e-3], [1e-3]):
        yield (
            f"Adam with rate {rate}",
            set(),
            _torch(lambda: n.mlp(sizes, he=True), _rows(sizes[0]), optimizer="adam", rate=rate),
        )


def _faults(split: _Split) -> Made:
    yield from _faulty_dense(split)
    yield from _faulty_torch(split)


def _faulty_dense(split: _Split) -> Made:
    pick = split.pick
    vanishing, exploding = {"vanishing_signal", "vanishing_gradient"}, {"exploding_signal", "exploding_gradient"}
    for init, activation in (("xavier_normal", "relu"), ("lecun_normal", "relu"), ("xavier_uniform", "relu")):
        for width, depth in pick([(150, 22)], [(200, 18), (128, 40)]):
            yield (
                f"{activation}, {init}, {depth} layers of {width}",
                vanishing,
                _dense(_chain(width, depth), activation, init),
            )
    for scale, width, depth in pick([(0.5, 120, 18)], [(0.4, 100, 15), (0.6, 200, 30)]):
        for activation in ("tanh", "identity"):
            start = _dense(_chain(width, depth), activation, scaled(scale))
            yield f"{activation}, {scale}/n, {depth} layers of {width}", vanishing, start
    for width, depth in pick([(150, 14)], [(128, 12), (200, 24)]):
        start = _dense(_chain(width, depth), "relu", "pytorch_default")
        kinds = {*vanishing, "inputs_merge", "bias_dominates"}
        yield f"PyTorch's default in {depth} layers of {width}", kinds, start
    for scale, width, depth in pick([(4.0, 150, 16)], [(3.5, 128, 18), (5.0, 200, 12), (3.0, 256, 30)]):
        yield (
            f"relu, {scale}/n, {depth} layers of {width}",
            exploding,
            _dense(_chain(width, depth), "relu", scaled(scale)),
        )
    for width, depth in pick([(100, 10)], [(128, 7), (200, 12)]):
        start = _dense(_chain(width, depth), "relu", constant_spread(0.5))
        yield f"relu, std 0.5 in {depth} layers of {width}", {*exploding, "nonfinite"}, start
    for width, depth in pick([(120, 12)], [(100, 10), (150, 20), (64, 30)]):
        kinds = {"vanishing_gradient", "inputs_merge"}
        yield f"sigmoid, {depth} layers of {width}", kinds, _dense(_chain(width, depth), "sigmoid", "xavier_normal")
    for scale, width in pick([(2.5, 200)], [(2.0, 200), (3.0, 256), (4.0, 150)]):
        depth = 2 + math.ceil(
            9 / math.log(wi.analyze("tanh", scale, 0.0).chi_1)
        )  # nine depth scales; six are the limit
        kinds = {"chaotic", "exploding_gradient"}
        yield f"tanh, {scale}/n, {depth} layers of {width}", kinds, _dense(_chain(width, depth), "tanh", scaled(scale))
    for activation, width, depth in pick([("tanh", 100, 4)], [("tanh", 128, 3), ("tanh", 200, 6), ("sigmoid", 300, 4)]):
        start = _dense(_chain(width, depth), activation, constant_spread(1.0))
        yield f"{activation}, std 1 in {depth} layers of {width}", {"saturated"}, start
    for size, width in pick([(80.0, 100)], [(50.0, 128), (255.0, 64)]):
        x = size * np.abs(np.random.default_rng(int(size)).standard_normal((32, width)))
        start = _dense(_chain(width, 4), "tanh", "xavier_normal", x=x)
        yield f"inputs of size {size:.0f} into tanh", {"saturated"}, start
    for scale, bias, width, depth in pick([(0.9, 0.6, 150, 25)], [(0.8, 0.5, 128, 30), (1.0, 1.0, 200, 20)]):
        kinds = {"inputs_merge", "vanishing_gradient"}
        start = _dense(_chain(width, depth), "tanh", scaled(scale), bias_std=bias)
        yield f"tanh, {scale}/n with biases of {bias}, {depth} layers of {width}", kinds, start
    for activation in ("relu", "tanh", "sigmoid"):
        for width, depth in pick([(50, 3)], [(64, 2), (128, 5)]):
            kinds = {"twins"} if activation == "sigmoid" else {"dead_start"}
            yield (
                f"zeros, {activation}, {depth} layers of {width}",
                kinds,
                _dense(_chain(width, depth), activation, "zeros"),
            )
    for value, activation, width, depth in pick(
        [(0.1, "relu", 40, 3)], [(0.05, "relu", 64, 2), (0.01, "tanh", 100, 3), (0.5, "sigmoid", 30, 3)]
    ):
        kinds = {"twins"}
        yield f"all weights {value}, {activation}", kinds, _dense(_chain(width, depth), activation, constant(value))
    for times, width in pick([(4, 64)], [(2, 128), (8, 96)]):
        yield f"each unit {times} times", {"twins"}, _dense(_chain(width, 4), "relu", repeated(times))
    for width, depth in pick([(2, 40)], [(2, 25), (3, 60)]):
        yield f"relu, {depth} layers of {width}", {"dead_layer"}, _dense(_chain(width, depth, 4), "relu", "he_normal")
    for bias, width in pick([(-6.0, 100)], [(-8.0, 128), (-10.0, 64)]):
        start = _dense(_chain(width, 4), "relu", "he_normal", bias_init=constant(bias))
        yield f"biases of {bias}", {"dead_layer", "dying_units"}, start
    for mean, width in pick([(-0.4, 100)], [(-0.3, 200), (-0.6, 128)]):
        start = _dense(_chain(width, 5), "relu", lopsided(mean))
        yield f"relu, weights with a mean of {mean} deviations", {"dying_units", "dead_layer"}, start
    for width, depth in pick([(9, 50)], [(8, 60), (6, 40), (10, 70), (12, 90)]):
        yield (
            f"relu, {depth} layers of {width}",
            {"fluctuation", "dead_layer"},
            _dense(_chain(width, depth), "relu", "he_normal"),
        )
    for width, depth in pick([(7, 80)], [(6, 70), (4, 60)]):
        start = _dense(_chain(width, depth), "identity", "lecun_normal")
        yield f"linear, {depth} layers of {width}", {"fluctuation"}, start
    for factor, width, depth in pick([(300.0, 100, 4)], [(100.0, 128, 3), (400.0, 200, 6), (200.0, 64, 5)]):
        loud = but_last("he_normal", scaled(2 * factor), depth)
        yield (
            f"a last layer {math.sqrt(factor):.0f} times too loud, width {width}",
            {"first_loss"},
            _dense(_chain(width, depth), "relu", loud),
        )
    for width, depth in pick([(70, 4)], [(96, 3), (128, 6)]):
        yield (
            f"a seed set inside, {depth} layers of {width}",
            {"shared_weights"},
            _dense(_chain(width, depth), "relu", same_stream),
        )
    for bias, width, depth in pick([(5.0, 100, 3)], [(6.0, 128, 3), (10.0, 64, 4)]):
        start = _dense(_chain(width, depth), "tanh", "xavier_normal", bias_std=bias)
        yield f"biases of {bias} before tanh", {"bias_dominates", "saturated"}, start
    for width, depth in pick([(150, 60)], [(128, 50), (256, 80)]):
        start = _dense(_chain(width, depth), "relu", scaled(200.0))
        yield f"relu, 200/n, {depth} layers of {width}", {"nonfinite", *exploding}, start
    for activation, width, depth in pick([("gelu", 200, 40)], [("gelu", 256, 50), ("silu", 256, 60)]):
        start = _dense(_chain(width, depth), activation, scaled(wi.gain(activation) ** 2))
        kinds = {"unstable_level", *vanishing, *exploding}
        yield f"{activation} with its gain, {depth} layers of {width}", kinds, start


def constant_spread(std: float) -> Callable:
    """One standard deviation for all layers, whatever their fans."""

    def draw(shape, rng):
        return wi.normal(shape, rng, std=std)

    return draw


def _faulty_torch(split: _Split) -> Made:
    pick, n = split.pick, networks
    sizes = pick((40, 96, 96, 10), (64, 128, 128, 10))
    vanishing, exploding = {"vanishing_signal", "vanishing_gradient"}, {"exploding_signal", "exploding_gradient"}
    for depth, channels in pick([(16, 12)], [(14, 16), (24, 8), (30, 16)]):
        yield (
            f"VGG of {depth} convolutions, PyTorch's default",
            {*vanishing, "inputs_merge", "bias_dominates"},
            _torch(lambda d=depth, c=channels: n.vgg(d, c), _pictures(3, 14)),
        )
    for depth, channels, gain in pick([(14, 12, 2.0)], [(12, 16, 2.0), (20, 8, 1.7)]):
        yield (
            f"VGG of {depth} convolutions, weights {gain} times He's",
            exploding,
            _torch(lambda d=depth, c=channels, g=gain: n.vgg(d, c, he=True, gain=g), _pictures(3, 14)),
        )
    for blocks in pick([24], [20, 40]):
        yield (
            f"residual branches that are not scaled, {blocks} blocks",
            {*exploding, "first_loss"},
            _torch(lambda b=blocks: n.residual_mlp(b, 64, "plain"), _rows(64)),
        )
        yield (
            f"residual convolutions without BatchNorm, {blocks} blocks",
            {*exploding, "first_loss"},
            _torch(lambda b=blocks: n.ResNet(b, 8, norm=False), _pictures(3, 10)),
        )
    for layers, std in pick([(2, 1.0)], [(2, 0.8), (4, 1.0), (3, 2.0)]):
        yield (
            f"GPT of {layers} blocks with weights of {std}",
            {"first_loss", "saturated_attention"},
            _torch(lambda k=layers, s=std: n.GPT(k, 48, 50, std=s), _tokens(50, 10)),
        )
    for layers in pick([3], [2, 6]):
        yield (
            f"transformer of torch, {layers} copies of one block",
            {"shared_weights"},
            _torch(lambda k=layers: n.torch_transformer(k, 32, fresh=False), _sequence(8, 32)),
        )
        yield (
            f"{layers + 1} copies of one dense layer",
            {"shared_weights"},
            _torch(lambda k=layers: n.copied(k + 1, 64), _rows(64)),
        )
    for value, channels in pick([(0.1, 8)], [(0.05, 8), (0.02, 16)]):
        yield (
            f"convolutions of {value}",
            {"twins"},
            _torch(lambda v=value, c=channels: n.filled(n.lenet(c), v), _pictures(1, 20)),
        )
    for channels in pick([8], [6, 12]):
        yield (
            f"zero convolutions, {channels} channels",
            {"dead_start"},
            _torch(lambda c=channels: n.filled(n.lenet(c), 0.0, bias=0.0), _pictures(1, 20)),
        )
    for depth in pick([5], [4, 9]):
        yield (
            f"a detached half, {depth} layers",
            {"vanishing_gradient", "dead_layer"},
            _torch(lambda d=depth: n.Detached(d, 64), _rows(64)),
        )
    for depth in pick([5], [4, 8]):
        yield (
            f"γ = 0 on the only way, {depth} layers",
            {*vanishing, "dead_layer", "dead_start"},
            _torch(lambda d=depth: n.normalized_mlp(d, 64, nn.BatchNorm1d, gamma=0.0), _rows(64)),
        )
    for depth in pick([22], [20, 30]):
        yield (
            f"float16, relu with Xavier's start, {depth} layers",
            {*vanishing, "half_precision"},
            _torch(lambda d=depth: n.mlp((64, *(64,) * d, 10), gain=math.sqrt(0.5)).half(), _rows(64)),
        )
    for depth in pick([14], [12, 18]):
        yield (
            f"float16, too loud, {depth} layers",
            {"nonfinite", "half_precision", *exploding},
            _torch(lambda d=depth: n.mlp((64, *(64,) * d, 10), gain=3.0).half(), _rows(64)),
        )
    for rate in pick([3e-6], [1e-6, 1e-7]):
        yield (
            f"bfloat16, Adam with rate {rate}",
            {"half_precision", "frozen_or_uneven_updates"},
            _torch(lambda: n.mlp(sizes, he=True).bfloat16(), _rows(sizes[0]), optimizer="adam", rate=rate),
        )
    for rate in pick([5e3], [1e4, 1e5]):
        yield (
            f"SGD with rate {rate:.0f}",
            {"frozen_or_uneven_updates"},
            _torch(lambda: n.mlp(sizes, he=True), _rows(sizes[0]), optimizer="sgd", rate=rate),
        )
    for rate in pick([2.0], [3.0, 10.0]):
        yield (
            f"Adam with rate {rate:.0f}",
            {"frozen_or_uneven_updates"},
            _torch(lambda: n.mlp(sizes, he=True), _rows(sizes[0]), optimizer="adam", rate=rate),
        )
    for rate in pick([1e-10], [1e-9, 1e-12]):
        yield (
            f"SGD with rate {rate}",
            {"frozen_or_uneven_updates"},
            _torch(lambda: n.mlp(sizes, he=True), _rows(sizes[0]), optimizer="sgd", rate=rate),
        )
    for where in pick([1], [0, 2]):
        yield f"nan in layer {where}", {"nonfinite"}, _torch(lambda w=where: n.with_nan(w), _rows(64))
    for bias, channels in pick([(-6.0, 8)], [(-8.0, 8), (-6.0, 16)]):
        yield (
            f"convolutions with biases of {bias}, {channels} channels",
            {"dying_units", "dead_layer"},
            _torch(lambda b=bias, c=channels: n.filled(n.lenet(c), None, bias=b), _pictures(1, 20)),
        )
    for depth, width in pick([(18, 64)], [(16, 80), (28, 64)]):
        yield (
            f"sigmoid of torch, {depth} layers of {width}",
            {"vanishing_gradient", "inputs_merge"},
            _torch(lambda d=depth, w=width: n.mlp((w, *(w,) * d, 10), activation=nn.Sigmoid), _rows(width)),
        )
    for depth, width in pick([(30, 128)], [(25, 128), (45, 100)]):
        yield (
            f"tanh of torch, gain 5/3 twice, {depth} layers of {width}",
            {"chaotic", "exploding_gradient"},
            _torch(
                lambda d=depth, w=width: n.mlp(
                    (w, *(w,) * d, 10), activation=nn.Tanh, gain=(5 / 3) ** 2 / math.sqrt(2)
                ),
                _rows(width),
            ),
        )


def _labels(classes: int, batch: int = 32) -> torch.Tensor:
    return torch.arange(batch) % classes


def _ends(split: _Split) -> Made:
    """Attention, what stands behind the last layer, and what is not trained: what is well, then what is not."""
    pick, n = split.pick, networks
    for blocks, width in pick([(2, 32)], [(1, 48), (3, 64), (6, 32)]):
        yield (
            f"ViT of {blocks} blocks, width {width}",
            set(),
            _torch(lambda b=blocks, w=width: n.ViT(b, w), _pictures(3, 16, 8)),
        )
    for layers, length in pick([(2, 20)], [(2, 32), (3, 64)]):
        yield f"GPT over {length} tokens", set(), _torch(lambda k=layers: n.GPT(k, 64, 50), _tokens(50, length, 4))
    for width, length in pick([(64, 20)], [(96, 16), (128, 48)]):
        yield (
            f"attention by hand, width {width}",
            set(),
            _torch(lambda w=width: n.Attending(w), _sequence(length, width, 6)),
        )
    for width, classes in pick([(40, 8)], [(48, 10), (64, 5)]):
        labels, positive = _labels(classes), torch.rand(32, classes, generator=torch.Generator().manual_seed(width))
        counts = torch.poisson(4 * positive, generator=torch.Generator().manual_seed(width))
        for name, end, options in (
            ("LogSoftmax and NLLLoss", nn.LogSoftmax(-1), {"targets": labels, "loss": nn.NLLLoss()}),
            ("LogSoftmax and cross-entropy", nn.LogSoftmax(-1), {"targets": labels, "loss": nn.CrossEntropyLoss()}),
            ("Softmax and a loss of probabilities", nn.Softmax(-1), {"targets": labels, "loss": _of_probabilities}),
            ("Sigmoid and BCELoss", nn.Sigmoid(), {"targets": positive, "loss": nn.BCELoss()}),
            ("counts behind a ReLU", nn.ReLU(), {"targets": counts}),
            ("counts behind a ReLU, smooth L1", nn.ReLU(), {"targets": counts, "loss": nn.SmoothL1Loss()}),
        ):
            made = _torch(lambda w=width, c=classes, e=end: n.ending(w, c, e), _rows(width), **options)
            yield f"{name}, {classes} outputs", set(), made
        yield (
            f"a body under no_grad, width {width}",
            set(),
            _torch(lambda w=width: n.Resting(w), _rows(width), targets=labels),
        )
    for width, length in pick([(64, 16)], [(64, 12), (96, 24), (144, 40)]):
        made = _torch(lambda w=width: n.Attending(w, scale=math.sqrt(w)), _sequence(length, width, 6))
        yield f"scores without 1/√d, width {width}", {"saturated_attention"}, made
    for gain, width, length in pick([(4.0, 48, 16)], [(3.5, 64, 12), (5.0, 80, 30)]):
        made = _torch(lambda g=gain, w=width: n.Attending(w, gain=g), _sequence(length, width, 6))
        yield f"queries and keys {gain} times too large, width {width}", {"saturated_attention"}, made
    for width, classes in pick([(40, 8)], [(48, 10), (64, 100), (32, 3)]):
        labels = _labels(classes)
        for name, options in (
            ("Softmax and cross-entropy", {"targets": labels, "loss": nn.CrossEntropyLoss()}),
            ("Softmax at the end", {}),
        ):
            made = _torch(lambda w=width, c=classes: n.ending(w, c, nn.Softmax(-1)), _rows(width), **options)
            yield f"{name}, {classes} classes", {"two_softmaxes"}, made
        for name, options in (
            ("ReLU and cross-entropy", {"targets": labels, "loss": nn.CrossEntropyLoss()}),
            ("ReLU behind the logits", {"targets": labels}),
        ):
            made = _torch(lambda w=width, c=classes: n.ending(w, c, nn.ReLU()), _rows(width), **options)
            yield f"{name}, {classes} classes", {"relu_logits"}, made
    for width in pick([40], [32, 64]):
        yield f"all is frozen, width {width}", {"nothing_trains"}, _torch(lambda w=width: n.all_frozen(w), _rows(width))


def _of_probabilities(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return nn.functional.nll_loss(outputs.log(), targets)
