"""When the site is built afresh instead of from what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_book.build import fingerprint

FILES = (
    "_config.yml",
    "_toc.yml",
    "code/src/weightinit_book/build.py",
    "code/src/weightinit_book/static/book.css",
    "code/src/weightinit_book/extensions/repairs.py",
    "code/src/weightinit/static/explorers.js",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_the_fingerprint_stays_while_nothing_changes(root):
    before = fingerprint(root)
    (root / "chapters").mkdir()
    (root / "chapters" / "01-one.ipynb").write_text("an incremental build sees this by itself")
    (root / "code/src/weightinit_book/build.pyc").write_text("made by an import")
    (root / "code/src/weightinit_book/build.pyc").unlink()
    assert fingerprint(root) == before


@pytest.mark.parametrize("name", FILES)
def test_the_fingerprint_changes_with_what_an_incremental_build_overlooks(root, name):
    before = fingerprint(root)
    (root / name).write_text("changed")
    changed = fingerprint(root)
    (root / name).unlink()
    assert len({before, changed, fingerprint(root)}) == 3


def test_the_fingerprint_changes_with_a_new_file(root):
    before = fingerprint(root)
    (root / "code/src/weightinit_book/extensions/more.py").write_text("")
    assert fingerprint(root) != before
