"""A term: its name, the folder in which everything of it is built, and what this folder remembers of its release."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHOWN_TERM = "preview"  # the variant that the book offers for download
DEMO_TERM = "demo"  # the term of the made-up class
SECRET = "secret"  # a file in the term's folder: draws the numbers that only hidden tests have
PER_STUDENT = "per-student"  # the same: an empty file that is there if each student has a variant of the own
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,40}")


class CourseError(Exception):
    """Something that the instructor can put right; the message says what."""


def check_term(term: str) -> str:
    """`term` if it can name a folder."""
    if not _NAME.fullmatch(term):
        raise CourseError(f"TERM must be letters, digits and hyphens, such as 2027-spring, got {term!r}")
    return term


def build_folder() -> Path:
    """Where terms are built: WEIGHTINIT_COURSEWORK, or _build/coursework of the repository."""
    return Path(os.environ.get("WEIGHTINIT_COURSEWORK") or ROOT / "_build" / "coursework").resolve()


def term_folder(term: str) -> Path:
    """Nbgrader's course directory of a term."""
    return build_folder() / check_term(term)


def terms() -> list[str]:
    """The terms that were released, without that of the demonstration."""
    return sorted(path.parent.name for path in build_folder().glob("*/source") if path.parent.name != DEMO_TERM)


def not_released(term: str, name: str = "") -> CourseError:
    """That a term, or the problem set `name` of it, is not there. If the term is mistyped, a release draws other numbers."""
    others = [other for other in terms() if other != term]
    if not others or term_folder(term).is_dir():
        missing = f"{name} was not released for {term}" if name else f"nothing was released for {term}"
        return CourseError(f"{missing}; run: make release TERM={term}")
    return CourseError(
        f"there is no term {term}; there are: {', '.join(others)}. If it shall be a new one: make release TERM={term}"
    )


def clear_term(term: str) -> None:
    """Forget what was built for a term, marks included."""
    shutil.rmtree(term_folder(term), ignore_errors=True)


def make_secret(folder: Path) -> None:
    """Give a term its secret; one that is there stays, since marks depend on it."""
    with contextlib.suppress(FileExistsError), open(folder / SECRET, "x", opener=_for_me_alone) as file:
        file.write(secrets.token_hex(32) + "\n")


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def term_secret(folder: Path) -> bytes:
    """The secret of the term that was released into `folder`."""
    again = f"run: make release TERM={folder.name} (it makes a new one, and the next make grade marks everybody anew)"
    try:
        secret = bytes.fromhex((folder / SECRET).read_text(encoding="ascii"))
    except FileNotFoundError:
        raise CourseError(f"{folder.name} has no secret, from which hidden numbers are drawn; {again}") from None
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{folder / SECRET} cannot be read ({type(error).__name__}); delete it, and {again}"
        ) from None
    if len(secret) < 32:
        raise CourseError(f"{folder / SECRET} is not whole; delete it, and {again}")
    return secret


def is_per_student(folder: Path) -> bool:
    """Does each student of this term have the own variant?"""
    return (folder / PER_STUDENT).exists()
