"""What locks a submission up on this machine, and whether that is enough to run one."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from pathlib import Path

from weightinit_course.sandbox import Limits, Sandbox, Stopped
from weightinit_course.terms import CourseError

WEAK = (
    "this system offers neither namespaces nor Landlock, so a submission could read the course's files or use "
    "the network; mark on Linux 5.13 or later (a container will do)"
)


def is_confined(protections: Iterable[str]) -> bool:
    """Are the hidden tests, other submissions and the network out of a submission's reach?"""
    return "files outside closed" in protections and not {"no network", "no TCP"}.isdisjoint(protections)


@functools.cache
def of_this_machine(toolbox: Path, limits: Limits, hidden: Path) -> tuple[str, ...]:
    """What is up here, found out with an empty sandbox."""
    with Sandbox(toolbox, limits, hidden=(hidden,)) as sandbox:
        return sandbox.protections


def announce(toolbox: Path, limits: Limits, hidden: Path, *, accept_weak: bool) -> None:
    """Say what protects a run, and refuse it if that is too little and nobody has accepted it."""
    try:
        protections = of_this_machine(toolbox, limits, hidden)
    except Stopped as error:
        raise CourseError(f"no submission can be run on this machine: {error}") from None
    print(f"Protections: {', '.join(protections)}.", flush=True)
    if not is_confined(protections):
        if not accept_weak:
            raise CourseError(f"{WEAK}, or give --accept-weak (ARGS=--accept-weak) if you trust your class")
        print(f"WARNING: {WEAK}.", file=sys.stderr)
