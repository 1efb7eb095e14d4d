"""The pencil of the drawings: units, lines and arrows between them, and what is written beside (floor 1, private)."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

from weightinit._numbers import typeset

__all__ = ["INK", "RADIUS", "Point", "arrow", "circle", "column", "indexed", "line", "number", "say"]

Point = tuple[float, float]

INK = "black"
"""The color of the text, which is light on a dark page."""

RADIUS = 0.19
"""Of a unit."""

_INDEX = str.maketrans("0123456789+-l", "₀₁₂₃₄₅₆₇₈₉₊₋ₗ")


def say(ax: Axes, at: Point, text: str, **kwargs: Any) -> None:
    """Write a text around a point."""
    ax.text(*at, text, **({"ha": "center", "va": "center"} | kwargs))


def circle(ax: Axes, at: Point, name: str = "", *, color: str = INK, radius: float = RADIUS) -> None:
    """A unit with its name. It is transparent, as a page has any color: lines must end at its edge."""
    ax.add_patch(Circle(at, radius, fill=False, edgecolor=color, linewidth=1.3 if color == INK else 2))
    say(ax, at, name)


def _between(start: Point, end: Point, gaps: tuple[float, float], aside: float = 0.0) -> tuple[Point, Point]:
    """Ends of a line between two centers: a gap away from each, and the line moved aside, to its left."""
    (x, y), (u, v) = start, end
    length = math.hypot(u - x, v - y)
    dx, dy = (u - x) / length, (v - y) / length
    x, y, u, v = x - aside * dy, y + aside * dx, u - aside * dy, v + aside * dx
    return (x + gaps[0] * dx, y + gaps[0] * dy), (u - gaps[1] * dx, v - gaps[1] * dy)


def line(
    ax: Axes,
    start: Point,
    end: Point,
    gaps: tuple[float, float] = (RADIUS, RADIUS),
    aside: float = 0.0,
    **kwargs: Any,
) -> None:
    """A line from one unit to another."""
    points = _between(start, end, gaps, aside)
    ax.plot(*zip(*points, strict=True), **({"color": INK, "linewidth": 1} | kwargs))


def arrow(
    ax: Axes,
    start: Point,
    end: Point,
    gaps: tuple[float, float] = (RADIUS, RADIUS),
    aside: float = 0.0,
    **kwargs: Any,
) -> None:
    """An arrow from one unit to another."""
    look = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0, "color": INK, "linewidth": 1.5}
    ax.add_patch(FancyArrowPatch(*_between(start, end, gaps, aside), **(look | kwargs)))


def column(x: float, count: int, *, middle: float, step: float) -> list[Point]:
    """Places of `count` units one below the other, the first on top."""
    return [(x, middle + step * ((count - 1) / 2 - k)) for k in range(count)]


def indexed(name: str, index: object) -> str:
    """A letter with its index as plain characters, which any typeface can set."""
    return name + str(index).translate(_INDEX)


def number(value: float) -> str:
    """A number for a small place: three significant digits, two of those below 0.01, a half rounded up."""
    size = abs(value) * (1 + 1e-12)
    if size and not 1e-4 <= size < 1e5:
        text = f"{size:.1e}".replace(".0e", "e")
    else:
        text = f"{size:.{max(0, (2 if size >= 0.01 else 1) - math.floor(math.log10(size)))}f}" if size else "0"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("−" if value < 0 else "") + typeset(text)
