"""The built pages that the tests look at, and where they come from; WEIGHTINIT_SITE names another site than _build/html."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(os.environ.get("WEIGHTINIT_SITE") or ROOT / "_build" / "html")
PAGES = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if "_static" not in p.parts)
NO_SITE = pytest.param("index.html", id="no-site")  # so that a test without a site is skipped and not gone

LAID_OUT = "() => !document.querySelector('.wi-far')"  # book.js has laid out what lies below the first screens


def notebook_of(name: str) -> Path:
    """The notebook behind a page, whether there is one or not."""
    return (ROOT / name).with_suffix(".ipynb")


def wait_until_laid_out(page) -> None:
    """Until then the heights of what lies below the first screens are guesses."""
    page.wait_for_function(LAID_OUT, timeout=20_000)


def wait_for_tab_stops(page) -> None:
    """What scrolls sideways gets its tab stop when the browser is idle: wait for it; a timeout fails the test."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('.math-scroll, .pst-scrollable-table-container, pre')]
            .every(e => e.scrollWidth <= e.clientWidth + 1 || e.tabIndex >= 0)""",
        timeout=20_000,
    )
