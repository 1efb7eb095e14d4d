"""Files that are whole or not there at all, since a run may be killed at any time; and one run at a time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from weightinit_course.terms import CourseError


def write_whole(path: Path, text: str) -> None:
    """Write a file and its folders; whoever reads it meanwhile, or after a kill, finds the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")  # the next run writes over what a killed one left
    part.write_text(text, encoding="utf8", errors="replace", newline="")
    os.replace(part, path)


@contextlib.contextmanager
def one_run(folder: Path) -> Iterator[None]:
    """Keep every other run out of a term's folder; the system opens it again when this process ends, however it ends."""
    import fcntl  # not on Windows, where nothing is marked

    with (folder / ".running").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(f"another run is marking {folder.name}; wait until it has ended") from None
        yield
