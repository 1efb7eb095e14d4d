"""The controls of an explorer: on a page a slider or a drop-down, in a live notebook ipywidgets (floor 2, private)."""

from __future__ import annotations

import math
from html import escape
from typing import Any, NamedTuple

import anywidget
import ipywidgets
import traitlets

from weightinit._numbers import typeset
from weightinit._widget import marked

__all__ = ["Control", "LiveControl", "is_number", "shown"]


def is_number(value: Any) -> bool:
    """Whether a value is a finite number, and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def shown(value: Any) -> str:
    """A value as the reader sees it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else typeset(f"{value:.4g}")


class Control(NamedTuple):
    """A control: its name, what the reader sees, its values, and the index of the start's."""

    name: str
    label: str
    values: list[Any]
    at: int

    @property
    def texts(self) -> list[str]:
        """The values as the reader sees them."""
        return [shown(value) for value in self.values]

    @property
    def is_numeric(self) -> bool:
        """Whether it takes numbers."""
        return is_number(self.values[0])

    def refuses(self, value: Any) -> str:
        """Why a number is not taken, as what follows the control's name; empty if it is."""
        low, high = min(self.values), max(self.values)
        if low <= value <= high:
            return ""
        taken = f"lie between {shown(low)} and {shown(high)}" if low < high else f"be {shown(low)}"
        return f"must {taken}, got {shown(value)}"

    def html(self) -> str:
        """A slider for numbers, a drop-down for strings."""
        label, texts = marked(self.label), [escape(text) for text in self.texts]
        keep = 'data-lm-suppress-shortcuts="true"'  # else JupyterLab takes the arrow keys away
        if self.is_numeric:
            return (
                f'<label><span>{label}</span><input type="range" min="0" max="{len(texts) - 1}" step="1" value="{self.at}" '
                f'data-control="{self.name}" aria-valuetext="{texts[self.at]}" {keep}>'
                f"<output>{texts[self.at]}</output></label>"
            )
        options = "".join(
            f'<option value="{i}"{" selected" if i == self.at else ""}>{text}</option>' for i, text in enumerate(texts)
        )
        return f'<label><span>{label}</span><select data-control="{self.name}" {keep}>{options}</select></label>'


class _Play(anywidget.AnyWidget):
    """A button that steps while it plays. It stops with its view: ipywidgets' own plays on when the output is cleared."""

    _esm = """
export default {
  render({ model, el }) {
    const button = document.createElement("button");
    button.className = "jupyter-button";
    let timer = null;
    const show = () => {
      clearInterval(timer);
      button.textContent = model.get("playing") ? "❚❚ Pause" : "▶ Play";
      if (!model.get("playing")) return;
      timer = setInterval(() => { model.set("step", model.get("step") + 1); model.save_changes(); }, model.get("pause"));
    };
    button.addEventListener("click", () => { model.set("playing", !model.get("playing")); model.save_changes(); });
    model.on("change:playing", show);
    show();
    el.append(button);
    return () => { clearInterval(timer); model.off("change:playing", show); };
  },
};
"""
    playing = traitlets.Bool(False).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    pause = traitlets.Int(450).tag(sync=True)


class LiveControl:
    """A control in a live notebook.

    Strings make a drop-down. A number has a field to type it in, and a slider over the values that are stored.

    Parameters
    ----------
    control : Control
    pause : int, optional
        Milliseconds from one frame of the play to the next; no play button without it.

    Attributes
    ----------
    holder : ipywidgets.Widget
        Its `value` is the control's.
    box : ipywidgets.Widget
        What is shown.
    """

    def __init__(self, control: Control, *, pause: int | None = None) -> None:
        values, start = control.values, control.values[control.at]
        options = list(zip(control.texts, values, strict=True))
        look = {"description": control.label, "style": {"description_width": "initial"}}
        self._values, self._moving = values, False
        if control.is_numeric:
            kind = ipywidgets.IntText if all(isinstance(value, int) for value in values) else ipywidgets.FloatText
            self.holder = kind(start, layout={"width": "7rem"})
            self._slider = ipywidgets.SelectionSlider(options=options, value=start, readout=False, **look)
            self._slider.observe(self._slide, names="value")
            parts = [self._slider, self.holder]
        else:
            self.holder = ipywidgets.Dropdown(options=options, value=start, **look)
            self._slider = None
            parts = [self.holder]
        self._play = _Play(pause=pause) if pause else None
        if self._play:
            self._play.observe(self._step, names="step")
            self._play.observe(self._begin, names="playing")
            parts.append(self._play)
        self.box = ipywidgets.HBox(parts)

    def set(self, value: Any) -> None:
        """Show a value: the slider goes to the nearest stored one."""
        self._moving, before = True, self._moving
        self.holder.value = value
        if self._slider:
            self._slider.value = min(self._values, key=lambda stored: abs(stored - value))
        self._moving = before

    def stop(self) -> None:
        """A hand on a control stops the play."""
        if self._play and not self._moving:
            self._play.playing = False

    def _slide(self, change: dict[str, Any]) -> None:
        if not self._moving:
            self.holder.value = change["new"]

    def _begin(self, change: dict[str, Any]) -> None:
        if change["new"] and self.holder.value == self._values[-1]:
            self._play_to(0)

    def _step(self, change: dict[str, Any]) -> None:
        value = self.holder.value
        here = self._values.index(value) if value in self._values else -1
        if here + 1 < len(self._values):
            self._play_to(here + 1)
        if here + 2 >= len(self._values):
            self._play.playing = False

    def _play_to(self, at: int) -> None:
        self._moving = True
        self.holder.value = self._values[at]
        self._moving = False
