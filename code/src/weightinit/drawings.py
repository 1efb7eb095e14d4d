"""Drawings: what a unit, a layer, the two passes look like, before any formula (floor 3).

Each function makes a `Figure` of one idea, in the colors of the whole book: the signal and the gradients have theirs, what
is pointed out has those of ``series``, all else the color of the text. Panels without axes are measured in inches, so that a
text has the same size in each. A figure says in words what it shows (`Figure.about`), with the numbers that it was drawn from.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import ParamSpec

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from weightinit._pencil import INK, RADIUS, Point, arrow, circle, column, indexed, line, number, say
from weightinit._validation import (
    check_finite,
    check_int,
    check_number,
    check_numbers,
    check_positive,
    check_rng,
    check_shape,
)
from weightinit.plots import GRADIENT, SIGNAL, WEIGHT_GRADIENT, Figure, label_ends, series, style, subplots

__all__ = [
    "canceling_widths",
    "chain",
    "circles",
    "cobweb",
    "fans",
    "folded_bell",
    "one_layer",
    "residual_blocks",
    "swapped_seats",
    "two_passes",
    "unit",
]

P = ParamSpec("P")


def _drawn(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the book's style, whatever the caller's."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with style():
            return draw(*args, **kwargs)

    return drawn


def _board(*widths: float, height: float, rows: int = 1, title: float = 0.0) -> tuple[Figure, list[Axes]]:
    """Empty panels, `rows` rows of these widths, whose coordinates are inches; `title` is the room of a title."""
    size = (sum(widths) + 0.04, rows * (height + title) + 0.04)
    fig, axes = subplots(rows, len(widths), size=size, width_ratios=widths, squeeze=False)
    fig.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for row in axes:
        for ax, width in zip(row, widths, strict=True):
            ax.axis("off")
            ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    return fig, list(axes.flat)


# -- networks --------------------------------------------------------------------------------------------------------


@_drawn
def chain(weight: float = 0.5, x: float = 1.0) -> Figure:
    """Draw ten units in a row with one weight between neighbors: what passes forward, and what comes back.

    A unit passes on w times what it gets. Above it stands its value, xₖ = w xₖ₋₁; below it the gradient of the last value,
    ∂y/∂xₖ = w ∂y/∂xₖ₊₁. A phone shows the row in two halves.

    Parameters
    ----------
    weight : float, default 0.5
        Each of the ten weights.
    x : float, default 1.0
        What goes in at the left.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If `weight` or `x` is no real number.
    ValueError
        If it is not finite, or the last value is too large for a float.

    Examples
    --------
    >>> print(chain(weight=2.0).about)
    Ten units in a row behind an input x, the last one named y; each weight is 2.
    Above, the value that passes, from x to y: 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024.
    Below, the gradient of y that comes back, from y to x: 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024.
    """
    w, x = check_finite(weight, "weight"), check_finite(x, "x")
    count, half, pitch, middle, edge, radius = 10, 5, 0.62, 0.78, 0.32, 0.15
    with np.errstate(over="ignore"):
        powers = np.cumprod([1.0, *[w] * count])
        values = x * powers
    if not np.all(np.isfinite([powers, values])):
        raise ValueError(f"weight must have a tenth power that is a float, got {weight!r} with x = {x:g}")
    values, gradients = [number(value) for value in values], [number(power) for power in powers]
    cut = edge + half * pitch + 0.19  # inside the arrow from the fifth unit to the sixth
    fig, axes = _board(cut, 2 * edge + count * pitch - cut, height=1.56)
    for k in range(count + 1):
        ax, at = axes[k > half], (edge + k * pitch - cut * (k > half), middle)
        circle(ax, at, {0: "x", count: "y"}.get(k, str(k)), radius=radius)
        say(ax, (at[0], middle + 0.45), values[k])
        say(ax, (at[0], middle - 0.36), gradients[count - k])
        if k:
            before, gap = (at[0] - pitch, middle), radius + 0.02 if k != half + 1 else 0.2
            arrow(ax, before, at, (gap, radius + 0.02), 0.045, color=SIGNAL.color)
            arrow(ax, at, before, (radius + 0.02, gap), 0.045, color=GRADIENT.color)
            say(ax, (at[0] - pitch / 2, middle + 0.22), indexed("w", k))
    say(axes[0], (0.04, 1.48), "value →", ha="left")
    say(axes[0], (0.04, 0.1), "← gradient of y", ha="left")
    fig.about = (
        f"Ten units in a row behind an input x, the last one named y; each weight is {number(w)}.\n"
        f"Above, the value that passes, from x to y: {', '.join(values)}.\n"
        f"Below, the gradient of y that comes back, from y to x: {', '.join(gradients)}."
    )
    return fig


@_drawn
def unit() -> Figure:
    """Draw the three parts of a unit: products of weights and inputs, their sum with the bias, the activation.

    Returns
    -------
    Figure

    Examples
    --------
    >>> print(unit().about)
    One unit. From the left come the products w₁x₁, w₂x₂, w₃x₃ of weights and inputs.
    A circle Σ adds them and the bias b to z; a circle φ, the activation, makes x of z, which leaves at the right.
    """
    fig, (ax,) = _board(4.56, height=2.3)
    total, activation, radius = (2.15, 1.2), (3.25, 1.2), 0.24
    ax.add_patch(
        FancyBboxPatch((0.6, 0.08), 3.2, 1.9, boxstyle="round,pad=0,rounding_size=0.14", fill=False, edgecolor=INK,
                       linewidth=0.8, linestyle=(0, (1.5, 2.5)))
    )  # fmt: skip
    for k, at in enumerate(column(0.28, 3, middle=total[1], step=0.62), 1):
        circle(ax, at, indexed("x", k))
        arrow(ax, at, total, (RADIUS, radius), color=SIGNAL.color)
        height = at[1] + (total[1] - at[1]) * (1.08 - at[0]) / (total[0] - at[0])
        say(ax, (1.08, height + 0.15), indexed("w", k) + indexed("x", k))
    arrow(ax, (total[0], 2.12), total, (0, radius))
    say(ax, (total[0], 2.2), "b")
    circle(ax, total, "Σ", radius=radius)
    arrow(ax, total, activation, (radius, radius), color=SIGNAL.color)
    say(ax, ((total[0] + activation[0]) / 2, total[1] + 0.15), "z")
    circle(ax, activation, "φ", radius=radius)
    arrow(ax, activation, (4.28, activation[1]), (radius, 0), color=SIGNAL.color)
    say(ax, (4.4, activation[1]), "x")
    for place, part in ((1.08, "products"), (total[0], "sum"), (activation[0], "activation")):
        say(ax, (place, 0.24), part)
    fig.about = (
        "One unit. From the left come the products w₁x₁, w₂x₂, w₃x₃ of weights and inputs.\n"
        "A circle Σ adds them and the bias b to z; a circle φ, the activation, makes x of z, which leaves at the right."
    )
    return fig


@_drawn
def swapped_seats() -> Figure:
    """Draw a network of 2, 3 and 2 units, and once more with two hidden units on each other's seats.

    A unit takes its lines along: every line still joins the same two units.

    Returns
    -------
    Figure

    Examples
    --------
    >>> print(swapped_seats().about)
    A network of two inputs, three hidden units and two outputs, twice; each unit is joined to all of the next layer.
    Left, the hidden units from top to bottom are A, B, C; right, B, A, C.
    A and B have kept their lines, each in its color: every line joins the same two units as before.
    """
    fig, axes = _board(3.3, 3.3, height=2.15, title=0.3)
    colors = {"A": series(0).color, "B": series(1).color, "C": INK}
    titles = ("One network", "A and B on each other’s seats")
    for ax, seats, title in zip(axes, ("ABC", "BAC"), titles, strict=True):
        ax.set_title(title)
        inputs, hidden, outputs = (
            column(x, count, middle=1.06, step=step)
            for x, count, step in ((0.5, 2, 0.9), (1.65, 3, 0.76), (2.8, 2, 0.9))
        )
        for at, name in zip(hidden, seats, strict=True):
            look = {"color": colors[name], "linewidth": 1 if name == "C" else 2.2}
            for start, end in [*((other, at) for other in inputs), *((at, other) for other in outputs)]:
                line(ax, start, end, **look)
            circle(ax, at, name, color=colors[name])
        for letter, units in (("x", inputs), ("y", outputs)):
            for k, at in enumerate(units, 1):
                circle(ax, at, indexed(letter, k))
    fig.about = (
        "A network of two inputs, three hidden units and two outputs, twice; each unit is joined to all of the next layer.\n"
        "Left, the hidden units from top to bottom are A, B, C; right, B, A, C.\n"
        "A and B have kept their lines, each in its color: every line joins the same two units as before."
    )
    return fig


@_drawn
def fans(n_in: int = 5, n_out: int = 4) -> Figure:
    """Draw a layer, with all lines that end in one unit (fan-in) and all that leave one input (fan-out).

    Parameters
    ----------
    n_in, n_out : int
        Number of inputs (left) and of units (right), 2 to 8.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If `n_in` or `n_out` is no integer from 2 to 8.

    Examples
    --------
    >>> print(fans(3, 2).about)
    A layer: 3 inputs at the left, 2 units at the right, a line from each to each.
    In one color the 3 lines that end in the first unit, its fan-in;
    in another the 2 lines that leave the last input, its fan-out. One line is in both.
    """
    for name, count in (("n_in", n_in), ("n_out", n_out)):
        if check_int(count, name, minimum=2) > 8:
            raise ValueError(f"{name} must be an integer from 2 to 8, got {count!r}")
    step, radius = 0.46, 0.15
    height = (max(n_in, n_out) - 1) * step + 2 * radius + 0.42
    fig, (ax,) = _board(4.56, height=height)
    inputs, units = (column(x, count, middle=height / 2 + 0.17, step=step) for x, count in ((1.36, n_in), (3.2, n_out)))
    one_in, one_out = series(0).color, series(1).color
    for start in inputs:
        for end in units:
            fan_in, fan_out = end == units[0], start == inputs[-1]
            for shown, color, aside in ((fan_in, one_in, 0.022), (fan_out, one_out, -0.022)):
                if shown:
                    line(ax, start, end, (radius, radius), aside * (fan_in and fan_out), color=color, linewidth=2)
            if not fan_in and not fan_out:
                line(ax, start, end, (radius, radius), linewidth=0.8, alpha=0.3)
    for at in inputs:
        circle(ax, at, radius=radius, color=one_out if at == inputs[-1] else INK)
    for at in units:
        circle(ax, at, radius=radius, color=one_in if at == units[0] else INK)
    (x, low), (u, high) = inputs[-1], units[0]
    say(ax, (u + 0.26, high + 0.09), "fan-in", ha="left")
    say(ax, (u + 0.26, high - 0.11), f"{n_in} lines", ha="left")
    say(ax, (x - 0.26, low + 0.09), "fan-out", ha="right")
    say(ax, (x - 0.26, low - 0.11), f"{n_out} lines", ha="right")
    say(ax, (x, 0.12), f"nᵢₙ = {n_in} inputs")
    say(ax, (u, 0.12), f"nₒᵤₜ = {n_out} units")
    fig.about = (
        f"A layer: {n_in} inputs at the left, {n_out} units at the right, a line from each to each.\n"
        f"In one color the {n_in} lines that end in the first unit, its fan-in;\n"
        f"in another the {n_out} lines that leave the last input, its fan-out. One line is in both."
    )
    return fig


@_drawn
def two_passes() -> Figure:
    """Draw three layers: above, the signal goes forward; below, the gradient comes back; a weight gradient needs both.

    Returns
    -------
    Figure

    Examples
    --------
    >>> print(two_passes().about)
    Above, the signal forward: xₗ₋₁ times Wₗ gives zₗ, φ makes xₗ of it, times Wₗ₊₁ it gives zₗ₊₁.
    Below, the gradient backward, each δ under its z: δₗ₊₁ times Wₗ₊₁ᵀ, entry by entry times φ′(zₗ), gives δₗ.
    At the left xₗ₋₁ from above and δₗ from the right meet in the weight gradient, ∂C/∂Wₗ = xₗ₋₁ᵀδₗ.
    """
    fig, (ax,) = _board(4.56, height=2.3)
    top, low, radius = 1.63, 0.34, 0.25
    places = (0.46, 1.82, 2.98, 4.2)
    for x, name in zip(places, ("xₗ₋₁", "zₗ", "xₗ", "zₗ₊₁"), strict=True):
        circle(ax, (x, top), name, radius=radius)
    for (x, u), name in zip(pairwise(places), ("Wₗ", "φ", "Wₗ₊₁"), strict=True):
        arrow(ax, (x, top), (u, top), (radius, radius), color=SIGNAL.color)
        say(ax, ((x + u) / 2, top + 0.17), name)
    here, middle, above = ((x, low) for x in places[1:])
    circle(ax, here, "δₗ", radius=radius)
    circle(ax, above, "δₗ₊₁", radius=radius)
    for start, end, gaps, name in ((above, middle, (radius, 0), "Wₗ₊₁ᵀ"), (middle, here, (0, radius), "φ′(zₗ) ⊙")):
        arrow(ax, start, end, gaps, color=GRADIENT.color)
        say(ax, ((start[0] - gaps[0] + end[0] + gaps[1]) / 2 + 0.05, low + 0.17), name)
    arrow(ax, (places[0], top), (places[0], low), (radius, 0.3), color=WEIGHT_GRADIENT.color)
    arrow(ax, here, (places[0], low), (radius, 0.42), color=WEIGHT_GRADIENT.color)
    say(ax, (places[0], low + 0.1), "∂C/∂Wₗ")
    say(ax, (places[0], low - 0.12), "= xₗ₋₁ᵀδₗ")
    for x, name in (
        (places[0], "layer l − 1"),
        ((places[1] + places[2]) / 2, "layer l"),
        (places[3] - 0.06, "layer l + 1"),
    ):
        say(ax, (x, 2.18), name)
    say(ax, ((places[1] + places[3]) / 2, 1.16), "signal, forward →")
    say(ax, ((places[1] + places[3]) / 2, 0.86), "← gradient, backward")
    fig.about = (
        "Above, the signal forward: xₗ₋₁ times Wₗ gives zₗ, φ makes xₗ of it, times Wₗ₊₁ it gives zₗ₊₁.\n"
        "Below, the gradient backward, each δ under its z: δₗ₊₁ times Wₗ₊₁ᵀ, entry by entry times φ′(zₗ), gives δₗ.\n"
        "At the left xₗ₋₁ from above and δₗ from the right meet in the weight gradient, ∂C/∂Wₗ = xₗ₋₁ᵀδₗ."
    )
    return fig


@_drawn
def residual_blocks(c: float = 0.5, blocks: int = 8) -> Figure:
    """Draw a residual block in three ways: plain, normalized before the branch, normalized behind the sum.

    f is the branch, N a normalization, and beside each block stands what `blocks` of them make of a second moment of 1.

    Parameters
    ----------
    c : float, default 0.5
        Second moment of what the branch adds, over that of what it reads; at least 0.
    blocks : int, default 8

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If `c` is not a number >= 0, or `blocks` no integer >= 1; or if the plain stream becomes too large for a float.

    Examples
    --------
    >>> print(residual_blocks(c=1.0, blocks=4).about)
    Three residual blocks. In each xₗ goes straight on to a sum, and a branch f beside it adds what it makes of it.
    Plain: 4 blocks with c = 1 make 16 of a second moment of 1.
    Pre-LN, with a normalization N before f: they make 5.
    Post-LN, with N behind the sum: they make 1.
    """
    c, blocks = check_number(c, "c", 0), check_int(blocks, "blocks")
    try:
        sizes = [number((1 + c) ** blocks), number(1 + c * blocks), number(1.0)]
    except OverflowError:
        raise ValueError(f"c must leave (1 + c)^blocks a float, got {c:g} with {blocks} blocks") from None
    fig, (ax,) = _board(4.56, height=2.62)
    radius, (left, fork, inner, branch, total, after, right) = 0.15, (0.92, 1.24, 1.5, 1.98, 2.46, 2.9, 3.4)
    say(ax, (4.12, 2.52), f"after {blocks}")
    for k, (name, size) in enumerate(zip(("plain", "pre-LN", "post-LN"), sizes, strict=True)):
        low = 1.88 - 0.8 * k
        high = low + 0.42
        say(ax, (0.04, low), name, ha="left")
        circle(ax, (left, low), "xₗ", radius=0.2)
        circle(ax, (total, low), "+", radius=radius)
        circle(ax, (right, low), "xₗ₊₁", radius=0.26)
        circle(ax, (branch, high), "f", radius=radius)
        arrow(ax, (left, low), (total, low), (0.2, radius), color=SIGNAL.color)
        ax.plot((fork, fork), (low, high), color=SIGNAL.color, linewidth=1.5)
        if name == "pre-LN":
            circle(ax, (inner, high), "N", radius=radius)
            arrow(ax, (fork, high), (inner, high), (0, radius), color=SIGNAL.color, mutation_scale=6)
            arrow(ax, (inner, high), (branch, high), (radius, radius), color=SIGNAL.color)
        else:
            arrow(ax, (fork, high), (branch, high), (0, radius), color=SIGNAL.color)
        ax.plot((branch + radius, total), (high, high), color=SIGNAL.color, linewidth=1.5)
        arrow(ax, (total, high), (total, low), (0, radius), color=SIGNAL.color)
        if name == "post-LN":
            circle(ax, (after, low), "N", radius=radius)
            arrow(ax, (total, low), (after, low), (radius, radius), color=SIGNAL.color, mutation_scale=6)
            arrow(ax, (after, low), (right, low), (radius, 0.26), color=SIGNAL.color, mutation_scale=6)
        else:
            arrow(ax, (total, low), (right, low), (radius, 0.26), color=SIGNAL.color)
        say(ax, (4.12, low), size)
    fig.about = (
        "Three residual blocks. In each xₗ goes straight on to a sum, and a branch f beside it adds what it makes of it.\n"
        f"Plain: {blocks} blocks with c = {number(c)} make {sizes[0]} of a second moment of 1.\n"
        f"Pre-LN, with a normalization N before f: they make {sizes[1]}.\n"
        f"Post-LN, with N behind the sum: they make {sizes[2]}."
    )
    return fig


@_drawn
def canceling_widths(widths: Sequence[int] = (512, 256, 128, 10)) -> Figure:
    """Draw the widths of layers with the factors nₗ/nₗ₋₁ between them: all but the last and the first width cancel.

    Parameters
    ----------
    widths : sequence of int
        n₁, …, n_L: two to eight widths of at most 9999, the first layer's first.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If `widths` is no sequence of two to eight integers from 1 to 9999.

    Examples
    --------
    >>> print(canceling_widths((64, 32, 32, 10)).about)
    Bars for the widths 64, 32, 32, 10. Below, between neighbors, the factors nₗ/nₗ₋₁:
    32/64 · 32/32 · 10/32 = 10/64 = 0.156
    Struck out, once above and once below the line: 32, 32.
    """
    widths = check_shape(widths, "widths")
    last, first, steps = widths[-1], widths[0], len(widths) - 1
    if steps > 7 or max(widths) > 9999:
        raise ValueError(f"widths must be two to eight integers from 1 to 9999, got {widths!r}")
    fig, (ax,) = _board(4.56, height=2.35)
    base, tall, level, pitch = 1.08, 1.0, 0.4, min(0.85, 3.96 / (steps + 1))
    half = 0.06 + 0.045 * len(str(max(widths)))
    edge = 0.26 + (3.96 - pitch * (steps + 1)) / 2
    places = [edge + pitch * k for k in range(steps + 1)]
    for k, (x, width) in enumerate(zip(places, widths, strict=True)):
        look = {"color": series(1).color} if k in (0, steps) else {"color": INK, "alpha": 0.35}
        height = max(0.02, tall * width / max(widths))
        ax.add_patch(Rectangle((x - 0.1, base), 0.2, height, linewidth=0, **look))
        say(ax, (x, base + height + 0.12), str(width))
        say(ax, (x, base - 0.15), indexed("n", k + 1))
        if k:
            _fraction(ax, (x - pitch / 2, level), half, (width, k < steps), (widths[k - 1], k > 1))
            say(ax, (x, level), "·" if k < steps else "=")
    _fraction(ax, (places[-1] + pitch / 2, level), half, (last, False), (first, False))
    product = " · ".join(f"{width}/{before}" for before, width in pairwise(widths))
    struck = ", ".join(map(str, widths[1:-1])) or "nothing"
    fig.about = (
        f"Bars for the widths {', '.join(map(str, widths))}. Below, between neighbors, the factors nₗ/nₗ₋₁:\n"
        f"{product} = {last}/{first} = {number(last / first)}\n"
        f"Struck out, once above and once below the line: {struck}."
    )
    return fig


def _fraction(ax: Axes, at: Point, half: float, above: tuple[int, bool], below: tuple[int, bool]) -> None:
    """Two numbers above and below a line of two times `half`, each with whether it is struck out."""
    (x, y), rise = at, 0.15
    ax.plot([x - half, x + half], [y, y], color=INK, linewidth=1)
    for (width, struck), side in ((above, y + rise), (below, y - rise)):
        say(ax, (x, side), str(width))
        if struck:
            ax.plot([x - half, x + half], [side - 0.07, side + 0.07], color=INK, linewidth=1.2)


# -- numbers ---------------------------------------------------------------------------------------------------------


@_drawn
def folded_bell(q: float = 1.0) -> Figure:
    """Draw what a ReLU makes of a bell: its left half is folded onto 0, and half of the mean square is left.

    Parameters
    ----------
    q : float, default 1.0
        E[z²], the variance of the normal z.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If `q` is no finite number > 0.

    Examples
    --------
    >>> print(folded_bell(q=2.0).about)
    Left, the density of a normal z with mean square 2: one half of it lies left of 0, one half right.
    Right, after the ReLU: the right half is as it was, the left half has become a bar at 0 with probability ½.
    The mean square is 1.
    """
    q = check_positive(q, "q")
    root = math.sqrt(q)
    right = np.linspace(0, 3.2 * root, 65)
    density = np.exp(-((right / root) ** 2) / 2) / math.sqrt(2 * math.pi * q)
    left, stays, folds = -right[::-1], SIGNAL.color, series(0).color
    fig, (before, after) = subplots(1, 2, size=(7.2, 2.7))
    for ax in (before, after):
        ax.fill_between(right, density, color=stays, alpha=0.22, linewidth=0)
        ax.plot(right, density, color=stays, label="right half")
        ax.text(0.62 * root, 0.12 / root, "½", ha="center")
        ax.spines["left"].set_visible(False)
        ax.yaxis.set_visible(False)
        ax.set(xlim=(-3.4 * root, 3.4 * root), ylim=(0, 0.56 / root))
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    before.fill_between(left, density[::-1], color=folds, alpha=0.22, linewidth=0)
    before.plot(left, density[::-1], color=folds, label="left half")
    before.text(-0.62 * root, 0.12 / root, "½", ha="center")
    after.plot(left, density[::-1], color=folds, linestyle=":", linewidth=1.4, label="where the left half was")
    after.bar([0], [0.45 / root], width=0.14 * root, color=folds, zorder=3)
    after.text(0, 0.465 / root, "½", ha="center", va="bottom")
    bend = {
        "arrowstyle": "-|>",
        "mutation_scale": 11,
        "connectionstyle": "arc3,rad=-0.25",
        "color": INK,
        "linewidth": 1.2,
    }
    after.add_patch(FancyArrowPatch((-1.15 * root, 0.07 / root), (-0.12 * root, 0.2 / root), **bend))
    before.set(title=f"Before: mean square {number(q)}", xlabel="z")
    after.set(title=f"After: mean square {number(q / 2)}", xlabel="x = max(0, z)")
    fig.about = (
        f"Left, the density of a normal z with mean square {number(q)}: one half of it lies left of 0, one half right.\n"
        "Right, after the ReLU: the right half is as it was, the left half has become a bar at 0 with probability ½.\n"
        f"The mean square is {number(q / 2)}."
    )
    return fig


@_drawn
def circles(layers: Sequence[int] = (1, 3, 10), *, width: int = 4, rng: np.random.Generator | int = 5) -> Figure:
    """Draw what random matrices make of a circle, layer after layer: Gaussian ones a needle, orthogonal ones a circle.

    The circle has radius 1 and lies in the plane of the first two inputs. Each layer multiplies by one more width × width
    matrix that keeps the mean square: independent N(0, 1/width), or Haar. What comes out is an ellipse in some plane; it is
    drawn in that plane, its long axis flat, and its half axes are the singular values of what the layers do to the circle's
    plane.

    Parameters
    ----------
    layers : sequence of int
        One to three numbers of layers after which it is drawn, increasing.
    width : int, default 4
        Units of each layer, at least 2.
    rng : numpy.random.Generator or int, default 5
        The default is an ordinary start: with the other defaults, its half axes are the medians over starts up to a factor 2.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If `layers` is no increasing sequence of one to three integers >= 1, `width` no integer >= 2, or `rng` neither a
        generator nor a seed.

    Examples
    --------
    >>> print(circles((1, 10), width=3).about)
    A circle of radius 1, dotted, and the ellipse that layers of width 3 make of it, by its half axes.
    Gaussian matrices: after 1, 1.14 and 0.111; after 10, 0.222 and 0.00018.
    Orthogonal matrices: after 1, 1 and 1; after 10, 1 and 1.
    """
    layers, width, rng = check_shape(layers, "layers", min_ndim=1), check_int(width, "width", minimum=2), check_rng(rng)
    if len(layers) > 3 or any(late <= early for early, late in pairwise(layers)):
        raise ValueError(f"layers must be one to three increasing integers, got {layers!r}")
    axes_of = {kind: _half_axes(kind, layers, width, rng) for kind in ("Gaussian", "Orthogonal")}
    scale = min(0.62, 0.74 / max(long for pairs in axes_of.values() for long, _ in pairs))
    angle = np.linspace(0, 2 * np.pi, 181)
    height = 0.55 + 2 * 0.64
    fig, panels = _board(4.56, height=height, rows=2, title=0.3)
    said = []
    for ax, (kind, pairs) in zip(panels, axes_of.items(), strict=True):
        ax.set_title(f"{kind} matrices")
        for k, (count, (long, short)) in enumerate(zip(layers, pairs, strict=True)):
            x, y = 4.56 * (k + 0.5) / len(layers), height - 0.66
            ax.plot(x + scale * np.cos(angle), y + scale * np.sin(angle), color=INK, linewidth=0.8, linestyle=":")
            ax.plot(x + scale * long * np.cos(angle), y + scale * short * np.sin(angle), color=SIGNAL.color)
            say(ax, (x, 0.32), f"{count} layer" + "s" * (count > 1))
            say(ax, (x, 0.11), f"{long:.2g} × {short:.2g}")
        listed = "; ".join(
            f"after {count}, {number(a)} and {number(b)}" for count, (a, b) in zip(layers, pairs, strict=True)
        )
        said.append(f"{kind} matrices: {listed}.")
    fig.about = (
        f"A circle of radius 1, dotted, and the ellipse that layers of width {width} make of it, by its half axes.\n"
    ) + "\n".join(said)
    return fig


def _half_axes(kind: str, layers: Sequence[int], width: int, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Long and short half axis after so many layers."""
    plane, found = np.eye(width)[:2], []
    for layer in range(1, layers[-1] + 1):
        draw = rng.standard_normal((width, width))
        if kind == "Orthogonal":
            orthogonal, triangular = np.linalg.qr(draw)
            draw = orthogonal * np.sign(np.diag(triangular)) * math.sqrt(width)
        plane = plane @ draw / math.sqrt(width)
        if layer in layers:
            long, short = np.linalg.svd(plane, compute_uv=False)
            found.append((float(long), float(short)))
    return found


@_drawn
def one_layer(angle: float = 0.6, *, rng: np.random.Generator | int = 5) -> Figure:
    """Draw what one layer of two units makes of a circle: orthogonal, Gaussian, and orthogonal with a ReLU behind it.

    The circle has radius 1 and eight marks. A rotation keeps it, a Gaussian matrix N(0, 1/2) makes an ellipse of it. The ReLU,
    with weights that are √2 as wide, as He asks, folds it: what had one negative coordinate lies on an axis, and what had two is 0.

    Parameters
    ----------
    angle : float, default 0.6
        By which the rotation turns, in radians.
    rng : numpy.random.Generator or int, default 5
        Draws the Gaussian matrix. The default is an ordinary one: its half axes are near the medians over draws.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If `angle` is no finite real number, or `rng` neither a generator nor a seed.

    Examples
    --------
    >>> print(one_layer(angle=0.0).about.splitlines()[1])
    Orthogonal: a circle again, turned by 0 degrees.
    """
    angle, rng = check_finite(angle, "angle"), check_rng(rng)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = rng.standard_normal((2, 2)) / math.sqrt(2)
    long, short = np.linalg.svd(stretch, compute_uv=False)
    width, height = 4.56, 2.05
    scale = min(0.45, 0.68 / long)
    images = {
        "Orthogonal": lambda x: x @ turn,
        "Gaussian": lambda x: x @ stretch,
        "With a ReLU": lambda x: np.maximum(math.sqrt(2) * x @ turn, 0),
    }
    around, marks = (np.linspace(0, 2 * np.pi, count + 1)[:count] for count in (720, 8))
    lost = 0
    fig, (ax,) = _board(width, height=height)
    for k, (title, image) in enumerate(images.items()):
        middle = np.array([width * (k + 0.5) / 3, 1.03])
        for angles, circle_look, image_look in (
            (np.append(around, 0), {"linestyle": ":", "linewidth": 0.8}, {"linewidth": 1.8}),
            (
                marks,
                {"marker": "o", "markersize": 3, "linestyle": ""},
                {"marker": "o", "markersize": 5, "linestyle": ""},
            ),
        ):
            before = np.stack([np.cos(angles), np.sin(angles)], axis=1)
            after = image(before)
            ax.plot(*(middle + scale * before).T, color=INK, **circle_look)
            ax.plot(*(middle + scale * after).T, color=SIGNAL.color, **image_look)
        lost = int(np.sum(~after.any(axis=1)))
        note = {"Orthogonal": "1 × 1", "Gaussian": f"{long:.2g} × {short:.2g}", "With a ReLU": f"{lost} of 8 at 0"}
        say(ax, (middle[0], height - 0.15), title)
        say(ax, (middle[0], 0.15), note[title])
    fig.about = (
        "A circle of radius 1 with eight marks, dotted, and what one layer of two units makes of it.\n"
        f"Orthogonal: a circle again, turned by {number(math.degrees(angle))} degrees.\n"
        f"Gaussian: an ellipse with the half axes {number(long)} and {number(short)}.\n"
        f"Orthogonal, √2 as wide, with a ReLU: a quarter of a circle and two lines along the axes; {lost} of the marks are 0."
    )
    return fig


@_drawn
def cobweb(
    function: Callable[[float], float],
    start: float,
    steps: int = 12,
    *,
    limits: tuple[float, float] = (0.0, 2.0),
    fixed: ArrayLike = (),
    labels: tuple[str, str] = ("q before a layer", "q after it"),
) -> Figure:
    """Draw a map y = f(q), the diagonal, and the staircase of a number that the map is applied to again and again.

    Parameters
    ----------
    function : callable
        f: takes a float, returns a float.
    start : float
        Where the staircase begins.
    steps : int, default 12
        How often the map is applied.
    limits : (float, float), default (0, 2)
        Of both axes.
    fixed : array_like, shape (n,), optional
        Fixed points to mark on the diagonal; f has to return them, to 10⁻³ of the limits' distance.
    labels : (str, str)
        Of the axes.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If `function` is not callable or returns no real number, or another argument is of the wrong kind.
    ValueError
        If `function` returns something that is not finite, `limits` are not two increasing numbers, `start` or a number in
        `fixed` lies outside of them, `steps` is below 1, or a number in `fixed` is no fixed point.

    Examples
    --------
    >>> print(cobweb(lambda q: q / 2 + 0.5, 0.0, steps=3, fixed=[1.0]).about)
    A map, the diagonal, and a staircase between them from 0.
    After each step: 0.5, 0.75, 0.875. Fixed points marked: 1.
    """
    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    ends = check_numbers(limits, "limits")
    if ends.shape != (2,) or ends[0] >= ends[1]:
        raise ValueError(f"limits must be two increasing numbers, got {limits!r}")
    low, high = ends
    fixed = np.ravel(check_numbers(fixed, "fixed", low, high)) if np.size(fixed) else np.empty(0)
    if not isinstance(labels, tuple | list) or [type(label) for label in labels] != [str, str]:
        raise TypeError(f"labels must be two texts, got {labels!r}")
    start, steps = check_number(start, "start", low, high), check_int(steps, "steps")

    def f(q: float) -> float:
        return check_finite(function(float(q)), f"function({q:g})")

    for point in fixed:
        if abs(f(point) - point) > 1e-3 * (high - low):
            raise ValueError(f"fixed must hold fixed points, but function({point:g}) is {f(point):g}")
    q, values = np.linspace(low, high, 201), [start]
    for _ in range(steps):
        values.append(f(values[-1]))
    fig, ax = subplots()
    ax.plot([low, high], [low, high], color=INK, linewidth=1, label="y = q")
    ax.plot(q, [f(v) for v in q], color=series(1).color, label="y = f(q)")
    ax.set(xlim=ends, ylim=ends, xlabel=labels[0], ylabel=labels[1], aspect="equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    label_ends(ax)
    stairs = np.repeat(values, 2)
    ax.plot(stairs[:-1], [low, *stairs[2:]], color=series(0).color, linewidth=1.3, label="staircase")
    marked = ""
    if fixed.size:
        ax.plot(fixed, fixed, "o", color=INK, markersize=6, clip_on=False, label="fixed points")
        marked = f" Fixed points marked: {', '.join(map(number, fixed))}."
    fig.about = (
        f"A map, the diagonal, and a staircase between them from {number(start)}.\n"
        f"After each step: {', '.join(map(number, values[1:]))}.{marked}"
    )
    return fig
