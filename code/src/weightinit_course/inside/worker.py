"""The process in which a submission runs: cells first, then calls of its functions. Nothing in it is trusted.

It stands in the jail's process, reads requests from standard input and writes answers to where standard output was;
what the student's code prints goes nowhere but into the captured outputs.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST_TEXT = 20_000  # characters of one output
LARGEST_PICTURE = 400_000  # characters of a picture in base64
MOST_OUTPUTS = 20  # of one cell
LARGEST_CELL = 1_200_000  # characters of all pictures of a cell
_OVERWRITTEN = re.compile(r"[^\n\r]*\r(?!\n)")  # states of a progress bar but the last one


class CellTimeout(BaseException):
    """A cell ran too long. No Exception, so that no `except Exception:` swallows it by accident."""


def serve() -> None:
    """Answer requests until the input ends."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    _settle()
    from inside import wire

    student = Student()
    while (request := wire.receive(requests)) is not None:
        try:
            answer = student.answer(request)
        except BaseException as error:
            answer = {"error": _describe(error)}
        try:
            data = wire.pack(answer)
        except BaseException as error:
            data = wire.pack({"error": {"kind": type(error).__name__, "message": str(error)[:500]}})
        answers.write(data)
        answers.flush()


def _settle() -> None:
    """A home that is the work folder, with matplotlib's font list ready."""
    home = os.getcwd()
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        os.environ[name] = home
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # figures are shown as in a notebook
    os.environ["PYTHONBREAKPOINT"] = "0"
    sys.path.append("")  # a module that the notebook writes can be imported
    for path in (Path(__file__).parents[1] / "matplotlib").glob("fontlist*.json"):
        shutil.copy(path, home)


class Student:
    """The namespace of a submission in IPython."""

    def __init__(self):
        from inside.shell import Shell

        self.shell = Shell.start()
        self.generators: dict[int, Any] = {}
        self.kept: dict[str, dict[str, Any]] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What a request asks for."""
        if "cell" in request:
            return self.run(request["cell"], request["seconds"])
        if "keep" in request:
            self.kept[request["keep"]] = dict(self.shell.user_ns)
            return {}
        if "restore" in request:
            return self.restore(request["restore"])
        if "name" in request:
            return self.look_up(request["name"])
        with _stopped_after(request["seconds"]):
            return self.call(request["call"], request["arguments"], request["keywords"])

    def run(self, source: str, seconds: float) -> dict[str, Any]:
        """Run a cell: its outputs, its error if it has one, and what was left out."""
        from IPython.utils.capture import capture_output

        problem = None
        with capture_output() as captured:
            try:
                self.shell.prepare(source)
                with _stopped_after(seconds):
                    result = self.shell.run_cell(source, store_history=False)
                error = result.error_before_exec or result.error_in_exec
                problem = None if error is None else _describe(error)
            except BaseException as error:
                problem = _describe(error)
        answer = {
            "outputs": _outputs([captured.stdout, captured.stderr], [output.data for output in captured.outputs]),
            "problem": problem,
            "notes": self.shell.notes[:MOST_OUTPUTS],
        }
        self.shell.notes.clear()
        return answer

    def restore(self, place: str) -> dict[str, Any]:
        """Give the names the meaning that they had at a place, and those that came later the last one."""
        last = self.kept.setdefault("", dict(self.shell.user_ns))
        self.shell.user_ns.update(last)
        self.shell.user_ns.update(self.kept.get(place, {}))
        return {}

    def look_up(self, name: str) -> dict[str, Any]:
        """Of which kind a name is, and its value if it is plain."""
        if name not in self.shell.user_ns:
            return {"kind": "missing"}
        value = self.shell.user_ns[name]
        return {"kind": "function"} if callable(value) else {"kind": "value", "value": value}

    def call(self, name: str, arguments: list, keywords: dict) -> dict[str, Any]:
        """Call a function of the student."""
        function = self.shell.user_ns[name]
        arguments = [self._generator(value) for value in arguments]
        keywords = {key: self._generator(value) for key, value in keywords.items()}
        return {"value": function(*arguments, **keywords)}

    def _generator(self, value: Any) -> Any:
        """A random generator is sent as its number, with its state and its seed when it is new."""
        if not (isinstance(value, dict) and "$generator" in value):
            return value
        import numpy as np

        number = value["$generator"]
        if number not in self.generators:
            bits = np.random.PCG64(np.random.SeedSequence(**value["seed"]))
            bits.state = value["state"]
            self.generators[number] = np.random.Generator(bits)
        return self.generators[number]


def _describe(error: BaseException) -> dict[str, str]:
    return {"kind": type(error).__name__, "message": str(error)[:500]}


@contextlib.contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    """Raise `CellTimeout` in what takes so many seconds of processor time, or of sleep.

    A process that waits for the processor, since the machine is busy with others, does not sleep.
    """
    begun, busy = time.monotonic(), _busy()

    def ring(number: int, _: Any) -> None:
        if number == signal.SIGPROF or time.monotonic() - begun - (_busy() - busy) >= seconds:
            raise CellTimeout(f"stopped after {seconds:g} s")

    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        with contextlib.suppress(BaseException):
            for clock in (signal.ITIMER_PROF, signal.ITIMER_REAL):
                signal.setitimer(clock, 0)


def _busy() -> float:
    """Seconds in which this process had the processor, or its first thread waited for it."""
    try:
        waited = int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        waited = 0.0
    return sum(os.times()[:4]) + waited


def _outputs(streams: list[str], displayed: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Texts and pictures, cut to a bearable size."""
    found = [{"stream": _OVERWRITTEN.sub("", text)[:LONGEST_TEXT]} for text in streams if text]
    left = LARGEST_CELL
    for data in displayed[:MOST_OUTPUTS]:
        kept = {"text/plain": str(data.get("text/plain", ""))[:LONGEST_TEXT]}
        for kind in ("image/png", "image/svg+xml"):
            picture = data.get(kind)
            if isinstance(picture, bytes):
                picture = base64.b64encode(picture).decode()
            if isinstance(picture, str) and len(picture) <= min(LARGEST_PICTURE, left):
                kept[kind] = picture
                left -= len(picture)
        found.append(kept)
    return found
