"""Writes to the standard streams without Python, for ever."""

ABOUT = {"slow": True}

import os

while True:
    os.write(1, b"x" * 2**20)
    os.write(2, b"x" * 2**20)
