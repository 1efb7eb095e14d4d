"""`make zip` and `make pdf`: the built site as one file that works from disk, and the whole book for a printer.

The PDF comes from Chromium's own print of every page, with a contents page, continuous page numbers and bookmarks.
"""

from __future__ import annotations

import html
import io
import os
import re
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

from weightinit_book.browser import chromium
from weightinit_book.check import ROOT, toc_entries

SITE = Path(os.environ.get("WEIGHTINIT_SITE") or ROOT / "_build" / "html")
NAME = "weightinit"
LEFT_OUT = {".buildinfo", ".buildinfo.bak", ".nojekyll", "objects.inv"}
MARGIN = {"top": "18mm", "bottom": "20mm", "left": "17mm", "right": "17mm"}

SHEET_WIDTH = 665  # the width between the margins in CSS pixels
# paper does not scroll: a formula that is wider than the sheet is set smaller
SHRINK = """() => document.querySelectorAll('.math-scroll').forEach(box => {
    const formula = box.querySelector('math'), ratio = box.clientWidth / formula.getBoundingClientRect().width;
    if (ratio < 1) formula.style.fontSize = (0.97 * ratio * parseFloat(getComputedStyle(formula).fontSize)) + 'px';
})"""


def make_zip(site: Path, target: Path) -> int:
    """Write the site's files in a fixed order and with a fixed date, so that the same site gives the same bytes."""
    files = sorted(p for p in site.rglob("*") if p.is_file() and p.name not in LEFT_OUT and "_sources" not in p.parts)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files:
            info = zipfile.ZipInfo(f"{NAME}-site/{path.relative_to(site).as_posix()}", (2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes())
    return len(files)


def contents(title: str, chapters: list[tuple[str, int]]) -> str:
    """The first sheet: title and contents with page numbers."""
    rows = "".join(
        f"<li><span>{html.escape(name)}</span><b></b><span>{number}</span></li>" for name, number in chapters
    )
    return f"""<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title><style>
      body {{ font: 11pt/1.6 "Source Sans 3", "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; color: #111; }}
      h1 {{ font-size: 30pt; line-height: 1.15; margin: 45mm 0 2mm; }}
      p {{ font-size: 14pt; color: #444; margin: 0 0 28mm; }}
      ul {{ list-style: none; padding: 0; }}
      li {{ display: flex; gap: 2mm; align-items: baseline; padding: 0.8mm 0; }}
      li b {{ flex: 1; border-bottom: 1px dotted #999; }}
    </style><h1>{html.escape(title)}</h1><p>derived, predicted, measured</p><ul>{rows}</ul></html>"""


def numbers(first: int, last: int) -> str:
    """Empty sheets that carry only their page number, to be laid over the book."""
    sheets = "".join(f"<div>{number}</div>" for number in range(first, last + 1))
    return f"""<!DOCTYPE html><meta charset="utf-8"><style>@page {{ size: A4; margin: 0 }} body {{ margin: 0 }}
      div {{ height: 297mm; box-sizing: border-box; padding-top: 284mm; text-align: center; break-after: page;
             font: 9pt "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; color: #444; overflow: hidden; }}
      div:last-child {{ break-after: auto; }}</style>{sheets}"""


def make_pdf(site: Path, target: Path, title: str) -> int:
    """Print all pages of the table of contents into one PDF; returns the number of sheets."""
    from playwright.sync_api import sync_playwright
    from pypdf import PdfReader, PdfWriter

    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    names = [name for name in toc_entries(toc) if (site / f"{name}.html").is_file()]
    printed: list[tuple[str, str, PdfReader]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_context(color_scheme="light", viewport={"width": SHEET_WIDTH, "height": 1000}).new_page()
        for name in names:
            page.goto((site / f"{name}.html").as_uri(), wait_until="load")
            page.evaluate("document.querySelectorAll('details.solution').forEach(d => d.open = true)")
            page.emulate_media(media="print", color_scheme="light")
            page.evaluate("document.fonts.ready.then(() => true)")
            page.evaluate(SHRINK)
            heading = " ".join(page.locator("article h1").first.inner_text().removesuffix("#").split())
            data = page.pdf(format="A4", print_background=True, margin=MARGIN)
            printed.append((name, heading, PdfReader(io.BytesIO(data))))

        starts, at = {}, 2  # the contents are the first sheet
        for name, _, reader in printed:
            starts[name] = at
            at += len(reader.pages)
        page.set_content(contents(title, [(heading, starts[name]) for name, heading, _ in printed]))
        front = PdfReader(io.BytesIO(page.pdf(format="A4", margin=MARGIN)))
        page.set_content(numbers(2, at - 1))
        stamps = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
        browser.close()

    writer = PdfWriter()
    writer.append(front, import_outline=False)
    for name, heading, reader in printed:
        first = len(writer.pages)
        writer.append(reader, import_outline=False)
        writer.add_outline_item(heading, first)
        if first + 1 != starts[name]:
            sys.exit("error: the contents page takes more than one sheet")
    for sheet, stamp in zip(writer.pages[1:], stamps.pages, strict=True):
        sheet.merge_page(stamp)
    link_inside(writer, site, starts)
    writer.compress_identical_objects()
    writer.add_metadata({"/Title": f"{title}: derived, predicted, measured", "/Author": "The weightinit authors"})
    with target.open("wb") as stream:
        writer.write(stream)
    return len(writer.pages)


def link_inside(writer, site: Path, starts: dict[str, int]) -> None:
    """Links from page to page of the site lead to the chapter's first sheet instead of to this machine's disk."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    for sheet in writer.pages:
        kept = ArrayObject()
        for reference in sheet.get("/Annots", ()):
            note = reference.get_object()
            uri = note.get("/A", {}).get("/URI") if note.get("/Subtype") == "/Link" else None
            if uri and urlsplit(uri).scheme == "file":
                path = Path(unquote(urlsplit(uri).path))
                name = re.sub(r"\.html$", "", path.relative_to(site).as_posix()) if path.is_relative_to(site) else ""
                if name not in starts:
                    continue
                goal = writer.pages[starts[name] - 1].indirect_reference
                note[NameObject("/A")] = DictionaryObject(
                    {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): ArrayObject([goal, NameObject("/Fit")])}
                )
            kept.append(reference)
        if kept or "/Annots" in sheet:
            sheet[NameObject("/Annots")] = kept


def pack(what: str) -> int:
    """Make the zip or the pdf of the site that was built."""
    if not (SITE / "index.html").is_file():
        print("error: the site is not built; run: make book", file=sys.stderr)
        return 1
    target = SITE.parent / {"zip": f"{NAME}-site.zip", "pdf": f"{NAME}.pdf"}[what]
    if what == "zip":
        done, after = f"{make_zip(SITE, target)} files", "; open index.html after unpacking"
    else:
        title = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))["title"]
        done, after = f"{make_pdf(SITE, target, title)} pages", ""
    print(f"{done}, {target.stat().st_size / 1e6:.1f} MB: _build/{target.name}{after}")
    return 0
