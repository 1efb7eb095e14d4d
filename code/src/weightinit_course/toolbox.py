"""What stands in the jail: its own programs, and of the package what a problem set says that its students need."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable
from pathlib import Path

from weightinit_course.terms import CourseError

PACKAGES = Path(__file__).resolve().parents[1]  # code/src
INSIDE = Path(__file__).resolve().parent / "inside"
DATA = {"_svg": "book.mplstyle", "_widget": "static"}  # files that are no modules, and the room that reads them


def make_toolbox(folder: Path, needs: Iterable[str]) -> Path:
    """Write what the jail may import: the worker, and of the package what is needed, closed over its imports.

    A list of what is there, not of what is missing: a module that nobody thought of is absent.
    """
    package = PACKAGES / "weightinit"
    rooms = closed_over(package, needs)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "weightinit").mkdir(parents=True)
    shutil.copytree(INSIDE, folder / "inside", ignore=shutil.ignore_patterns("__pycache__"))
    names = {"__init__.py", *rooms, *(f"{room}.py" for room in rooms), *(DATA[room] for room in rooms & DATA.keys())}
    for path in sorted(package.iterdir()):
        if path.is_dir() and path.name in names:
            shutil.copytree(path, folder / "weightinit" / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.name in names:
            shutil.copy(path, folder / "weightinit")
    _copy_font_list(folder / "matplotlib")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def closed_over(package: Path, needs: Iterable[str]) -> set[str]:
    """`needs`, and what these modules import of the package, and what that imports: names below `package`."""
    rooms, open_ = set(), list(needs)
    while open_:
        name = open_.pop()
        if name in rooms:
            continue
        files = sorted((package / name).rglob("*.py")) or [package / f"{name}.py"]
        if not files[0].is_file():
            raise CourseError(f"{package.name} has no module {name!r}, which a problem set needs")
        rooms.add(name)
        for file in files:
            open_ += _imported(ast.parse(file.read_text(encoding="utf8")), package.name)
    return rooms


def _imported(tree: ast.AST, package: str) -> list[str]:
    """Modules of `package` that a file imports anywhere, by the first name below the package."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == package:
            found += [f"{package}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return [name.split(".")[1] for name in found if name.startswith(f"{package}.")]


def _copy_font_list(folder: Path) -> None:
    """Matplotlib's list of the system's fonts: making it takes seconds, and every submission would."""
    import matplotlib
    from matplotlib import font_manager  # noqa: F401  (writes the list that is copied)

    folder.mkdir()
    for path in Path(matplotlib.get_cachedir()).glob("fontlist*.json"):
        shutil.copy(path, folder)
