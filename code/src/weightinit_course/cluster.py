"""Where the marking runs: on the cores of this machine, or on a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor

from weightinit_course.terms import CourseError


@contextlib.contextmanager
def cluster(address: str | None) -> Iterator[Executor | None]:
    """Something that sends calls to a dask cluster; without an address None, for the cores of this machine.

    The machines need this repository and its environment at the same paths, in a folder that they share.
    """
    if not address:
        yield None
        return
    try:
        from dask.distributed import Client
    except ImportError:
        raise CourseError("--dask needs dask; install it with: pip install 'dask[distributed]'") from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise CourseError(f"--dask: no scheduler answers at {address} ({error})") from None
    with client:
        yield client.get_executor()
