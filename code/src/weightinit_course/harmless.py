"""Strings of a submission made harmless, once, at the door through which they come in.

There are three doors: the file that is read, the answer of the sandbox, and the name of a file or folder. Behind them
no string holds half a character (a lone surrogate, which no file takes), a terminal's escape sequence or another
control character, nor one that turns the direction of writing round: what is read is what is there. Hebrew and Arabic
need none of these.
"""

from __future__ import annotations

import re
from typing import Any

ODD = "\N{REPLACEMENT CHARACTER}"

# Colors, cursor movements and messages to a terminal: whole sequences go, so that a colored text stays readable.
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-Z\\-~])")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them


def harmless(text: str) -> str:
    r"""`text` with its lines and tabs, without anything that only a machine could mean.

    >>> harmless("red: \x1b[31m1\x1b[0m" + chr(0xd83d) + chr(7))
    'red: 1��'
    """
    return _CONTROL.sub(ODD, _LINE_END.sub("\n", _SEQUENCE.sub("", text)))


def harmless_throughout(value: Any) -> Any:
    """A value of JSON's kinds (or from the wire) with every string in it made harmless, keys included."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, dict):
        return type(value)({harmless(str(key)): harmless_throughout(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return type(value)(harmless_throughout(item) for item in value)
    return value


def one_line(text: str, longest: int = 2000) -> str:
    """What a student wrote, for a terminal, a table or a remark: it can neither start a line nor turn one around."""
    flat = " ".join(harmless(text).split())
    flat = "".join(sign if sign.isprintable() or sign in _JOINERS else ODD for sign in flat)
    return flat if len(flat) <= longest else f"{flat[:longest]}…"
