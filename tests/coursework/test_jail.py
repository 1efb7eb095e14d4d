"""The jail locks its own process up before a line of the student's is read."""

from __future__ import annotations

import os
import sys

import pytest

from weightinit_course.inside import jail
from weightinit_course.sandbox import Limits, Sandbox

LIMITS = Limits(seconds=600, memory=2 * 2**30, processes=20)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there are limits of memory and time only")


@pytest.fixture(scope="module")
def inside(ps2, toolboxes):
    """inside(expression) -> its value where a submission runs."""
    with Sandbox(toolboxes(ps2), LIMITS) as sandbox:
        sandbox.run("import os, resource, socket, sys, glob")

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
    if "number of processes" in inside.sandbox.protections:
        assert inside("resource.getrlimit(resource.RLIMIT_NPROC)") == (LIMITS.processes, LIMITS.processes)


def test_nobody_is_root(inside):
    if os.getuid() == 0 and "unprivileged user" in inside.sandbox.protections:
        assert inside("[*os.getresuid(), *os.getresgid()]") == [inside.sandbox.user] * 6
        assert inside("os.getgroups()") == []
    status = inside("open('/proc/self/status').read()") if "course hidden" in inside.sandbox.protections else ""
    if status:
        assert "NoNewPrivs:\t1" in status and "CapEff:\t0000000000000000" in status


def test_the_own_disk_is_small_and_the_course_is_not_there(inside, ps2):
    if "own disk" not in inside.sandbox.protections:
        pytest.skip("this system offers no namespaces")
    assert inside("os.statvfs('.').f_blocks * os.statvfs('.').f_frsize") == LIMITS.disk
    assert inside("[name for name in sys.modules if name.startswith('weightinit_course')]") == []
    root = str(jail.__file__).split("/code/")[0]
    assert inside(f"[p for p in glob.glob({root!r} + '/**', recursive=True) if p.endswith(('.ipynb', '.md'))]") == []


def test_there_is_no_network(inside):
    if "no network" not in inside.sandbox.protections:
        pytest.skip("this system offers no namespaces")
    assert [name for _, name in inside("socket.if_nameindex()")] == ["lo"]


@pytest.mark.parametrize(
    ("path", "folder", "is_below"), [("/a/b", "/a", True), ("/a", "/a", True), ("/ab", "/a", False), ("/x", "/", True)]
)
def test_below(path, folder, is_below):
    assert jail._below(path, folder) == is_below
