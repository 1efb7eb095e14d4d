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

import numpy as np
import traitlets

from weightinit._digest import digest
from weightinit._svg import style, svg, themed
from weightinit._validation import check_choice
from weightinit._widget import HtmlWidget
from weightinit.plots import Figure

MOST_FRAMES = 400
MOST_CONTROLS = 3


class Explorer(HtmlWidget):
    """An interactive figure; made by `explore`.

    Attributes
    ----------
    values : dict
        Current value of each control; follows the reader's moves in a live notebook, and moves them when set.
    frames : int
        Number of pictures.
    """

    values = traitlets.Dict({})

    def __init__(self, controls: dict[str, list], start: tuple[int, ...], html: str, png: bytes, text: str):
        self._controls, self._png, self._text = controls, png, text
        at = dict(zip(controls, start, strict=True))
        super().__init__(html=html, at=at, values={name: controls[name][i] for name, i in at.items()})

    @property
    def frames(self) -> int:
        """Number of pictures."""
        return math.prod(len(values) for values in self._controls.values())

    @traitlets.observe("at")
    def _moved(self, change):
        self.values = {name: self._controls[name][int(i)] for name, i in change["new"].items()}

    @traitlets.observe("values")
    def _set(self, change):
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
    draw: Callable,
    *,
    alt: str,
    start: Mapping | None = None,
    play: str | None = None,
    group: str | None = None,
    labels: Mapping[str, str] | None = None,
    panels: int = 1,
    size: tuple[float, float] | None = None,
    **controls: Sequence,
) -> Explorer:
    """Make an interactive figure from an ordinary drawing function.

    Parameters
    ----------
    draw : callable
        ``draw(ax, **values)`` draws one frame into an empty `Axes` (an array of them when `panels` > 1). Fix the axis
        limits in it, so that frames can be compared. What it returns, if anything, is the readout below the picture.
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
        If a control's values are not all numbers or all strings, or `draw` is not callable.
    RuntimeError
        If `draw` raises; the message says for which combination.
    """
    if not callable(draw):
        raise TypeError(f"draw must be callable as draw(ax, **values), got {draw!r}")
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise ValueError(f"alt must say in a sentence what is to be seen, got {alt!r}")
    table = _check_controls(controls)
    for name, argument in (("start", start), ("labels", labels)):
        for key in argument or {}:
            check_choice(key, name, tuple(table))
    if play is not None:
        check_choice(play, "play", tuple(table))
    first = []
    for name, values in table.items():
        value = (start or {}).get(name, values[0])
        check_choice(value, f"start[{name!r}]", tuple(values))
        first.append(values.index(value))

    with style():
        fig = Figure(figsize=size or ((5.6, 3.5) if panels == 1 else (7.4, 3.3)))
        axes = fig.subplots(1, panels)
    # Explorers of one page differ in what they say, so their ids differ.
    prefix = "e" + hashlib.sha256(repr((alt, table)).encode()).hexdigest()[:6]
    pictures, readouts = [], []
    for combination in itertools.product(*table.values()):
        values = dict(zip(table, combination, strict=True))
        with style():
            for ax in np.ravel(axes):
                ax.clear()
            try:
                said = draw(axes, **values)
            except Exception as error:
                shown = ", ".join(f"{k}={v!r}" for k, v in values.items())
                raise RuntimeError(f"draw failed for {shown}: {type(error).__name__}: {error}") from error
            if not pictures:  # the layout of the first frame serves for all, so that nothing jumps
                fig.set_layout_engine("constrained")
                fig.draw_without_rendering()
                fig.set_layout_engine("none")
        pictures.append(svg(fig, prefix=prefix))
        readouts.append("" if said is None else str(said))
        if list(combination) == [table[n][i] for n, i in zip(table, first, strict=True)]:
            png, text = _png(fig), digest(fig)

    sizes = [len(values) for values in table.values()]
    number = int(np.ravel_multi_index(first, sizes))
    names = {name: (labels or {}).get(name, name.replace("_", " ")) for name in table}
    html = _html(table, names, first, pictures, readouts, number, alt.strip(), play, group)
    listing = "; ".join(f"{names[n]}: {', '.join(map(_text, v))}" for n, v in table.items())
    text = f"Explorer of {len(pictures)} frames. {listing}\n{readouts[number]}\n{text}"
    return Explorer(table, tuple(first), html, png, text)


def _check_controls(controls: Mapping) -> dict[str, list]:
    if not 1 <= len(controls) <= MOST_CONTROLS:
        raise ValueError(
            f"controls must be one to {MOST_CONTROLS} keyword arguments such as gain=[0.5, 1, 2], got {len(controls)}"
        )
    table = {}
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
        table[name] = values
    frames = math.prod(len(values) for values in table.values())
    if frames > MOST_FRAMES:
        counts = " × ".join(f"{name} {len(values)}" for name, values in table.items())
        raise ValueError(f"controls must make at most {MOST_FRAMES} frames, got {frames} ({counts})")
    return table


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _text(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:.4g}"


def _png(fig) -> bytes:
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def _pack(pictures: list[str]) -> tuple[list[str], list[dict]]:
    """Store each line of SVG once; a frame is the list of its lines, or what it changes of the first frame's list."""
    numbers: dict[str, int] = {}
    lists = [[numbers.setdefault(line, len(numbers)) for line in picture.split("\n")] for picture in pictures]
    frames = [{"all": lists[0]}]
    for ids in lists[1:]:
        if len(ids) == len(lists[0]):
            put = [v for k, (new, old) in enumerate(zip(ids, lists[0], strict=True)) if new != old for v in (k, new)]
            frames.append({"put": put})
        else:
            frames.append({"all": ids})
    return list(numbers), frames


def _html(table, names, first, pictures, readouts, number, alt, play, group) -> str:
    inner = []
    for picture in pictures:
        picture = themed(picture, label=alt)
        head, body = picture.split(">", 1)
        inner.append(body.removesuffix("</svg>").strip())
    lines, frames = _pack(inner)
    controls = [{"name": n, "label": names[n], "texts": [_text(v) for v in values]} for n, values in table.items()]
    data = {
        "alt": alt,
        "controls": controls,
        "start": first,
        "group": group or "",
        "readouts": readouts,
        "frames": frames,
        "lines": lines,
    }
    payload = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    parts = [_control(c, first[i], table[c["name"]]) for i, c in enumerate(controls)]
    if play:
        parts.append(f'<button type="button" class="wi-play" data-plays="{play}">▶ Play</button>')
    settings = ", ".join(f"{c['label']} {c['texts'][first[i]]}" for i, c in enumerate(controls))
    label = f"{alt} Now: {settings}. {readouts[number]}".strip()
    picture = themed(pictures[number], label=label)
    return (
        f'<div class="wi-explorer"><div class="wi-controls">{"".join(parts)}</div>\n{picture}\n'
        f'<p class="wi-readout" aria-live="polite">{escape(readouts[number], quote=False)}</p>\n'
        f'<script type="application/json">{payload}</script></div>'
    )


def _control(control: dict, at: int, values: list) -> str:
    name, label, texts = control["name"], escape(control["label"]), [escape(t) for t in control["texts"]]
    keep = 'data-lm-suppress-shortcuts="true"'  # else JupyterLab takes the arrow keys away
    if _is_number(values[0]):
        return (
            f'<label>{label}<input type="range" min="0" max="{len(values) - 1}" step="1" value="{at}" '
            f'data-control="{name}" aria-valuetext="{texts[at]}" {keep}><output>{texts[at]}</output></label>'
        )
    options = "".join(f'<option value="{i}"{" selected" if i == at else ""}>{t}</option>' for i, t in enumerate(texts))
    return f'<label>{label}<select data-control="{name}" {keep}>{options}</select></label>'
