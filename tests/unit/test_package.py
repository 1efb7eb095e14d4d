"""What the package promises as a whole: a quick, complete front door, and rooms in which everything explains itself."""

import doctest
import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest

import weightinit

ROOMS = sorted(found.name for found in pkgutil.walk_packages(weightinit.__path__, "weightinit."))
OPEN = [name for name in ROOMS if not any(part.startswith("_") for part in name.split("."))]


@pytest.mark.parametrize("room", ["weightinit", *ROOMS])
def test_the_examples_in_the_docstrings_are_true(room):
    with mpl.rc_context():  # an example that sets the book's style must not change the figures of other tests
        assert doctest.testmod(importlib.import_module(room)).failed == 0


# ---- the front door ---------------------------------------------------------------------------------------------------
def run(code: str, **options) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout.strip()


def test_importing_the_package_imports_nothing_heavy():
    heavy = "{'numpy', 'scipy', 'matplotlib', 'sympy', 'joblib', 'anywidget'}"
    assert run(f"import sys, weightinit; print({heavy} & set(sys.modules), len(dir(weightinit)) > 50)") == "set() True"


def test_a_room_comes_alone():
    code = "import sys, weightinit as wi; wi.he_normal; print('weightinit.network' in sys.modules, wi.he_normal((2, 3), 0).shape)"
    assert run(code) == "False (2, 3)"


@pytest.mark.parametrize("name", weightinit.__all__)
def test_the_front_door_leads_to_everything_it_names(name):
    found = getattr(weightinit, name)
    assert name in dir(weightinit)
    if inspect.ismodule(found):
        assert found.__name__ == f"weightinit.{name}"
    else:
        home = importlib.import_module(f"weightinit.{weightinit._HOME[name]}")
        assert found is getattr(home, name)


def test_every_open_room_is_at_the_front_door():
    assert {f"weightinit.{room}" for room in weightinit._ROOMS} == {name for name in OPEN if name.count(".") == 1}
    assert len(weightinit.__all__) == len(set(weightinit.__all__)), "a name that two rooms have"


def test_the_docstring_names_only_what_is_there():
    named = re.findall(r"`(?:weightinit\.)?([a-zA-Z_]+)`", weightinit.__doc__)
    assert {"he_normal", "MLP", "plots"} <= set(named) and set(named) - {"help", "weightinit"} <= set(
        weightinit.__all__
    )


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="^module 'weightinit' has no attribute 'he_nromal'"):
        weightinit.he_nromal  # noqa: B018
    assert not hasattr(weightinit, "rooms")


def test_a_copy_of_the_package_without_a_room_says_so(tmp_path):
    shutil.copytree(
        Path(weightinit.__file__).parent, tmp_path / "weightinit", ignore=shutil.ignore_patterns("network.py")
    )
    code = """
import weightinit as wi
print(wi.__file__, hasattr(wi, "MLP"), hasattr(wi, "he_normal"))
for name in ("MLP", "network"):
    try:
        getattr(wi, name)
    except AttributeError as error:
        print(error)
try:
    from weightinit import MLP
except ImportError as error:
    print(type(error).__name__)
"""
    where, *rest = run(code, env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}).splitlines()
    assert where == f"{tmp_path / 'weightinit' / '__init__.py'} False True"
    assert rest == [
        "weightinit.MLP is not in this copy of the package: it has no module weightinit.network",
        "weightinit.network is not in this copy of the package: it has no module weightinit.network",
        "ImportError",
    ]


def test_an_import_that_a_room_fails_at_is_not_hidden(tmp_path):
    (tmp_path / "weightinit").mkdir()
    shutil.copy(weightinit.__file__, tmp_path / "weightinit")
    (tmp_path / "weightinit" / "network.py").write_text("import a_library_that_is_not_there\n")
    code = "import weightinit as wi\ntry:\n    wi.MLP\nexcept ModuleNotFoundError as error:\n    print(error.name)"
    assert run(code, env={"PYTHONPATH": str(tmp_path)}) == "a_library_that_is_not_there"


# ---- the rooms --------------------------------------------------------------------------------------------------------
def public():
    """(room.name, object) of every class and function that a room calls public and defines itself."""
    for room in OPEN:
        module = importlib.import_module(room)
        for name in getattr(module, "__all__", ()):
            found = getattr(module, name)
            if (inspect.isclass(found) or inspect.isfunction(found)) and found.__module__ == room:
                yield f"{room.removeprefix('weightinit.')}.{name}", found


PUBLIC = dict(public())


def parameters(found) -> list[inspect.Parameter]:
    """What it is called with. An exception is raised by its own room, and a class may take over what its parent takes."""
    if inspect.isclass(found) and (issubclass(found, BaseException) or "__init__" not in vars(found)):
        return []
    return list(inspect.signature(found).parameters.values())


def has_example(found) -> bool:
    """Its docstring, or that of one of a class's methods, has an example; all are executed above."""
    of = [found, *vars(found).values()] if inspect.isclass(found) else [found]
    return any(">>> " in (getattr(one, "__doc__", None) or "") for one in of)


def has_hints(found) -> bool:
    """Every parameter and the result of a function have a type."""
    hints = [p.annotation for p in parameters(found)]
    hints += [] if inspect.isclass(found) else [inspect.signature(found).return_annotation]
    return inspect.Signature.empty not in hints


def names_parameters(found) -> bool:
    """Every parameter stands in the docstring."""
    return all(re.search(rf"\b{p.name}\b", found.__doc__ or "") for p in parameters(found))


PROMISES = {"an example": has_example, "hints": has_hints, "its parameters in the docstring": names_parameters}


@pytest.mark.parametrize("promise", PROMISES)
def test_everything_public_has(promise):
    assert [name for name, found in PUBLIC.items() if not PROMISES[promise](found)] == []


def says_what_is_public(room: str) -> bool:
    """`__all__` holds every class and function without an underscore that is defined in the room, and nothing else."""
    module = importlib.import_module(room)
    own = {
        name for name, found in vars(module).items() if getattr(found, "__module__", None) == room and callable(found)
    }
    listed = set(getattr(module, "__all__", ()))
    return {name for name in own if not name.startswith("_")} <= listed <= set(vars(module))


def test_every_room_has_a_list_of_what_is_public_and_a_docstring():
    assert [room for room in OPEN if not says_what_is_public(room)] == []
    assert all(importlib.import_module(room).__doc__ for room in ROOMS)
