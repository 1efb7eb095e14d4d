"""A figure as a deterministic SVG in the book's style: the same data give the same bytes (floor 1, private)."""

from __future__ import annotations

import hashlib
import html
import io
import re
from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from itertools import pairwise

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation

from weightinit._numbers import LOWERED, RAISED

__all__ = ["inner", "set_plain_powers", "style", "svg", "themed", "use_style"]

_STYLE = files("weightinit") / "book.mplstyle"


def style() -> AbstractContextManager[None]:
    """Context manager that applies the book's matplotlib style.

    Examples
    --------
    >>> with style():
    ...     fig = Figure()
    """
    return mpl.rc_context(_settings())


def use_style() -> None:
    """Apply the book's style to everything drawn from here on; the first cell of every notebook calls it.

    Examples
    --------
    >>> use_style()
    >>> mpl.rcParams["svg.hashsalt"]
    'weightinit'
    """
    mpl.rcParams.update(_settings())


def _settings() -> mpl.RcParams:
    with as_file(_STYLE) as path:
        return mpl.rc_params_from_file(path, use_default_template=False)


def svg(fig: Figure, *, description: str = "", prefix: str | None = None) -> str:
    """Deterministic, compact SVG of a figure: the same data give the same bytes.

    Coordinates are cut to two decimals (1/100 pt), texts stay texts, ids that nothing refers to are dropped, and there
    is no date and no global style sheet, so that the picture can stand inside a page. Powers at the ticks are plain
    characters (10⁻⁴), which any typeface can set. A figure of several panels says where it can be cut into them.

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

    Examples
    --------
    >>> svg(Figure())[:34]
    '<svg xmlns="http://www.w3.org/2000'
    """
    if prefix is None:
        prefix = "i" + hashlib.sha256(description.encode()).hexdigest()[:6]
    buffer = io.StringIO()
    with style():
        set_plain_powers(fig)
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
    text = re.sub(r"(<text[^>]*>)([^<]*)(?=</text>)", lambda m: m[1] + _with_indices(m[2]), text)
    width, height = (float(v) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups())
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}pt" height="{height:g}pt"'
    if (cuts := _cuts(fig)) != ([], []):
        head += ' data-cuts="{}"'.format("/".join(" ".join(map(str, places)) for places in cuts))
    head += ' font-family="\'DejaVu Sans\', Verdana, sans-serif" stroke-linejoin="round" stroke-linecap="butt">'
    desc = f"<desc>{html.escape(description, quote=False)}</desc>" if description else ""
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

    Examples
    --------
    >>> themed('<svg fill="#000000"></svg>', label="a < b")
    '<svg class="wi-figure" role="img" aria-label="a &lt; b" fill="currentColor" fill="currentColor"></svg>'
    """
    picture = re.sub(r"#000000\b", "currentColor", picture)
    picture = re.sub(r"#ffffff\b", "var(--wi-paper)", picture)
    named = f'role="img" aria-label="{html.escape(label)}"'
    head, body = picture.split(">", 1)
    if not (cuts := re.search(r' data-cuts="([^/]*)/([^"]*)"', head)):
        return picture.replace("<svg ", f'<svg class="wi-figure" {named} fill="currentColor" ', 1)
    # Panels side by side stand one below the other on a phone: each shows its part of one drawing.
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', head).groups()
    across, down = (
        [0, *map(int, cut.split()), float(end)] for cut, end in zip(cuts.groups(), (width, height), strict=True)
    )
    head = re.sub(r' (viewBox|width|height|data-cuts)="[^"]*"', "", head) + ' fill="currentColor"'
    drawing = "d" + hashlib.sha256(picture.encode()).hexdigest()[:8]
    panels = [f'<g id="{drawing}">{body.removesuffix("</svg>").strip()}</g>']
    panels += [f'<use href="#{drawing}"/>'] * ((len(across) - 1) * (len(down) - 1) - 1)
    boxes = [(x, y, right - x, bottom - y) for y, bottom in pairwise(down) for x, right in pairwise(across)]
    widest = max(w for _, _, w, _ in boxes)  # one below the other they keep one scale
    shares = [f' style="--wi-share: {100 * w / widest:.0f}%"' if w < widest else "" for _, _, w, _ in boxes]
    parts = [
        f'{head}{share} viewBox="{x:g} {y:g} {w:g} {h:g}">{panel}</svg>'
        for (x, y, w, h), share, panel in zip(boxes, shares, panels, strict=True)
    ]
    columns = " ".join(f"{right - x:g}fr" for x, right in pairwise(across))
    opening = f'<div class="wi-figure wi-panels" {named} style="--wi-columns: {columns}; --wi-width: {width}pt">'
    return opening + "".join(parts) + "</div>"


def inner(picture: str, *, label: str = "") -> str:
    """What `themed` puts inside its first ``<svg>``, or inside that one's drawing if there are several panels.

    Parameters
    ----------
    picture : str
        What `svg` returned.
    label : str, optional
        Alternative text.

    Returns
    -------
    str

    Examples
    --------
    >>> inner('<svg width="1"><path fill="#000000"/></svg>')
    '<path fill="currentColor"/>'
    """
    _, body = themed(re.sub(r' data-cuts="[^"]*"', "", picture, count=1), label=label).split(">", 1)
    return body.removesuffix("</svg>").strip()


class _PlainPowers(LogFormatterSciNotation):
    """Matplotlib's own choice of ticks with a name, and the names without math text."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        text = super().__call__(x, pos).replace("\\times", "×")
        text = re.sub(r"\^\{([^}]*)\}", lambda m: m[1].translate(RAISED), text)
        return re.sub(r"\$|\\mathdefault|[{}]", "", text)


def set_plain_powers(fig: Figure) -> None:
    """Name the ticks of logarithmic axes without math text, which is set from the measures of one typeface only."""
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        if type(axis.get_major_formatter()) is LogFormatterSciNotation:
            base = axis.get_transform().base
            axis.set_major_formatter(_PlainPowers(base))
            if type(axis.get_minor_formatter()) is LogFormatterSciNotation:
                axis.set_minor_formatter(_PlainPowers(base))


def _cuts(fig: Figure) -> tuple[list[int], list[int]]:
    """Where a figure of several panels can be cut, in points from the left and from the top: between what belongs to each."""
    panels = [(ax.get_subplotspec(), ax.get_tightbbox()) for ax in fig.axes if ax.get_subplotspec() is not None]
    spans = {
        "x": [(spec.colspan, box.x0, box.x1) for spec, box in panels],
        "y": [(spec.rowspan, fig.bbox.y1 - box.y1, fig.bbox.y1 - box.y0) for spec, box in panels],
    }
    found = []
    for side in spans.values():
        places = []
        for k in range(1, max((span.stop for span, _, _ in side), default=1)):
            before = max(end for span, _, end in side if span.start < k)
            after = min(begin for span, begin, _ in side if span.start >= k)
            places.append(round((before + after) / 2 * 72 / fig.dpi))
        found.append(places)
    return found[0], found[1]


def _renumber(text: str, prefix: str) -> str:
    """Name ids by their order: matplotlib's own are hashes of unrounded numbers, which the last bit changes."""
    names = {old: f"{prefix}-{k}" for k, old in enumerate(dict.fromkeys(re.findall(r' id="([^"]+)"', text)))}
    return re.sub(r'( id="|href="#|url\(#)([^")]+)', lambda m: m[1] + names.get(m[2], m[2]), text)


_LOW = "".join(LOWERED)
_BEHIND = r"(?<=\b[^\W\d_])_([a-z])(?![A-Za-z])"  # the w of σ_w, but nothing of fan_in
_INDEX = re.compile(f"(?:([{_LOW}]+)|{_BEHIND})(.*?)(?=[{_LOW}]|{_BEHIND}|$)")
_DOWN, _SIZE = 0.2, 0.78  # of the letters' size


def _with_indices(text: str) -> str:
    """Indices set as such: the characters of their own are so small that on a phone an l is a bar, and few typefaces have them.

    The w of σ_w has no such character: it stands behind an underscore.
    """

    def lowered(run: re.Match) -> str:
        index = run[2] or "".join(LOWERED[sign] for sign in run[1])
        if index not in ("in", "out"):  # words stand upright, letters do not
            index = re.sub("([a-z]+)", r'<tspan font-style="italic">\1</tspan>', index)
        back = f'<tspan dy="-{_DOWN}em">{run[3]}</tspan>' if run[3] else ""
        return f'<tspan dy="{_DOWN / _SIZE:.2f}em" font-size="{100 * _SIZE:.0f}%">{index}</tspan>{back}'

    return _INDEX.sub(lowered, text)


def _short(number: str) -> str:
    text = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
