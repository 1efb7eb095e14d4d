"""A live widget that also carries its HTML: the base of explorers and self-check questions (floor 1, private)."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import anywidget
import traitlets

__all__ = ["HtmlWidget"]

_STATIC = files("weightinit") / "static"
_SCRIPT = (_STATIC / "explorers.js").read_text(encoding="utf-8")
_STYLE = (_STATIC / "explorers.css").read_text(encoding="utf-8")
_MODULE = (
    "globalThis.weightinitLive = true;\n"
    + _SCRIPT
    + """
export default {
  render({ model, el }) {
    el.innerHTML = model.get("html");
    const handle = globalThis.weightinit.start(el.firstElementChild, (at) => { model.set("at", at); model.save_changes(); });
    if (handle) model.on("change:at", () => handle.set(model.get("at")));
  },
};
"""
)


class HtmlWidget(anywidget.AnyWidget):
    """A live widget that also carries its HTML, so that stored output works where there is no kernel."""

    _esm = _MODULE
    _css = _STYLE
    html = traitlets.Unicode("").tag(sync=True)
    at = traitlets.Dict({}).tag(sync=True)

    def _static_bundle(self) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": repr(self)}

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live or {}, {})
        return data | self._static_bundle(), metadata
