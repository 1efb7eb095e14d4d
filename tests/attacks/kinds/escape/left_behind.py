"""Leaves files wherever it can write, for an accomplice of the same class, and looks for those of others (N70)."""

import glob
import os

PLACES = [
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/run",
    "/run/user/0",
    "/dev/mqueue",
    "/dev",
    "/home",
    "/root",
    "/mnt",
    "/opt",
    "/",
]
for place in PLACES:
    for found in glob.glob(f"{place}/weightinit-was-here*"):
        print("STOLEN", found)
for place in PLACES:
    try:
        open(f"{place}/weightinit-was-here", "w").write("the answers")
        os.chmod(f"{place}/weightinit-was-here", 0o666)
    except OSError:
        pass
