"""One command at a time writes into `_build/`: a second one waits and says so."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

NAME = ".lock"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Hold the lock of a folder; yields its descriptor.

    The system keeps the lock and lets it go when the last process that has the descriptor ends, however it ends. So a
    program that is started inside gets it too (``pass_fds``): it may outlive the one who started it.
    """
    with (folder / NAME).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            print(f"another build is running here (process {file.read() or '?'}); waiting for it …", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file.fileno()
        file.truncate(0)
