"""How an initializer of this package is called in PyTorch, Keras and JAX, and the other way round: the rows of `calls.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class There:
    """A call of ours, and what draws from the same law elsewhere ("" where nothing does)."""

    ours: str
    torch: str
    keras: str
    jax: str
    note: str = ""


@dataclass(frozen=True)
class Back:
    """A call of a framework, and what draws from the same law here ("" where nothing does)."""

    theirs: str
    ours: str
    note: str = ""

    @property
    def framework(self) -> str:
        """Whose call it is."""
        return framework(self.theirs)


@dataclass(frozen=True)
class Surprise:
    """A call that raises, or that silently does something else than one would think."""

    call: str
    says: str
    raises: str = ""
    shows: str = ""

    @property
    def framework(self) -> str:
        """Whose call it is."""
        return framework(self.call)


def framework(call: str) -> str:
    """Whose call it is, by the modules that it names.

    >>> framework("nn.init.ones_(w)"), framework("initializers.Ones()"), framework("ones")
    ('torch', 'keras', 'jax')
    """
    if "nn." in call.replace("jax.nn.", "") and "linen" not in call:
        return "torch"
    return "keras" if "layers." in call or ("initializers." in call and "jax." not in call) else "jax"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("calls.toml").read_text(encoding="utf8"))


def there() -> list[There]:
    """All rows from here to the frameworks."""
    return [There(**row) for row in _table()["there"]]


def back() -> list[Back]:
    """All rows from the frameworks to here."""
    return [Back(**row) for row in _table()["back"]]


def surprises() -> list[Surprise]:
    """All rows on what raises and what silently does something else."""
    return [Surprise(**row) for row in _table()["surprise"]]
