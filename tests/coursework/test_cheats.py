"""Cheats earn no point, reach nothing that is not theirs, and harm nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from weightinit_course.course import ROOT
from weightinit_course.marking import mark
from weightinit_course.samples import CHEATS, NOTEBOOK_CHEATS, cheat, solved
from weightinit_course.sandbox import FIRST_USER, MB, Limits, Sandbox, enough

LIMITS = Limits(seconds=12, cell_seconds=2, memory=1024 * MB, disk=16 * MB)
ALL = [*NOTEBOOK_CHEATS, *CHEATS]
# These reach for files, the network or other processes; where the system offers no isolation, marking refuses to start.
NEED_ISOLATION = {
    "grader_files",
    "gradebook",
    "other_submission",
    "package_solution",
    "network",
    "kill_everybody",
    "infect_the_environment",
    "trace_the_grader",
    "links",
    "pickle",
}


def points(result):
    return sum(cell["points"] or 0 for cell in result["cells"].values())


def said(result):
    lines = []
    for cell in nbformat.reads(result["notebook"], as_version=4).cells:
        for output in cell.get("outputs", []):
            lines += str(output.get("text", "")).splitlines()
    # a traceback quotes the source; only a line that begins with the word was printed by it
    return [line for line in lines if line.startswith("STOLEN")]


@pytest.fixture(scope="module")
def classmate(ps2, tmp_path_factory):
    """Somebody else's perfect submission, where a cheat may look for it."""
    folder = tmp_path_factory.mktemp("submissions")
    (folder / "classmate").mkdir()
    nbformat.write(solved(ps2), folder / "classmate" / "ps2.ipynb")
    return folder


def test_there_are_at_least_thirty_kinds():
    assert len(ALL) >= 30


@pytest.mark.parametrize("name", ALL)
def test_a_cheat_earns_nothing_and_harms_nobody(name, ps2, toolboxes, classmate, strong):
    if name in NEED_ISOLATION and not strong:
        pytest.skip("this system offers neither namespaces nor Landlock")
    sources = {p: p.read_bytes() for p in (ROOT / "coursework" / "source").rglob("*.ipynb")}
    start = time.monotonic()
    slot = os.getpid() % 4000
    result = mark(cheat(ps2, name), ps2, [], toolboxes(ps2), limits=LIMITS, slot=slot, hidden=(classmate,))
    assert points(result) == 0, result["cells"]
    assert said(result) == []
    assert time.monotonic() - start < LIMITS.seconds + 15
    assert sources == {p: p.read_bytes() for p in sources}
    assert not Path("/tmp/weightinit-was-here").exists()
    assert left_running(slot) == []


def left_running(slot: int) -> list[str]:
    """Command lines of processes that a cheat has left behind, once what was killed has had a second to end."""
    for _ in range(20):
        left = []
        for process in psutil.process_iter(["cmdline", "uids", "status"]):
            line = " ".join(process.info["cmdline"] or [])
            uids = process.info["uids"]
            if "weightinit_daemon" in line or (os.getuid() == 0 and uids and uids.real == FIRST_USER + slot):
                left.append(f"{process.info['status']} {line}")
        if not left:
            break
        time.sleep(0.05)
    return left


def test_after_all_that_the_environment_is_clean(ps2, toolboxes):
    """The next submission is marked as if nothing had been."""
    code = "import builtins; assert not hasattr(builtins, 'INFECTED')"
    subprocess.run([sys.executable, "-c", code], check=True)
    result = mark(solved(ps2), ps2, [], toolboxes(ps2))
    assert points(result) == 65


def test_the_page_for_the_marker_holds_no_script(ps2, toolboxes):
    result = mark(cheat(ps2, "script_for_the_marker"), ps2, [], toolboxes(ps2))
    for cell in nbformat.reads(result["notebook"], as_version=4).cells:
        if cell.cell_type == "markdown":
            assert "<script" not in cell.source and "<img" not in cell.source and "<iframe" not in cell.source
        for output in cell.get("outputs", []):
            assert set(output.get("data", {})) <= {"text/plain", "text/html"}
            shown = output.get("data", {}).get("text/html", "")
            assert not shown or shown.startswith('<img alt="a figure of the submission" src="data:image/')


def test_the_protections_that_this_machine_has_are_up(ps2, toolboxes):
    with Sandbox(toolboxes(ps2), LIMITS) as sandbox:
        active = sandbox.active
    if sys.platform == "linux":
        assert "no new privileges" in active and "memory" in active
    if os.getuid() == 0:
        assert "unprivileged user" in active or "no capabilities" in active
    if not enough(active):
        pytest.skip(f"this system offers neither namespaces nor Landlock; active: {active}")
    assert {"files outside closed", "no new privileges"} <= set(active)


def test_limits_hold_without_namespaces(ps2, toolboxes):
    """What is left where the system offers nothing: processes, memory and time are still watched from outside."""
    for name in ("endless_loop", "huge_array", "memory_of_children", "exit"):
        start = time.monotonic()
        with Sandbox(toolboxes(ps2), LIMITS, isolate=False) as sandbox:
            assert not enough(sandbox.active)
            try:
                sandbox.run(CHEATS[name])
            except Exception as error:
                assert type(error).__name__ in ("Stopped", "RemoteError")
        assert time.monotonic() - start < LIMITS.seconds + 10
