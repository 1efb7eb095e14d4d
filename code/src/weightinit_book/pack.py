"""What is made of the built site: one file to open from disk, to print, to read on an e-reader; the README's picture."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

from weightinit_book.check import ROOT
from weightinit_book.epub import make_epub
from weightinit_book.lock import alone
from weightinit_book.pdf import make_pdf
from weightinit_book.picture import take_picture
from weightinit_book.printed import about

SITE = Path(os.environ.get("WEIGHTINIT_SITE") or ROOT / "_build" / "html")
NAME = "weightinit"
PICTURE = ROOT / ".github" / "picture.png"
LEFT_OUT = {".buildinfo", ".buildinfo.bak", ".nojekyll", "objects.inv"}


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


def pack(what: str) -> int:
    """Make the zip, the pdf, the epub or the picture of the site that was built."""
    if not (SITE / "index.html").is_file():
        print("error: the site is not built; run: make book", file=sys.stderr)
        return 1
    with alone(SITE.parent):
        return make(what)


def make(what: str) -> int:
    """Make one of them, while nobody builds the site anew; returns the exit code."""
    if what == "picture":
        take_picture(SITE, PICTURE)
        print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1e3:.0f} kB")
        return 0
    target = SITE.parent / {"zip": f"{NAME}-site.zip", "pdf": f"{NAME}.pdf", "epub": f"{NAME}.epub"}[what]
    if what == "zip":
        done = f"{make_zip(SITE, target)} files"
    elif what == "pdf":
        done = f"{make_pdf(SITE, target, about())} pages"
    else:
        done = f"{make_epub(SITE, target, about())} chapters"
    after = "; open index.html after unpacking" if what == "zip" else ""
    print(f"{done}, {target.stat().st_size / 1e6:.1f} MB: _build/{target.name}{after}")
    return 0
