"""What a long command is doing: one line that is written over on a terminal; elsewhere a line for each part."""

from __future__ import annotations

import shutil
import sys


class Progress:
    """Where a command is.

    Examples
    --------
    >>> progress = Progress()
    >>> progress.at("reading", "1 of 2")
    reading …
    >>> progress.at("reading", "2 of 2")
    >>> progress.done()
    """

    def __init__(self) -> None:
        self._on_terminal = sys.stdout.isatty()
        self._shown = ""

    def at(self, part: str, detail: str = "") -> None:
        """Say which part has begun, and on a terminal how far in it the command is."""
        if self._on_terminal:
            text = f"{part}: {detail}" if detail else f"{part} …"
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{text[:width]}", end="", flush=True)
        elif part != self._shown:
            print(f"{part} …", flush=True)
        self._shown = part

    def done(self) -> None:
        """Leave the line empty for what follows."""
        if self._on_terminal and self._shown:
            print("\r\x1b[K", end="", flush=True)
        self._shown = ""
