"""Explorers: interactive figures that answer without a kernel.

`explore` draws one matplotlib figure for every combination of the controls and packs the frames into a small piece of
HTML, as what differs from the first. The same object is a live widget in Jupyter: there a number may also lie between those
that are stored, and the `values` can be observed and linked.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
import traitlets

from weightinit._controls import Control, LiveControl, is_number, shown
from weightinit._digest import digest
from weightinit._numbers import typeset
from weightinit._svg import inner, set_plain_powers, style, svg, themed
from weightinit._validation import check_choice, check_int
from weightinit._widget import HtmlWidget, attribute, marked
from weightinit.plots import Figure, name_axes

__all__ = ["MOST_CONTROLS", "MOST_FRAMES", "Explorer", "explore"]

MOST_FRAMES = 400
"""More would make a page heavy, and slow to build."""

CURRENT, OLD = '<div class="wi-explorer">', '<div class="wi-explorer wi-old">'
"""Around a live picture: that of the values, and that of others."""

MOST_CONTROLS = 3
"""More than this nobody explores."""


class Explorer(ipywidgets.VBox):
    """An interactive figure; made by `explore`.

    Stored, it is a piece of HTML that answers from its frames. In a live notebook its controls are ipywidgets, and a number
    may be any from the smallest stored one to the largest: what is not stored is drawn when it is asked for. Beyond them
    the axes would not fit; a number that is typed there is put back, and a line says so.

    Parameters
    ----------
    page : _Page
        The frames, and what surrounds them.
    redraw : callable
        ``redraw(values)`` draws one more frame and returns its picture and its readout.
    png : bytes
        The start frame, for whoever shows no HTML.
    description : str
        What the start frame shows, in words and numbers.

    Attributes
    ----------
    values : dict
        Current value of each control; follows the reader's moves in a live notebook, and moves them when set.
    controls : dict of str to ipywidgets.Widget
        The widget that holds the value of each control, to be observed or linked.
    frames : int
        Number of stored pictures.
    html : str
        What is stored: it answers without a kernel.

    Examples
    --------
    >>> made = explore(
    ...     lambda ax, slope: ax.axline((0, 0), slope=slope) and None,
    ...     alt="A line through the origin, more or less steep.",
    ...     slope=[0.5, 1.0, 2.0],
    ... )
    >>> made.values = {"slope": 1.7}
    >>> made.controls["slope"].value
    1.7
    """

    values = traitlets.Dict({})

    def __init__(
        self, page: _Page, redraw: Callable[[dict[str, Any]], tuple[str, str]], png: bytes, description: str
    ) -> None:
        self._page, self._redraw, self._png = page, redraw, png
        listing = "; ".join(f"{control.label}: {', '.join(control.texts)}" for control in page.controls)
        readout = page.readouts[page.start_frame]
        self._text = f"Explorer of {self.frames} frames. {listing}\n{readout}\n{description}"
        self.html = page.html()
        self._rows = {
            control.name: LiveControl(control, pause=page.pause if control.name == page.play else None)
            for control in page.controls
        }
        self.controls = {name: row.holder for name, row in self._rows.items()}
        self._picture = HtmlWidget()
        self._note = ipywidgets.HTML()
        super().__init__(
            [ipywidgets.VBox([row.box for row in self._rows.values()]), self._picture, self._note],
            values={name: holder.value for name, holder in self.controls.items()},
        )
        for name, holder in self.controls.items():
            holder.observe(lambda change, name=name: self._move(name, change["new"]), names="value")

    @property
    def frames(self) -> int:
        """Number of stored pictures."""
        return len(self._page.pictures)

    def _move(self, name: str, value: Any) -> None:
        for row in self._rows.values():
            row.stop()
        if value == self.values[name]:  # a number that was put back
            return
        try:
            self.values = self.values | {name: value}
        except ValueError:
            if self.values[name] == value:  # taken here, and refused by an explorer that is linked to this one
                raise
            self._rows[name].set(self.values[name])

    @traitlets.validate("values")
    def _check(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """Numbers may lie anywhere between the stored ones, in what is a drop-down only its own values are taken."""
        new = proposal["value"]
        if set(new) != set(self.controls):
            raise ValueError(f"values must name the controls {sorted(self.controls)}, got {sorted(new)}")
        for control in self._page.controls:
            value = new[control.name]
            if not control.is_numeric:
                check_choice(value, control.name, tuple(control.values))
            elif not is_number(value):
                raise ValueError(f"{control.name} must be a finite number, got {value!r}")
            elif refused := control.refuses(value):
                self._say(f"{marked(control.label)} {refused}. The picture shows {self._settings()}.")
                raise ValueError(f"{control.name} {refused}")
        return {control.name: new[control.name] for control in self._page.controls}

    @traitlets.observe("values")
    def _show(self, change: dict[str, Any]) -> None:
        values = change["new"]
        for name, value in values.items():
            self._rows[name].set(value)
        frame = self._page.frame(values)
        if frame is not None:
            self._draw(self._page.pictures[frame], self._page.readouts[frame])
            self._say("")
        else:
            self._say("Computing …")
            try:
                picture, readout = self._redraw(values)
            except RuntimeError as error:
                self._picture.html = self._picture.html.replace(CURRENT, OLD)
                self._say(f"{escape(str(error))}. The picture is an old one: it shows {self._settings()}.")
                raise
            self._draw(picture, readout)
            self._say("Computed just now, for these values.")

    def _draw(self, picture: str, readout: str) -> None:
        self._drawn = self.values
        self._picture.html = f"{CURRENT}{self._page.body(picture, readout, self.values)}</div>"

    def _settings(self) -> str:
        """What the picture shows, as HTML."""
        return marked(self._page.settings(self._drawn))

    def _say(self, note: str) -> None:
        self._note.value = f'<span role="status">{note}</span>' if note else ""

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        stored = {
            "text/html": self.html,
            "text/plain": repr(self),
            "image/png": base64.b64encode(self._png).decode(),
        }
        return (super()._repr_mimebundle_(**kwargs) or {}) | stored


def explore(
    draw: Callable[..., str | None],
    *,
    alt: str,
    start: Mapping[str, Any] | None = None,
    play: str | None = None,
    pause: int = 450,
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
        text, or nothing; ``5.4e-05`` is shown in it as 5.4·10⁻⁵.
    alt : str
        What is to be seen, for readers who cannot see it; the settings and the readout are appended by themselves.
    start : mapping, optional
        Control → value of the start frame; the first value where a control is not named.
    play : str, optional
        Name of a control that gets a play button.
    pause : int, default 450
        Milliseconds from one frame of the play to the next.
    group : str, optional
        Explorers of one page with the same group move their controls of the same name together. (In a live notebook,
        link what should move together: ``ipywidgets.link((one, "values"), (other, "values"))``.)
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
        fig = Figure(figsize=size or ((4.6, 3.1) if panels == 1 else (7.2, 3.1)))
        axes = fig.subplots(1, panels)
    # Explorers of one page differ in what they say, so their ids differ.
    prefix = "e" + hashlib.sha256(repr((alt, checked)).encode()).hexdigest()[:6]
    pictures: list[str] = []
    readouts: list[str] = []

    def picture_of(values: dict[str, Any]) -> tuple[str, str]:
        readout = _draw_frame(draw, axes, values)
        name_axes(fig.axes)
        if not pictures:  # the layout of the first frame serves for all, so that nothing jumps
            with style():
                set_plain_powers(fig)
                fig.set_layout_engine("constrained")
                fig.draw_without_rendering()
                fig.set_layout_engine("none")
        return svg(fig, prefix=prefix), readout

    for frame, combination in enumerate(itertools.product(*checked.values())):
        picture, readout = picture_of(dict(zip(checked, combination, strict=True)))
        pictures.append(picture)
        readouts.append(readout)
        if frame == start_frame:
            png, description = _png(fig), digest(fig)

    page = _Page(
        controls=[
            Control(name, (labels or {}).get(name, name.replace("_", " ")), values, at)
            for (name, values), at in zip(checked.items(), start_at, strict=True)
        ],
        pictures=pictures,
        readouts=readouts,
        start_frame=start_frame,
        alt=alt.strip(),
        play=play,
        pause=check_int(pause, "pause", minimum=50),
        group=group,
    )
    return Explorer(page, picture_of, png, description)


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
    return typeset(readout or "")


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
        if not (all(map(is_number, values)) or all(isinstance(v, (str, bool)) for v in values)):
            raise TypeError(f"{name} must have values that are all finite numbers or all strings, got {values!r}")
        if len({shown(v) for v in values}) < len(values):
            raise ValueError(f"{name} must have values that differ when shown, got {[shown(v) for v in values]}")
        checked[name] = values
    frames = math.prod(len(values) for values in checked.values())
    if frames > MOST_FRAMES:
        counts = " × ".join(f"{name} {len(values)}" for name, values in checked.items())
        raise ValueError(f"controls must make at most {MOST_FRAMES} frames, got {frames} ({counts})")
    return checked


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


class _Page(NamedTuple):
    """What an explorer puts into the page."""

    controls: list[Control]
    pictures: list[str]
    readouts: list[str]
    start_frame: int
    alt: str
    play: str | None
    pause: int
    group: str | None

    def frame(self, values: Mapping[str, Any]) -> int | None:
        """The number of the frame for these values, if it is stored."""
        number = 0
        for control in self.controls:
            if values[control.name] not in control.values:
                return None
            number = number * len(control.values) + control.values.index(values[control.name])
        return number

    def settings(self, values: Mapping[str, Any]) -> str:
        """The controls and their values, as the reader sees them."""
        return ", ".join(f"{control.label} {shown(values[control.name])}" for control in self.controls)

    def body(self, picture: str, readout: str, values: Mapping[str, Any]) -> str:
        """A picture with its readout."""
        label = f"{self.alt} Now: {self.settings(values)}. {readout}".strip()
        return f'{themed(picture, label=label)}\n<p class="wi-readout" aria-live="polite">{escape(readout, quote=False)}</p>'

    def html(self) -> str:
        """The controls, the start frame as a picture, its readout, and all frames as data for the script."""
        parts = [control.html() for control in self.controls]
        if self.play:
            parts.append(
                f'<button type="button" class="wi-play" data-plays="{self.play}" data-pause="{self.pause}">▶ Play</button>'
            )
        start = {control.name: control.values[control.at] for control in self.controls}
        body = self.body(self.pictures[self.start_frame], self.readouts[self.start_frame], start)
        return (
            f"<div class=\"wi-explorer\" data-explorer='{attribute(self._data())}'>"
            f'<div class="wi-controls" hidden>{"".join(parts)}</div>\n{body}</div>'
        )

    def _data(self) -> dict[str, Any]:
        """What the script needs."""
        lines, frames = _pack([inner(picture) for picture in self.pictures])
        return {
            "alt": self.alt,
            "controls": [{"name": c.name, "label": c.label, "texts": c.texts} for c in self.controls],
            "start": [control.at for control in self.controls],
            "group": self.group or "",
            "readouts": self.readouts,
            "frames": frames,
            "lines": lines,
        }
