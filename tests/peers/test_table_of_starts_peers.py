"""Every row of the table of starts (`weightinit_book/starts.toml`), built, drawn or run, and compared with what it says.

Each comparison of a drawn array is made at a false-alarm rate of one in a million (`comparing.py`). Seeds are fixed.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import os
from fnmatch import fnmatchcase
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace as Letters

import numpy as np
import pytest
from comparing import check_law, check_orthogonal
from rules_of_code_bases import RULES

from weightinit import activations, moments
from weightinit_book import starts

pytestmark = pytest.mark.peers
os.environ.setdefault("KERAS_BACKEND", "jax")

LAYERS = starts.layers()


def check(sample: np.ndarray, draw: starts.Draw, where: dict, what: str) -> None:
    """Compare an array with what its row says."""
    sample = np.asarray(sample, dtype=np.float64)
    if draw.law in ("constant", "blocks"):
        np.testing.assert_allclose(sample, draw.values(sample.shape, where), rtol=1e-6, err_msg=what)
        return
    if draw.law == "orthogonal":
        check_orthogonal(sample, starts.value(draw.formula, where), what)
        return
    cut = starts.CUTS.get(draw.law, 2.0)
    check_law(sample, draw.distribution, math.sqrt(draw.variance(where)), what, cut=cut)


@pytest.fixture(scope="module")
def tools() -> dict:
    """The names with which the calls of the table are written."""
    torch, keras = pytest.importorskip("torch"), pytest.importorskip("keras")
    jax, flax = pytest.importorskip("jax"), pytest.importorskip("flax")
    from flax import linen, nnx

    assert flax
    key = jax.random.key(0)
    return {
        **{"torch": torch, "nn": torch.nn, "keras": keras, "layers": keras.layers, "linen": linen, "nnx": nnx},
        **{"jax": jax, "jnp": jax.numpy, "key": key, "rngs": nnx.Rngs(0)},
    }


def parameters(layer: starts.Layer, tools: dict) -> dict[str, np.ndarray]:
    """The layer of a row, built, and its trainable parameters by name."""
    tools["torch"].manual_seed(1)
    tools["keras"].utils.set_random_seed(1)
    made = eval(layer.call, tools | {"rngs": tools["nnx"].Rngs(0)})
    if layer.framework == "torch":
        return {name: value.detach().numpy() for name, value in made.named_parameters()}
    if layer.framework == "keras":
        free = [layer.input] if isinstance(layer.input, list) else []
        named = layer.input if isinstance(layer.input, dict) else {}
        sizes = [tuple(size or None for size in shape) for shape in (*free, *named.values())]
        made.build(*sizes) if free else made.build(**dict(zip(named, sizes, strict=True)))
        # a path begins with the name of the layer, unless it is the layer's own weight
        return {weight.path.partition("/")[2] or weight.path: np.asarray(weight) for weight in made.trainable_weights}
    if layer.framework == "linen":
        inputs = [
            eval(given, tools | {"m": made}) if isinstance(given, str) else tools["jnp"].ones(given)
            for given in layer.input
        ]
        leaves = tools["jax"].tree_util.tree_flatten_with_path(made.init(tools["key"], *inputs)["params"])[0]
        return {"/".join(step.key for step in path): np.asarray(value) for path, value in leaves}
    state = tools["nnx"].state(made, tools["nnx"].Param).flat_state()
    return {"/".join(map(str, path)): np.asarray(value[...]) for path, value in state}


@pytest.mark.parametrize("layer", LAYERS, ids=[layer.call for layer in LAYERS])
def test_layer_starts_as_its_row_says(tools, layer):
    found, met = parameters(layer, tools), set()
    for name, sample in found.items():
        pattern, draw = layer.draw_of(name)
        met.add(pattern)
        check(sample, draw, layer.where, f"{layer.call}, {name}")
    assert met == set(layer.draws), "the row names a parameter that the layer has not"


@pytest.mark.parametrize("layer", [row for row in LAYERS if row.epsilon], ids=lambda layer: layer.call)
def test_normalization_has_the_epsilon_of_its_row(tools, layer):
    made = eval(layer.call, tools)
    found = next(getattr(made, name) for name in ("eps", "epsilon") if hasattr(made, name))
    assert found == layer.epsilon


def module_of(tools: dict, framework: str):
    """Where the layers of a framework stand."""
    return tools[{"torch": "nn", "keras": "layers"}.get(framework, framework)]


def drawing_classes(tools: dict, framework: str) -> set[type]:
    """The classes of a framework that have parameters of their own."""
    module = module_of(tools, framework)
    base = {"torch": tools["nn"].Module, "keras": tools["keras"].Layer}.get(framework) or module.Module
    found = set()
    for name, cls in inspect.getmembers(module):
        if not inspect.isclass(cls) or not issubclass(cls, base) or name.startswith("_"):
            continue
        if framework == "torch":
            drawn = any(hasattr(cls, method) for method in ("reset_parameters", "_reset_parameters"))
        else:
            names = inspect.signature(cls.__init__).parameters
            drawn = any(fnmatchcase(name, "*initializer") or fnmatchcase(name, "*_init") for name in names)
        if drawn:
            found.add(cls)
    return found


WRAPPERS = {"WeightNorm"}  # a scale of 1 around another layer


@pytest.mark.parametrize("framework", starts.FRAMEWORKS)
def test_no_layer_of_a_framework_is_forgotten(tools, framework):
    rows = [row for row in LAYERS if row.framework == framework]
    told = {getattr(module_of(tools, framework), name) for row in rows for name in (row.cls, *row.also)}
    assert {cls.__name__ for cls in drawing_classes(tools, framework) - told} - WRAPPERS == set()


@pytest.mark.parametrize("layer", [row for row in LAYERS if row.also], ids=lambda layer: layer.call)
def test_the_other_classes_of_a_row_draw_in_the_same_way(tools, layer):
    module = module_of(tools, layer.framework)
    own = getattr(module, layer.cls)
    for name in layer.also:
        other = getattr(module, name)
        related = issubclass(other, own) or issubclass(own, other)
        if layer.framework == "torch":
            related |= other.reset_parameters is own.reset_parameters
            becomes = getattr(other, "cls_to_become", None)  # of a lazy class, once it has seen an input
            related |= getattr(becomes, "__name__", None) in (layer.cls, *layer.also)
        else:
            defaults = [
                {
                    key: parameter.default
                    for key, parameter in inspect.signature(cls.__init__).parameters.items()
                    if key.endswith(("initializer", "_init")) or key == "unit_forget_bias"
                }
                for cls in (own, other)
            ]
            related |= defaults[0] == defaults[1] and bool(defaults[0])
        assert related, name


def test_the_page_names_the_versions_that_were_compared():
    """After a change of requirements-peers.txt: `make peers` with WEIGHTINIT_STORE_VERSIONS=1 writes them anew."""
    installed = {name: ".".join(version(name).split(".")[:2]) for name in starts.versions()}
    if os.environ.get("WEIGHTINIT_STORE_VERSIONS"):
        path = Path(starts.__file__).with_name("starts_versions.json")
        path.write_text(json.dumps(installed) + "\n", encoding="utf8")
    assert installed == starts.versions()


def test_a_comparison_fails_when_the_row_is_wrong():
    rng = np.random.default_rng(0)
    sample, where = rng.uniform(-1, 1, (300, 200)), {"n": 1}
    check(sample, starts.Draw.of("uniform n/3"), where, "right")
    for wrong in ("uniform 1.05/3", "uniform 0.95/3", "normal 1/3", "truncated 1/3", "orthogonal 1", "constant 0"):
        with pytest.raises(AssertionError):
            check(sample, starts.Draw.of(wrong), where, wrong)
    with pytest.raises(AssertionError):
        check(sample + 0.05, starts.Draw.of("uniform n/3"), where, "shifted")


# ---- public code bases ----------------------------------------------------------------------------------------------
CODE = starts.code_bases()
each_code_base = pytest.mark.parametrize("row", CODE, ids=lambda row: row.name)


def letters(row: starts.CodeBase, scale: float) -> dict[str, float]:
    """Those of the row, and with `scale` others: a formula must be right in its letters, not at one place only."""
    sizes = {name: max(2, round(scale * size)) if size > 1 else size for name, size in row.where.items()}
    return sizes | {"l": max(1, round(sizes.get("L", 3) / 3))}


def test_every_code_base_has_its_rule():
    assert list(RULES) == [row.name for row in CODE] and len({row.repo for row in CODE}) >= 10
    assert all(len(row.commit) == 40 for row in CODE)


@pytest.mark.parametrize("scale", [1.0, 0.3])
@each_code_base
def test_rule_of_a_code_base_draws_as_its_row_says(row, scale):
    where = letters(row, scale)
    found = RULES[row.name](Letters(**where), np.random.default_rng(7))
    assert set(found) == set(row.draws)
    for name, draw in row.draws.items():
        check(found[name], draw, where, f"{row.name}, {name}")


def drawn(draw: starts.Draw, shape: tuple[int, int], where: dict, rng) -> np.ndarray:
    """A matrix from a row's draw."""
    if draw.law == "constant":
        return draw.values(shape, where)
    return draw.expected(shape, where).draw(rng, shape, np.dtype(float))


def near(samples: np.ndarray, value: float, slack: float = 0.0) -> None:
    """The mean over independent runs, within five of its standard errors and a stated slack."""
    error = np.std(samples, ddof=1) / math.sqrt(len(samples))
    assert abs(np.mean(samples) - value) < 5 * error + slack * abs(value), (np.mean(samples), error, value)


@each_code_base
def test_hidden_layer_stands_where_the_row_places_it(row):
    """Second moment of a layer whose input has second moment 1, at a small fan-in: σ_w² + σ_b² at the same letters."""
    small = dataclasses.replace(row, where=letters(row, min(0.3, 200 / starts.value(row.hidden["fan_in"], row.where))))
    place, rng = small.place(), np.random.default_rng(8)
    scale = starts.value(row.hidden.get("scale", "1"), small.where)
    fan_in, found = int(small.where[row.hidden["fan_in"]]), []
    for _ in range(200):
        W = drawn(small.draws[row.hidden["weight"]], (fan_in, fan_in), small.where, rng)
        bias = small.draws[row.hidden["bias"]] if "bias" in row.hidden else starts.Draw.of("constant 0")
        x = rng.standard_normal(fan_in)
        x /= np.sqrt(np.mean(x**2))
        found.append(np.mean((scale * (x @ W + drawn(bias, (1, fan_in), small.where, rng)[0])) ** 2))
    near(np.array(found), place.sigma_w2 + place.sigma_b2, 1e-9)
    if row.hidden["before"] == "norm":
        assert math.isclose(place.q, place.sigma_w2 + place.sigma_b2)


STREAMS = [row for row in CODE if row.stream and "growth" not in row.stream]


@pytest.mark.parametrize("row", STREAMS, ids=lambda row: row.name)
def test_residual_stream_grows_as_the_row_says(row):
    """A small copy of the model, run: blocks behind a normalization, a token that sees itself alone."""
    where = {"d": 96, "f": 256, "L": 5} | ({"d_k": 32} if "d_k" in row.where else {})
    small, rng = dataclasses.replace(row, where=where), np.random.default_rng(9)
    phi, roles, grown = activations.get(row.activation).f, row.stream, []

    def norm(x):
        return x / np.sqrt(np.mean(x**2))

    def weight(role, shape, block):
        return drawn(small.draws[roles[role]], shape, where | {"l": block}, rng)

    for _ in range(60):
        begin = rng.standard_normal(96) * math.sqrt(starts.value(roles["start"], where))
        stream = begin
        for block in range(1, 6):
            carry, again = (
                starts.value(roles.get(name, usual), where | {"l": block})
                for name, usual in (("carry", "1"), ("again", "0"))
            )
            stream = carry * stream + again * begin
            stream = stream + norm(stream) @ weight("value", (96, 96), block) @ weight("out", (96, 96), block)
            hidden = norm(stream) @ weight("up", (96, 256), block)
            open_ = norm(stream) @ weight("up", (96, 256), block) if roles.get("gated") else 1.0
            stream = stream + phi(hidden) * open_ @ weight("down", (256, 96), block)
        grown.append(np.mean(stream**2) / np.mean(begin**2))
    # the beginning scatters in the denominator: E[1/mean of d squares] = d/(d − 2)
    near(np.array(grown), small.growth(), 2 / 94 + 0.01)


@pytest.mark.parametrize("row", [row for row in CODE if row.head], ids=lambda row: row.name)
def test_first_loss_is_what_the_row_says(row):
    """Normalized hidden vectors, the head as it is drawn, random labels; 4,000 classes stand for many."""
    where = letters(row, 1.0) | ({"d": 256} if "d" in row.where else {})
    small, rng, losses = (
        dataclasses.replace(row, where=where, head=row.head | {"classes": 4000}),
        np.random.default_rng(10),
        [],
    )
    name, width = row.head["weight"], where.get("d", 64)
    for _ in range(24):
        x = rng.standard_normal((8, width))
        x /= np.sqrt(np.mean(x**2, axis=1, keepdims=True))
        if name == "zero":
            W = np.zeros((width, 4000))
        elif small.draws[name].law == "orthogonal":
            x *= math.sqrt(float(moments.second_moment("tanh", small.place().q)))
            W = np.concatenate([drawn(small.draws[name], (width, 4), where, rng) for _ in range(1000)], axis=1)
        else:
            W = drawn(small.draws[name], (width, 4000), where, rng)
        logits = x @ W
        chosen = logits[np.arange(8), rng.integers(4000, size=8)]
        losses.append(np.mean(np.logaddexp.reduce(logits, axis=1) - chosen))
    near(np.array(losses), small.first_loss(), 1e-3)
