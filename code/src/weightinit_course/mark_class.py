"""Mark a class: all submissions of a problem set, side by side, into gradebook, tables and feedback.

Each submission runs in its own locked-up process; tests and marks stay on this side. Results are stored one by one, so
that a run which was stopped goes on where it was, and whatever is wrong with one submission is said of this one alone.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path

from nbgrader.api import Gradebook
from tqdm import tqdm

from weightinit_course import feedback, gradebook, protections, tables
from weightinit_course.files import one_run
from weightinit_course.marks import Outcome
from weightinit_course.problem_set import ProblemSet
from weightinit_course.roster import Person, read_roster
from weightinit_course.run import Run, load, mark_one
from weightinit_course.sandbox import Limits
from weightinit_course.submissions import Submission, find
from weightinit_course.terms import CourseError, not_released, term_folder
from weightinit_course.toolbox import make_toolbox
from weightinit_course.workers import MB, Bounds, Died, side_by_side

# An honest submission needs a few seconds on this side of the sandbox, and a page a fraction of one. On the clock, the
# marking is given whatever the sandbox allows: it is only there for what waits for ever.
PAGE = Bounds(computing=20, waiting=300, memory=2048 * MB, file=64 * MB)


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
    elsewhere: Executor | None = None,
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
        Write the students' pages as well.
    accept_weak : bool
        Mark although this system protects too little.
    limits : Limits, optional
    elsewhere : Executor, optional
        A cluster on which submissions are marked.

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
        raise not_released(term, name)
    _check_place(folder, target)
    problem_set = ProblemSet.of_term(name, term)
    roster = read_roster(students) if students else None
    with one_run(target):
        submissions = find(folder, name, roster, target / "unpacked" / name)
        _check_known(folder, submissions)
        people = roster or {s.student: s.person for s in submissions if s.person}
        with tempfile.TemporaryDirectory(prefix="weightinit-toolbox-") as home:
            Path(home).chmod(0o755)
            toolbox = make_toolbox(Path(home) / "box", problem_set.needs)
            isolate = protections.announce(toolbox, limits, accept_weak=accept_weak)
            run = Run(term, name, target, toolbox, limits, isolate)
            outcomes = _marked(run, submissions, jobs, elsewhere)
        with gradebook.open_gradebook(target) as book:
            outcomes = [_recorded(book, run, outcome) for outcome in outcomes]
            tables.write_report(target / f"report-{name}.csv", outcomes)
            _write_tables(book, run, people)
        if with_feedback:
            outcomes = _shown(run, outcomes, jobs)
            tables.write_report(target / f"report-{name}.csv", outcomes)  # once more, with pages that were not made
    return outcomes


def _check_place(folder: Path, target: Path) -> None:
    """What was built for a term is no submission: of what lies in the term's folder only nbgrader's `submitted` may be one."""
    place = folder.resolve()
    if place == target or (place.is_relative_to(target) and place.relative_to(target).parts[0] != "submitted"):
        raise CourseError(f"SUBMISSIONS={folder} holds what was built for {target.name}, not what students handed in")


def _check_known(folder: Path, submissions: list[Submission]) -> None:
    """If nobody is known by what is there, it is another folder or another roster, and no table is written over."""
    there = [submission for submission in submissions if submission.entry]
    if not any(submission.person for submission in there):
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise CourseError(
            f"SUBMISSIONS={folder} holds nothing of anybody who is known; is it the right folder? {there[0].refusal}{more}"
        )


# ---- marking --------------------------------------------------------------------------------------------------------
def _marked(run: Run, submissions: list[Submission], jobs: int, elsewhere: Executor | None) -> list[Outcome]:
    """All outcomes, by student.

    What takes a submission's time or its process away may be a neighbor: whoever lost one of them is marked again with
    nothing beside it, and only then it counts.
    """
    seconds = int(run.limits.seconds)
    bounds = Bounds(computing=120 + seconds, waiting=600 + 20 * seconds, memory=4096 * MB, file=64 * MB)
    outcomes: dict[int, Outcome] = {}
    again: list[int] = []
    with _progress(len(submissions), run.name, "submission") as bar:

        def done(number: int, outcome: Outcome) -> None:
            outcomes[number] = outcome
            bar.set_postfix_str(_so_far(outcomes.values()), refresh=False)
            bar.update()

        for number, said in side_by_side(mark_one, [(run, s) for s in submissions], jobs, bounds, elsewhere):
            if isinstance(said, Died) or said.again:
                again.append(number)
            else:
                done(number, said)
        for number in sorted(again):
            submission = submissions[number]
            for _, said in side_by_side(mark_one, [(run, submission, True)], 1, bounds, elsewhere):
                if isinstance(said, Died):
                    reason = f"the process that marks it did not survive it: {said}"
                    said = Outcome(submission, refusal=reason, failed=elsewhere is not None)  # a cluster may be lost
                done(number, said)
    return [outcomes[number] for number in range(len(submissions))]


def _so_far(outcomes: Iterable[Outcome]) -> str:
    refused = sum(outcome.marks is None for outcome in outcomes)
    odd = sum(outcome.marks is not None and bool(outcome.remarks) for outcome in outcomes)
    return f"{refused} not marked, {odd} odd"


# ---- what comes of it -----------------------------------------------------------------------------------------------
def _recorded(book: Gradebook, run: Run, outcome: Outcome) -> Outcome:
    """The outcome, written into the gradebook if there are marks."""
    if outcome.marks is None:
        if gradebook.has_marks(book, run.name, outcome.student):
            remark = "the marks of what was handed in before stay"
            told = dataclasses.replace(outcome.submission, remarks=(*outcome.submission.remarks, remark))
            outcome = dataclasses.replace(outcome, submission=told)
        return outcome
    try:
        whole = dataclasses.replace(outcome, marks=load(run.stored(outcome.student)).marks)
        by_hand, to_mark = gradebook.record(book, run.target, run.name, whole)
    except Exception as error:
        if gradebook.is_busy(error):
            raise
        book.db.rollback()
        return dataclasses.replace(outcome, unrecorded=f"{type(error).__name__}: {error}")
    return dataclasses.replace(outcome, by_hand=by_hand, to_mark=to_mark)


def _write_tables(book: Gradebook, run: Run, people: dict[str, Person]) -> None:
    for system, write in tables.LEARNING_PLATFORMS.items():
        write(book, run.name, people, run.target / f"{run.name}-{system}.csv")
    tables.write_grades(book, people, run.target / "grades.csv")


def _shown(run: Run, outcomes: list[Outcome], jobs: int) -> list[Outcome]:
    """Write a page for everybody who has handed something in; the outcomes say who got only the reason why there is none."""
    calls = [_page_of(run, o) for o in outcomes if o.submission.entry and not o.unrecorded]
    unshown: dict[str, str] = {}
    with _progress(len(calls), "feedback", "page") as bar:
        for number, said in side_by_side(feedback.write_page, calls, jobs, PAGE):
            if isinstance(said, Died):
                student = calls[number][2]
                unshown[student] = str(said)
                feedback.write_unshown(run.target, run.name, student, unshown[student])
            bar.update()
    return [dataclasses.replace(outcome, unshown=unshown.get(outcome.student)) for outcome in outcomes]


def _page_of(run: Run, outcome: Outcome) -> tuple:
    """What `write_page` needs."""
    can_mend = not outcome.failed and outcome.submission.person is not None
    return run.target, run.name, outcome.student, outcome.refusal, can_mend


def _progress(total: int, title: str, unit: str) -> tqdm:
    return tqdm(total=total, desc=title, unit=unit, disable=None)
