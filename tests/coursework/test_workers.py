"""Calls in processes: whoever ends its own ends no other call."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from weightinit_course.workers import MB, Bounds, Died, side_by_side

BOUNDS = Bounds(computing=10, waiting=60, memory=2048 * MB, file=MB)


def does(what, path=None):
    """One of several things that a call may do."""
    if what == "ends":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "computes":
        re.match(r"(a+)+$", "a" * 40 + "b")
    elif what == "sleeps":
        time.sleep(1000)
    elif what == "is stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        Path(path).touch()
        time.sleep(1000)
    elif what == "fills the memory":
        return len(bytes(2**33))
    elif what == "writes":
        Path(path).write_bytes(bytes(2 * MB))
    elif what == "raises":
        raise ValueError("a reason")
    return what


def said(calls, **bounds):
    """What became of each call, as text."""
    results = side_by_side(does, calls, 2, dataclasses.replace(BOUNDS, **bounds))
    return {calls[number][0]: f"died: {said}" if isinstance(said, Died) else said for number, said in results}


def test_each_call_that_goes_wrong_is_named_and_the_others_have_results(tmp_path):
    honest = [(f"honest {k}",) for k in range(8)]
    wrong = [("ends",), ("fills the memory",), ("writes", str(tmp_path / "file")), ("raises",)]
    assert said([*honest[:3], *wrong, *honest[3:]]) == {name: name for (name,) in honest} | {
        "ends": "died: its process was ended (exit code -9)",
        "fills the memory": "died: it needed more than 2048 MB of memory",
        "writes": "died: File too large",
        "raises": "died: ValueError: a reason",
    }


def test_time_is_limited_and_each_call_gets_its_own():
    honest = [(f"honest {k}",) for k in range(4)]
    seen = said([("computes",), *honest, ("sleeps",)], computing=1, waiting=4)
    assert seen.pop("computes") == "died: it computed longer than 1 seconds"
    assert seen.pop("sleeps") == "died: it took longer than 4 seconds"
    assert seen == {name: name for (name,) in honest}


def test_nothing_to_do_is_done():
    assert list(side_by_side(does, [], 2, BOUNDS)) == []


def test_another_executor_is_used_if_there_is_one():
    with ThreadPoolExecutor(1) as threads:
        results = dict(side_by_side(does, [("honest",), ("raises",)], 2, BOUNDS, threads))
    assert results[0] == "honest" and "a reason" in str(results[1])


def test_no_worker_outlives_a_killed_run(tmp_path):
    script = "import test_workers as t; list(t.side_by_side(t.does, [('sleeps',)] * 2, 2, t.BOUNDS))"
    run = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parent, start_new_session=True)
    until = time.monotonic() + 30
    while (
        len(family := psutil.Process(run.pid).children(recursive=True)) < 3
    ):  # the server that copies itself, two copies
        assert time.monotonic() < until
        time.sleep(0.05)
    run.kill()
    run.wait()
    assert psutil.wait_procs(family, timeout=10)[1] == []


# a shell that starts the tests in its background lets them ignore Ctrl-C
HEARS = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"


def run(script, *folders):
    """A script of its own session, which may import this module and what lies in `folders`."""
    paths = os.pathsep.join(map(str, (Path(__file__).parent, *folders)))
    return subprocess.Popen(
        [sys.executable, "-c", f"{HEARS}import test_workers as t\n{script}"],
        env=os.environ | {"PYTHONPATH": paths},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_while_the_copied_process_imports_is_no_traceback(tmp_path):
    """A terminal sends it to all processes: here one sends it to itself, in the midst of its imports."""
    (tmp_path / "interrupted.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    script = "from weightinit_course import workers\nworkers.IMPORTED_ONCE = ['interrupted']\n"
    done = run(script + "print(list(t.side_by_side(t.does, [('honest',)], 1, t.BOUNDS)))", tmp_path)
    assert done.communicate(timeout=120) == ("[(0, 'honest')]\n", "")


def test_ctrl_c_waits_for_no_worker(tmp_path):
    """They hear no friendly word, and pebble would wait for them before it says another."""
    script = f"""
from pebble.common import CONSTS
CONSTS.term_timeout = 1000
try:
    list(t.side_by_side(t.does, [("is stubborn", {str(tmp_path / "begun")!r})], 1, t.BOUNDS))
except KeyboardInterrupt:
    print("stopped")
"""
    running = run(script)
    until = time.monotonic() + 120
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < until and running.poll() is None
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)
    try:
        assert running.communicate(timeout=60) == ("stopped\n", "")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
