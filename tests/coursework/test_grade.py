"""A whole class: gradebook, tables, feedback, resuming, and marks that a person gave."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from weightinit_course import course, gradebook
from weightinit_course.course import CourseError, ProblemSet
from weightinit_course.grade import grade
from weightinit_course.release import release
from weightinit_course.samples import blank, cheat, solved, with_answers, write_broken
from weightinit_course.wrong_answers import wrong_answers

COURSE = "class-test"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A released problem set 2, to be copied."""
    folder = tmp_path_factory.mktemp("released")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "BUILD", folder)
        release(COURSE, ["ps2"])
    return folder


@pytest.fixture(autouse=True)
def accepted(strong, monkeypatch):
    """A class can be marked where the system protects too little, if somebody accepts it."""
    if not strong:
        monkeypatch.setattr("weightinit_course.grade.enough", lambda active: True)


@pytest.fixture
def a_class(build, tmp_path, released):
    """A released problem set 2 and submissions of all kinds; (folder, roster)."""
    shutil.copytree(released, build)
    problem_set = ProblemSet("ps2", COURSE)
    wrong = wrong_answers("ps2")["half_variance"]
    right = solved(problem_set)
    notebooks = {
        "ada": right,
        "ben": blank(problem_set),
        "cleo": with_answers(right, {wrong.cell: wrong.source}),
        "dan": cheat(problem_set, "exit"),
    }
    folder = tmp_path / "submitted"
    for student, notebook in notebooks.items():
        (folder / student).mkdir(parents=True)
        nbformat.write(notebook, folder / student / "ps2.ipynb")
    write_broken(folder, problem_set)
    roster = tmp_path / "students.csv"
    roster.write_text(
        "id,first_name,last_name,email,lms_id\nada,Ada,Lovelace,ada@example.org,11\nben,Ben,=1+1,ben@example.org,12\n"
        "cleo,Cleo,Last,,13\ndan,Dan,Last,,14\nzoe,Zoe,Last,,15\nbroken-text,B,T,,16\n"
    )
    return folder, roster


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_class_is_marked(a_class, build):
    folder, roster = a_class
    rows = {row["student"]: row for row in grade(COURSE, "ps2", folder, students=roster, jobs=1)}
    assert rows["ada"]["automatic"] == 65 and rows["ada"]["to mark by hand"] == 35
    assert rows["ben"]["automatic"] == 0 and rows["dan"]["automatic"] == 0
    assert rows["cleo"]["automatic"] == 59 and "half_variance" in rows["cleo"]["mistakes"]
    assert "ended by itself" in rows["dan"]["remarks"]
    assert rows["zoe"]["status"] == "not marked: nothing was submitted"
    assert "not a notebook" in rows["broken-text"]["status"] and "unknown student" in rows["broken-json"]["status"]
    assert rows["broken-text"]["automatic"] == ""  # no silent zero

    base = build / COURSE
    report = {row["student"]: row for row in rows_of(base / "report-ps2.csv")}
    assert report["ada"]["automatic"] == "65.0" and set(report) == set(rows)
    with gradebook.open_gradebook(COURSE) as book:
        assert book.find_submission("ps2", "ada").score == 65
        assert book.find_submission("ps2", "ada").needs_manual_grade
        assert not book.find_submission("ps2", "ben").needs_manual_grade
        assert book.find_grade("ps2-normal-test", "ps2", "ps2", "cleo").auto_score == 6
    canvas = rows_of(base / "ps2-canvas.csv")
    assert list(canvas[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps2"]
    assert canvas[0]["ps2"] == "100" and {r["SIS User ID"]: r["ps2"] for r in canvas}["ada"] == "65"
    assert {r["SIS User ID"]: r["ps2"] for r in canvas}["zoe"] == ""
    moodle = {r["ID number"]: r for r in rows_of(base / "ps2-moodle.csv")}
    assert moodle["cleo"]["ps2"] == "59" and moodle["ada"]["Email address"] == "ada@example.org"
    assert "=1+1" not in (base / "ps2-canvas.csv").read_text().replace("'=1+1", "")  # no formula for a spreadsheet
    exported = {r["student_id"]: r for r in rows_of(base / "grades.csv")}
    assert exported["ada"]["score"] == "65.0"

    page = (base / "feedback" / "cleo" / "ps2" / "ps2.html").read_text()
    assert "half of what it should be" in page
    assert "HIDDEN" not in page and "alternative(" not in page
    assert "could not be marked" in (base / "feedback" / "broken-text" / "ps2" / "ps2.html").read_text()


def test_a_second_run_marks_nothing_again_and_keeps_what_a_person_gave(a_class, build):
    folder, roster = a_class
    first = grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False)
    with gradebook.open_gradebook(COURSE) as book:
        given = book.find_grade("ps2-sum", "ps2", "ps2", "ada")
        given.manual_score, given.needs_manual_grade = 9, False
        book.db.commit()
    stored = {p.name: p.stat().st_mtime_ns for p in (build / COURSE / "results" / "ps2").iterdir()}
    assert grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False) == first
    assert stored == {p.name: p.stat().st_mtime_ns for p in (build / COURSE / "results" / "ps2").iterdir()}
    with gradebook.open_gradebook(COURSE) as book:
        assert book.find_grade("ps2-sum", "ps2", "ps2", "ada").score == 9
        assert not book.find_grade("ps2-sum", "ps2", "ps2", "ada").needs_manual_grade
    # a new submission is marked anew, and the person is asked to look again
    nbformat.write(blank(ProblemSet("ps2", COURSE)), folder / "cleo" / "ps2.ipynb")
    changed = {
        row["student"]: row for row in grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False)
    }
    assert changed["cleo"]["automatic"] == 0 and changed["ada"]["automatic"] == 65


def test_killed_in_the_middle_it_goes_on_and_the_marks_are_the_same(a_class, build, tmp_path):
    folder, roster = a_class
    code = (
        f"from weightinit_course import course, grade; from pathlib import Path; course.BUILD = Path({str(build)!r})\n"
        f"grade.grade({COURSE!r}, 'ps2', Path({str(folder)!r}), students=Path({str(roster)!r}), jobs=1, accept_weak=True)\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    results = build / COURSE / "results" / "ps2"
    for _ in range(600):
        if results.is_dir() and list(results.glob("*.json")):
            break
        time.sleep(0.1)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    done = {p.name: p.stat().st_mtime_ns for p in results.glob("*.json")}
    assert 1 <= len(done) < 4
    rows = grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False)
    assert all((results / name).stat().st_mtime_ns == when for name, when in done.items())
    marks = {row["student"]: row["automatic"] for row in rows if row["status"] == "marked"}
    assert marks == {"ada": 65, "ben": 0, "cleo": 59, "dan": 0}
    with gradebook.open_gradebook(COURSE) as book:
        assert {s: book.find_submission("ps2", s).score for s in marks} == marks


def test_a_marking_that_fails_stops_nobody(a_class, monkeypatch):
    from weightinit_course import grade as module

    def fails(notebook, *_, **__):
        raise RuntimeError("disk on fire")

    folder, roster = a_class
    monkeypatch.setattr(module, "mark", fails)
    rows = {row["student"]: row for row in grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False)}
    assert "disk on fire" in rows["ada"]["status"] and rows["ada"]["automatic"] == ""


def test_what_was_not_released_cannot_be_marked(build, tmp_path):
    (tmp_path / "ada").mkdir()
    with pytest.raises(CourseError, match="make release COURSE=never"):
        grade("never", "ps2", tmp_path)


def test_weak_protections_are_refused_unless_accepted(a_class, monkeypatch, capsys):
    from weightinit_course import grade as module

    folder, roster = a_class
    monkeypatch.setattr(module, "enough", lambda active: False)
    with pytest.raises(CourseError, match="--accept-weak"):
        grade(COURSE, "ps2", folder, students=roster, jobs=1)
    rows = grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False, accept_weak=True)
    assert {row["student"]: row["automatic"] for row in rows}["ada"] == 65
    said = capsys.readouterr()
    assert "Protections: " in said.out and "WARNING" in said.err


def test_results_are_json_without_hidden_tests(a_class, build):
    folder, roster = a_class
    grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False)
    for path in (build / COURSE / "results" / "ps2").glob("*.json"):
        result = json.loads(path.read_text())
        assert "HIDDEN TESTS" not in result["notebook"] and "alternative(" not in result["notebook"]


def test_one_machine_of_a_cluster_that_protects_too_little_marks_nothing(a_class, build, monkeypatch):
    from weightinit_course import grade as module

    folder, roster = a_class
    answers = iter([True])  # enough here, where the run starts; too little where submissions run
    monkeypatch.setattr(module, "enough", lambda active: next(answers, False))
    monkeypatch.setattr(module, "mark", lambda *_, **__: pytest.fail("a submission was run"))
    rows = {row["student"]: row for row in grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False)}
    assert "protects too little" in rows["ada"]["status"] and rows["ada"]["automatic"] == ""
    assert not (build / COURSE / "results").exists()


def test_a_process_that_cannot_be_started_is_no_zero(a_class, monkeypatch):
    from weightinit_course import grade as module

    folder, roster = a_class
    nothing = {"cells": {}, "remarks": [], "active": [], "notebook": "", "seconds": 0.0}
    monkeypatch.setattr(module, "mark", lambda *_, **__: nothing)
    rows = {row["student"]: row for row in grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False)}
    assert "could not be started" in rows["ada"]["status"] and rows["ada"]["automatic"] == ""


def test_a_machine_without_the_toolbox_makes_it(tmp_path):
    from weightinit_course.grade import Run, _make_toolbox_here
    from weightinit_course.sandbox import Limits

    run = Run(COURSE, "ps2", tmp_path, tmp_path / "elsewhere" / "box", Limits(), False)
    for _ in range(2):
        _make_toolbox_here(run)
        assert (run.toolbox / "inside" / "worker.py").is_file()


def test_without_dask_there_is_a_message(monkeypatch):
    from weightinit_course.grade import cluster

    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(CourseError, match="dask\\[distributed\\]"):
        with cluster("tcp://127.0.0.1:1"):
            pass


@pytest.mark.peers
def test_without_a_scheduler_there_is_a_message():
    pytest.importorskip("dask.distributed")
    from weightinit_course.grade import cluster

    with pytest.raises(CourseError, match="no scheduler answers at"):
        with cluster("tcp://127.0.0.1:1"):
            pass


@pytest.mark.peers
def test_a_dask_cluster_gives_the_same_marks(a_class):
    distributed = pytest.importorskip("dask.distributed")
    from weightinit_course.grade import cluster

    folder, roster = a_class
    here = grade(COURSE, "ps2", folder, students=roster, jobs=1, with_feedback=False)
    shutil.rmtree(course.BUILD / COURSE / "results")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as local:
        client = distributed.Client(local)
        client.run(
            exec,
            f"from weightinit_course import course; import pathlib; course.BUILD = pathlib.Path({str(course.BUILD)!r})",
        )
        with cluster(local.scheduler_address):
            there = grade(COURSE, "ps2", folder, students=roster, with_feedback=False)
    assert [row | {"seconds": 0} for row in there] == [row | {"seconds": 0} for row in here]
