"""The text twin of a figure: what is drawn, in words and numbers (floor 1, private)."""

from __future__ import annotations

from collections import Counter

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.text import Text
from numpy.typing import ArrayLike, NDArray

__all__ = ["digest"]


def digest(fig: Figure) -> str:
    """Describe in words and numbers what a figure shows.

    First what the figure says about itself (:attr:`weightinit.plots.Figure.about`). Then for each panel: title, axes with
    their scales and limits, legend, each curve at up to nine points with its extremes (and over how many seeds
    :func:`weightinit.plots.measured` averaged), each band at its ends and middle, bars, steps, scatter clouds, images
    and annotations; all to three significant digits. A panel whose axes are off is a drawing, in which places mean
    nothing: its parts are counted and its texts listed.

    Parameters
    ----------
    fig : matplotlib.figure.Figure

    Returns
    -------
    str

    Examples
    --------
    >>> fig = Figure()
    >>> bars = fig.subplots().bar([0, 1], [2.0, 3.5])
    >>> print(digest(fig))
    Panel 1
      x: - (linear) [-0.49, 1.49]
      y: - (linear) [0, 3.67]
      2 bars: heights [2, 3.5]
    """
    lines = [about] if (about := getattr(fig, "about", "")) else []
    for panel, ax in enumerate(fig.axes, 1):
        title = ax.get_title() or ax.get_title(loc="left") or ax.get_title(loc="right")
        lines.append(f"Panel {panel}" + (f": {title}" if title else ""))
        if not ax.axison:
            lines += _drawing(ax)
            continue
        for side, axis, limits in (("x", ax.xaxis, ax.get_xlim()), ("y", ax.yaxis, ax.get_ylim())):
            lines.append(f"  {side}: {axis.get_label_text() or '-'} ({axis.get_scale()}) {_list(limits, exact=True)}")
        log = ax.get_yscale() == "log"
        for artist in ax.lines:
            seeds = f"{artist.seeds} seeds, " if hasattr(artist, "seeds") else ""
            lines.append("  line " + _name(artist) + seeds + _curve(*artist.get_data(), exact=log))
        for artist in ax.collections:
            lines.append("  " + _collection(artist))
        bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
        if bars:
            lines.append(f"  {len(bars)} bars: heights {_list(_thin([bar.get_height() for bar in bars]))}")
        for patch in ax.patches:
            if isinstance(patch, StepPatch):
                data = patch.get_data()
                centers = (np.asarray(data.edges[1:]) + np.asarray(data.edges[:-1])) / 2
                lines.append("  steps " + _name(patch) + _curve(centers, data.values))
            elif not isinstance(patch, Rectangle):
                lines.append(
                    f"  {type(patch).__name__} {_name(patch)}{_list(np.ravel(patch.get_extents().get_points()))}"
                )
        for image in ax.images:
            data = np.ma.filled(np.ma.asarray(image.get_array(), float), np.nan)
            lines.append(
                f"  image {' × '.join(map(str, data.shape))}: from {_g(np.nanmin(data))} to {_g(np.nanmax(data))}, "
                f"mean {_g(np.nanmean(data))}, first row {_list(_thin(np.ravel(data[0])))}"
            )
        lines += [f"  text {text.get_text()!r} at {_list(_position(text))}" for text in ax.texts if text.get_text()]
    return "\n".join(lines)


_PARTS = {
    "Line2D": "line",
    "FancyArrowPatch": "arrow",
    "Circle": "circle",
    "Rectangle": "bar",
    "FancyBboxPatch": "frame",
}


def _drawing(ax: Axes) -> list[str]:
    """A panel without axes: its parts by kind, and what is written."""
    kinds = [type(artist).__name__ for artist in (*ax.lines, *ax.collections, *ax.patches, *ax.images)]
    counts = Counter(_PARTS.get(kind, kind) for kind in kinds)
    parts = [f"{count} {kind}" + "s" * (count > 1) for kind, count in counts.items()]
    texts = [repr(text.get_text()) for text in ax.texts if text.get_text()]
    listed = (("drawn", parts), ("written", texts))
    return [f"  {what}: {', '.join(items)}" for what, items in listed if items]


def _name(artist: Artist) -> str:
    label = str(artist.get_label())
    return f"{label!r}: " if not label.startswith("_") else "(no label): "


def _position(text: Text) -> list[float]:
    x, y = text.get_position()
    return [value for value in (x, y) if isinstance(value, (int, float, np.number))]


def _g(value: float) -> str:
    text = f"{float(value):.3g}"
    return "0" if text == "-0" else text


def _list(values: ArrayLike, *, exact: bool = False) -> str:
    values = np.asarray(values, float)
    finite = np.abs(values[np.isfinite(values)])
    # Rounding residue next to larger numbers is printed as 0, but for a log axis, where small numbers are the message.
    noise = 0.0 if exact or not finite.size else 1e-12 * finite.max()
    return "[" + ", ".join(_g(0.0 if abs(v) < noise else v) for v in values) + "]"


def _thin(values: ArrayLike, most: int = 9) -> NDArray[np.float64]:
    values = np.asarray(values, float)
    if len(values) <= most:
        return values
    return values[np.round(np.linspace(0, len(values) - 1, most)).astype(int)]


def _curve(x: ArrayLike, y: ArrayLike, *, exact: bool = False) -> str:
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(x) == 0:
        return "empty"
    points = f"{len(x)} points, x {_list(_thin(x))}, y {_list(_thin(y), exact=exact)}"
    good = y[np.isfinite(y)]
    if len(x) <= 9 or not good.size:
        return points
    return points + f", smallest {_g(good.min())}, largest {_g(good.max())}, mean {_g(good.mean())}"


def _collection(artist: Collection) -> str:
    type_name = type(artist).__name__
    if isinstance(artist, PathCollection):
        offsets = np.ma.filled(np.ma.asarray(artist.get_offsets(), float), np.nan)
        if not len(offsets):
            return f"scatter {_name(artist)}empty"
        low, high, mean = (f(offsets, axis=0) for f in (np.nanmin, np.nanmax, np.nanmean))
        return (
            f"scatter {_name(artist)}{len(offsets)} points, x {_list([low[0], high[0]])}, y {_list([low[1], high[1]])}, "
            f"mean {_list(mean)}"
        )
    paths = artist.get_paths()
    vertices = np.concatenate([path.vertices for path in paths]) if paths else np.empty((0, 2))
    vertices = vertices[np.all(np.isfinite(vertices), axis=1)]
    if type_name == "FillBetweenPolyCollection" and len(vertices):
        rows = []
        for x in (vertices[:, 0].min(), np.median(vertices[:, 0]), vertices[:, 0].max()):
            near = vertices[np.abs(vertices[:, 0] - x) <= np.min(np.abs(vertices[:, 0] - x)) + 1e-9 * (1 + abs(x)), 1]
            rows.append(f"at {_g(x)} {_list([near.min(), near.max()])}")
        return f"band ({to_hex(artist.get_facecolor()[0])}) " + ", ".join(rows)
    if type_name == "QuadMesh":
        data = np.ma.filled(np.ma.asarray(artist.get_array(), float), np.nan)
        return f"mesh {' × '.join(map(str, data.shape))}: {_g(np.nanmin(data))} to {_g(np.nanmax(data))}, mean {_g(np.nanmean(data))}"
    ends = np.ravel([vertices.min(axis=0), vertices.max(axis=0)]) if len(vertices) else []
    return f"{type_name} {_name(artist)}{len(paths)} paths, extent {_list(ends)}"
