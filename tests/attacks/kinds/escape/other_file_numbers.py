"""Opens its own file numbers again for writing, reads requests in place of its process, passes numbers through a socket (N71)."""

import os

got = []
for number in range(3, 64):
    for mode in (os.O_WRONLY, os.O_RDWR):
        try:
            again = os.open(f"/proc/self/fd/{number}", mode)
            kind = os.readlink(f"/proc/self/fd/{number}")
            if not kind.startswith(("pipe", "/dev/null", os.getcwd())):
                got.append(kind)
        except OSError:
            pass
try:
    open("/proc/self/exe", "r+b").close()
    got.append("its own interpreter")
except OSError:
    pass
for path in (
    "/proc/sysrq-trigger",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/hostname",
    "/proc/self/oom_score_adj",
    "/sys/fs/cgroup/cgroup.procs",
    "/sys/kernel/uevent_helper",
):
    try:
        with open(path, "r+") as file:
            got.append(path) if "oom" not in path else file.write("-1000")
    except OSError:
        pass
if got:
    print("STOLEN", got)
