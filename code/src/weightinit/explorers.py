"""Explorers: interactive figures that answer without a kernel.

`explore` draws one matplotlib figure for every combination of the controls and packs the frames into a small piece of
HTML, as what differs from the first. The same object is a live widget in Jupyter, whose `values` can be observed.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np
import traitlets

from weightinit._digest import digest
from weightinit._svg import style, svg, themed
from weightinit._validation import check_choice
from weightinit._widget import HtmlWidget
from weightinit.plots import Figure

__all__ = ["MOST_CONTROLS", "MOST_FRAMES", "Explorer", "explore"]

MOST_FRAMES = 400
"""More would make a page heavy, and slow to build."""

MOST_CONTROLS = 3
"""More than this nobody explores."""


class Explorer(HtmlWidget):
    """An interactive figure; made by `explore`.

    Parameters
    ----------
    controls : dict of str to list
        The values of each control.
    start : tuple of int
        The index of each control's value at the start.
    html : str
        What stands in the page.
    png : bytes
        The start frame, for whoever shows no HTML.
    text : str
        The text twin.

    Attributes
    ----------
    values : dict
        Current value of each control; follows the reader's moves in a live notebook, and moves them when set.
    frames : int
        Number of pictures.

    Examples
    --------
    >>> made = explore(
    ...     lambda ax, slope: ax.axline((0, 0), slope=slope) and None,
    ...     alt="A line through the origin, more or less steep.",
    ...     slope=[0.5, 1.0, 2.0],
    ... )
    >>> made.values = {"slope": 2.0}
    >>> made.at
    {'slope': 2}
    """

    values = traitlets.Dict({})

    def __init__(
        self, controls: dict[str, list[Any]], start: tuple[int, ...], html: str, png: bytes, text: str
    ) -> None:
        self._controls, self._png, self._text = controls, png, text
        at = dict(zip(controls, start, strict=True))
        super().__init__(html=html, at=at, values={name: controls[name][i] for name, i in at.items()})

    @property
    def frames(self) -> int:
        """Number of pictures."""
        return math.prod(len(values) for values in self._controls.values())

    @traitlets.observe("at")
    def _moved(self, change: dict[str, Any]) -> None:
        self.values = {name: self._controls[name][int(i)] for name, i in change["new"].items()}

    @traitlets.observe("values")
    def _set(self, change: dict[str, Any]) -> None:
        new = change["new"]
        if set(new) != set(self._controls):
            raise ValueError(f"values must name the controls {sorted(self._controls)}, got {sorted(new)}")
        for name, value in new.items():
            check_choice(value, name, tuple(self._controls[name]))
        self.at = {name: self._controls[name].index(value) for name, value in new.items()}

    def __repr__(self) -> str:
        return self._text

    def _static_bundle(self) -> dict[str, str]:
        return super()._static_bundle() | {"image/png": base64.b64encode(self._png).decode()}


def explore(
    draw: Callable[..., str | None],
    *,
    alt: str,
    start: Mapping[str, Any] | None = None,
    play: str | None = None,
    group: str | None = None,
    labels: Mapping[str, str] | None = None,
    panels: int = 1,
    size: tuple[float, float] | None = None,
    **controls: Sequence[Any],
) -> Explorer:
    """Make an interactive figure from an ordinary drawing function.

    Parameters
    ----------
    draw : callable
        ``draw(ax, **values)`` draws one frame into an empty `Axes` (an array of them when `panels` > 1). Fix the axis
        limits in it, so that frames can be compared. What it returns is the readout below the picture: a
        text, or nothing.
    alt : str
        What is to be seen, for readers who cannot see it; the settings and the readout are appended by themselves.
    start : mapping, optional
        Control → value of the start frame; the first value where a control is not named.
    play : str, optional
        Name of a control that gets a play button.
    group : str, optional
        Explorers of one page with the same group move their controls of the same name together.
    labels : mapping, optional
        Control → text shown to the reader; the name with spaces by default.
    panels : int, default 1
        Axes side by side.
    size : (float, float), optional
        Width and height in inches.
    **controls : sequence
        One to three controls: numbers make a slider, strings (or booleans) a drop-down.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If there is no control or more than three, a control has no values or the same one twice, there are more than
        400 frames, `alt` says too little, or `start`, `play`, `labels` name no control or an unknown value.
    TypeError
        If a control's values are not all numbers or all strings, `draw` is not callable, or it returns something else
        than a text or None (a lambda around `ax.plot` does).
    RuntimeError
        If `draw` raises; the message says for which combination.

    Examples
    --------
    >>> def draw(ax, power):
    ...     ax.plot([0, 1, 2], [0, 1, 2**power])
    ...     ax.set(xlim=(0, 2), ylim=(0, 8))
    ...     return f"2 to the {power} is {2**power}"
    >>> made = explore(draw, alt="A power of the numbers from 0 to 2.", power=[1, 2, 3])
    >>> made.frames, made.values
    (3, {'power': 1})
    """
    if not callable(draw):
        raise TypeError(f"draw must be callable as draw(ax, **values), got {draw!r}")
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise ValueError(f"alt must say in a sentence what is to be seen, got {alt!r}")
    checked = _check_controls(controls)
    for name, argument in (("start", start), ("labels", labels)):
        for key in argument or {}:
            check_choice(key, name, tuple(checked))
    if play is not None:
        check_choice(play, "play", tuple(checked))
    start_at = []
    for name, values in checked.items():
        value = (start or {}).get(name, values[0])
        check_choice(value, f"start[{name!r}]", tuple(values))
        start_at.append(values.index(value))
    start_frame = int(np.ravel_multi_index(start_at, [len(values) for values in checked.values()]))

    with style():
        fig = Figure(figsize=size or ((5.6, 3.5) if panels == 1 else (7.4, 3.3)))
        axes = fig.subplots(1, panels)
    # Explorers of one page differ in what they say, so their ids differ.
    prefix = "e" + hashlib.sha256(repr((alt, checked)).encode()).hexdigest()[:6]
    pictures, readouts = [], []
    for frame, combination in enumerate(itertools.product(*checked.values())):
        readouts.append(_draw_frame(draw, axes, dict(zip(checked, combination, strict=True))))
        if frame == 0:  # its layout serves for all, so that nothing jumps
            with style():
                fig.set_layout_engine("constrained")
                fig.draw_without_rendering()
                fig.set_layout_engine("none")
        pictures.append(svg(fig, prefix=prefix))
        if frame == start_frame:
            png, description = _png(fig), digest(fig)

    page = _Page(
        controls=[
            _Control(name, (labels or {}).get(name, name.replace("_", " ")), values, at)
            for (name, values), at in zip(checked.items(), start_at, strict=True)
        ],
        pictures=pictures,
        readouts=readouts,
        start_frame=start_frame,
        alt=alt.strip(),
        play=play,
        group=group,
    )
    listing = "; ".join(f"{control.label}: {', '.join(control.texts)}" for control in page.controls)
    text = f"Explorer of {len(pictures)} frames. {listing}\n{readouts[start_frame]}\n{description}"
    return Explorer(checked, tuple(start_at), page.html(), png, text)


def _draw_frame(draw: Callable[..., str | None], axes: Any, values: dict[str, Any]) -> str:
    """Draw one frame into emptied axes; returns its readout."""
    shown = ", ".join(f"{name}={value!r}" for name, value in values.items())
    with style():
        for ax in np.ravel(axes):
            ax.clear()
        try:
            readout = draw(axes, **values)
        except Exception as error:
            raise RuntimeError(f"draw failed for {shown}: {type(error).__name__}: {error}") from error
    if readout is not None and not isinstance(readout, str):
        raise TypeError(
            f"draw must return a readout, a text, or nothing, got {type(readout).__name__} for {shown}: "
            "a function whose last line is an expression returns nothing, a lambda returns what it has drawn"
        )
    return readout or ""


def _check_controls(controls: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    if not 1 <= len(controls) <= MOST_CONTROLS:
        raise ValueError(
            f"controls must be one to {MOST_CONTROLS} keyword arguments such as gain=[0.5, 1, 2], got {len(controls)}"
        )
    checked = {}
    for name, values in controls.items():
        if isinstance(values, str) or not isinstance(values, (Sequence, np.ndarray)):
            raise TypeError(f"{name} must be a list of values, got {values!r}")
        values = [value.item() if isinstance(value, np.generic) else value for value in values]
        if not values:
            raise ValueError(f"{name} must have at least one value, got none")
        if not (all(map(_is_number, values)) or all(isinstance(v, (str, bool)) for v in values)):
            raise TypeError(f"{name} must have values that are all finite numbers or all strings, got {values!r}")
        if len({_text(v) for v in values}) < len(values):
            raise ValueError(f"{name} must have values that differ when shown, got {[_text(v) for v in values]}")
        checked[name] = values
    frames = math.prod(len(values) for values in checked.values())
    if frames > MOST_FRAMES:
        counts = " × ".join(f"{name} {len(values)}" for name, values in checked.items())
        raise ValueError(f"controls must make at most {MOST_FRAMES} frames, got {frames} ({counts})")
    return checked


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:.4g}"


def _png(fig: Figure) -> bytes:
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def _pack(pictures: list[str]) -> tuple[list[str], list[dict[str, list[int]]]]:
    """Store each line of SVG once; a frame is the list of its lines, or what it changes of the first frame's list."""
    index: dict[str, int] = {}
    lists = [[index.setdefault(line, len(index)) for line in picture.split("\n")] for picture in pictures]
    frames = [{"all": lists[0]}]
    for ids in lists[1:]:
        if len(ids) == len(lists[0]):
            put = [v for k, (new, old) in enumerate(zip(ids, lists[0], strict=True)) if new != old for v in (k, new)]
            frames.append({"put": put})
        else:
            frames.append({"all": ids})
    return list(index), frames


class _Control(NamedTuple):
    """A control: its name, what the reader sees, its values, and the index of the start's."""

    name: str
    label: str
    values: list[Any]
    at: int

    @property
    def texts(self) -> list[str]:
        """The values as the reader sees them."""
        return [_text(value) for value in self.values]

    def html(self) -> str:
        """A slider for numbers, a drop-down for strings."""
        label, texts = escape(self.label), [escape(text) for text in self.texts]
        keep = 'data-lm-suppress-shortcuts="true"'  # else JupyterLab takes the arrow keys away
        if _is_number(self.values[0]):
            return (
                f'<label>{label}<input type="range" min="0" max="{len(texts) - 1}" step="1" value="{self.at}" '
                f'data-control="{self.name}" aria-valuetext="{texts[self.at]}" {keep}>'
                f"<output>{texts[self.at]}</output></label>"
            )
        options = "".join(
            f'<option value="{i}"{" selected" if i == self.at else ""}>{text}</option>' for i, text in enumerate(texts)
        )
        return f'<label>{label}<select data-control="{self.name}" {keep}>{options}</select></label>'


class _Page(NamedTuple):
    """What an explorer puts into the page."""

    controls: list[_Control]
    pictures: list[str]
    readouts: list[str]
    start_frame: int
    alt: str
    play: str | None
    group: str | None

    def html(self) -> str:
        """The controls, the start frame as a picture, its readout, and all frames as data for the script."""
        parts = [control.html() for control in self.controls]
        if self.play:
            parts.append(f'<button type="button" class="wi-play" data-plays="{self.play}">▶ Play</button>')
        settings = ", ".join(f"{control.label} {control.texts[control.at]}" for control in self.controls)
        readout = self.readouts[self.start_frame]
        picture = themed(self.pictures[self.start_frame], label=f"{self.alt} Now: {settings}. {readout}".strip())
        return (
            f'<div class="wi-explorer"><div class="wi-controls">{"".join(parts)}</div>\n{picture}\n'
            f'<p class="wi-readout" aria-live="polite">{escape(readout, quote=False)}</p>\n'
            f'<script type="application/json">{self._data()}</script></div>'
        )

    def _data(self) -> str:
        """What the script needs, as JSON that may stand inside a page."""
        inner = []
        for picture in self.pictures:
            _, body = themed(picture, label=self.alt).split(">", 1)
            inner.append(body.removesuffix("</svg>").strip())
        lines, frames = _pack(inner)
        data = {
            "alt": self.alt,
            "controls": [{"name": c.name, "label": c.label, "texts": c.texts} for c in self.controls],
            "start": [control.at for control in self.controls],
            "group": self.group or "",
            "readouts": self.readouts,
            "frames": frames,
            "lines": lines,
        }
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
