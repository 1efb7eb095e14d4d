"""What a family of processes uses: the time of those that have ended, and what they share only once."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from weightinit_course.family import Family

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="submissions are marked on Linux")


@pytest.fixture
def started():
    """started(code): the family of a process that has run it, says so, and waits for its end."""
    running = []

    def start(code):
        source = f"import os, time\n{code}\nprint(flush=True)\ninput()"
        process = subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdout.readline()
        running.append((process, Family(process.pid)))
        return running[-1][1]

    yield start
    for process, family in running:
        family.kill()
        process.communicate()


BURN = "until = time.process_time() + 0.3\nwhile time.process_time() < until: pass"


def test_the_time_of_children_that_have_ended_counts(started):
    work = BURN.replace("\n", "\n    ")
    family = started(f"if not os.fork():\n    {work}\n    os._exit(0)\nos.wait()")
    use = family.use(enough=0)
    assert 0.25 <= use.seconds < 1 and use.tasks == 1  # the system tells hundredths, rounded down


def test_who_computes_does_not_sleep(started):
    computing = started("if not os.fork():\n    while True: pass")
    asleep = started("time.sleep(0.2)\nif not os.fork():\n    time.sleep(1000)")
    time.sleep(0.3)
    assert not computing.use(enough=0).sleeps and asleep.use(enough=0).sleeps


def test_time_does_not_go_back_when_a_child_goes(started):
    family = started("child = os.fork() or time.sleep(1000)")
    before = family.use(enough=0).seconds
    family.members()[-1].kill()
    assert family.use(enough=0).seconds >= before


def test_memory_that_is_shared_counts_once(started):
    family = started("data = bytearray(80 * 2**20)\nfor _ in range(5): os.fork() or time.sleep(1000)")
    quick, close = family.use(enough=2**40), family.use(enough=0)
    assert quick.tasks == close.tasks == 6
    assert quick.memory > 6 * 80 * 2**20
    assert 80 * 2**20 < close.memory < 200 * 2**20


def test_memory_of_its_own_counts_for_each(started):
    family = started(
        "for _ in range(3):\n    if not os.fork():\n        data = b'x' * (50 * 2**20)\n        time.sleep(1000)\ntime.sleep(1)"
    )
    assert family.use(enough=0).memory > 150 * 2**20


def test_killed_they_are_all_gone(started):
    family = started("os.fork() or time.sleep(1000)")
    assert len(members := family.members()) == 2
    family.kill()
    for process in members:
        process.wait(5)
    assert family.members() == [] or not members[1].is_running()
