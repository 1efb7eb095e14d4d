"""Sends messages of millions of empty dicts, of one text of 100 MB, of an array of 200 MB (B6, N42)."""

import gc
import io
import struct

HEAD = struct.Struct("!QQ")
raw = b'{"d":[["outputs",{"l":[' + b'{"d":[]},' * 6_000_000 + b'{"d":[]}]}]]}'
for out in gc.get_objects():
    if isinstance(out, io.BufferedWriter) and not out.closed and out.fileno() > 2:
        out.write(HEAD.pack(len(raw), 0) + raw)
        out.flush()
