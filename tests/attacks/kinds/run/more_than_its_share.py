"""Asks for more: limits raised, real-time priority, all cores, another clock, memory that cannot be swapped (N50)."""

import ctypes
import os
import resource
import time

libc = ctypes.CDLL(None)
for limit in range(16):
    for value in ((-1, -1), (resource.getrlimit(limit)[1],) * 2):
        try:
            resource.setrlimit(limit, value)
        except (OSError, ValueError):
            pass
got = []
for name, ask in {
    "nice": lambda: os.nice(-20),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)),
    "priority": lambda: os.setpriority(os.PRIO_USER, 0, -20),
    "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
    "host name": lambda: os.sethostname("x") if hasattr(os, "sethostname") else 1 / 0,
}.items():
    try:
        ask()
        got.append(name)
    except Exception:
        pass
libc.mlockall(3)
if got:
    print("STOLEN", got)
