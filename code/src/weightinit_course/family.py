"""What all processes of a submission use together, as the system counts it from outside."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Use:
    """What a family uses.

    Attributes
    ----------
    seconds : float
        Processor time so far, of those included that have ended.
    tasks : int
        Processes and threads.
    sleeps : bool
        None of them has the processor, or waits for it.
    memory : int
        Bytes; what several processes share counts once.
    """

    seconds: float
    tasks: int
    sleeps: bool
    memory: int


class Family:
    """A process and its descendants; whoever loses a parent stays one, since the first process of the room takes it in.

    Parameters
    ----------
    pid : int
    """

    def __init__(self, pid: int):
        self._first = psutil.Process(pid)
        self._seconds = 0.0
        self._seen: list[psutil.Process] = []

    def members(self) -> list[psutil.Process]:
        """Those that live, parents before children."""
        with contextlib.suppress(psutil.Error):
            return [self._first, *self._first.children(recursive=True)]
        return []

    def use(self, enough: int) -> Use:
        """What is used now. Memory is looked at closely only if a quick look finds more than `enough`.

        A process that has ended gives its time to the parent that waits for it. Parents are read first, so that no time
        is counted twice when a child ends meanwhile.
        """
        seconds, tasks, sleeps, resident = 0.0, 0, True, 0
        self._seen = members = self.members()
        for process in members:
            with contextlib.suppress(psutil.Error, OSError), process.oneshot():
                times = process.cpu_times()
                seconds += times.user + times.system + times.children_user + times.children_system
                tasks += len(os.listdir(f"/proc/{process.pid}/task"))  # what psutil reads can be forged by a name
                sleeps = sleeps and process.status() != psutil.STATUS_RUNNING
                resident += process.memory_info().rss
        self._seconds = max(self._seconds, seconds)
        memory = resident if resident <= enough else sum(_memory(process) for process in members)
        return Use(self._seconds, tasks, sleeps, memory)

    def kill(self) -> None:
        """End all, the innermost first: in a room, its first process takes everything along."""
        for process in reversed(self.members()):
            with contextlib.suppress(psutil.Error):
                process.kill()

    def disk(self, path: str) -> os.statvfs_result | None:
        """How full `path` of the room is, as the newest process that can be asked sees it."""
        for process in reversed(self._seen):
            with contextlib.suppress(OSError):
                return os.statvfs(f"/proc/{process.pid}/root{path}")
        return None


def _memory(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess):
        try:
            return process.memory_full_info().pss
        except psutil.AccessDenied:
            return process.memory_info().rss
    return 0
