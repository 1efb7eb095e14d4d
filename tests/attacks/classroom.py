"""A class with four honest neighbors, marked by the command: what they get, and what a run leaves behind."""

from __future__ import annotations

import base64
import contextlib
import csv
import ctypes
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest
from attack import Attack, put
from baits import Baits
from ordinary import Person

from weightinit_course.examples.answers import blank, right, with_answers, with_cell
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.problem_set import ProblemSet, is_written
from weightinit_course.release import release
from weightinit_course.terms import ROOT

TERM = "attack-term"
SECONDS = 10  # what a submission may compute
SECONDS_OF = {"ps4": 60}  # whose networks are trained
HANDED_IN = 1_800_000_000  # everybody's file is of this time
NEIGHBORS = ("ada", "karl", "pia", "zoe")
PIXEL = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
).decode()
DERIVATION = """For $0<q<1$ and $i<j$ we have
$$\\sum_{i<n} w_i^2 < \\infty,$$
as `if a<b:` says, and as I have drawn it: ![my sketch](attachment:sketch.png)
"""
PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nprint('1 < 2', 3 & 4)"


def neighbors(problem_set: ProblemSet) -> dict[str, nbformat.NotebookNode]:
    """Perfect; blank; with a mistake; with a mistake, a derivation with formulas and a picture, and an own plot."""
    perfect = right(problem_set)
    wrong = next(iter(wrong_answers(problem_set.name).values()))
    mistaken = with_answers(perfect, {wrong.cell: wrong.source})
    mixed = with_cell(mistaken, PLOT)
    written = next(cell for cell in mixed.cells if is_written(cell))
    written.source, written.attachments = DERIVATION, {"sketch.png": {"image/png": PIXEL}}
    return dict(zip(NEIGHBORS, (perfect, blank(problem_set), mistaken, mixed), strict=True))


# ---- a run ----------------------------------------------------------------------------------------------------------
@dataclass
class Run:
    """What a run of `make grade` did.

    Attributes
    ----------
    term : Path
        The term's folder.
    code : int
    said : str
        What it printed.
    seconds : float
    left : list of str
        Processes and files that it left behind, visitors of what nobody may reach.
    report : dict of str to dict
        Rows by student.
    """

    term: Path
    code: int
    said: str
    seconds: float
    left: list[str]
    report: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, student: str) -> dict[str, object]:
        """All that is written of a student anywhere."""
        row = self.report.get(student, {})
        tables = {
            path.name: lines_of(student, path) for path in sorted(self.term.glob("*.csv")) if "report" not in path.name
        }
        files = {
            str(path.relative_to(self.term)): path.read_bytes()
            for path in sorted(self.term.rglob(f"{student}/**/*"))
            if path.is_file()
        }
        return {"row": row, **tables, "gradebook": grades(self.term / "gradebook.db", student), **files}


def lines_of(student: str, table: Path) -> list[list[str]]:
    """The lines of a table in which the student stands."""
    with table.open(newline="", encoding="utf-8-sig") as file:
        return [row for row in csv.reader(file) if student in row]


def grades(gradebook: Path, student: str) -> list[tuple]:
    """What the gradebook holds of a student."""
    with contextlib.closing(sqlite3.connect(f"file:{gradebook}?mode=ro", uri=True)) as book:
        query = """SELECT base_cell.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade,
                submitted_assignment.timestamp
            FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
            JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
            JOIN base_cell ON grade.cell_id = base_cell.id
            WHERE submitted_assignment.student_id = ? ORDER BY base_cell.name"""
        comments = """SELECT base_cell.name, comment.auto_comment, comment.manual_comment
            FROM comment JOIN submitted_notebook ON comment.notebook_id = submitted_notebook.id
            JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
            JOIN base_cell ON comment.cell_id = base_cell.id
            WHERE submitted_assignment.student_id = ? ORDER BY base_cell.name"""
        return book.execute(query, (student,)).fetchall() + book.execute(comments, (student,)).fetchall()


class Classroom:
    """Where one person marks classes of one problem set, again and again."""

    def __init__(self, who: str, folder: Path, problem_set: str):
        self.who, self.folder, self.name = who, folder, problem_set
        self.seconds = SECONDS_OF.get(problem_set, SECONDS)
        folder.mkdir(parents=True)
        built = folder / "released"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WEIGHTINIT_COURSEWORK", str(built))
            patch.setattr("weightinit_course.release.executed", lambda given: given.solution)  # has a test of its own
            self.released = release(TERM, [problem_set])
            self.problem_set = ProblemSet.of_term(problem_set, TERM)
        self.runs = 0
        self.quiet = self.mark([])

    def mark(self, attacks: Iterable[Attack]) -> Run:
        """Mark the neighbors together with attackers."""
        self.runs += 1
        person = Person.named(self.who, self.folder / f"run{self.runs}" / "home")
        built, handed_in = person.home / "coursework", person.home / "handed in"
        shutil.copytree(self.released, built / TERM)
        for student, notebook in neighbors(self.problem_set).items():
            put(notebook, handed_in / student / f"{self.name}.ipynb")
        for attack in attacks:
            attack.hand_in(handed_in, self.problem_set)
        for path in (handed_in / student / f"{self.name}.ipynb" for student in NEIGHBORS):
            os.utime(path, (HANDED_IN, HANDED_IN))
        roster = person.home / "students.csv"
        lines = ["id,first_name,last_name,email,lms_id"]
        names = [*NEIGHBORS, *(attack.student for attack in attacks)]
        lines += [f"{s},{s.title()},Of Ours,{s}@example.org,{1000 + k}" for k, s in enumerate(names)]
        roster.write_text("\n".join(lines) + "\n", encoding="utf8")
        person.give(person.home)
        command = ["make", "-s", "-C", ROOT, "grade", f"TERM={TERM}", f"PS={self.name}", f"SUBMISSIONS={handed_in}"]
        command += [f"STUDENTS={roster}", f"ARGS=--jobs 2 --seconds {self.seconds}"]
        environment = person.environment | {"WEIGHTINIT_COURSEWORK": str(built), "OPENBLAS_NUM_THREADS": "1"}
        before, start = processes(), time.perf_counter()
        with Baits(person) as baits, adopting_orphans():
            done = subprocess.run(
                person.command(command), env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
            seconds = time.perf_counter() - start
            left = [*left_running(before), *left_lying(person), *baits.visitors()]
        said = (done.stdout + done.stderr).decode("utf8", "backslashreplace")
        run = Run(built / TERM, done.returncode, said, seconds, left)
        report = built / TERM / f"report-{self.name}.csv"
        if report.is_file():
            with report.open(newline="", encoding="utf-8-sig") as file:
                run.report = {row["student"]: row for row in csv.DictReader(file)}
        return run


# ---- what is left behind --------------------------------------------------------------------------------------------
@contextlib.contextmanager
def adopting_orphans():
    """Every process that a run leaves without a parent becomes a child of this one, where it can be seen."""
    prctl, subreaper = ctypes.CDLL(None).prctl, 36
    prctl(subreaper, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(subreaper, 0, 0, 0, 0)


def processes() -> set[int]:
    """All processes below this one."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


def left_running(before: set[int]) -> list[str]:
    """Processes that a run has left, once what was killed has had two seconds to end; they are ended."""
    for _ in range(40):
        left = [process for process in psutil.Process().children(recursive=True) if process.pid not in before]
        for process in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)  # one that has ended is no harm
        left = [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        if not left:
            return []
        time.sleep(0.05)
    lines = [f"a process is left: {' '.join(process.cmdline())[:200]}" for process in left]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    return lines


def left_lying(person: Person) -> list[str]:
    """Files that a run has left where files for a while are put."""
    own = [str(path.relative_to(person.home)) for path in (person.home / "tmp").iterdir()]
    marked = [path for place in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/dev/mqueue") for path in marks_below(place)]
    return [f"a file is left: {path}" for path in own + marked]


def marks_below(place: str) -> list[str]:
    """What the attackers sign is called so that it can be found."""
    with contextlib.suppress(OSError):
        return [entry.path for entry in os.scandir(place) if "weightinit-was-here" in entry.name]
    return []
