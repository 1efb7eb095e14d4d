"""Too little protection is refused, unless somebody accepts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_course import protections
from weightinit_course.protections import NEEDED, OPEN, announce, is_confined, what_is_open
from weightinit_course.sandbox import Limits, Stopped
from weightinit_course.terms import CourseError

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


def test_a_machine_that_can_make_no_room_says_in_one_line_what_helps(machine):
    machine("bwrap is not installed")
    with pytest.raises(CourseError, match="sudo apt-get install bubblewrap; or give --accept-weak") as caught:
        announce(Path(), Limits(), accept_weak=False)
    assert "\n" not in str(caught.value)


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
