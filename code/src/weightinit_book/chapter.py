"""`make chapter`: a new chapter that passes every test, to be replaced piece by piece.

    python -m weightinit_book.chapter 13-sparse "Sparse networks"

The notebook comes from templates/chapter.ipynb with title and labels of its own, is run, and is entered in the table of
contents and in the list of the landing page.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import nbformat

from weightinit_book.check import ROOT, notebooks
from weightinit_book.execute import normalize, run

TEMPLATE = Path(__file__).with_name("templates") / "chapter.ipynb"
NAME = re.compile(r"(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)")


def check_name(name: str, root: Path) -> tuple[str, str]:
    """The number and the word of a chapter's name, if no chapter of the book has one of them already."""
    parts = NAME.fullmatch(name)
    if not parts:
        raise ValueError(f"NAME must be two digits and words in small letters, like 13-sparse; got {name!r}")
    for path in sorted((root / "chapters").glob("*")):
        taken = NAME.fullmatch(path.stem)
        if path.stem == name or (taken and taken[1] == parts[1]):
            raise ValueError(f"NAME must have a number that is free: there is chapters/{path.name}, got {name!r}")
    if any(f"eq-{parts[2]}-" in path.read_text(encoding="utf8") for path in notebooks(root)):
        raise ValueError(f"NAME must not begin the labels of another chapter: eq-{parts[2]}-… is taken, got {name!r}")
    return parts[1], parts[2]


def insert_in_order(text: str, line: str, pattern: str, number: str) -> str:
    """Put a line behind the last one whose number, the first group of the pattern, is smaller; or before the first."""
    lines = list(re.finditer(pattern, text, re.M))
    before = [found for found in lines if found[1] < number]
    at = before[-1].end() if before else lines[0].start()
    return text[:at] + line + text[at:]


def enter(root: Path, name: str, title: str, number: str) -> None:
    """Enter a chapter in _toc.yml and in the list of index.ipynb."""
    toc = root / "_toc.yml"
    entry = f"      - file: chapters/{name}\n"
    text = toc.read_text(encoding="utf8")
    toc.write_text(insert_in_order(text, entry, r"^ +- file: chapters/(\d\d)-.*\n", number), encoding="utf8")

    index = root / "index.ipynb"
    notebook = nbformat.reads(index.read_text(encoding="utf8"), as_version=4)
    cell = next(cell for cell in notebook.cells if re.search(r"^## The chapters$", cell.source, re.M))
    item = f"{int(number)}. [{title}](chapters/{name}.ipynb).\n"
    pattern = r"^\d+\. \[[^\]]+\]\(chapters/(\d\d)-.*\n(?:   .*\n)*"
    cell.source = insert_in_order(cell.source, item, pattern, number)
    index.write_text(nbformat.writes(notebook) + "\n", encoding="utf8")


def make_chapter(root: Path, name: str, title: str | None = None) -> Path:
    """Write a new chapter with its outputs and enter it in the book.

    Parameters
    ----------
    root : Path
        The repository.
    name : str
        Two digits and words, for example ``"13-sparse"``; the words begin the chapter's labels.
    title : str, optional
        Heading; by default the words of the name.

    Returns
    -------
    Path
        The notebook.

    Raises
    ------
    ValueError
        If the name is of another form, or its number or labels are taken, or the title is empty or has brackets.
    """
    number, slug = check_name(name, root)
    title = slug.replace("-", " ").capitalize() if title is None else title.strip()
    if not title or re.search(r"[\[\]\n\"\\]", title):
        raise ValueError(f"TITLE must be one line without quotes, brackets and backslashes, got {title!r}")
    text = TEMPLATE.read_text(encoding="utf8").replace("SLUG", slug).replace("TITLE", title)
    notebook = nbformat.reads(text, as_version=4)
    run(notebook, root)
    normalize(notebook)
    path = root / "chapters" / f"{name}.ipynb"
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf8")
    enter(root, name, title, number)
    return path


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="weightinit_book.chapter", description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("title", nargs="?")
    arguments = parser.parse_args(argv)
    try:
        path = make_chapter(ROOT, arguments.name, arguments.title)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; no chapter is made", file=sys.stderr)
        return 130
    print(
        f"{path.relative_to(ROOT)} is made, and entered in _toc.yml and index.ipynb; next: write it "
        f"(.venv/bin/jupyter lab chapters), then make notebooks CHAPTER={path.name[:2]}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
