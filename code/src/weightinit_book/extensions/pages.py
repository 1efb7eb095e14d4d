"""What a page holds beyond what its source says: native toggles, deferred layout, a description."""

from __future__ import annotations

import re
from importlib.metadata import version

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node

from weightinit_book.extensions.configuration import base_url

DESCRIPTION = (
    "How the weights of a neural network should start, and why: every statement derived, turned into a number, "
    "measured over many seeds, and asserted."
)


def visit_solution(self, node: solution_node) -> None:
    """A solution is a native ``<details>``: closed at first, opened by mouse or keyboard, and without any script."""
    self.body.append(self.starttag(node, "details", CLASS="solution"))
    self.body.append(f"<summary>{self.encode(node.children[0].astext())}</summary>\n")
    for child in node.children[1:]:
        child.walkabout(self)
    self.body.append("</details>\n")
    raise nodes.SkipNode


class DropTwins(SphinxPostTransform):
    """Ids that sphinx-exercise gives twice a page go away."""

    default_priority = 900

    def run(self, **kwargs) -> None:
        """Walk over one page."""
        for section in self.document.findall(nodes.section):
            section["ids"] = [i for i in section["ids"] if i not in ("exercise-content", "solution-content")]


FIRST_SCREENS = 2500  # pixels


class DeferLayout(SphinxPostTransform):
    """Mark what is far below the first screens, so that the browser need not lay it out before it shows them."""

    default_priority = 950
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Walk over one page from the top, adding up how tall it probably is."""
        tall = 0.0
        for block in self.document.findall(is_block):
            if tall > FIRST_SCREENS and not isinstance(block, (nodes.title, nodes.raw)):
                block["classes"].append("wi-far")
            tall += height(block)


def is_block(node: nodes.Node) -> bool:
    """Whether a node stands directly in a section."""
    skipped = (nodes.section, nodes.Invisible)
    return isinstance(node, nodes.Element) and isinstance(node.parent, nodes.section) and not isinstance(node, skipped)


def height(block: nodes.Element) -> float:
    """Roughly, in pixels on a wide screen; rather less than it will be."""
    pictures = len(list(block.findall(is_picture)))
    rows = len(list(block.findall(nodes.row))) + sum(n.astext().count("<tr") for n in block.findall(nodes.raw))
    lines = sum(part.astext().count("\n") + 1 for part in block.findall(nodes.literal_block))
    return 300 * pictures + 30 * rows + 15 * lines + 20 + (0 if rows or lines else 0.25 * len(block.astext()))


def is_picture(node: nodes.Node) -> bool:
    """Whether a node is probably shown as a picture; HTML inside a line of text, such as a link, is none."""
    inline = isinstance(node.parent, nodes.TextElement)
    return isinstance(node, nodes.image) or (isinstance(node, nodes.raw) and not inline and not node.get("claims"))


def describe(doctree: nodes.document | None) -> str:
    """The first sentences of a page, at most 160 characters, for search engines and link previews."""
    if doctree is None:
        return DESCRIPTION
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if isinstance(paragraph.parent, nodes.section) and len(text) >= 50 and not list(paragraph.findall(nodes.math)):
            return text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + " …"
    return DESCRIPTION


OPEN_PAGE = re.compile(r'(<a class="current reference internal" href="#">(?:(?!</a>).)*</a>)', re.S)


def list_contents(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Give templates/book-contents.html what it shows: all pages, with the sections of the open one below its name."""

    def sections() -> str:
        return str(BeautifulSoup(context.get("toc", ""), "html.parser").select_one("ul ul") or "")

    def pages() -> str:
        listed = context["toctree"](maxdepth=1, includehidden=True, titles_only=True)
        return OPEN_PAGE.sub(lambda match: match[1] + sections(), listed)

    context["book_sections"], context["book_pages"] = sections, pages


def complete(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> str | None:
    """What one page needs and no other: description, the explorers' script."""
    body = context.get("body", "")
    context["book_description"] = describe(doctree)
    context["book_url"] = base_url(app)
    context["book_version"] = version("weightinit")
    if 'class="wi-explorer' in body or 'class="wi-quiz' in body:
        app.add_js_file("explorers.js", loading_method="defer", priority=901)
    app.add_js_file("book.js", loading_method="defer", priority=902)
