"""Mark a class of made-up honest students undisturbed, and once more killed on the way; compare time, memory and bytes.

    python code/bench/bench_marking.py --size 300 --jobs 2

Run it as an ordinary user, as an instructor would. With --dask the work goes to a local cluster of as many workers.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from weightinit_course.demo import write_class
from weightinit_course.problem_set import ProblemSet
from weightinit_course.release import release

TERM, MB = "bench", 2**20


class Memory(threading.Thread):
    """Resident memory of a run: of the process that was started, at each moment, and of its largest worker."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.main: list[int] = []
        self.worker = 0
        self._process = psutil.Process(pid)
        self.start()

    def run(self) -> None:
        """Look until the process ends. Its children are a server and a tracker; the server's children are the workers."""
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended
            while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
                self.main.append(self._process.memory_info().rss)
                for child in self._children(self._process):
                    for worker in self._children(child):
                        with contextlib.suppress(psutil.Error):
                            self.worker = max(self.worker, worker.memory_info().rss)
                time.sleep(0.25)

    @staticmethod
    def _children(process: psutil.Process) -> list[psutil.Process]:
        """None where the process ends at this very moment."""
        with contextlib.suppress(psutil.Error):
            return process.children()
        return []

    def __str__(self) -> str:
        middle = self.main[len(self.main) // 4 : len(self.main) // 2] or [0]
        main = f"main process {max(self.main) // MB} MB (in the second quarter {max(middle) // MB} MB)"
        return f"{main}, largest worker {self.worker // MB} MB"


def written(folder: Path) -> dict[str, bytes]:
    """Marks, pages and tables, by path; how long the marking took aside."""
    paths = [*folder.glob("*.csv")]
    for top in ("results", "autograded", "feedback"):
        paths += [path for path in folder.glob(f"{top}/**/*") if path.is_file()]
    return {str(p.relative_to(folder)): re.sub(rb'"seconds": [0-9.]+', b"", p.read_bytes()) for p in paths}


@contextlib.contextmanager
def workers(asked: argparse.Namespace) -> Iterator[list[str]]:
    """What the command needs besides: where the work is done."""
    if not asked.dask:
        yield ["--jobs", str(asked.jobs)]
        return
    from dask.distributed import LocalCluster

    with LocalCluster(n_workers=asked.jobs, threads_per_worker=1, processes=True, dashboard_address=None) as local:
        yield ["--jobs", str(asked.jobs), "--dask", local.scheduler_address]


def mark(home: Path, submissions: Path, roster: Path, where: list[str], kill_at: int | None = None) -> bool:
    """Mark the class in a build folder; True if it ended by itself. With `kill_at`: kill it after so many submissions."""
    command = [sys.executable, "-m", "weightinit_course", "grade", TERM, "ps2", str(submissions)]
    command += ["--students", str(roster), *where]
    start = time.monotonic()
    run = subprocess.Popen(
        command, env=os.environ | {"WEIGHTINIT_COURSEWORK": str(home)}, stdout=subprocess.PIPE, text=True
    )
    memory = Memory(run.pid)
    results = home / TERM / "results" / "ps2"
    while kill_at is not None and run.poll() is None:
        if results.is_dir() and sum(path.suffix == ".json" for path in results.iterdir()) >= kill_at:
            run.kill()
            break
        time.sleep(0.05)
    said = run.communicate()[0]
    took = time.monotonic() - start
    if run.returncode == -9:
        print(f"killed after {took:.0f} s, {len(list(results.glob('*.json')))} submissions marked", flush=True)
        return False
    if run.returncode:
        sys.exit(f"error: the run ended with exit code {run.returncode}\n{said}")
    print(f"{took:.0f} s; {memory}; {re.search('.* marked', said)[0]}", flush=True)
    return True


def main() -> int:
    """Release, mark twice, compare; 1 if the two differ."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", type=int, default=300, help="number of students")
    parser.add_argument("--jobs", type=int, default=2, help="submissions at the same time")
    parser.add_argument("--kills", type=int, default=3, help="how often the second run is killed")
    parser.add_argument("--dask", action="store_true", help="on a local cluster of dask")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weightinit-bench-") as folder, workers(asked) as where:
        calm, killed, submissions = (Path(folder) / name for name in ("calm", "killed", "submissions"))
        os.environ["WEIGHTINIT_COURSEWORK"] = str(calm)
        release(TERM, ["ps2"])
        roster = write_class(submissions, ProblemSet.of_term("ps2", TERM), asked.size)
        shutil.copytree(calm, killed)
        print("undisturbed: ", end="", flush=True)
        mark(calm, submissions, roster, where)
        for kill in range(1, asked.kills + 1):
            mark(killed, submissions, roster, where, kill_at=kill * asked.size // (asked.kills + 1))
        print("to the end: ", end="", flush=True)
        mark(killed, submissions, roster, where)
        first, second = written(calm / TERM), written(killed / TERM)
        different = sorted(path for path in first | second if first.get(path) != second.get(path))
        print(f"{len(first)} files compared: {', '.join(different[:5]) or 'all the same'}")
        return bool(different)


if __name__ == "__main__":
    sys.exit(main())
