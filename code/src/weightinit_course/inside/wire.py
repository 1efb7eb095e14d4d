"""What the marking and a submission's process say to each other: plain values only, as JSON and raw bytes.

Standard library and numpy. The same file serves on both sides; nothing that arrives is ever executed or unpickled. On
the student's side whatever numpy would take for a number or an array becomes one, so that an answer which is right at
home is right in the marking; on the trusted side what arrives is counted before anything is built of it.
"""

from __future__ import annotations

import itertools
import json
import numbers
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence, Set, ValuesView
from typing import Any, BinaryIO

import numpy as np

LARGEST_TEXT = 8 * 2**20  # bytes of the JSON part
LARGEST_ARRAYS = 64 * 2**20  # bytes of all arrays of a message
MOST_CONTAINERS = 400_000  # opening brackets of the JSON part: a list of three bytes would cost the other side 300
LONGEST_ITERATOR = 100_000
_HEAD = struct.Struct("!QQ")  # bytes of the JSON part, bytes of the arrays
_DTYPES = {
    np.dtype(t).str: np.dtype(t)
    for t in ("f2", "f4", "f8", "c8", "c16", "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
}
_NARROWED = {np.dtype(np.longdouble): np.float64, np.dtype(np.clongdouble): np.complex128}
_DEEPEST = 20


class WireError(Exception):
    """The other side sent what no honest side sends, or a value cannot be sent."""


def pack(message: dict[str, Any]) -> bytes:
    """A message as bytes; `WireError` says in words what cannot be sent."""
    arrays: list[bytes] = []
    try:
        text = json.dumps(_plain(message, arrays, 0)).encode()
    except ValueError:  # Python writes no int of more than some thousand digits
        raise WireError("a number has too many digits") from None
    body = b"".join(arrays)
    check_size(len(text), len(body))
    if _containers(text) > MOST_CONTAINERS:
        raise WireError("too many lists in one another; use an array")
    return _HEAD.pack(len(text), len(body)) + text + body


def unpack(text: bytes, body: bytes) -> dict[str, Any]:
    """The message of the two parts."""
    if _containers(text) > MOST_CONTAINERS:
        raise WireError("an answer of too many parts")
    try:
        offset = [0]
        message = _value(json.loads(text), memoryview(body), offset, 0)
        if offset[0] != len(body) or not isinstance(message, dict):
            raise WireError("a message of another length than announced")
        return message
    except WireError:
        raise
    except Exception as error:  # whatever a forged message provokes
        raise WireError(f"not a message: {type(error).__name__}") from None


def head(data: bytes) -> tuple[int, int]:
    """Lengths of the two parts that follow the first 16 bytes."""
    text, body = _HEAD.unpack(data)
    check_size(text, body)
    return text, body


def check_size(text: int, arrays: int) -> None:
    """Refuse a message that is larger than an honest one, before any of it is read."""
    for part, size, largest in (("text", text, LARGEST_TEXT), ("arrays", arrays, LARGEST_ARRAYS)):
        if size > largest:
            raise WireError(f"more than {largest >> 20} MB of {part}")


def receive(stream: BinaryIO) -> dict[str, Any] | None:
    """Next message of a blocking stream, or None at its end."""
    first = stream.read(_HEAD.size)
    if len(first) < _HEAD.size:
        return None
    text, body = head(first)
    return unpack(stream.read(text), stream.read(body))


def _containers(text: bytes) -> int:
    return text.count(b"[") + text.count(b"{")


# ---- sending --------------------------------------------------------------------------------------------------------
def _plain(value: Any, arrays: list[bytes], depth: int) -> Any:
    """A value as JSON's kinds, with its arrays put aside."""
    if depth > _DEEPEST:
        raise WireError("the value is nested too deeply")

    def parts(items: Any) -> list[Any]:
        return [_plain(item, arrays, depth + 1) for item in items]

    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise WireError("the keys of a dict must be strings")
        return {"d": [[str.__str__(key), _plain(value[key], arrays, depth + 1)] for key in value]}
    if isinstance(value, tuple):
        return {"t": parts(value)}
    if isinstance(value, list):
        return {"l": parts(value)}
    if hasattr(value, "__array__") and not isinstance(value, type):
        return _array(value, arrays, depth)
    if (number := _number(value)) is not None:
        return _array(np.complex128(number), arrays, depth) if type(number) is complex else number
    if isinstance(value, (Sequence, ValuesView)) and not isinstance(value, (bytes, bytearray, memoryview)):
        return {"l": parts(value)}
    if isinstance(value, Iterator):
        items = list(itertools.islice(value, LONGEST_ITERATOR + 1))
        if len(items) > LONGEST_ITERATOR:
            raise WireError(f"{_kind(value)} does not end, or gives more than {LONGEST_ITERATOR} values")
        return {"l": parts(items)}
    raise WireError(f"{_kind(value)} came back; return numbers, arrays, strings, lists or dicts")


def _number(value: Any) -> int | float | complex | None:
    """Subclasses of numbers, fractions, decimals, SymPy's numbers, whatever calls itself a float; None if it is none."""
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, complex):
        return complex(value)
    if isinstance(value, type) or not hasattr(value, "__float__"):
        return None
    try:
        return float(value)
    except Exception as error:  # a formula with a symbol in it
        raise WireError(f"{_kind(value)} has no value as a number ({type(error).__name__})") from None


def _array(value: Any, arrays: list[bytes], depth: int) -> Any:
    """Numbers as they lie in memory; an array of objects or strings as lists."""
    try:
        array = np.array(value, copy=True, subok=False, order="C")
    except Exception as error:
        raise WireError(f"{_kind(value)} is no array ({type(error).__name__})") from None
    if array.dtype.kind in "OU":
        plain = array.tolist()
        if plain is value:
            raise WireError(f"{_kind(value)} came back; return numbers, arrays, strings, lists or dicts")
        return _plain(plain, arrays, depth + 1)
    array = array.astype(_NARROWED.get(array.dtype, array.dtype.newbyteorder("=")), copy=False)
    if array.dtype.str not in _DTYPES:
        raise WireError(f"an array of the type {array.dtype} came back; return an array of numbers")
    arrays.append(array.tobytes())
    # A scalar of numpy stays one: np.True_ is a truth value, an array of no axes is not.
    return {"a": array.dtype.str, "s": list(array.shape)} | ({"g": 1} if isinstance(value, np.generic) else {})


def _kind(value: Any) -> str:
    """What a value is, in words: `a set`, `an object of the class Layer`."""
    name = type(value).__name__
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, Set):
        return f"a {name}, which has no order,"
    if isinstance(value, Callable):
        return "a function"
    if type(value).__module__ == "builtins" and name != "object":
        return f"a {name}"
    return f"an object of the class {name}" if name != "object" else "an object"


# ---- receiving ------------------------------------------------------------------------------------------------------
def _value(item: Any, body: memoryview, offset: list[int], depth: int) -> Any:
    if depth > _DEEPEST:
        raise WireError("nested too deeply")
    if not isinstance(item, dict):
        if item is None or isinstance(item, (bool, int, float, str)):
            return item
        raise WireError("an unknown kind of value")
    if "d" in item:
        return {str(key): _value(part, body, offset, depth + 1) for key, part in item["d"]}
    if "l" in item:
        return [_value(part, body, offset, depth + 1) for part in item["l"]]
    if "t" in item:
        return tuple(_value(part, body, offset, depth + 1) for part in item["t"])
    if item.get("a") not in _DTYPES:
        raise WireError("an unknown kind of value")
    dtype, shape = _DTYPES[item["a"]], item["s"]
    if len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        raise WireError("an impossible shape")
    size = dtype.itemsize
    for n in shape:
        size *= n
    if offset[0] + size > len(body):
        raise WireError("fewer bytes than announced")
    array = np.frombuffer(body[offset[0] : offset[0] + size], dtype).reshape(shape).copy()
    offset[0] += size
    return array[()] if item.get("g") and not shape else array
