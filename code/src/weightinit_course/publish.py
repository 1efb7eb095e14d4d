"""What the book offers for download: the student notebooks of the term `preview`, and what a submission must look like."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

from weightinit_course.problem_set import ProblemSet, problem_sets
from weightinit_course.terms import SHOWN_TERM


def publish(folder: Path) -> list[Path]:
    """Write the released notebooks below `folder`; a file that would not change is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in problem_sets():
        text = nbformat.writes(ProblemSet(name, SHOWN_TERM).released) + "\n"
        target = folder / f"{name}.ipynb"
        if not target.is_file() or target.read_text(encoding="utf8") != text:
            target.write_text(text, encoding="utf8")
        written.append(target)
    return written


if __name__ == "__main__":
    publish(Path(sys.argv[1]))
