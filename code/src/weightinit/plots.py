"""Figures of the book: one style, one color for each thing, and a text twin for every picture (floor 2).

A color that belongs to an initializer means that initializer in every figure. What is no initializer has colors of its
own: the two signals of a network by their role (`SIGNAL`, `GRADIENT`, and `WEIGHT_GRADIENT` beside them), anything else
by number (`series(0)`, `series(1)`, …); a prediction is dashed, in the color of the text.

Nothing here imports pyplot. `subplots` makes a `Figure` whose last-line display is a deterministic SVG together with a
short text digest of what is drawn. Notebook tests skip pictures but compare text, so the digest is what keeps a curve
from changing unseen; it also serves as the long description for readers who cannot see the figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from weightinit._digest import digest
from weightinit._numbers import raised
from weightinit._svg import style, svg, use_style
from weightinit._validation import check_choice, check_int
from weightinit.intervals import STATISTICS, interval

__all__ = [
    "GRADIENT",
    "SCHEMES",
    "SHADES",
    "SIGNAL",
    "THEORY",
    "WEIGHT_GRADIENT",
    "Figure",
    "Look",
    "color",
    "digest",
    "label_ends",
    "measured",
    "name_axes",
    "scheme",
    "raised",
    "series",
    "signal_and_gradient",
    "style",
    "subplots",
    "svg",
    "theory",
    "use_style",
]


class Look(NamedTuple):
    """How a curve is drawn: `measured(ax, samples, look=…)`, or `ax.plot(x, y, color=look.color)`.

    Examples
    --------
    >>> SIGNAL.marker, series(1).color
    ('>', '#2da500')
    """

    color: str
    marker: str


# All colors have a contrast of at least 3 on the light and on the dark page, and none is near to another. Those that
# share a figure stay apart for color-blind readers, and the marker carries the same information once more.
SCHEMES = {
    "he": Look("#1f78b4", "o"),
    "xavier": Look("#d55e00", "s"),
    "lecun": Look("#0c9a6c", "^"),
    "orthogonal": Look("#b5589a", "D"),
    "standard": Look("#9a7400", "v"),
    "small": Look("#7d7d7d", "P"),
    "large": Look("#c0392b", "X"),
    "constant": Look("#7a6fd0", "p"),
    "plain": Look("#965a4b", "h"),
}
"""Families of initializers; "plain" is a distribution whose spread somebody chose: normal, uniform, …."""

_FAMILY = {
    "glorot": "xavier",
    "kaiming": "he",
    "zeros": "constant",
    "delta_orthogonal": "orthogonal",
    "pytorch_default": "standard",
    "normal": "plain",
    "uniform": "plain",
    "truncated_normal": "plain",
    "variance_scaling": "plain",
}

SIGNAL = Look("#00a0c0", ">")
"""The signal (x or z), whatever the start."""

GRADIENT = Look("#c0127c", "<")
"""The back-propagated signal δ, whatever the start."""

WEIGHT_GRADIENT = Look("#6f8700", "*")
"""The gradient with respect to the weights, whatever the start."""

SHADES = LinearSegmentedColormap.from_list("shades", [(0.1, 0.55, 0.5, 0.04), (0.1, 0.55, 0.5, 0.6)])
"""Colors of a heat map, as thin as glass: the text in its cells, in the color of all text, is read on light and on dark."""

_SERIES = (
    Look("#b41eb4", "o"),
    Look("#2da500", "s"),
    Look("#f04b96", "^"),
    Look("#1e783c", "D"),
    Look("#b469ff", "v"),
)

THEORY = {"color": "black", "linestyle": (0, (4, 2.5)), "linewidth": 1.5, "zorder": 5}
"""What `theory` gives to `Axes.plot`."""


def scheme(name: str) -> str:
    """Family of an initializer's name: ``"glorot_uniform"`` and ``"xavier_normal"`` are both ``"xavier"``.

    Parameters
    ----------
    name : str
        A name of `weightinit.initializers.NAMES`, or a family.

    Returns
    -------
    str
        A key of `SCHEMES`.

    Raises
    ------
    ValueError
        If the name belongs to no family; the message lists the families.

    Examples
    --------
    >>> scheme("kaiming_normal"), scheme("truncated_normal")
    ('he', 'plain')
    """
    stem = str(name) if name in _FAMILY else re.sub(r"_(normal|uniform)$", "", str(name))
    family = _FAMILY.get(stem, stem)
    return family if family in SCHEMES else check_choice(name, "name", tuple(SCHEMES))


def color(name: str) -> str:
    """Color of an initializer, as a hexadecimal string.

    Parameters
    ----------
    name : str
        As for `scheme`.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the name belongs to no family.

    Examples
    --------
    >>> color("he_normal") == color("kaiming_uniform")
    True
    """
    return SCHEMES[scheme(name)].color


def series(k: int) -> Look:
    """Look of the k-th of several curves that are neither initializers nor signal and gradient.

    For sizes, depths, activations, kinds of noise: a set that stays apart also for color-blind readers.

    Parameters
    ----------
    k : int
        0 to 4; a figure with more curves than that is hard to read.

    Returns
    -------
    Look

    Raises
    ------
    TypeError, ValueError
        If `k` is no integer from 0 to 4.

    Examples
    --------
    >>> series(0)
    Look(color='#b41eb4', marker='o')
    """
    if check_int(k, "k", minimum=0) >= len(_SERIES):
        raise ValueError(f"k must be an integer from 0 to {len(_SERIES) - 1}, got {k!r}")
    return _SERIES[k]


class Figure(MatplotlibFigure):
    """A matplotlib figure that shows itself as SVG, with a text digest of what is drawn.

    Attributes
    ----------
    about : str
        What is to be seen, in words, where curves alone do not tell it: the digest begins with it.

    Examples
    --------
    >>> fig, ax = subplots()
    >>> line = ax.plot([1, 2], [3, 4], label="up")
    >>> print(fig)
    Panel 1
      x: - (linear) [0.95, 2.05]
      y: - (linear) [2.95, 4.05]
      line 'up': 2 points, x [1, 2], y [3, 4]
    """

    about: str = ""

    def __repr__(self) -> str:
        return digest(self)

    __str__ = __repr__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        name_axes(self.axes)
        with style():  # twice: how many ticks have room is known when the first layout is made
            self.draw_without_rendering()
        text = digest(self)
        return {"image/svg+xml": svg(self, description=text), "text/plain": text}


def name_axes(axes: Sequence[Axes]) -> None:
    """Let each panel of a grid say what its axes are: on a phone it stands alone.

    A panel without a name for an axis gets that of the panel to its left (y) or below it (x) if the two axes are the same:
    of one scale, with the same limits.

    Parameters
    ----------
    axes : sequence of Axes

    Examples
    --------
    >>> fig, (left, right) = subplots(1, 2, sharey=True)
    >>> name = left.set_ylabel("variance")
    >>> name_axes(fig.axes)
    >>> right.get_ylabel()
    'variance'
    """
    placed = {}
    for ax in axes:
        spec = ax.get_subplotspec()
        if spec is not None and ax.axison:
            placed[spec.rowspan.start, spec.colspan.start] = ax
    for row, column in sorted(placed, key=lambda place: place[1]):
        ax, left = placed[row, column], placed.get((row, column - 1))
        if left and not ax.get_ylabel() and (ax.get_yscale(), ax.get_ylim()) == (left.get_yscale(), left.get_ylim()):
            ax.set_ylabel(left.get_ylabel())
    for row, column in sorted(placed, reverse=True):
        ax, below = placed[row, column], placed.get((row + 1, column))
        if below and not ax.get_xlabel() and (ax.get_xscale(), ax.get_xlim()) == (below.get_xscale(), below.get_xlim()):
            ax.set_xlabel(below.get_xlabel())


def subplots(
    nrows: int = 1, ncols: int = 1, *, size: tuple[float, float] | None = None, **kwargs: Any
) -> tuple[Figure, Any]:
    """Make a figure and its axes in the book's style.

    Parameters
    ----------
    nrows, ncols : int
        Panels. On a phone the page shows them one below the other.
    size : (float, float), optional
        Width and height in inches; by default 4.6 × 3.1 for one panel, growing with rows and columns. No panel should be
        wider: on a phone its text would be too small.
    **kwargs
        Passed to `matplotlib.figure.Figure.subplots`, for example ``sharey=True``.

    Returns
    -------
    fig : Figure
    ax : Axes or ndarray of Axes

    Examples
    --------
    >>> fig, (left, right) = subplots(1, 2, sharey=True)
    """
    with style():
        fig = Figure(figsize=size or (4.6 if ncols == 1 else 7.2, 0.1 + 3.0 * nrows), layout="constrained")
        axes = fig.subplots(nrows, ncols, **kwargs)
        for ax in np.ravel(axes):  # each panel keeps its numbers: on a phone it stands alone
            ax.tick_params(labelleft=True, labelbottom=True)
        return fig, axes


def measured(
    ax: Axes,
    samples: ArrayLike,
    *,
    x: ArrayLike | None = None,
    label: str | None = None,
    name: str | None = None,
    look: Look | None = None,
    confidence: float = 0.95,
    statistic: str = "mean",
    **kwargs: Any,
) -> Line2D:
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
    look : Look, optional
        Color and marker of what is no initializer: `SIGNAL`, `GRADIENT`, `WEIGHT_GRADIENT`, or ``series(k)``.
    confidence : float, default 0.95
        Coverage of the band at each point.
    statistic : {"mean", "geometric_mean", "median"}
        What the curve shows.
    **kwargs
        Passed to `Axes.plot`; they override color and marker.

    Returns
    -------
    Line2D

    Raises
    ------
    TypeError
        If `look` is no Look.
    ValueError
        If `samples` or `x` has another shape, both `name` and `look` are given, or `name`, `statistic`, `confidence` is
        not acceptable.

    Examples
    --------
    >>> fig, ax = subplots()
    >>> line = measured(ax, [[1.0, 2.0], [1.2, 2.4]], look=SIGNAL, label="signal")
    >>> line.get_color() == SIGNAL.color
    True
    """
    check_choice(statistic, "statistic", STATISTICS)
    samples = np.asarray(samples, float)
    if samples.ndim != 2:
        raise ValueError(f"samples must have shape (replicas, points), got {samples.shape}")
    x = np.arange(1, samples.shape[1] + 1) if x is None else np.asarray(x)
    if x.shape != samples.shape[1:]:
        raise ValueError(f"x must have one value a point {samples.shape[1:]}, got shape {x.shape}")
    if look is not None and not isinstance(look, Look):
        raise TypeError(f"look must be SIGNAL, GRADIENT, WEIGHT_GRADIENT or series(k), got {look!r}")
    if look is not None and name is not None:
        raise ValueError(f"look must not be given together with name, got {look!r} and {name!r}")
    if name is not None:
        look = SCHEMES[scheme(name)]
    if look is not None:
        kwargs = look._asdict() | kwargs
    kwargs = {"markevery": max(1, samples.shape[1] // 12)} | kwargs
    band = interval(samples, confidence=confidence, statistic=statistic)
    (line,) = ax.plot(x, band.center, label=label, **kwargs)
    line.seeds = len(samples)  # type: ignore[attr-defined]  # for the digest: a caption that says another number is found
    low = band.low
    if ax.get_yscale() == "log" and statistic == "mean":  # a band that reaches 0 would drag the axis down for ever
        low = np.maximum(low, band.center / 1e3)
    ax.fill_between(x, low, band.high, color=line.get_color(), alpha=0.22, linewidth=0)
    return line


def theory(
    ax: Axes, y: ArrayLike, *, x: ArrayLike | None = None, label: str | None = "theory", **kwargs: Any
) -> Line2D:
    """Draw a prediction: the dashed line in the color of the text that means "theory" through the whole book.

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

    Examples
    --------
    >>> fig, ax = subplots()
    >>> theory(ax, [1.0, 0.5, 0.25]).is_dashed()
    True
    """
    if np.ndim(y) == 0:
        return ax.axhline(float(y), label=label, **(THEORY | kwargs))
    y = np.asarray(y, float)
    (line,) = ax.plot(np.arange(1, len(y) + 1) if x is None else x, y, label=label, **(THEORY | kwargs))
    return line


def signal_and_gradient(
    ax: Axes,
    signal: ArrayLike,
    gradient: ArrayLike,
    *,
    predicted: tuple[ArrayLike | None, ArrayLike | None] = (None, None),
    labels: Sequence[str] = ("signal z, forward", "gradient δ, backward"),
    statistic: str = "geometric_mean",
    **kwargs: Any,
) -> tuple[Line2D, Line2D]:
    """Draw signal and gradient by layer on a logarithmic axis: the figure of the whole book.

    Parameters
    ----------
    ax : Axes
        Its vertical axis becomes logarithmic (one that is already keeps its base), the horizontal one "layer".
    signal, gradient : array_like, shape (replicas, L)
        Second moments, or their roots: `pre_second_moment` and `delta_second_moment` of
        :func:`weightinit.experiments.backpropagate`.
    predicted : pair of array_like (L,) or None
        Theory of the signal and of the gradient.
    labels : pair of str
        Legend entries.
    statistic : {"geometric_mean", "mean", "median"}
        What the curves show. A product over many layers has a typical size, and it is the geometric mean.
    **kwargs
        Passed to `measured`, for both curves.

    Returns
    -------
    tuple of two Line2D
        The signal's and the gradient's.

    Raises
    ------
    TypeError, ValueError
        As `measured`.

    Examples
    --------
    >>> fig, ax = subplots()
    >>> lines = signal_and_gradient(ax, [[1, 2, 4], [1, 3, 5]], [[8, 4, 2], [9, 4, 2]], predicted=([1, 2, 4], None))
    >>> ax.get_yscale(), ax.get_xlabel(), len(ax.lines)
    ('log', 'layer', 3)
    """
    if ax.get_yscale() != "log":
        ax.set_yscale("log")
    lines = tuple(
        measured(ax, samples, look=look, label=label, statistic=statistic, **kwargs)
        for samples, look, label in zip((signal, gradient), (SIGNAL, GRADIENT), labels, strict=True)
    )
    named = "theory"
    for curve in predicted:
        if curve is not None:
            theory(ax, curve, label=named)
            named = None  # one entry of the legend serves both
    ax.set_xlabel("layer")
    return lines


def label_ends(ax: Axes, *, gap: float = 0.085) -> None:
    """Write the label of each line beside its right end, in place of a legend that would lie on data.

    Call it last, when the limits are fixed. Labels of lines that end near each other move apart, and a thin line in its
    color leads from each to its end.

    Parameters
    ----------
    ax : Axes
    gap : float, default 0.085
        Least distance of two labels, as a share of the height.

    Examples
    --------
    >>> fig, ax = subplots()
    >>> lines = ax.plot([0, 1], [0, 1], label="one") + ax.plot([0, 1], [0, 1.01], label="other")
    >>> ax.set_ylim(0, 2)
    (0.0, 2.0)
    >>> label_ends(ax)
    >>> [(text.get_text(), round(text.get_position()[1], 3)) for text in ax.texts]
    [('one', 0.5), ('other', 0.585)]
    """
    ends = []
    for line in ax.lines:
        x, y = (np.asarray(values, float) for values in line.get_data())
        last = np.flatnonzero(np.isfinite(x) & np.isfinite(y))[-1:]
        if last.size and not str(line.get_label()).startswith("_"):
            point = (line.get_transform() - ax.transAxes).transform((x[last[0]], y[last[0]]))
            ends.append((float(np.clip(point[1], 0, 1)), point, line))
    ends.sort(key=lambda end: end[0])
    places: list[float] = []
    for height, _, _ in ends:
        places.append(max(height, places[-1] + gap) if places else height)
    for k in reversed(range(len(places))):
        places[k] = min(places[k], (places[k + 1] if k + 1 < len(places) else 1 + gap) - gap)
    for place, (height, (x, _), line) in zip(places, ends, strict=True):
        ax.annotate(
            line.get_label(),
            (min(x, 1), height),
            (1.06, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            annotation_clip=False,
            # thin and pale, so that nobody takes it for a measured line
            arrowprops={"arrowstyle": "-", "color": line.get_color(), "alpha": 0.45, "linewidth": 0.6, "shrinkA": 3},
        )
