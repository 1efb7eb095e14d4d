"""Formulas without a CDN and without JavaScript: LaTeX becomes MathML at build time, in a font that travels with the site.

The browser draws MathML by itself, but only as well as its font allows; so the pages get a subset of STIX Two Math that
holds just the characters that occur. The font comes from an installed package at build time and is never committed.

It travels inside a style sheet. A font with an address of its own comes when the page is laid out already, and then every
line and table with a formula is laid out again, by as much as the reader's own fonts are different. Inside the sheet it
is there before the first layout (see templates/layout.html), whatever other fonts the reader has.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
import xml.etree.ElementTree as ElementTree
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

# found without importing the package, of which nothing but the font is used
FONT = Path(find_spec("ziamath").submodule_search_locations[0]) / "fonts" / "STIXTwoMath-Regular.ttf"
SHEET = "math.css"

SINGLE = re.compile(r"<mi>([^&<])</mi>")
PRIMES = {"′", "″", "‴", "⁗"}


def convert(app: Sphinx, latex: str, *, display: bool, node: nodes.Node) -> str:
    """MathML of a formula; a warning with its place in the source if it cannot be read."""
    converter = getattr(app, "_mathml_converter", None)
    if converter is None:
        converter = app._mathml_converter = LatexToMathML(macros=dict(app.config.book_math_macros), fancy_error=False)
    try:
        mathml = converter.convert_with_local_state(latex.strip(), displaystyle=display)
    except LatexError as error:
        logger.warning("formula %r cannot be converted: %s", latex.strip(), error, location=node, type="book_math")
        return f"<code>{html.escape(latex)}</code>"
    return mend(mathml)


def mend(mathml: str) -> str:
    """MathML that Chromium draws well: primes and roots."""
    primes, roots = any(prime in mathml for prime in PRIMES), "<msqrt" in mathml
    if not primes and not roots:
        return mathml
    named = re.compile(r"&(?!lt;|gt;|amp;|quot;|apos;|#)\w+;")  # HTML's names, which XML does not know
    root = ElementTree.fromstring(named.sub(lambda match: html.unescape(match[0]), mathml))
    if primes:
        raise_primes(root)
    if roots:
        support_roots(root)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def support_roots(root: ElementTree.Element) -> None:
    """Keep a low root from hanging below the line.

    The smallest radical of the font is 1.19 em tall. TeX shares what it has too much above and below; MathML hangs it
    below. A strut of the height of a line moves it up. Chromium also reserves the width of the widest radical; the
    style sheet takes that back from `msqrt.low`.
    """
    for node in root.iter("msqrt"):
        if node.find(".//mfrac") is None and node.find(".//mtable") is None and node.find(".//munderover") is None:
            node.set("class", "low")
            row = ElementTree.Element("mrow")
            row.append(ElementTree.Element("mspace", {"width": "0", "height": "0.78em", "depth": "0.2em"}))
            row.extend(list(node))
            for child in list(node):
                node.remove(child)
            node.append(row)


def raise_primes(root: ElementTree.Element) -> None:
    """Set primes as characters instead of superscripts: the font draws them in their place, the browser too small."""
    for node in root.iter():
        if node.tag in ("msup", "msubsup") and node[-1].tag == "mo" and node[-1].text in PRIMES:
            prime = node[-1]
            prime.set("lspace", "0")
            prime.set("rspace", "0")
            node.remove(prime)
            base = ElementTree.Element("mrow")
            base.extend([node[0], prime])
            rest = list(node)[1:]
            for child in list(node):
                node.remove(child)
            if rest:  # x′ with an index
                node.tag = "msub"
                node.extend([base, *rest])
            else:
                node.tag = "mrow"
                node.extend(list(base))


def visit_math(self, node: nodes.math) -> None:
    self.body.append(
        f'<span class="math notranslate">{convert(self.builder.app, node.astext(), display=False, node=node)}</span>'
    )
    raise nodes.SkipNode


def visit_math_block(self, node: nodes.math_block) -> None:
    formula = convert(self.builder.app, node.astext(), display=True, node=node)
    if node["number"]:
        self.body.append(self.starttag(node, "div", CLASS="math math-block numbered notranslate"))
        self.body.append(f'<div class="math-scroll">{formula}</div>')
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span></div>\n")
    else:
        self.body.append(self.starttag(node, "div", CLASS="math math-block notranslate"))
        self.body.append(f'<div class="math-scroll">{formula}</div></div>\n')
    raise nodes.SkipNode


def characters(pages) -> set[str]:
    """Every character that the formulas on these pages are drawn with; a single letter in ``<mi>`` is drawn italic."""
    found = {" ", "√"}  # no text names the sign of a root: <msqrt> draws it
    for page in pages:
        for formula in re.findall(r"<math\b.*?</math>", page.read_text(encoding="utf8"), flags=re.S):
            formula = SINGLE.sub(lambda letter: italic(letter[1]), formula)
            found.update(html.unescape(re.sub(r"<[^>]*>", "", formula)))
    return found - {"\n", "\t"}


def italic(letter: str) -> str:
    """The mathematical italic that ``text-transform: math-auto`` turns a letter into."""
    if letter == "h":
        return "\u210e"
    for first, last, start in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC)):
        if first <= letter <= last:
            return chr(start + ord(letter) - ord(first))
    return {"∂": "\U0001d715", "ϵ": "\U0001d716", "ϕ": "\U0001d719"}.get(letter, letter)


def subset(source, text: str) -> bytes:
    """WOFF2 of the glyphs that `text` needs, with the MATH table (sizes, stretched brackets, script variants)."""
    import io

    from fontTools import subset as tool
    from fontTools.ttLib import TTFont

    options = tool.Options()
    options.layout_features = ["ssty", "dtls", "flac", "kern", "mark", "mkmk", "ccmp"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 13, 14]
    options.notdef_outline = True
    options.flavor = "woff2"
    with source.open("rb") as stream:
        font = TTFont(stream)
        worker = tool.Subsetter(options)
        worker.populate(text=text)
        worker.subset(font)
        buffer = io.BytesIO()
        font.flavor = "woff2"
        font.save(buffer)
    return buffer.getvalue()


def write_font(app: Sphinx, error: Exception | None) -> None:
    """At the end of the build: a sheet with the font that all pages together need, from a cache if nothing changed."""
    if error or app.builder.format != "html":
        return
    text = "".join(sorted(characters(Path(app.outdir).rglob("*.html"))))
    cache = Path(app.doctreedir) / f"math-{hashlib.sha256(text.encode()).hexdigest()[:16]}.woff2"
    if not cache.exists():
        cache.write_bytes(subset(FONT, text))
    data = base64.b64encode(cache.read_bytes()).decode()
    source = f'url("data:font/woff2;base64,{data}") format("woff2")'
    (Path(app.outdir) / "_static" / SHEET).write_text(f'@font-face {{ font-family: "Book Math"; src: {source}; }}\n')


def setup(app: Sphinx) -> dict:
    app.add_config_value("book_math_macros", {}, "env")
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("build-finished", write_font)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
