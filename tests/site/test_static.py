"""The built files, without a browser: links, anchors, alternative texts, descriptions, and nothing from elsewhere."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from checks import broken_links, from_elsewhere, poor_pictures, soup
from pages import ROOT


def test_every_entry_of_the_toc_has_its_page(site):
    from weightinit_book.check import toc_entries

    entries = toc_entries(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8")))
    assert [name for name in entries if not (site / f"{name}.html").is_file()] == []


def test_no_broken_link_or_anchor(site, page_name):
    assert broken_links(site, site / page_name) == []


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="b.html">b</a> <a href="#there">t</a> <a href="#here">h</a></p>'
    )
    assert broken_links(tmp_path, tmp_path / "a.html") == ["b.html: no such file", "#there: no such anchor"]


def test_a_link_says_where_it_leads(site, page_name):
    """The words are those that Lighthouse takes for no description: a list of links, as it is read aloud, must make sense."""
    nothing = {"more", "here", "click here", "this", "go", "start", "read more", "learn more"}
    links = soup(site / page_name).select("article a[href]")
    assert [link["href"] for link in links if link.get_text(" ", strip=True).lower() in nothing] == []


def test_no_long_table_is_laid_out_at_once(site, page_name):
    """A phone that lays out hundreds of rows in one piece answers no tap meanwhile."""
    rows = [len(table.find_all("tr")) for table in soup(site / page_name).select("article table")]
    assert max(rows, default=0) <= 120


def test_pictures_have_a_text_that_says_what_is_to_be_seen(site, page_name):
    assert poor_pictures(site / page_name) == []


def test_figures_have_caption_and_number(site, page_name):
    for figure in soup(site / page_name).select("article figure"):
        caption = figure.find("figcaption")
        assert caption is not None and caption.select_one(".caption-number") is not None
        assert figure.get("id")


def test_figures_follow_the_theme(site, page_name):
    for picture in soup(site / page_name).select("svg.wi-figure"):
        text = str(picture)
        assert "#000000" not in text and "#ffffff" not in text


def test_the_proof_of_a_formula_is_of_the_text_where_the_text_has_one(site, page_name):
    """What an exercise checks is often about a variation of the statement."""
    page = soup(site / page_name)
    exercises = page.find("section", id="exercises")
    late = {tag["id"] for tag in exercises.find_all(id=True)} if exercises else set()
    checked: dict[str, set[str]] = {}  # number of an equation -> the cells in which the page checks it
    for cell in page.select(".cell:has(.wi-claims)"):
        anchor = cell.find(id=re.compile("^check-"))
        for link in cell.select(".wi-claims th a"):
            checked.setdefault(link["href"], set()).add(anchor["id"])
    for proven in page.select(".wi-proven"):
        goal = proven.select_one("a.wi-mark")["href"].removeprefix("#")
        cells = checked["#" + proven.select_one(".math-block")["id"]]
        assert goal in cells and (goal not in late or cells <= late), goal


def test_no_switch_opens_what_is_not_there(site, page_name):
    assert not soup(site / page_name).select(".secondary-toggle")


def test_page_has_title_description_language_and_one_heading(site, page_name):
    page = soup(site / page_name)
    assert page.html["lang"] == "en"
    assert page.title.get_text(strip=True)
    assert 50 <= len(page.find("meta", attrs={"name": "description"})["content"]) <= 180
    assert len(page.select("h1")) == 1
    assert len(page.find_all("meta", attrs={"name": "viewport"})) == 1


def test_page_says_whose_it_is_and_what_may_be_done_with_it(site, page_name):
    footer = soup(site / page_name).select_one("footer.bd-footer-content")
    assert [tag["href"] for tag in footer.find_all("a", rel="license")] == [
        "https://creativecommons.org/licenses/by/4.0/"
    ]
    assert "BSD 3-Clause" in footer.get_text(" ").replace("\xa0", " ")
    assert f"Version {importlib.metadata.version('weightinit')}" in " ".join(footer.get_text().split())


def test_another_build_gives_the_same_bytes(site, tmp_path):
    """Elsewhere, from nothing, and with sets and dictionaries in another order."""
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ROOT, "--path-output", tmp_path, "-W"]
    environment = os.environ | {"PYTHONHASHSEED": "1"}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    one, other = (
        {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        for root in (site, tmp_path / "_build" / "html")
    )
    assert sorted(one) == sorted(other)
    assert [str(name) for name in one if one[name] != other[name]] == []


def test_there_are_only_pages_that_say_something(site):
    from weightinit_book.check import toc_entries

    wanted = toc_entries(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8")))
    assert {p.relative_to(site).as_posix() for p in site.rglob("*.html")} == {
        f"{name}.html" for name in [*wanted, "search"]
    }


def test_every_reference_leads_to_a_paper_and_back(site):
    page = soup(site / "chapters" / "references.html")
    entries = page.select("div.citation")
    assert len(entries) == len(
        re.findall(r"^@", (ROOT / "chapters" / "references.bib").read_text(encoding="utf8"), re.M)
    )
    assert [entry.get_text() for entry in entries if not entry.select("a.external")] == []
    cited = {entry["id"] for entry in entries if entry.select(".wi-cited-in a")}
    links = {
        link["href"]
        for path in site.glob("*/*.html")
        for link in soup(path).select(".bibtex-citation a[href*=references]")
    }
    assert cited == {link.partition("#")[2] for link in links} != set()


def test_the_landing_page_counts_what_there_is(site):
    from weightinit_book.extensions.numbers import count

    shown = [" ".join(item.get_text().split()) for item in soup(site / "index.html").select(".wi-numbers li")]
    assert shown == [f"{number} {what}" for number, what in count(ROOT).lines()]


def test_what_is_no_python_is_not_colored_as_python(site):
    blocks = soup(site / "coursework" / "instructor-guide.html").select("div.highlight")
    assert blocks and not [block for block in blocks if block.select("span.k, span.n, span.kn")]


def test_the_page_on_the_package_has_every_public_name(site):
    import weightinit

    text = soup(site / "chapters" / "package.html").get_text()
    assert [name for name in weightinit._HOME if f"wi.{name}" not in text] == []


def test_ids_are_unique(site, page_name):
    ids = [tag["id"] for tag in soup(site / page_name).find_all(id=True)]
    assert sorted({i for i in ids if ids.count(i) > 1}) == []


def test_descriptions_and_titles_differ_from_page_to_page(site):
    pages = [p for p in site.rglob("*.html") if "_static" not in p.parts]
    titles = [soup(p).title.get_text(strip=True) for p in pages]
    assert len(set(titles)) == len(titles)


def test_nothing_on_the_site_comes_from_elsewhere(site):
    assert from_elsewhere(site) == []


@pytest.mark.parametrize(
    "text",
    [
        '<script async src="https://cdn.example.org/x.js"></script>',
        "<script src='//cdn.example.org/x.js'></script>",
        '<link rel="stylesheet" href="https://fonts.example.org/css?family=Lato">',
        '<link href="//example.org/f.woff2" as="font" rel="preload">',
        '<img alt="x" src="https://example.org/a.png">',
        '<iframe src="https://example.org/"></iframe>',
        "<style>@import url(https://example.org/a.css);</style>",
        "a { background: url('https://example.org/a.png') }",
        'import("https://example.org/m.js")',
    ],
)
def test_the_guard_sees_it(text):
    from weightinit_book.extensions.after_build import off_site

    assert off_site(text)


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://example.org/">a link may leave</a>',
        '<script src="../_static/x.js"></script>',
        '<link rel="canonical" href="https://book.example.org/x.html">',
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        "a { background: url(data:image/png;base64,AAAA) }",
    ],
)
def test_the_guard_lets_pass(text):
    from weightinit_book.extensions.after_build import off_site

    assert not off_site(text)
