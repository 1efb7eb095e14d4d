"""No sentence of a chapter has a number that nothing says (`weightinit_book.extensions.sentences`)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from weightinit_book.check import notebooks
from weightinit_book.extensions.sentences import unheld, unseeded

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [path for path in notebooks(ROOT) if re.match(r"\d\d-", path.name)]
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@each_chapter
def test_every_number_in_a_sentence_is_held(path):
    assert unheld(path) == []


@each_chapter
def test_every_caption_says_over_how_many_seeds_its_lines_are_averaged(path):
    assert unseeded(path) == []
