"""A live widget that also carries its HTML: self-check questions, and the picture of explorers (floor 1, private)."""

from __future__ import annotations

import json
import re
from html import escape
from importlib.resources import files
from typing import Any

import anywidget
import traitlets

__all__ = ["HtmlWidget", "attribute", "marked"]

_STATIC = files("weightinit") / "static"
_SCRIPT = (_STATIC / "explorers.js").read_text(encoding="utf-8")
_STYLE = (_STATIC / "explorers.css").read_text(encoding="utf-8")
_MODULE = (
    "globalThis.weightinitLive = true;\n"
    + _SCRIPT
    + """
export default {
  render({ model, el }) {
    let shown;
    const show = () => {
      shown?.abort();
      shown = new AbortController();
      el.innerHTML = model.get("html");
      globalThis.weightinit.mount(el, shown.signal);
    };
    show();
    model.on("change:html", show);
    return () => { model.off("change:html", show); shown.abort(); };
  },
};
"""
)


class HtmlWidget(anywidget.AnyWidget):
    """A live widget that also carries its HTML, so that stored output works where there is no kernel."""

    _esm = _MODULE
    _css = _STYLE
    html = traitlets.Unicode("").tag(sync=True)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live or {}, {})
        return data | {"text/html": self.html, "text/plain": repr(self)}, metadata


def attribute(data: Any) -> str:
    """Data as JSON inside an attribute in single quotes: where tags are stripped and texts kept, nothing of it is read."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "&amp;").replace("'", "&#39;")


def marked(text: str) -> str:
    """A plain text as HTML, in which ``n_in`` has an index and ``10^-5`` a power."""
    text = escape(text, quote=False)
    text = re.sub(r"(?<![^\W_])([^\W\d_])_([A-Za-z0-9]+)", r"\1<sub>\2</sub>", text)
    return re.sub(r"\^([-−+]?\d+(?:\.\d+)?|[^\W\d_])", lambda m: f"<sup>{m[1].replace('-', '−')}</sup>", text)
