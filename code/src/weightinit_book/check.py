"""Check the book's sources before they are built; every problem is one line that names the file.

The site shows the stored outputs, and nbval compares with the stored outputs. A notebook without outputs would pass
unseen, so this is where it is stopped. Used by `make book`, and tested with broken copies in tests/book.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
SOURCES = (".ipynb", ".md")


def toc_entries(toc: dict) -> list[str]:
    """Names of all files in a table of contents, in order, without suffix."""
    found = [toc["root"]] if "root" in toc else []

    def walk(node) -> None:
        if isinstance(node, dict):
            if "file" in node:
                found.append(str(node["file"]))
            for key in ("parts", "chapters", "sections", "subtrees", "entries"):
                walk(node.get(key))
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(toc)
    return [re.sub(r"\.(ipynb|md)$", "", name) for name in found]


def source_of(root: Path, name: str) -> Path | None:
    """The file behind an entry of the table of contents."""
    return next((path for suffix in SOURCES if (path := root / f"{name}{suffix}").is_file()), None)


def notebooks(root: Path = ROOT) -> list[Path]:
    """All notebooks of the book in the order of the table of contents."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf8"))
    paths = (source_of(root, name) for name in toc_entries(toc))
    return [path for path in paths if path and path.suffix == ".ipynb"]


def chosen(names: list[str]) -> list[Path]:
    """The notebooks of the book whose file names begin with one of these, all without a name; says so if there is none.

    A chapter's number may be typed without its zero.
    """
    there = notebooks()
    found = []
    for name in names:
        meant = name.zfill(2) if name.isdecimal() else name
        some = [path for path in there if path.name.startswith(meant)]
        if not some:
            stems = ", ".join(path.stem for path in there)
            print(f"error: no notebook in _toc.yml begins with {name}; there are {stems}", file=sys.stderr)
            return []
        found += some
    return [path for path in there if not names or path in found]


def text_of(value: str | list[str]) -> str:
    """A multi-line string of a notebook, which may be stored as a list of lines."""
    return value if isinstance(value, str) else "".join(value)


def can_print(source: str) -> bool:
    """Whether a cell surely shows something when it runs: it prints or claims, or its last line is a value.

    A method call in the last line (``plots.use_style()``) may return nothing and so counts as silent, unless its name is
    known to show something.
    """
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return True
    top = (node for statement in tree.body if not isinstance(statement, SILENT) for node in ast.walk(statement))
    if any(isinstance(node, ast.Call) and is_loud(called(node)) for node in top):
        return True
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or lines[-1].rstrip().endswith(";"):
        return False
    return not isinstance(last.value, (ast.Call, ast.Await))


def is_loud(name: str) -> bool:
    """Names of functions that print or show something."""
    return name in {"print", "display", "explore", "choice", "numeric"} or name.startswith("claim")


SILENT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.Try)


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def check_notebook(path: Path, name: str | None = None) -> list[str]:
    """Problems of one notebook: unreadable, not executed, without outputs, with an error or with warnings in them."""
    return problems_in(path.read_text(encoding="utf8"), name or path.name)


def problems_in(text: str, name: str) -> list[str]:
    """Problems of a notebook that is given as text; `name` stands in front of each."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError) as error:
        return [f"{name}: is not a notebook ({error})"]
    problems = []
    last_count = 0
    for number, cell in enumerate(cells, 1):
        if cell.get("cell_type") != "code":
            continue
        source = text_of(cell.get("source", ""))
        where = f"{name}: cell {number}"
        if not source.strip():
            problems.append(f"{where} is empty")
            continue
        tags = cell.get("metadata", {}).get("tags", [])
        count, outputs = cell.get("execution_count"), cell.get("outputs", [])
        if count is None:
            problems.append(f"{where} was not executed (no execution_count); run: make notebooks")
        elif count != last_count + 1:
            problems.append(
                f"{where} was executed out of order (count {count} after {last_count}); run: make notebooks"
            )
        last_count = count or last_count
        if not outputs and can_print(source):
            problems.append(f"{where} has no stored output, but it prints; run: make notebooks")
        for output in outputs:
            if output.get("output_type") == "error" and "raises-exception" not in tags:
                problems.append(f"{where} has an error in its output: {output.get('ename')}: {output.get('evalue')}")
            if output.get("output_type") == "stream" and output.get("name") == "stderr":
                problems.append(f"{where} wrote to stderr: {text_of(output.get('text', '')).strip()[:80]!r}")
    return problems


def check_book(root: Path = ROOT) -> list[str]:
    """Problems of the whole book, in a fixed order; an empty list if it can be built."""
    try:
        toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf8"))
        entries = toc_entries(toc)
    except (OSError, yaml.YAMLError, TypeError) as error:
        return [f"_toc.yml: cannot be read ({str(error).splitlines()[0]})"]
    problems = []
    for name in sorted({name for name in entries if entries.count(name) > 1}):
        problems.append(f"_toc.yml: lists {name} more than once")
    known = set()
    for name in entries:
        path = source_of(root, name)
        if path is None:
            problems.append(f"_toc.yml: lists {name}, but there is no file {name}.ipynb or {name}.md")
        else:
            known.add(path)
    for path in sorted((root / "chapters").glob("*")):
        if path.suffix in SOURCES and path not in known:
            problems.append(f"{path.relative_to(root)}: is not in _toc.yml")
    for path in sorted(known):
        if path.suffix == ".ipynb":
            problems += check_notebook(path, str(path.relative_to(root)))
    return problems


def report(root: Path = ROOT) -> int:
    """Print the problems; the exit code says whether there were any."""
    problems = check_book(root)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0
