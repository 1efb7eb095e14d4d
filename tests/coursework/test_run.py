"""What a worker does with one submission: mark it, store it, or take what is stored."""

from __future__ import annotations

import dataclasses
import os
import shutil

import nbformat
import pytest

from weightinit_course import run as module
from weightinit_course.examples.answers import right
from weightinit_course.marks import CellMark, Marks
from weightinit_course.problem_set import ProblemSet
from weightinit_course.roster import Person
from weightinit_course.run import Result, Run, _make_toolbox_here, load, mark_one, store
from weightinit_course.sandbox import Limits
from weightinit_course.submissions import Refused, Submission
from weightinit_course.terms import make_secret, term_secret

MARKS = Marks({"ps2-normal-test": CellMark(3.0, 12.0)}, (), (), nbformat.writes(nbformat.v4.new_notebook()), 0.1)


@pytest.fixture
def run(tmp_path):
    """A run on a machine that has what it needs."""
    (tmp_path / "box").mkdir()
    make_secret(tmp_path)
    return Run("any-term", "ps2", tmp_path, tmp_path / "box", Limits(), True)


@pytest.fixture
def ada(tmp_path):
    """A submission."""
    path = tmp_path / "handed-in" / "ada" / "ps2.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(right(ProblemSet("ps2", "any-term")), path)
    return Submission("ada", path.parent, Person("ada"), notebook=path)


def marking(monkeypatch, says):
    """Let marking a notebook give what `says` says, in place of running it; returns the problem sets by which it was marked."""
    ran = []

    def instead(notebook, problem_set, *_, **__):
        ran.append(problem_set)
        return says() if callable(says) else says

    monkeypatch.setattr(module, "mark_submission", instead)
    return ran


def test_marks_are_stored_whole_and_brought_without_the_notebook(run, ada, monkeypatch):
    ran = marking(monkeypatch, MARKS)
    first, second = mark_one(run, ada), mark_one(run, ada)
    assert first.fresh and not second.fresh and len(ran) == 1
    assert first.marks == second.marks == dataclasses.replace(MARKS, notebook="")
    assert load(run.stored("ada")).marks == MARKS


def test_each_file_is_marked_with_hidden_numbers_of_its_own(run, ada, monkeypatch):
    ran = marking(monkeypatch, MARKS)
    mark_one(run, ada)
    path = ada.entry / "ps2.ipynb"
    path.write_bytes(path.read_bytes() + b" ")
    assert mark_one(run, ada).fresh
    assert len({problem_set.salt for problem_set in ran}) == 2
    assert {problem_set.secret for problem_set in ran} == {term_secret(run.target)}


def test_a_marking_that_fails_is_no_traceback(run, ada, monkeypatch):
    def fails():
        raise RuntimeError("disk on fire")

    marking(monkeypatch, fails)
    outcome = mark_one(run, ada)
    assert outcome.failed and "RuntimeError: disk on fire" in outcome.refusal
    assert not run.stored("ada").exists()


def test_a_submission_that_is_refused_is_not_stored(run, ada, monkeypatch):
    def refuses():
        raise Refused("its process could not be started; mark again")

    marking(monkeypatch, refuses)
    outcome = mark_one(run, ada)
    assert outcome.refusal == "its process could not be started; mark again" and not outcome.failed
    assert not run.stored("ada").exists()


def test_who_is_stopped_for_time_beside_others_is_not_stored(run, ada, monkeypatch):
    marking(monkeypatch, dataclasses.replace(MARKS, stopped="time"))
    assert mark_one(run, ada).again and not run.stored("ada").exists()
    alone = mark_one(run, ada, True)
    assert not alone.again and load(run.stored("ada")).marks.stopped == "time"


def test_who_was_stopped_gets_another_try_with_more_time_and_no_other(run, ada, monkeypatch):
    ran = marking(monkeypatch, dataclasses.replace(MARKS, stopped="time"))
    more = dataclasses.replace(run, limits=dataclasses.replace(run.limits, seconds=run.limits.seconds + 1))
    assert mark_one(run, ada, True).fresh and not mark_one(run, ada, True).fresh
    assert mark_one(more, ada, True).fresh and not mark_one(more, ada, True).fresh and len(ran) == 2
    marking(monkeypatch, MARKS)
    shutil.rmtree(run.stored("ada").parent)
    assert mark_one(run, ada).fresh and not mark_one(more, ada).fresh


def test_a_copy_of_the_same_file_was_handed_in_when_the_first_was(run, ada, monkeypatch):
    marking(monkeypatch, MARKS)
    path = ada.entry / "ps2.ipynb"
    os.utime(path, (1e9, 1e9))
    assert mark_one(run, ada).when == 1e9
    os.utime(path, (1.1e9, 1.1e9))
    assert mark_one(run, ada).when == 1e9
    assert mark_one(run, dataclasses.replace(ada, handed_in=9e8)).when == 9e8
    path.write_bytes(path.read_bytes() + b" ")
    os.utime(path, (1.2e9, 1.2e9))
    assert mark_one(run, ada).when == 1.2e9


def test_a_huge_file_is_refused_before_it_is_read(run, ada):
    os.truncate(ada.entry / "ps2.ipynb", 6 * 2**30)
    assert mark_one(run, ada).refusal == "the file is larger than 20 MB"


def test_a_file_that_cannot_be_opened_is_refused_and_no_path_is_told(run, ada):
    ada.notebook.unlink()
    outcome = mark_one(run, ada)
    assert outcome.refusal == "ps2.ipynb cannot be opened (No such file or directory)" and not outcome.failed


def test_outputs_that_are_too_large_are_left_out_and_the_marks_stand(run, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_RESULT", 20_000)
    cells = [
        nbformat.v4.new_code_cell("x", outputs=[nbformat.v4.new_output("stream", text="x" * 30_000)]),
        nbformat.v4.new_code_cell(
            "check",
            metadata={"nbgrader": {"grade": True, "solution": False}},
            outputs=[nbformat.v4.new_output("stream", text="a report")],
        ),
    ]
    marks = dataclasses.replace(MARKS, notebook=nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    store(run.stored("ada"), Result("key", 1.0, 150.0, marks))
    kept = load(run.stored("ada")).marks
    assert kept.automatic == 3 and "its outputs are too large to be kept" in kept.remarks[0]
    assert "a report" in kept.notebook and "xxx" not in kept.notebook
    huge = dataclasses.replace(marks, notebook=marks.notebook.replace('"x"', f'"{"y" * 30_000}"'))
    with pytest.raises(Refused, match="too large to be kept"):
        store(run.stored("ben"), Result("key", 1.0, 150.0, huge))
    assert not run.stored("ben").exists()


def test_a_machine_without_the_toolbox_makes_it(tmp_path):
    box = tmp_path / "elsewhere" / "box"
    run = Run("any-term", "ps2", tmp_path, box, Limits(), True)
    for _ in range(2):
        _make_toolbox_here(run)
        assert (box / "inside" / "worker.py").is_file()
    shutil.rmtree(box.parent)
