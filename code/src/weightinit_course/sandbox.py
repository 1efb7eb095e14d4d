"""A submission's own process, seen from the trusted side: start it, run cells, call functions, stop it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import select
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import psutil

from weightinit_course import room
from weightinit_course.family import Family
from weightinit_course.harmless import harmless_throughout, one_line
from weightinit_course.inside import wire
from weightinit_course.slots import Slot

FIRST_USER = 61_000  # unprivileged users, one a running submission, so that limits and signals stay apart
START = 30.0  # seconds in which a process must be up
PATIENCE = 10  # wall time that is waited for a second of processor time on a busy machine
MB = 2**20
ENVIRONMENT = {"PATH": "", "LANG": "C.UTF-8", "USER": "student", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
OF_THE_ROOM = ("own root", "own disk", "own processes", "no network")
LATE = ("it took longer than is allowed", "time")
ENDED = ("its process ended by itself (did it call exit, or use more memory than is allowed?)", "ended")


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    seconds : float
        Processor time of all its processes together; and, counted by itself, time in which all of them sleep. What waits
        for a processor that others have is not charged.
    cell_seconds : float
        The same for one cell or call.
    memory : int
        Bytes: of address space a process, and of memory of all its processes together.
    disk, files : int
        Bytes and number of files that it can write.
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
    """The process ended, or was stopped; the message says why.

    Attributes
    ----------
    cause : str
        "start", "time", "memory", "processes", "disk", "ended" or "message".
    """

    def __init__(self, message: str, cause: str):
        super().__init__(message)
        self.cause = cause


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
    masked : iterable of Path
        Folders of installed packages that shall not be there.
    isolate : bool
        False does without bubblewrap's room, and so without most of what protects others.

    Attributes
    ----------
    protections : tuple of str
        Those that are up.
    user : int
        User id of the process where bubblewrap is started as root; no other running sandbox has it.

    Raises
    ------
    Stopped
        If the process could not be started.
    """

    def __init__(self, toolbox: Path, limits: Limits | None = None, *, masked: Iterable[Path] = (), isolate=True):
        self.limits = limits or Limits()
        self.protections: tuple[str, ...] = ()
        self._stopped: tuple[str, str] | None = None  # why, and the cause
        self._deadline = time.monotonic() + PATIENCE * self.limits.seconds
        self._seconds, self._slept = 0.0, 0.0  # processor time and sleep so far
        self._most_seconds = self._most_sleep = math.inf  # when they reach this, a call must end
        self._asked = False  # while nothing is, it may sleep
        self._generators: dict[int, Any] = {}
        self._process: subprocess.Popen | None = None
        self._isolate = isolate
        self._family: Family | None = None
        self._work = Path(tempfile.mkdtemp(prefix="weightinit-"))
        try:
            self._slot = Slot()
        except OSError as error:
            shutil.rmtree(self._work)
            raise _not_started(error) from None
        self.user = FIRST_USER + self._slot.number
        try:
            self._process = self._spawn(toolbox, masked)
            self._family = Family(self._process.pid)
            self.protections = self._handshake()
        except (Stopped, OSError, ValueError, ImportError, psutil.Error) as error:
            said = self._last_words()
            self.close()
            raise _not_started(said or error) from None
        threading.Thread(target=self._watch_over, daemon=True).start()

    # ---- the start
    def _spawn(self, toolbox: Path, masked: Iterable[Path]) -> subprocess.Popen:
        """Start the jail with nothing of our environment, and pipes as the only way out."""
        limits = {
            "memory": self.limits.memory,
            "cpu": int(self.limits.seconds) + 5,
            "disk": self.limits.disk,
            "processes": self.limits.processes,
        }
        if self._isolate:
            command, files = room.command(toolbox, limits, self.user, masked)
        else:
            self._work.chmod(0o777)
            command, files = room.command_without(toolbox, limits, self.user, self._work), []
        with contextlib.ExitStack() as opened:
            for file in files:
                opened.enter_context(file)
            opened.enter_context(_on_one_core(self._slot.number))
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._work,
                env=ENVIRONMENT,
                start_new_session=True,
                pass_fds=[file.fileno() for file in files],
                bufsize=0,
            )
        os.set_blocking(process.stdin.fileno(), False)
        return process

    def _handshake(self) -> tuple[str, ...]:
        """The jail's first line: what it has put up. Nothing of the student's was read before it is written."""
        line, until = b"", time.monotonic() + START
        while not line.endswith(b"\n") and len(line) < 4096:
            line += self._read(1, until)
        found = (*(OF_THE_ROOM if self._isolate else ()), *json.loads(line))
        self._process.stderr.close()
        return found

    def _last_words(self) -> str:
        """What bubblewrap or the jail said of why it could not come up."""
        if self._process is None:
            return ""
        self._stop("it could not be started", "start")
        os.set_blocking(self._process.stderr.fileno(), False)
        said = (self._process.stderr.read(4096) or b"").decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(said) if line.strip()), "")

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    # ---- requests
    def run(self, source: str) -> dict[str, Any]:
        """Run a cell; {"outputs": […], "problem": None or {"kind", "message"}}."""
        seconds = self._seconds_of_one()
        return self._ask({"cell": source, "seconds": seconds}, seconds + 5, arrays=0)

    def _seconds_of_one(self) -> float:
        """How long a cell or call may take: it is interrupted, and only then the process stopped."""
        return min(self.limits.cell_seconds, max(1.0, self.limits.seconds - self._seconds - 2))

    def keep(self, place: str) -> None:
        """Remember what all names mean now."""
        self._ask({"keep": place}, 10, arrays=0)

    def restore(self, place: str) -> None:
        """Give the names the meaning of `place` again; those that came later keep theirs."""
        self._ask({"restore": place}, 10, arrays=0)

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
        seconds = self._seconds_of_one()
        request = {
            "call": name,
            "seconds": seconds,
            "arguments": [self._sendable(value) for value in arguments],
            "keywords": {key: self._sendable(value) for key, value in keywords.items()},
        }
        answer = self._ask(request, seconds + 5)
        if "value" not in answer:
            raise Stopped("its process sent an answer that nobody asked for", "message")
        return answer["value"]

    def _sendable(self, value: Any) -> Any:
        if not isinstance(value, np.random.Generator):
            return value
        new = id(value) not in self._generators
        self._generators[id(value)] = value  # kept, so that no other gets its number
        if not new:
            return {"$generator": id(value)}
        seed = value.bit_generator.seed_seq.state  # what it spawns from
        return {"$generator": id(value), "state": value.bit_generator.state, "seed": seed}

    def _ask(self, message: dict[str, Any], seconds: float, arrays: int = wire.LARGEST_ARRAYS) -> dict[str, Any]:
        """The answer to a request, with no string in it that could do harm and at most so many bytes of arrays."""
        if self._stopped:
            raise Stopped(*self._stopped)
        until = min(time.monotonic() + PATIENCE * seconds, self._deadline)
        self._most_seconds, self._most_sleep = self._seconds + seconds, self._slept + seconds
        self._asked = True
        try:
            self._write(wire.pack(message), until)
            text, body = wire.head(self._read(16, until))
            if body > arrays:
                raise wire.WireError("arrays that nobody asked for")
            answer = harmless_throughout(wire.unpack(self._read(text, until), self._read(body, until)))
        except wire.WireError as error:
            self._end(f"its process sent {error}", "message")
        finally:
            self._asked = False
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
                self._end(*LATE)
            try:
                view = view[os.write(pipe, view) :]
            except (BrokenPipeError, OSError):
                self._end(*ENDED)

    def _read(self, count: int, until: float) -> bytes:
        pipe, parts = self._process.stdout.fileno(), []
        while count:
            ready = select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]
            if not ready:
                self._end(*LATE)
            part = os.read(pipe, min(count, MB))
            if not part:
                self._end(*ENDED)
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    # ---- the end
    def _end(self, why: str, cause: str) -> NoReturn:
        self._stop(why, cause)
        raise Stopped(*self._stopped)

    def _stop(self, why: str, cause: str) -> None:
        """End all its processes; the first reason counts."""
        self._stopped = self._stopped or (why, cause)
        if self._family is not None:
            self._family.kill()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            self._process.kill()

    def _watch_over(self) -> None:
        """Limits that hold for all its processes together."""
        before = time.monotonic()
        while self._process.poll() is None:
            use = self._family.use(self.limits.memory)
            now = time.monotonic()
            self._seconds = use.seconds
            self._slept += (now - before) if use.sleeps and self._is_awaited() else 0.0
            before = now
            if use.tasks > self.limits.processes + 2:  # bubblewrap's own
                self._stop("it started more processes than is allowed", "processes")
            if use.memory > self.limits.memory:
                self._stop("it used more memory than is allowed", "memory")
            over = use.seconds > min(self.limits.seconds, self._most_seconds)
            if over or self._slept > min(self.limits.seconds, self._most_sleep) or now > self._deadline:
                self._stop(*LATE)
            size, files = self._written()
            if size > self.limits.disk or files > self.limits.files:
                self._stop("it wrote more to the disk than is allowed", "disk")
            time.sleep(0.1)

    def _is_awaited(self) -> bool:
        """Is there a question to which no answer has come?"""
        with contextlib.suppress(ValueError, OSError):  # closed meanwhile
            return self._asked and not select.select([self._process.stdout], [], [], 0)[0]
        return False

    def _written(self) -> tuple[int, int]:
        """Bytes and number of files on the disk."""
        if self._isolate:
            disk = self._family.disk(room.DISK)
            return (0, disk.f_files - disk.f_ffree) if disk else (0, 0)  # the size is the disk's
        sizes = []
        for path in self._work.rglob("*"):
            with contextlib.suppress(OSError):
                sizes.append(path.lstat().st_size)
        return sum(sizes), len(sizes)

    def close(self) -> None:
        """Stop the process and everything that it started, and remove its folder."""
        if self._process is not None:
            self._stop("closed", "ended")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
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


def _not_started(why: object) -> Stopped:
    return Stopped(f"its process could not be started: {why}", "start")


@contextlib.contextmanager
def _on_one_core(number: int) -> Iterator[None]:
    """What is started meanwhile stays on one core, so that whoever starts many processes slows nobody else down."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(cores)[number % len(cores)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
