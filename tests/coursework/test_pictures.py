"""A picture unfolds to no more than a page can hold, and a figure of an honest student is shown."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from weightinit_course.pictures import KINDS, check, kind_of
from weightinit_course.rendering import clean

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def drawing(inside: str) -> tuple[str, str]:
    return "image/svg+xml", base64.b64encode(SVG.format(inside).encode()).decode()


def figure() -> Figure:
    """Markers, text, a formula, a picture, hatching, a legend and what is cut out."""
    made = Figure()
    left, right = made.subplots(1, 2)
    left.plot(np.arange(50), "o-", label=r"$\sigma_w^2$")
    left.bar([1, 2], [3, 4], hatch="//")
    left.legend()
    right.imshow(np.eye(4))
    right.set_title("text")
    return made


@pytest.mark.parametrize("fonttype", ["path", "none"])
def test_what_matplotlib_draws_is_shown(fonttype, monkeypatch):
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", fonttype)
    for kind, name in (("image/svg+xml", "svg"), ("image/png", "png")):
        file = io.BytesIO()
        figure().savefig(file, format=name)
        data = base64.b64encode(file.getvalue()).decode()
        check(kind, data)
        assert f'src="data:{kind};base64,{data}"' in clean(f'<img src="data:{kind};base64,{data}">')


@pytest.mark.parametrize("name", KINDS)
def test_a_picture_is_told_by_what_it_holds(name):
    file = io.BytesIO()
    Image.new("RGB", (3, 2)).save(file, format=name)
    assert kind_of(file.getvalue()) == KINDS[name]


LAUGHS = "".join(f'<g id="g{k + 1}">' + f'<use href="#g{k}"/>' * 10 + "</g>" for k in range(9))
UNFIT = {
    "entities": ('<!DOCTYPE svg [<!ENTITY a "b">]>', "defines entities"),
    "a drawing of drawings": (f'<g id="g0"><circle r="1"/></g>{LAUGHS}', "drawn of others"),
    "with the old prefix": ('<g id="a"><use xlink:href="#b"/></g><use xlink:href="#a"/>', "drawn of others"),
    "a pattern of patterns": ('<pattern id="a"><rect fill="url(#b)"/></pattern>', "drawn of others"),
    "a pattern in a style": ('<pattern id="a"><rect style="fill: url( \'#b\')"/></pattern>', "drawn of others"),
    "a marker": ('<marker id="a"><use href="#b"/></marker>', "drawn of others"),
    "a filter": ("<filter/>", "holds <filter>"),
    "a page": ("<foreignObject/>", "holds <foreignObject>"),
    "a picture that is elsewhere": ('<image href="http://example.org/a.png"/>', "is elsewhere"),
    "a drawing in it": (f'<image href="data:image/svg+xml;base64,{drawing("")[1]}"/>', "is elsewhere"),
    "no picture in it": ('<image href="data:image/png;base64,AAAA"/>', "is no PNG"),
    "half of one": ("<g>", "is no SVG"),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_drawing_that_would_unfold_is_not_shown(kind):
    inside, why = UNFIT[kind]
    data = base64.b64encode(inside.encode()).decode() if kind == "entities" else drawing(inside)[1]
    with pytest.raises(ValueError, match=why):
        check("image/svg+xml", data)
    assert data not in clean(f'<img src="data:image/svg+xml;base64,{data}">')


@pytest.mark.parametrize("data", ["", "a", "ä", "AAAA"])
def test_what_is_no_picture_is_not_shown(data):
    with pytest.raises(ValueError, match="is no (PNG|picture)"):
        check("image/png", data or "AA==")


def test_what_is_drawn_twice_but_of_nothing_else_is_shown():
    check(*drawing('<defs><path id="m"/></defs><g><use href="#m"/><use href="#m"/></g>'))
