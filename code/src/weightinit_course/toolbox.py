"""What stands in the jail: its own programs, and of the package what a problem set says that its students need."""

from __future__ import annotations

import ast
import importlib.util
import shutil
from collections.abc import Iterable
from pathlib import Path

from weightinit_course.problem_set import ProblemSet
from weightinit_course.terms import CourseError

PACKAGES = Path(__file__).resolve().parents[1]  # code/src
INSIDE = Path(__file__).resolve().parent / "inside"
STAND_INS = {"grading": "unasked.py"}  # of `inside`: a checker that can be asked while marking gives the answers away
DATA = {"_svg": "book.mplstyle", "_widget": "static"}  # files that are no modules, and the room that reads them

FRAMEWORKS = ("flax", "jax", "keras", "tensorflow", "torch")


def make_toolbox(folder: Path, needs: Iterable[str]) -> Path:
    """Write what the jail may import: the worker, and of the package what is needed, closed over its imports.

    A list of what is there, not of what is missing: a module that nobody thought of is absent.
    """
    package = PACKAGES / "weightinit"
    needs = set(needs)
    rooms = closed_over(package, needs - STAND_INS.keys())
    stand_ins = sorted((needs | rooms) & STAND_INS.keys())
    rooms -= STAND_INS.keys()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "weightinit").mkdir(parents=True)
    shutil.copytree(INSIDE, folder / "inside", ignore=shutil.ignore_patterns("__pycache__"))
    names = {"__init__.py", *rooms, *(f"{room}.py" for room in rooms), *(DATA[room] for room in rooms & DATA.keys())}
    for path in sorted(package.iterdir()):
        if path.is_dir() and path.name in names:
            shutil.copytree(path, folder / "weightinit" / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.name in names:
            shutil.copy(path, folder / "weightinit")
    for room in stand_ins:
        shutil.copy(INSIDE / STAND_INS[room], folder / "weightinit" / f"{room}.py")
    _copy_font_list(folder / "matplotlib")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def masked(problem_set: ProblemSet) -> tuple[Path, ...]:
    """Folders of installed packages that submissions to a problem set must not see, since they draw what is asked for.

    The frameworks are covered always, so that no mark depends on what is installed on the marking machine; what else
    solves it says the problem set. What is not installed needs no cover.

    Raises
    ------
    CourseError
        If one is a single file, which cannot be covered as a folder is.
    """
    folders = []
    for name in sorted({*FRAMEWORKS, *problem_set.masks}):
        found = importlib.util.find_spec(name)
        if found is not None and not found.submodule_search_locations:
            raise CourseError(f"{name} is no package with a folder of its own, so that it cannot be masked")
        folders += [Path(place) for place in found.submodule_search_locations] if found else []
    return tuple(folders)


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
            place = (package.name, *file.relative_to(package).with_suffix("").parts)
            open_ += _imported(ast.parse(file.read_text(encoding="utf8")), place)
    return rooms


def _imported(tree: ast.AST, place: tuple[str, ...]) -> list[str]:
    """Modules of the package that its module at `place` imports anywhere, by the first name below the package."""
    package, found = place[0], []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # one dot is the folder in which the module stands, or the package that an __init__ makes: both are its place
            above = place[: -node.level] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            found += [module, *(f"{module}.{alias.name}" for alias in node.names if module == package)]
    return [name.split(".")[1] for name in found if name.startswith(f"{package}.")]


def _copy_font_list(folder: Path) -> None:
    """Matplotlib's list of the system's fonts: making it takes seconds, and every submission would."""
    import matplotlib
    from matplotlib import font_manager  # noqa: F401  (writes the list that is copied)

    folder.mkdir()
    for path in Path(matplotlib.get_cachedir()).glob("fontlist*.json"):
        shutil.copy(path, folder)
