"""Too little protection is refused, unless somebody accepts it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from weightinit_course import protections
from weightinit_course.protections import NEEDED, OPEN, announce, is_confined, what_is_open
from weightinit_course.sandbox import Limits, Stopped
from weightinit_course.terms import ROOT, CourseError

WEAK = ("memory", "no new privileges", "files outside closed")


@pytest.fixture
def machine(monkeypatch):
    """machine(said): one on which no room can be made, and what is said then; None for one on which it can."""

    def is_(said):
        def up(*_, isolate=True):
            if isolate and said:
                raise Stopped(f"its process could not be started: {said}", "start")
            return NEEDED if isolate else WEAK

        monkeypatch.setattr(protections, "of_this_machine", up)

    return is_


def test_every_needed_wall_must_be_up():
    assert is_confined(["memory", *NEEDED])
    for missing in NEEDED:
        assert not is_confined(["files outside closed", "no TCP", *(set(NEEDED) - {missing})])


def test_what_is_up_is_said(machine, capsys):
    machine(None)
    assert announce(Path(), Limits(), accept_weak=False)
    assert capsys.readouterr() == (f"Protections: {', '.join(NEEDED)}.\n", "")


NOTHING = "bwrap: No permissions to create a new namespace, likely because the kernel does not allow it."
MAP = "bwrap: setting up uid map: Permission denied"
PROC = "bwrap: Can't mount proc on /newroot/proc: Operation not permitted"


@pytest.mark.parametrize(
    ("said", "place", "helps"),
    [
        (None, "", "bubblewrap is missing: sudo apt-get install bubblewrap"),
        ("bwrap: Unknown option --size", "", "this bubblewrap is too old"),
        (NOTHING, "", "sudo sysctl -w user.max_user_namespaces=15000"),
        (NOTHING, "debian", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        (MAP, "apparmor", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
        (PROC, "container", "podman run --security-opt unmask=ALL"),
        ("bwrap: execvp /opt/python: Permission denied", "", "execvp /opt/python: Permission denied"),
    ],
)
def test_a_machine_that_can_make_no_room_says_in_one_line_what_helps(
    said, place, helps, toolboxes, ps2, tmp_path, monkeypatch
):
    """A bubblewrap that says what the real one says there."""
    toolbox = toolboxes(ps2)
    if said:
        (tmp_path / "bwrap").write_text(f"#!/bin/sh\necho {shlex.quote(said)} >&2\nexit 1\n")
        (tmp_path / "bwrap").chmod(0o755)
    (tmp_path / "apparmor_restrict_unprivileged_userns").write_text("1\n" if place == "apparmor" else "0\n")
    (tmp_path / "unprivileged_userns_clone").write_text("0\n" if place == "debian" else "1\n")
    monkeypatch.setattr(protections, "SWITCHES", tmp_path)
    monkeypatch.setattr(protections, "MARKS_OF_CONTAINERS", [tmp_path] if place == "container" else [])
    monkeypatch.delenv("container", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    protections.of_this_machine.cache_clear()
    with pytest.raises(CourseError, match="or give --accept-weak") as caught:
        announce(toolbox, Limits(), accept_weak=False)
    assert helps in str(caught.value) and "\n" not in str(caught.value)


def test_on_another_system_the_container_is_named(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "Containerfile" in protections.remedy("its process could not be started: whatever")


def test_whoever_accepts_it_hears_all_that_is_open(machine, capsys):
    machine("bwrap is not installed")
    assert not announce(Path(), Limits(), accept_weak=True)
    said = capsys.readouterr()
    assert said.out == f"Protections: {', '.join(WEAK)}.\n" and "apt-get install bubblewrap" in said.err
    assert [name for name, what in OPEN.items() if what in said.err] == [name for name in OPEN if name not in WEAK]


def test_nothing_is_open_where_everything_is_up():
    assert what_is_open(OPEN) == ""


def test_a_machine_that_cannot_run_anything_says_so(monkeypatch):
    def fails(*_, **__):
        raise Stopped("its process could not be started: no pipes", "start")

    monkeypatch.setattr(protections, "of_this_machine", fails)
    with pytest.raises(CourseError, match="no submission can be run on this machine: its process could not"):
        announce(Path(), Limits(), accept_weak=True)


def test_the_image_has_what_the_marking_needs():
    """No engine builds it here: its packages are those of .ci/run, what is typed in it exists."""
    text = (ROOT / "Containerfile").read_text(encoding="utf8")
    packages = re.search(r"--no-install-recommends (.*?) \\\n", text)[1].split()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf8")
    assert set(packages) == {"bubblewrap", "libseccomp2", "make", "git", "python3", "python3-venv"}
    assert all(re.search(rf"missing\+=\([^)]*\b{name}\b", script) for name in packages)
    for target in re.findall(r"^(?:RUN|# and there:) make (\S+)", text, re.M):
        assert subprocess.run(["make", "-n", target, "TERM=a", "PS=b", "SUBMISSIONS=c"], cwd=ROOT).returncode == 0
    assert all(option in text for option in re.findall(r"--security-opt [\w=]+", protections.IN_A_CONTAINER))
