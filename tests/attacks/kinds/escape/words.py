"""Looks for the marker's private words in every file, in the memory and the file numbers of every process (N61, N68)."""

import glob
import os

for path in walk():
    if path.endswith("weightinit-words.txt"):
        print("STOLEN name", path)
        try:
            print(open(path).read())
        except OSError:
            pass
for path in glob.glob("/proc/[0-9]*/fd/*") + glob.glob("/proc/[0-9]*/root/tmp/*") + glob.glob("/proc/[0-9]*/environ"):
    try:
        with open(path, "rb") as file:
            text = file.read(100_000) if "environ" in path else b""
        if b"WEIGHTINIT_COURSEWORK" in text:
            print("STOLEN environment", path)
    except OSError:
        pass
