"""What is sent to workers: mark one submission and store what came out, or take what is stored."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat

from weightinit_course.files import write_whole
from weightinit_course.mark_one import mark_submission
from weightinit_course.marks import Marks, Outcome
from weightinit_course.problem_set import ProblemSet, is_test
from weightinit_course.reading import LARGEST, read
from weightinit_course.sandbox import Limits
from weightinit_course.submissions import Refused, Submission, locate
from weightinit_course.toolbox import make_toolbox

LARGEST_RESULT = 32 * 2**20  # bytes; what was handed in has at most 20 MB


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


@dataclass(frozen=True)
class Result:
    """What is stored of a submission.

    Attributes
    ----------
    key : str
        Of everything that the marks depend on: what was handed in, the problem set, the checks.
    when : float
        The time of handing in, seconds since 1970.
    seconds : float
        What the submission was allowed to compute.
    marks : Marks
    """

    key: str
    when: float
    seconds: float
    marks: Marks

    def holds(self, key: str, limits: Limits) -> bool:
        """Would marking it again say the same? Whoever was stopped may get further with more time."""
        return self.key == key and (not self.marks.stopped or limits.seconds <= self.seconds)


def load(stored: Path) -> Result | None:
    """A stored result; None if there is none, or it is not whole."""
    try:
        known = json.loads(stored.read_text(encoding="utf8"))
        return Result(str(known["key"]), float(known["when"]), float(known["seconds"]), Marks.from_json(known["marks"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def mark_one(run: Run, submission: Submission, alone: bool = False) -> Outcome:
    """Mark one submission, or take the stored marks if nothing has changed. Never raises.

    The notebook of the marks stays in the stored result: an outcome is small, however much a student has printed.

    Parameters
    ----------
    alone : bool
        Nothing else runs beside it, so that what it says is final: otherwise marks that were stopped for time are not
        stored, and the outcome asks to be run `again`.
    """
    try:
        outcome = _marked(run, submission, alone)
    except Refused as reason:
        return Outcome(submission, refusal=str(reason))
    except Exception as error:  # one submission never stops the rest
        reason = f"the marking itself failed ({type(error).__name__}: {error}); tell the authors"
        return Outcome(submission, refusal=reason, failed=True)
    return dataclasses.replace(outcome, marks=dataclasses.replace(outcome.marks, notebook=""))


def _marked(run: Run, submission: Submission, alone: bool) -> Outcome:
    path = locate(submission)
    try:
        if path.stat().st_size > LARGEST:  # before anything of it is read
            raise Refused(f"the file is larger than {LARGEST >> 20} MB")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:24]
    except OSError as error:
        raise Refused(f"{path.name} cannot be opened ({error.strerror})") from None
    problem_set = ProblemSet.of_term(run.name, run.term, submission.student, salt=digest, folder=run.target)
    key = digest + problem_set.fingerprint
    stored = run.stored(submission.student)
    known = load(stored)
    same = known is not None and known.key.startswith(digest)
    # A copy of the same file is no new hand-in, although it is a newer file.
    when = (known.when if same else path.stat().st_mtime) if submission.handed_in is None else submission.handed_in
    if known is not None and known.holds(key, run.limits):
        return Outcome(submission, known.marks, when=when)
    notebook, odd = read(path, problem_set)
    _make_toolbox_here(run)
    marks = mark_submission(notebook, problem_set, run.toolbox, limits=run.limits, isolate=run.isolate)
    marks = dataclasses.replace(marks, remarks=(*odd, *marks.remarks))
    if marks.stopped == "time" and not alone:
        return Outcome(submission, marks, fresh=True, again=True)
    store(stored, Result(key, when, run.limits.seconds, marks))
    return Outcome(submission, marks, fresh=True, when=when)


def store(stored: Path, result: Result) -> None:
    """Keep a result. What a student has printed and drawn is left out if it is too large; marks are not."""
    text = _json(result)
    if len(text) > LARGEST_RESULT:
        marks = result.marks
        remark = f"its outputs are too large to be kept ({len(text) >> 20} MB); they are not shown"
        marks = dataclasses.replace(marks, notebook=_without_outputs(marks.notebook), remarks=(*marks.remarks, remark))
        text = _json(dataclasses.replace(result, marks=marks))
    if len(text) > LARGEST_RESULT:
        raise Refused(f"what came of it is too large to be kept ({len(text) >> 20} MB)")
    write_whole(stored, text)


def _json(result: Result) -> str:
    return json.dumps(
        {"key": result.key, "when": result.when, "seconds": result.seconds, "marks": result.marks.to_json()}
    )


def _without_outputs(text: str) -> str:
    """A notebook without what its cells have shown, the reports of the tests aside."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and not is_test(cell):
            cell.outputs = []
    return nbformat.writes(notebook)


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
