"""What every stored notebook of the book must hold; these tests read the files, nbval runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from weightinit_book.check import check_book, check_notebook, notebooks, text_of
from weightinit_book.extensions.ledger import DEFINITION, read_chapter

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = notebooks(ROOT)
CHAPTERS = [path for path in NOTEBOOKS if re.match(r"\d\d-", path.name)]
LEAST_ALT = 40
LARGEST = 1_500_000

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


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
    assert len(text) <= LARGEST, f"{len(text) / 1e6:.1f} MB"


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
                assert text_of(data["text/plain"]).startswith("Panel 1"), text_of(cell["source"])[:60]


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
def test_at_least_six_exercises_of_three_levels_with_solutions(path):
    text = prose(path)
    exercises = re.findall(r"\{exercise(?:-start)?\}\s*([^\n]*)\n(?:\s*:[^\n]*\n)*?\s*:label:\s*(\S+)", text)
    solutions = re.findall(r"\{solution(?:-start)?\}\s*(\S+)", text)
    labels = [label for _, label in exercises]
    assert len(exercises) >= 6
    assert {title.count("★") for title, _ in exercises} == {1, 2, 3}
    assert sorted(set(labels) - set(solutions)) == [], "exercises without a solution"
    assert sorted(set(solutions) - set(labels)) == [], "solutions without an exercise"
    assert text.count("{solution-start}") == text.count("{solution-end}")
    assert "{solution-start}" in text, "at least one solution is executed"


@each_chapter
def test_chapter_has_objectives_claims_explorer_questions_and_summary(path):
    text, stored = prose(path), path.read_text(encoding="utf8")
    assert re.search(r"\{admonition\} What you will be able to do", text)
    assert re.search(r"^## Exercises", text, re.M) and re.search(r"^## What to remember", text, re.M)
    assert len(read_chapter(path, path.stem).claims) >= 5
    assert stored.count('class=\\"wi-explorer\\"') >= 1
    assert stored.count('class=\\"wi-quiz') >= 4


@each_notebook
def test_no_notebook_refers_to_another_host(path):
    from weightinit_book.extensions.site import off_site

    for cell in cells(path, "code"):
        for output in cell["outputs"]:
            for value in output.get("data", {}).values():
                assert not isinstance(value, (str, list)) or off_site(text_of(value)) == []


# ---- the standard library's `code` ----------------------------------------------------------------------------------
PROBE = "import code, sysconfig, pathlib; print(pathlib.Path(code.__file__).parent == pathlib.Path(sysconfig.get_path('stdlib')))"


def test_the_standard_code_module_is_importable_here():
    import code

    assert Path(code.__file__).name == "code.py" and not Path(code.__file__).is_relative_to(ROOT / "code")
    assert hasattr(code, "InteractiveConsole")
    assert str(ROOT / "code") not in sys.path and not (ROOT / "code" / "__init__.py").exists()


def test_the_standard_code_module_is_importable_from_the_root_in_a_fresh_python():
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_the_standard_code_module_is_importable_in_a_notebook_started_at_the_root():
    from weightinit_book.execute import run

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PROBE + "\nimport pdb, weightinit")])
    run(notebook, ROOT)
    assert notebook.cells[0].outputs[0].text.strip() == "True"
