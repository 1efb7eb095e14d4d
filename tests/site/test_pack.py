"""The site as one file: it works from disk where the zip is unpacked, on paper, and on an e-reader; the same bytes each time."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import urldefrag
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from checks import broken_links, from_elsewhere, stored_explorers
from moves import tour
from pages import ROOT, notebook_of

from weightinit import plots
from weightinit_book.pack import LEFT_OUT, make_zip
from weightinit_book.picture import SIZE

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


# ---- paper ------------------------------------------------------------------------------------------------------------
PRINTED = [
    "index",
    "chapters/01-why-the-start-matters",
    "chapters/05-he",
    "chapters/cheat-sheet",
    "chapters/decisions",
    "chapters/package",
]
TWICE = """
import sys
from pathlib import Path
from weightinit_book.epub import make_epub
from weightinit_book.pdf import make_pdf
from weightinit_book.picture import take_picture
from weightinit_book.printed import about

site, folder, names = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
for copy in "ab":
    make_pdf(site, folder / f"{copy}.pdf", about(), names)
    make_epub(site, folder / f"{copy}.epub", about())
take_picture(site, folder / "picture.png")
"""


@pytest.fixture(scope="module")
def books(browser, site, tmp_path_factory) -> Path:
    """A folder with a.pdf of some pages and a.epub of all, and b.pdf and b.epub made anew."""
    folder = tmp_path_factory.mktemp("books")
    subprocess.run([sys.executable, "-c", TWICE, site.resolve(), folder, *PRINTED], check=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def pdf(books):
    from pypdf import PdfReader

    return PdfReader(books / "a.pdf")


def starts(pdf) -> dict[str, int]:
    """Title of each part → number of its first sheet, by the bookmarks."""
    return {mark.title: pdf.get_destination_page_number(mark) + 1 for mark in pdf.outline if not isinstance(mark, list)}


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["pdf", "epub"])
def test_a_book_is_the_same_each_time(books, kind):
    assert (books / f"a.{kind}").read_bytes() == (books / f"b.{kind}").read_bytes()


@pytest.mark.browser
def test_the_pdf_is_tagged_and_says_whose_it_is(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/StructTreeRoot"]["/K"] and root["/Lang"] == "en"
    assert pdf.metadata.title == "Weight Initialization: derived, predicted, measured"
    assert pdf.metadata.author == "The weightinit authors" and pdf.metadata.creation_date
    cover = pdf.pages[0].extract_text()
    for part in ("The weightinit authors", "CC BY 4.0", "BSD 3-Clause", "version 0.1.0"):
        assert part in cover
    assert re.search(r"\b\d{1,2} [A-Z][a-z]+ 20\d\d\b", cover)


@pytest.mark.browser
def test_the_contents_lead_to_where_the_parts_begin(pdf):
    cover = " ".join(pdf.pages[0].extract_text().split())
    found = starts(pdf)
    assert len(found) == len(PRINTED)
    for title, number in found.items():
        assert f"{title} {number}" in cover
        assert str(number) in pdf.pages[number - 1].extract_text().split()


@pytest.mark.browser
def test_the_cheat_sheet_and_the_page_of_decisions_are_one_sheet_each(pdf):
    found = starts(pdf)
    assert found["One page of decisions"] - found["Cheat sheet"] == 1
    assert found["The package"] - found["One page of decisions"] == 1


@pytest.mark.browser
def test_only_the_last_sheet_of_a_part_may_be_a_third_empty(pdf):
    """Before a picture that does not fit, too: it is set smaller, or it changes places with the text around it."""
    first = set(starts(pdf).values())
    for number, sheet in enumerate(pdf.pages, 1):
        ends: list[float] = []

        def see(text, page, place, *rest, ends=ends):
            if text.strip():
                ends.append(place[4] * page[1] + place[5] * page[3] + page[5])

        sheet.extract_text(visitor_text=see)
        lowest = sorted(ends)[1]  # above the number of the sheet
        assert lowest < 0.3 * sheet.mediabox.height or number + 1 in first or number in (1, len(pdf.pages)), number


@pytest.mark.browser
def test_links_of_the_pdf_stay_inside_or_lead_to_the_web(pdf):
    notes = [note.get_object() for sheet in pdf.pages for note in sheet.get("/Annots", ())]
    links = [note["/A"]["/URI"] for note in notes if "/URI" in note.get("/A", {})]
    assert notes and [link for link in links if not link.startswith("https://")] == []


@pytest.mark.browser
def test_the_picture_of_the_readme_shows_a_figure(books):
    from PIL import Image

    with Image.open(books / "picture.png") as taken, Image.open(ROOT / ".github" / "picture.png") as stored:
        assert taken.size == stored.size == (SIZE["width"], SIZE["height"])
        colors = {color for _, color in taken.convert("RGB").getcolors(taken.width * taken.height)}
        assert {tuple(bytes.fromhex(plots.color(name)[1:])) for name in ("xavier", "he")} <= colors


# ---- e-readers --------------------------------------------------------------------------------------------------------
@pytest.mark.browser
def test_the_epub_is_complete_and_needs_no_script(books):
    with zipfile.ZipFile(books / "a.epub") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        files = {name.removeprefix("book/"): archive.read(name) for name in archive.namelist()}
    pages = {name: data.decode() for name, data in files.items() if name.endswith(".xhtml")}
    assert len(pages) > 10
    for name, text in pages.items():
        page = ElementTree.fromstring(text.split("<!DOCTYPE html>")[1])
        tags = {node.tag.rpartition("}")[2] for node in page.iter()}
        assert not tags & {"script", "iframe", "object"} and "var(--" not in text
        for node in page.iter("{http://www.w3.org/1999/xhtml}a"):
            target, anchor = urldefrag(node.get("href", ""))
            if not target.startswith("https://"):
                goal = pages[target or name]
                assert not anchor or f'id="{anchor}"' in goal, f"{name}: {node.get('href')}"
    proofs = BeautifulSoup(pages["chapters-05-he.xhtml"], "html.parser").select(".wi-proof")
    assert proofs and any(re.search(r"± \S+ · \d+ seeds", " ".join(proof.get_text().split())) for proof in proofs)
    assert "<math" in pages["chapters-05-he.xhtml"] and "<svg" in pages["chapters-05-he.xhtml"]


@pytest.mark.browser
def test_epubcheck_finds_nothing(books):
    program = shutil.which("epubcheck")
    if program is None:
        pytest.skip("epubcheck is not installed (apt-get install epubcheck)")
    command = ["java", "-jar", program] if zipfile.is_zipfile(program) else [program]
    done = subprocess.run(
        [*command, "--failonwarnings", books / "a.epub"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
