"""Figures of the book: one style, one color an initializer, and a text twin for every picture.

Nothing here imports pyplot. `subplots` makes a `Figure` whose last-line display is a deterministic SVG together with a
short text digest of what is drawn. Notebook tests skip pictures but compare text, so the digest is what keeps a curve
from changing unseen; it also serves as the long description for readers who cannot see the figure.
"""

from __future__ import annotations

import hashlib
import io
import re
from importlib.resources import as_file, files

import matplotlib as mpl
import numpy as np
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.patches import Rectangle, StepPatch

from weightinit._validation import check_choice
from weightinit.intervals import STATISTICS, interval

# Color and marker of each scheme, the same in every figure and explorer. The colors have a contrast of at least 3 on the
# light and on the dark page and stay apart for color-blind readers; the marker carries the same information once more.
SCHEMES = {
    "he": ("#1f78b4", "o"),
    "xavier": ("#d55e00", "s"),
    "lecun": ("#0c9a6c", "^"),
    "orthogonal": ("#b5589a", "D"),
    "standard": ("#9a7400", "v"),
    "small": ("#7d7d7d", "P"),
    "large": ("#c0392b", "X"),
    "constant": ("#7a6fd0", "p"),
}
ALIASES = {"glorot": "xavier", "kaiming": "he", "zeros": "constant", "delta_orthogonal": "orthogonal"}
THEORY = {"color": "black", "linestyle": (0, (4, 2.5)), "linewidth": 1.5, "zorder": 5}

_STYLE = files("weightinit") / "book.mplstyle"


def style():
    """Context manager that applies the book's matplotlib style."""
    return mpl.rc_context(_settings())


def use_style() -> None:
    """Apply the book's style to everything drawn from here on; the first cell of every notebook calls it."""
    mpl.rcParams.update(_settings())


def _settings() -> mpl.RcParams:
    with as_file(_STYLE) as path:
        return mpl.rc_params_from_file(path, use_default_template=False)


def scheme(name: str) -> str:
    """Family of an initializer's name: ``"glorot_uniform"`` and ``"xavier_normal"`` are both ``"xavier"``.

    Raises
    ------
    ValueError
        If the name belongs to no family; the message lists the families.
    """
    stem = re.sub(r"_(normal|uniform)$", "", str(name))
    stem = ALIASES.get(stem, stem)
    check_choice(stem, "name", tuple(SCHEMES))
    return stem


def color(name: str) -> str:
    """Color of an initializer, as a hexadecimal string."""
    return SCHEMES[scheme(name)][0]


class Figure(MatplotlibFigure):
    """A matplotlib figure that shows itself as SVG, with a text digest of what is drawn."""

    def __repr__(self) -> str:
        return digest(self)

    __str__ = __repr__

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        text = digest(self)
        return {"image/svg+xml": svg(self, description=text), "text/plain": text}


def subplots(nrows: int = 1, ncols: int = 1, *, size: tuple[float, float] | None = None, **kwargs):
    """Make a figure and its axes in the book's style.

    Parameters
    ----------
    nrows, ncols : int
        Panels. Two columns at most stay readable on a phone.
    size : (float, float), optional
        Width and height in inches; by default 5.6 × 3.5 for one panel, growing with rows and columns.
    **kwargs
        Passed to `matplotlib.figure.Figure.subplots`, for example ``sharey=True``.

    Returns
    -------
    fig : Figure
    ax : Axes or ndarray of Axes
    """
    with style():
        fig = Figure(figsize=size or (5.6 if ncols == 1 else 7.4, 0.3 + 3.2 * nrows), layout="constrained")
        return fig, fig.subplots(nrows, ncols, **kwargs)


def measured(ax, samples, *, x=None, label=None, name=None, confidence=0.95, statistic="mean", **kwargs):
    """Draw the average over seeds with its confidence band.

    Parameters
    ----------
    ax : Axes
    samples : array_like, shape (replicas, n)
        One curve a seed.
    x : array_like, shape (n,), optional
        Abscissa; 1, 2, …, n (layers) by default.
    label : str, optional
        Legend entry.
    name : str, optional
        Initializer whose color and marker to use, for example ``"he_normal"``.
    confidence : float, default 0.95
        Coverage of the band at each point.
    statistic : {"mean", "geometric_mean", "median"}
        What the curve shows.
    **kwargs
        Passed to `Axes.plot`; they override color and marker.

    Returns
    -------
    Line2D
    """
    check_choice(statistic, "statistic", STATISTICS)
    samples = np.asarray(samples, float)
    if samples.ndim != 2:
        raise ValueError(f"samples must have shape (replicas, points), got {samples.shape}")
    x = np.arange(1, samples.shape[1] + 1) if x is None else np.asarray(x)
    if x.shape != samples.shape[1:]:
        raise ValueError(f"x must have one value a point {samples.shape[1:]}, got shape {x.shape}")
    if name is not None:
        kwargs = {"color": color(name), "marker": SCHEMES[scheme(name)][1]} | kwargs
    kwargs = {"markevery": max(1, samples.shape[1] // 12)} | kwargs
    found = interval(samples, confidence=confidence, statistic=statistic)
    (line,) = ax.plot(x, found.center, label=label, **kwargs)
    low = found.low
    if ax.get_yscale() == "log":  # a band that reaches 0 would drag the axis down for ever
        low = np.maximum(low, found.center / 1e3)
    ax.fill_between(x, low, found.high, color=line.get_color(), alpha=0.22, linewidth=0)
    return line


def theory(ax, y, *, x=None, label="theory", **kwargs):
    """Draw a prediction: the black dashed line that means "theory" through the whole book.

    Parameters
    ----------
    ax : Axes
    y : array_like, shape (n,), or float
        The predicted curve, or one level for the whole width.
    x : array_like, shape (n,), optional
        Abscissa; 1, 2, …, n by default.
    label : str, optional
    **kwargs
        Passed to `Axes.plot`.

    Returns
    -------
    Line2D
    """
    if np.ndim(y) == 0:
        return ax.axhline(float(y), label=label, **(THEORY | kwargs))
    y = np.asarray(y, float)
    (line,) = ax.plot(np.arange(1, len(y) + 1) if x is None else x, y, label=label, **(THEORY | kwargs))
    return line


# ---- the picture ----------------------------------------------------------------------------------------------------
def svg(fig, *, description: str = "", prefix: str | None = None) -> str:
    """Deterministic, compact SVG of a figure: the same data give the same bytes.

    Coordinates are cut to two decimals (1/100 pt), texts stay texts, ids that nothing refers to are dropped, and there
    is no date and no global style sheet, so that the picture can stand inside a page.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    description : str, optional
        Long description, stored in the picture as ``<desc>``.
    prefix : str, optional
        What the remaining ids begin with. Pictures of one page must not share ids; by default it is a hash of the
        description.

    Returns
    -------
    str
    """
    if prefix is None:
        prefix = "i" + hashlib.sha256(description.encode()).hexdigest()[:6]
    buffer = io.StringIO()
    with style():
        fig.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", text, count=1, flags=re.S)
    text = re.sub(r'\s*xmlns:xlink="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", text)
    text = re.sub(r"font-family: [^;\"]*;? ?", "", text)
    text = re.sub(r"<[^>]*>", lambda tag: re.sub(r"-?\d+\.\d{3,}", lambda m: _short(m[0]), tag[0]), text)
    text = re.sub(r'\sd="([^"]*)"', lambda m: ' d="' + re.sub(r"\s*([A-Za-z])\s*", r"\1", m[1]).strip() + '"', text)
    used = set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", text))
    text = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in used else "", text)
    text = _renumber(text, prefix)
    text = re.sub(r"\n\s*", "\n", text)
    width, height = (float(v) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups())
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}pt" height="{height:g}pt"'
    head += ' font-family="\'DejaVu Sans\', Verdana, sans-serif" stroke-linejoin="round" stroke-linecap="butt">'
    desc = f"<desc>{_escape(description)}</desc>" if description else ""
    return head + desc + text[text.index(">") + 1 :].strip()


def themed(picture: str, *, label: str) -> str:
    """Prepare an SVG of `svg` to stand inside a page: black and white follow the page's theme, and it has a name.

    Parameters
    ----------
    picture : str
        What `svg` returned.
    label : str
        Alternative text.

    Returns
    -------
    str
    """
    picture = re.sub(r"#000000\b", "currentColor", picture)
    picture = re.sub(r"#ffffff\b", "var(--wi-paper)", picture)
    return picture.replace(
        "<svg ", f'<svg class="wi-figure" role="img" aria-label="{_escape(label)}" fill="currentColor" ', 1
    )


def _renumber(text: str, prefix: str) -> str:
    """Name ids by their order: matplotlib's own are hashes of unrounded numbers, which the last bit changes."""
    names = {old: f"{prefix}-{k}" for k, old in enumerate(dict.fromkeys(re.findall(r' id="([^"]+)"', text)))}
    return re.sub(r'( id="|href="#|url\(#)([^")]+)', lambda m: m[1] + names.get(m[2], m[2]), text)


def _short(number: str) -> str:
    text = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


# ---- the text twin --------------------------------------------------------------------------------------------------
def digest(fig) -> str:
    """Describe in words and numbers what a figure shows.

    For each panel: title, axes with their scales and limits, legend, each curve at up to nine points with its extremes,
    each band at its ends and middle, bars, steps, scatter clouds, images and annotations; all to three significant
    digits.

    Parameters
    ----------
    fig : matplotlib.figure.Figure

    Returns
    -------
    str
    """
    lines = []
    for number, ax in enumerate(fig.axes, 1):
        title = ax.get_title() or ax.get_title(loc="left") or ax.get_title(loc="right")
        lines.append(f"Panel {number}" + (f": {title}" if title else ""))
        for side, axis, limits in (("x", ax.xaxis, ax.get_xlim()), ("y", ax.yaxis, ax.get_ylim())):
            lines.append(f"  {side}: {axis.get_label_text() or '-'} ({axis.get_scale()}) {_list(limits, exact=True)}")
        log = ax.get_yscale() == "log"
        for artist in ax.lines:
            lines.append("  line " + _name(artist) + _curve(*artist.get_data(), exact=log))
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


def _name(artist) -> str:
    label = str(artist.get_label())
    return f"{label!r}: " if not label.startswith("_") else "(no label): "


def _position(text):
    x, y = text.get_position()
    return [value for value in (x, y) if isinstance(value, (int, float, np.number))]


def _g(value: float) -> str:
    text = f"{float(value):.3g}"
    return "0" if text == "-0" else text


def _list(values, *, exact: bool = False) -> str:
    values = np.asarray(values, float)
    finite = np.abs(values[np.isfinite(values)])
    # Rounding residue next to larger numbers is printed as 0, but for a log axis, where small numbers are the message.
    noise = 0.0 if exact or not finite.size else 1e-12 * finite.max()
    return "[" + ", ".join(_g(0.0 if abs(v) < noise else v) for v in values) + "]"


def _thin(values, most: int = 9) -> np.ndarray:
    values = np.asarray(values, float)
    if len(values) <= most:
        return values
    return values[np.round(np.linspace(0, len(values) - 1, most)).astype(int)]


def _curve(x, y, *, exact: bool = False) -> str:
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(x) == 0:
        return "empty"
    points = f"{len(x)} points, x {_list(_thin(x))}, y {_list(_thin(y), exact=exact)}"
    good = y[np.isfinite(y)]
    if len(x) <= 9 or not good.size:
        return points
    return points + f", smallest {_g(good.min())}, largest {_g(good.max())}, mean {_g(good.mean())}"


def _collection(artist: Collection) -> str:
    kind = type(artist).__name__
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
    if kind == "FillBetweenPolyCollection" and len(vertices):
        rows = []
        for x in (vertices[:, 0].min(), np.median(vertices[:, 0]), vertices[:, 0].max()):
            near = vertices[np.abs(vertices[:, 0] - x) <= np.min(np.abs(vertices[:, 0] - x)) + 1e-9 * (1 + abs(x)), 1]
            rows.append(f"at {_g(x)} {_list([near.min(), near.max()])}")
        return f"band ({to_hex(artist.get_facecolor()[0])}) " + ", ".join(rows)
    if kind == "QuadMesh":
        data = np.ma.filled(np.ma.asarray(artist.get_array(), float), np.nan)
        return f"mesh {' × '.join(map(str, data.shape))}: {_g(np.nanmin(data))} to {_g(np.nanmax(data))}, mean {_g(np.nanmean(data))}"
    ends = np.ravel([vertices.min(axis=0), vertices.max(axis=0)]) if len(vertices) else []
    return f"{kind} {_name(artist)}{len(paths)} paths, extent {_list(ends)}"
