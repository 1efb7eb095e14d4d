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
# What bubblewrap or we ourselves say where no room can be made, and what helps
REMEDIES = {
    "bwrap is not installed": "bubblewrap is missing: sudo apt-get install bubblewrap (or your system's own installer)",
    "libseccomp": "libseccomp is missing: sudo apt-get install libseccomp2 (or your system's own installer)",
    "Unknown option": "this bubblewrap is too old, 0.7 or later is needed: install a newer one",
}
ELSEWHERE = "submissions are marked on Linux; on macOS and Windows use the Containerfile in this folder, or WSL 2"
IN_A_CONTAINER = (
    "this container may not make rooms for submissions; start it with: podman run --security-opt unmask=ALL "
    "--security-opt label=disable, or docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined (the Containerfile says more)"
)
BY_APPARMOR = (
    "AppArmor keeps user namespaces from bubblewrap; allow them with: "
    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
)
BY_THE_SYSTEM = "this system allows no user namespaces; allow them with: sudo sysctl -w user.max_user_namespaces=15000"
BY_DEBIAN = "this system allows no user namespaces; allow them with: sudo sysctl -w kernel.unprivileged_userns_clone=1"
MARKS_OF_CONTAINERS = ("/.dockerenv", "/run/.containerenv")
SWITCHES = Path("/proc/sys/kernel")
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
        return ELSEWHERE
    for sign, line in REMEDIES.items():
        if sign in said:
            return line
    if "bwrap: " not in said or "bwrap: execvp" in said:
        return said
    if "container" in os.environ or any(Path(path).exists() for path in MARKS_OF_CONTAINERS):
        return f"{IN_A_CONTAINER} ({said})"
    if _switch("apparmor_restrict_unprivileged_userns") == "1":
        return f"{BY_APPARMOR} ({said})"
    return f"{BY_DEBIAN if _switch('unprivileged_userns_clone') == '0' else BY_THE_SYSTEM} ({said})"


def _switch(name: str) -> str:
    try:
        return (SWITCHES / name).read_text().strip()
    except OSError:
        return ""
