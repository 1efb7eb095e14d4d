"""The jail locks its own process up before a line of the student's is read."""

from __future__ import annotations

import errno
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from pyseccomp import Arch, resolve_syscall

from weightinit_course.room import HOME, by_root
from weightinit_course.sandbox import Limits, Sandbox, Stopped
from weightinit_course.syscalls import LAST_KNOWN, NAMESPACES, REFUSED
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


def test_memory_that_no_account_shows_cannot_be_had(inside):
    inside.sandbox.run("""
import mmap
def shared(flags):
    try:
        return len(mmap.mmap(-1, 4096, flags=flags))
    except PermissionError:
        return 0
""")
    kinds = "mmap.MAP_SHARED, mmap.MAP_SHARED | 0x4000, mmap.MAP_PRIVATE"
    assert list(inside(f"[shared(kind | mmap.MAP_ANONYMOUS) for kind in ({kinds})]")) == [0, 0, 4096]


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
    assert sorted(inside(can)) == ["/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/tmp"]
    assert inside("os.getcwd(), os.environ['HOME'], os.path.realpath('/dev/shm')") == (HOME, HOME, "/tmp")


def test_other_processes_are_not_there(inside):
    assert inside("sorted(name for name in os.listdir('/proc') if name.isdigit())") == ["1", "2"]
    assert "weightinit" not in inside("open('/proc/1/cmdline').read()")


# ---- system calls ---------------------------------------------------------------------------------------------------
def test_every_call_of_the_list_is_refused(inside):
    numbers = {name: resolve_syscall(Arch.NATIVE, name) for name in REFUSED}
    numbers = {name: number for name, number in numbers.items() if number >= 0}  # not every machine has them all
    assert len(numbers) > 60
    inside.sandbox.run(
        "import ctypes\nLIBC = ctypes.CDLL(None, use_errno=True)\n"
        "def answer(number, *given):\n"
        "    return LIBC.syscall(number, *given) and ctypes.get_errno()"
    )
    answers = inside(f"{{name: answer(number, 0, 0, 0, 0, 0) for name, number in {numbers}.items()}}")
    assert {name for name, said in answers.items() if said != errno.EPERM} == set()
    clone = resolve_syscall(Arch.NATIVE, "clone")
    assert inside(f"[answer({clone}, flag | 17, 0, 0, 0, 0) for flag in {NAMESPACES}]") == [errno.EPERM] * len(
        NAMESPACES
    )
    assert inside(f"[answer(435, 0, 0), answer({LAST_KNOWN + 1}, 0), answer(1000, 0)]") == [errno.ENOSYS] * 3


def test_every_kind_of_socket_is_refused_but_a_pair(inside):
    inside.sandbox.run(
        "def opened(family, kind=socket.SOCK_STREAM):\n"
        "    try:\n        socket.socket(family, kind)\n    except PermissionError:\n        return False\n    return True"
    )
    assert inside("[f for f in range(1, 46) if opened(f) or opened(f, socket.SOCK_DGRAM)]") == []
    assert inside("[end.fileno() > 2 for end in socket.socketpair()]") == [True, True]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="int 0x80 and x32 are of x86-64")
@pytest.mark.parametrize("code", ["b8 67 01 00 00 cd 80 c3", "b8 29 00 00 40 0f 05 c3"], ids=["32 bit", "x32"])
def test_calls_by_the_numbers_of_another_architecture_open_nothing(code, ps2, toolboxes):
    """socket, called as a 32-bit program would and with the numbers of x32: the process is ended, or there is none."""
    source = f"""
import ctypes, mmap
page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex({code!r}))
answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""
    with Sandbox(toolboxes(ps2), LIMITS) as sandbox:
        try:
            sandbox.run(source)
            assert sandbox.look_up("answer") < 0
        except Stopped as error:
            assert error.cause == "ended"


# ---- the same for an ordinary user ----------------------------------------------------------------------------------
def test_an_ordinary_user_gets_the_same_walls(inside, ps2, toolboxes, as_user, tmp_path):
    code = f"""
import json, pathlib
from weightinit_course.sandbox import Limits, Sandbox
with Sandbox(pathlib.Path({str(toolboxes(ps2))!r}), Limits(memory=400 * 2**20, files=50)) as sandbox:
    sandbox.run("import os, time; status = open('/proc/self/status').read(); names = os.listdir('/')")
    found = [sandbox.protections, sandbox.look_up("status"), sandbox.look_up("names")]
    sandbox.run("data = b'x' * (150 * 2**20)\\nfor _ in range(5): os.fork() or time.sleep(2)\\ntime.sleep(1)")
    try:
        sandbox.run("for n in range(10**7): open(f'/tmp/{{n}}', 'w').close()")
    except Exception as error:
        found.append(error.cause)
print(json.dumps(found))
"""
    done = subprocess.run(as_user(sys.executable, "-B", "-c", code), capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    walls, status, names, cause = json.loads(done.stdout)
    assert set(inside.sandbox.protections) - {"unprivileged user"} == set(walls)
    assert status.count("\t" + "0" * 16 + "\n") >= 5 and "Seccomp:\t2" in status
    assert set(names) == set(inside("os.listdir('/')"))
    assert cause == "disk"  # five forks share their memory, which is no reason
