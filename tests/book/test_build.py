"""When the site is built afresh instead of from what is there, and when nothing is built at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_book.build import fingerprint, unchanged

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


def test_nothing_is_built_only_while_sources_packages_and_the_site_are_as_they_were(root, monkeypatch):
    build = root / "_build"
    (build / "html").mkdir(parents=True)
    (build / "html" / "index.html").write_text("the site")
    (root / "chapters").mkdir()
    for name in ("chapters/01-one.ipynb", "index.ipynb", "code/src/weightinit/claims.py"):
        (root / name).write_text("a source")
    seen = [unchanged(root, build)]
    (build / "build.log").write_text("what was said")
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text("another commit of the same sources")
    assert unchanged(root, build) == seen[0]
    for change in (
        lambda: (root / "chapters/01-one.ipynb").write_text("another"),
        lambda: (root / "index.ipynb").unlink(),
        lambda: (root / "code/src/weightinit/more.py").write_text(""),
        lambda: (root / "_config.yml").write_text("another"),
        lambda: (build / "html" / "index.html").write_text("by hand"),
        lambda: (build / "html" / "index.html").unlink(),
        lambda: monkeypatch.setenv("BOOK_BASEURL", "https://example.org/"),
    ):
        change()
        seen.append(unchanged(root, build))
    assert len(set(seen)) == len(seen)
