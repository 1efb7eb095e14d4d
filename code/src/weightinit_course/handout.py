"""What students install: the package alone, as a wheel, without the book's tools, the marking and the sources of the sets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from weightinit_course.terms import ROOT, CourseError

EXTRA = "student"  # of pyproject.toml: what opens and runs the notebooks


def write_wheel(folder: Path) -> Path:
    """Build the wheel into `folder`, without the network; returns where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="weightinit-wheel-") as home:
        source = Path(home) / "weightinit"
        shutil.copytree(
            ROOT / "code" / "src" / "weightinit",
            source / "code" / "src" / "weightinit",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        for name in ("pyproject.toml", "LICENSE"):
            shutil.copy(ROOT / name, source)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-index"]
        command += ["--no-deps", "--no-build-isolation", "--wheel-dir", home, str(source)]
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1577836800"}  # the same files give the same wheel
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        found = list(Path(home).glob("*.whl"))
        if done.returncode or len(found) != 1:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise CourseError(f"the students' package could not be built: {reason}")
        return Path(shutil.copy(found[0], folder))
