"""The demonstration's class has one of each kind, and marks as it says."""

from __future__ import annotations

import nbformat
import pytest

from weightinit_course import demo as module
from weightinit_course.demo import demo, table, write_class
from weightinit_course.examples.broken import broken
from weightinit_course.examples.cheats import cheats
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.marks import Outcome
from weightinit_course.problem_set import ProblemSet, problem_sets
from weightinit_course.reading import read
from weightinit_course.roster import read_roster
from weightinit_course.submissions import Refused, Submission, find, locate
from weightinit_course.terms import CourseError


@pytest.mark.parametrize("name", problem_sets())
def test_a_class_has_one_student_of_each_kind(name, term, tmp_path):
    problem_set = ProblemSet(name, term)
    people = read_roster(write_class(tmp_path / "class", problem_set))
    quick = [cheat for cheat in cheats() if not cheat.slow] if name == "ps2" else []
    assert len(people) == 2 + len(wrong_answers(name)) + len(quick) + len(broken(problem_set))
    folders = {path.name for path in (tmp_path / "class").iterdir()}
    assert folders == {*people, "unknown-student"}
    for submission in find(tmp_path / "class", name, people, tmp_path / "unpacked"):
        if submission.student.startswith(("broken", "unknown")):
            with pytest.raises(Refused):
                read(locate(submission), problem_set)
        else:
            nbformat.validate(read(locate(submission), problem_set)[0])


def test_a_class_of_a_given_size_is_honest(ps2, tmp_path):
    people = read_roster(write_class(tmp_path / "class", ps2, 40))
    assert list(people) == [f"student{k:03d}" for k in range(1, 41)]
    assert all(read(locate(s), ps2) for s in find(tmp_path / "class", "ps2", people, tmp_path / "unpacked"))


@pytest.mark.parametrize("size", [0, -3])
def test_a_class_without_students(size, build):
    with pytest.raises(CourseError, match=f"at least 1 student, got {size}"):
        demo("ps2", size)
    assert not build.exists()


def test_a_line_a_student_is_shown(class_once):
    lines = table(list(class_once.outcomes.values())).splitlines()
    assert len(lines) == 1 + len(class_once.outcomes) and "automatic" in lines[0]
    assert any(line.split() == ["cleo", "59.0", "100.0", "35.0", "marked"] for line in lines)
    assert any(line.startswith("zoe") and line.endswith("not marked: nothing was submitted") for line in lines)


def test_no_line_of_the_table_is_somebody_elses():
    forged = table([Outcome(Submission("eve"), refusal="odd\nada 65.0\x1b[2J")]).splitlines()
    assert len(forged) == 2 and forged[1].isprintable()


def test_nothing_of_a_real_term_is_touched(build, monkeypatch):
    (build / "2027-spring").mkdir(parents=True)
    (build / module.TERM).mkdir()
    (build / module.TERM / "old").touch()
    seen = []
    monkeypatch.setattr(module, "release", lambda *arguments: seen.append(arguments))
    monkeypatch.setattr(module, "mark_class", lambda *arguments, **_: seen.append(arguments))
    demo("ps1", 2)
    assert seen == [("demo", ["ps1"]), ("demo", "ps1", build / "demo-submissions" / "ps1")]
    assert {path.name for path in build.iterdir()} == {"2027-spring", "demo-submissions"}
