"""A notebook as text that a person can review: cells, their metadata, and what they printed, without pictures.

    python -m weightinit_book.readable chapters/05-he.ipynb

Made for ``git diff`` (CONTRIBUTING says how): a figure is shown by its text twin, which changes whenever its curves do.
"""

from __future__ import annotations

import sys

from jinja2 import DictLoader
from nbconvert import MarkdownExporter

TEMPLATE = """{% extends 'markdown/index.md.j2' %}
{% block any_cell %}{% if cell.metadata %}<!-- {{ cell.metadata }} -->
{% endif %}{{ super() }}{% endblock %}"""


def readable(path: str) -> str:
    """The notebook's text; its pictures are left out."""
    exporter = MarkdownExporter(extra_loaders=[DictLoader({"readable": TEMPLATE})], template_file="readable")
    exporter.config.NbConvertBase.display_data_priority = ["text/plain"]
    return exporter.from_filename(path)[0]


if __name__ == "__main__":
    sys.stdout.write(readable(sys.argv[1]))
