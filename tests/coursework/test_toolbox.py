"""What stands in the sandbox: of the package the listed modules and what they import, and nothing else."""

from __future__ import annotations

import ast
import doctest
import shutil
import subprocess
import sys

import pytest

from weightinit import grading
from weightinit_course import toolbox
from weightinit_course.inside import unasked
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
    (package / "attic" / "box.py").write_text(
        "from house.lamp import light\nfrom ..shelf import book\nfrom . import lid\n"
    )
    (package / "attic" / "lid.py").write_text("from .. import handle\n")
    for name in ("lamp", "secret", "shelf", "handle"):
        (package / f"{name}.py").write_text("")
    found = toolbox.closed_over(package, ["hall"])
    assert found == {"hall", "stairs", "roof", "attic", "lamp", "shelf", "handle"}
    assert toolbox.closed_over(package, []) == set()


@pytest.mark.parametrize("name", problem_sets())
def test_the_checker_cannot_be_asked_from_the_toolbox(name, term, toolboxes):
    """Nothing of it is there: a stand-in has its names, looks at nothing, and never raises."""
    box = toolboxes(ProblemSet(name, term)) / "weightinit"
    assert (box / "grading.py").read_text() == (toolbox.INSIDE / "unasked.py").read_text() and not (
        box / "grading"
    ).exists()
    text = "".join(
        path.read_text(encoding="utf8") for path in box.glob("*.py") if path.stem not in ("initializers", "moments")
    )
    for word in ("Asked", "Spread", "TRUNCATED_STD", "0.8796", "0.879625"):
        assert word not in text, word


def test_the_stand_in_has_every_name_and_each_call_of_a_problem_set_goes_on(term):
    assert unasked.__all__ == grading.__all__ and doctest.testmod(unasked) == (0, 1)
    for name in problem_sets():
        for cell in ProblemSet(name, term).released.cells:
            if cell.cell_type == "code":
                called = {
                    n.attr
                    for n in ast.walk(ast.parse(cell.source))
                    if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "grading"
                }
                assert called <= set(unasked.__all__), cell.source
    check = unasked.check_sampler(len, "xavier", shapes=[(3, 4)], seed=1) & unasked.check_number("n", 1, rtol=1e-3)
    check &= unasked.check_function("f", len, len, [()], alternatives=[unasked.alternative(len, "x", 0.3)])
    check &= unasked.check_that("c", 3, "not a bool", credit=7) & unasked.check_orthogonal(len, shapes=3)
    assert (check.ok, check.credit, check.findings, check.seen) == (True, 1.0, (), ())
    assert repr(check) == "• len: checks are not run while you are marked"
    assert grading.Report("a").__and__(check) is NotImplemented and (grading.Report("a") & check) is check
    assert unasked.Finding.named("wrong_std", "x").credit == unasked.Finding("x", "y", 0.5).credit == 1.0
    assert not unasked.MISTAKES


def test_what_solves_a_problem_set_is_masked(monkeypatch):
    class Set:
        masks = ("scipy", "nobody_has_this")

    monkeypatch.setattr(toolbox, "FRAMEWORKS", ("numpy", "nor_this"))
    assert [folder.name for folder in toolbox.masked(Set)] == ["numpy", "scipy"]
    assert all(folder.is_dir() for folder in toolbox.masked(Set))
    Set.masks = ("six",)  # dateutil needs it: a package of one file
    with pytest.raises(CourseError, match="six is no package with a folder"):
        toolbox.masked(Set)


def test_a_need_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(CourseError, match="no module 'initialisers'"):
        toolbox.make_toolbox(tmp_path / "box", ["initialisers"])
    assert not (tmp_path / "box").exists()
