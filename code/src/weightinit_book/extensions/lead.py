"""A table that stands first on its page although its cell runs last: it is made of what all other cells found.

In a notebook a cell can show only what was computed before it. On the site, a cell with the tag `lead` stands behind the
introduction of its page, in front of the first section.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from weightinit_book.extensions.claims import is_cell

LEAD = "lead"


class LeadFirst(SphinxPostTransform):
    """Move the cells with the tag in front of the first section."""

    default_priority = 130  # before folded cells get their line
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Walk over one page."""
        lead(self.document)


def lead(document: nodes.document) -> None:
    """Move the cells of a page with the tag, in their order, in front of the first section of its first section."""
    cells = [cell for cell in document.findall(is_cell) if LEAD in cell["cell_metadata"].get("tags", [])]
    page = next(iter(document.findall(nodes.section)), None)
    for cell in cells:
        cell.parent.remove(cell)
        first = next((i for i, child in enumerate(page.children) if isinstance(child, nodes.section)), len(page))
        page.insert(first, cell)
