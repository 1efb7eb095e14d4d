"""Dependencies are told once: what a package imports is what pyproject.toml declares for it."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
OURS = {"weightinit", "weightinit_book", "weightinit_course"}
# used without an import: by their name in _config.yml, or for a file that they bring
NOT_IMPORTED = {
    "sphinxcontrib-bibtex": "an extension of _config.yml",
    "sphinx-proof": "an extension of _config.yml",
    "ziamath": "brings the font of the formulas",
    "fontpkg-source-serif-4": "brings the font of the text",
    "fontpkg-source-code-pro": "brings the font of the code",
    "pytest-xdist": "a plugin of pytest",
    "setuptools": "builds the students' wheel",
}


def name_of(requirement: str) -> str:
    """``"fonttools[woff]>=4.50"`` is ``"fonttools"``."""
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


def declared(*extras: str) -> set[str]:
    requirements = list(PROJECT["dependencies"])
    for extra in extras:
        requirements += PROJECT["optional-dependencies"][extra]
    return {name_of(requirement) for requirement in requirements}


def in_file(path: str) -> set[str]:
    """The distributions that a requirements file names, itself or in a file that it takes in; not the project itself."""
    lines = (ROOT / path).read_text(encoding="utf8").splitlines()
    taken_in = [in_file(line.split()[1]) for line in lines if line.startswith("-r ")]
    return {name_of(line) for line in lines if line and line[0] not in "#-"}.union(*taken_in)


def imports(source: str) -> set[str]:
    """Top-level names that a program imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.split(".")[0])
    return found


@cache
def distributions() -> dict[str, list[str]]:
    return importlib.metadata.packages_distributions()


def foreign(names: set[str], own: set[str] = frozenset()) -> set[str]:
    """The distributions behind imported names; one of several, where they share a namespace."""
    outside = names - OURS - own - sys.stdlib_module_names
    return {distributions().get(name, [name])[0].lower().replace("_", "-") for name in outside}


def imported_below(folder: Path) -> set[str]:
    files = list(folder.rglob("*.py"))
    own = {path.stem for path in files} | {path.name for path in folder.rglob("*") if path.is_dir()}
    return foreign(set().union(*(imports(path.read_text(encoding="utf8")) for path in files)), own)


def notebook_code(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@pytest.mark.parametrize(
    ("package", "extras"),
    [("weightinit", ()), ("weightinit_book", ("book", "student")), ("weightinit_course", ("course", "cluster"))],
)
def test_a_package_declares_what_it_imports(package, extras):
    assert imported_below(ROOT / "code" / "src" / package) - declared(*extras) == set()


def test_nothing_is_declared_that_is_not_used():
    used = set().union(*(imported_below(ROOT / "code" / "src" / package) for package in OURS))
    used |= imported_below(ROOT / "tests")
    everything = declared(*PROJECT["optional-dependencies"])
    assert everything - used - set(NOT_IMPORTED) == set()
    assert set(NOT_IMPORTED) <= everything - used, "an exception that is none any more"


def test_the_tests_and_notebooks_find_what_they_import():
    installed = (
        declared(*PROJECT["optional-dependencies"]) | in_file("requirements.txt") | in_file("requirements-peers.txt")
    )
    assert imported_below(ROOT / "tests") - installed == set()
    for path in [*ROOT.glob("*.ipynb"), *ROOT.glob("chapters/*.ipynb"), *ROOT.glob("coursework/source/*/*.ipynb")]:
        assert foreign(imports(notebook_code(path))) - declared() - in_file("requirements.txt") == set(), path.name


def test_a_bound_is_repeated_only_where_stored_outputs_depend_on_it():
    assert in_file("requirements.txt") & declared(*PROJECT["optional-dependencies"]) == {
        "numpy", "scipy", "matplotlib", "anywidget", "scikit-learn",
    }  # fmt: skip


def test_the_lowest_versions_are_those_of_the_bounds():
    done = subprocess.run([sys.executable, ROOT / "code" / "lowest.py"], capture_output=True, text=True, check=True)
    low = dict(line.split("==") for line in done.stdout.splitlines())
    assert set(low) == declared()
    for requirement in PROJECT["dependencies"]:
        assert f"{name_of(requirement)}>={low[name_of(requirement)]}" in requirement


def test_every_installed_library_meets_its_bounds():
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
