"""What must be true of the built pages, as functions that return the problems they find.

The tests of the site call them on the real pages, and test_sabotage.py on pages that were broken on purpose: so it is
known that each of them can fail.
"""

from __future__ import annotations

import functools
import json
import math
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from weightinit_book.standards import LEAST_ALT

EXPLORER = r"""<div class="wi-explorer" data-explorer='([^']*)'>"""
QUESTION = r"""<div class="wi-quiz wi-numeric" data-question='([^']*)'>"""


def soup(path: Path) -> BeautifulSoup:
    """The page, read once for each state of its file."""
    return _soup(path, path.stat().st_mtime_ns)


@functools.cache
def _soup(path: Path, changed: int) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf8"), "html.parser")


# ---- links ----------------------------------------------------------------------------------------------------------
def anchors(path: Path) -> frozenset[str]:
    """Everything in a page that a link can lead to."""
    return _anchors(path, path.stat().st_mtime_ns)


@functools.cache
def _anchors(path: Path, changed: int) -> frozenset[str]:
    page = _soup(path, changed)
    named = {tag["name"] for tag in page.find_all("a", attrs={"name": True})}
    return frozenset(tag["id"] for tag in page.find_all(id=True)) | named


def broken_links(site: Path, page: Path) -> list[str]:
    """Links of a page that lead to no file or no anchor of the site."""
    found = []
    for tag in soup(page).find_all(["a", "link", "img", "script", "source"]):
        target = tag.get("href") or tag.get("src")
        if not target:
            continue
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            found.append(f"{target}: no such file")
        elif parts.fragment and path.suffix == ".html" and unquote(parts.fragment) not in anchors(path):
            found.append(f"{target}: no such anchor")
    return found


# ---- pictures -------------------------------------------------------------------------------------------------------
def poor_pictures(page: Path) -> list[str]:
    """Pictures without a text that says what is to be seen, or without the size that keeps the page from jumping."""
    found = []
    for picture in soup(page).find_all("img"):
        alt = (picture.get("alt") or "").strip()
        if not alt or is_file_name(alt):
            found.append(f"no alternative text: {str(picture)[:200]}")
        if not (picture.get("width") and picture.get("height")):
            found.append(f"no size, the page will jump: {str(picture)[:200]}")
    for picture in soup(page).select(".wi-figure"):
        label = picture.get("aria-label", "").strip()
        if picture.get("role") != "img" or len(label) < LEAST_ALT or is_file_name(label):
            found.append(f"no alternative text: {label!r} in {str(picture)[:80]}")
        elif picture.find("desc") is None and picture.find_parent(class_="wi-explorer") is None:
            found.append(f"no long description: {label}")
    return found


def is_file_name(text: str) -> bool:
    """Whether an alternative text is a path or a file's name instead of a sentence."""
    return re.search(r"\.(png|svg|jpe?g|gif|webp)$", text) is not None or re.fullmatch(r"\S*/\S*", text) is not None


# ---- nothing from elsewhere -----------------------------------------------------------------------------------------
def from_elsewhere(site: Path) -> list[str]:
    """Everything in pages, style sheets and scripts that would be loaded from another host."""
    from weightinit_book.extensions.after_build import off_site

    return [
        f"{path.relative_to(site)}: {text}"
        for path in sorted(site.rglob("*"))
        if path.suffix in (".html", ".css", ".js", ".svg")
        for text in off_site(path.read_text(encoding="utf8", errors="replace"))
    ]


# ---- explorers ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Frame:
    """What an explorer must show for one setting of its controls."""

    at: tuple[int, ...]
    picture: str
    label: str
    readout: str
    texts: tuple[str, ...]


class Explorer:
    """An explorer as it is stored: the payload, decoded here without the site's script."""

    def __init__(self, html: str):
        self.data = json.loads(unescape(re.search(EXPLORER, html)[1]))
        self.controls = self.data["controls"]
        self.sizes = [len(control["texts"]) for control in self.controls]
        self.start = tuple(self.data["start"])
        played = re.search(r'data-plays="([^"]+)"', html)
        self.plays = [c["name"] for c in self.controls].index(played[1]) if played else None

    @property
    def name(self) -> str:
        """What it is called in a problem."""
        return self.data["alt"][:50]

    def frame(self, at: tuple[int, ...]) -> Frame:
        """The frame of one setting."""
        number = functools.reduce(lambda sum_, pair: sum_ * pair[1] + pair[0], zip(at, self.sizes, strict=True), 0)
        texts = tuple(control["texts"][i] for control, i in zip(self.controls, at, strict=True))
        settings = ", ".join(f"{control['label']} {text}" for control, text in zip(self.controls, texts, strict=True))
        readout = self.data["readouts"][number]
        label = f"{self.data['alt']} Now: {settings}. {readout}".strip()
        return Frame(at, self.picture(number), label, readout, texts)

    def picture(self, number: int) -> str:
        """The inner SVG of a frame: a list of lines, or what it changes of the first frame's list."""
        stored = self.data["frames"][number]
        ids = stored.get("all") or list(self.data["frames"][0]["all"])
        for place, line in zip(stored.get("put", [])[::2], stored.get("put", [])[1::2], strict=True):
            ids[place] = line
        return "\n".join(self.data["lines"][i] for i in ids)

    def walk(self) -> list[tuple[int, ...]]:
        """All settings, from the first to the last, in such an order that each step moves one control by one place."""
        path = [()]
        for size in self.sizes:
            there, back = list(range(size)), list(reversed(range(size)))
            path = [(*at, i) for k, at in enumerate(path) for i in (back if k % 2 else there)]
        return path


def stored_html(notebook: Path) -> list[str]:
    """Every HTML output of a notebook, in order."""
    if not notebook.is_file():
        return []
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = [output.get("data", {}).get("text/html", "") for output in outputs]
    return [text if isinstance(text, str) else "".join(text) for text in texts if text]


def stored_explorers(notebook: Path) -> list[Explorer]:
    """The explorers among the outputs of a notebook."""
    return [Explorer(text) for text in stored_html(notebook) if 'class="wi-explorer"' in text]


def explorer_problems(page: Path, notebook: Path) -> list[str]:
    """Whether the page has the notebook's explorers, each with a frame for every setting that can be drawn."""
    html = page.read_text(encoding="utf8")
    payloads = re.findall(EXPLORER, html)
    stored = stored_explorers(notebook)
    if len(payloads) != len(stored) or html.count('class="wi-explorer"') != len(stored):
        return [f"{len(payloads)} explorers, but the notebook has {len(stored)}"]
    found = []
    for payload, explorer in zip(payloads, stored, strict=True):
        data = json.loads(unescape(payload))
        frames = math.prod(len(control["texts"]) for control in data["controls"])
        for name in ("frames", "readouts"):
            if len(data[name]) != frames:
                found.append(f"{explorer.name}: {len(data[name])} {name} for {frames} settings")
        first = data["frames"][0].get("all", [])
        for number, frame in enumerate(data["frames"]):
            put = frame.get("put", [])
            lines = [*frame.get("all", []), *put[1::2]]
            if not first or max(lines, default=0) >= len(data["lines"]) or max(put[::2], default=0) >= len(first):
                found.append(f"{explorer.name}: frame {number} cannot be drawn")
        if data != explorer.data:
            found.append(f"{explorer.name}: differs from the notebook's output")
    return found


# ---- self-checks ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Numeric:
    """A stored numeric question."""

    data: dict


@dataclass(frozen=True)
class Choice:
    """A stored multiple-choice question: answer → what opens."""

    answers: dict[str, str]


def stored_questions(notebook: Path) -> list[Numeric | Choice]:
    """The self-checks among the outputs of a notebook, in order."""
    found: list[Numeric | Choice] = []
    for html in stored_html(notebook):
        if "wi-quiz wi-numeric" in html:
            found.append(Numeric(json.loads(unescape(re.search(QUESTION, html)[1]))))
        elif "wi-quiz wi-choice" in html:
            rows = BeautifulSoup(html, "html.parser").find_all("details")
            found.append(Choice({row.summary.get_text(): row.p.get_text() for row in rows}))
    return found
