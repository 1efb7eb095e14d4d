"""Numbers of running sandboxes are never shared, in one process or between two, and come back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from weightinit_course import slots
from weightinit_course.slots import Slot

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody changes users, and every slot is 0")


def test_slots_that_are_held_at_the_same_time_differ():
    held = [Slot() for _ in range(20)]
    assert len({slot.number for slot in held}) == 20
    for slot in held:
        slot.close()


def test_another_process_gets_other_numbers_and_gives_them_back_however_it_ends():
    code = "from weightinit_course.slots import Slot; s = Slot(); print(s.number, flush=True); input(); import os; os._exit(1)"
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    theirs = int(other.stdout.readline())
    ours = [Slot() for _ in range(theirs + 2)]
    assert theirs not in [slot.number for slot in ours]
    other.communicate("\n")
    for slot in ours:
        slot.close()
    again = [Slot() for _ in range(theirs + 1)]  # a test that runs beside this one may be quicker with some of them
    assert min(slot.number for slot in again) <= theirs
    for slot in again:
        slot.close()


def test_a_machine_without_a_free_slot_says_so(monkeypatch):
    held = Slot()
    monkeypatch.setattr(slots, "MOST", held.number + 1)
    with pytest.raises(OSError, match="[Aa]ddress already in use"):
        Slot()
    held.close()
