"""What the cells of a submission printed and showed, as notebook outputs that hold no script and have an end."""

from __future__ import annotations

import base64
from typing import Any

import nbformat
from nbformat import NotebookNode

from weightinit_course.pictures import check

LONGEST_TEXT = 20_000  # characters of one output
LARGEST_PICTURE = 500_000  # characters of one picture
MOST_OUTPUTS = 25  # of one cell
LARGEST_CELL = 1_500_000  # characters of the outputs of a cell
LARGEST_NOTEBOOK = 4_000_000  # characters of the outputs of a notebook
CUT = "(More was printed or shown; it was left out.)\n"


class Shown:
    """Outputs of one notebook, counted here whatever its own process says of their size."""

    def __init__(self) -> None:
        self._left = LARGEST_NOTEBOOK

    def of(self, answer: dict[str, Any]) -> list[NotebookNode]:
        """The outputs of a cell, from the sandbox's answer."""
        items = answer.get("outputs")
        items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        shown, left = [], min(self._left, LARGEST_CELL)
        for item in items[:MOST_OUTPUTS]:
            output, size = _output(item)
            if size > left:
                break
            shown.append(output)
            left -= size
            self._left -= size
        if len(shown) < len(items):
            shown.append(nbformat.v4.new_output("stream", name="stdout", text=CUT))
        return shown


def _output(item: dict[str, Any]) -> tuple[NotebookNode, int]:
    """One output and its size in characters."""
    if isinstance(item.get("stream"), str):
        text = item["stream"][:LONGEST_TEXT]
        return nbformat.v4.new_output("stream", name="stdout", text=text), len(text)
    data = {"text/plain": str(item.get("text/plain", ""))[:LONGEST_TEXT]}
    try:
        if picture := _picture(item):
            data["text/html"] = picture
    except ValueError as why:
        data["text/plain"] += f" (The picture is not shown: it {why}.)"
    return nbformat.v4.new_output("display_data", data=data), sum(map(len, data.values()))


def _picture(item: dict[str, Any]) -> str | None:
    """An <img> with the picture inside: there, nothing in it can run. ValueError says why it is not shown."""
    for kind in ("image/svg+xml", "image/png"):
        data = item.get(kind)
        if not isinstance(data, str) or len(data) > LARGEST_PICTURE:
            continue
        if kind == "image/svg+xml":
            data = base64.b64encode(data.encode()).decode()
        data = "".join(data.split())
        check(kind, data)
        return f'<img alt="a figure of the submission" src="data:{kind};base64,{data}">'
    return None
