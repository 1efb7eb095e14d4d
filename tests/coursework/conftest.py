"""A term's problem sets, the toolbox of the sandbox, and a class that was marked once for all tests."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from weightinit_course.examples.answers import blank, right, with_answers
from weightinit_course.examples.broken import write_broken
from weightinit_course.examples.cheats import cheat
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.mark_class import mark_class
from weightinit_course.marks import Outcome
from weightinit_course.problem_set import ProblemSet
from weightinit_course.release import release
from weightinit_course.sandbox import Sandbox, Stopped
from weightinit_course.toolbox import make_toolbox

TERM = "test-term"


@pytest.fixture(scope="session")
def term() -> str:
    return TERM


@pytest.fixture(scope="session")
def ps2() -> ProblemSet:
    return ProblemSet("ps2", TERM)


@pytest.fixture(scope="session")
def toolboxes():
    """toolboxes(problem_set) -> the folder that its sandboxes may import from.

    A test is skipped where no room can be made for a submission, unless WEIGHTINIT_REQUIRE_SANDBOX=1.
    """
    # Not below pytest's own folder: another run of pytest closes that to other users.
    home = Path(tempfile.mkdtemp(prefix="weightinit-test-toolboxes-"))
    home.chmod(0o755)
    made = {}

    def toolbox(problem_set: ProblemSet) -> Path:
        if problem_set.name not in made:
            made[problem_set.name] = make_toolbox(home / problem_set.name, problem_set.needs)
            _try_a_room(made[problem_set.name])
        return made[problem_set.name]

    yield toolbox
    shutil.rmtree(home)


def _try_a_room(toolbox: Path) -> None:
    try:
        Sandbox(toolbox).close()
    except Stopped as error:
        if os.environ.get("WEIGHTINIT_REQUIRE_SANDBOX") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def can_mark(ps2, toolboxes) -> None:
    """Skips a test which types a command that marks, where no submission can be run."""
    toolboxes(ps2)


@pytest.fixture
def as_user():
    """as_user(words of a command) -> the command for an ordinary user, whoever runs the tests.

    Root's own folder may be closed and hold the interpreter: the user gets a view in which it is open and holds only that.
    """

    def command(*words: str) -> list[str]:
        if os.getuid():
            return list(words)
        view = ["bwrap", "--cap-add", "ALL", "--dev-bind", "/", "/"]
        base = Path(sys.base_prefix).resolve()
        closed = next((p for p in reversed([base, *base.parents]) if not p.stat().st_mode & 1), None)
        if closed is not None:
            view += ["--perms", "0755", "--tmpfs", str(closed)]
            for path in reversed([p for p in base.parents if p.is_relative_to(closed) and p != closed]):
                view += ["--perms", "0755", "--dir", str(path)]
            view += ["--ro-bind", str(base), str(base)]
        drop = ["--reuid", "60777", "--regid", "60777", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
        return [*view, "--", "setpriv", *drop, "--", *words]

    return command


@pytest.fixture
def build(tmp_path, monkeypatch) -> Path:
    """A build folder of the test's own, so that no gradebook of an instructor is touched."""
    monkeypatch.setenv("WEIGHTINIT_COURSEWORK", str(tmp_path / "coursework"))
    return tmp_path / "coursework"


# ---- a class --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class MarkedClass:
    """A term `class-test` with problem set 2 released, submissions, a roster, and what marking them gave.

    Attributes
    ----------
    build : Path
        The build folder.
    submissions, roster : Path
    outcomes : dict of str to Outcome
        By student; of the first marking.
    """

    build: Path
    submissions: Path
    roster: Path
    outcomes: dict[str, Outcome]

    term = "class-test"
    students = ("ada", "ben", "cleo", "dan")  # perfect, blank, half the variance, ends its process

    @property
    def folder(self) -> Path:
        """The term's folder."""
        return self.build / self.term

    def mark(self, **options) -> dict[str, Outcome]:
        """Mark the class again; by student."""
        options = {"students": self.roster, "jobs": 1, "with_feedback": False, "accept_weak": True} | options
        return {o.student: o for o in mark_class(self.term, "ps2", self.submissions, **options)}


@pytest.fixture(scope="session")
def class_once(tmp_path_factory) -> MarkedClass:
    """Released and marked once, with feedback; whoever changes anything takes a copy, `a_class`."""
    home = tmp_path_factory.mktemp("class")
    made = MarkedClass(home / "coursework", home / "submitted", home / "students.csv", {})
    problem_set = ProblemSet("ps2", made.term)
    wrong = wrong_answers("ps2")["half_variance"]
    perfect = right(problem_set)
    notebooks = {
        "ada": perfect,
        "ben": blank(problem_set),
        "cleo": with_answers(perfect, {wrong.cell: wrong.source}),
        "dan": cheat("exit").submission(problem_set),
    }
    for student, notebook in notebooks.items():
        (made.submissions / student).mkdir(parents=True)
        nbformat.write(notebook, made.submissions / student / "ps2.ipynb")
    write_broken(made.submissions, problem_set)
    made.roster.write_text(
        "id,first_name,last_name,email,lms_id\nada,Ada,Lovelace,ada@example.org,11\nben,Ben,=1+1,ben@example.org,12\n"
        "cleo,Cleo,Last,,13\ndan,Dan,Last,,14\nzoe,Zoe,Last,,15\nbroken-text,B,T,,16\nbroken-name,B,N,,17\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEIGHTINIT_COURSEWORK", str(made.build))
        patch.setattr("weightinit_course.release.executed", lambda given: given.solution)  # has a test of its own
        release(made.term, ["ps2"])
        shutil.copytree(made.folder, home / "released")
        made.outcomes.update(made.mark(with_feedback=True))
    return made


@pytest.fixture
def a_class(class_once, build, tmp_path) -> MarkedClass:
    """A copy of the marked class of the test's own."""
    shutil.copytree(class_once.build, build)
    shutil.copytree(class_once.submissions, tmp_path / "submitted")
    roster = shutil.copy(class_once.roster, tmp_path)
    return MarkedClass(build, tmp_path / "submitted", Path(roster), class_once.outcomes)


@pytest.fixture
def unmarked_class(a_class, class_once) -> MarkedClass:
    """A copy of the class as it was when it had only been released."""
    shutil.rmtree(a_class.folder)
    shutil.copytree(class_once.build.parent / "released", a_class.folder)
    return a_class
