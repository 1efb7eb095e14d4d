"""The whole book as one document, made from the built site: what PDF and EPUB have in common."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import yaml

from weightinit_book.browser import FLAGS, chromium
from weightinit_book.check import ROOT, toc_entries

TEMPLATES = Path(__file__).with_name("templates")
SUBTITLE = "derived, predicted, measured"
LICENSE = "Text and figures: CC BY 4.0. Code: BSD 3-Clause."
LICENSE_URL = "https://creativecommons.org/licenses/by/4.0/"
SHEET_WIDTH, SHEET_HEIGHT = 665, 978  # between the margins of A4, in CSS pixels


@dataclass(frozen=True)
class About:
    """What a cover and a file's metadata say of the book."""

    title: str
    author: str
    version: str
    date: datetime.datetime

    @property
    def day(self) -> str:
        """The date as a reader writes it."""
        return f"{self.date.day} {self.date:%B %Y}"


def about(root: Path = ROOT) -> About:
    """From the configuration; the date is the commit's, so that one commit gives one file."""
    configuration = yaml.safe_load((root / "_config.yml").read_text(encoding="utf8"))
    return About(configuration["title"], configuration["author"], version("weightinit"), date(root))


def date(root: Path) -> datetime.datetime:
    """SOURCE_DATE_EPOCH, or the time of the last commit, or, in a copy without git, the day of the last release."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    if not seconds:
        with contextlib.suppress(OSError):
            command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
            seconds = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if seconds:
        return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
    released = re.search(r"^date-released: (\S+)$", (root / "CITATION.cff").read_text(encoding="utf8"), re.M)
    return datetime.datetime.fromisoformat(released[1]).replace(tzinfo=datetime.UTC)


def pages(site: Path, root: Path = ROOT) -> list[tuple[str, str]]:
    """Name and HTML of the book's pages, in the order of the table of contents."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf8"))
    paths = [(name, site / f"{name}.html") for name in toc_entries(toc)]
    return [(name, path.read_text(encoding="utf8")) for name, path in paths if path.is_file()]


@contextlib.contextmanager
def reading(site: Path) -> Iterator:
    """The landing page in Chromium, as it is for paper: light, without its own scripts; ours (printed.js) are there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            context = browser.new_context(color_scheme="light", viewport={"width": SHEET_WIDTH, "height": 1000})
            page = context.new_page()
            page.set_default_timeout(300_000)
            page.route("**/*.js", lambda route: route.abort())
            page.emulate_media(media="print", color_scheme="light")
            page.goto((site / "index.html").as_uri(), wait_until="load")
            yield page
        finally:
            browser.close()


def script(call: str) -> str:
    """A call of one of the functions in printed.js."""
    return f"(given) => {{ {(TEMPLATES / 'printed.js').read_text(encoding='utf8')}\nreturn {call}; }}"
