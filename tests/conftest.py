"""Shared by all tests: where the repository is, and its build scripts as importable modules."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# The scripts of the build and of the coursework are no packages; their folders go on the path, code/ itself never does.
for folder in (ROOT / "code" / "book", ROOT / "code" / "book" / "extensions", ROOT / "code" / "coursework"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
