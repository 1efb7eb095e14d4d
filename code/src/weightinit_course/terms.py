"""A term: its name, and the folder in which everything of it is built."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHOWN_TERM = "preview"  # the variant that the book offers for download
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


def clear_term(term: str) -> None:
    """Forget what was built for a term, marks included."""
    shutil.rmtree(term_folder(term), ignore_errors=True)
