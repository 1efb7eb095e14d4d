"""Every command that README, CONTRIBUTING and `make help` print: it exists, it is listed, and somebody types it.

The cheap ones are typed here, the expensive ones where `ELSEWHERE` says.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "CONTRIBUTING.md")
TYPED = {"help", "lint", "clean", "distclean", "release", "grade", "formgrader", "chapter", "test", "notebooks"}
ELSEWHERE = {
    "unit": "a step of make test",
    "coursework": "a step of make test",
    "nbval": "a step of make test",
    "book": "a step of make test",
    "site": "a step of make test",
    "peers": ".ci/run",
    "test-attacks": "weekly, .github/workflows/test.yml",
    "power": "weekly, .github/workflows/test.yml",
    "lowest": "weekly, .github/workflows/test.yml",
    "mutants": "takes hours",
    "zip": "tests/site/test_pack.py: the module behind it",
    "pdf": "tests/site/test_pack.py: the module behind it",
    "epub": "tests/site/test_pack.py: the module behind it",
    "picture": "tests/site/test_pack.py: the module behind it",
    "grade-demo": "tests/coursework: the module behind it",
    "serve": "never returns; make book and Python's own server",
    "lab": "tests/site/test_lab.py: the module behind it, in a browser",
    "format": "rewrites the sources; the same ruff as make lint",
    "bench": "measures, asserts nothing",
}
NOT_MAKE = {
    "pip install .": "what make does, without -e",
    'python -m weightinit analyze "x*sigmoid(1.7*x)"': "typed below",
    "python -m weightinit diagnose --widths 784,512x40,10 --activation relu --init xavier_normal": "typed below",
    "git diff": "test_diff.py",
    'git config diff.notebook.textconv ".venv/bin/python -m weightinit_book.readable"': "test_diff.py",
    "apt-get install chromium": ".ci/run types it, without recommended packages",
    "apt-get install chromium-headless-shell": ".ci/run types it, without recommended packages",
    "apt-get install firefox-esr": ".ci/run types it, without recommended packages",
    "apt-get install bubblewrap libseccomp2": ".ci/run types it, without recommended packages",
}


def clean_environment() -> dict[str, str]:
    """Without what an outer make hands to its recipes."""
    ours = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "ARGS", "CHAPTER", "TITLE", "STUDENTS", "PS", "COURSE")
    return {name: value for name, value in os.environ.items() if name not in ours} | {"TERM": "xterm"}


def make(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["make", *words], cwd=cwd, env=clean_environment(), capture_output=True, text=True, timeout=300, check=False
    )


def in_pages() -> list[str]:
    """Commands as the pages print them: lines of shell blocks, and code that begins like a command."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.S):
            found += [line.split(" #")[0].strip() for line in block.splitlines() if line.strip()]
        prose = re.sub(r"```.*?```", "", text, flags=re.S)
        found += re.findall(r"`((?:make|pip|python|git|apt-get) [^`]+)`", prose)
    return list(dict.fromkeys(found))


def in_help() -> list[str]:
    """`make help` lists commands as ``make target NAME=value [NAME=value]``, two spaces before what they do."""
    found = re.findall(r"^  (make .*?)  ", make("help").stdout, re.M)
    return [re.sub(r"[\[\]]", "", command) for command in dict.fromkeys(found)]


def targets() -> set[str]:
    """The targets that are meant for people."""
    text = (ROOT / "Makefile").read_text(encoding="utf8").replace("\\\n", " ")
    steps = re.search(r"^STEPS := (.*)$", text, re.M)[1]
    return set(re.search(r"^\.PHONY: (.*)$", text, re.M)[1].replace("$(STEPS)", steps).split())


def test_every_target_is_listed_by_make_help():
    assert {shlex.split(command)[1] for command in in_help()} >= targets() - {"help"}


def test_every_target_is_typed_by_a_test_or_says_where_else():
    assert TYPED | set(ELSEWHERE) == targets() and not TYPED & set(ELSEWHERE)


def test_every_other_command_of_the_pages_is_known():
    assert {command for command in in_pages() if not command.startswith("make ")} == set(NOT_MAKE)


@pytest.mark.parametrize("command", [c for c in in_pages() if c.startswith("make ")])
def test_every_command_of_the_pages_is_understood_as_printed(command):
    done = make(
        "--dry-run", *(word for word in shlex.split(command)[1:] if word != "…"), "TERM=t", "PS=p", "SUBMISSIONS=s"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", in_help())
def test_every_command_of_the_help_is_understood_as_printed(command):
    done = make("--dry-run", *shlex.split(command)[1:])
    assert done.returncode == 0, done.stderr


def test_make_alone_says_what_there_is():
    assert make().stdout == make("help").stdout != ""


def test_make_lint_passes_as_typed():
    done = make("lint")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("begin", "status", "part"),
    [
        ("python -m weightinit analyze ", 0, "gain, forward            1.5397"),
        (
            "python -m weightinit diagnose ",
            1,
            "✗ vanishing_signal: the signal dies out, in layers 10 to 40 (certain)",
        ),
    ],
)
def test_the_commands_that_ask_the_package_work_as_printed(begin, status, part):
    (command,) = [command for command in in_pages() if command.startswith(begin)]
    words = [sys.executable, *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status and done.stderr == "" and part in done.stdout


# ---- wrong variables ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["release"], "TERM is missing"),
        (["grade", "TERM=a", "PS=ps2"], "SUBMISSIONS is missing"),
        (["grade", "TERM=a", "SUBMISSIONS=s"], "PS is missing"),
        (["formgrader"], "TERM is missing"),
        (["release", "COURSE=2027-spring"], "COURSE is called TERM now: make release TERM=2027-spring"),
        (["chapter"], "NAME is missing"),
        (["test", "ARGS=unit"], "make test takes no ARGS"),
    ],
)
def test_a_wrong_variable_gets_one_line_and_exit_code_2(words, part):
    done = make(*words)
    assert done.returncode == 2 and done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert part in line


def test_a_chapter_that_does_not_exist_is_named():
    done = make("notebooks", "CHAPTER=99")
    assert done.returncode == 2 and "99" in done.stderr.splitlines()[0]


# ---- in a folder with a space, with an environment that only repeats what it is told -------------------------------
@pytest.fixture
def clone(tmp_path) -> Path:
    """The Makefile in a folder with a space; its Python prints each argument in brackets, and the term of the terminal."""
    root = tmp_path / "a folder"
    root.mkdir()
    for path in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-student.txt"):
        shutil.copy(ROOT / path, root)
    (root / "code").mkdir()
    shutil.copy(ROOT / "code" / "environment.sh", root / "code")
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "ruff", "lint-imports"):
        (programs / name).write_text('#!/bin/sh\nprintf "<%s>" "$@"; echo " TERM=$TERM"\n')
        (programs / name).chmod(stat.S_IRWXU)
    (root / ".venv" / ".installed").touch()
    return root


def test_words_with_spaces_and_quotes_arrive_whole(clone):
    folder = 'the class\'s "best" $HOME'
    done = make("grade", "TERM=2027-spring", "PS=ps2", f"SUBMISSIONS={folder}", "STUDENTS=a b.csv", cwd=clone)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(" TERM=")[0] == (
        f"<-m><weightinit_course><grade><2027-spring><ps2><{folder}><--students><a b.csv>"
    )


def test_a_term_is_no_terminal_and_a_terminal_is_no_term(clone):
    assert make("release", "TERM=2027-spring", cwd=clone).stdout.strip().endswith("<2027-spring> TERM=")
    assert make("notebooks", cwd=clone).stdout.strip().endswith("TERM=xterm")


def test_make_test_goes_through_every_step_and_tells_the_times(clone):
    done = make("test", cwd=clone)
    assert done.returncode == 0, done.stderr
    steps = ["lint", "unit", "coursework", "nbval", "book", "site"]
    assert re.findall(r"^── (\w+)$", done.stdout, re.M) == steps
    times = "".join(rf"{step} \d+ s · " for step in steps)
    assert re.fullmatch(rf"Time: {times}together \d+ s", done.stdout.strip().splitlines()[-1])


def test_make_test_stops_at_the_first_step_that_fails(clone):
    python = clone / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *" tests/coursework") exit 1;; esac\n')
    done = make("test", cwd=clone)
    assert done.returncode == 2 and "FAILED: coursework" in done.stderr
    assert re.findall(r"^── (\w+)$", done.stdout, re.M) == ["lint", "unit", "coursework"] and "Time:" not in done.stdout


def test_a_locale_without_utf8_is_replaced_and_another_one_stays(clone):
    """Under LC_ALL=C pip cannot install into a folder with an umlaut."""
    python = clone / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "LC_ALL=$LC_ALL"\n')
    has = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout.lower().split()
    utf8 = next(name for name in ("C.utf8", "C.UTF-8", "en_US.utf8") if name.lower() in has)
    for given, expected in (("C", "UTF-8"), (utf8, "same")):
        environment = clean_environment() | {"LC_ALL": given}
        done = subprocess.run(
            ["make", "notebooks"], cwd=clone, env=environment, capture_output=True, text=True, check=False
        )
        (chosen,) = done.stdout.split()
        if expected == "same":
            assert chosen == f"LC_ALL={given}"
        else:
            charmap = subprocess.run(
                ["locale", "charmap"],
                env=environment | {"LC_ALL": chosen.removeprefix("LC_ALL=")},
                capture_output=True,
                text=True,
                check=True,
            )
            assert charmap.stdout.strip() == "UTF-8"


def test_a_port_that_is_taken_is_told_in_one_line_before_anything_is_built(clone):
    python = clone / ".venv" / "bin" / "python"
    python.write_text(
        '#!/bin/sh\ncase "$*" in *create_server*8123*) echo Traceback >&2; exit 1;; *) echo "went on";; esac\n'
    )
    done = make("serve", "PORT=8123", cwd=clone)
    assert done.returncode == 2 and "went on" not in done.stdout
    assert done.stderr.splitlines()[0] == "error: port 8123 cannot be used; another one: make serve PORT=8001"
    assert "Traceback" not in done.stderr


def test_make_clean_removes_what_was_built_and_nothing_else(clone):
    for folder in ("_build/html", "chapters/.ipynb_checkpoints", "code/src/x/__pycache__", ".venv/lib/__pycache__"):
        (clone / folder).mkdir(parents=True)
        (clone / folder / "file").touch()
    kept, mine = clone / "chapters" / "01-one.ipynb", clone / "work" / "chapters" / "01-one.ipynb"
    mine.parent.mkdir(parents=True)
    kept.touch()
    mine.touch()
    assert make("clean", cwd=clone).returncode == 0
    assert not (clone / "_build").exists() and not list(clone.glob("c*/**/file"))
    assert kept.exists() and (clone / ".venv" / "lib" / "__pycache__" / "file").exists()
    assert make("distclean", cwd=clone).returncode == 0
    assert not (clone / ".venv").exists() and kept.exists() and mine.exists()


@pytest.mark.parametrize("command", ["clean", "distclean"])
def test_make_clean_spares_the_marks_of_every_term(command, clone):
    built = clone / "_build"
    lost = [built / "html" / "index.html", built / "coursework" / "demo" / "gradebook.db", built / "site.zip"]
    kept = [built / "coursework" / "2027-spring" / name for name in ("gradebook.db", "secret", "__pycache__/x")]
    for path in (*lost, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    done = make(command, cwd=clone)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert all(path.exists() for path in kept) and not any(path.exists() for path in lost)
    assert [path.name for path in built.iterdir()] == ["coursework"]
