"""What the tests ask of a chapter, in numbers; CONTRIBUTING quotes them."""

from __future__ import annotations

LEAST_CLAIMS = 5  # labels of equations that a cell claims
LEAST_EXPLORERS = 1
LEAST_QUESTIONS = 4  # self-checks, multiple choice and numeric together
LEAST_EXERCISES = 6
LEVELS = {1, 2, 3}  # stars of the exercises; each occurs
LEAST_ALT = 40  # characters of a caption, and of an alternative text
LARGEST_NOTEBOOK = 1_500_000  # bytes, with the stored outputs
LARGEST_PAGE = 320  # kB that a browser loads
TALLEST_PAGE = 24_000  # pixels of a chapter on a screen of 1280, solutions closed
COLUMNS = 88  # of code: what a page shows without a scroll bar
MOST_LINES = 25  # of code that is not folded away
MOST_IDEAS = 5  # cells whose code stands open, since it is the idea
MOST_WORDS = 3000  # of text in a chapter of Part I, solutions left out
MOST_MINUTES = 20  # for a first reader: 220 words a minute, half a minute a displayed formula
