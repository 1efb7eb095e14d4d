"""Two commands that write into `_build/`: the second waits and says so."""

from __future__ import annotations

import os
import subprocess
import sys

from weightinit_book import build as build_module
from weightinit_book.build import follow
from weightinit_book.lock import NAME, alone

SECOND = """
import sys
from pathlib import Path
from weightinit_book.lock import alone
with alone(Path(sys.argv[1])):
    print("begun", flush=True)
"""


def second(folder) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", SECOND, str(folder)], stdout=subprocess.PIPE, text=True)


def test_a_second_one_waits_for_the_first_and_says_so(tmp_path):
    with alone(tmp_path):
        waiting = second(tmp_path)
        said = waiting.stdout.readline()
        assert said == f"another build is running here (process {os.getpid()}); waiting for it …\n"
        assert waiting.poll() is None
    assert waiting.communicate(timeout=60) == ("begun\n", None)


def test_what_a_build_started_keeps_the_others_waiting_when_the_build_was_killed(tmp_path):
    with alone(tmp_path) as lock:
        left = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,))
    waiting = second(tmp_path)
    assert "waiting" in waiting.stdout.readline() and waiting.poll() is None
    left.communicate(b"\n", timeout=60)
    assert waiting.communicate(timeout=60) == ("begun\n", None)


def test_a_lock_that_is_free_is_taken_without_a_word(tmp_path, capsys):
    for _ in range(2):
        with alone(tmp_path):
            assert (tmp_path / NAME).read_text() == str(os.getpid())
    assert capsys.readouterr().out == "" and (tmp_path / NAME).read_text() == ""


def test_a_build_waits_for_another_one(tmp_path, monkeypatch):
    monkeypatch.setattr(build_module, "BUILD", tmp_path)
    monkeypatch.setattr(build_module, "check_book", lambda root: [])
    seen = []

    def build_site(lock: int) -> int:
        waiting = second(tmp_path)
        seen.append(waiting.stdout.readline())
        waiting.kill()
        waiting.communicate()
        return 0

    monkeypatch.setattr(build_module, "build_site", build_site)
    assert build_module.build() == 0 and "waiting" in seen[0]


LINES = ["Running Sphinx\n", "\x1b[1mreading sources... \x1b[0m[ 50%] one\n", "reading sources... [100%] two\n", "writing output... [ 50%] one\n", "done\n"]  # fmt: skip


def test_a_log_is_kept_whole_and_tells_how_far_a_build_is(capsys, monkeypatch):
    assert follow(LINES) == "".join(LINES).replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert capsys.readouterr().out == "reading the pages …\nwriting the pages …\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    follow(LINES)
    shown = capsys.readouterr().out.split("\r\x1b[K")
    assert shown == [
        "",
        "reading the pages: 50%, one",
        "reading the pages: 100%, two",
        "writing the pages: 50%, one",
        "",
    ]
