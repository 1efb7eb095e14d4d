"""What every stored notebook of the book must hold; these tests read the files, nbval runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from weightinit_book.check import check_book, check_notebook, notebooks, text_of
from weightinit_book.extensions.numbers import minutes_to_read, words_and_formulas
from weightinit_book.extensions.statements import DEFINITION, MARK, printed, read_chapter
from weightinit_book.standards import (
    COLUMNS,
    LARGEST_NOTEBOOK,
    LEAST_ALT,
    LEAST_CLAIMS,
    LEAST_EXERCISES,
    LEAST_EXPLORERS,
    LEAST_QUESTIONS,
    LEVELS,
    MOST_MINUTES,
    MOST_WORDS,
)

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = notebooks(ROOT)
CHAPTERS = [path for path in NOTEBOOKS if re.match(r"\d\d-", path.name)]

PART_ONE = [path for path in CHAPTERS if path.name < "06"]

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
each_of_part_one = pytest.mark.parametrize("path", PART_ONE, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[dict]:
    return [c for c in json.loads(path.read_text(encoding="utf8"))["cells"] if c["cell_type"] == kind]


def prose(path: Path) -> str:
    return "\n\n".join(text_of(cell["source"]) for cell in cells(path, "markdown"))


def pictures(path: Path) -> list[dict]:
    """Cells that store a picture which becomes a figure of the page; an explorer brings its own text."""
    return [
        cell
        for cell in cells(path, "code")
        if any(
            key.startswith("image/") and "text/html" not in output["data"]
            for output in cell["outputs"]
            for key in output.get("data", {})
        )
    ]


def test_there_are_notebooks():
    assert CHAPTERS


def test_the_book_can_be_built():
    assert check_book(ROOT) == []


def test_the_landing_page_lists_every_chapter_by_its_title_and_in_order():
    listed = re.findall(r"^(\d+)\. \[([^\]]+)\]\(chapters/(\d\d)-([\w-]+)\.ipynb\)", prose(ROOT / "index.ipynb"), re.M)
    assert [f"{number}-{name}" for _, _, number, name in listed] == [path.stem for path in CHAPTERS]
    assert all(int(item) == int(number) for item, _, number, _ in listed)
    assert [title for _, title, *_ in listed] == [re.match(r"# (.*)", prose(path))[1] for path in CHAPTERS]


def test_nbval_runs_every_notebook_of_the_book():
    """`make nbval` names them by a pattern."""
    assert sorted(NOTEBOOKS) == sorted([ROOT / "index.ipynb", *(ROOT / "chapters").glob("*.ipynb")])


@each_notebook
def test_notebook_is_executed_and_free_of_errors(path):
    assert check_notebook(path) == []


@each_notebook
def test_notebook_is_valid_and_normalized(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert notebook.metadata["language_info"] == {"name": "python"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    text = path.read_text(encoding="utf8")
    assert "application/vnd.jupyter.widget" not in text
    assert len(text) <= LARGEST_NOTEBOOK, f"{len(text) / 1e6:.1f} MB"


@each_notebook
def test_notebook_prints_nothing_that_changes_from_run_to_run(path):
    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            text = text_of(output.get("text", "")) + text_of(output.get("data", {}).get("text/plain", ""))
            assert not re.search(r"0x[0-9a-f]{6,}|\b\d+(\.\d+)? ?(µs|ms|seconds)\b|/home/|/root/|/tmp/", text), text[
                :300
            ]


@each_notebook
def test_every_figure_has_caption_name_and_alternative_text(path):
    for cell in pictures(path):
        settings = cell["metadata"].get("mystnb", {})
        first = text_of(cell["source"])[:60]
        figure, alt = settings.get("figure", {}), settings.get("image", {}).get("alt", "").strip()
        assert re.fullmatch(r"fig-[a-z0-9-]+", figure.get("name", "")), first
        assert len(figure.get("caption", "")) >= LEAST_ALT, first
        assert len(alt) >= LEAST_ALT and not re.search(r"\.(svg|png|jpe?g)\b", alt), first
        plain = re.sub(r"[*_`$]", "", figure["caption"])
        assert alt.lower() not in plain.lower() and plain.lower() not in alt.lower(), first


@each_notebook
def test_every_figure_has_a_text_twin(path):
    for cell in pictures(path):
        for output in cell["outputs"]:
            data = output.get("data", {})
            if "image/svg+xml" in data or "image/png" in data:
                assert re.search("^Panel 1", text_of(data["text/plain"]), re.M), text_of(cell["source"])[:60]


def test_names_of_figures_and_labels_are_unique_in_the_book():
    seen: dict[str, str] = {}
    twice = []
    for path in NOTEBOOKS:
        names = [c["metadata"].get("mystnb", {}).get("figure", {}).get("name") for c in pictures(path)]
        names += re.findall(r"^\s*:label:\s*(\S+)", prose(path), re.M)
        names += re.findall(r"\$\$\s*\(([a-zA-Z][\w-]*)\)", prose(path))
        for name in names:
            if name in seen:
                twice.append(f"{name}: in {seen[name]} and {path.name}")
            seen[name] = path.name
    assert twice == []


def compare(equations: set[str], claims: set[str], name: str) -> list[str]:
    """What is missing on either side; a definition needs no claim."""
    needed = {label for label in equations if not label.startswith(DEFINITION)}
    missing = [f"{name}: equation ({label}) has no executed claim" for label in sorted(needed - claims)]
    missing += [f"{name}: claim [{label}] has no labeled equation" for label in sorted(claims - needed)]
    wrong = sorted(label for label in needed if not label.startswith("eq-"))
    return missing + [f"{name}: label ({label}) must begin with eq- or def-" for label in wrong]


@each_notebook
def test_every_labeled_equation_is_claimed_and_every_claim_has_its_equation(path):
    chapter = read_chapter(path, path.stem)
    assert compare(set(chapter.equations), set(chapter.claims), path.name) == []


@each_notebook
def test_no_two_claims_on_one_equation_say_the_same(path):
    claims = read_chapter(path, path.stem).claims
    rows = {label: [claim.what for claim, _ in found] for label, found in claims.items()}
    assert {label: said for label, said in rows.items() if len(set(said)) < len(said)} == {}


@each_notebook
def test_printed_lines_fit_the_column(path):
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    lines = [line for cell in cells for text in printed(cell) for line in text.splitlines()]
    assert [line for line in lines if len(line) > COLUMNS and not line.startswith(MARK)] == []


def test_the_comparison_says_which_is_missing():
    assert compare({"eq-a", "def-b"}, {"eq-a"}, "n") == []
    assert compare({"eq-a", "eq-b"}, {"eq-a"}, "n") == ["n: equation (eq-b) has no executed claim"]
    assert compare({"eq-a"}, {"eq-a", "eq-c"}, "n") == ["n: claim [eq-c] has no labeled equation"]
    assert compare({"a"}, {"a"}, "n") == ["n: label (a) must begin with eq- or def-"]


@each_chapter
def test_every_display_formula_that_looks_labeled_is_read(path):
    """A label that stands where MyST does not see it would silently take an equation out of the comparison."""
    text = prose(path)
    loose = re.findall(r"\((?:eq|def)-[a-z0-9-]+\)(?!=)", re.sub(r"\$\$\s*\((?:eq|def)-[\w-]+\)", "", text))
    assert loose == []


@each_chapter
def test_every_reference_has_its_target(path):
    known = {label for other in NOTEBOOKS for label in read_chapter(other, other.stem).equations}
    known |= set(
        re.findall(r"\$\$\s*\(([a-zA-Z][\w-]*)\)", "\n".join(p.read_text() for p in (ROOT / "chapters").glob("*.md")))
    )
    named = set(re.findall(r"\{eq\}`([^`]+)`", prose(path)))
    assert named - known == set()


@each_chapter
def test_exercises_of_three_levels_with_solutions(path):
    text = prose(path)
    exercises = re.findall(r"\{exercise(?:-start)?\}\s*([^\n]*)\n(?:\s*:[^\n]*\n)*?\s*:label:\s*(\S+)", text)
    solutions = re.findall(r"\{solution(?:-start)?\}\s*(\S+)", text)
    labels = [label for _, label in exercises]
    assert len(exercises) >= LEAST_EXERCISES
    assert {title.count("★") for title, _ in exercises} == LEVELS
    assert sorted(set(labels) - set(solutions)) == [], "exercises without a solution"
    assert sorted(set(solutions) - set(labels)) == [], "solutions without an exercise"
    assert text.count("{solution-start}") == text.count("{solution-end}")
    assert "{solution-start}" in text, "at least one solution is executed"


@each_chapter
def test_chapter_has_objectives_claims_explorer_questions_and_summary(path):
    text, stored = prose(path), path.read_text(encoding="utf8")
    assert re.search(r"\{admonition\} What you will be able to do", text)
    assert re.search(r"^## Exercises", text, re.M) and re.search(r"^## What to remember", text, re.M)
    assert len(read_chapter(path, path.stem).claims) >= LEAST_CLAIMS
    assert stored.count('class=\\"wi-explorer\\"') >= LEAST_EXPLORERS
    assert stored.count('class=\\"wi-quiz') >= LEAST_QUESTIONS


@each_of_part_one
def test_a_first_reader_is_through_in_twenty_minutes(path):
    words, _ = words_and_formulas(path)
    assert words <= MOST_WORDS
    assert minutes_to_read(path) <= MOST_MINUTES


@each_of_part_one
def test_the_first_figure_comes_back_before_the_exercises(path):
    headings = re.findall(r"^## (.*)", prose(path), re.M)
    assert headings.index("Back to the five starts") + 1 == headings.index("Exercises")
    section = prose(path).partition("## Back to the five starts")[2].partition("\n## ")[0]
    assert "fig-start-loss" in section


@each_of_part_one
def test_two_exercises_of_one_star_are_done_by_hand(path):
    titles = re.findall(r"\{exercise(?:-start)?\} ★ ([^\n]*)", prose(path))
    assert len(titles) >= 2


@each_chapter
def test_no_chapter_promises_another_without_saying_which(path):
    assert re.findall(r"\ba later chapter\b|\blater chapters\b", prose(path)) == []


@each_notebook
def test_no_notebook_refers_to_another_host(path):
    from weightinit_book.extensions.after_build import off_site

    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            for value in output.get("data", {}).values():
                assert not isinstance(value, (str, list)) or off_site(text_of(value)) == []
