"""What a class handed in: whose each file or folder is, and which notebook of it is to be marked.

Names decide. No notebook is opened here, and no file is run.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import stat
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from weightinit_course.archives import BadArchive, is_zip, unpack
from weightinit_course.problem_set import problem_sets
from weightinit_course.roster import Person
from weightinit_course.terms import CourseError
from weightinit_course.whose import Label, People, labels, moment, readable

OF_A_CLASS = {"most": 50_000, "largest": 4 * 2**30}  # files and bytes that a zip file may hold
OF_A_STUDENT = {"most": 1000, "largest": 64 * 2**20}
GRADESCOPE = "submission_metadata.yml"
_NOISE = {"__macosx", "index.html", GRADESCOPE, "thumbs.db", "desktop.ini", "timestamp.txt"}
_AGAIN = r"(?:[ _-]*\((\d{1,3})\)|-(\d{1,3}))"  # how browsers and platforms number files of one name


class Refused(Exception):
    """A submission cannot be marked; the message says why. It is no zero."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in, by the names of files and folders alone.

    Attributes
    ----------
    student : str
        The id; what the file or folder is called, if nobody is known by it.
    entry : Path or None
        The file or folder; None if nothing was submitted.
    person : Person or None
        None if the class has nobody of that name.
    remarks : tuple of str
        What is odd, but does not keep it from being marked.
    notebook : Path or None
        What to mark.
    refusal : str
        Why there is nothing to mark.
    handed_in : float or None
        When, in seconds since 1970, if the platform has written it down.
    """

    student: str
    entry: Path | None = None
    person: Person | None = None
    remarks: tuple[str, ...] = ()
    notebook: Path | None = None
    refusal: str = ""
    handed_in: float | None = None


@dataclass(frozen=True)
class _Entry:
    """A file or folder of the class's folder, what is said about whose it is, and who that may be."""

    path: Path
    text: str
    labels: list[Label]
    people: list[Person]


# ---- whose ----------------------------------------------------------------------------------------------------------
def find(folder: Path, name: str, roster: dict[str, Person] | None, unpacked: Path) -> list[Submission]:
    """All submissions of the problem set `name` in `folder`, one a student, and the students without one.

    Understood are what Canvas, Moodle, Blackboard, Brightspace, Gradescope and nbgrader's exchange write, a folder a
    student and files that begin with the student's id, address or name; each of them may be a zip file, and all together
    as well. Without a roster everybody is known whose id the name says.

    Parameters
    ----------
    folder : Path
        A folder or a zip file.
    name : str
    roster : dict of str to Person, or None
    unpacked : Path
        Where zip files are unpacked; what an earlier run has unpacked there goes first.
    """
    for mine in ("class", "students"):
        shutil.rmtree(unpacked / mine, ignore_errors=True)
    people, given = People(roster), folder
    if folder.is_file() and is_zip(folder):
        try:
            unpack(folder, unpacked / "class", **OF_A_CLASS)
        except BadArchive as error:
            raise CourseError(f"SUBMISSIONS={given} {error}; unpack it yourself, and give the folder") from None
        folder = unpacked / "class"
    if not folder.is_dir():
        raise CourseError(
            f"SUBMISSIONS={given} " + ("is no folder, and no zip file either" if given.exists() else "does not exist")
        )
    try:
        entries = _entries(_innermost(folder, people, name), people, name)
    except OSError as error:
        raise CourseError(f"SUBMISSIONS={given} cannot be read: {error.strerror}") from None
    if not entries:
        raise CourseError(f"SUBMISSIONS={given} holds no submission of {name}")
    of_whom: dict[Person, list[_Entry]] = defaultdict(list)
    submissions = []
    for entry in entries:
        if why := _nobody(entry, people):
            submissions.append(Submission(entry.text, entry.path, refusal=why))
        for person in entry.people if not why else ():
            of_whom[person].append(entry)
    submissions += [_chosen(person, of, name, unpacked / "students" / person.id) for person, of in of_whom.items()]
    submissions += [
        Submission(person.id, None, person, refusal="nothing was submitted")
        for person in (roster or {}).values()
        if person not in of_whom
    ]
    return sorted(submissions, key=lambda submission: submission.student)


def _entries(folder: Path, people: People, name: str) -> list[_Entry]:
    """What lies in the class's folder, without what systems and platforms put there for themselves."""
    told = _told_by_gradescope(folder / GRADESCOPE)
    entries = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.casefold() in _NOISE or path.suffix.casefold() == ".csv":
            continue
        text = _called(path)
        if of := told.get(path.name):  # a group is several who have handed in the same
            entries += [
                _Entry(path, f"{text} {label.words[0]}", [label], people.of(text, [label], name)) for label in of
            ]
        elif not (re.fullmatch(r".*_attempt_[\d-]{19}", text) and path.suffix == ".txt"):  # a receipt of Blackboard's
            read = labels(text)
            entries.append(_Entry(path, text, read, people.of(text, read, name)))
    return entries


def _called(path: Path) -> str:
    """What a file or folder is called, without the file's extension."""
    return readable(path.name if path.is_dir() and not path.is_symlink() else path.stem)


def _innermost(folder: Path, people: People, name: str) -> Path:
    """The folder below `folder` that holds the submissions: archives often wrap them in another one."""
    inside = [path for path in folder.iterdir() if not path.name.startswith(".") and path.name.casefold() not in _NOISE]
    if len(inside) != 1 or inside[0].is_symlink() or not inside[0].is_dir():
        return folder
    (only,) = inside
    if (only / GRADESCOPE).is_file():
        return only
    if people.roster is None:
        wraps = not any(only.glob("*.ipynb")) and not (only / name).exists() and any(only.glob("*/*"))
    else:
        wraps = not people.of(_called(only), labels(_called(only)), name) and any(
            people.of(_called(path), labels(_called(path)), name) for path in only.iterdir()
        )
    return _innermost(only, people, name) if wraps else folder


def _told_by_gradescope(path: Path) -> dict[str, list[Label]]:
    """Of each folder those who handed it in, as Gradescope's export says; a group has several."""
    if not path.is_file() or path.is_symlink():
        return {}
    try:
        export = yaml.load(path.read_text(encoding="utf8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        told = {}
        for folder, of in export.items():
            when = of.get(":created_at")
            when = when.timestamp() if hasattr(when, "timestamp") else moment(str(when))
            said = [[str(who[key]) for key in (":sid", ":email", ":name") if who.get(key)] for who in of[":submitters"]]
            told[str(folder)] = [Label(tuple(words), handed_in=when) for words in said if words]
        return told
    except (OSError, ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise CourseError(f"SUBMISSIONS: {path.name} is not as Gradescope writes it ({type(error).__name__})") from None


def _nobody(entry: _Entry, people: People) -> str:
    """Why it is nobody's; empty if it is somebody's."""
    if len(entry.people) == 1:
        return ""
    if entry.people:
        fitting = " or ".join(map(str, entry.people))
        return f"it may be of {fitting}: put it into a folder that is called as the student's id"
    if people.roster is not None:
        return f"unknown student: {entry.text!r} is not in the roster"
    if entry.labels:
        return f"{entry.text!r} tells who it is only with a roster (STUDENTS=…) of first and last names"
    return f"the name of the file or folder is no student's id: {entry.text!r}"


# ---- which ----------------------------------------------------------------------------------------------------------
def locate(submission: Submission) -> Path:
    """The notebook to mark; `Refused` if there is none."""
    if submission.notebook is None:
        raise Refused(submission.refusal)
    return submission.notebook


@dataclass
class _Contents:
    """All regular files of a student's entries, zip files unpacked; no link is followed, at any level."""

    unpacked: Path
    files: list[tuple[Path, str]] = field(default_factory=list)  # with what to call each
    problems: list[str] = field(default_factory=list)
    zips: int = 0

    def add(self, path: Path, shown: str, depth: int = 0, *, in_zip: bool = False) -> None:
        """What lies at `path`."""
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                self.problems.append(f"{shown} is a link, not a file")
            elif stat.S_ISDIR(mode):
                for inside in sorted(path.iterdir()) if depth < 20 else ():
                    if not inside.name.startswith(".") and inside.name.casefold() not in _NOISE:
                        self.add(inside, f"{shown}/{readable(inside.name)}", depth + 1, in_zip=in_zip)
            elif stat.S_ISREG(mode) and is_zip(path) and not in_zip:
                self.zips += 1
                into = self.unpacked / str(self.zips)
                into.mkdir(parents=True)
                unpack(path, into, **OF_A_STUDENT)
                self.add(into, shown, depth + 1, in_zip=True)
            elif stat.S_ISREG(mode):
                self.files.append((path, shown))
        except BadArchive as error:
            self.problems.append(f"the zip file {shown} {error}")
        except OSError as error:
            self.problems.append(f"{shown} cannot be opened ({error.strerror})")


@dataclass(frozen=True)
class _Candidate:
    """A notebook that may be the one to mark, and what decides between several."""

    path: Path
    shown: str
    entry: _Entry
    fits: int
    handed_in: float | None
    late: bool

    @property
    def place(self) -> tuple:
        """The greatest is marked: the later time, and of one time the better name, then the higher number."""
        again = re.search(f"{_AGAIN}$", self.path.stem)
        attempt = int(again[1] or again[2]) if again else 0
        order = max((label.order for label in self.entry.labels), default=0)
        return (self.handed_in or 0.0, self.fits, attempt, order, -self.shown.count("/"), self.shown)


def _chosen(person: Person, entries: list[_Entry], name: str, unpacked: Path) -> Submission:
    """What to mark of a student's files and folders."""
    contents = _Contents(unpacked)
    candidates: list[_Candidate] = []
    others: list[str] = []
    elsewhere: list[str] = []
    for entry in entries:
        before = len(contents.files)
        contents.add(entry.path, readable(entry.path.name))
        when_entry = next((label.handed_in for label in entry.labels if label.handed_in), None)
        here = contents.files[before:]
        notebooks = [path for path, _ in here if path.suffix.casefold() == ".ipynb"]
        for path, shown in here:
            inside = shown.removeprefix(readable(entry.path.name)) or shown
            # the one notebook of what a platform calls a hand-in may have any name, as a file in the class's folder may
            alone = when_entry is not None and notebooks == [path]
            fits = _fit(path.stem, name, may_be_any=alone or path == entry.path)
            if _is_of_another(inside, name):
                elsewhere.append(shown)
            elif path.suffix.casefold() != ".ipynb" or fits is None:
                others.append(shown)
            else:
                when = _stamped(path, entry.path, unpacked) or when_entry
                late = any(label.late for label in entry.labels)
                candidates.append(_Candidate(path, shown, entry, fits, when, late))
    if not candidates:
        why = _nothing(entries, contents.problems, others, elsewhere, name)
        return Submission(person.id, entries[0].path, person, refusal=why)
    last, *earlier = sorted(candidates, key=lambda candidate: candidate.place, reverse=True)
    remarks = [f"{problem}; it was left out" for problem in contents.problems[:5]]
    if earlier:
        left_out = _some([candidate.shown for candidate in earlier])
        remarks.append(f"there are several notebooks: {last.shown} was marked, not {left_out}")
    if others:
        remarks.append(f"also handed in: {_some(others)}; look at it when you mark by hand")
    if last.late:
        remarks.append("the learning platform calls it late")
    return Submission(person.id, last.entry.path, person, tuple(remarks), last.path, handed_in=last.handed_in)


def _fit(stem: str, name: str, *, may_be_any: bool) -> int | None:
    """How well a file's name says that it is of the problem set: 3 is ps2, 0 says nothing; None if it must say it."""
    if re.fullmatch(rf"{name}{_AGAIN}?", stem, re.I):
        return 3
    if re.search(rf"(?<![A-Za-z0-9]){name}{_AGAIN}?$", stem, re.I):
        return 2
    if re.search(rf"(?<![A-Za-z0-9]){name}(?![0-9])", stem, re.I):
        return 1
    return 0 if may_be_any else None


def _is_of_another(shown: str, name: str) -> bool:
    """Does a path name another problem set, and not this one?"""
    named = set(re.findall(rf"(?<![a-z0-9])({'|'.join(problem_sets())})(?![0-9])", shown.casefold()))
    return bool(named) and name not in named


def _stamped(notebook: Path, *within: Path) -> float | None:
    """The time in nbgrader's timestamp.txt, in the folder of a notebook or one around it that lies `within`."""
    for folder in notebook.parents:
        if not any(folder.is_relative_to(place) for place in within):
            break
        path = folder / "timestamp.txt"
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if stat.S_ISREG(path.lstat().st_mode) and path.stat().st_size < 200:
                return moment(path.read_text(encoding="utf8"))
    return None


def _nothing(entries: list[_Entry], problems: list[str], others: list[str], elsewhere: list[str], name: str) -> str:
    """Why there is no notebook to mark, and what to do."""
    if problems:
        return f"{_some(problems)}; hand in {name}.ipynb itself"
    inside = [shown.partition("/")[2] or shown for shown in others]
    if notebooks := [shown for shown in inside if shown.casefold().endswith(".ipynb")]:
        return f"wrong name: expected {name}.ipynb, found {_some(notebooks)}"
    if inside:
        what = "is not a notebook" if len(inside) == 1 else "are no notebooks"
        return f"{_some(inside)} {what} (.ipynb); hand in {name}.ipynb itself"
    if elsewhere:
        return f"nothing was submitted for {name}: there is only {_some(elsewhere)}"
    return "the folder is empty"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
