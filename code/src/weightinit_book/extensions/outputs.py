"""Printed lines that stand in columns are a table: they keep their places on the narrowest screen (book.css)."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

COLUMNS = "wi-columns"
GAP = re.compile(r"\S {2,}\S")


class MarkColumns(SphinxPostTransform):
    """Mark each printed output that is laid out with spaces."""

    default_priority = 160  # when claims have become tables, and the lines that are left have their own blocks
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Walk over one page."""
        for block in self.document.findall(nodes.literal_block):
            if "output" in block["classes"] and in_columns(block.astext()):
                block["classes"].append(COLUMNS)


def in_columns(text: str) -> bool:
    """Whether two lines or more stand one below the other, held in place by runs of spaces."""
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and any(GAP.search(line) for line in lines)
