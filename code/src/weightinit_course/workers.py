"""Calls side by side, each in a process that may be killed: whoever ends its process ends no other call."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, TimeoutError, as_completed
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from typing import Any

from pebble import ProcessExpired, ProcessPool

MB = 2**20
# Every process starts as a copy of one that has already imported these, and shares their memory with it.
IMPORTED_ONCE = ["weightinit_course.run", "weightinit_course.feedback"]


@dataclass(frozen=True)
class Bounds:
    """What one call may use. They keep a call from holding the run; what a submission may use is the sandbox's to say.

    Attributes
    ----------
    computing : int
        Seconds of the processor.
    waiting : int
        Seconds on the clock.
    memory, file : int
        Bytes: of address space, and of any file that it writes.
    """

    computing: int
    waiting: int
    memory: int
    file: int


class Died(Exception):
    """A call has no result; the message says what became of its process."""


def side_by_side(
    do: Callable[..., Any], calls: Sequence[tuple], jobs: int, bounds: Bounds, elsewhere: Executor | None = None
) -> Iterator[tuple[int, Any]]:
    """Which call, and its result, in the order in which they come; the result is a `Died` where there is none.

    Parameters
    ----------
    do : callable
        Importable: it is sent by name.
    calls : sequence of tuple
        Its arguments, once each.
    jobs : int
        Calls at the same time; -1 for all cores.
    bounds : Bounds
    elsewhere : Executor, optional
        A cluster, which has limits and as many workers of its own.
    """
    if not calls:
        return
    with contextlib.nullcontext(elsewhere.submit) if elsewhere else _pool(jobs, bounds) as submit:
        futures = {submit(do, *call): number for number, call in enumerate(calls)}
        try:
            for future in as_completed(futures):
                yield futures[future], _result(future, bounds)
        finally:
            if elsewhere:
                for future in futures:
                    future.cancel()


@contextlib.contextmanager
def _pool(jobs: int, bounds: Bounds) -> Iterator[Callable[..., Future]]:
    """A function that sends a call to processes of this machine; a process that was ended is replaced."""
    # Calls side by side share the cores: threads of BLAS that wait for each other would take three times as long. The
    # Makefile says so as well, but a command may be typed without it.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED_ONCE)
    count = (os.cpu_count() or 1) if jobs == -1 else jobs
    _start_server()
    pool = ProcessPool(count, initializer=_end_with_the_run, context=context)
    try:
        yield lambda do, *call: pool.schedule(_bounded, args=(bounds, do, call), timeout=bounds.waiting)
    except BaseException:  # Ctrl-C above all: nobody waits for what a worker is at
        pool.stop()
        _kill_workers()
        raise
    finally:
        pool.stop()
        pool.join()


def _start_server() -> None:
    """Start the process that every worker is a copy of, deaf to Ctrl-C: it would tell with a traceback what it imports."""
    resource_tracker.ensure_running()  # by itself it ends the blocking below
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()  # it and its copies inherit what is blocked
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _kill_workers() -> None:
    """End all workers, and with them what they have started; what they have stored is whole."""
    for worker in multiprocessing.active_children():
        worker.kill()


def _end_with_the_run() -> None:
    """A worker does not outlive the run, even if that was killed."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # pebble ignores it now; what it starts may hear it

    def watch() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _bounded(bounds: Bounds, do: Callable[..., Any], call: tuple) -> Any:
    """Do a call within its bounds. Only soft limits are set: the next call gets seconds of its own."""
    import resource  # not on Windows, where nothing is marked

    used = resource.getrusage(resource.RUSAGE_SELF)
    wanted = {
        resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime) + bounds.computing,
        resource.RLIMIT_AS: bounds.memory,
        resource.RLIMIT_FSIZE: bounds.file,
    }
    for kind, most in wanted.items():
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    return do(*call)


def _result(future: Future, bounds: Bounds) -> Any:
    try:
        return future.result()
    except TimeoutError:
        return Died(f"it took longer than {bounds.waiting} seconds")
    except ProcessExpired as error:
        if error.exitcode == -signal.SIGXCPU:
            return Died(f"it computed longer than {bounds.computing} seconds")
        return Died(f"its process was ended (exit code {error.exitcode})")
    except MemoryError:
        return Died(f"it needed more than {bounds.memory // MB} MB of memory")
    except OSError as error:
        return Died(error.strerror or type(error).__name__)
    except Exception as error:
        return Died(f"{type(error).__name__}: {error}")
