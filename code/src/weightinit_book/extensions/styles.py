"""One style sheet for the whole site, which holds only the rules that some page uses.

The theme brings a whole CSS framework, of which a book uses a tenth. A rule stays if every class and id that it names
occurs anywhere in the pages or scripts of the site, so a class that a script adds is found in that script. And whoever prints
a page in the dark theme gets the light one on paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import tinycss2

THEME = ("basic.css", "styles/pydata-sphinx-theme.css")
OWN = ("explorers.css",)  # on the pages that have explorers; small enough to be in the bundle for all
BUNDLE = "site.css"
CONDITIONAL = {"media", "supports", "layer", "container"}


def identifiers(texts: Iterable[str]) -> set[str]:
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
            body = minify(tinycss2.serialize(rule.content))
            if chosen and body:
                kept.extend(by_medium(chosen, body))
        elif rule.type == "at-rule" and rule.lower_at_keyword in CONDITIONAL and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            body = prune(inner, known)
            if body:
                kept.append(f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude).strip()}{{{body}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword not in ("charset", "import"):
            kept.append(minify(rule.serialize()))
    return "\n".join(kept)


DARK, LIGHT = re.compile(r"""\[data-theme=["']?dark["']?\]"""), re.compile(r"""\[data-theme=["']?light["']?\]""")


def by_medium(selectors: list[str], body: str) -> Iterator[str]:
    """A rule on screen, where a page is light or dark, and on paper, where a page is light in either theme."""
    dark = [selector for selector in selectors if DARK.search(selector)]
    rest = [selector for selector in selectors if selector not in dark]
    light = [LIGHT.sub("[data-theme=dark]", selector) for selector in rest if LIGHT.search(selector)]
    for names, medium in ((rest, ""), (dark, "screen"), (light, "print")):
        if names:
            rule = f"{','.join(names)}{{{body}}}"
            yield f"@media {medium}{{{rule}}}" if medium else rule


def minify(text: str) -> str:
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


def bundle(static: Path, listed: Iterable[str], known: set[str]) -> str:
    """Text of the one style sheet of the site, made of the theme's, the listed ones and our own."""
    names = [*THEME, *(name for name in listed if name not in THEME)]
    names = [name for name in names if name != "styles/theme.css"]  # only imports basic.css
    names += [name for name in OWN if (static / name).exists() and name not in names]
    sheets = []
    for name in names:
        text = rebase((static / name).read_text(encoding="utf8"), str(Path(name).parent).removeprefix("."))
        sheets.append(prune(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), known))
    return "\n".join(sheets) + "\n"
