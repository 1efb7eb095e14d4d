"""Leaves files wherever it can write, for an accomplice of the same class, and looks for those of others (N70)."""

import glob
import os

for place in (
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
    "/srv",
    "/opt",
    "/usr/local",
    "/var/lib",
    "/",
):
    for found in glob.glob(f"{place}/weightinit-was-here*"):
        print("STOLEN", found)
    try:
        open(f"{place}/weightinit-was-here", "w").write("the answers")
    except OSError:
        pass
