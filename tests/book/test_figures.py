"""Figures of notebooks as a part of the page."""

from __future__ import annotations

import re

from weightinit_book.extensions.figures import inline


def test_a_picture_in_the_page_follows_the_theme_and_has_a_name():
    from weightinit import plots

    fig, ax = plots.subplots()
    ax.plot([0, 1], [0, 1], color="black")
    picture = fig._repr_mimebundle_()["image/svg+xml"]
    html = inline(picture, 'A "rising" line from the lower left to the upper right.', "p3-")
    assert html.startswith("<svg") and 'role="img"' in html and "&quot;rising&quot;" in html and "<desc>Panel 1" in html
    assert "#000000" not in html and "#ffffff" not in html and "currentColor" in html
    ids, used = set(re.findall(r'\sid="([^"]+)"', html)), set(re.findall(r'(?:href="#|url\(#)([^")]+)', html))
    assert used == ids and all(name.startswith("p3-") for name in ids)
