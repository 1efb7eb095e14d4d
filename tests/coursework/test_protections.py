"""Too little protection is refused, unless somebody accepts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_course import protections
from weightinit_course.protections import announce, is_confined
from weightinit_course.sandbox import Limits, Stopped
from weightinit_course.terms import CourseError

NEEDED = "files outside closed"


def test_files_and_network_must_both_be_out_of_reach():
    for network in ("no network", "no TCP"):
        assert is_confined(["memory", NEEDED, network])
        assert not is_confined(["memory", network])
    assert not is_confined([NEEDED, "memory", "unprivileged user"]) and not is_confined([])


@pytest.mark.parametrize("up", [(NEEDED, "no TCP"), ("memory",)])
@pytest.mark.parametrize("accept", [True, False])
def test_what_is_up_is_said_and_weakness_must_be_accepted(up, accept, monkeypatch, capsys):
    monkeypatch.setattr(protections, "of_this_machine", lambda *_: up)
    if not is_confined(up) and not accept:
        with pytest.raises(CourseError, match="--accept-weak"):
            announce(Path(), Limits(), Path(), accept_weak=accept)
    else:
        announce(Path(), Limits(), Path(), accept_weak=accept)
    said = capsys.readouterr()
    assert said.out == f"Protections: {', '.join(up)}.\n"
    assert ("WARNING" in said.err) == (accept and not is_confined(up))


def test_a_machine_that_cannot_run_anything_says_so(monkeypatch):
    def fails(*_):
        raise Stopped("its process could not be started")

    monkeypatch.setattr(protections, "of_this_machine", fails)
    with pytest.raises(CourseError, match="no submission can be run on this machine: its process could not"):
        announce(Path(), Limits(), Path(), accept_weak=True)
