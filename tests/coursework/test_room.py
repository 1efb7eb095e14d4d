"""What of the machine is in a submission's room: what Python needs, without the course wherever it may lie."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import sympy

from weightinit_course import room
from weightinit_course.sandbox import Limits, Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="submissions are marked on Linux")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course in the midst of the libraries that every program needs, as in /usr/lib/course."""
    prefix = tmp_path / "usr"
    (prefix / "lib" / "course" / "source").mkdir(parents=True)
    (prefix / "lib" / "course" / "source" / "ps2.ipynb").write_text("the solution")
    (prefix / "lib" / "other").mkdir()
    (tmp_path / "alias").symlink_to(prefix)
    monkeypatch.setattr(room, "PREFIXES", (*room.PREFIXES, str(prefix), str(tmp_path / "alias")))
    monkeypatch.setattr(room, "ROOT", prefix / "lib" / "course")
    return prefix / "lib" / "course"


def test_a_course_among_the_libraries_is_covered_under_every_name(course, ps2, toolboxes):
    with Sandbox(toolboxes(ps2), Limits()) as sandbox:
        for parent in (course.parent, course.parents[2] / "alias" / "lib"):
            sandbox.run(
                f"import os; names = sorted(os.listdir({str(parent)!r})), os.listdir({str(parent / 'course')!r})"
            )
            assert sandbox.look_up("names") == (["course", "other"], [])


def test_without_a_room_it_is_not_said_that_such_a_course_is_closed(course, ps2, toolboxes):
    with Sandbox(toolboxes(ps2), Limits(), isolate=False) as sandbox:
        assert "files outside closed" not in sandbox.protections


def test_a_masked_package_is_not_there_under_any_name(ps2, toolboxes):
    folder = Path(sympy.__file__).parent
    with Sandbox(toolboxes(ps2), Limits(), masked=[folder]) as sandbox:
        sandbox.run("import glob, sympy, sys\nfound = glob.glob(sys.prefix + '/lib*/python*/site-packages/sympy/*')")
        assert sandbox.look_up("found") == []
        sandbox.run("empty = not hasattr(sympy, 'Symbol')")
        assert sandbox.look_up("empty") is True


def test_the_environment_in_a_folder_of_the_course_shows_only_itself(tmp_path, monkeypatch):
    for name in (".venv/lib/python", "coursework", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(room, "PREFIXES", (str(tmp_path / ".venv"),))
    monkeypatch.setattr(room, "ROOT", tmp_path)
    seen = {path for path in room.view(tmp_path / "box") if path.is_relative_to(tmp_path)}
    assert seen == {tmp_path / ".venv" / "lib"}


def test_every_link_that_leads_to_the_interpreter_is_there(tmp_path):
    (tmp_path / "real").touch()
    (tmp_path / "between").symlink_to("real")
    (tmp_path / "python").symlink_to(tmp_path / "between")
    assert list(room._links(tmp_path / "python")) == [tmp_path / "python", tmp_path / "between", tmp_path / "real"]


@pytest.mark.parametrize(("powers", "root"), [(room.POWERS, True), (2**41 - 1, True), (room.POWERS - 2**21, False)])
def test_root_without_its_powers_is_an_ordinary_user(powers, root, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"Name:\tx\nCapEff:\t{powers:016x}\n")
    assert room.by_root() == root
