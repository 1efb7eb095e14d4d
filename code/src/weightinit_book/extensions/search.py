"""What the search page knows: the text of every section of the book, without code, and where it stands.

Sphinx's own index knows pages, in which a section is hard to find again, and reads excerpts from the pages, which a page
from disk may not. So the sections themselves come with the search page, as one script; static/search.js looks through them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from bs4 import BeautifulSoup, NavigableString, Tag

DATA = "search-data.js"
NAME = "bookPlaces"

# cut out of a page before it is parsed: code, pictures and the frames of explorers are most of it, and nobody looks for them
UNREAD = re.compile(r"<(script|style|svg|pre|noscript)\b.*?</\1>", re.S)
LEFT_OUT = (
    ".cell_input, .headerlink, .visually-hidden, .wi-claims, .wi-proof, .wi-fold > summary, .wi-answers, "
    "form, label, button, output"
)
HEADING = re.compile("^h[1-6]$|^summary$")


class Place(NamedTuple):
    """What is found by itself; without what belongs to its subsections.

    Attributes
    ----------
    url : str
        Where it is.
    titles : list of str
        From the page's down to its own.
    text : str
        Its text, without formulas that stand in a line of their own.
    formulas : str
        These formulas: they are found, but an excerpt that was made of them could not be read.
    numbers : dict of str to str
        Number of each of them that has one, and its anchor.
    """

    url: str
    titles: list[str]
    text: str
    formulas: str = ""
    numbers: dict[str, str] = {}  # noqa: RUF012 - nobody writes into it


def places(html: str, url: str) -> Iterator[Place]:
    """The sections, exercises and solutions of a page."""
    article = BeautifulSoup(UNREAD.sub(" ", html), "html.parser").find("article", class_="bd-article")
    if article is None:
        return
    for tag in article.select(LEFT_OUT):
        tag.decompose()
    for formula in article.find_all("math"):
        formula.replace_with(plain(formula))
    for script in article.find_all(["sup", "sub"]):  # in words, as in self-checks: 2<sup>−10</sup>
        script.replace_with(scripted("", script.get_text(), signs="^" if script.name == "sup" else "_"))
    for section in article.find_all(is_place):
        above = section.find_parents(is_place)
        titles = [*(words(heading(outer).get_text()) for outer in reversed(above)), words(heading(section).get_text())]
        yield Place(url + (f"#{section['id']}" if above else ""), titles, *own_text(section))


def heading(tag: Tag) -> Tag | None:
    """What stands above a section, an exercise or a solution."""
    return tag.find(
        lambda child: HEADING.match(child.name) or "admonition-title" in child.get("class", ()), recursive=False
    )


def is_place(tag: Tag) -> bool:
    """Whether something is found by itself: a section, an exercise or its solution."""
    named = tag.name == "section" or {"exercise", "solution"} & set(tag.get("class", ()))
    return bool(named and tag.get("id") and heading(tag))


def own_text(section: Tag) -> tuple[str, str, dict[str, str]]:
    """Text, formulas and their numbers of a section, without its heading and what is found by itself."""
    parts: list[str] = []
    formulas: list[str] = []
    numbers: dict[str, str] = {}
    above = heading(section)

    def walk(tag: Tag) -> None:
        for child in tag.children:
            if isinstance(child, Tag):
                if child is above or is_place(child):
                    continue
                if "math-block" in child.get("class", ()):
                    formulas.append(child.get_text())
                    if (number := child.find(class_="eqno")) and child.get("id"):
                        numbers[number.get_text().strip("() ")] = child["id"]
                    continue
                block = child.name in BLOCKS
                parts.append(" " if block else "")
                walk(child)
                parts.append(" " if block else "")
            elif type(child) is NavigableString:
                parts.append(child)

    walk(section)
    return words("".join(parts)), words(" ".join(formulas)), numbers


BLOCKS = {"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "td", "th", "tr", "table", "figcaption", "summary", "details", "br", "option", "label", "button"}  # fmt: skip


def words(text: str) -> str:
    """One space between words, and plain letters for the double-struck and script ones of formulas."""
    text = re.sub("[\U0001d400-\U0001d7ff]", lambda letter: unicodedata.normalize("NFKC", letter[0]), text)
    text = re.sub(f"{APPLIED}+(?=[\\w√∛∜‖|{APPLIED}])", " ", text.replace("\ufe00", "")).replace(APPLIED, "")
    return re.sub(r"(?<=[\[(]) | (?=[\])])", "", " ".join(text.split()))


APPLIED = "\u2061"  # behind the name of a function; a space before a name, nothing before a bracket


# ---- formulas -----------------------------------------------------------------------------------------------------------
def plain(tag: Tag) -> str:
    """A formula as one would write it in a line: ``n_in Var[W] = 2/n``, ``σ² = ∛(1/2)``."""
    if tag.name == "mtext":
        return tag.get_text().replace("\u00a0", " ")
    parts = [plain(child) if isinstance(child, Tag) else str(child).strip() for child in tag.children]
    parts = [part for part in parts if part]
    text = "".join(parts)
    if tag.name in SCRIPTS and len(parts) > 1:
        return scripted(*parts, signs=SCRIPTS[tag.name])
    if tag.name == "mfrac":
        return "/".join(map(grouped, parts)) + APPLIED  # 1/2 n, not 1/2n
    if tag.name == "msqrt":
        return "√" + grouped(text)
    if tag.name == "mroot":
        return ROOTS[parts[1]] + grouped(parts[0]) if parts[1] in ROOTS else f"{grouped(parts[0])}^(1/{parts[1]})"
    if tag.name == "mi" and len(text) > 1:
        return text + APPLIED
    if tag.name == "mspace":
        return " "
    if tag.name == "mo" and text in RELATIONS:
        return f" {text} "
    if tag.name in ("mtable", "mtr"):
        return ("; " if tag.name == "mtable" else " ").join(parts)
    return text


SCRIPTS = {"msub": "_", "msup": "^", "msubsup": "_^", "munder": "_", "mover": "", "munderover": "_^"}
RELATIONS = {"=", "<", ">", "≤", "≥", "≈", "∝", "∼", "→", "↦", "∈", "≠", "≪", "≫", "⟺", "⟹", ":="}
ROOTS = {"3": "∛", "4": "∜"}
RAISED = str.maketrans("0123456789−-⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻ᵀ")


def scripted(base: str, *scripts: str, signs: str) -> str:
    """A base with what stands below and above it: whole numbers above as small digits, bounds apart from what follows."""
    name, large = base.rstrip(APPLIED), base in ("∑", "∏", "∫")
    text = name
    for sign, part in zip(signs, scripts, strict=False):
        small = sign == "^" and not large and re.fullmatch(r"[−-]?\d+|⊤", part)
        text += part.translate(RAISED) if small else sign + grouped(part)
    ends_in_word = not large and len(scripts[-1]) > 1 and text[-1].isalpha()  # n_out σ², not n_outσ²
    return text + (" " if large else APPLIED if ends_in_word else "") + base[len(name) :]


def grouped(text: str) -> str:
    """Parentheses around what is more than one name or number."""
    text = text.strip(f" {APPLIED}")
    return text if len(text) < 2 or re.fullmatch(r"[\d.]+|[^\W\d][\w′]*|\([^()]*\)", text) else f"({text})"


# ---- the script -----------------------------------------------------------------------------------------------------------
def script(found: list[Place]) -> str:
    """The script that the search page loads."""
    return f"window.{NAME} = {json.dumps(found, ensure_ascii=False, separators=(',', ':'))};\n"
