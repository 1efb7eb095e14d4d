"""`make zip`: the whole site in one file, the same bytes each time, and it works from disk where it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from checks import broken_links, from_elsewhere, stored_explorers
from moves import tour
from pages import notebook_of

from weightinit_book.pack import LEFT_OUT, make_zip

PAGES = ("index.html", "chapters/05-he.html", "search.html?q=variance")


@pytest.fixture(scope="module")
def unpacked(site, tmp_path_factory) -> Path:
    """The zip, unpacked into a folder whose name has a space and a letter that a URL must escape."""
    folder = tmp_path_factory.mktemp("a folder ü")
    make_zip(site, folder / "book.zip")
    with zipfile.ZipFile(folder / "book.zip") as archive:
        archive.extractall(folder)
    return folder / "weightinit-site"


def test_zip_holds_the_site_and_nothing_else(site, tmp_path):
    assert make_zip(site, tmp_path / "a.zip") > 20
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    wanted = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file() and p.name not in LEFT_OUT}
    assert names == {f"weightinit-site/{name}" for name in wanted if not name.startswith("_sources/")}
    make_zip(site, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert (tmp_path / "a.zip").stat().st_size < 3e6


def test_unpacked_pages_are_complete(unpacked):
    assert from_elsewhere(unpacked) == []
    for page in unpacked.rglob("*.html"):
        if "_static" not in page.parts:
            assert broken_links(unpacked, page) == []


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_unpacked_page_works_from_disk(unpacked, visit, name):
    seen = visit(name, scheme="file", root=unpacked)
    for number, explorer in enumerate(stored_explorers(notebook_of(name))):
        assert tour(seen.page.locator(".wi-explorer").nth(number), explorer) == []
    if name.startswith("search"):
        seen.page.wait_for_selector("#search-results li a", timeout=10_000)
    assert not seen.complaints and not seen.elsewhere
