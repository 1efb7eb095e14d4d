"""Which printed lines are a table."""

from __future__ import annotations

import pytest

from weightinit_book.extensions.outputs import in_columns


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("layer   1    2\nstd z 1.3  1.2\n", True),
        ("he     best rate 0.02\nxavier best rate 0.02", True),
        ("one line  with a gap", False),
        ("predicted for the whole network:\n  signal × 1", False),
        ("He's std: 0.059 0.042\npublished 1.7, ours 1.67", False),
        ("", False),
    ],
)
def test_lines_held_in_place_by_runs_of_spaces_are_a_table(text, table):
    assert in_columns(text) is table
