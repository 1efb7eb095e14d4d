"""`make test`: every check of the repository, one after the other, with the time that each took.

    python tests/run.py                everything
    python tests/run.py unit site      only the steps named

Steps: lint, unit (with statistical, peers and the checks of the notebooks' contents), coursework (problem sets and their
marking), notebooks (nbval: every notebook is run again and compared with its stored outputs), book (the build), site (a
real browser on the built pages).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def pytest(*arguments: str) -> list[str]:
    """A pytest command that leaves no cache behind."""
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]


def lint() -> list[list[str]]:
    """Ruff: rules, then format; also inside notebooks."""
    return [[str(BIN / "ruff"), "check", "--quiet", "."], [str(BIN / "ruff"), "format", "--check", "--quiet", "."]]


def unit() -> list[list[str]]:
    """Everything below tests/ that needs neither a browser nor a sandbox."""
    return [pytest("-n", "2", "--dist", "worksteal", "tests", "--ignore=tests/site", "--ignore=tests/coursework")]


def coursework() -> list[list[str]]:
    """Problem sets, marking, and what cheats cannot do."""
    return [pytest("-n", "2", "--dist", "worksteal", "tests/coursework")]


def notebooks() -> list[list[str]]:
    """Nbval, strict: each notebook stays on one worker, since its cells depend on each other."""
    from weightinit_book.check import notebooks as listed

    paths = [str(path.relative_to(ROOT)) for path in listed()]
    return [pytest("--nbval", "-n", "2", "--dist", "loadscope", "--durations=5", *paths)]


def book() -> list[list[str]]:
    """The build, with warnings as errors."""
    return [[sys.executable, "-m", "weightinit_book.build"]]


def site() -> list[list[str]]:
    """Chromium on every page, over HTTP and from disk."""
    return [pytest("-rs", "-n", "2", "--dist", "worksteal", "tests/site")]


STEPS: dict[str, Callable[[], list[list[str]]]] = {
    f.__name__: f for f in (lint, unit, coursework, notebooks, book, site)
}


def main(names: list[str]) -> int:
    """Run the steps; stops at the first that fails."""
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        print(f"error: no step called {', '.join(unknown)}; there are: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    environment = os.environ | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    # Several workers share the cores: BLAS threads that wait for each other would take many times as long. A setting from
    # outside is respected, so that other thread counts and kernels can be tried.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    took = {}
    for name in names or STEPS:
        start = time.perf_counter()
        for command in STEPS[name]():
            print(
                f"── {name}: {' '.join(Path(part).name if part.startswith('/') else part for part in command)}",
                flush=True,
            )
            code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
            if code:
                print(f"FAILED: {name} (exit code {code})", file=sys.stderr)
                return code
        took[name] = time.perf_counter() - start
    print("Time: " + " · ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items()), end="")
    print(f" · together {sum(took.values()):.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
