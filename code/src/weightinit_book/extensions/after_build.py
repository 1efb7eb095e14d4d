"""After the build: every step in order.

Each page is read once, goes through `page_steps`, and is written once; then the site as a whole goes through SITE_STEPS,
of which the guard is the last.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from weightinit_book.extensions import face, fonts, repairs, search, styles
from weightinit_book.extensions.configuration import BOOK, WIDGETS, base_url

logger = logging.getLogger(__name__)


class Site:
    """What was built: the pages as texts, and the folder of everything else."""

    def __init__(self, app: Sphinx):
        self.app, self.out = app, Path(app.outdir)
        self.static = self.out / "_static"
        self.pages = {path: path.read_text(encoding="utf8") for path in sorted(self.out.rglob("*.html"))}

    @cached_property
    def is_new(self) -> bool:
        """Whether all pages of the book were written by this build; the others have been finished by an earlier one."""
        return set(self.app.env.found_docs) <= getattr(self.app, "_pages_written", set())

    @cached_property
    def names(self) -> set[str]:
        """Everything in pages and scripts that could be the name of a class, an id or an icon."""
        # without the book's own words, which an earlier build has left there for the search
        found = (path for path in self.static.rglob("*.js") if path.name != search.DATA)
        scripts = (path.read_text(encoding="utf8", errors="replace") for path in found)
        return styles.identifiers([*self.pages.values(), *scripts])

    @cached_property
    def options(self) -> str:
        """What Sphinx tells its scripts about the site."""
        return " ".join((self.static / "documentation_options.js").read_text(encoding="utf8").split())


# ---- each page ----------------------------------------------------------------------------------------------------------
def page_steps(site: Site) -> tuple[Callable[[str], str], ...]:
    """The steps of one page, each from its text to its text."""
    return (
        repairs.repair_accessibility,
        repairs.name_cells,
        repairs.let_code_break,
        repairs.unwrap_plain_spans,
        repairs.let_blocks_break,
        partial(repairs.defer_scripts, options=site.options),
        repairs.join_scripts,
    )


# ---- the site as a whole ------------------------------------------------------------------------------------------------
def remove_unused_files(site: Site) -> None:
    """What no page of the book asks for: source maps, licenses kept beside them, translations, logos of other services.

    And the theme's templates for pages, which are no pages, and scripts of Sphinx that do nothing here.
    """
    static = site.static
    scripts = ("searchtools.js", "doctools.js", "sphinx_highlight.js")
    for pattern in ("*.map", "*.LICENSE.txt", "webfonts/*.ttf", "*webpack-macros.html", *scripts):
        for path in static.rglob(pattern):
            path.unlink()
    shutil.rmtree(static / "locales", ignore_errors=True)
    for path in static.glob("images/logo_*"):  # of the places where a notebook can be run
        if not any(path.name in text for text in site.pages.values()):
            path.unlink()


def write_search_data(site: Site) -> None:
    """The text of every section, for the search page."""
    pages = [(f"{name}.html", site.pages.get(site.out / f"{name}.html", "")) for name in site.app.env.external_site_map]
    found = [place for url, text in pages for place in search.places(text, url)]
    root = f"{site.app.config.root_doc}.html"  # whose title is the book's: its sections stand for themselves
    found = [place._replace(titles=place.titles[place.url.startswith(f"{root}#") :]) for place in found]
    (site.static / search.DATA).write_text(search.script(found), encoding="utf8")


# The theme reads the size of every code cell when a page has loaded and 300 ms after each change of the page, which makes
# the browser lay out all of it. book.js does this in small pieces.
SLOW_TABS = '"complete"===document.readyState?I():window.addEventListener("load",I)'


def lighten_scripts(site: Site) -> None:
    """No script draws icons (CSS does), none measures all code cells at once, and Bootstrap goes if no page has a menu."""
    scripts = site.static / "scripts"
    (scripts / "fontawesome.js").unlink(missing_ok=True)
    if not any(repairs.BOOTSTRAP.search(text) for text in site.pages.values()):
        (scripts / "bootstrap.js").unlink(missing_ok=True)
    theme = scripts / "pydata-sphinx-theme.js"
    old = theme.read_text(encoding="utf8")
    if site.is_new and SLOW_TABS not in old:
        warn_unmatched(SLOW_TABS)
    theme.write_text(old.replace(SLOW_TABS, "0"), encoding="utf8")


def bundle_scripts(site: Site) -> None:
    """One script with all that every page runs."""
    # a line break ends a last comment; the first sign keeps one script's strictness from all
    texts = (f";\n{(site.static / name).read_text(encoding='utf8')}\n" for name in repairs.JOINED)
    (site.static / repairs.SCRIPT).write_text("".join(texts), encoding="utf8")


def subset_icons(site: Site) -> None:
    """In the fonts of Font Awesome only the icons that occur."""
    sheets = [path.read_text(encoding="utf8") for path in site.static.rglob("*.css")]
    fonts.cut_icon_fonts(site.static, fonts.icons(sheets, site.names))


def bundle_styles(site: Site) -> None:
    """One style sheet with the fonts of the text and of the formulas, and the rules that some page uses."""
    own = [path for folder in (BOOK / "static", WIDGETS) for path in folder.iterdir() if path.suffix in (".css", ".js")]
    texts = (path.read_text(encoding="utf8") for path in own)
    pages, cache = site.pages.values(), Path(site.app.doctreedir)
    carried = face.rules(pages, texts, cache) + fonts.math_rule(pages, cache)
    sheets = site.app.builder._css_files
    listed = [str(getattr(sheet, "filename", sheet)).removeprefix("_static/").split("?")[0] for sheet in sheets]
    rules = fonts.carry_icons(styles.bundle(site.static, listed, site.names), site.static)
    (site.static / styles.BUNDLE).write_text(carried + rules, encoding="utf8")


def announce(site: Site) -> None:
    """sitemap.xml, robots.txt and the social card, if the book's address is known."""
    app, out = site.app, site.out
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


def guard(site: Site) -> None:
    """Warn about every off-site resource in what was built."""
    for path in sorted(site.out.rglob("*")):
        if path.suffix in (".html", ".css", ".js", ".svg"):
            text = site.pages.get(path) or path.read_text(encoding="utf8", errors="replace")
            for found in off_site(text):
                logger.warning(
                    "%s loads from another host: %s",
                    path.relative_to(site.out),
                    " ".join(found.split())[:200],
                    type="weightinit_book",
                )


# Names are looked for in the scripts that are left, so these go first; the guard is last.
SITE_STEPS = (
    remove_unused_files,
    lighten_scripts,
    bundle_scripts,
    subset_icons,
    bundle_styles,
    write_search_data,
    announce,
    guard,
)


# ---- the hooks ----------------------------------------------------------------------------------------------------------
def note_page(app: Sphinx, pagename: str, *rest) -> None:
    """Remember which pages this build writes."""
    app._pages_written = getattr(app, "_pages_written", set()) | {pagename}


def warn_unmatched(pattern: str) -> None:
    """Say (an error under -W) that the theme no longer writes what a repair looks for."""
    logger.warning(
        "nothing on the whole site matches %r: the repair no longer happens",
        pattern,
        type="weightinit_book",
        subtype="unmatched",
    )


def after_build(app: Sphinx, error: Exception | None) -> None:
    """Carry out all steps, if there is a site."""
    if error or app.builder.format != "html":
        return
    site = Site(app)
    if site.is_new:
        for pattern in repairs.unmatched(site.pages.values()):
            warn_unmatched(pattern)
    steps = page_steps(site)
    for path, old in site.pages.items():
        text = old
        for step in steps:
            text = step(text)
        if text != old:
            path.write_text(text, encoding="utf8")
        site.pages[path] = text
    for step in SITE_STEPS:
        step(site)
