"""The jail locks its own process up before a line of the student's is read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from weightinit_course.room import HOME, by_root
from weightinit_course.sandbox import Limits, Sandbox
from weightinit_course.terms import ROOT

LIMITS = Limits(seconds=600, memory=2 * 2**30, processes=20)


@pytest.fixture(scope="module")
def inside(ps2, toolboxes):
    """inside(expression) -> its value where a submission runs."""
    with Sandbox(toolboxes(ps2), LIMITS) as sandbox:
        sandbox.run("import os, resource, socket, sys, glob, pathlib")

        def value(expression):
            answer = sandbox.run(f"value = {expression}")
            assert answer["problem"] is None, answer
            return sandbox.look_up("value")

        value.sandbox = sandbox
        yield value


def test_limits_hold_for_the_process_and_cannot_be_raised(inside):
    assert inside("resource.getrlimit(resource.RLIMIT_AS)") == (LIMITS.memory, LIMITS.memory)
    assert inside("resource.getrlimit(resource.RLIMIT_CPU)") == (605, 605)
    assert inside("resource.getrlimit(resource.RLIMIT_FSIZE)") == (LIMITS.disk, LIMITS.disk)
    assert inside("resource.getrlimit(resource.RLIMIT_CORE)") == (0, 0)
    assert inside("resource.getrlimit(resource.RLIMIT_NPROC)") == (LIMITS.processes, LIMITS.processes)


def test_nobody_has_a_power(inside):
    user = inside.sandbox.user if by_root() else os.getuid()
    assert inside("[*os.getresuid(), *os.getresgid()]") == [user] * 6
    status = dict(
        line.split(":\t") for line in inside("open('/proc/self/status').read().splitlines()") if ":\t" in line
    )
    assert {status[name] for name in status if name.startswith("Cap")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_of_the_machine_nothing_is_seen_but_what_python_needs(inside):
    assert set(inside("os.listdir('/')")) - {Path(sys.prefix).parts[1], Path(sys.base_prefix).parts[1]} <= {
        *("dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "tmp", "toolbox", "usr", "var")
    }
    assert inside("[name for name in sys.modules if name.startswith('weightinit_course')]") == []
    assert inside("os.path.exists('/usr/bin/env'), os.listdir('/etc')")[0] is False
    assert (
        inside(f"[p for p in glob.glob({str(ROOT)!r} + '/**', recursive=True) if p.endswith(('.ipynb', '.md'))]") == []
    )
    assert inside(f"os.listdir({str(ROOT)!r})") == [".venv"] if Path(sys.prefix).is_relative_to(ROOT) else True


def test_only_the_small_disk_can_be_written(inside):
    assert inside("os.statvfs('.').f_blocks * os.statvfs('.').f_frsize") == LIMITS.disk
    can = "[m.split()[4] for m in open('/proc/self/mountinfo') if os.access(m.split()[4], os.W_OK)]"
    assert inside(can) == ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/tmp"]
    assert inside("os.getcwd(), os.environ['HOME'], os.path.realpath('/dev/shm')") == (HOME, HOME, "/tmp")


def test_other_processes_are_not_there(inside):
    assert inside("sorted(name for name in os.listdir('/proc') if name.isdigit())") == ["1", "2"]
    assert "weightinit" not in inside("open('/proc/1/cmdline').read()")
