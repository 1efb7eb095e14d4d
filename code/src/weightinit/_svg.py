"""A figure as a deterministic SVG in the book's style: the same data give the same bytes (floor 1, private)."""

from __future__ import annotations

import hashlib
import html
import io
import re
from contextlib import AbstractContextManager
from importlib.resources import as_file, files

import matplotlib as mpl
from matplotlib.figure import Figure

__all__ = ["style", "svg", "themed", "use_style"]

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

    Examples
    --------
    >>> svg(Figure())[:34]
    '<svg xmlns="http://www.w3.org/2000'
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
    return picture.replace(
        "<svg ", f'<svg class="wi-figure" role="img" aria-label="{html.escape(label)}" fill="currentColor" ', 1
    )


def _renumber(text: str, prefix: str) -> str:
    """Name ids by their order: matplotlib's own are hashes of unrounded numbers, which the last bit changes."""
    names = {old: f"{prefix}-{k}" for k, old in enumerate(dict.fromkeys(re.findall(r' id="([^"]+)"', text)))}
    return re.sub(r'( id="|href="#|url\(#)([^")]+)', lambda m: m[1] + names.get(m[2], m[2]), text)


def _short(number: str) -> str:
    text = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
