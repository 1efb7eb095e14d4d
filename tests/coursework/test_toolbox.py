"""What stands in the sandbox: of the package the listed modules and what they import, and nothing else."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys

import pytest

from weightinit_course import toolbox
from weightinit_course.problem_set import ProblemSet, grader, problem_sets
from weightinit_course.terms import CourseError


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


def functions(box):
    """All functions of the package in a toolbox."""
    for path in (box / "weightinit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.FunctionDef):
                yield node


@pytest.mark.parametrize("name", ["ps1", "ps2", "ps3"])  # the capstone may use the whole package
def test_nothing_in_reach_is_what_students_are_asked_to_write(name, term, toolboxes):
    problem_set = ProblemSet(name, term)
    answers = [c for c in problem_set.solution.cells if c.cell_type == "code" and grader(c).get("solution")]
    nodes = [node for cell in answers for node in ast.parse(cell.source).body]
    asked = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    assert asked
    for function in functions(toolboxes(problem_set)):
        assert function.name not in asked
        takes = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        # In this package whatever draws weights takes `shape` and `rng`; who is given a sampler does not draw itself.
        assert not {"shape", "rng"} <= takes or "sampler" in takes, function.name


@pytest.mark.parametrize("name", ["answers.py", "answers/__init__.py", "answers.pyc", "answers.so", "answers.npz"])
def test_what_nobody_listed_is_absent(name, tmp_path, monkeypatch):
    shutil.copytree(toolbox.PACKAGES / "weightinit", tmp_path / "weightinit")
    new = tmp_path / "weightinit" / name
    new.parent.mkdir(exist_ok=True)
    new.write_text("SOLUTION = 42\n")
    monkeypatch.setattr(toolbox, "PACKAGES", tmp_path)
    box = toolbox.make_toolbox(tmp_path / "box", ["activations", "grading"])
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
    assert toolbox.closed_over(package, ["hall"]) == {"hall", "stairs", "roof", "attic", "lamp"}
    assert toolbox.closed_over(package, []) == set()


def test_a_need_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(CourseError, match="no module 'initialisers'"):
        toolbox.make_toolbox(tmp_path / "box", ["initialisers"])
    assert not (tmp_path / "box").exists()
