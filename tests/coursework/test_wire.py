"""The wire carries plain values unchanged, and nothing that comes over it does more than be refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
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
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
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


@pytest.mark.parametrize("value", [object(), {1: 2}, np.array([object()]), np.array(["a"]), 1j, b"bytes", {"x": print}])
def test_what_cannot_be_sent_says_so(value):
    with pytest.raises(wire.WireError):
        wire.pack({"value": value})


def test_a_message_that_is_too_large():
    with pytest.raises(wire.WireError, match="256 MB"):
        wire.pack({"value": np.zeros(wire.LARGEST // 8 + 1)})
    with pytest.raises(wire.WireError, match="256 MB"):
        wire.head(wire._HEAD.pack(10, wire.LARGEST))
