"""`python -m weightinit_course release|grade|demo|formgrader …`: the commands behind those of make.

Nothing that is sent to workers stands here: it must be importable there, and nothing of the module that is `__main__` is.
What takes seconds to import is imported when it is needed, so that a wrong word is answered at once.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from weightinit_course.terms import ROOT, CourseError, check_term, not_released, term_folder

# What the machine refuses: closed to you, a disk that is full or cannot be written.
_YOURS = {errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EROFS, errno.EDQUOT}

_HELP = {
    "release": "make release TERM=… ARGS=--help",
    "grade": "make grade TERM=… PS=… SUBMISSIONS=… ARGS=--help",
    "demo": "make grade-demo ARGS=--help",
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line; it takes no option that is not written out."""

    def __init__(self, **options):
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with exit code 2."""
        self.exit(2, f"error: {message}; see {_HELP.get(self.prog.split()[-1], 'make help')}\n")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = Parser(prog="python -m weightinit_course", description="Problem sets: release them, mark what comes back.")
    commands = whole.add_subparsers(required=True, metavar="release|grade|demo|formgrader", parser_class=Parser)
    term = "the name of the term, for example 2027-spring; it draws the variant"

    command = commands.add_parser("release", help="write student notebooks, solutions and rubrics of a term")
    command.add_argument("term", help=term)
    command.add_argument("problem_sets", nargs="*", metavar="ps1", help="problem sets; all by default")
    command.add_argument("--students", type=Path, help="roster, needed for --per-student")
    command.add_argument("--per-student", action="store_true", help="draw a variant for each student of the roster")
    command.set_defaults(do=_release)

    command = commands.add_parser("grade", help="mark all submissions of a problem set")
    command.add_argument("term", help=term)
    command.add_argument("problem_set", metavar="ps1", help="the problem set")
    command.add_argument("submissions", type=Path, help="folder or zip file with the submissions")
    command.add_argument(
        "--students", type=Path, help="roster: CSV with the columns id, first_name, last_name, email, lms_id"
    )
    command.add_argument("--jobs", type=int, default=-1, help="submissions at the same time; all cores by default")
    command.add_argument("--dask", metavar="ADDRESS", help="mark on a dask cluster, for example tcp://head:8786")
    command.add_argument("--seconds", type=float, help="what one submission may compute; 150 by default")
    command.add_argument("--no-feedback", action="store_true", help="leave the feedback pages out")
    command.add_argument("--accept-weak", action="store_true", help="mark although the system protects too little")
    command.set_defaults(do=_grade)

    command = commands.add_parser("demo", help="mark a class of made-up students")
    command.add_argument("problem_set", nargs="?", default="ps2", metavar="ps2", help="the problem set")
    command.add_argument("--class-size", type=int, help="so many honest students instead of one of each kind")
    command.set_defaults(do=_demo)

    command = commands.add_parser("formgrader", help="mark the written answers in the browser")
    command.add_argument("term", help=term)
    command.add_argument("options", nargs=argparse.REMAINDER, metavar="…", help="JupyterLab's own, such as --port 8900")
    command.set_defaults(do=_formgrader)
    return whole


def _release(asked: argparse.Namespace) -> None:
    from weightinit_course.handout import write_wheel
    from weightinit_course.problem_set import problem_sets
    from weightinit_course.release import release

    names = asked.problem_sets or problem_sets()
    folder = release(asked.term, names, students=asked.students, per_student=asked.per_student)
    write_wheel(folder / "release")
    shown = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    print(f"Written below {shown}: release/ for students, solutions/ and rubric/ for you.")


def _grade(asked: argparse.Namespace) -> int:
    if not term_folder(asked.term).is_dir():
        raise not_released(asked.term, asked.problem_set)
    from weightinit_course import tables
    from weightinit_course.cluster import cluster
    from weightinit_course.mark_class import mark_class
    from weightinit_course.sandbox import Limits

    with cluster(asked.dask) as elsewhere:
        outcomes = mark_class(
            asked.term,
            asked.problem_set,
            asked.submissions,
            students=asked.students,
            jobs=asked.jobs,
            with_feedback=not asked.no_feedback,
            accept_weak=asked.accept_weak,
            limits=None if asked.seconds is None else Limits.of_seconds(asked.seconds),
            elsewhere=elsewhere,
        )
    print(tables.summary(outcomes, term_folder(asked.term)))
    return 0 if all(outcome.whole for outcome in outcomes) else 1


def _demo(asked: argparse.Namespace) -> None:
    from weightinit_course import tables
    from weightinit_course.demo import TERM, demo, table

    outcomes = demo(asked.problem_set, asked.class_size)
    print(f"\n{table(outcomes)}\n{tables.summary(outcomes, term_folder(TERM))}")


def _formgrader(asked: argparse.Namespace) -> None:
    from weightinit_course.formgrader import formgrader

    formgrader(asked.term, asked.options)


@contextlib.contextmanager
def _ctrl_c_answered() -> Iterator[None]:
    """Whoever types Ctrl-C reads at once that it was heard, though processes and files are still to be tidied up."""

    def heard(*_: object) -> NoReturn:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.write(2, b"\nstopping ...\n")  # a handler may interrupt a print, which takes no second one meanwhile
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    ours = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    if ours:
        signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)


def main(argv: list[str] | None = None) -> int:
    """Do what the command line asks; the exit code is 1 if a part is not done, 2 if nothing is, 130 after Ctrl-C."""
    whole = parser()
    asked, unknown = whole.parse_known_args(argv)
    if unknown:
        whole.prog += f" {asked.do.__name__.strip('_')}"  # whose options are meant
        whole.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        if "term" in asked:
            check_term(asked.term)
        with _ctrl_c_answered():
            return asked.do(asked) or 0
    except CourseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno not in _YOURS:
            raise
        print(f"error: {error.filename or 'a file'}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
