"""Explorers and questions that answer in JupyterLab before anything is run, and after a notebook was saved and reopened.

A widget lives as long as its kernel, and a notebook that only names one shows "model not found". So a stored output names
none: its HTML brings the script that the site has, and JupyterLab runs it in a notebook that is trusted. (Widgets can be
stored with a notebook too. JupyterLab then marks it as changed when it is opened, and on a slow machine it sometimes looks
for them before it has read the notebook.)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"
BEGIN = '<div class="wi-'
BROUGHT = "\n<!-- what the site has in files of its own -->\n"
SOURCES = ("chapters/", "index.ipynb")  # what is stored there is compared to the letter


def revive(notebook: dict[str, Any]) -> None:
    """Make the stored explorers and questions of a notebook stand on their own."""
    for data, html in outputs(notebook):
        data.pop(VIEW, None)
        data["text/html"] = html.split(BROUGHT)[0] + BROUGHT + brought()


def outputs(notebook: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The outputs that hold an explorer or a question: their bundles, and the HTML in them."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            html = "".join(output.get("data", {}).get("text/html", ""))
            if html.startswith(BEGIN):
                yield output["data"], html


@cache
def brought() -> str:
    """Style and script of the site. The script leaves it to the widgets if one lives on the page: not this time."""
    style, script = (
        (files("weightinit") / "static" / f"explorers.{kind}").read_text(encoding="utf8") for kind in ("css", "js")
    )
    before, after = (
        "const live = globalThis.weightinitLive; delete globalThis.weightinitLive;",
        "globalThis.weightinitLive = live;",
    )
    return f"<style>\n{style}</style>\n<script>\n{{\n{before}\n{script}\n{after}\n}}\n</script>"


def on_save(model: dict[str, Any], path: str, **rest: Any) -> None:
    """Whenever Jupyter saves a notebook, but for the book's own."""
    if model["type"] == "notebook" and not path.lstrip("/").startswith(SOURCES):
        revive(model["content"])
