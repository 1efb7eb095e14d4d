"""What the book offers for download: the student notebooks of the term `preview`, and what a submission must look like.

A Sphinx extension, so that every way to build the book gives the same site.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from sphinx.application import Sphinx

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


def publish_downloads(app: Sphinx, error: Exception | None) -> None:
    """Put the notebooks beside the pages."""
    if not error and app.builder.format == "html":
        publish(Path(app.outdir) / "downloads")


def setup(app: Sphinx) -> dict:
    """Connect to the end of the build, before the steps that finish and guard the site (800)."""
    app.connect("build-finished", publish_downloads, priority=700)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
