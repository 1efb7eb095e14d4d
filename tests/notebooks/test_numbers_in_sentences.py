"""No sentence, caption or alternative text of a notebook has a number that nothing says (`weightinit_book.extensions.sentences`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_book.check import notebooks
from weightinit_book.extensions.sentences import unheld, unseeded

ROOT = Path(__file__).resolve().parents[2]
each_notebook = pytest.mark.parametrize("path", notebooks(ROOT), ids=lambda path: path.stem)


@each_notebook
def test_every_number_in_a_sentence_is_held(path):
    assert unheld(path) == []


@each_notebook
def test_every_caption_says_over_how_many_seeds_its_lines_are_averaged(path):
    assert unseeded(path) == []
