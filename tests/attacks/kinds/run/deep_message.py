"""Sends a message of 60 MB of nested lists: unpacked, they take fifty times as much (B6)."""

import gc
import io
import struct

HEAD = struct.Struct("!QQ")
unit = b"[" * 900 + b"]" * 900 + b","
raw = b'{"d":[["value",{"l":[' + unit * 35_000 + b"0]}]]}"
for out in gc.get_objects():
    if isinstance(out, io.BufferedWriter) and not out.closed and out.fileno() > 2:
        out.write(HEAD.pack(len(raw), 0) + raw)
        out.flush()
