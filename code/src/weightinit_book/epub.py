"""`make epub`: the whole book for e-readers, EPUB 3: formulas as MathML, figures as SVG, nothing that needs a script."""

from __future__ import annotations

import base64
import html
import mimetypes
import re
import uuid
import zipfile
from pathlib import Path

from weightinit_book.printed import LICENSE, LICENSE_URL, SUBTITLE, TEMPLATES, About, pages, reading, script

FONT = re.compile(r'"Book Math"[^}]*url\("data:font/woff2;base64,([^"]+)"\)')
# what the site's style sheet would give; an e-reader may not know variables
VARIABLE = re.compile(r"var\((--[\w-]+)(?:,[^()]*)?\)")
COLORS = {"--pst-color-background": "#ffffff", "--wi-paper": "#ffffff", "--pst-color-text-base": "#000000"}

PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="book.css"/></head>
<body>{body}</body>
</html>
"""


def make_epub(site: Path, target: Path, about: About) -> int:
    """Write the e-book; returns the number of its chapters."""
    with reading(site) as page:
        chapters = page.evaluate(script("chapters(given)"), {"pages": pages(site)})
    files: dict[str, bytes] = {"title.xhtml": title_page(about).encode()}
    for chapter in chapters:
        files[chapter["file"]] = PAGE.format(title=html.escape(chapter["title"]), body=body(chapter["xhtml"])).encode()
        files |= {picture: (site / picture).read_bytes() for picture in chapter["pictures"]}
    files["book.css"] = (TEMPLATES / "epub.css").read_bytes()
    font = FONT.search((site / "_static" / "site.css").read_text(encoding="utf8"))
    files["math.woff2"] = base64.b64decode(font[1])
    files["contents.xhtml"] = contents(chapters).encode()
    files["book.opf"] = package(about, chapters, files).encode()

    with zipfile.ZipFile(target, "w") as archive:
        container = (
            '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
        )
        for name, data in {"mimetype": b"application/epub+zip", "META-INF/container.xml": container.encode()}.items():
            add(archive, name, data)
        for name, data in files.items():
            add(archive, f"book/{name}", data)
    return len(chapters)


def add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a file with a fixed date; the first one, the type of the whole, is stored as it is."""
    entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


def body(xhtml: str) -> str:
    """What stands in a chapter, with colors in place of variables."""
    return VARIABLE.sub(lambda match: COLORS.get(match[1], "currentColor"), xhtml)


def title_page(about: About) -> str:
    """The first page: whose it is, of when, and what may be done with it."""
    return PAGE.format(
        title=html.escape(about.title),
        body=f"<h1>{html.escape(about.title)}</h1><p><em>{SUBTITLE}</em></p><p>{html.escape(about.author)}</p>"
        f"<p>{about.day}, version {html.escape(about.version)}</p>"
        f'<p>{LICENSE} <a href="{LICENSE_URL}">{LICENSE_URL.removeprefix("https://")}</a></p>',
    )


def contents(chapters: list[dict]) -> str:
    """The list of contents, with the sections of each chapter."""

    def item(href: str, text: str, below: str = "") -> str:
        return f'<li><a href="{html.escape(href)}">{html.escape(text)}</a>{below}</li>'

    items = ""
    for chapter in chapters:
        sections = "".join(item(f"{chapter['file']}#{anchor}", text) for anchor, text in chapter["headings"])
        items += item(chapter["file"], chapter["title"], f"<ol>{sections}</ol>" if sections else "")
    return PAGE.format(title="Contents", body=f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{items}</ol></nav>')


def package(about: About, chapters: list[dict], files: dict[str, bytes]) -> str:
    """The list of files, their order, and what an e-reader and a library want to know of the book."""
    has = {chapter["file"]: chapter["has"] for chapter in chapters} | {"contents.xhtml": ["nav"]}
    properties = {"math": "mathml", "svg": "svg", "nav": "nav"}
    items = ""
    for number, name in enumerate(files):
        kind = {".xhtml": "application/xhtml+xml", ".woff2": "font/woff2"}.get(Path(name).suffix)
        tags = " ".join(properties[tag] for tag in has.get(name, []))
        media = kind or mimetypes.guess_type(name)[0]
        items += f'<item id="f{number}" href="{html.escape(name)}" media-type="{media}"'
        items += f' properties="{tags}"/>' if tags else "/>"
    ids = {name: f"f{number}" for number, name in enumerate(files)}
    order = ["title.xhtml", "contents.xhtml", *(chapter["file"] for chapter in chapters)]
    spine = "".join(f'<itemref idref="{ids[name]}"/>' for name in order)
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{about.title} {about.version} {about.date.isoformat()}")
    access = {
        "accessMode": ["textual", "visual"],
        "accessModeSufficient": ["textual"],
        "accessibilityFeature": [
            "MathML",
            "alternativeText",
            "longDescription",
            "structuralNavigation",
            "tableOfContents",
        ],
        "accessibilityHazard": ["none"],
        "accessibilitySummary": [
            "Formulas are MathML; every figure has an alternative text and a description in numbers."
        ],
    }
    metas = "".join(f'<meta property="schema:{name}">{value}</meta>' for name, all_ in access.items() for value in all_)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{key}</dc:identifier>
<dc:title>{html.escape(about.title)}: {SUBTITLE}</dc:title>
<dc:creator>{html.escape(about.author)}</dc:creator>
<dc:language>en</dc:language>
<dc:date>{about.date:%Y-%m-%d}</dc:date>
<dc:rights>{LICENSE}</dc:rights>
<meta property="dcterms:modified">{about.date:%Y-%m-%dT%H:%M:%SZ}</meta>
{metas}
</metadata>
<manifest>{items}</manifest>
<spine>{spine}</spine>
</package>
"""
