"""Cheats earn no point, reach nothing that is not theirs, and harm nobody: one of each kind; `make test-attacks` tries all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from weightinit_course import rendering, slots
from weightinit_course.examples.answers import right
from weightinit_course.examples.cheats import cheat
from weightinit_course.mark_one import mark_submission
from weightinit_course.sandbox import FIRST_USER, MB, Limits
from weightinit_course.terms import ROOT

# The error of a cheat that is itself wrong, and would not have cheated: of the cell behind the first answer.
BLUNDER = re.compile(r"code cell 5 ended with (Attribute|Import|Indentation|Key|Name|Syntax|Type)Error")
KINDS = (
    "edited_tests",  # another notebook
    "patched_builtins",  # another Python
    "lying_array",  # values that lie
    "frames",  # looks at who calls
    "forged_answers",  # speaks for the marking
    "grader_files",  # reads files
    "network",
    "privileges",
    "fork_bomb",  # takes more than there is
    "huge_output",
    "stubborn_loop",  # does not end
    "daemon",  # outlives its notebook
)
LIMITS = Limits(seconds=6, cell_seconds=2, memory=1024 * MB, disk=16 * MB)


def said(marks):
    lines = []
    for cell in nbformat.reads(marks.notebook, as_version=4).cells:
        for output in cell.get("outputs", []):
            lines += str(output.get("text", "")).splitlines()
    # a traceback quotes the source; only a line that begins with the word was printed by it
    return [line for line in lines if line.startswith("STOLEN")]


@pytest.fixture(scope="module")
def classmate(ps2, tmp_path_factory):
    """Somebody else's perfect submission, where a cheat may look for it."""
    folder = tmp_path_factory.mktemp("submissions")
    (folder / "classmate").mkdir()
    nbformat.write(right(ps2), folder / "classmate" / "ps2.ipynb")
    return folder


@pytest.fixture
def users(monkeypatch):
    """Users of the sandboxes that the test starts; nobody else gets them before the test has ended."""
    started: list[int] = []
    held = []

    class Held(slots.Slot):
        def __init__(self):
            super().__init__()
            started.append(FIRST_USER + self.number)
            held.append(self)

        def close(self):
            pass

    monkeypatch.setattr("weightinit_course.sandbox.Slot", Held)
    yield started
    for slot in held:
        slots.Slot.close(slot)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cheat_earns_nothing_and_harms_nobody(kind, ps2, toolboxes, classmate, users):
    sources = {p: p.read_bytes() for p in (ROOT / "coursework" / "source").rglob("*.ipynb")}
    marks = mark_submission(cheat(kind).submission(ps2), ps2, toolboxes(ps2), limits=LIMITS)
    assert marks.automatic == 0, marks.cells
    assert said(marks) == []
    assert [remark for remark in marks.remarks if BLUNDER.match(remark)] == []
    assert sources == {p: p.read_bytes() for p in sources}
    assert not Path("/tmp/weightinit-was-here").exists()
    assert left_running(users) == []


def left_running(users: list[int]) -> list[str]:
    """Command lines of processes that a cheat has left behind, once what was killed has had a second to end."""
    for _ in range(20):
        left = []
        for process in psutil.process_iter(["cmdline", "uids", "status"]):
            line = " ".join(process.info["cmdline"] or [])
            uids = process.info["uids"]
            if "weightinit_daemon" in line or (os.getuid() == 0 and uids and uids.real in users):
                left.append(f"{process.info['status']} {line}")
        if not left:
            break
        time.sleep(0.05)
    return left


def test_after_all_that_the_environment_is_clean(ps2, toolboxes):
    """The next submission is marked as if nothing had been."""
    code = "import builtins; assert not hasattr(builtins, 'INFECTED')"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert mark_submission(right(ps2), ps2, toolboxes(ps2)).automatic == 65


def test_the_page_for_the_marker_holds_no_script(ps2, toolboxes):
    marks = mark_submission(cheat("script_for_the_marker").submission(ps2), ps2, toolboxes(ps2))
    for cell in nbformat.reads(marks.notebook, as_version=4).cells:
        if cell.cell_type == "markdown":
            page = rendering.Texts().markdown(cell.source)
            assert not re.search(r"<(script|img|iframe)|href=.javascript", page), page
        for output in cell.get("outputs", []):
            assert set(output.get("data", {})) <= {"text/plain", "text/html"}
            shown = output.get("data", {}).get("text/html", "")
            assert not shown or shown.startswith('<img alt="a figure of the submission" src="data:image/')
