"""Mark a class: all submissions of a problem set, side by side, into gradebook, tables and feedback.

Each submission runs in its own locked-up process; tests and marks stay on this side. Results are stored one by one, so
that a run which was stopped goes on where it was.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
from tqdm import tqdm

from weightinit_course import feedback, gradebook, protections, tables
from weightinit_course.mark_one import mark_submission
from weightinit_course.marks import Marks, Outcome
from weightinit_course.problem_set import ProblemSet
from weightinit_course.reading import LARGEST, read
from weightinit_course.roster import read_roster
from weightinit_course.sandbox import Limits
from weightinit_course.submissions import Refused, Submission, find, locate
from weightinit_course.terms import CourseError, term_folder
from weightinit_course.toolbox import make_toolbox


@dataclass(frozen=True)
class Run:
    """What a marking run needs to know; small, since it is sent to every worker.

    Attributes
    ----------
    term, name : str
        Of the problem set.
    target : Path
        The term's folder.
    toolbox : Path
    limits : Limits
    isolate : bool
        False where rooms of their own cannot be had and this was accepted.
    """

    term: str
    name: str
    target: Path
    toolbox: Path
    limits: Limits
    isolate: bool

    def stored(self, student: str) -> Path:
        """Where a student's result lies."""
        return self.target / "results" / self.name / f"{student}.json"


def mark_class(
    term: str,
    name: str,
    folder: Path,
    *,
    students: Path | None = None,
    jobs: int = -1,
    with_feedback: bool = True,
    accept_weak: bool = False,
    limits: Limits | None = None,
) -> list[Outcome]:
    """Mark all submissions below `folder` and write everything that comes of it; one outcome a student, by id.

    Parameters
    ----------
    term, name : str
        Of the problem set, which must have been released.
    folder : Path
        With the submissions, as `submissions.find` understands them.
    students : Path, optional
        The roster; without it every student is known.
    jobs : int
        Submissions at the same time; -1 for all cores.
    with_feedback : bool
        Write the students' pages as well; they take longer than the marking.
    accept_weak : bool
        Mark although this system protects too little.
    limits : Limits, optional

    Raises
    ------
    CourseError
        If nothing can be marked. What is wrong with one submission is its outcome's `refusal`.
    """
    if jobs != -1 and jobs < 1:
        raise CourseError(f"jobs must be at least 1, or -1 for all cores, got {jobs}")
    limits = limits or Limits()
    if not 5 <= limits.seconds <= 3600:
        raise CourseError(f"seconds must be from 5 to 3600, got {limits.seconds:g}")
    ProblemSet(name, term)  # there is one of this name
    target = term_folder(term)
    if not (target / "source" / name / f"{name}.ipynb").is_file():
        raise CourseError(f"{name} was not released for {term}; run: make release TERM={term}")
    problem_set = ProblemSet.of_term(name, term)
    roster = read_roster(students) if students else None
    submissions = find(folder, name, roster, target / "unpacked" / name)
    people = roster or {s.student: s.person for s in submissions if s.person}
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="weightinit-toolbox-") as home:
        Path(home).chmod(0o755)
        toolbox = make_toolbox(Path(home) / "box", problem_set.needs)
        isolate = protections.announce(toolbox, limits, accept_weak=accept_weak)
        run = Run(term, name, target, toolbox, limits, isolate)
        with gradebook.open_gradebook(target) as book:
            for outcome in _side_by_side(mark_one, [(run, s) for s in submissions], jobs, name, "submission"):
                if outcome.marks:
                    gradebook.record(book, target, name, outcome)
                outcomes.append(outcome)
    outcomes.sort(key=lambda outcome: outcome.student)
    tables.write_report(target / f"report-{name}.csv", outcomes)
    with gradebook.open_gradebook(target) as book:
        for system, write in tables.LEARNING_PLATFORMS.items():
            write(book, name, people, target / f"{name}-{system}.csv")
    gradebook.export(target, target / "grades.csv")
    if with_feedback:
        pages = [(target, name, outcome.student, outcome.refusal) for outcome in outcomes if outcome.submission.entry]
        for _ in _side_by_side(feedback.write_page, pages, jobs, "feedback", "page"):
            pass
    return outcomes


def _side_by_side(do: Callable[..., Any], calls: list[tuple], jobs: int, title: str, unit: str) -> Iterator[Any]:
    """Results of the calls in the order in which they come, with a bar that shows how far it is."""
    with joblib.Parallel(jobs, return_as="generator_unordered") as pool:
        results: Iterable[Any] = pool(joblib.delayed(do)(*arguments) for arguments in calls)
        yield from tqdm(results, total=len(calls), desc=title, unit=unit, disable=None)


def mark_one(run: Run, submission: Submission) -> Outcome:
    """Mark one submission, or take the stored marks if nothing has changed. Never raises."""
    try:
        return _marked(run, submission)
    except Refused as reason:
        return Outcome(submission, refusal=str(reason))
    except Exception as error:  # one submission never stops the rest
        reason = f"the marking itself failed ({type(error).__name__}: {error}); tell the authors"
        return Outcome(submission, refusal=reason)


def _marked(run: Run, submission: Submission) -> Outcome:
    path = locate(submission)
    with path.open("rb") as file:  # no more than what is read of it later: a file can be larger than the memory
        digest = hashlib.sha256(file.read(LARGEST + 1)).hexdigest()[:24]
    problem_set = ProblemSet.of_term(run.name, run.term, submission.student, salt=digest, folder=run.target)
    key = digest + problem_set.fingerprint
    stored = run.stored(submission.student)
    if (known := _known(stored, key)) is not None:
        marks, when = known
        return Outcome(submission, marks, when=when)
    notebook, odd = read(path, problem_set)
    _make_toolbox_here(run)
    marks = mark_submission(notebook, problem_set, run.toolbox, limits=run.limits, isolate=run.isolate)
    marks = dataclasses.replace(marks, remarks=(*odd, *marks.remarks))
    when = path.stat().st_mtime if submission.handed_in is None else submission.handed_in
    stored.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=stored.parent, delete=False, encoding="utf8") as file:
        json.dump({"key": key, "when": when, "marks": marks.to_json()}, file)
    os.replace(file.name, stored)  # whole or not at all: a run may be stopped at any time
    return Outcome(submission, marks, fresh=True, when=when)


def _known(stored: Path, key: str) -> tuple[Marks, float] | None:
    """Stored marks and the time of handing in; None if there are none, of another state, or not whole."""
    try:
        known = json.loads(stored.read_text(encoding="utf8"))
        return (Marks.from_json(known["marks"]), float(known["when"])) if known["key"] == key else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _make_toolbox_here(run: Run) -> None:
    """Another machine of a cluster has no toolbox yet: several workers may make it at once, one of them wins."""
    if run.toolbox.is_dir():
        return
    home = Path(tempfile.mkdtemp(prefix="weightinit-toolbox-"))
    made = make_toolbox(home / "box", ProblemSet(run.name, run.term).needs)
    run.toolbox.parent.mkdir(mode=0o755, exist_ok=True)
    with contextlib.suppress(OSError):
        made.rename(run.toolbox)
    shutil.rmtree(home)
