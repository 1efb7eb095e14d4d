"""Figures that belong to the page: a notebook's SVG is put into the HTML, so that it follows the theme's light and dark.

`weightinit.plots` draws with plain black and white; inside the page they become the text color and the page color.
Pictures made of pixels get their width and height, so that nothing jumps while the page loads.
"""

from __future__ import annotations

import re
from pathlib import Path

import imagesize
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from weightinit._svg import themed
from weightinit_book.standards import LEAST_ALT

logger = logging.getLogger(__name__)


class InlinePictures(SphinxPostTransform):
    """Replace image nodes whose file is an SVG of a notebook by the SVG itself; give the size of PNG files."""

    default_priority = 5  # before the builder collects the pictures that it has to copy
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Walk over the pictures of one page."""
        for count, node in enumerate(list(self.document.findall(nodes.image))):
            path = Path(self.app.srcdir) / node["uri"]
            if not path.is_file():
                continue
            if "jupyter_execute" in path.parts:
                check_alt(node)
            if path.suffix == ".svg":
                picture = path.read_text(encoding="utf8")
                if "jupyter_execute" in path.parts and "<script" not in picture:
                    html = inline(picture, node.get("alt", ""), f"p{count}-")
                    node.replace_self(nodes.raw("", html, format="html"))
            elif path.suffix == ".png" and "width" not in node:
                node["width"], node["height"] = (str(value) for value in imagesize.get(path))


def check_alt(node: nodes.image) -> None:
    """Warn (an error under -W) if a notebook's picture has no text that says what is to be seen."""
    alt = node.get("alt", "").strip()
    if len(alt) < LEAST_ALT or re.search(r"\.(svg|png|jpe?g)$", alt):
        logger.warning(
            "picture without alternative text of at least %d characters (cell metadata mystnb.image.alt): %r",
            LEAST_ALT,
            alt,
            location=node,
            type="weightinit_book",
        )


def inline(picture: str, alt: str, prefix: str) -> str:
    """An SVG as a part of the page; ids get a prefix, since two figures may define the same clipping path."""
    picture = picture[picture.index("<svg") :]
    picture = re.sub(r' id="([^"]+)"', rf' id="{prefix}\1"', picture)
    picture = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}", picture)
    return themed(picture, label=alt)
