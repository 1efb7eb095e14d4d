"""What the guides print and what takes long or needs the network: a variant for each student, a student's installation."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from weightinit_course.handout import write_wheel
from weightinit_course.terms import ROOT

EACH = "make release TERM=2027-autumn STUDENTS=students.csv ARGS=--per-student"
# pip without the network, or with an index that has no such version
NO_INDEX = re.compile(
    "No matching distribution|NewConnectionError|Could not find a version|Temporary failure|timed out"
)


def test_a_variant_for_each_student_lies_where_the_guide_says(tmp_path):
    for name in ("Makefile", "requirements.txt", "pyproject.toml", "code", "coursework", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "students.csv").write_text("id\nada\nben\n")
    guide = (ROOT / "coursework" / "instructor-guide.md").read_text(encoding="utf8")
    assert f"\n{EACH}\n" in guide
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "ARGS"))}
    done = subprocess.run(
        EACH.replace("make ", "make -s -o .venv/.installed ", 1),
        shell=True,
        cwd=tmp_path,
        env=outer | {"WEIGHTINIT_COURSEWORK": str(tmp_path / "built")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    files = set(re.findall(r"`((?:release|rubric|solutions)/ps2/ada[\w/.]*)`", guide))
    assert (
        len(files) == 3 and [file for file in files if not (tmp_path / "built" / "2027-autumn" / file).is_file()] == []
    )


def blocks() -> list[str]:
    """What the student's guide prints to be typed on macOS and Linux: installing, and starting."""
    guide = (ROOT / "coursework" / "student-guide.md").read_text(encoding="utf8")
    return re.findall(r"On macOS and Linux:\n\n +```\n(.*?)\n +```", guide, re.S)


def test_a_student_installs_as_the_guide_says(tmp_path):
    """In a folder with a space, from the wheel alone: JupyterLab is there, a notebook runs, and nothing of instructors is."""
    folder = tmp_path / "my course"
    write_wheel(folder)
    install, start = blocks()

    def typed(line: str) -> subprocess.CompletedProcess:
        outer = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        outer["PATH"] = os.pathsep.join(p for p in outer["PATH"].split(os.pathsep) if not p.startswith(str(ROOT)))
        return subprocess.run(line, shell=True, cwd=folder, env=outer, capture_output=True, text=True, check=False)

    for line in install.splitlines():
        done = typed(line.strip())
        if done.returncode and NO_INDEX.search(done.stderr):
            pytest.skip("pip reaches no index with what students need")
        assert done.returncode == 0, done.stderr
    done = typed(f"{start.strip()} --version")
    assert done.returncode == 0 and re.fullmatch(r"4\.\d+\.\d+\S*", done.stdout.strip()), done.stderr
    code = "import sklearn.datasets, weightinit.plots, weightinit.training, ipywidgets; print(weightinit.__file__)"
    done = typed(f'env/bin/python -c "{code}"')
    assert Path(done.stdout.strip()).is_relative_to(folder / "env"), done.stderr
    for absent in ("weightinit_course", "weightinit_book", "nbgrader", "sphinx", "playwright"):
        assert typed(f"env/bin/python -c 'import {absent}'").returncode == 1, absent
