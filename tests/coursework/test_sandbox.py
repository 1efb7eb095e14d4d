"""What stands in the sandbox: of the package the listed modules and what they import, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from weightinit_course import sandbox
from weightinit_course.course import CourseError, ProblemSet, problem_sets

SOLUTIONS = {"initializers", "moments", "meanfield", "network", "training", "experiments", "_stack"}


def modules(box) -> set[str]:
    """Modules of the package in a toolbox."""
    return {path.stem for path in (box / "weightinit").iterdir() if path.suffix == ".py" or path.is_dir()}


@pytest.mark.parametrize("name", problem_sets())
def test_what_a_problem_set_needs_can_be_imported_from_its_toolbox_alone(name, term, toolboxes):
    problem_set = ProblemSet(name, term)
    box = toolboxes(problem_set)
    lines = [f"import sys; sys.path.insert(0, {str(box)!r})"]
    lines += [
        f"import weightinit.{module} as m; assert m.__file__.startswith({str(box)!r}), m"
        for module in problem_set.needs
    ]
    subprocess.run([sys.executable, "-I", "-c", "\n".join(lines)], check=True, timeout=60)


@pytest.mark.parametrize("name", ["ps1", "ps2", "ps3"])
def test_no_module_that_holds_an_answer_is_in_reach(name, term, toolboxes):
    assert not modules(toolboxes(ProblemSet(name, term))) & SOLUTIONS


@pytest.mark.parametrize("kind", ["module", "package"])
def test_a_module_that_nobody_listed_is_absent(kind, tmp_path, monkeypatch):
    shutil.copytree(sandbox.PACKAGE / "weightinit", tmp_path / "weightinit")
    new = tmp_path / "weightinit" / ("answers.py" if kind == "module" else "answers")
    if kind == "package":
        new.mkdir()
        new = new / "__init__.py"
    new.write_text("SOLUTION = 42\n")
    monkeypatch.setattr(sandbox, "PACKAGE", tmp_path)
    box = sandbox.make_toolbox(tmp_path / "box", ["activations", "grading"])
    assert not any("answers" in path.name for path in box.rglob("weightinit/answers*"))
    assert modules(box) >= {"activations", "grading", "_validation", "__init__"}


def test_imports_are_closed_over_wherever_they_stand(tmp_path):
    package = tmp_path / "house"
    (package / "attic").mkdir(parents=True)
    (package / "__init__.py").write_text("from house import secret\n")  # its own imports are not a need
    (package / "hall.py").write_text("import numpy\nfrom house import stairs\nfrom house.attic.box import lid\n")
    (package / "stairs.py").write_text("def climb():\n    import house.roof\n")
    (package / "roof.py").write_text("from __future__ import annotations\n")
    (package / "attic" / "__init__.py").write_text("")
    (package / "attic" / "box.py").write_text("from house.lamp import light\n")
    for name in ("lamp", "secret"):
        (package / f"{name}.py").write_text("")
    assert sandbox.closed_over(package, ["hall"]) == {"hall", "stairs", "roof", "attic", "lamp"}
    assert sandbox.closed_over(package, []) == set()


def test_a_need_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(CourseError, match="no module 'initialisers'"):
        sandbox.make_toolbox(tmp_path / "box", ["initialisers"])
    assert not (tmp_path / "box").exists()
