"""`make chapter` in a copy of the repository: the new chapter passes what is asked of every chapter, and refuses bad names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import reads

from weightinit_book import standards
from weightinit_book.chapter import insert_in_order, main, make_chapter
from weightinit_book.check import check_book

ROOT = Path(__file__).resolve().parents[2]
TITLE = "A gain for any activation"


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """What the tests of the notebooks read, in a folder with a space."""
    root = tmp_path_factory.mktemp("book") / "a folder"
    for path in ("chapters", "coursework", "tests/notebooks", "code/src"):
        shutil.copytree(ROOT / path, root / path, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for path in ("index.ipynb", "_toc.yml", "_config.yml", "pyproject.toml"):
        shutil.copy(ROOT / path, root)
    return root


@pytest.fixture(scope="module")
def made(copy) -> Path:
    return make_chapter(copy, "96-trial", TITLE)


def run_tests(root: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "code" / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_chapter_leaves_no_failing_test(copy, made):
    done = run_tests(copy, "tests/notebooks")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "96-trial" in run_tests(copy, "tests/notebooks", "--collect-only").stdout


def test_the_chapter_that_is_documented_is_not_there_yet():
    """Who types the command as printed gets a chapter, and not the news that it exists."""
    names = {
        name
        for page in ("README.md", "CONTRIBUTING.md", "Makefile")
        for name in re.findall(r"NAME=(\d\d-[a-z-]+)", (ROOT / page).read_text(encoding="utf8"))
    }
    assert len(names) == 1
    assert list((ROOT / "chapters").glob(f"{names.pop()[:2]}-*")) == []


def test_a_new_chapter_runs_again_with_the_same_outputs(copy, made):
    done = run_tests(copy, "--nbval", str(made.relative_to(copy)))
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_new_chapter_has_its_title_and_labels_of_its_own(made):
    text = made.read_text(encoding="utf8")
    assert f"# {TITLE}" in reads(text, as_version=4).cells[0].source
    assert "SLUG" not in text and "TITLE" not in text
    assert all(label.startswith("trial-") for label in re.findall(r"\b(?:eq|def|fig|ex|sol)-([a-z-]+)", text))


def test_only_three_files_change(copy, made):
    for path in ROOT.joinpath("chapters").glob("*"):
        assert path.read_bytes() == (copy / "chapters" / path.name).read_bytes()
    before, after = ((root / "_toc.yml").read_text() for root in (ROOT, copy))
    assert after.replace("      - file: chapters/96-trial\n", "") == before
    before, after = ((root / "index.ipynb").read_text() for root in (ROOT, copy))
    added = set(after.splitlines()) - set(before.splitlines())
    assert len(added) == 1 and "chapters/96-trial.ipynb" in added.pop()
    assert check_book(copy) == []


@pytest.mark.parametrize(
    ("name", "title", "part"),
    [
        ("6-gains", None, "NAME must be two digits and words"),
        ("06-Gains", None, "NAME must be two digits and words"),
        ("06 gains", None, "NAME must be two digits and words"),
        ("../06-gains", None, "NAME must be two digits and words"),
        ("06", None, "NAME must be two digits and words"),
        ("05-he", None, "there is chapters/05-he.ipynb"),
        ("05-gains", None, "there is chapters/05-he.ipynb"),
        ("97-he", None, "eq-he-… is taken"),
        ("97-new", " ", "TITLE must be one line"),
        ("97-new", "a [b]", "TITLE must be one line"),
    ],
)
def test_a_bad_name_is_refused_before_anything_is_written(copy, made, name, title, part):
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.suffix in (".ipynb", ".yml")}
    with pytest.raises(ValueError, match=re.escape(part)):
        make_chapter(copy, name, title)
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.suffix in (".ipynb", ".yml")} == before


def test_the_command_says_what_is_wrong_in_one_line(capsys):
    assert main(["05-he"]) == 2
    assert capsys.readouterr().err.startswith("error: NAME must") and "\n" not in capsys.readouterr().err.strip()


@pytest.mark.parametrize(("number", "expected"), [("02", "a01 X a03 z"), ("00", "X a01 a03 z"), ("09", "a01 a03 X z")])
def test_a_line_is_put_where_its_number_belongs(number, expected):
    text = insert_in_order("a01\na03\nz\n", "X\n", r"^a(\d\d)\n", number)
    assert text.split() == expected.split()


# ---- CONTRIBUTING ---------------------------------------------------------------------------------------------------
def test_contributing_quotes_the_numbers_that_the_tests_ask_for():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf8").split("| in a chapter | |")[1].split("\n\n")[0]
    rows = dict(re.findall(r"^\| (.*?) \| ([\d.]+) \|$", text, re.M))
    asked = {
        "labeled equations": standards.LEAST_CLAIMS,
        "explorers": standards.LEAST_EXPLORERS,
        "self-check": standards.LEAST_QUESTIONS,
        "exercises": standards.LEAST_EXERCISES,
        "caption": standards.LEAST_ALT,
        "columns of code": standards.COLUMNS,
        "lines of code": standards.MOST_LINES,
        "cells that stand open": standards.MOST_IDEAS,
        "words of text": standards.MOST_WORDS,
        "minutes": standards.MOST_MINUTES,
        "the notebook": standards.LARGEST_NOTEBOOK / 1e6,
        "the page": standards.LARGEST_PAGE,
    }
    told = {key: float(value) for key in asked for row, value in rows.items() if row.startswith(key)}
    assert told == asked
    assert {"★" * level for level in standards.LEVELS} <= set(re.findall("★+", text))
