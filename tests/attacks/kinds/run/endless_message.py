"""Announces messages of 2**63 bytes and of none, and sends without end (N42)."""

import os

for number in range(3, 20):
    try:
        os.write(number, b"\x7f" + b"\xff" * 15)
        while True:
            os.write(number, b"{" * 2**16)
    except OSError:
        pass
