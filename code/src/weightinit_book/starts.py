"""The table of starts: what layers of PyTorch, Keras and Flax and public code bases draw unasked.

`starts.toml` is its only source. The page shows it, and `make peers` builds every layer, runs every rule and compares.
Formulas there are written with the letters of their row; `value` computes them, `shown` makes them readable.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from weightinit import initializers, meanfield, moments

FRAMEWORKS = {"torch": "PyTorch", "keras": "Keras", "linen": "Flax, linen", "nnx": "Flax, nnx"}
CUTS = {"truncated": 2.0, "truncated3": 3.0}  # standard deviations at which a truncated normal ends
LAWS = ("uniform", "normal", *CUTS, "orthogonal", "constant", "blocks")


def cut(bound: float) -> float:
    """Variance of a standard normal that is cut at ± `bound` and not rescaled.

    >>> round(cut(2.0), 5), round(cut(2.0) ** 0.5, 6)
    (0.77374, 0.879626)
    """
    density = math.exp(-(bound**2) / 2) / math.sqrt(2 * math.pi)
    return 1 - 2 * bound * density / math.erf(bound / math.sqrt(2))


def value(formula: str, where: Mapping[str, Any]) -> float:
    """A formula of the table as a number.

    >>> value("2/(n_in + 3*n_out)", {"n_in": 10, "n_out": 30})
    0.02
    """
    known = {"sqrt": math.sqrt, "log": math.log, "cut": cut}
    return float(eval(formula, {"__builtins__": {}}, known | dict(where)))  # our own file, and nothing but arithmetic


def shown(formula: str) -> str:
    """A formula as it is printed: 1/(3 n_in) for 1/(3*n_in).

    >>> shown("2/(s**2*n_in + n_out)"), shown("cut(3)/(2*d*l)"), shown("0.02**2"), shown("1e-12")
    ('2/(s² n_in + n_out)', '0.973/(2 d l)', '0.02²', '10^-12')
    """
    text = re.sub(r"cut\((\d)\)", lambda found: f"{cut(float(found[1])):.3g}", formula)
    text = re.sub(r"sqrt\((\w+)\)", r"√\1", text).replace("log(", "ln(")
    text = re.sub(r"\b1e(-?\d+)", r"10^\1", text)
    return text.replace("**2", "²").replace("**3", "³").replace("*", " ")


@dataclass(frozen=True)
class Draw:
    """What a parameter is drawn from: one of `LAWS`, and a formula."""

    law: str
    formula: str

    @classmethod
    def of(cls, text: str) -> Draw:
        """Read ``"uniform 1/(3*n_in)"``."""
        law, _, formula = text.partition(" ")
        if law not in LAWS or not formula:
            raise ValueError(f"a draw must be one of {LAWS} and a formula, got {text!r}")
        return cls(law, formula)

    @property
    def distribution(self) -> str:
        """The name of the law in the package."""
        return "truncated_normal" if self.law in CUTS else self.law

    def variance(self, where: Mapping[str, Any]) -> float:
        """Variance of an entry; of an orthogonal matrix that of a square one, times its side: the gain squared."""
        if self.law in ("constant", "blocks"):
            return 0.0
        found = value(self.formula, where)
        return found**2 if self.law == "orthogonal" else found

    def expected(self, shape: tuple[int, ...], where: Mapping[str, Any]) -> initializers.Law:
        """The law of the package that an array of this shape must have."""
        if self.law == "orthogonal":
            return initializers.law("orthogonal", shape, gain=value(self.formula, where))
        std = math.sqrt(self.variance(where))
        if self.law == "uniform":
            return initializers.law("uniform", shape, low=-math.sqrt(3) * std, high=math.sqrt(3) * std)
        if self.law == "normal":
            return initializers.law("normal", shape, std=std)
        return initializers.law("truncated_normal", shape, std=std, bound=CUTS[self.law])

    def values(self, shape: tuple[int, ...], where: Mapping[str, Any]) -> np.ndarray:
        """The array itself, where nothing is random."""
        if self.law == "constant":
            return np.full(shape, value(self.formula, where))
        parts = np.array(self.formula.split(), dtype=float)
        return np.broadcast_to(np.repeat(parts, shape[-1] // len(parts)), shape)

    @property
    def text(self) -> str:
        """As it is printed: U 1/(3 n_in)."""
        name = {"uniform": "U", "normal": "N", "truncated": "T", "truncated3": "T₃", "orthogonal": "O"}.get(self.law)
        if name is None:
            return ", ".join(shown(self.formula).split()) if self.law == "blocks" else shown(self.formula)
        return f"{name} {shown(self.formula)}"


def _draws(texts: Mapping[str, str]) -> dict[str, Draw]:
    return {name: Draw.of(text) for name, text in texts.items()}


@dataclass(frozen=True)
class Layer:
    """A row on a layer of a framework; the fields are explained at the top of `starts.toml`."""

    framework: str
    call: str
    draws: dict[str, Draw]
    silent: str
    label: str = ""
    also: tuple[str, ...] = ()
    input: Any = None
    where: dict[str, float] = field(default_factory=dict)
    epsilon: float | None = None

    @property
    def cls(self) -> str:
        """The name of the class, without the module."""
        return re.match(r"\w+\.(\w+)", self.call)[1]

    @property
    def name(self) -> str:
        """What the page calls it."""
        return self.label or self.call.partition("(")[0]

    def draw_of(self, parameter: str) -> tuple[str, Draw]:
        """The pattern that a parameter of the layer meets first, and what it is drawn from."""
        for pattern, draw in self.draws.items():
            if fnmatchcase(parameter, pattern):
                return pattern, draw
        raise KeyError(f"{self.call} has a parameter that its row does not name: {parameter}")


@dataclass(frozen=True)
class Place:
    """Where a rule stands on the phase diagram: σ_w², σ_b², the level q of its pre-activations and χ₁ there."""

    sigma_w2: float
    sigma_b2: float
    q: float
    chi_1: float


@dataclass(frozen=True)
class CodeBase:
    """A row on the rule of a public code base; the fields are explained in `starts.toml`."""

    name: str
    repo: str
    path: str
    commit: str
    example: str
    where: dict[str, float]
    draws: dict[str, Draw]
    activation: str
    hidden: dict[str, str]
    silent: str
    stream: dict[str, Any] | None = None
    head: dict[str, Any] | None = None
    slope: float | None = None

    @property
    def address(self) -> str:
        """Where the first of its files can be read."""
        return f"https://github.com/{self.repo}/blob/{self.commit}/{self.path.split(',')[0]}"

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters of the activation."""
        return {} if self.slope is None else {"negative_slope": self.slope}

    def _m(self, q: float) -> float:
        return float(moments.second_moment(self.activation, q, **self.parameters))

    def place(self) -> Place:
        """Its hidden layer on the phase diagram.

        Behind a normalization the level is σ_w² + σ_b². In a plain stack it is q* of the length map (0 or inf where
        the signal dies or explodes).
        """
        factor = value(self.hidden.get("scale", "1"), self.where) ** 2
        weight = self.draws[self.hidden["weight"]]
        fan_in = 1.0 if weight.law == "orthogonal" else value(self.hidden["fan_in"], self.where)
        sigma_w2 = factor * fan_in * weight.variance(self.where)
        bias = self.hidden.get("bias")
        sigma_b2 = factor * self.draws[bias].variance(self.where) if bias else 0.0
        if self.hidden["before"] == "norm":
            q = sigma_w2 + sigma_b2
            slope = float(moments.derivative_moment(self.activation, q, **self.parameters))
            return Place(sigma_w2, sigma_b2, q, sigma_w2 * slope)
        found = meanfield.analyze(self.activation, sigma_w2, sigma_b2, **self.parameters)
        return Place(sigma_w2, sigma_b2, found.q_star, found.chi_1)

    def branches(self) -> list[float]:
        """What each residual block adds to the second moment of the stream, whose blocks see a second moment of 1."""
        roles, added = self.stream, []
        for block in range(1, int(self.where["L"]) + 1):
            where = self.where | {"l": block}
            variance = {role: self.draws[roles[role]].variance(where) for role in ("value", "out", "up", "down")}
            d, f = where["d"], where["f"]
            q = d * variance["up"]
            hidden = self._m(q) * (q if roles.get("gated") else 1.0)
            added.append(d * variance["out"] * d * variance["value"] + f * variance["down"] * hidden)
        return added

    def growth(self) -> float | None:
        """By what factor the blocks raise the second moment of the residual stream; None without a stream.

        A token that sees only itself: where attention averages over many, its part is smaller.
        """
        if self.stream is None:
            return None
        if "growth" in self.stream:
            return value(self.stream["growth"], self.where | {"m": self._m})
        start, amplitude, added = value(self.stream["start"], self.where), 1.0, 0.0
        for block, branch in enumerate(self.branches(), 1):
            where = self.where | {"l": block}
            carry = value(self.stream.get("carry", "1"), where)
            amplitude = carry * amplitude + value(self.stream.get("again", "0"), where)
            added = carry**2 * added + branch
        return amplitude**2 + added / start

    def logits(self) -> float | None:
        """Second moment of the logits at the start; None where the table does not say."""
        if self.head is None:
            return None
        if self.head["weight"] == "zero":
            return 0.0
        weight = self.draws[self.head["weight"]]
        if weight.law == "orthogonal":  # rows of n_in orthonormal columns, behind tanh at its level
            return weight.variance(self.where) * self._m(self.place().q)
        return self.where["d"] * weight.variance(self.where)

    def first_loss(self) -> float | None:
        """Cross entropy before the first step: ln C + s²/2 for independent normal logits of variance s², C large.

        Exactly ln E[Σ exp z] − E[z] up to the scatter of the sum, which a large number of classes C makes small.
        """
        if self.head is None:
            return None
        return math.log(self.head["classes"]) + self.logits() / 2


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("starts.toml").read_text(encoding="utf8"))


def layers() -> list[Layer]:
    """All rows on layers, in the order of the file."""
    rows = []
    for framework in FRAMEWORKS:
        for row in _table()[framework]:
            row = row | {"also": tuple(row.get("also", ())), "draws": _draws(row["draws"])}
            rows.append(Layer(framework, **row))
    return rows


def code_bases() -> list[CodeBase]:
    """All rows on public code bases."""
    return [CodeBase(**(row | {"draws": _draws(row["draws"])})) for row in _table()["code"]]


def versions() -> dict[str, str]:
    """The versions with which `make peers` last compared the table."""
    return json.loads(files(__package__).joinpath("starts_versions.json").read_text(encoding="utf8"))
