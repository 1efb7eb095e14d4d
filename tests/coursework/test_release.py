"""What a release writes, and when it stops. That every solution is right is tested where the command is typed."""

from __future__ import annotations

import shutil

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
    with pytest.raises(CourseError, match="ps2.ipynb, ps2-fan-in-test: the solution fails: ✗ no"):
        executed(ps2)


STOPS = {
    "an error": ("raise ValueError('no\\nway')", "the solution stops with ValueError: no"),
    "too long": ("import time; time.sleep(30)", "the solution runs for more than 5 seconds"),
    "the end of its kernel": ("import os; os._exit(1)", "the solution ends its kernel"),
    "a later end of its kernel": ("import os, time; time.sleep(0.5); os._exit(1)", "the solution ends its kernel"),
}


@pytest.mark.parametrize("kind", STOPS)
def test_a_solution_that_stops_is_one_line(kind, ps2, monkeypatch):
    code, words = STOPS[kind]
    cells = [nbformat.v4.new_code_cell("1"), nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell("2")]
    cells[1].metadata["nbgrader"] = {"grade_id": "ps2-there"}
    solution = nbformat.v4.new_notebook(cells=cells)
    monkeypatch.setattr(module, "LONGEST_CELL", 5)
    monkeypatch.setattr(ProblemSet, "solution", property(lambda _: solution))
    with pytest.raises(CourseError) as said:
        executed(ProblemSet("ps2", "x"))
    assert str(said.value).startswith(f"ps2.ipynb, ps2-there: {words}")


def test_ctrl_c_is_no_fault_of_the_solution_and_nothing_counts_as_released(build, monkeypatch):
    """Nbclient's own handler shuts the kernel down, and what the run then meets is an error of another kind."""

    def run(self):
        self._async_cleanup_kernel_future = None
        raise module.DeadKernelError("Kernel died")

    monkeypatch.setattr(module.NotebookClient, "execute", run)
    with pytest.raises(KeyboardInterrupt):
        release("some-term", ["ps2"])
    assert not (build / "some-term" / "source" / "ps2").exists()


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("id\nada\nzoë\n", encoding="utf8")
    return path


def test_each_student_gets_the_own_numbers(build, roster, monkeypatch):
    monkeypatch.setattr(module, "executed", lambda problem_set: copy(problem_set.solution))
    folder = release("some-term", ["ps2"], students=roster, per_student=True)
    for student in ("ada", "zoë"):
        problem_set = ProblemSet("ps2", "some-term", student, term_secret(folder))
        assert ProblemSet.of_term("ps2", "some-term", student) == problem_set
        given = nbformat.read(folder / "release" / "ps2" / student / "ps2.ipynb", as_version=4)
        assert given == problem_set.released and given.metadata["weightinit"]["student"] == student
        assert (folder / "rubric" / "ps2" / f"{student}.md").read_text(encoding="utf8") == problem_set.rubric
        solved = nbformat.read(folder / "solutions" / "ps2" / f"{student}.ipynb", as_version=4)
        assert solved == problem_set.solution
    assert ProblemSet.of_term("ps2", "some-term").student == ""
    assert not (folder / "release" / "ps2" / "ps2.ipynb").exists()  # nobody's numbers
    with pytest.raises(CourseError, match="some-term has a variant for each student; give STUDENTS="):
        release("some-term", ["ps1"])


def test_a_term_that_is_out_stays_of_its_kind(build, roster, monkeypatch):
    monkeypatch.setattr(module, "executed", lambda problem_set: copy(problem_set.solution))
    release("some-term", ["ps2"])
    with pytest.raises(
        CourseError, match=r"some-term was released with one variant for all \(ps2\); take another name"
    ):
        release("some-term", ["ps2"], students=roster, per_student=True)
    assert ProblemSet.of_term("ps2", "some-term", "ada").student == ""


def test_everything_of_a_term_is_written(build, monkeypatch, capsys):
    monkeypatch.setattr(module, "executed", lambda problem_set: copy(problem_set.solution))  # it has its own test
    folder = release("some-term", ["ps1", "ps2"])
    said = capsys.readouterr().out
    assert folder == build / "some-term" and folder.stat().st_mode & 0o777 == 0o700  # hidden tests lie here
    for name in ("ps1", "ps2"):
        problem_set = ProblemSet.of_term(name, "some-term")
        assert nbformat.read(folder / "release" / name / f"{name}.ipynb", as_version=4) == problem_set.released
        assert nbformat.read(folder / "source" / name / f"{name}.ipynb", as_version=4) == problem_set.notebook
        assert (folder / "rubric" / f"{name}.md").read_text(encoding="utf8") == problem_set.rubric
        drawn = ", ".join(f"{label} {value}" for label, value in problem_set.variant.items())
        assert f"{name}  {problem_set.title}: solving it …\n{name}  done: {drawn}\n" in said and "{" not in said
    assert problem_set.secret == term_secret(folder)
    assert repr(str(folder)) in (folder / "nbgrader_config.py").read_text()


def test_the_log_says_what_runs_before_it_runs(build, monkeypatch, capsys):
    seen = []

    def noting(problem_set):
        seen.append(capsys.readouterr().out)
        raise CourseError("the solution fails")

    monkeypatch.setattr(module, "executed", noting)
    with pytest.raises(CourseError, match="the solution fails"):
        release("some-term", ["ps3"])
    assert seen == [f"ps3  {ProblemSet('ps3', 'some-term').title}: solving it …\n"]


def test_a_misspelt_problem_set_stops_before_anything_is_written(build):
    with pytest.raises(CourseError, match="'ps9'"):
        release("some-term", ["ps1", "ps9"])
    assert not build.exists()


def test_a_release_that_was_stopped_before_its_first_set_may_become_one_of_the_other_kind(build, roster, monkeypatch):
    folder = build / "some-term"

    def stopped(*_):
        raise KeyboardInterrupt

    def is_released(**kind):
        with monkeypatch.context() as patch:
            patch.setattr(module.gradebook, "register", stopped)  # the student's notebook lies there by then
            with pytest.raises(KeyboardInterrupt):
                release("some-term", ["ps2"], **({} if kind else {"students": roster, "per_student": True}))
        release("some-term", ["ps2"], **kind)
        return {str(path.relative_to(folder)) for path in (folder / "release").rglob("*.ipynb")}

    monkeypatch.setattr(module, "executed", lambda problem_set: copy(problem_set.solution))
    each = is_released(students=roster, per_student=True)
    assert each == {"release/ps2/ada/ps2.ipynb", "release/ps2/zoë/ps2.ipynb"}
    shutil.rmtree(folder)
    assert is_released() == {"release/ps2/ps2.ipynb"} and ProblemSet.of_term("ps2", "some-term", "ada").student == ""


def test_a_new_term_beside_others_is_said(build, monkeypatch, capsys):
    monkeypatch.setattr(module, "executed", lambda problem_set: copy(problem_set.solution))
    for term, new in (("2027-spring", False), ("2027-sprng", True), ("2027-sprng", False)):
        release(term, ["ps2"])
        assert ("2027-sprng is a new term, beside 2027-spring.\n" in capsys.readouterr().out) == new
