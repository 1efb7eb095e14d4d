"""Holds memory that is not resident: memory files, SysV memory, pipes, locked pages, /dev/shm (C1)."""

import ctypes
import mmap
import os

held = []
libc = ctypes.CDLL(None)
try:
    for number in range(64):
        held.append(os.memfd_create(f"m{number}"))
        os.write(held[-1], b"x" * 60 * 2**20)
    print("STOLEN", len(held), "memory files")
except (OSError, MemoryError):
    pass
try:
    for number in range(16):
        with open(f"/dev/shm/held{number}", "wb") as file:
            file.write(b"x" * 100 * 2**20)
    print("STOLEN 1.6 GB of /dev/shm")
except (OSError, MemoryError):
    pass
for _ in range(4):
    if libc.shmget(0, ctypes.c_size_t(2**28), 0o1666) >= 0:
        print("STOLEN SysV memory")
for _ in range(30):
    try:
        held.append(mmap.mmap(-1, 2**28))
    except (OSError, ValueError):
        break
