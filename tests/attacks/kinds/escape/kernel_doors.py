"""Asks for doors of the kernel: ptrace, memory of others, io_uring, userfaultfd, bpf, perf, handles of files, memory files (N63)."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4096)
got = []
parent = os.getppid()
for name, arguments in {
    "ptrace": (101, 16, parent, 0, 0),
    "io_uring": (425, 8, buffer),
    "userfaultfd": (323, 1),
    "bpf": (321, 0, buffer, 72),
    "perf_event_open": (298, buffer, 0, -1, -1, 0),
    "kcmp": (312, os.getpid(), parent, 0, 0, 0),
    "memfd_create": (319, b"x", 0),
    "memfd_secret": (447, 0),
    "name_to_handle_at": (303, -100, b"/", buffer, buffer, 0),
    "open_by_handle_at": (304, -100, buffer, 0),
    "fanotify": (300, 0, 0),
    "quotactl": (179, 0, 0, 0, 0),
    "kexec_load": (246, 0, 0, 0, 0),
    "init_module": (175, buffer, 10, b""),
    "acct": (163, b"acct"),
    "swapon": (167, b"/swap", 0),
    "reboot": (169, 0, 0, 0),
    "syslog": (103, 3, buffer, 4096),
    "add_key": (248, b"user", b"x", b"y", 1, -3),
    "clone3": (435, buffer, 64),
}.items():
    if name == "name_to_handle_at":
        ctypes.memmove(buffer, (128).to_bytes(4, "little"), 4)
    if name == "clone3":
        ctypes.memmove(buffer, (0x10000000).to_bytes(8, "little") + bytes(56), 64)
    result = libc.syscall(*arguments)
    if name == "clone3" and result == 0:
        os._exit(0)
    if result >= 0 and name != "name_to_handle_at":
        got.append(name)
if got:
    print("STOLEN", got)
