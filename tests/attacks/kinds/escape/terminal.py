"""Types into a terminal of the marker: TIOCSTI, /dev/tty, ptys, the consoles, and devices of its own (N67)."""

import ctypes
import fcntl
import glob
import os
import stat
import termios

got = []
for path in [
    "/dev/tty",
    "/dev/console",
    "/dev/kmsg",
    "/dev/mem",
    "/dev/port",
    "/dev/fuse",
    "/dev/kvm",
    "/dev/loop0",
    *glob.glob("/dev/tty*"),
    *glob.glob("/dev/sd*"),
    *glob.glob("/dev/vd*"),
]:
    try:
        number = os.open(path, os.O_RDWR | os.O_NOCTTY)
        got.append(path)
        fcntl.ioctl(number, termios.TIOCSTI, b"x")
    except OSError:
        pass
for number in range(10):
    try:
        fcntl.ioctl(number, termios.TIOCSTI, b"x")
        got.append(number)
    except OSError:
        pass
try:
    os.mknod("zero", 0o666 | stat.S_IFBLK, os.makedev(8, 0))
    got.append("mknod")
except OSError:
    pass
if got:
    print("STOLEN", got)
