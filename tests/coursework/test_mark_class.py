"""A whole class: all kinds of submissions side by side, resumed where a run was stopped, and no silent zero."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from weightinit_course import mark_class as module
from weightinit_course import protections
from weightinit_course.examples.answers import blank, right, with_answers
from weightinit_course.mark_class import Run, _make_toolbox_here, mark_class
from weightinit_course.problem_set import ProblemSet
from weightinit_course.release import release
from weightinit_course.sandbox import Limits
from weightinit_course.submissions import Refused
from weightinit_course.terms import CourseError, make_secret, term_secret

MARKS = {"ada": 65, "ben": 0, "cleo": 59, "dan": 0}


def points(outcomes):
    return {student: outcome.marks.automatic for student, outcome in outcomes.items() if outcome.marks}


def stored(made):
    """When each result was written."""
    return {path.stem: path.stat().st_mtime_ns for path in (made.folder / "results" / "ps2").iterdir()}


def test_a_class_is_marked(class_once):
    outcomes = class_once.outcomes
    assert points(outcomes) == MARKS and all(outcomes[student].fresh for student in MARKS)
    assert outcomes["ada"].marks.by_hand == 35 and outcomes["ada"].remarks == ()
    assert "half_variance" in outcomes["cleo"].marks.cells["ps2-normal-test"].mistakes
    assert "ended by itself" in outcomes["dan"].remarks[0]
    refusals = {student: outcome.refusal for student, outcome in outcomes.items() if outcome.refusal}
    assert set(refusals) == set(outcomes) - set(MARKS)  # marks or a reason, never both and never neither
    assert refusals["zoe"] == "nothing was submitted"
    assert "not a notebook" in refusals["broken-text"] and "unknown student" in refusals["broken-json"]


def test_everything_of_a_class_is_written(class_once):
    names = {path.name for path in class_once.folder.iterdir()}
    assert names >= {"report-ps2.csv", "ps2-canvas.csv", "ps2-moodle.csv", "grades.csv", "gradebook.db", "autograded"}
    pages = {path.parents[1].name for path in (class_once.folder / "feedback").rglob("ps2.html")}
    assert pages == set(class_once.outcomes) - {"zoe"}  # whoever handed something in gets a page


def test_a_second_run_marks_nothing_again(a_class):
    before = stored(a_class)
    again = a_class.mark()
    assert stored(a_class) == before
    assert not any(outcome.fresh for outcome in again.values())
    for student, outcome in a_class.outcomes.items():
        assert (again[student].marks, again[student].refusal) == (outcome.marks, outcome.refusal)


def test_a_new_submission_is_marked_anew_and_no_other(a_class):
    nbformat.write(blank(ProblemSet("ps2", a_class.term)), a_class.submissions / "cleo" / "ps2.ipynb")
    again = a_class.mark()
    assert points(again) == MARKS | {"cleo": 0}
    assert [student for student, outcome in again.items() if outcome.fresh] == ["cleo"]


@pytest.mark.parametrize(
    "content", ["", "[1, 2]", '{"key": 1}', '{"marks": {}}', '{"key": "KEY", "marks": {"cells": 3}}']
)
def test_a_result_that_is_not_whole_is_made_again(content, a_class):
    path = a_class.folder / "results" / "ps2" / "ben.json"
    path.write_text(content.replace("KEY", json.loads(path.read_text())["key"]))
    again = a_class.mark()
    assert again["ben"].fresh and points(again) == MARKS


def test_killed_in_the_middle_it_goes_on_and_the_marks_are_the_same(unmarked_class):
    command = [sys.executable, "-m", "weightinit_course", "grade", unmarked_class.term, "ps2"]
    command += [unmarked_class.submissions, "--students", unmarked_class.roster, "--jobs", "1", "--accept-weak"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(command, start_new_session=True, **quiet)
    results = unmarked_class.folder / "results" / "ps2"
    while not (results.is_dir() and list(results.glob("*.json"))):
        assert running.poll() is None, "it ended before it had marked anybody"
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    done = {p.name: p.stat().st_mtime_ns for p in results.glob("*.json")}
    assert 1 <= len(done) < len(MARKS)
    assert points(unmarked_class.mark()) == MARKS
    assert all((results / name).stat().st_mtime_ns == when for name, when in done.items())


def test_results_and_what_the_formgrader_shows_hold_no_hidden_test(class_once):
    files = [*class_once.folder.glob("results/ps2/*.json"), *class_once.folder.glob("autograded/*/ps2/ps2.ipynb")]
    assert len(files) == 2 * len(MARKS)
    for path in files:
        text = path.read_text(encoding="utf8")
        assert "HIDDEN TESTS" not in text and "alternative(" not in text


# ---- what goes wrong ------------------------------------------------------------------------------------------------
@pytest.fixture
def one_by_one(unmarked_class, monkeypatch):
    """The class with nothing run: `monkeypatch` may say what marking a submission does."""
    monkeypatch.setattr(protections, "of_this_machine", lambda *_, **__: protections.NEEDED)
    return unmarked_class


def test_a_marking_that_fails_stops_nobody(one_by_one, monkeypatch):
    def fails(notebook, *_, **__):
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(module, "mark_submission", fails)
    outcomes = one_by_one.mark()
    assert all("RuntimeError: disk on fire" in outcomes[student].refusal for student in MARKS)
    assert points(outcomes) == {}


def test_a_submission_that_is_refused_is_not_stored(one_by_one, monkeypatch):
    def refuses(notebook, *_, **__):
        raise Refused("its process could not be started; mark again")

    monkeypatch.setattr(module, "mark_submission", refuses)
    assert {o.refusal for s, o in one_by_one.mark().items() if s in MARKS} == {
        "its process could not be started; mark again"
    }
    assert not (one_by_one.folder / "results").exists()


def test_weak_protections_are_refused_before_anything_is_run(one_by_one, monkeypatch):
    monkeypatch.setattr(protections, "is_confined", lambda up: False)
    monkeypatch.setattr(module, "mark_submission", lambda *_, **__: pytest.fail("a submission was run"))
    with pytest.raises(CourseError, match="--accept-weak"):
        one_by_one.mark(accept_weak=False)
    assert not (one_by_one.folder / "report-ps2.csv").exists()


def test_what_was_not_released_cannot_be_marked(build, tmp_path):
    (tmp_path / "ada").mkdir()
    with pytest.raises(CourseError, match="ps2 was not released for never; run: make release TERM=never"):
        mark_class("never", "ps2", tmp_path)


def test_without_the_secret_of_the_term_nobody_is_marked(a_class):
    """A term of an older release has none either. Each file has a salt of its own: none tells of another's numbers."""
    (a_class.folder / "secret").unlink()
    with pytest.raises(CourseError, match="no secret.*run: make release TERM=class-test"):
        a_class.mark()
    make_secret(a_class.folder)
    shutil.rmtree(a_class.folder / "results")
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "mark_submission", lambda _, problem_set, *__, **___: seen.append(problem_set))
        a_class.mark()
    assert len(seen) == len({problem_set.salt for problem_set in seen}) == len(MARKS)
    assert {problem_set.secret for problem_set in seen} == {term_secret(a_class.folder)}


@pytest.mark.parametrize("jobs", [0, -2])
def test_a_number_of_jobs_that_makes_no_sense(jobs, build, tmp_path):
    with pytest.raises(CourseError, match=f"jobs must be at least 1, or -1 for all cores, got {jobs}"):
        mark_class("never", "ps2", tmp_path, jobs=jobs)


def test_a_machine_without_the_toolbox_makes_it(tmp_path):
    box = tmp_path / "elsewhere" / "box"
    run = Run("any-term", "ps2", tmp_path, box, Limits(), False)
    for _ in range(2):
        _make_toolbox_here(run)
        assert (box / "inside" / "worker.py").is_file()
    shutil.rmtree(box.parent)


def test_each_student_is_marked_with_the_own_numbers(build, tmp_path, monkeypatch):
    """Whose numbers a copied notebook has is said, and typed numbers are wrong; code that reckons stays right."""
    monkeypatch.setattr("weightinit_course.release.executed", lambda given: given.solution)  # has a test of its own
    roster = tmp_path / "students.csv"
    roster.write_text("id\nada\nben\n")
    release("own-numbers", ["ps2"], students=roster, per_student=True)
    ada = ProblemSet("ps2", "own-numbers", "ada")
    v = ada.variant
    typed = f"""
fan_in, fan_out = {v["kernel"] ** 2 * v["channels_in"]}, {v["kernel"] ** 2 * v["channels_out"]}
variance_uniform = {v["bound"] ** 2 / 3}
second_moment_z = {v["n_in"] * (v["std_percent"] / 100) ** 2 * v["mean_square"]}
"""
    for student in ("ada", "ben"):
        (tmp_path / "in" / student).mkdir(parents=True)
        nbformat.write(with_answers(right(ada), {"ps2-numbers": typed}), tmp_path / "in" / student / "ps2.ipynb")
    first, copied = mark_class("own-numbers", "ps2", tmp_path / "in", students=roster, jobs=1, with_feedback=False)
    assert first.marks.automatic == 65 and first.remarks == ()
    assert copied.remarks == ("it was released for the student 'ada', and is marked with the numbers of 'ben'",)
    lost = {name for name, cell in copied.marks.cells.items() if cell.points not in (None, cell.of)}
    assert lost == {"ps2-numbers-test"} and copied.marks.automatic < 65
