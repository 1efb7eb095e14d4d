"""Explorers and questions that answer in JupyterLab before anything is run, and after a notebook was saved and reopened.

Their stored output is HTML, which stands still there; a widget lives as long as its kernel, and a saved notebook that only
names it shows "model not found". Here the widget behind each such output is stored with the notebook, made from its HTML.
JupyterLab can store widgets too, but then marks every notebook as changed when it is opened.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any

from ipywidgets.embed import embed_data

from weightinit._widget import HtmlWidget

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
BEGIN = '<div class="wi-'


def revive(notebook: dict[str, Any]) -> None:
    """Store the widget behind each explorer and question; one that a kernel has made keeps its name."""
    model, layout = template()
    states = {"weightinit-layout": layout}
    for number, (data, html) in enumerate(outputs(notebook)):
        name = uuid.uuid5(uuid.NAMESPACE_OID, f"weightinit {number}").hex
        view = data.setdefault(VIEW, {"version_major": 2, "version_minor": 0, "model_id": name})
        states[view["model_id"]] = model | {"state": model["state"] | {"html": html}}
    if len(states) > 1:
        stored = {"version_major": 2, "version_minor": 0, "state": copy.deepcopy(states)}
        notebook["metadata"]["widgets"] = {STATE: stored}


def outputs(notebook: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The outputs that hold an explorer or a question: their bundles, and the HTML in them."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            html = "".join(output.get("data", {}).get("text/html", ""))
            if html.startswith(BEGIN):
                yield output["data"], html


@cache
def template() -> tuple[dict[str, Any], dict[str, Any]]:
    """What ipywidgets stores of such a widget, and of its layout."""
    widget = HtmlWidget()
    states = embed_data(views=[widget], drop_defaults=False)["manager_state"]["state"]
    model, layout = states[widget.model_id], states[widget.layout.model_id]
    widget.close()
    model["state"]["layout"] = "IPY_MODEL_weightinit-layout"
    return model, layout


def on_save(model: dict[str, Any], **rest: Any) -> None:
    """Whenever Jupyter saves a notebook."""
    if model["type"] == "notebook":
        revive(model["content"])
