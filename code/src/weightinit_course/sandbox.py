"""A submission's own process, seen from the trusted side: start it, run cells, call functions, stop it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from weightinit_course.harmless import harmless_throughout, one_line
from weightinit_course.inside import wire
from weightinit_course.slots import Slot
from weightinit_course.terms import ROOT
from weightinit_course.toolbox import PACKAGES

FIRST_USER = 61_000  # unprivileged users, one a running submission, so that limits and signals stay apart
START = 30.0  # seconds in which a process must be up
MB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    seconds : float
        Wall time of everything together.
    cell_seconds : float
        Wall time of one cell or call.
    memory : int
        Bytes: of address space a process, and of resident memory of all its processes together.
    disk, files : int
        Bytes and number of files in its folder.
    processes : int
        Processes and threads.
    """

    seconds: float = 150.0
    cell_seconds: float = 45.0
    memory: int = 3072 * MB
    disk: int = 64 * MB
    files: int = 2000
    processes: int = 32

    @classmethod
    def of_seconds(cls, seconds: float) -> Limits:
        """So many seconds for everything together, and the usual share of them for one cell or call."""
        return cls(seconds=seconds, cell_seconds=seconds * cls.cell_seconds / cls.seconds)


class Stopped(Exception):
    """The process ended, or was stopped; the message says why."""


class RemoteError(Exception):
    """The student's code raised an error of the class `kind`."""

    def __init__(self, kind: str, message: str):
        super().__init__(f"{kind}: {message}")
        self.kind, self.message = kind, message


class Sandbox:
    """One submission's process. Use it as a context manager.

    Parameters
    ----------
    toolbox : Path
        From `make_toolbox`.
    limits : Limits, optional
    hidden : iterable of Path
        Folders besides the repository that must not be seen: the submissions.
    isolate : bool
        False leaves namespaces and Landlock out; for tests of what holds without them.

    Attributes
    ----------
    protections : tuple of str
        Those that are up.
    user : int
        User id of the process where the marking is started as root; no other running sandbox has it.

    Raises
    ------
    Stopped
        If the process could not be started.
    """

    def __init__(self, toolbox: Path, limits: Limits | None = None, *, hidden: Iterable[Path] = (), isolate=True):
        self.limits = limits or Limits()
        self.protections: tuple[str, ...] = ()
        self._stopped_by: str | None = None
        self._deadline = time.monotonic() + self.limits.seconds
        self._generators: dict[int, Any] = {}
        self._process: subprocess.Popen | None = None
        self._work = Path(tempfile.mkdtemp(prefix="weightinit-"))
        self._work.chmod(0o777)
        try:
            self._slot = Slot()
        except OSError:
            shutil.rmtree(self._work)
            raise Stopped("its process could not be started") from None
        self.user = FIRST_USER + self._slot.number
        try:
            self._process = self._spawn(toolbox, self._confinement(toolbox, hidden, isolate))
            self.protections = self._handshake()
        except (Stopped, OSError, ValueError):
            self.close()
            raise Stopped("its process could not be started") from None
        threading.Thread(target=self._watch_over, daemon=True).start()

    def _confinement(self, toolbox: Path, hidden: Iterable[Path], isolate: bool) -> dict[str, Any]:
        """What the jail needs to know to lock itself up."""
        places = [Path(sys.prefix), Path(sys.base_prefix), toolbox]
        keep = [*places, *(path.resolve() for path in places)]  # an environment may be reached through a link
        # A folder that the unprivileged user could not enter is covered as well, and what is needed put back.
        closed = [top for path in keep if (top := _closed_top(path))]
        covered = [ROOT, *(Path(path).resolve() for path in hidden), *closed]
        return {
            "work": str(self._work),
            "toolbox": str(toolbox),
            "package": str(PACKAGES),
            "keep": [str(path) for path in dict.fromkeys(keep)],
            "hide": _outermost(path for path in covered if path.is_dir()),
            "user": self.user if os.getuid() == 0 else None,
            "closed": bool(closed),
            "isolate": isolate,
            "limits": {
                "memory": self.limits.memory,
                "cpu": int(self.limits.seconds) + 5,
                "disk": self.limits.disk,
                "files": self.limits.files,
                "processes": self.limits.processes,
            },
        }

    def _spawn(self, toolbox: Path, confinement: dict[str, Any]) -> subprocess.Popen:
        """Start the jail with nothing of our environment, and pipes as the only way out."""
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(toolbox / "inside" / "jail.py"), json.dumps(confinement)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._work,
            env={"PATH": "", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
            close_fds=True,
            bufsize=0,
        )
        os.set_blocking(process.stdin.fileno(), False)
        return process

    def _handshake(self) -> tuple[str, ...]:
        """The jail's first line: what it has put up. Nothing of the student's was read before it is written."""
        line, until = b"", time.monotonic() + START
        while not line.endswith(b"\n") and len(line) < 4096:
            line += self._read(1, until)
        return tuple(json.loads(line))

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    # ---- requests
    def run(self, source: str) -> dict[str, Any]:
        """Run a cell; {"outputs": […], "problem": None or {"kind", "message"}}."""
        seconds = min(self.limits.cell_seconds, max(1.0, self._deadline - time.monotonic() - 2))
        return self._ask({"cell": source, "seconds": seconds}, seconds + 5, arrays=0)

    def look_up(self, name: str) -> Any:
        """A value of the student's, or a `Function`; NameError if there is none."""
        answer = self._ask({"name": name}, 10)
        if answer.get("kind") == "function":
            return Function(self, name)
        if answer.get("kind") == "value" and "value" in answer:
            return answer["value"]
        raise NameError(name)

    def call(self, name: str, arguments: tuple, keywords: dict[str, Any]) -> Any:
        """Call a function of the student's with plain values and generators."""
        request = {
            "call": name,
            "arguments": [self._sendable(value) for value in arguments],
            "keywords": {key: self._sendable(value) for key, value in keywords.items()},
        }
        answer = self._ask(request, self.limits.cell_seconds)
        if "value" not in answer:
            raise Stopped("its process sent an answer that nobody asked for")
        return answer["value"]

    def _sendable(self, value: Any) -> Any:
        if not isinstance(value, np.random.Generator):
            return value
        new = id(value) not in self._generators
        self._generators[id(value)] = value  # kept, so that no other gets its number
        return {"$generator": id(value)} | ({"state": value.bit_generator.state} if new else {})

    def _ask(self, message: dict[str, Any], seconds: float, arrays: int = wire.LARGEST_ARRAYS) -> dict[str, Any]:
        """The answer to a request, with no string in it that could do harm and at most so many bytes of arrays."""
        if self._stopped_by:
            raise Stopped(self._stopped_by)
        until = min(time.monotonic() + seconds, self._deadline)
        try:
            self._write(wire.pack(message), until)
            text, body = wire.head(self._read(16, until))
            if body > arrays:
                raise wire.WireError("arrays that nobody asked for")
            answer = harmless_throughout(wire.unpack(self._read(text, until), self._read(body, until)))
        except wire.WireError as error:
            self._stop(f"its process sent {error}")
            raise Stopped(self._stopped_by) from None
        if "error" in answer:
            error = answer["error"] if isinstance(answer["error"], dict) else {}
            raise RemoteError(one_line(str(error.get("kind")), 80), one_line(str(error.get("message")), 500))
        return answer

    # ---- the pipe
    def _write(self, data: bytes, until: float) -> None:
        pipe, view = self._process.stdin.fileno(), memoryview(data)
        while view:
            ready = select.select([], [pipe], [], max(0.0, until - time.monotonic()))[1]
            if not ready:
                self._late()
            try:
                view = view[os.write(pipe, view) :]
            except (BrokenPipeError, OSError):
                self._ended()

    def _read(self, count: int, until: float) -> bytes:
        pipe, parts = self._process.stdout.fileno(), []
        while count:
            ready = select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]
            if not ready:
                self._late()
            part = os.read(pipe, min(count, MB))
            if not part:
                self._ended()
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    # ---- the end
    def _late(self) -> None:
        self._stop("it took longer than is allowed")
        raise Stopped(self._stopped_by)

    def _ended(self) -> None:
        self._stop("its process ended by itself (did it call exit, or use more memory than is allowed?)")
        raise Stopped(self._stopped_by)

    def _stop(self, why: str) -> None:
        """Kill from the inside out: the outer process of the jail then sees its child end, and leaves no zombie."""
        self._stopped_by = self._stopped_by or why
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.5)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _watch_over(self) -> None:
        """Limits that hold for all its processes together."""
        with contextlib.suppress(psutil.Error):
            outer = psutil.Process(self._process.pid)
            while self._process.poll() is None:
                family = [outer, *outer.children(recursive=True)]
                used = 0
                for process in family:
                    with contextlib.suppress(psutil.Error):
                        used += process.memory_info().rss
                if len(family) > self.limits.processes + 2:
                    self._stop("it started more processes than is allowed")
                if used > self.limits.memory:
                    self._stop("it used more memory than is allowed")
                if time.monotonic() > self._deadline:
                    self._stop("it took longer than is allowed")
                if "own disk" not in self.protections and _size(self._work) > self.limits.disk:
                    self._stop("it wrote more to the disk than is allowed")
                time.sleep(0.1)

    def close(self) -> None:
        """Stop the process and everything that it started, and remove its folder."""
        if self._process is not None:
            self._stop("closed")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._work, ignore_errors=True)
        self._slot.close()


class Function:
    """A function of the student's: calling it runs it in the sandbox and brings back plain values."""

    def __init__(self, sandbox: Sandbox, name: str):
        self._sandbox, self.__name__ = sandbox, name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the function in the student's process."""
        return self._sandbox.call(self.__name__, arguments, keywords)


def _closed_top(path: Path) -> Path | None:
    """The outermost folder on the way to `path` that other users cannot enter."""
    if os.getuid():
        return None
    return next((p for p in reversed([path, *path.parents]) if not p.stat().st_mode & 0o001), None)


def _outermost(paths: Iterable[Path]) -> list[str]:
    unique = sorted({str(path) for path in paths}, key=len)
    kept: list[str] = []
    for path in unique:
        if not any(path.startswith(outer.rstrip("/") + "/") for outer in kept):
            kept.append(path)
    return kept


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total
