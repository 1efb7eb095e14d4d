"""Where the browser is that prints the book and that the tests and benchmarks look through."""

from __future__ import annotations

import os
import shutil
import sys

# the first is the same engine without windows: it opens a page with a third of the work
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# as root; and widths of letters as on a screen: without a window they would be rounded to pixels
FLAGS = ("--no-sandbox", "--font-render-hinting=none")


def find_chromium() -> str | None:
    """Path of the browser: CHROME_PATH, or what the system has; None if there is none."""
    return os.environ.get("CHROME_PATH") or next((path for name in NAMES if (path := shutil.which(name))), None)


def chromium() -> str:
    """Path of the browser, or the end of the program with a line that says how to get one."""
    path = find_chromium()
    if path is None:
        sys.exit("error: no Chromium found; install it (apt-get install chromium) or name it in CHROME_PATH")
    return path
