"""A whole class: all kinds of submissions side by side, resumed where a run was stopped, and no silent zero."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from weightinit_course import feedback, gradebook, protections
from weightinit_course import mark_class as module
from weightinit_course.examples.answers import blank, right, with_answers
from weightinit_course.files import one_run
from weightinit_course.mark_class import Run, mark_class
from weightinit_course.marks import CellMark, Marks, Outcome
from weightinit_course.problem_set import ProblemSet, is_test
from weightinit_course.release import release
from weightinit_course.roster import read_roster
from weightinit_course.sandbox import Limits
from weightinit_course.submissions import find
from weightinit_course.terms import CourseError

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


def everything(folder):
    """All that a run has written, by path; how long the marking took aside."""
    paths = [
        *folder.glob("*.csv"),
        *(p for top in ("results", "autograded", "feedback") for p in folder.glob(f"{top}/**/*")),
    ]
    written = {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}
    return {path: re.sub(rb'"seconds": [0-9.]+', b"", content) for path, content in written.items()}


def test_killed_three_times_on_the_way_all_is_as_in_an_undisturbed_run(unmarked_class, class_once):
    command = [sys.executable, "-m", "weightinit_course", "grade", unmarked_class.term, "ps2"]
    command += [unmarked_class.submissions, "--students", unmarked_class.roster, "--jobs", "2", "--accept-weak"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for sign in ("results/ps2/*.json", "autograded/*/ps2/ps2.ipynb", "feedback/*/ps2/ps2.html"):
        running = subprocess.Popen(command, start_new_session=True, **quiet)
        while not any(unmarked_class.folder.glob(sign)):
            assert running.poll() is None, f"it ended before there was any {sign}"
            time.sleep(0.005)
        running.kill()
        running.wait()
        assert len(everything(unmarked_class.folder)) < len(everything(class_once.folder))
    again = unmarked_class.mark(with_feedback=True)
    assert points(again) == MARKS and not any(outcome.fresh for outcome in again.values())
    assert everything(unmarked_class.folder) == everything(class_once.folder)


def test_results_and_what_the_formgrader_shows_hold_no_hidden_test(class_once):
    files = [*class_once.folder.glob("results/ps2/*.json"), *class_once.folder.glob("autograded/*/ps2/ps2.ipynb")]
    assert len(files) == 2 * len(MARKS)
    problem_set = ProblemSet("ps2", class_once.term)
    answers = "\n".join(cell.source for cell in problem_set.solution.cells if not is_test(cell))
    hidden = {line for line in problem_set.secrets() if line not in answers}
    assert len(hidden) > 20
    for path in files:
        text = path.read_text(encoding="utf8")
        assert "HIDDEN TESTS" not in text and not [line for line in hidden if json.dumps(line)[1:-1] in text]


# ---- what goes wrong ------------------------------------------------------------------------------------------------
def marks(submission, **fields):
    """Made-up marks of a submission, as a worker brings them."""
    cells = {"ps2-normal-test": CellMark(3.0, 12.0)}
    return Outcome(submission, Marks(cells, (), (), "", 0.1, **fields), fresh=True)


def stand_in(run, submission, alone=False):
    """Marks nobody: cleo always ends her worker, ben if he is not alone; ada is stopped if she is not."""
    if submission.student == "cleo" or (submission.student == "ben" and not alone):
        os.kill(os.getpid(), signal.SIGKILL)
    if submission.student == "ada" and not alone:
        return dataclasses.replace(marks(submission, stopped="time"), again=True)
    return marks(submission)


def test_whoever_lost_time_or_process_is_run_again_alone_and_nobody_else_notices(unmarked_class, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "mark_one", stand_in)
    run = Run(unmarked_class.term, "ps2", unmarked_class.folder, Path(), Limits(), True)
    people = read_roster(unmarked_class.roster)
    outcomes = {
        o.student: o
        for o in module._marked(run, find(unmarked_class.submissions, "ps2", people, tmp_path / "unpacked"), 2, None)
    }
    assert set(outcomes) == set(unmarked_class.outcomes)
    assert not outcomes["ada"].again and outcomes["ada"].marks.stopped == ""
    assert outcomes["ben"].marks.automatic == outcomes["dan"].marks.automatic == 3
    assert outcomes["cleo"].refusal.startswith("the process that marks it did not survive it: its process was ended")


def test_marks_that_cannot_be_recorded_are_said_of_this_student_alone(a_class, monkeypatch):
    record, rows = gradebook.record, rows_of(a_class)

    def fails_for_ben(book, folder, name, outcome):
        if outcome.student == "ben":
            book.find_student("ben").last_name = "half written"
            raise ValueError("the book is on fire")
        return record(book, folder, name, outcome)

    monkeypatch.setattr(gradebook, "record", fails_for_ben)
    again = a_class.mark()
    assert again["ben"].status == "marked, but not recorded: ValueError: the book is on fire"
    changed = rows_of(a_class)
    assert changed.pop("ben")["status"] == again["ben"].status
    del rows["ben"]
    assert changed == rows
    monkeypatch.setattr(gradebook, "record", record)
    assert a_class.mark()["ben"].status == "marked"


def rows_of(made):
    """The report, by student."""
    with (made.folder / "report-ps2.csv").open(newline="", encoding="utf8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def page(folder, name, student, refusal, can_mend):
    """A page that computes too long for ada, and ends its process for ben."""
    if student == "ben":
        os.kill(os.getpid(), signal.SIGKILL)
    if student == "ada":
        os.kill(os.getpid(), signal.SIGXCPU)
    feedback.write_page(folder, name, student, refusal, can_mend)


def test_a_page_that_computes_too_long_or_ends_its_process_holds_up_nobody(a_class, monkeypatch):
    monkeypatch.setattr(module.feedback, "write_page", page)
    pages = {path.parents[1].name: path for path in a_class.folder.glob("feedback/*/ps2/ps2.html")}
    before = {student: path.read_bytes() for student, path in pages.items()}
    again = a_class.mark(with_feedback=True, jobs=2)
    assert again["ada"].remarks == ("its page could not be made: it computed longer than 20 seconds",)
    assert again["ben"].unshown == "its process was ended (exit code -9)"
    for student in ("ada", "ben"):
        assert "marked, but not shown" in pages[student].read_text() and rows_of(a_class)[student]["remarks"]
        del before[student], pages[student]
    assert {student: path.read_bytes() for student, path in pages.items()} == before


def test_a_gradebook_in_which_somebody_writes_is_one_line(a_class, monkeypatch):
    monkeypatch.setattr(gradebook, "PATIENCE", 0.1)
    (a_class.submissions / "ben" / "ps2.ipynb").write_bytes((a_class.submissions / "ada" / "ps2.ipynb").read_bytes())
    with contextlib.closing(sqlite3.connect(a_class.folder / "gradebook.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CourseError, match="somebody is writing in the gradebook; nothing is lost"):
            a_class.mark()
    assert a_class.mark()["ben"].marks.automatic == 65


def test_two_runs_at_a_time_are_one_too_many(a_class):
    with one_run(a_class.folder), pytest.raises(CourseError, match="another run is marking class-test; wait"):
        a_class.mark()


def test_weak_protections_are_refused_before_anything_is_run(unmarked_class, monkeypatch):
    monkeypatch.setattr(protections, "of_this_machine", lambda *_, **__: ())
    monkeypatch.setattr(module, "_marked", lambda *_: pytest.fail("a submission was run"))
    with pytest.raises(CourseError, match="--accept-weak"):
        unmarked_class.mark(accept_weak=False)
    assert not (unmarked_class.folder / "report-ps2.csv").exists()


def test_marks_of_an_earlier_hand_in_stay_and_the_report_says_so(a_class):
    (a_class.submissions / "ada" / "ps2.ipynb").write_text("oh no")
    row = {student: o for student, o in a_class.mark().items()}["ada"]
    assert row.status.startswith("not marked: ") and row.remarks == ("the marks of what was handed in before stay",)


def test_what_was_not_released_cannot_be_marked(build, tmp_path):
    (tmp_path / "ada").mkdir()
    with pytest.raises(CourseError, match="ps2 was not released for never; run: make release TERM=never"):
        mark_class("never", "ps2", tmp_path)


def test_without_the_secret_of_the_term_nobody_is_marked(a_class):
    """A term of an older release has none either."""
    (a_class.folder / "secret").unlink()
    with pytest.raises(CourseError, match="no secret.*run: make release TERM=class-test"):
        a_class.mark()


@pytest.mark.parametrize("jobs", [0, -2])
def test_a_number_of_jobs_that_makes_no_sense(jobs, build, tmp_path):
    with pytest.raises(CourseError, match=f"jobs must be at least 1, or -1 for all cores, got {jobs}"):
        mark_class("never", "ps2", tmp_path, jobs=jobs)


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
    assert (
        lost == {f"ps2-{name}-test" for name in ("fan-in", "fan-out", "variance", "second-moment")}
        and copied.marks.automatic < 65
    )


def test_where_nobody_is_known_nothing_is_written_over(a_class):
    report = (a_class.folder / "report-ps2.csv").read_bytes()
    strangers = a_class.submissions.parent / "strangers"
    for name in ("eve", "mallory"):
        shutil.copytree(a_class.submissions / "ada", strangers / name)
    with pytest.raises(CourseError) as said:
        mark_class(a_class.term, "ps2", strangers, students=a_class.roster, accept_weak=True)
    assert str(said.value) == (
        f"SUBMISSIONS={strangers} holds nothing of anybody who is known; is it the right folder? "
        "unknown student: 'eve' is not in the roster (and 1 more)"
    )
    assert (a_class.folder / "report-ps2.csv").read_bytes() == report


@pytest.mark.parametrize("inside", ["", "release", "solutions", "release/ps2"])
def test_what_was_built_for_the_term_is_no_submission(inside, a_class):
    with pytest.raises(CourseError, match="holds what was built for class-test, not what students handed in"):
        mark_class(a_class.term, "ps2", a_class.folder / inside, accept_weak=True)


def test_nbgrader_s_own_folder_of_what_was_handed_in_is_taken(a_class):
    (a_class.folder / "submitted" / "eve").mkdir(parents=True)
    with pytest.raises(CourseError, match="unknown student: 'eve'"):
        mark_class(a_class.term, "ps2", a_class.folder / "submitted", students=a_class.roster, accept_weak=True)
