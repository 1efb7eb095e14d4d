"""What appears only when it is configured: address, repository, launch buttons; a small book built in both states."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from checks import broken_links, from_elsewhere, soup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pages import ROOT

TEXT = "A paragraph that is long enough to be taken as the description of the page: it says what is to be read here."
URL = "https://book.example.org/weights/"
REPOSITORY = "https://github.com/example/weights"


@pytest.fixture(scope="session")
def small_book(tmp_path_factory) -> Callable[..., Path]:
    """Build a book of two pages with the real configuration and the changes given; returns the site's folder."""

    def build(baseurl_by_environment: str = "", **changes: dict) -> Path:
        root = tmp_path_factory.mktemp("book")
        (root / "code").symlink_to(ROOT / "code")  # the icon
        (root / "chapters").mkdir()
        shutil.copy(ROOT / "chapters" / "references.bib", root / "chapters")
        (root / "index.md").write_text(f"# A small book\n\n{TEXT}\n")
        output = new_output("stream", name="stdout", text="1\n")
        cells = [new_markdown_cell(f"# One\n\n{TEXT} One."), new_code_cell("print(1)", execution_count=1, outputs=[output])]  # fmt: skip
        about = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python", "pygments_lexer": "ipython3"}}  # fmt: skip
        nbformat.write(new_notebook(cells=cells, metadata=about), root / "chapters" / "one.ipynb")
        (root / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: chapters/one\n")
        configuration = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))
        # two pages have no table, no bibliography …: there, repairs without anything to repair are no news
        configuration["sphinx"]["config"]["suppress_warnings"] = ["weightinit_book.unmatched"]
        for section, values in changes.items():
            configuration[section].update(values)
        (root / "_config.yml").write_text(yaml.safe_dump(configuration))
        program = Path(sys.executable).with_name("jupyter-book")
        environment = os.environ | {"BOOK_BASEURL": baseurl_by_environment}
        command = [str(program), "build", str(root), "-W"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        return root / "_build" / "html"

    return build


@pytest.fixture(scope="session")
def plain(small_book) -> Path:
    return small_book()


@pytest.fixture(scope="session")
def published(small_book) -> Path:
    """With everything: the address of the environment, which goes before the configured one."""
    return small_book(
        baseurl_by_environment=URL.rstrip("/"),
        html={
            "baseurl": "https://other.example.org",
            "use_repository_button": True,
            "use_issues_button": True,
            "use_edit_page_button": True,
        },
        repository={"url": REPOSITORY, "branch": "main"},
        launch_buttons={"binderhub_url": "https://mybinder.org", "colab_url": "https://colab.research.google.com"},
    )


def metas(page: BeautifulSoup) -> dict[str, str]:
    return {tag.get("property") or tag.get("name"): tag.get("content") for tag in page.find_all("meta")}


# ---- nothing configured ---------------------------------------------------------------------------------------------
def test_without_an_address_nothing_speaks_of_one(plain):
    assert not (plain / "sitemap.xml").exists() and not (plain / "robots.txt").exists()
    assert not (plain / "_static" / "card.png").exists()
    for page in (plain / "index.html", plain / "chapters" / "one.html"):
        found = metas(soup(page))
        assert not [name for name in found if name and name.startswith(("og:", "twitter:"))]
        assert soup(page).find("link", rel="canonical") is None


def test_without_a_repository_there_are_no_buttons(plain):
    text = (plain / "chapters" / "one.html").read_text(encoding="utf8")
    assert not re.search("github|mybinder|colab|fa-rocket|issues/new|dropdown-launch", text)
    assert not (plain / "_static" / "images" / "logo_binder.svg").exists()
    assert "source" not in soup(plain / "chapters" / "one.html").select_one("footer.bd-footer-content").get_text()


def test_the_book_itself_is_configured_as_it_is_published(site):
    """The site of this repository names neither an address nor a repository: both are for whoever publishes it."""
    configuration = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))
    assert bool(configuration["html"]["baseurl"]) == (site / "sitemap.xml").exists() or os.environ.get("BOOK_BASEURL")
    if not configuration["repository"]["url"]:
        assert not soup(site / "index.html").select(".dropdown-source-buttons, .btn-source-repository-button")


@pytest.mark.parametrize("name", ["index.html", "chapters/one.html"])
def test_the_icon_is_there_in_both_states(plain, published, name):
    for site in (plain, published):
        page = site / name
        icon = soup(page).find("link", rel="icon")
        assert (page.parent / icon["href"]).resolve().read_text().startswith("<svg")
        assert broken_links(site, page) == [] and from_elsewhere(site) == []


# ---- an address -----------------------------------------------------------------------------------------------------
def test_the_card_says_what_a_link_shows_elsewhere(published):
    for name, title in (("index.html", "A small book"), ("chapters/one.html", "One")):
        page = soup(published / name)
        found = metas(page)
        assert found["og:url"] == URL + name == page.find("link", rel="canonical")["href"]
        assert title in found["og:title"] and found["og:type"] and found["og:site_name"] == "Weight Initialization"
        assert found["og:description"] == found["description"] and TEXT[:60] in found["og:description"]
        assert found["twitter:card"] == "summary_large_image"
        assert found["og:image"] == f"{URL}_static/card.png" and len(found["og:image:alt"]) >= 40
        assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    head = (published / "_static" / "card.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:24]) == (1200, 630)
    assert (published / "_static" / "card.png").stat().st_size < 150_000


def test_sitemap_and_robots_name_the_pages(published):
    from xml.etree import ElementTree

    places = [
        node.text for node in ElementTree.parse(published / "sitemap.xml").getroot().iter() if (node.text or "").strip()
    ]
    assert places == [f"{URL}chapters/one.html", f"{URL}index.html"]
    assert all((published / place.removeprefix(URL)).is_file() for place in places)
    lines = (published / "robots.txt").read_text().splitlines()
    assert lines == ["User-agent: *", "Allow: /", f"Sitemap: {URL}sitemap.xml"]


@pytest.mark.parametrize("configured", ["https://book.example.org/weights", URL])
def test_the_configured_address_counts_where_the_environment_has_none(configured, monkeypatch):
    from weightinit_book.extensions.configuration import base_url

    app = SimpleNamespace(config=SimpleNamespace(html_baseurl=configured))
    monkeypatch.delenv("BOOK_BASEURL", raising=False)
    assert base_url(app) == URL
    monkeypatch.setenv("BOOK_BASEURL", "https://other.example.org")
    assert base_url(app) == "https://other.example.org/"


# ---- a repository and a place to run --------------------------------------------------------------------------------
def test_buttons_lead_to_the_repository_and_to_a_kernel(published):
    page = soup(published / "chapters" / "one.html")
    targets = [tag["href"] for tag in page.select(".article-header-buttons a[href]")]
    assert REPOSITORY in targets
    assert REPOSITORY in [tag["href"] for tag in page.select("footer.bd-footer-content a")]
    assert any(target.startswith(f"{REPOSITORY}/issues/new") for target in targets)
    assert f"{REPOSITORY}/edit/main/chapters/one.ipynb" in targets
    assert any(t.startswith("https://mybinder.org/v2/gh/example/weights/main?") and "one.ipynb" in t for t in targets)
    assert "https://colab.research.google.com/github/example/weights/blob/main/chapters/one.ipynb" in targets


@pytest.mark.browser
def test_the_buttons_open_and_nobody_is_asked(published, visit):
    seen = visit("chapters/one.html", root=published)
    for menu, target in ((".dropdown-source-buttons", REPOSITORY), (".dropdown-launch-buttons", "https://mybinder.org")):  # fmt: skip
        link = seen.page.locator(f'{menu} a[href^="{target}"]').first
        assert not link.is_visible()
        seen.page.locator(f"{menu} button").first.click()
        assert link.is_visible()
        seen.page.keyboard.press("Escape")
    assert not seen.complaints and not seen.elsewhere


# ---- what the theme no longer writes ----------------------------------------------------------------------------------
def test_a_repair_that_finds_nothing_stops_the_build(small_book):
    with pytest.raises(AssertionError, match="nothing on the whole site matches"):
        small_book(
            sphinx={"config": yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))["sphinx"]["config"]}
        )
