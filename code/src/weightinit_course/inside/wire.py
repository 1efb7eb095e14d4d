"""What the marking and a submission's process say to each other: plain values only, as JSON and raw bytes.

Standard library and numpy. The same file serves on both sides; nothing that arrives is ever executed or unpickled.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

import numpy as np

LARGEST = 256 * 2**20  # bytes of a message
_HEAD = struct.Struct("!QQ")  # bytes of the JSON part, bytes of the arrays
_DTYPES = {
    np.dtype(t).str: np.dtype(t) for t in ("f2", "f4", "f8", "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
}
_DEEPEST = 20


class WireError(Exception):
    """The other side sent what no honest side sends, or a value cannot be sent."""


def pack(message: dict[str, Any]) -> bytes:
    """A message as bytes. Values: None, bool, int, float, str, numeric arrays, and tuples, lists, dicts of these."""
    arrays: list[bytes] = []
    text = json.dumps(_plain(message, arrays, 0)).encode()
    body = b"".join(arrays)
    if len(text) + len(body) > LARGEST:
        raise WireError(f"the value is larger than {LARGEST >> 20} MB")
    return _HEAD.pack(len(text), len(body)) + text + body


def unpack(text: bytes, body: bytes) -> dict[str, Any]:
    """The message of the two parts."""
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
    if text + body > LARGEST:
        raise WireError(f"the answer is larger than {LARGEST >> 20} MB")
    return text, body


def receive(stream: BinaryIO) -> dict[str, Any] | None:
    """Next message of a blocking stream, or None at its end."""
    first = stream.read(_HEAD.size)
    if len(first) < _HEAD.size:
        return None
    text, body = head(first)
    return unpack(stream.read(text), stream.read(body))


def _plain(value: Any, arrays: list[bytes], depth: int) -> Any:
    if depth > _DEEPEST:
        raise WireError("the value is nested too deeply")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is dict:
        if not all(type(key) is str for key in value):
            raise WireError("the keys of a dict must be strings")
        return {"d": [[key, _plain(item, arrays, depth + 1)] for key, item in value.items()]}
    if type(value) in (list, tuple):
        kind = "l" if type(value) is list else "t"
        return {kind: [_plain(item, arrays, depth + 1) for item in value]}
    if hasattr(value, "__array__") or isinstance(value, (np.ndarray, np.generic)):
        array = np.array(value, copy=True, subok=False, order="C")
        if array.dtype.str not in _DTYPES:
            raise WireError(f"arrays of the type {array.dtype} cannot be returned")
        arrays.append(array.tobytes())
        return {"a": array.dtype.str, "s": list(array.shape)}
    raise WireError(f"a {type(value).__name__} cannot be returned; return numbers, arrays, strings, lists or dicts")


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
    return array
