"""Asks for 7 GB, spread over child processes."""

import os, time

for _ in range(8):
    if os.fork() == 0:
        kept = bytearray(900 * 2**20)
        time.sleep(1000)
time.sleep(1000)
