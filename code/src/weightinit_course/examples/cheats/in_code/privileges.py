"""Asks for root's powers back, and for its limits to be lifted."""

import os, ctypes, subprocess

for attempt in (
    lambda: os.setuid(0),
    lambda: os.seteuid(0),
    lambda: os.setgid(0),
    lambda: subprocess.run(["su", "-c", "id"]),
    lambda: os.chroot("."),
    lambda: os.nice(-10),
):
    try:
        attempt()
    except Exception:
        pass
if os.getuid() == 0:
    print("root still")
libc = ctypes.CDLL(None)
libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)
libc.umount2(b"/proc", 2)
import resource

for what in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
    try:
        resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("STOLEN", what)
    except Exception:
        pass
