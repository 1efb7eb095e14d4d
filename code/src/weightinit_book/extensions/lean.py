"""Little to download: one style sheet that holds only the rules some page uses, and only the icons that occur.

The theme brings a whole CSS framework, of which a book uses a tenth. A rule stays if every class and id that it names
occurs anywhere in the pages or scripts of the site, so a class that a script adds is found in that script.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx

from weightinit_book.extensions.math import subset

THEME = ("basic.css", "styles/pydata-sphinx-theme.css")
OWN = ("explorers.css",)  # on the pages that have explorers; small enough to be in the bundle for all
BUNDLE = "site.css"
CONDITIONAL = {"media", "supports", "layer", "container"}


def words(texts: Iterable[str]) -> set[str]:
    """Everything in these texts that could be the name of a class or an id."""
    return {word for text in texts for word in re.findall(r"-?[A-Za-z_][\w-]*", text)}


def is_used(selector: str, known: set[str]) -> bool:
    """Whether a selector could match: all its classes and ids are known (those that it excludes do not count)."""
    selector = re.sub(r":not\((?:[^()]|\([^()]*\))*\)", "", selector)
    selector = re.sub(r"\[[^\]]*\]", "", selector)
    return all(name in known for name in re.findall(r"[.#](-?[A-Za-z_][\w-]*)", selector.replace("\\", "")))


def split_selectors(prelude: str) -> list[str]:
    """The selectors of a list; a comma inside parentheses does not separate."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(prelude):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append(prelude[start:place])
            start = place + 1
    return [*parts, prelude[start:]]


def prune(rules, known: set[str]) -> str:
    """CSS text of the rules that could match something."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            chosen = [s.strip() for s in split_selectors(tinycss2.serialize(rule.prelude)) if is_used(s, known)]
            body = squeeze(tinycss2.serialize(rule.content))
            if chosen and body:
                kept.append(f"{','.join(chosen)}{{{body}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in CONDITIONAL and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            body = prune(inner, known)
            if body:
                kept.append(f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude).strip()}{{{body}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword not in ("charset", "import"):
            kept.append(squeeze(rule.serialize()))
    return "\n".join(kept)


def squeeze(text: str) -> str:
    """A rule without comments and without space that means nothing (texts in quotes stay as they are)."""
    parts = re.split(
        r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|url\([^)]*\))", re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    )
    parts[::2] = [re.sub(r"\s*([;{}])\s*", r"\1", re.sub(r"\s+", " ", part)) for part in parts[::2]]
    return re.sub(r"^ | $|;$", "", "".join(parts).strip())


def rebase(text: str, folder: str) -> str:
    """Relative addresses of a style sheet in a subfolder, as seen from the bundle one level up."""

    def move(match: re.Match) -> str:
        target = match[2]
        if re.match(r"data:|#|/|[a-z]+:", target):
            return match[0]
        parts = [*folder.split("/"), *target.split("/")] if folder else target.split("/")
        path: list[str] = []
        for part in parts:
            path.pop() if part == ".." and path else path.append(part)
        return f"url({match[1]}{'/'.join(path)}{match[1]})"

    return re.sub(r"url\(([\"']?)([^\"')]+)\1\)", move, text)


def bundle(app: Sphinx, out: Path) -> None:
    """Write the one style sheet of the site."""
    static = out / "_static"
    listed = [
        str(getattr(sheet, "filename", sheet)).removeprefix("_static/").split("?")[0]
        for sheet in app.builder._css_files
    ]
    names = [*THEME, *(name for name in listed if name not in THEME)]
    names = [name for name in names if name != "styles/theme.css"]  # only imports basic.css
    names += [name for name in OWN if (static / name).exists() and name not in names]
    pages = [path.read_text(encoding="utf8") for path in out.rglob("*.html")]
    scripts = [path.read_text(encoding="utf8", errors="replace") for path in static.rglob("*.js")]
    known = words([*pages, *scripts])
    sheets = []
    for name in names:
        text = rebase((static / name).read_text(encoding="utf8"), str(Path(name).parent).removeprefix("."))
        sheets.append(prune(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), known))
    (static / BUNDLE).write_text("\n".join(sheets) + "\n", encoding="utf8")


# Pygments wraps every name, bracket, operator and space; without a color of their own they need no element, and two
# thirds of all elements of a page go.
PLAIN = re.compile(r'<span class="(?:n|o|p|w)">([^<]*)</span>')


def cut_spans(out: Path) -> None:
    """Unwrap what highlighting does not color; doing it twice changes nothing."""
    for path in out.rglob("*.html"):
        old = path.read_text(encoding="utf8")
        new = PLAIN.sub(r"\1", old)
        if new != old:
            path.write_text(new, encoding="utf8")


# The theme reads the size of every code cell when a page has loaded and 300 ms after each change of the page, which makes
# the browser lay out all of it. book.js does this in small pieces; if a new version of the theme looks different, both do.
SLOW_TABS = '"complete"===document.readyState?I():window.addEventListener("load",I)'

# Only menus and the like need Bootstrap's script, a third of all script: tooltips are the browser's own, and book.js has
# the button that leads back to the top.
NEEDS_BOOTSTRAP = re.compile(r'data-bs-toggle="(?!tooltip")|id="pst-collapse-sidebar-button"')
BOOTSTRAP = re.compile(r'\s*<script[^>]*src="[^"]*scripts/bootstrap\.js[^"]*"></script>')
TOOLTIP = re.compile(r'\sdata-bs-toggle="tooltip"|\sdata-bs-placement="[a-z]+"')
TABS = re.compile(r'\s*<script[^>]*src="[^"]*design-tabs\.js[^"]*"></script>')
OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
BLOCKING = re.compile(r"<script (?=[^>]*src=)(?![^>]*\b(?:defer|async)\b)")


def lean_scripts(text: str, options: str) -> str:
    """A page that asks only for the scripts it uses, and shows itself before they have come."""
    if not NEEDS_BOOTSTRAP.search(text):
        text = TOOLTIP.sub("", BOOTSTRAP.sub("", text)).replace(" data-bs-title=", " title=")
    if "sd-tab-" not in text:
        text = TABS.sub("", text)
    if "searchtools.js" not in text:  # there, inline scripts wait for those before them
        text = OPTIONS.sub(lambda _: f"<script>{options}</script>", text)
        text = BLOCKING.sub("<script defer ", text)
    return text


def quicken(out: Path) -> None:
    """Less script, later; doing it twice changes nothing."""
    scripts = out / "_static" / "scripts"
    options = " ".join((out / "_static" / "documentation_options.js").read_text(encoding="utf8").split())
    used = False
    for path in out.rglob("*.html"):
        old = path.read_text(encoding="utf8")
        new = lean_scripts(old, options)
        used = used or BOOTSTRAP.search(new) is not None
        if new != old:
            path.write_text(new, encoding="utf8")
    if not used:
        (scripts / "bootstrap.js").unlink(missing_ok=True)
    theme = scripts / "pydata-sphinx-theme.js"
    theme.write_text(theme.read_text(encoding="utf8").replace(SLOW_TABS, "0"), encoding="utf8")


def cut_icons(out: Path) -> None:
    """Font Awesome: no script (CSS draws the icons), and in the fonts only the icons that occur in the pages."""
    static = out / "_static"
    junk = [*static.rglob("*.map"), *static.rglob("*.LICENSE.txt"), *static.rglob("webfonts/*.ttf")]
    for path in [*junk, static / "scripts" / "fontawesome.js"]:
        path.unlink(missing_ok=True)
    shutil.rmtree(static / "locales", ignore_errors=True)
    pages = [path.read_text(encoding="utf8") for path in out.rglob("*.html")]
    for path in static.glob("images/logo_*"):  # of the places where a notebook can be run
        if not any(path.name in page for page in pages):
            path.unlink()
    names = words([*pages, *(path.read_text(encoding="utf8", errors="replace") for path in static.rglob("*.js"))])
    glyphs = set()
    for path in static.rglob("*.css"):
        for rule in re.finditer(r"([^{}]+)\{([^{}]*)\}", path.read_text(encoding="utf8")):
            icons = set(re.findall(r"\.(fa-[a-z0-9-]+)", rule[1]))
            if not icons or icons & names:  # a named icon that occurs, or the theme's own rule for a box or a link
                glyphs.update(chr(int(code, 16)) for code in re.findall(r'"\\(f[0-9a-f]{3})"', rule[2]))
                glyphs.update(sign for sign in rule[2] if 0xE000 <= ord(sign) <= 0xF8FF)  # or written as they are
    text = "".join(sorted(glyphs))
    for path in static.rglob("webfonts/*.woff2"):
        source = files("pydata_sphinx_theme") / "theme/pydata_sphinx_theme/static" / path.relative_to(static)
        path.write_bytes(subset(source, text))


def finish(app: Sphinx, error: Exception | None) -> None:
    """Run after the theme has written its own style sheets in the same event."""
    if not error and app.builder.format == "html":
        cut_spans(Path(app.outdir))
        cut_icons(Path(app.outdir))
        quicken(Path(app.outdir))
        bundle(app, Path(app.outdir))


def setup(app: Sphinx) -> dict:
    app.connect("build-finished", finish, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
