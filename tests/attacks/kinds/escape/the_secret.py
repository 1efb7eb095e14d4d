"""Looks for the secret of the term, from which hidden constants come: files, environment, its memory, its arguments (N73)."""

import os
import re

for path in walk():
    if os.path.basename(path) in ("secret", "gradebook.db", "nbgrader_config.py"):
        print("STOLEN name", path)
try:
    maps = open("/proc/self/maps").read().splitlines()
    with open("/proc/self/mem", "rb") as memory:
        for line in maps:
            if "rw-p" not in line or "[v" in line:
                continue
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            if end - start > 50 * 2**20:
                continue
            memory.seek(start)
            text = memory.read(end - start)
            if re.search(
                rb"HIDDEN TESTS|BEGIN SOLUTION|BEGIN MARK SCHEME",
                text.replace(b"HIDDEN TESTS|BEGIN SOLUTION|BEGIN MARK SCHEME", b""),
            ):
                print("STOLEN from memory", line)
except OSError:
    pass
