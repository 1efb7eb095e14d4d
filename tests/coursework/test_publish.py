"""What the book offers for download."""

from __future__ import annotations

import nbformat

from weightinit_course.problem_set import ProblemSet, problem_sets
from weightinit_course.publish import publish
from weightinit_course.terms import SHOWN_TERM


def test_the_released_notebooks_are_written_and_left_alone_when_nothing_changes(tmp_path):
    written = publish(tmp_path / "new" / "downloads")
    assert [path.name for path in written] == [f"{name}.ipynb" for name in problem_sets()]
    for path in written:
        assert nbformat.read(path, as_version=4) == ProblemSet(path.stem, SHOWN_TERM).released
    before = [path.stat().st_mtime_ns for path in written]
    written[0].write_text("old", encoding="utf8")
    assert publish(tmp_path / "new" / "downloads") == written
    assert [path.stat().st_mtime_ns for path in written[1:]] == before[1:] and written[0].read_text() != "old"
