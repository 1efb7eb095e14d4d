"""The pages themselves: own style sheet, native toggles, lean assets, repairs for accessibility, and a guard.

The guard warns about anything that a page would load from another host; the build runs with warnings as errors, so it
is the build that keeps the site self-contained.
"""

from __future__ import annotations

import itertools
import os
import re
from importlib.resources import files
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx_exercise.nodes import solution_node

logger = logging.getLogger(__name__)

BOOK = Path(__file__).resolve().parent.parent
WIDGETS = files("weightinit") / "static"  # explorers.js and explorers.css travel with the package

DESCRIPTION = (
    "How the weights of a neural network should start, and why: every statement derived, turned into a number, "
    "measured over many seeds, and asserted."
)


# ---- content --------------------------------------------------------------------------------------------------------
def visit_solution(self, node: solution_node) -> None:
    """A solution is a native ``<details>``: closed at first, opened by mouse or keyboard, and without any script."""
    self.body.append(self.starttag(node, "details", CLASS="solution"))
    self.body.append(f"<summary>{self.encode(node.children[0].astext())}</summary>\n")
    for child in node.children[1:]:
        child.walkabout(self)
    self.body.append("</details>\n")
    raise nodes.SkipNode


class Tidy(SphinxPostTransform):
    """Ids that sphinx-exercise gives twice a page go away; the lines of claims become paragraphs that wrap on a phone."""

    default_priority = 900

    def run(self, **kwargs) -> None:
        """Walk over one page."""
        for section in self.document.findall(nodes.section):
            section["ids"] = [i for i in section["ids"] if i not in ("exercise-content", "solution-content")]
        for block in list(self.document.findall(nodes.literal_block)):
            if "output" in block["classes"] and "✓ [" in block.astext():
                block.replace_self(split_claims(block))


def split_claims(block: nodes.literal_block) -> list[nodes.Node]:
    """A printed output, with each run of claim lines as a list of its own and the other lines as they were."""
    parts: list[nodes.Node] = []
    for is_claim, lines in itertools.groupby(
        block.astext().strip("\n").split("\n"), lambda line: line.startswith("✓ [")
    ):
        if is_claim:
            items = [nodes.paragraph("", line, classes=["wi-claim"]) for line in lines]
            parts.append(nodes.container("", *items, classes=["output", "wi-claims"]))
        elif text := "\n".join(lines).strip("\n"):
            part = nodes.literal_block(text, text, **{k: v for k, v in block.attributes.items() if k != "ids"})
            parts.append(part)
    return parts


FIRST_SCREENS = 2500  # pixels


class Far(SphinxPostTransform):
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
    rows = len(list(block.findall(nodes.row)))
    lines = sum(part.astext().count("\n") + 1 for part in block.findall(nodes.literal_block))
    return 300 * pictures + 30 * rows + 15 * lines + 20 + (0 if rows or lines else 0.25 * len(block.astext()))


def is_picture(node: nodes.Node) -> bool:
    """Whether a node is probably shown as a picture; HTML inside a line of text, such as a link, is none."""
    inline = isinstance(node.parent, nodes.TextElement)
    return isinstance(node, nodes.image) or (isinstance(node, nodes.raw) and not inline)


def describe(doctree: nodes.document | None) -> str:
    """The first sentences of a page, at most 160 characters, for search engines and link previews."""
    if doctree is None:
        return DESCRIPTION
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if isinstance(paragraph.parent, nodes.section) and len(text) >= 50 and not list(paragraph.findall(nodes.math)):
            return text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + " …"
    return DESCRIPTION


def page(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> str | None:
    """What one page needs and no other: description, math font, the explorers' script and style."""
    body = context.get("body", "")
    context["book_description"] = describe(doctree)
    context["book_url"] = base_url(app)
    context["book_has_math"] = "<math" in body
    if 'class="wi-explorer' in body or 'class="wi-quiz' in body:
        app.add_js_file("explorers.js", loading_method="defer", priority=901)
    app.add_js_file("book.js", loading_method="defer", priority=902)


# ---- configuration --------------------------------------------------------------------------------------------------
def base_url(app: Sphinx) -> str:
    """Where the book will be published, with a slash at the end; empty if that is not known."""
    url = os.environ.get("BOOK_BASEURL") or app.config.html_baseurl
    return url.rstrip("/") + "/" if url else ""


BUTTONS = re.compile(r"repository_\w+|path_to_docs|launch_buttons|use_\w+_button")


def buttons(app: Sphinx) -> dict:
    """What _config.yml says about the repository and the launch buttons.

    Jupyter Book hands it to the theme only where `sphinx: config:` sets no `html_theme_options`, and this book does.
    """
    from jupyter_book.config import yaml_to_sphinx

    path = Path(app.confdir) / "_config.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf8")) if path.is_file() else {}
    options = yaml_to_sphinx(settings)[0].get("html_theme_options", {})
    return {name: value for name, value in options.items() if BUTTONS.fullmatch(name)}


def configure(app: Sphinx, config) -> None:
    """Serve the own static folder (not called `_static`, since Jupyter Book loads everything in a folder of that name)."""
    config.html_theme_options = buttons(app) | config.html_theme_options
    config.html_static_path = [*config.html_static_path, str(BOOK / "static"), str(WIDGETS)]
    config.templates_path = [str(BOOK / "templates"), *config.templates_path]
    config.html_baseurl = base_url(app)


# ---- after the build ------------------------------------------------------------------------------------------------
OFF_SITE = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object|track|image|use)\b[^>]*\s(?:src|srcset|data|href|xlink:href)="
    r"[\"']?(?:https?:)?//[^\"'\s>]+"
    r"|<link\b(?=[^>]*\brel=[\"']?[^\"'>]*(?:stylesheet|preload|prefetch|preconnect|icon|modulepreload|manifest))"
    r"[^>]*\shref=[\"']?(?:https?:)?//[^\"'\s>]+"
    r"|(?:@import\s+(?:url\()?|url\()\s*[\"']?(?:https?:)?//[^\"')\s]+"
    r"|\bimport\s*\(?\s*[\"'](?:https?:)?//[^\"']+",
    re.I,
)


def off_site(text: str) -> list[str]:
    """Everything in a page, style sheet or script that would load something from another host."""
    return [match[0] for match in OFF_SITE.finditer(text)]


def guard(out: Path) -> None:
    """Warn about every off-site resource in what was built."""
    for path in sorted(out.rglob("*")):
        if path.suffix in (".html", ".css", ".js", ".svg"):
            for found in off_site(path.read_text(encoding="utf8", errors="replace")):
                logger.warning(
                    "%s loads from another host: %s",
                    path.relative_to(out),
                    " ".join(found.split())[:200],
                    type="book_site",
                )


REPAIRS = (
    # one page, one viewport
    (re.compile(r'<meta name="viewport" content="width=device-width, initial-scale=1"\s*/>'), ""),
    # a toggle's visible text must be part of its name: without the label, the visible text is the name
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    (re.compile(r'(<button class="btn search-button-field [^>]*?) title="Search" aria-label="Search"'), r"\1"),
    # without a script the page is light; with one, the first line of the page has chosen already
    (re.compile(r'(<html [^>]*)data-theme="auto"'), r'\1data-theme="light"'),
    # everything on the page belongs to a landmark
    (
        re.compile(r'<div id="pst-primary-sidebar" (?!role)'),
        '<div id="pst-primary-sidebar" role="complementary" aria-label="Book" ',
    ),
    # the list of references: docutils gives a role that is deprecated, inside a list that then has no items
    (re.compile(r' role="doc-biblioentry"'), ""),
    (re.compile(r'<div role="list" class="citation-list">'), '<div class="citation-list">'),
    # a table of which only the first rows have come has other columns than the whole: it is shown with its end (book.css)
    (
        re.compile(r'(<div class="pst-scrollable-table-container">(?:(?!</table>).)*</table>)(?!<span)', re.S),
        r'\1<span class="wi-whole"></span>',
    ),
)


HEAD_OF_MATH = re.compile(
    r'<th class="head"><p><span class="math notranslate">(<math\b(?:(?!</th>).)*</math>)</span></p></th>', re.S
)


def name_head(match: re.Match) -> str:
    """A column headed by nothing but a formula: its characters as text for those programs that do not read formulas."""
    text = " ".join(re.sub("<[^>]*>", "", match[1]).split())
    shown = f'<span class="math" aria-hidden="true">{match[1]}</span>'
    return f'<th class="head"><p>{shown}<span class="visually-hidden">{text}</span></p></th>'


def repair(out: Path) -> None:
    """Accessibility repairs of what the theme and myst-nb write; applying them twice changes nothing."""
    for path in out.rglob("*.html"):
        old = new = path.read_text(encoding="utf8")
        for pattern, replacement in REPAIRS:
            new = pattern.sub(replacement, new)
        new = HEAD_OF_MATH.sub(name_head, new)
        if new != old:
            path.write_text(new, encoding="utf8")


def announce(app: Sphinx, out: Path) -> None:
    """sitemap.xml, robots.txt and the social card, if the book's address is known."""
    url = base_url(app)
    if not url:
        return
    pages = "".join(f"<url><loc>{url}{name}.html</loc></url>\n" for name in sorted(app.env.found_docs))
    (out / "sitemap.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{pages}</urlset>\n'
    )
    (out / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {url}sitemap.xml\n")
    draw_card(out / "_static" / "card.png", app.config.html_title)


def draw_card(path: Path, title: str) -> None:
    """The picture that a link to the book shows elsewhere: 1200 × 630, the title over two fading and two level signals."""
    import numpy as np
    from matplotlib.figure import Figure

    fig = Figure(figsize=(12, 6.3), dpi=100, facecolor="#12394d")
    ax = fig.add_axes((0, 0, 1, 0.55))
    x = np.linspace(0, 1, 200)
    for rate, color in ((0.0, "#7cc3e0"), (-2.2, "#f0a04b"), (-5.0, "#d98880"), (0.5, "#63c896")):
        ax.plot(x, np.exp(rate * x), color=color, linewidth=5, solid_capstyle="round")
    ax.set(xlim=(0, 1), ylim=(-0.1, 1.75))
    ax.axis("off")
    fig.text(0.06, 0.76, title, color="white", fontsize=54, fontweight="bold")
    fig.text(0.06, 0.64, "derived, predicted, measured", color="#cfe3ec", fontsize=30)
    fig.savefig(path, metadata={"Software": None})


def mend(app: Sphinx, error: Exception | None) -> None:
    """Before `lean` looks which classes the pages have."""
    if not error and app.builder.format == "html":
        repair(Path(app.outdir))


def finish(app: Sphinx, error: Exception | None) -> None:
    """What happens to the files when all else is done; the guard comes last."""
    if not error and app.builder.format == "html":
        announce(app, Path(app.outdir))
        guard(Path(app.outdir))


def setup(app: Sphinx) -> dict:
    app.connect("config-inited", configure)
    app.connect("html-page-context", page, priority=900)
    app.connect("build-finished", mend, priority=700)
    app.connect("build-finished", finish, priority=900)
    app.add_post_transform(Tidy)
    app.add_post_transform(Far)
    app.add_node(solution_node, override=True, html=(visit_solution, None))
    app.add_css_file("book.css", priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
