"""`make grade`: mark all submissions of a problem set.

    python -m weightinit_course grade COURSE ps2 SUBMISSIONS [--students students.csv] [--jobs N] [--dask ADDRESS] [--no-feedback] [--accept-weak]

Each submission runs in its own locked-up process; tests and marks stay on this side. Results are stored one by one, so
that a run which was stopped goes on where it was. Written below _build/coursework/COURSE: the gradebook of nbgrader,
autograded notebooks for the formgrader, feedback pages, tables for learning platforms, and a report.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import hashlib
import html
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
from tqdm import tqdm

from weightinit_course import gradebook
from weightinit_course.course import CourseError, ProblemSet, course_folder
from weightinit_course.marking import mark
from weightinit_course.sandbox import Limits, Sandbox, Stopped, enough, make_toolbox
from weightinit_course.submissions import Person, Submission, find, read, read_roster

REPORT = ["student", "status", "automatic", "of", "to mark by hand", "seconds", "mistakes", "remarks"]
REFUSED_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>
<body style="font: 1rem/1.5 sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em">
<h1>{name}: not marked</h1><p>Your submission could not be marked: {why}.</p>
<p>This is not a mark of zero. Hand in the notebook again, or ask your instructor.</p></body></html>
"""


@dataclass(frozen=True)
class Run:
    """What a marking run needs to know; small, since it is sent to every worker."""

    course: str
    name: str
    folder: Path
    toolbox: Path
    limits: Limits
    accept_weak: bool

    @property
    def results(self) -> Path:
        """Where results are stored, one file a student."""
        return course_folder(self.course) / "results" / self.name


def mark_one(run: Run, submission: Submission) -> tuple[Submission, dict[str, Any] | None]:
    """Mark one submission, or take the stored result if nothing has changed. Never raises."""
    try:
        return _mark_one(run, submission)
    except Exception as error:  # one submission never stops the rest
        submission.refused = f"the marking itself failed ({type(error).__name__}: {error}); tell the authors"
        return submission, None


def _mark_one(run: Run, submission: Submission) -> tuple[Submission, dict[str, Any] | None]:
    problem_set = ProblemSet(run.name, run.course)
    if submission.refused or submission.path is None:
        return submission, None
    key = hashlib.sha256(submission.path.read_bytes()).hexdigest()[:24] + problem_set.fingerprint
    stored = run.results / f"{submission.student}.json"
    with contextlib.suppress(OSError, ValueError, KeyError):
        known = json.loads(stored.read_text(encoding="utf8"))
        if known["key"] == key:
            return submission, known | {"fresh": False}
    notebook = read(submission, problem_set)
    if notebook is None:
        return submission, None
    _make_toolbox_here(run)
    if not (run.accept_weak or enough(_protections(run))):  # on a cluster, machines differ
        submission.refused = f"{platform.node()} protects too little; mark on another machine"
        return submission, None
    slot = os.getpid() % 4000
    result = mark(
        notebook, problem_set, submission.remarks, run.toolbox, limits=run.limits, slot=slot, hidden=(run.folder,)
    )
    if not result["active"]:
        submission.refused = "its process could not be started; mark again"
        return submission, None
    result |= {"key": key, "when": submission.path.stat().st_mtime}
    run.results.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=run.results, delete=False, encoding="utf8") as file:
        json.dump(result, file)
    os.replace(file.name, stored)  # whole or not at all: a run may be stopped at any time
    return submission, result | {"fresh": True}


def _make_toolbox_here(run: Run) -> None:
    """Another machine of a cluster has no toolbox yet: several workers may make it at once, one of them wins."""
    if run.toolbox.is_dir():
        return
    home = Path(tempfile.mkdtemp(prefix="weightinit-toolbox-"))
    made = make_toolbox(home / "box", ProblemSet(run.name, run.course).needs)
    run.toolbox.parent.mkdir(mode=0o755, exist_ok=True)
    with contextlib.suppress(OSError):
        made.rename(run.toolbox)
    shutil.rmtree(home)


@contextlib.contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Send the work to a dask cluster; without an address, to the cores of this machine.

    The machines need this repository and its environment at the same paths, in a folder that they share.
    """
    if not address:
        yield
        return
    try:
        from dask.distributed import Client
    except ImportError:
        raise CourseError("--dask needs dask; install it with: pip install 'dask[distributed]'") from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise CourseError(f"--dask: no scheduler answers at {address} ({error})") from None
    with client, joblib.parallel_config("dask"):
        yield


def grade(
    course: str,
    name: str,
    folder: Path,
    *,
    students: Path | None = None,
    jobs: int = -1,
    with_feedback: bool = True,
    accept_weak: bool = False,
    limits: Limits | None = None,
) -> list[dict[str, Any]]:
    """Mark all submissions; returns the rows of the report."""
    problem_set = ProblemSet(name, course)
    target = course_folder(course)
    if not (target / "release" / name / f"{name}.ipynb").is_file():
        raise CourseError(f"{name} was not released for {course}; run: make release COURSE={course}")
    roster = read_roster(students) if students else None
    submissions = find(folder, name, roster)
    people = roster or {s.student: Person(s.student) for s in submissions if not s.refused}
    with tempfile.TemporaryDirectory(prefix="weightinit-toolbox-") as toolbox:
        Path(toolbox).chmod(0o755)
        run = Run(
            course,
            name,
            folder.resolve(),
            make_toolbox(Path(toolbox) / "box", problem_set.needs),
            limits or Limits(),
            accept_weak,
        )
        _check_protections(run)
        rows = []
        with gradebook.open_gradebook(course) as book, joblib.Parallel(jobs, return_as="generator_unordered") as pool:
            marked = pool(joblib.delayed(mark_one)(run, submission) for submission in submissions)
            for submission, result in tqdm(marked, total=len(submissions), desc=name, unit="submission", disable=None):
                if result is not None:
                    gradebook.record(book, problem_set, people[submission.student], result, result["when"])
                rows.append(_row(submission, result))
    rows.sort(key=lambda row: row["student"])
    _write_report(target / f"report-{name}.csv", rows)
    with gradebook.open_gradebook(course) as book:
        for system, write in gradebook.TABLES.items():
            write(book, name, people, target / f"{name}-{system}.csv")
    gradebook.export(course, target / "grades.csv")
    if with_feedback:
        _write_feedback(run, submissions, rows, jobs)
    return rows


@functools.cache
def _protections(run: Run) -> list[str]:
    """What protects a run on this machine, found out with an empty sandbox."""
    with Sandbox(run.toolbox, run.limits, hidden=(run.folder,)) as sandbox:
        return sandbox.active


def _check_protections(run: Run) -> None:
    """Say what protects this run, and refuse if it is too little."""
    try:
        active = _protections(run)
    except Stopped as error:
        raise CourseError(f"no submission can be run on this machine: {error}") from None
    print(f"Protections: {', '.join(active)}.", flush=True)
    if not enough(active):
        message = (
            "this system offers neither namespaces nor Landlock, so a submission could read the course's files or use "
            "the network; mark on Linux 5.13 or later (a container will do)"
        )
        if not run.accept_weak:
            raise CourseError(f"{message}, or give --accept-weak (ARGS=--accept-weak) if you trust your class")
        print(f"WARNING: {message}.", file=sys.stderr)


def _row(submission: Submission, result: dict[str, Any] | None) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(REPORT, "") | {"student": submission.student}
    if result is None:
        return row | {"status": f"not marked: {submission.refused}", "remarks": "; ".join(submission.remarks)}
    marks = result["cells"].values()
    automatic = [mark for mark in marks if mark["points"] is not None]
    return row | {
        "status": "marked",
        "automatic": round(sum(mark["points"] for mark in automatic), 2),
        "of": sum(mark["of"] for mark in marks),
        "to mark by hand": sum(mark["of"] for mark in marks if mark["points"] is None),
        "seconds": result["seconds"],
        "mistakes": " ".join(
            f"{name}:{','.join(m['mistakes'])}" for name, m in result["cells"].items() if m["mistakes"]
        ),
        "remarks": "; ".join(result["remarks"]),
    }


def _write_report(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf8") as file:
        writer = csv.DictWriter(file, REPORT)
        writer.writeheader()
        writer.writerows({key: gradebook.inert(str(value)) for key, value in row.items()} for row in rows)


def _write_feedback(run: Run, submissions: list[Submission], rows: list[dict[str, Any]], jobs: int) -> None:
    status = {row["student"]: row["status"] for row in rows}
    marked = [s.student for s in submissions if status[s.student] == "marked"]
    with joblib.Parallel(jobs, return_as="generator_unordered") as pool:
        pages = pool(joblib.delayed(gradebook.feedback)(run.course, run.name, student) for student in marked)
        for _ in tqdm(pages, total=len(marked), desc="feedback", unit="page", disable=None):
            pass
    for submission in submissions:
        if status[submission.student] != "marked" and submission.path is not None:
            folder = course_folder(run.course) / "feedback" / Path(submission.student).name / run.name
            folder.mkdir(parents=True, exist_ok=True)
            why = html.escape(status[submission.student].removeprefix("not marked: "))
            (folder / f"{run.name}.html").write_text(REFUSED_PAGE.format(name=run.name, why=why), encoding="utf8")


def summary(rows: list[dict[str, Any]], course: str) -> str:
    """A few lines for the terminal."""
    marked = [row for row in rows if row["status"] == "marked"]
    lines = [f"{len(marked)} of {len(rows)} marked."]
    lines += [f"  {row['student']}: {row['status']}" for row in rows if row["status"] != "marked"]
    lines += [f"  {row['student']}: {row['remarks']}" for row in marked if row["remarks"]][:20]
    lines.append(f"Report, tables, feedback and gradebook: {course_folder(course)}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="weightinit_course grade", description=__doc__.splitlines()[0])
    parser.add_argument("course", help="the term that was released, for example 2027-spring")
    parser.add_argument("problem_set", help="ps1, ps2, …")
    parser.add_argument("submissions", type=Path, help="folder with the submissions")
    parser.add_argument(
        "--students", type=Path, help="roster: CSV with the columns id, first_name, last_name, email, lms_id"
    )
    parser.add_argument("--jobs", type=int, default=-1, help="submissions at the same time; all cores by default")
    parser.add_argument("--dask", metavar="ADDRESS", help="mark on a dask cluster, for example tcp://head:8786")
    parser.add_argument("--no-feedback", action="store_true", help="leave the feedback pages out")
    parser.add_argument("--accept-weak", action="store_true", help="mark although the system protects too little")
    arguments = parser.parse_args(argv)
    try:
        with cluster(arguments.dask):
            rows = grade(
                arguments.course,
                arguments.problem_set,
                arguments.submissions,
                students=arguments.students,
                jobs=arguments.jobs,
                with_feedback=not arguments.no_feedback,
                accept_weak=arguments.accept_weak,
            )
    except CourseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(summary(rows, arguments.course))
    return 0
