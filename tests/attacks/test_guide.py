"""What the instructor's guide tells to type, typed by an ordinary user in a clone whose folder has a space in its name.

The clone is the working tree as it stands, the environment a copy of the tests' own: nothing is installed from the network.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from attack import put
from classroom import neighbors
from ordinary import Person, ask_for_programs

from weightinit_course.problem_set import ProblemSet
from weightinit_course.terms import ROOT

TERM = "2027-spring"
pytestmark = pytest.mark.xdist_group("guide")


class Clone:
    """A clone of an ordinary user's, in which commands can be typed."""

    def __init__(self, home: Path):
        self.person = Person.named("user", home)
        self.folder = home / "my course"
        listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.run(listed, capture_output=True, check=True).stdout.decode().split("\0")
        for file in filter(None, files):
            if (ROOT / file).is_file():  # and not one that was removed since the last commit
                (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, self.folder / file)
        self.person.give(home)
        install(
            self.folder
        )  # its files are those of the tests' own environment by another name, so they keep their owner

    def command(self, words: list[str]) -> dict:
        """The arguments of subprocess for a command typed in the clone."""
        environment = {k: v for k, v in self.person.environment.items() if k != "VIRTUAL_ENV"}
        return {"args": self.person.command(words), "cwd": self.folder, "env": environment, "stdin": subprocess.DEVNULL}

    def type(self, *words: str) -> subprocess.CompletedProcess:
        """Type a command and wait until it has ended."""
        return subprocess.run(**self.command(list(words)), capture_output=True, text=True, check=False)


def install(folder: Path) -> None:
    """An environment as `make` would have made it there: the files are those of the tests' own, the addresses its own."""
    own, new = Path(sys.prefix), folder / ".venv"
    try:
        shutil.copytree(own, new, symlinks=True, copy_function=os.link)
    except shutil.Error:  # another file system
        shutil.rmtree(new)
        shutil.copytree(own, new, symlinks=True)
    for script in (new / "bin").iterdir():
        with script.open("rb") as file:
            text = file.read(2_000_000)
        if text.startswith(b"#!") and not script.is_symlink():
            _, _, rest = text.partition(
                b"\n"
            )  # a path with a space cannot stand behind #!; pip does it in the same way
            first = f"#!/bin/sh\n'''exec' \"{new}/bin/python\" \"$0\" \"$@\"\n' '''\n".encode()
            script.unlink()
            script.write_bytes(first + rest if b"python" in text.partition(b"\n")[0] else text)
            script.chmod(0o755)
    packages = next((new / "lib").glob("python*/site-packages"))
    for pointer in packages.glob("__editable__*"):
        pointer.unlink()
    (packages / "weightinit.pth").write_text(f"{folder / 'code' / 'src'}\n", encoding="utf8")
    stamp = subprocess.run(
        "cat requirements*.txt pyproject.toml | cksum; pwd", shell=True, cwd=folder, capture_output=True, check=True
    )
    (new / ".installed").unlink(missing_ok=True)
    (new / ".installed").write_bytes(stamp.stdout)


@pytest.fixture(scope="module")
def clone(open_folder) -> Clone:
    """A clone in which problem set 2 of a term is released, as the guide says."""
    ask_for_programs()
    made = Clone(open_folder / "guide")
    done = made.type("make", "release", f"TERM={TERM}", "PS=ps2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Written below _build/coursework/{TERM}: release/ for students" in done.stdout
    return made


def submissions(clone: Clone, problem_set: ProblemSet) -> Path:
    """A folder as a browser calls it that has downloaded it twice."""
    folder = clone.person.home / "my downloads (1)"
    for student, notebook in neighbors(problem_set).items():
        put(notebook, folder / student / "ps2.ipynb")
    clone.person.give(folder)
    return folder


def test_release_and_grade(clone, monkeypatch):
    built = clone.folder / "_build" / "coursework" / TERM
    monkeypatch.setenv("WEIGHTINIT_COURSEWORK", str(built.parent))
    for made in ("release/ps2/ps2.ipynb", "solutions/ps2.ipynb", "rubric/ps2.md"):
        assert (built / made).stat().st_size > 1000
    folder = submissions(clone, ProblemSet.of_term("ps2", TERM))
    roster = clone.person.home / "the class.csv"
    roster.write_text("id,first_name\nada,Ada\nkarl,Karl\npia,Pia\nzoe,Zoë\n", encoding="utf8")
    done = clone.type("make", "grade", f"TERM={TERM}", "PS=ps2", f"SUBMISSIONS={folder}", f"STUDENTS={roster}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 of 4 marked." in done.stdout
    with (built / "report-ps2.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = {row["student"]: float(row["automatic"]) for row in csv.DictReader(file)}
    assert rows["ada"] == 65 and rows["karl"] == 0 and 0 < rows["pia"] < 65 and 0 < rows["zoe"] < 65
    assert {page.parents[1].name for page in (built / "feedback").rglob("*.html")} == set(rows)


def test_formgrader_shows_the_class(clone):
    port = "8931"
    words = [
        "make",
        "formgrader",
        f"TERM={TERM}",
        f"ARGS=--no-browser --port={port} --IdentityProvider.token=test-token",
    ]
    log = clone.person.home / "formgrader.log"
    with log.open("wb") as file:
        server = subprocess.Popen(**clone.command(words), stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}/formgrader/api/assignments?token=test-token"
        until, answer = time.monotonic() + 120, ""
        while not answer and time.monotonic() < until and server.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=10) as response:
                answer = response.read().decode()
            time.sleep(0.3)
        assert re.search(r'"name": "ps2"', answer), answer + log.read_text(encoding="utf8")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_grade_demo(clone):
    done = clone.type("make", "grade-demo", "ARGS=--class-size 3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 marked." in done.stdout
