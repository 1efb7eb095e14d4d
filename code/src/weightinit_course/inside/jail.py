"""Locks the own process up, then runs a submission's worker in it. Standard library only; started by `sandbox`.

    python -I jail.py '{"work": …, "toolbox": …, "hide": […], "user": 61001, "limits": {…}}'

Every protection that the system offers is put up, one after the other; what is active is reported as the first line on
standard output, so that the marking can say so and refuse where too little is. The order matters: namespaces and
mounts need privileges, which are given up before any code of the student is read.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
CAPABILITY_VERSION_3 = 0x20080522


def call(name: str, *arguments) -> int:
    """A function of the C library; OSError if it fails."""
    result = getattr(LIBC, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2)."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    call("mount", encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])


# ---- namespaces -----------------------------------------------------------------------------------------------------
def separate(active: list[str]) -> None:
    """Own network (none), processes, files and IPC; then a child that is process 1 of it all."""
    root = os.getuid() == 0
    uid, gid = os.getuid(), os.getgid()
    flags = NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS
    try:
        call("unshare", flags if root else flags | NEWUSER)
    except OSError:
        return
    if not root:
        with open("/proc/self/setgroups", "w") as file:
            file.write("deny")
        for name, number in (("uid_map", uid), ("gid_map", gid)):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(f"{number} {number} 1")
    child = os.fork()
    if child:
        _wait_for(child)
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    active += ["no network", "own processes"]


def _wait_for(child: int) -> None:
    """The outer process: it only dies with the inner one, and takes it along."""
    for descriptor in (0, 1):  # so that the marking sees the end of the pipe when the child ends
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def hide(config: dict, active: list[str]) -> None:
    """Cover the course's folders; what the worker needs of them is put back at the same place."""
    try:
        mount("none", "/", None, MS_REC | MS_PRIVATE)
        keep = {}
        for path in config["keep"]:
            if any(_below(path, covered) for covered in config["hide"]):
                keep[path] = os.open(path, os.O_PATH | os.O_DIRECTORY)
        for covered in config["hide"]:
            mount("tmpfs", covered, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
        for path, descriptor in keep.items():
            os.makedirs(path, exist_ok=True)
            mount(f"/proc/self/fd/{descriptor}", path, None, MS_BIND | MS_REC)
            os.close(descriptor)
        limits = config["limits"]
        mount(
            "tmpfs",
            config["work"],
            "tmpfs",
            MS_NOSUID | MS_NODEV,
            f"mode=777,size={limits['disk']},nr_inodes={limits['files']}",
        )
        with contextlib.suppress(OSError):  # not allowed in some containers; then /proc stays closed
            mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        active += ["course hidden", "own disk"]
    except OSError:
        return


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


# ---- privileges -----------------------------------------------------------------------------------------------------
def limit(limits: dict, active: list[str]) -> None:
    """Limits of each process; the sum over all is watched from outside."""
    wanted = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_CPU: limits["cpu"],
        resource.RLIMIT_FSIZE: limits["disk"],
        resource.RLIMIT_NOFILE: 128,
        resource.RLIMIT_CORE: 0,
    }
    for what, value in wanted.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (value, value))
    active += ["memory", "time", "file size"]


def limit_processes(limits: dict, active: list[str]) -> None:
    """Counted for the user, so only where the user is the submission's own, or the count is the namespace's."""
    if "unprivileged user" in active or "own processes" in active:
        resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"], limits["processes"]))
        active.append("number of processes")


def drop_privileges(user: int | None, active: list[str]) -> None:
    """Limits do not bind root: become a user who owns nothing, or at least one without root's powers."""
    if os.getuid() == 0 and user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        active.append("unprivileged user")
    elif os.getuid() == 0:
        for capability in range(64):
            LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        header, nothing = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
        call("capset", header, nothing)
        active.append("no capabilities")
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    active.append("no new privileges")


# ---- Landlock: the kernel's own sandbox for everybody (Linux 5.13) --------------------------------------------------
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_FILES = [(1, (1 << 13) - 1), (2, (1 << 14) - 1), (3, (1 << 15) - 1), (5, (1 << 16) - 1)]  # ABI → rights it knows


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def landlock(readable: list[str], writable: list[str], active: list[str]) -> None:
    """Only these paths can be opened at all; no TCP, no signals to others."""
    syscall = LIBC.syscall
    syscall.restype = ctypes.c_long
    abi = syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if abi < 1:
        return
    handled = max(rights for version, rights in ALL_FILES if version <= abi)
    ruleset = _Ruleset(handled, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    rules = syscall(CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if rules < 0:
        return
    allowed = [(path, EXECUTE | READ_FILE | READ_DIR) for path in readable] + [(path, handled) for path in writable]
    for path, rights in allowed:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        if not os.path.isdir(path):
            rights &= EXECUTE | WRITE_FILE | READ_FILE | (1 << 14 if abi >= 3 else 0)
        rule = _PathRule(rights & handled, parent)
        result = syscall(ADD_RULE, ctypes.c_int(rules), ctypes.c_int(1), ctypes.byref(rule), ctypes.c_uint32(0))
        os.close(parent)
        if result < 0:
            return
    if syscall(RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0)) < 0:
        return
    os.close(rules)
    active.append("files outside closed")
    if abi >= 4 and "no network" not in active:
        active.append("no TCP")
    if abi >= 6:
        active.append("no signals to others")


def main() -> None:
    """Put everything up, say what holds, and become the worker."""
    config = json.loads(sys.argv[1])
    if sys.platform == "linux":
        call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    active: list[str] = []
    os.umask(0o022)  # the folders that `hide` makes anew must let the unprivileged user in
    if sys.platform == "linux" and config["isolate"]:
        separate(active)
        if "own processes" in active:
            hide(config, active)
    limit(config["limits"], active)
    if sys.platform == "linux":
        drop_privileges(config["user"] if "course hidden" in active or not config["closed"] else None, active)
        limit_processes(config["limits"], active)
        call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
        if config["isolate"]:
            system = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom", "/dev/zero"]
            if "course hidden" in active:
                system.append("/proc")
            landlock([*system, *config["keep"]], [config["work"], "/dev/null"], active)
    os.umask(0o077)
    os.chdir(config["work"])
    sys.path[:] = [config["toolbox"], *(path for path in sys.path if not _below(path, config["package"]))]
    os.write(1, (json.dumps(active) + "\n").encode())
    from inside import worker

    worker.serve()


if __name__ == "__main__":
    main()
