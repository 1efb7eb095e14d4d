"""pytest imports a file of tests by its bare name, so two files of one name cannot be collected together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
EACH_FOLDER = {"conftest.py"}  # pytest's own, which it keeps apart


def test_no_two_files_have_one_name():
    """`make peers` collects folders together that `make test` takes one after the other."""
    names = Counter(p.name for p in TESTS.rglob("*.py") if p.name not in EACH_FOLDER)
    assert [name for name, times in names.items() if times > 1] == []
