"""What the search page knows: the text of every section of the book, without code, and where it stands.

Sphinx's own index knows pages, in which a section is hard to find again, and reads excerpts from the pages, which a page
from disk may not. So the sections themselves come with the search page, as one script; static/search.js looks through them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

from bs4 import BeautifulSoup, NavigableString, Tag

DATA = "search-data.js"
NAME = "bookPlaces"

# cut out of a page before it is parsed: code, pictures and the frames of explorers are most of it, and nobody looks for them
UNREAD = re.compile(r"<(script|style|svg|pre|noscript)\b.*?</\1>", re.S)
LEFT_OUT = (
    ".cell_input, .headerlink, .visually-hidden, .wi-claims, .wi-proof, .wi-fold > summary, form, label, button, output"
)
HEADING = re.compile("^h[1-6]$|^summary$")


def places(html: str, url: str) -> Iterator[tuple[str, list[str], str]]:
    """The sections of a page: address, titles from the page's down to its own, and text without that of its subsections."""
    article = BeautifulSoup(UNREAD.sub(" ", html), "html.parser").find("article", class_="bd-article")
    if article is None:
        return
    for tag in article.select(LEFT_OUT):
        tag.decompose()
    for formula in article.find_all("math"):
        formula.replace_with(plain(formula))
    for section in article.find_all(is_place):
        above = section.find_parents(is_place)
        titles = [*(words(heading(outer).get_text()) for outer in reversed(above)), words(heading(section).get_text())]
        yield url + (f"#{section['id']}" if above else ""), titles, own_text(section)


def heading(tag: Tag) -> Tag | None:
    """What stands above a section, an exercise or a solution."""
    return tag.find(
        lambda child: HEADING.match(child.name) or "admonition-title" in child.get("class", ()), recursive=False
    )


def is_place(tag: Tag) -> bool:
    """Whether something is found by itself: a section, an exercise or its solution."""
    named = tag.name == "section" or {"exercise", "solution"} & set(tag.get("class", ()))
    return bool(named and tag.get("id") and heading(tag))


def own_text(section: Tag) -> str:
    """The text of a section without its heading and what is found by itself."""
    parts: list[str] = []
    above = heading(section)

    def walk(tag: Tag) -> None:
        for child in tag.children:
            if isinstance(child, Tag):
                if child is above or is_place(child):
                    continue
                block = child.name in BLOCKS
                parts.append(" " if block else "")
                walk(child)
                parts.append(" " if block else "")
            elif type(child) is NavigableString:
                parts.append(child)

    walk(section)
    return words("".join(parts))


BLOCKS = {"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "td", "th", "tr", "table", "figcaption", "summary", "details", "br", "option", "label", "button"}  # fmt: skip


def words(text: str) -> str:
    """One space between words, and plain letters for the double-struck and script ones of formulas."""
    text = re.sub("[\U0001d400-\U0001d7ff]", lambda letter: unicodedata.normalize("NFKC", letter[0]), text)
    return " ".join(re.sub(f"{APPLIED}(?=[\\w√])", " ", text).replace(APPLIED, "").replace("\ufe00", "").split())


APPLIED = "\u2061"  # behind the name of a function; a space before a name, nothing before a bracket


# ---- formulas -----------------------------------------------------------------------------------------------------------
def plain(tag: Tag) -> str:
    """A formula as one would type it: ``n_in Var[W] = 2/n``."""
    parts = [plain(child) if isinstance(child, Tag) else str(child).strip() for child in tag.children]
    parts = [part for part in parts if part]
    text = "".join(parts)
    if tag.name in SCRIPTS and len(parts) > 1:
        base, *scripts = parts
        return base + "".join(sign + grouped(part) for sign, part in zip(SCRIPTS[tag.name], scripts, strict=False))
    if tag.name == "mfrac":
        return "/".join(map(grouped, parts))
    if tag.name == "msqrt":
        return "√" + grouped(text)
    if tag.name == "mi" and len(text) > 1:
        return text + APPLIED
    if tag.name == "mspace":
        return " "
    if tag.name == "mo" and text in RELATIONS:
        return f" {text} "
    return " ".join(parts) if tag.name in ("mtable", "mtr") else text


SCRIPTS = {"msub": "_", "msup": "^", "msubsup": "_^", "munder": "_", "mover": "", "munderover": "_^"}
RELATIONS = {"=", "<", ">", "≤", "≥", "≈", "∝", "∼", "→", "↦", "∈", "≠", "≪", "≫", "⟺", "⟹", ":="}


def grouped(text: str) -> str:
    """Parentheses around what is more than one name or number."""
    text = text.strip(f" {APPLIED}")
    return text if len(text) < 2 or re.fullmatch(r"[\w′]*|\(.*\)", text) else f"({text})"


# ---- the script -----------------------------------------------------------------------------------------------------------
def script(found: list[tuple[str, list[str], str]]) -> str:
    """The script that the search page loads."""
    return f"window.{NAME} = {json.dumps(found, ensure_ascii=False, separators=(',', ':'))};\n"
