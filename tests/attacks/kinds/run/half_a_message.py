"""Announces a message, sends half of it, and is silent (N42)."""

import gc
import io
import os
import time

for out in gc.get_objects():
    if isinstance(out, io.BufferedWriter) and not out.closed and out.fileno() > 2:
        os.write(out.fileno(), b"\0" * 7 + b"\x40" + b"\0" * 8 + b"{")
time.sleep(10**6)
