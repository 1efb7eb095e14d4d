"""Leaves a word in the keyrings, SysV memory, semaphores and queues for an accomplice, and looks for his (N62, N70)."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
got = []
for ring in (-1, -2, -3, -4, -5):
    key = libc.syscall(248, b"user", b"weightinit-was-here", b"the answer", 10, ring)
    if key >= 0:
        got.append(f"a key in ring {ring}")
for command in range(32):
    if libc.syscall(250, command, -4, 0, 0, 0) >= 0:
        got.append(f"keyctl {command}")
for name, number in (("shmget", 29), ("semget", 64), ("msgget", 68)):
    if libc.syscall(number, 0x5EED, 4096, 0o1666) >= 0:
        got.append(name)
try:
    if libc.mq_open(b"/weightinit-was-here", 0o102, 0o666, None) >= 0:
        pass  # a queue of a space of its own ends with it
except AttributeError:
    pass
if got:
    print("STOLEN", got)
