"""`make pdf`: the whole book for paper, as one tagged PDF with bookmarks, page numbers and links inside.

All pages of the site are put into one document, which Chromium prints twice: the first print says on which sheet each part
begins, for the contents on the cover.
"""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

from weightinit_book.printed import (
    LICENSE,
    LICENSE_URL,
    SHEET_HEIGHT,
    SUBTITLE,
    TEMPLATES,
    About,
    pages,
    reading,
    script,
)
from weightinit_book.progress import Progress


def cover(about: About, parts: list[tuple[str, str, str]]) -> str:
    """Title, author, date and license, and the contents: anchor, title and number of each part's first sheet."""
    rows = "".join(
        f'<li><a href="#{anchor}">{html.escape(title)}</a><b></b><span>{number}</span></li>'
        for anchor, title, number in parts
    )
    return f"""<section class="wi-cover"><h1>{html.escape(about.title)}</h1><p class="wi-subtitle">{SUBTITLE}</p>
      <p>{html.escape(about.author)}</p><p>{about.day}, version {html.escape(about.version)}</p>
      <p>{LICENSE} <a href="{LICENSE_URL}">{LICENSE_URL.removeprefix("https://")}</a></p><ol>{rows}</ol></section>"""


def make_pdf(site: Path, target: Path, about: About, names: list[str] | None = None) -> int:
    """Print the pages of the table of contents, or some of them, into one PDF; returns the number of sheets."""
    from pypdf import PdfReader, PdfWriter

    chosen = [page for page in pages(site) if names is None or page[0] in names]
    progress = Progress()
    progress.at("putting the pages together")
    style = (TEMPLATES / "printed.css").read_text(encoding="utf8")
    with reading(site) as page:
        given = {"pages": chosen, "cover": cover(about, []), "style": style}
        titles = page.evaluate(script("bind(given)"), given)
        if missing := page.evaluate(script("lost()")):
            raise RuntimeError(
                f"drawings use what is not in the document, and would not be printed whole: {missing[:5]}"
            )
        page.evaluate(script("shrink()"))
        page.evaluate(script("settle(given)"), {"height": SHEET_HEIGHT})
        progress.at("printing, to find on which sheet each part begins")
        blank = cover(about, [(anchor, title, "000") for anchor, title in titles])
        fill = "cover => { document.querySelector('.wi-cover').outerHTML = cover }"
        page.evaluate(fill, blank)
        first = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        sheet = {
            name.lstrip("/"): first.get_destination_page_number(d) + 1 for name, d in first.named_destinations.items()
        }
        progress.at("printing with the numbers of the sheets")
        page.evaluate(fill, cover(about, [(anchor, title, str(sheet[anchor])) for anchor, title in titles]))
        printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)

    progress.at("writing the file")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed)))  # not merged: that would lose the tags
    stamp = f"D:{about.date:%Y%m%d%H%M%S}Z"
    writer.metadata = {
        "/Title": f"{about.title}: {SUBTITLE}",
        "/Author": about.author,
        "/Subject": f"Version {about.version}. {LICENSE}",
        "/CreationDate": stamp,
        "/ModDate": stamp,
    }
    written = io.BytesIO()
    writer.write(written)
    target.write_bytes(renumber(written.getvalue()))
    progress.done()
    return len(writer.pages)


def renumber(data: bytes) -> bytes:
    """Chromium names tags by numbers that go on from whatever the browser did before: count them from zero."""
    found = sorted(set(TAG.findall(data)))
    names = {name: b"(node%08d)" % number for number, name in enumerate(found)}  # as long, so that nothing moves
    return TAG.sub(lambda match: names[match[0]], data)


TAG = re.compile(rb"\(node\d{8}\)")
