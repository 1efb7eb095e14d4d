"""A word of the field is explained where a reader meets it first: it stands in italics there, and on the notation page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from weightinit_book.check import notebooks, text_of

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [path for path in notebooks(ROOT) if re.match(r"\d\d-", path.name)]
NO_TEXT = re.compile(r"<!--.*?-->|\$\$.*?\$\$|\$[^$]*\$|`[^`\n]*`|^(`{3,}).*?^\1$|^#.*?$|\]\([^)]*\)", re.S | re.M)
WORDS = {
    word: int(chapter)
    for word, chapter in re.findall(
        r"^\| ([\w -]+) \| .* \| \[(\d)\]\(\d\d-[\w-]+\.ipynb\) \|$",
        (ROOT / "chapters" / "notation.md").read_text(encoding="utf8").partition("## Words")[2],
        re.M,
    )
}


def paragraphs() -> Iterator[tuple[int, str]]:
    """The text of the book in the order of reading, captions too; what opens a chapter promises words and may use them."""
    for path in CHAPTERS:
        for cell in json.loads(path.read_text(encoding="utf8"))["cells"][1:]:
            text = text_of(cell["source"]) if cell["cell_type"] == "markdown" else caption(cell)
            for paragraph in NO_TEXT.sub(" ", text).split("\n\n"):
                yield int(path.name[:2]), " ".join(paragraph.split())


def caption(cell: dict) -> str:
    return cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption", "")


def test_there_are_words():
    assert len(WORDS) > 20


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_in_italics_in_the_paragraph_that_uses_it_first(word):
    used = re.compile(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])")
    chapter, first = next((chapter, text) for chapter, text in paragraphs() if used.search(text))
    assert re.search(rf"\*{re.escape(word)}s?\*", first), first
    assert chapter == WORDS[word]
