"""Makes namespaces, enters those of others, mounts, unmounts what covers the course, changes its root (C4, N64)."""

import ctypes
import glob
import os

libc = ctypes.CDLL(None, use_errno=True)
got = []
for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x08000000, 0x04000000, 0x02000000):
    if libc.unshare(flag) == 0:
        got.append(f"unshare {flag:x}")
for path in glob.glob("/proc/*/ns/*"):
    try:
        if libc.setns(os.open(path, os.O_RDONLY), 0) == 0:
            got.append(f"setns {path}")
    except OSError:
        pass
for path in ("/root", "/home", "/tmp", "/proc", "/work", "/usr", "/dev", os.getcwd()):
    if libc.umount2(path.encode(), 2) == 0:
        got.append(f"umount {path}")
if libc.mount(b"none", os.getcwd().encode(), b"tmpfs", 0, None) == 0:
    got.append("mount")
if libc.chroot(b".") == 0:
    got.append("chroot")
if libc.syscall(155, b".", b".") == 0:
    got.append("pivot_root")
for number, name in ((428, "open_tree"), (430, "fsopen"), (442, "mount_setattr")):
    if libc.syscall(number, b"tmpfs", 0, 0, 0, 0) >= 0:
        got.append(name)
if got:
    print("STOLEN", got)
