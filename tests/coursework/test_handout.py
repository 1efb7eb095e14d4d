"""What students install: a wheel that holds the package and nothing that only instructors need."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

import weightinit
from weightinit_course import handout
from weightinit_course.handout import write_wheel
from weightinit_course.terms import ROOT, CourseError


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return write_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "code" / "src" / "weightinit"
    kept = {f"weightinit/{path.relative_to(package)}" for path in package.rglob("*.*") if path.suffix != ".pyc"}
    assert {name for name in names if ".dist-info/" not in name} == kept
    assert wheel.name == f"weightinit-{weightinit.__version__}-py3-none-any.whl"


def test_it_works_where_nothing_else_of_ours_is(wheel, tmp_path):
    """From the wheel itself: a wheel without compiled parts can be imported as it is."""
    code = """
import sys
wheel, *libraries = sys.argv[1:]
sys.path[:] = [wheel, *(path for path in sys.path if not path.endswith("site-packages")), *libraries]
import weightinit as wi
from weightinit import grading
assert wi.__file__.startswith(wheel)
assert grading.check_sampler(wi.xavier_normal, "xavier", shapes=[(200, 300)]).credit == 1
try:
    import weightinit_course
except ImportError:
    print("alone")
"""
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    # -S: the editable installation of this environment would bring the others along
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, wheel, *libraries], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "alone\n", done.stderr


def test_a_wheel_that_cannot_be_built_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(handout.sys, "executable", "/bin/false")
    with pytest.raises(CourseError, match="package could not be built: no reason given"):
        write_wheel(tmp_path)
