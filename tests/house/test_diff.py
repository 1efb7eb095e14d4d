"""With the line of CONTRIBUTING, `git diff` shows a notebook's change as text."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def changed(tmp_path) -> Path:
    """A repository with a chapter in which a sentence, a caption, a printed number and a picture have changed."""
    path = tmp_path / "chapter.ipynb"
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    shutil.copy(ROOT / "chapters" / "05-he.ipynb", path)
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "before"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], cwd=tmp_path, check=True)
    notebook = json.loads(path.read_text(encoding="utf8"))
    notebook["cells"].insert(1, {"cell_type": "markdown", "id": "new", "metadata": {}, "source": ["A new sentence.\n"]})
    figure = next(c for c in notebook["cells"] if "figure" in c["metadata"].get("mystnb", {}))
    figure["metadata"]["mystnb"]["figure"]["caption"] = "Another caption."
    output = next(o for o in figure["outputs"] if "image/svg+xml" in o["data"])
    output["data"]["image/svg+xml"] = ["<svg>another picture</svg>"]
    output["data"]["text/plain"] = ["Panel 1: another curve"]
    printing = next(c for c in notebook["cells"] if any("text" in o for o in c.get("outputs", [])))
    printing["outputs"][0]["text"] = ["another number\n"]
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{number:03d}"
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf8")
    return tmp_path


def diff(repository: Path) -> str:
    return subprocess.run(["git", "diff"], cwd=repository, capture_output=True, text=True, check=True).stdout


def test_git_diff_shows_sentences_captions_and_numbers_and_no_picture(changed):
    line = re.search(r"^git config (\S+) \"(.*)\"$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf8"), re.M)
    command = line[2].replace(".venv/bin/python", f'"{sys.executable}"')
    subprocess.run(["git", "config", line[1], command], cwd=changed, check=True)
    text = diff(changed)
    added = [row[1:] for row in text.splitlines() if row.startswith("+") and not row.startswith("+++")]
    for piece in ("A new sentence.", "Another caption.", "another number", "Panel 1: another curve"):
        assert sum(piece in row for row in added) == 1, piece
    assert "<svg" not in text and '"cell_type"' not in text
    assert text.count("\n@@") <= 6


def test_without_the_line_git_diff_works_as_ever(changed):
    assert "A new sentence." in diff(changed)
