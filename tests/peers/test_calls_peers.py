"""Every row of `weightinit_book/calls.toml`: the call is made and its draw compared with the law of ours."""

from __future__ import annotations

import os
import re
import warnings

import numpy as np
import pytest
from comparing import check_law, check_orthogonal

import weightinit as wi
from weightinit import initializers as ini
from weightinit_book import calls

pytestmark = pytest.mark.peers
os.environ.setdefault("KERAS_BACKEND", "jax")

SHAPE = (300, 200)
CUT = 0.87962566103423978
THERE, BACK, SURPRISES = calls.there(), calls.back(), calls.surprises()


class Laws:
    """In place of the package: a call gives the law from which it would draw, and the shape."""

    def __getattr__(self, name):
        return lambda shape, rng, **options: (ini.law(name, shape, **options), shape)


def ours(call: str):
    """The law and the shape of a call of ours."""
    return eval(call, {"wi": Laws(), "np": np, "shape": SHAPE, "rng": None, "cut": CUT})


@pytest.fixture
def names() -> dict:
    torch, keras = pytest.importorskip("torch"), pytest.importorskip("keras")
    jax, linen = pytest.importorskip("jax"), pytest.importorskip("flax.linen")
    torch.manual_seed(3)
    keras.utils.set_random_seed(3)
    own = {"w": torch.empty(200, 300), "b": torch.empty(2000), "k": torch.empty(64, 64, 3, 3)}
    modules = {"torch": torch, "nn": torch.nn, "initializers": keras.initializers, "layers": keras.layers}
    modules |= {"jax": jax, "jnp": jax.numpy, "linen": linen, "np": np}
    found = {name: getattr(jax.nn.initializers, name) for name in dir(jax.nn.initializers) if name[0].islower()}
    return found | modules | own | {"cut": CUT, "shape": SHAPE, "key": jax.random.key(5)}


def result(call: str, framework: str, shape: tuple[int, ...], names: dict) -> np.ndarray:
    """What a call of a framework draws, inputs first."""
    with names["torch"].no_grad():
        made = eval(call, dict(names))
    if framework == "keras":
        made = made(shape)
    if framework == "jax":
        made = made(names["key"], shape)
    if framework != "torch":
        return np.asarray(made)
    whole = names["k"] if re.search(r"\bk\b", call) else made
    array = whole.detach().numpy()
    return np.moveaxis(array, (1, 0), (-2, -1)) if array.ndim > 1 else array


def compare(sample: np.ndarray, law, what: str) -> None:
    if isinstance(law, np.ndarray):
        assert np.array_equal(sample, law), what
    elif law.std == 0:
        np.testing.assert_allclose(sample, law.mean, rtol=1e-6, err_msg=what)
    elif law.distribution == "orthogonal":
        filled = sample[tuple(length // 2 for length in sample.shape[:-2])] if sample.ndim > 2 else sample
        assert np.count_nonzero(sample) == np.count_nonzero(filled), what
        check_orthogonal(filled, law.bound, what)
    else:
        check_law(sample, law.distribution, law.std, what, mean=law.mean)


FRAMEWORKS = ("torch", "keras", "jax")
CALLS = [(row, framework) for row in THERE for framework in FRAMEWORKS if getattr(row, framework)]


@pytest.mark.parametrize(("row", "framework"), CALLS, ids=lambda given: getattr(given, "ours", given))
def test_the_call_there_draws_from_the_same_law(names, row, framework):
    call = getattr(row, framework)
    law, shape = ours(row.ours)
    if "bias" in row.ours:
        shape = (2000,)
    sample = result(call, framework, shape, names)
    assert sample.shape == tuple(shape)
    compare(sample, law, call)


@pytest.mark.parametrize("row", [row for row in BACK if row.ours], ids=lambda row: row.theirs)
def test_the_call_here_draws_from_the_law_of_theirs(names, row):
    said = ours(row.ours)
    law, shape = said if isinstance(said, tuple) else (said, said.shape)
    compare(result(row.theirs, row.framework, shape, names), law, row.theirs)
    drawn = eval(row.ours, {"wi": wi, "np": np, "shape": SHAPE, "rng": np.random.default_rng(4), "cut": CUT})
    compare(drawn, law, row.ours)


def test_every_initializer_of_ours_has_a_row():
    told = {re.match(r"wi\.(\w+)", row.ours)[1] for row in THERE}
    same = {"glorot_normal", "glorot_uniform", "kaiming_normal", "kaiming_uniform"}
    assert told == set(ini.NAMES) - same | {"pytorch_default_bias"}


def test_every_initializer_of_a_framework_has_a_row(names):
    told = {
        framework: {
            re.search(r"(\w+?)(?:\(|$)", row.theirs.replace("nn.init.", "").replace("initializers.", ""))[1]
            for row in BACK
            if row.framework == framework
        }
        for framework in FRAMEWORKS
    }
    torch = {name for name in dir(names["nn"].init) if name.endswith("_") and not name.startswith("_")}
    assert told["torch"] == torch
    keras = {
        cls.__name__
        for cls in vars(names["initializers"]).values()
        if isinstance(cls, type) and cls is not names["initializers"].Initializer
    }
    assert told["keras"] == keras
    aliases = {"kaiming_normal", "kaiming_uniform", "xavier_normal", "xavier_uniform"}
    jax = {name for name in dir(names["jax"].nn.initializers) if name[0].islower()} - aliases
    assert told["jax"] == jax


@pytest.mark.parametrize("row", SURPRISES, ids=lambda row: row.call)
def test_what_raises_and_what_silently_does_something_else(names, row):
    assert bool(row.raises) != bool(row.shows)
    names["torch"].nn.init.zeros_(names["w"])
    with warnings.catch_warnings(), names["torch"].no_grad():
        warnings.simplefilter("ignore")
        if row.raises:
            with pytest.raises(Exception) as raised:
                eval(row.call, dict(names))
            assert type(raised.value).__name__ == row.raises
            return
        made = eval(row.call, dict(names))
    if not callable(made) or hasattr(made, "numpy"):
        made = made.detach().numpy() if hasattr(made, "detach") else np.asarray(made)
    assert eval(row.shows, {"r": made, "np": np, "abs": abs, "callable": callable})
