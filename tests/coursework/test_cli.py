"""The commands as they are typed: release, grade and demo, on two cores, on a cluster, and every wrong use of them."""

from __future__ import annotations

import csv
import errno
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from weightinit_course.__main__ import main
from weightinit_course.examples.answers import blank, right
from weightinit_course.marks import Outcome
from weightinit_course.problem_set import ProblemSet
from weightinit_course.submissions import Submission
from weightinit_course.terms import ROOT, make_secret

TERM = "typed-term"


def typed(*arguments, build: Path, make: bool = False) -> subprocess.CompletedProcess:
    """What a command says, typed in the repository's folder."""
    command = ["make", "-s"] if make else [sys.executable, "-m", "weightinit_course"]
    outer = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "ARGS"))
    }  # make runs this test
    environment = outer | {"WEIGHTINIT_COURSEWORK": str(build)}
    return subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def released_once(tmp_path_factory) -> Path:
    """A build folder in which the command has released problem set 2."""
    build = tmp_path_factory.mktemp("typed")
    done = typed("release", TERM, "ps2", build=build)
    assert done.returncode == 0, done.stderr
    assert f"ps2  {ProblemSet('ps2', TERM).title}: solving it …\nps2  done: " in done.stdout
    assert f"Written below {build / TERM}: release/ for students" in done.stdout
    assert [path.name for path in (build / TERM / "release").glob("*.whl")] == ["weightinit-0.1.0-py3-none-any.whl"]
    assert {path.name for path in (build / TERM).iterdir()} >= {"release", "solutions", "rubric", "source"}
    return build


@pytest.fixture
def released(released_once, build) -> Path:
    """A copy of the test's own."""
    shutil.copytree(released_once, build)
    return build


@pytest.fixture
def submissions(tmp_path) -> Path:
    """A perfect and a blank submission, in a folder with a space in its name."""
    folder = tmp_path / "handed in"
    problem_set = ProblemSet("ps2", TERM)
    for student, notebook in {"ada": right(problem_set), "ben": blank(problem_set)}.items():
        (folder / student).mkdir(parents=True)
        nbformat.write(notebook, folder / student / "ps2.ipynb")
    return folder


def check_marks(done: subprocess.CompletedProcess, build: Path) -> None:
    assert done.returncode == 0, done.stderr
    assert "Protections: " in done.stdout and "2 of 2 marked." in done.stdout
    with (build / TERM / "report-ps2.csv").open(newline="", encoding="utf8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {student: row["automatic"] for student, row in rows.items()} == {"ada": "65.0", "ben": "0.0"}


# ---- right uses -----------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("can_mark")
def test_grade_with_two_jobs_and_again_without_feedback(released, submissions, tmp_path):
    roster = tmp_path / "the class.csv"
    roster.write_text("id\nada\nben\n")
    arguments = [f"TERM={TERM}", "PS=ps2", f"SUBMISSIONS={submissions}", f"STUDENTS={roster}"]
    check_marks(typed("grade", *arguments, "ARGS=--jobs 2", build=released, make=True), released)
    assert {page.parents[1].name for page in (released / TERM / "feedback").rglob("*.html")} == {"ada", "ben"}
    check_marks(typed("grade", TERM, "ps2", submissions, "--no-feedback", build=released), released)


@pytest.mark.peers
@pytest.mark.usefixtures("can_mark")
def test_grade_on_a_cluster(released, submissions):
    """The machines of a cluster have an environment of their own: none of ours names the build folder there."""
    distributed = pytest.importorskip("dask.distributed")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WEIGHTINIT_COURSEWORK", raising=False)
        local = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with local:
        done = typed("grade", TERM, "ps2", submissions, "--dask", local.scheduler_address, build=released)
        check_marks(done, released)


@pytest.mark.usefixtures("can_mark")
def test_demo_with_a_few_students(tmp_path):
    done = typed("grade-demo", "PS=ps2", "ARGS=--class-size 3", build=tmp_path, make=True)
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines() if line.startswith("student0")] == [
        ["student001", "65.0"],
        ["student002", "0.0"],
        ["student003", "57.8"],
    ]
    assert "3 of 3 marked." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--help"], "release|grade|demo"), (["grade", "--help"], "--accept-weak")]
)
def test_help_names_the_commands_and_their_options(arguments, words, capsys):
    with pytest.raises(SystemExit, match="0"):
        main(arguments)
    assert words in capsys.readouterr().out


# ---- wrong uses -----------------------------------------------------------------------------------------------------
WRONG_USES = {
    "no command": ([], "required: release|grade|demo"),
    "unknown command": (["mark"], "invalid choice: 'mark'"),
    "term that is no name": (["release", "two words"], "TERM must be letters, digits and hyphens"),
    "unknown problem set to release": (["release", TERM, "ps9"], "no problem set 'ps9'; there are: ps1"),
    "no term": (["grade"], "required: term"),
    "unknown problem set": (["grade", TERM, "ps9", "."], "no problem set 'ps9'; there are: ps1"),
    "term that was not released": (["grade", "never", "ps2", "."], "there is no term never; there are: typed-term. If"),
    "problem set that was not released": (["grade", TERM, "ps1", "."], "ps1 was not released for typed-term"),
    "missing folder": (["grade", TERM, "ps2", "no/where"], "SUBMISSIONS=no/where does not exist"),
    "missing roster": (["grade", TERM, "ps2", ".", "--students", "no.csv"], "STUDENTS=no.csv cannot be read"),
    "misspelt option": (
        ["grade", TERM, "ps2", ".", "--job", "2"],
        "--job 2; see make grade TERM=… PS=… SUBMISSIONS=… ARGS=--help",
    ),
    "jobs in words": (["grade", TERM, "ps2", ".", "--jobs", "two"], "argument --jobs: invalid int value: 'two'"),
    "no jobs": (["grade", TERM, "ps2", ".", "--jobs", "0"], "jobs must be at least 1, or -1 for all cores, got 0"),
    "seconds in words": (["grade", TERM, "ps2", ".", "--seconds", "ten"], "invalid float value: 'ten'"),
    "no seconds": (["grade", TERM, "ps2", ".", "--seconds", "0"], "seconds must be from 5 to 3600, got 0"),
    "endless": (["grade", TERM, "ps2", ".", "--seconds", "nan"], "seconds must be from 5 to 3600, got nan"),
    "students without a word": (["release", TERM, "--students", "x.csv"], "only for a variant for each student"),
    "each student, but who?": (["release", TERM, "--per-student"], "needs the roster: STUDENTS=roster.csv ARGS=--per"),
    "unknown demonstration": (["demo", "ps9"], "no problem set 'ps9'; there are: ps1"),
    "empty demonstration": (["demo", "--class-size", "0"], "at least 1 student, got 0"),
}


@pytest.mark.parametrize("use", WRONG_USES)
def test_a_wrong_use_is_answered_in_one_line(use, build, monkeypatch, capsys):
    (build / TERM / "source" / "ps2").mkdir(parents=True)
    (build / TERM / "source" / "ps2" / "ps2.ipynb").touch()  # released, as far as a look can tell
    make_secret(build / TERM)
    arguments, words = WRONG_USES[use]
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert code == 2 and said.out == ""
    assert said.err.startswith("error: ") and said.err.count("\n") == 1
    assert words in said.err


@pytest.mark.parametrize("arguments", [["grade", "never", "ps2", "."], ["release", "two words"], ["grade", TERM], []])
def test_a_wrong_word_is_answered_at_once(arguments, tmp_path):
    """Without the seconds that nbgrader and scipy take to be imported."""
    code = f"""
import atexit, sys
atexit.register(lambda: print({{"numpy", "nbgrader"}} & set(sys.modules)))
from weightinit_course.__main__ import main
main({arguments!r})
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"WEIGHTINIT_COURSEWORK": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "set()\n" and done.stderr.startswith("error: ")


def test_what_the_machine_refuses_is_one_line(monkeypatch, capsys):
    def refused(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", "/closed")

    monkeypatch.setattr("weightinit_course.release.release", refused)
    assert main(["release", TERM]) == 2 and capsys.readouterr().err == "error: /closed: Permission denied\n"


def test_a_wrong_use_that_is_typed_ends_with_exit_code_2_and_without_a_stack_trace(tmp_path):
    done = typed("grade", "never", "ps2", ".", build=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: ps2 was not released for never; run: make release TERM=never\n"


@pytest.mark.parametrize("name", ["downloads (1)", "it's", "$HOME", 'a "b" [c] & d;'])
def test_make_hands_every_folder_s_name_on_as_it_is(name, tmp_path):
    for target in ("grade", "release"):
        given = [f"TERM={TERM}", "PS=ps2", f"SUBMISSIONS={name}", f"STUDENTS={name}.csv"]
        done = typed("-n", "-o", ".venv/.installed", target, *given, build=tmp_path, make=True)
        words = shlex.split(done.stdout.replace("\\\n", " "))
        assert words[words.index("--students") + 1] == f"{name}.csv"
        assert name in words or target == "release"


@pytest.mark.parametrize("missing", ["TERM", "PS", "SUBMISSIONS"])
def test_make_says_which_variable_is_missing(missing, tmp_path):
    given = {"TERM": TERM, "PS": "ps2", "SUBMISSIONS": "."}
    arguments = [f"{name}={value}" for name, value in given.items() if name != missing]
    done = typed("grade", *arguments, build=tmp_path, make=True)
    assert done.returncode == 2
    assert f"error: {missing} is missing" in done.stdout + done.stderr


@pytest.mark.parametrize(("failed", "code"), [(False, 0), (True, 1)])
def test_the_exit_code_says_whether_the_run_was_whole(failed, code, released, monkeypatch, capsys):
    outcome = Outcome(Submission("ada"), refusal="a reason", failed=failed)
    monkeypatch.setattr("weightinit_course.mark_class.mark_class", lambda *_, **__: [outcome])
    assert main(["grade", TERM, "ps2", "."]) == code and "ada: not marked: a reason" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["grade", "2027-sprng", "ps2", "."], ["formgrader", "2027-sprng"]])
def test_a_mistyped_term_is_answered_with_those_that_exist(command, build, capsys):
    for term in ("2026-fall", "2027-spring", "demo"):
        (build / term / "source").mkdir(parents=True)
    assert main(command) == 2
    assert capsys.readouterr().err == (
        "error: there is no term 2027-sprng; there are: 2026-fall, 2027-spring. "
        "If it shall be a new one: make release TERM=2027-sprng\n"
    )


def test_ctrl_c_is_answered_at_once(monkeypatch, capfd):
    said = []

    def interrupted(*_, **__):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(60)
        finally:
            said.append(capfd.readouterr().err)

    monkeypatch.setattr("weightinit_course.release.release", interrupted)
    outside = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # ignored, if a shell's background runs the tests
    try:
        assert main(["release", TERM]) == 130
        assert said == ["\nstopping ...\n"] and capfd.readouterr().err == "stopped\n"
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, outside)


def test_ctrl_c_is_one_line(monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("weightinit_course.release.release", stopped)
    assert main(["release", TERM]) == 130 and capsys.readouterr().err == "stopped\n"
