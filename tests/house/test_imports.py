"""The contracts of pyproject.toml about who imports whom can fail: each is broken on purpose in a copy of the sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lint_imports(sources: Path) -> subprocess.CompletedProcess:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache", "--no-logo", ROOT / "pyproject.toml"],
        cwd=sources,
        env=os.environ | {"PYTHONPATH": str(sources)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def sources(tmp_path) -> Path:
    shutil.copytree(ROOT / "code" / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return tmp_path / "src"


def test_the_sources_keep_every_contract(sources):
    done = lint_imports(sources)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("weightinit/activations.py", "from weightinit import network", "Floors of weightinit"),
        ("weightinit/network.py", "def late():\n    from weightinit import training", "Floors of weightinit"),
        ("weightinit/meanfield.py", "from weightinit import explorers", "Floors of weightinit"),
        ("weightinit/nobody_thought_of_it.py", "", "Floors of weightinit"),
        ("weightinit_course/terms.py", "from weightinit_course import problem_set", "Floors of weightinit_course"),
        ("weightinit_course/inside/wire.py", "from weightinit_course import terms", "Floors of weightinit_course"),
        ("weightinit/plots.py", "import weightinit_book.check", "Book and course side by side"),
        ("weightinit/plots.py", "import weightinit_course.release", "Book and course side by side"),
        ("weightinit_book/build.py", "from weightinit_course import publish", "Book and course side by side"),
        ("weightinit_course/publish.py", "from weightinit_book import check", "Book and course side by side"),
        ("weightinit_book/check.py", "from weightinit_book import build", "Floors of weightinit_book"),
        ("weightinit/grading/mistakes.py", "from weightinit.grading import samplers", "No circle anywhere"),
        ("weightinit_book/check.py", "import weightinit_book.execute", "No circle anywhere"),
    ],
)
def test_an_import_that_is_not_allowed_is_named(sources, module, line, contract):
    with (sources / module).open("a", encoding="utf8") as file:
        file.write(f"\n{line}\n")
    done = lint_imports(sources)
    assert done.returncode == 1
    assert any(row.startswith(contract) and "BROKEN" in row for row in done.stdout.splitlines()), done.stdout
