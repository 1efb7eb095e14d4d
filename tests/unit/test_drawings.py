"""Drawings: what they say is what they show, and nothing lies on anything else."""

import itertools
import math
import re
import xml.etree.ElementTree as ET
from fractions import Fraction

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from weightinit import drawings, plots
from weightinit._pencil import RADIUS, number

ALL = {name: getattr(drawings, name) for name in drawings.__all__} | {
    "cobweb": lambda: drawings.cobweb(math.cos, 0.1, limits=(0, 1), fixed=[0.739]),
    "a growing chain": lambda: drawings.chain(1.5, x=-2.0),
    "a narrow layer": lambda: drawings.fans(2, 8),
    "eight widths": lambda: drawings.canceling_widths((9999,) * 8),
    "two widths": lambda: drawings.canceling_widths((64, 10)),
    "two layers": lambda: drawings.circles((1, 10), width=2, rng=1),
    "a layer turned back": lambda: drawings.one_layer(-2.5, rng=3),
    "a wide bell": lambda: drawings.folded_bell(50.0),
}
each = pytest.mark.parametrize("name", ALL)


def texts(fig):
    return [text for ax in fig.axes for text in ax.texts if text.get_text()]


def written(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def place(ax, name):
    """Where a text stands."""
    return next(np.array(text.get_position()) for text in ax.texts if text.get_text() == name)


# ---- all of them ------------------------------------------------------------------------------------------------------
@each
def test_the_same_bytes_twice_whatever_the_style_outside(name):
    one = ALL[name]()._repr_mimebundle_()
    with mpl.rc_context({"font.size": 20, "lines.linewidth": 7, "axes.grid": False}):
        two = ALL[name]()._repr_mimebundle_()
    assert one == two
    desc = ET.fromstring(one["image/svg+xml"]).find("{http://www.w3.org/2000/svg}desc")
    assert desc.text == one["text/plain"]


@each
def test_it_says_in_words_what_it_shows(name):
    fig = ALL[name]()
    assert re.fullmatch(r"[A-Z](.|\n){80,}\.", fig.about)
    assert repr(fig).startswith(fig.about + "\nPanel 1")


@each
def test_texts_are_large_plain_and_apart(name):
    fig = ALL[name]()
    fig.draw_without_rendering()
    signs = FT2Font(findfont("DejaVu Sans")).get_charmap()
    boxes = [(text.get_text(), text.get_window_extent().padded(-0.5)) for text in texts(fig)]
    for text in texts(fig):
        assert text.get_fontsize() >= 10.5 and "$" not in text.get_text() and text.get_color() == "black"
        assert {ord(sign) for sign in text.get_text()} <= set(signs)
    for (one, a), (two, b) in itertools.combinations(boxes, 2):
        assert not a.overlaps(b), (one, two)
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= fig.bbox.x1 and box.y1 <= fig.bbox.y1, text


@each
def test_a_panel_fits_a_phone_and_hides_nothing(name):
    fig = ALL[name]()
    fig.draw_without_rendering()
    for ax in fig.axes:
        assert ax.get_tightbbox().width / fig.dpi <= 4.6
        assert not any(to_hex(patch.get_facecolor()) == "#ffffff" and patch.get_fill() for patch in ax.patches)


# ---- networks -----------------------------------------------------------------------------------------------------------
def test_a_chain_passes_a_value_forward_and_a_gradient_back():
    fig = drawings.chain(weight=0.5, x=4.0)
    left, right = fig.axes
    heights = {height for ax in fig.axes for height in (text.get_position()[1] for text in ax.texts)}
    top, *_, bottom = sorted((h for h in heights if abs(h - 0.78) < 0.5), reverse=True)
    rows = [[text.get_text() for text in texts(fig) if text.get_position()[1] == row] for row in (top, bottom)]
    assert rows[0] == [number(4 / 2**k) for k in range(11)] == ["4", "2", "1", *rows[0][3:]]
    assert rows[1] == [number(1 / 2**k) for k in range(10, -1, -1)] and rows[1][-2:] == ["0.5", "1"]
    names = [text.get_text() for text in texts(fig)]
    assert [name for name in names if name.startswith("w")] == ["w" + sign for sign in (*"₁₂₃₄₅₆₇₈₉", "₁₀")]
    for look, forward in ((plots.SIGNAL, True), (plots.GRADIENT, False)):
        arrows = [p for ax in fig.axes for p in ax.patches if isinstance(p, FancyArrowPatch)]
        arrows = [arrow for arrow in arrows if to_hex(arrow.get_edgecolor()) == look.color]
        assert len(arrows) == 10
        assert all((start[0] < end[0]) is forward for start, end in (arrow._posA_posB for arrow in arrows))
    assert "each weight is 0.5.\nAbove, the value that passes, from x to y: 4, 2, 1, 0.5, 0.25, 0.125, " in fig.about
    assert fig.about.endswith(
        "from y to x: 1, 0.5, 0.25, 0.125, 0.0625, 0.0313, 0.0156, 0.0078, 0.0039, 0.002, 0.00098."
    )
    assert [sum(isinstance(p, Circle) for p in ax.patches) for ax in (left, right)] == [6, 5]


def test_a_unit_has_three_parts():
    (ax,) = drawings.unit().axes
    assert {"products", "sum", "activation", "w₁x₁", "w₂x₂", "w₃x₃", "b", "z", "x", "Σ", "φ"} <= set(written(ax))
    assert place(ax, "products")[0] < place(ax, "sum")[0] < place(ax, "activation")[0] < place(ax, "x")[0]


def test_whoever_changes_seats_takes_all_lines_along():
    fig = drawings.swapped_seats()
    joined = []
    for ax in fig.axes:
        centers = {tuple(patch.center): name for patch, name in zip(ax.patches, written(ax), strict=True)}
        pairs = set()
        for line in ax.lines:
            ends = np.array(line.get_data()).T
            near = [
                name for end in ends for center, name in centers.items() if np.isclose(math.dist(end, center), RADIUS)
            ]
            assert len(near) == 2
            pairs.add((*near, line.get_color()))
        joined.append(pairs)
    assert joined[0] == joined[1] and len(joined[0]) == 12
    colors = {name: {color for *pair, color in joined[0] if name in pair} for name in "ABC"}
    assert all(len(color) == 1 for color in colors.values()) and len(set.union(*colors.values())) == 3
    left, right = fig.axes
    for one, two in ("AB", "BA"):
        assert np.array_equal(place(left, one), place(right, two))


@pytest.mark.parametrize(("n_in", "n_out"), [(5, 4), (2, 8), (8, 2)])
def test_fans_are_all_lines_of_one_unit_and_of_one_input(n_in, n_out):
    fig = drawings.fans(n_in, n_out)
    (ax,) = fig.axes
    colors = [line.get_color() for line in ax.lines]
    assert [colors.count(plots.series(k).color) for k in (0, 1)] == [n_in, n_out]
    assert colors.count("black") == (n_in - 1) * (n_out - 1)
    assert {f"nᵢₙ = {n_in} inputs", f"nₒᵤₜ = {n_out} units", "fan-in", f"{n_in} lines", f"{n_out} lines"} <= set(
        written(ax)
    )
    assert f"the {n_in} lines that end in the first unit" in fig.about
    for color, end in ((plots.series(0).color, -1), (plots.series(1).color, 0)):
        meet = [np.array(line.get_data())[:, end] for line in ax.lines if line.get_color() == color]
        (center,) = (p.center for p in ax.patches if to_hex(p.get_edgecolor()) == color)
        assert max(math.dist(point, center) for point in meet) < 0.16


def test_two_passes_run_against_each_other_and_meet_in_the_weight_gradient():
    (ax,) = drawings.two_passes().axes
    by_color = {}
    for patch in ax.patches:
        if isinstance(patch, FancyArrowPatch):
            by_color.setdefault(to_hex(patch.get_edgecolor()), []).append(np.subtract(*patch._posA_posB[::-1]))
    signal, gradient, weight = (by_color[look.color] for look in (plots.SIGNAL, plots.GRADIENT, plots.WEIGHT_GRADIENT))
    assert len(signal) == 3 and all(step[0] > 0 for step in signal)
    assert len(gradient) == 2 and all(step[0] < 0 for step in gradient)
    assert np.allclose([weight[0][0], weight[1][1]], 0) and weight[0][1] < 0 and weight[1][0] < 0
    for above, below in (("zₗ", "δₗ"), ("zₗ₊₁", "δₗ₊₁")):
        assert place(ax, above)[0] == place(ax, below)[0] and place(ax, above)[1] > place(ax, below)[1]
    assert {"φ′(zₗ) ⊙", "Wₗ₊₁ᵀ", "∂C/∂Wₗ", "= xₗ₋₁ᵀδₗ"} <= set(written(ax))


def test_a_residual_block_normalizes_before_its_branch_or_behind_its_sum():
    fig = drawings.residual_blocks(c=0.25, blocks=3)
    (ax,) = fig.axes
    rows = {name: place(ax, name)[1] for name in ("plain", "pre-LN", "post-LN")}
    assert sorted(rows, key=rows.get, reverse=True) == ["plain", "pre-LN", "post-LN"]
    at = [(text.get_text(), *text.get_position()) for text in ax.texts]
    sums = {name: next(x for text, x, y in at if text == "+" and y == row) for name, row in rows.items()}
    norms = {name: [x for text, x, y in at if text == "N" and 0 <= y - row < 0.5] for name, row in rows.items()}
    assert norms["plain"] == []
    assert norms["pre-LN"] < [min(x for text, x, _ in at if text == "f")] and norms["post-LN"] > [sums["post-LN"]]
    sizes = [next(text for text, x, y in at if y == row and x > 4) for row in rows.values()]
    assert sizes == [number(1.25**3), number(1.75), "1"] == ["1.95", "1.75", "1"]
    assert "3 blocks with c = 0.25 make 1.95 of" in fig.about and "after 3" in written(ax)


# ---- numbers ------------------------------------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 9999), min_size=2, max_size=8))
def test_what_is_not_struck_out_is_the_product_of_all_factors(widths):
    fig = drawings.canceling_widths(widths)
    (ax,) = fig.axes
    factors, result = re.search(r"\n(.*) = (\d+/\d+) = ", fig.about).groups()
    factors = factors.split(" · ")
    assert math.prod(map(Fraction, factors)) == Fraction(result) == Fraction(widths[-1], widths[0])
    assert len(factors) == len(widths) - 1
    slanted = [line for line in ax.lines if np.ptp(line.get_ydata()) > 0]
    struck = {(np.mean(line.get_xdata()).round(9), np.mean(line.get_ydata()).round(9)) for line in slanted}
    shown = [(tuple(np.round(text.get_position(), 9)), text.get_text()) for text in ax.texts]
    lower = [(at, text) for at, text in shown if at[1] < 0.7 and text.isdigit()]
    left = [text for at, text in lower if at not in struck]
    assert len(slanted) == len(struck) == 2 * (len(widths) - 2)
    assert sorted(left) == sorted(2 * [str(widths[0]), str(widths[-1])])  # in the product, and as its result
    bars = [patch.get_height() for patch in ax.patches if isinstance(patch, Rectangle)]
    assert np.argmax(bars) == np.argmax(widths) and len(bars) == len(widths)
    assert all(np.isclose(bar, max(0.02, width / max(widths))) for bar, width in zip(bars, widths, strict=True))


@pytest.mark.parametrize("q", [1.0, 0.04, 9.0])
def test_a_folded_bell_keeps_half_of_the_mean_square(q):
    fig = drawings.folded_bell(q)
    before, after = fig.axes
    halves = {line.get_label(): line.get_data() for line in before.lines}
    area = {label: np.trapezoid(y, x) for label, (x, y) in halves.items()}
    square = {label: np.trapezoid(x**2 * y, x) for label, (x, y) in halves.items()}
    assert area == pytest.approx({"left half": 0.5, "right half": 0.5}, rel=0.01)
    assert square == pytest.approx({"left half": q / 2, "right half": q / 2}, rel=0.03)
    np.testing.assert_array_equal(after.lines[0].get_data(), halves["right half"])
    assert written(before) == ["½", "½"] == written(after)
    assert [ax.get_title(loc="left") for ax in fig.axes] == [
        f"Before: mean square {q:g}",
        f"After: mean square {q / 2:g}",
    ]
    (bar,) = (patch for patch in after.patches if isinstance(patch, Rectangle))
    assert bar.get_x() + bar.get_width() / 2 == pytest.approx(0, abs=1e-12)


def test_the_axes_of_an_ellipse_are_singular_values():
    fig = drawings.circles((1, 2, 4), width=3, rng=0)
    gaussian, orthogonal = fig.axes
    weights = np.random.default_rng(0).standard_normal((4, 3, 3)) / math.sqrt(3)
    dotted, curves = gaussian.lines[::2], gaussian.lines[1::2]
    for count, circle, curve, text in zip((1, 2, 4), dotted, curves, written(gaussian)[1::2], strict=True):
        expected = np.linalg.svd(np.linalg.multi_dot([np.eye(3)[:2], *weights[:count]]), compute_uv=False)
        unit = np.ptp(circle.get_xdata())
        assert np.ptp(circle.get_ydata()) == pytest.approx(unit)
        shown = np.array([np.ptp(curve.get_xdata()), np.ptp(curve.get_ydata())]) / unit
        np.testing.assert_allclose(shown, expected, rtol=1e-3)
        assert text == f"{expected[0]:.2g} × {expected[1]:.2g}"
        assert f"after {count}, {number(expected[0])} and {number(expected[1])}" in fig.about
    for circle, curve in zip(orthogonal.lines[::2], orthogonal.lines[1::2], strict=True):
        np.testing.assert_allclose(circle.get_data(), curve.get_data())


def test_the_default_circle_is_an_ordinary_one():
    shown = np.log(drawings._half_axes("Gaussian", (1, 3, 10), 4, np.random.default_rng(5)))
    starts = [drawings._half_axes("Gaussian", (1, 3, 10), 4, np.random.default_rng(seed)) for seed in range(500)]
    assert np.max(np.abs(shown - np.median(np.log(starts), axis=0))) < math.log(2)


def test_a_layer_turns_stretches_or_folds_the_circle():
    angle = 1.1
    fig = drawings.one_layer(angle, rng=2)
    (ax,) = fig.axes
    matrix = np.random.default_rng(2).standard_normal((2, 2)) / math.sqrt(2)
    before = np.exp(1j * np.arange(8) * math.pi / 4)
    before = np.stack([before.real, before.imag], axis=1)
    assert written(ax)[::2] == ["Orthogonal", "Gaussian", "With a ReLU"]
    for kind, note in enumerate(written(ax)[1::2]):  # in units of the circle's radius, about its middle
        circle, image, marks, moved = (line.get_xydata() for line in ax.lines[4 * kind : 4 * kind + 4])
        middle, radius = (circle.max(axis=0) + circle.min(axis=0)) / 2, np.ptp(circle[:, 0]) / 2
        assert np.ptp(circle[:, 1]) / 2 == pytest.approx(radius, rel=1e-4)
        np.testing.assert_allclose((marks - middle) / radius, before, atol=1e-4)
        moved, image = (moved - middle) / radius, (image - middle) / radius
        if kind == 0:
            there = before @ [1, 1j] * np.exp(1j * angle)
            np.testing.assert_allclose(moved @ [1, 1j], there, atol=1e-3)
            np.testing.assert_allclose(np.hypot(*image.T), 1, atol=1e-3)
        elif kind == 1:
            np.testing.assert_allclose(moved, before @ matrix, atol=1e-3)
            long, short = np.linalg.svd(matrix, compute_uv=False)
            lengths = np.hypot(*image.T)
            assert [lengths.max(), lengths.min()] == pytest.approx([long, short], rel=1e-2)
            assert note == f"{long:.2g} × {short:.2g}"
        else:
            there = before @ [1, 1j] * np.exp(1j * angle) * math.sqrt(2)
            np.testing.assert_allclose(moved, np.maximum(np.stack([there.real, there.imag], axis=1), 0), atol=1e-3)
            assert note == "2 of 8 at 0" and "2 of the marks are 0" in fig.about
            assert np.mean(np.square(image).sum(axis=1)) == pytest.approx(1, rel=0.01)


def test_the_default_layer_is_an_ordinary_one():
    starts = np.random.default_rng(0).standard_normal((500, 2, 2)) / math.sqrt(2)
    shown = np.linalg.svd(np.random.default_rng(5).standard_normal((2, 2)) / math.sqrt(2), compute_uv=False)
    medians = np.median(np.linalg.svd(starts, compute_uv=False), axis=0)
    assert np.max(np.abs(np.log(shown / medians))) < math.log(1.5)


def test_a_staircase_goes_to_the_curve_and_to_the_diagonal():
    fig = drawings.cobweb(math.cos, 0.1, steps=4, limits=(0, 1), fixed=[0.739085])
    (ax,) = fig.axes
    diagonal, curve, stairs, marks = ax.lines
    np.testing.assert_allclose(curve.get_ydata(), np.cos(curve.get_xdata()))
    np.testing.assert_array_equal(*diagonal.get_data())
    x, y = stairs.get_data()
    assert len(x) == 9 and (x[0], y[0]) == (0.1, 0)
    np.testing.assert_allclose(y[1::2], np.cos(x[1::2]))
    np.testing.assert_allclose(y[2::2], x[2::2])
    np.testing.assert_array_equal(marks.get_data(), [[0.739085], [0.739085]])
    assert fig.about.endswith("After each step: 0.995, 0.544, 0.855, 0.656. Fixed points marked: 0.739.")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("q before a layer", "q after it")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1, "1"), (0.125, "0.125"), (0.03125, "0.0313"), (0.5**10, "0.00098"), (0.002, "0.002"), (57.665, "57.7"),
     (1024, "1024"), (-3.375, "−3.38"), (1e-6, "10⁻⁶"), (-2.5e7, "−2.5·10⁷"), (0.01, "0.01"), (100, "100")],
)  # fmt: skip
def test_a_number_is_short(value, text):
    assert number(value) == text


# ---- bad input ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: drawings.chain("a"), TypeError, "weight must be a real number, got 'a'"),
        (lambda: drawings.chain(math.inf), ValueError, "weight must be finite, got inf"),
        (lambda: drawings.chain(1, x=None), TypeError, "x must be a real number"),
        (lambda: drawings.chain(1e40), ValueError, "weight must have a tenth power that is a float, got 1e"),
        (lambda: drawings.fans(1), ValueError, "n_in must be an integer >= 2, got 1"),
        (lambda: drawings.fans(3, 9), ValueError, "n_out must be an integer from 2 to 8, got 9"),
        (lambda: drawings.fans(2.0), TypeError, "n_in must be an integer, got 2.0"),
        (lambda: drawings.canceling_widths(7), TypeError, "widths must be a sequence of integers"),
        (lambda: drawings.canceling_widths([7]), ValueError, "widths must have at least 2"),
        (lambda: drawings.canceling_widths([7, 0]), ValueError, "widths must have axes of length >= 1"),
        (lambda: drawings.canceling_widths([7] * 9), ValueError, "widths must be two to eight integers from 1 to 9999"),
        (lambda: drawings.canceling_widths([7, 10000]), ValueError, "widths must be two to eight integers from 1 to 9999"),
        (lambda: drawings.residual_blocks(-1), ValueError, "c must be >= 0"),
        (lambda: drawings.residual_blocks("c"), TypeError, "c must be a real number, got 'c'"),
        (lambda: drawings.residual_blocks(1, 0), ValueError, "blocks must be an integer >= 1, got 0"),
        (lambda: drawings.residual_blocks(1e300, 9), ValueError, "c must leave .* a float, got 1e.300 with 9 blocks"),
        (lambda: drawings.folded_bell(0), ValueError, "q must be > 0 and finite, got 0"),
        (lambda: drawings.folded_bell(True), TypeError, "q must be a real number, got True"),
        (lambda: drawings.circles((3, 1)), ValueError, r"layers must be one to three increasing integers, got \(3, 1\)"),
        (lambda: drawings.circles((1, 2, 3, 4)), ValueError, "layers must be one to three"),
        (lambda: drawings.circles(3), TypeError, "layers must be a sequence of integers"),
        (lambda: drawings.circles(width=1), ValueError, "width must be an integer >= 2, got 1"),
        (lambda: drawings.circles(rng=None), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: drawings.cobweb("f", 0), TypeError, "function must be callable, got 'f'"),
        (lambda: drawings.cobweb(abs, 3), ValueError, r"start must be in \[0, 2\], got 3"),
        (lambda: drawings.cobweb(abs, 1, 0), ValueError, "steps must be an integer >= 1, got 0"),
        (lambda: drawings.cobweb(abs, 1, limits=(1, 1)), ValueError, "limits must be two increasing numbers"),
        (lambda: drawings.cobweb(abs, 1, limits=3), ValueError, "limits must be two increasing numbers"),
        (lambda: drawings.cobweb(math.exp, 1, fixed=[1]), ValueError, r"fixed must hold fixed points, but function\(1\) is 2.7"),
        (lambda: drawings.cobweb(abs, 1, fixed=[3]), ValueError, r"fixed must be in \[0, 2\], got \[3\]"),
        (lambda: drawings.cobweb(lambda q: math.nan, 1), ValueError, r"function\(1\) must be finite, got nan"),
        (lambda: drawings.cobweb(str, 1), TypeError, r"function\(1\) must be a real number"),
        (lambda: drawings.cobweb(abs, 1, labels="ab"), TypeError, "labels must be two texts"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
