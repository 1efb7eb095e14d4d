"""The wire carries plain values unchanged, and nothing that comes over it does more than be refused."""

from __future__ import annotations

import collections
import decimal
import enum
import fractions
import io
import itertools
import math
import tracemalloc
from typing import NamedTuple

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from weightinit_course.inside import wire

DTYPES = st.sampled_from(["f4", "f8", "i8", "u1", "?"])
ARRAYS = DTYPES.flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a, b):
    if isinstance(a, np.ndarray):
        return type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and (a == b or a != a)


@given(PLAIN)
@settings(deadline=None)
def test_what_goes_in_comes_out(value):
    message = wire.receive(io.BytesIO(wire.pack({"value": value})))
    assert same(message["value"], value)


@given(st.binary(max_size=200), st.binary(max_size=50))
@settings(deadline=None)
def test_garbage_is_refused_and_nothing_else(text, body):
    try:
        wire.unpack(text, body)
    except wire.WireError:
        pass


@pytest.mark.parametrize(
    "text",
    [
        b'{"d": [["x", {"a": "<f8", "s": [1000000000000]}]]}',
        b'{"d": [["x", {"a": "<f8", "s": [-1]}]]}',
        b'{"d": [["x", {"a": "|O", "s": [1]}]]}',
        b'{"d": [["x", {"a": "<f8", "s": [1.5]}]]}',
        b"[" * 5000 + b"]" * 5000,
        b'{"d": [["x", ' + b"9" * 100_000 + b"]]}",
        b"[1, 2]",
        b"",
    ],
)
def test_forged_messages(text):
    with pytest.raises(wire.WireError):
        wire.unpack(text, b"")


class Layer(NamedTuple):
    weights: np.ndarray
    std: float


class Half(float):
    """A float with a name."""

    def __repr__(self):
        return "one half"


class Rescaled(np.ndarray):
    """An array with a name."""


class Kind(enum.StrEnum):
    DEAD = "dead"


class Measured:
    """What calls itself a float."""

    def __float__(self):
        return 0.25


class Column:
    """What numpy takes, as a pandas series is."""

    def __array__(self, dtype=None, copy=None):
        return np.arange(3.0)


def over(value):
    return wire.receive(io.BytesIO(wire.pack({"value": value})))["value"]


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        (Layer(np.ones(2), Half(0.5)), (np.ones(2), 0.5)),
        (np.longdouble(0.1), np.float64(0.1)),
        (np.array([0.5, 2], dtype=np.longdouble), np.array([0.5, 2.0])),
        (np.array([1, 2], dtype=">i4"), np.array([1, 2], dtype="<i4")),
        (np.eye(2).view(Rescaled), np.eye(2)),
        (np.True_, np.True_),
        (np.float32(0.5), np.float32(0.5)),
        (np.array(3.0), np.array(3.0)),
        (np.str_("dead"), "dead"),
        (Kind.DEAD, "dead"),
        (enum.IntEnum("Units", {"TWO": 2}).TWO, 2),
        (fractions.Fraction(1, 4), 0.25),
        (decimal.Decimal("0.25"), 0.25),
        (sympy.Integer(3), 3),
        (sympy.Rational(1, 4), 0.25),
        (sympy.sqrt(2), math.sqrt(2)),
        (sympy.Matrix([[1, sympy.Rational(1, 2)]]), [[1, 0.5]]),
        (Measured(), 0.25),
        (Column(), np.arange(3.0)),
        (range(3), [0, 1, 2]),
        (map(float, "12"), [1.0, 2.0]),
        ((k * np.ones(1) for k in (1, 2)), [np.ones(1), 2 * np.ones(1)]),
        (collections.deque([1, 2]), [1, 2]),
        ({"a": 1}.values(), [1]),
        (collections.OrderedDict(a=1), {"a": 1}),
        (np.array([np.ones(1), np.ones((2, 2))], dtype=object), [np.ones(1), np.ones((2, 2))]),
        (np.array(["a", "b"]), ["a", "b"]),
        (1j, np.complex128(1j)),
    ],
)
def test_what_numpy_takes_arrives_as_what_it_is_worth(value, arrives):
    got = over(value)
    assert same(got, arrives), got


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "an object came back"),
        ({0.5, 1.0}, "a set, which has no order, came back"),
        ({1: 2}, "keys of a dict"),
        (np.array([object()]), "an object came back"),
        (np.array("2027-01-01", "M8[D]"), "an array of the type datetime64"),
        (b"bytes", "a bytes came back"),
        ({"x": print}, "a function came back"),
        (Half, "the class Half came back"),
        (sympy.Symbol("n") / 2, "has no value as a number"),
        (itertools.count(), "the class count does not end"),
        (10**5000, "too many digits"),
        ([[]] * wire.MOST_CONTAINERS, "use an array"),
        (np.zeros(wire.LARGEST_ARRAYS // 8 + 1), "more than 64 MB of arrays"),
        ("x" * (wire.LARGEST_TEXT + 1), "more than 8 MB of text"),
    ],
    ids=str.split("object set dict objects dates bytes function class formula endless digits lists arrays text"),
)
def test_what_cannot_be_sent_is_said_in_words(value, words):
    with pytest.raises(wire.WireError, match=words):
        wire.pack({"value": value})


def test_a_message_is_refused_by_its_head_and_by_its_brackets_before_anything_is_built():
    for text, arrays in ((wire.LARGEST_TEXT + 1, 0), (0, wire.LARGEST_ARRAYS + 1)):
        with pytest.raises(wire.WireError, match="more than"):
            wire.head(wire._HEAD.pack(text, arrays))
    bomb = b'{"d":[["value",{"l":[' + (b"[" * 900 + b"]" * 900 + b",") * 4000 + b"0]}]]}"
    tracemalloc.start()
    with pytest.raises(wire.WireError, match="too many parts"):
        wire.unpack(bomb, b"")
    assert tracemalloc.get_traced_memory()[1] < 2**20  # 7 MB would have become 370
    tracemalloc.stop()


def test_an_unknown_kind_of_value_is_said():
    for text in (b'{"d": [["x", {"a": "<f8x", "s": []}]]}', b'{"d": [["x", {"z": 1}]]}', b'{"d": [["x", [1]]]}'):
        with pytest.raises(wire.WireError, match="an unknown kind of value"):
            wire.unpack(text, b"")
