"""Locks the own process up, then runs a submission's worker in it. Standard library only; started by `sandbox`.

    python -I jail.py '{"user": 61001, "limits": {…}, …}'

The room around it is bubblewrap's, if there is one. Here the process gives up what it does not need: privileges, system
calls, files outside its folder. What is up is read from the system where that is possible, and reported as the first line
on standard output, so that the marking can say so and refuse where too little is.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import os
import resource
import signal
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CAPABILITY_VERSION_3 = 0x20080522


def call(name: str, *arguments) -> int:
    """A function of the C library; OSError if it fails."""
    result = getattr(LIBC, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


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


def drop_privileges(user: int | None, active: list[str]) -> None:
    """Limits do not bind root: become a user who owns nothing, and keep no power of root's."""
    for capability in range(64):
        LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        active.append("unprivileged user")
    header, nothing = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    call("capset", header, nothing)
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit_processes(most: int, active: list[str]) -> None:
    """The system counts them for the user, older ones (before Linux 5.14) also those outside of the room: a trial shows."""
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, (most, before[1]))
        child = os.fork()
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, before)
        return
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    active.append("number of processes")


# ---- system calls ---------------------------------------------------------------------------------------------------
class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def refuse_calls(code: bytes) -> None:
    """Put the filter of system calls up, where bubblewrap has not done it."""
    program = _Program(len(code) // 8, code)
    call("prctl", PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0)


def read_status(active: list[str]) -> None:
    """What the kernel itself says of this process."""
    with open("/proc/self/status") as file:
        status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
    if all(int(status[kind], 16) == 0 for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")):
        active.append("no capabilities")
    if status.get("NoNewPrivs") == "1":
        active.append("no new privileges")
    if status.get("Seccomp") == "2":
        active.append("system calls filtered")


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
    if abi >= 4:
        active.append("no TCP")
    if abi >= 6:
        active.append("no signals to others")


def lock_up(config: dict) -> list[str]:
    """Give up what is not needed; the names of what is up."""
    active: list[str] = []
    limit(config["limits"], active)
    if sys.platform == "linux":
        drop_privileges(config["user"], active)
        if config.get("filter"):
            refuse_calls(base64.b64decode(config["filter"]))
        if config["count"]:
            limit_processes(config["limits"]["processes"], active)
        read_status(active)
        call(
            "prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0
        )  # without a room, so that no child gets out of the watch's sight
        call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
        if config["readable"] is not None:
            landlock(config["readable"], config["writable"], active)
    return active


def main() -> None:
    """Put everything up, say what holds, and become the worker."""
    if sys.platform == "linux":
        call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    config = json.loads(sys.argv[1])
    toolbox = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    active = lock_up(config)
    os.umask(0o077)
    os.chdir(config["home"])
    sys.path[:] = [toolbox, *(path for path in sys.path if path != config.get("package"))]
    os.write(1, (json.dumps(active) + "\n").encode())
    from inside import worker

    worker.serve()


if __name__ == "__main__":
    main()
