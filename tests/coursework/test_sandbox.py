"""A submission's process from outside: what it is locked up with, its limits, and its end."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import psutil
import pytest

from weightinit_course import sandbox as module
from weightinit_course.examples.cheats import cheat
from weightinit_course.protections import is_confined
from weightinit_course.room import by_root
from weightinit_course.sandbox import MB, Limits, RemoteError, Sandbox, Stopped

LIMITS = Limits(seconds=12, cell_seconds=2, memory=1024 * MB, disk=16 * MB)


@pytest.fixture(scope="module")
def warm(ps2, toolboxes):
    """A process that every test may talk to, but not stop."""
    with Sandbox(toolboxes(ps2), Limits(seconds=3600)) as sandbox:
        yield sandbox


def test_a_submission_is_in_a_room_of_its_own_with_every_wall_up(warm):
    assert is_confined(warm.protections)
    walls = {"no capabilities", "no new privileges", "number of processes", "memory", "time", "file size", "own disk"}
    assert walls <= set(warm.protections)
    assert ("unprivileged user" in warm.protections) == by_root()


def test_values_functions_and_errors_come_back(warm):
    source = "x = (1, [2.5])\ndef twice(a, *, plus=0):\n    return 2 * a + plus\ndef fails():\n    raise KeyError('k')"
    assert warm.run(source) == {"outputs": [], "problem": None, "notes": []}
    assert warm.look_up("x") == (1, [2.5])
    assert np.array_equal(warm.look_up("twice")(np.arange(3), plus=1), [1, 3, 5])
    with pytest.raises(NameError, match="nobody"):
        warm.look_up("nobody")
    with pytest.raises(RemoteError, match="KeyError: 'k'") as caught:
        warm.look_up("fails")()
    assert (caught.value.kind, caught.value.message) == ("KeyError", "'k'")


def test_a_generator_keeps_its_stream_over_there(warm):
    warm.run("def draw(rng): return rng.random()")
    draw, rng, same = warm.look_up("draw"), np.random.default_rng(5), np.random.default_rng(5)
    assert [draw(rng), draw(rng)] == list(same.random(2))


@pytest.mark.parametrize("seed", [5, [11, 0], [2**80, 3]])
def test_a_generator_spawns_the_same_over_there(warm, seed):
    warm.run("def spawned(rng): return rng.spawn(2)[1].random()")
    draw, rng, same = warm.look_up("spawned"), np.random.default_rng(seed), np.random.default_rng(seed)
    assert [draw(rng), draw(rng)] == [same.spawn(2)[1].random(), same.spawn(2)[1].random()]


def test_a_cell_says_what_it_printed_and_how_it_ended(warm):
    answer = warm.run("print('hello')\n1 / 0")
    assert answer["problem"] == {"kind": "ZeroDivisionError", "message": "division by zero"}
    assert answer["outputs"][0]["stream"].startswith("hello\n")


def test_after_the_end_every_question_gets_the_reason(ps2, toolboxes):
    with Sandbox(toolboxes(ps2), LIMITS) as sandbox:
        for ask in (
            lambda: sandbox.run("import os; os._exit(0)"),
            lambda: sandbox.look_up("x"),
            lambda: sandbox.run("1"),
        ):
            with pytest.raises(Stopped, match="ended by itself") as caught:
                ask()
            assert caught.value.cause == "ended"


def test_nothing_is_left_of_a_process(ps2, toolboxes):
    with Sandbox(toolboxes(ps2), LIMITS) as sandbox:
        process, work = psutil.Process(sandbox._process.pid), sandbox._work
        assert process.is_running() and work.is_dir()
    assert not process.is_running() and not work.exists()


def test_two_processes_never_have_the_same_user(ps2, toolboxes):
    with Sandbox(toolboxes(ps2), LIMITS) as one, Sandbox(toolboxes(ps2), LIMITS) as other:
        assert one.user != other.user


def test_the_watch_begins_when_it_is_known_what_is_up(ps2, toolboxes, monkeypatch):
    """Whether the disk must be watched depends on the protections."""
    seen = []
    monkeypatch.setattr(Sandbox, "_watch_over", lambda self: seen.append(self.protections))
    with Sandbox(toolboxes(ps2), LIMITS) as sandbox:
        assert seen == [sandbox.protections] and sandbox.protections


@pytest.mark.parametrize("program", ["raise SystemExit", "print('this is no list')", "import time; time.sleep(60)"])
def test_a_jail_that_does_not_come_up_is_said_and_cleaned_away(program, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "START", 1.0)
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    (tmp_path / "box" / "inside").mkdir(parents=True)
    (tmp_path / "box" / "inside" / "jail.py").write_text(program)
    before = set(threading.enumerate())
    with pytest.raises(Stopped, match="could not be started") as caught:
        Sandbox(tmp_path / "box", LIMITS)
    assert caught.value.cause == "start"
    assert [path.name for path in tmp_path.iterdir()] == ["box"]
    assert set(threading.enumerate()) <= before  # one of an earlier test may have ended meanwhile


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("stubborn_loop", "took longer than is allowed"),
        ("memory_of_children", "used more memory than is allowed"),
        ("exit", "ended by itself"),
    ],
)
def test_limits_hold_without_namespaces(name, end, ps2, toolboxes):
    """What is left where the system offers nothing: processes, memory and time are still watched from outside."""
    limits = replace(LIMITS, seconds=6 if name == "stubborn_loop" else 60, cell_seconds=600)
    with Sandbox(toolboxes(ps2), limits, isolate=False) as sandbox:
        assert not is_confined(sandbox.protections)
        with pytest.raises(Stopped, match=end):
            sandbox.run(cheat(name).source)


def test_a_cell_that_asks_for_too_much_memory_ends_and_the_process_goes_on(ps2, toolboxes):
    with Sandbox(toolboxes(ps2), LIMITS, isolate=False) as sandbox:
        assert "MemoryError" in sandbox.run(cheat("huge_array").source)["problem"]["kind"]
        assert sandbox.run("1")["problem"] is None
