"""The same notebooks on any machine: what a kernel must not take from the one where it happens to run.

As a plugin of pytest (``-p weightinit_book.surroundings``) it does the same for `make nbval`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def prepare() -> None:
    """Once a process, set what this process and the kernels that it starts see of the machine.

    - A profile of IPython may show every value of a cell, or run other code first: the book's kernels have an empty one.
    - A matplotlibrc changes what the book's style does not name: the kernels see the one that comes with matplotlib.
    - A kernel called python3 may be another program (JUPYTER_PATH, on hubs and clusters): this environment's goes first.
    - A home that cannot be written makes matplotlib and Jupyter complain into outputs, or fail: there is a temporary one.
    - Threads of BLAS that wait for each other would take many times as long: one, unless the reader says otherwise.
    """
    own = Path(tempfile.mkdtemp(prefix="weightinit-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    os.environ["IPYTHONDIR"] = str(own / "ipython")
    (own / "ipython").mkdir()
    matplotlib = Path(find_spec("matplotlib").origin).parent  # found, not imported: it would read the user's file
    os.environ["MATPLOTLIBRC"] = str(matplotlib / "mpl-data" / "matplotlibrc")
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        [str(Path(sys.prefix) / "share" / "jupyter"), *([before] if before else [])]
    )
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the Makefile
    if not is_writable(Path.home()):
        os.environ["HOME"] = str(own)
        import matplotlib.font_manager  # noqa: F401 - looks for fonts now, once, and not with a message in a first cell


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def pytest_configure(config) -> None:
    """Before pytest starts its workers, which inherit it."""
    if not hasattr(config, "workerinput"):
        prepare()
