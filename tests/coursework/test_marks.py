"""Marks keep what they say when they are stored."""

from __future__ import annotations

import json

import pytest

from weightinit_course.marks import CellMark, Marks

MARKS = Marks(
    cells={
        "a-test": CellMark(4.5, 8.0, "✗ a", ("half_variance", "wrong_value")),
        "text": CellMark(None, 10.0),
        "blank": CellMark(0.0, 5.0, mistakes=("unanswered",), blank=True),
    },
    remarks=("odd",),
    protections=("memory", "no network"),
    notebook='{"cells": []}',
    seconds=1.25,
)


def test_marks_come_back_from_json_as_they_were():
    assert Marks.from_json(json.loads(json.dumps(MARKS.to_json()))) == MARKS


def test_points_are_added_by_who_gives_them():
    assert (MARKS.automatic, MARKS.by_hand, MARKS.of) == (4.5, 10.0, 23.0)


@pytest.mark.parametrize("key", ["cells", "remarks", "protections", "notebook"])
def test_what_is_not_whole_is_no_marks(key):
    fields = MARKS.to_json()
    del fields[key]
    with pytest.raises((KeyError, TypeError)):
        Marks.from_json(fields)
