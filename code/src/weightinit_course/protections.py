"""What locks a submission up on this machine, and whether that is enough to run one."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from weightinit_course.sandbox import Limits, Sandbox, Stopped
from weightinit_course.terms import CourseError

NEEDED = ("own root", "own processes", "no network", "system calls filtered")
IN_A_CONTAINER = (
    "this container may not make a room for a submission; start it with these options: docker run --cap-add SYS_ADMIN "
    "--cap-add NET_ADMIN --security-opt apparmor=unconfined, or podman run --security-opt unmask=ALL --security-opt "
    "label=disable"
)
# What bubblewrap or we ourselves say where no room can be made, and what helps
REMEDIES = {
    "bwrap is not installed": "bubblewrap is missing; install it, on Debian and Ubuntu with: sudo apt-get install bubblewrap",
    "libseccomp": "libseccomp is missing; install it, on Debian and Ubuntu with: sudo apt-get install libseccomp2",
    "Unknown option": "this bubblewrap is too old (0.7 or later is needed); install a newer one",
}
FORBIDDEN = (
    "ermission denied",
    "not permitted",
    "No permissions",
    "not allowed",
    "No space left",
)  # after these, see below
# What is open where a protection is missing
OPEN = {
    "unprivileged user": "it runs as you",
    "files outside closed": "it reads and changes whatever that user can, the hidden tests and other submissions included",
    "own root": "it changes permissions and times of files and talks to programs that listen there (ssh-agent, tmux)",
    "no network": "it uses the network",
    "own processes": "what it leaves running lives on",
    "no signals to others": "it ends other programs of that user",
    "system calls filtered": "it holds memory that nobody counts",
    "number of processes": "it starts as many processes as it can before it is stopped",
}


def is_confined(protections: Iterable[str]) -> bool:
    """Is a submission in a room of its own, so that it reaches neither the course nor others, nor the network?"""
    return set(NEEDED) <= set(protections)


def what_is_open(protections: Iterable[str]) -> str:
    """What a submission can do where only these protections are up."""
    return "; ".join(what for name, what in OPEN.items() if name not in set(protections))


@functools.cache
def of_this_machine(toolbox: Path, limits: Limits, *, isolate: bool = True) -> tuple[str, ...]:
    """What is up here, found out with an empty sandbox; `Stopped` if there can be none."""
    with Sandbox(toolbox, limits, isolate=isolate) as sandbox:
        return sandbox.protections


def announce(toolbox: Path, limits: Limits, *, accept_weak: bool) -> bool:
    """Say what protects a run; is it run in rooms of its own?

    Raises
    ------
    CourseError
        If that is too little and nobody has accepted it, or if nothing can be run at all.
    """
    try:
        up = of_this_machine(toolbox, limits)
        missing = "" if is_confined(up) else "not everything is up that must be"
    except Stopped as error:
        up, missing = (), remedy(str(error))
    if missing and not accept_weak:
        raise CourseError(f"{missing}; or give --accept-weak (ARGS=--accept-weak) if you trust your class")
    if missing:
        try:
            up = of_this_machine(toolbox, limits, isolate=False)
        except Stopped as error:
            raise CourseError(f"no submission can be run on this machine: {error}") from None
    print(f"Protections: {', '.join(up)}.", flush=True)
    if missing:
        print(f"WARNING: {missing}. Until then, of a submission holds: {what_is_open(up)}.", file=sys.stderr)
    return not missing


def remedy(said: str) -> str:
    """One line on what to install or to allow, for what was said when no room could be made."""
    if sys.platform != "linux":
        return (
            "submissions are marked on Linux; on macOS and Windows use the Containerfile of this repository, or WSL 2"
        )
    for sign, line in REMEDIES.items():
        if sign in said:
            return line
    if not any(sign in said for sign in FORBIDDEN):
        return said
    if os.environ.get("container") or any(Path(path).exists() for path in ("/.dockerenv", "/run/.containerenv")):
        return f"{IN_A_CONTAINER} ({said})"
    if Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").exists():
        return f"this system keeps user namespaces from bubblewrap; allow them with: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 ({said})"
    return f"this system allows no user namespaces; allow them with: sudo sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1 ({said})"
