"""What a release writes, and when it stops. That every solution is right is tested where the command is typed."""

from __future__ import annotations

import nbformat
import pytest

from weightinit_course import release as module
from weightinit_course.problem_set import ProblemSet, copy, is_test
from weightinit_course.release import executed, release
from weightinit_course.terms import CourseError, term_secret


def test_a_solution_that_fails_its_own_test_is_not_released(ps2, monkeypatch):
    def run(self):
        for cell in filter(is_test, self.nb.cells):
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "✗ no"}, execution_count=1)]

    monkeypatch.setattr(module.NotebookClient, "execute", run)
    with pytest.raises(CourseError, match="ps2.ipynb, ps2-numbers-test: the solution fails: ✗ no"):
        executed(ps2)


def test_everything_of_a_term_is_written(build, monkeypatch, capsys):
    monkeypatch.setattr(module, "executed", lambda problem_set: copy(problem_set.solution))  # it has its own test
    folder = release("some-term", ["ps1", "ps2"])
    assert folder == build / "some-term" and folder.stat().st_mode & 0o777 == 0o700  # hidden tests lie here
    for name in ("ps1", "ps2"):
        problem_set = ProblemSet.of_term(name, "some-term")
        assert nbformat.read(folder / "release" / name / f"{name}.ipynb", as_version=4) == problem_set.released
        assert nbformat.read(folder / "source" / name / f"{name}.ipynb", as_version=4) == problem_set.notebook
        assert (folder / "rubric" / f"{name}.md").read_text(encoding="utf8") == problem_set.rubric
        assert f"{name}  {problem_set.title}: {problem_set.variant}" in capsys.readouterr().out or name == "ps2"
    assert problem_set.secret == term_secret(folder)
    assert repr(str(folder)) in (folder / "nbgrader_config.py").read_text()


def test_a_misspelt_problem_set_stops_before_anything_is_written(build):
    with pytest.raises(CourseError, match="'ps9'"):
        release("some-term", ["ps1", "ps9"])
    assert not build.exists()
