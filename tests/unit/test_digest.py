"""The text twin: what it covers, and what it sees."""

import numpy as np
import pytest
from figures import figure
from matplotlib.patches import Circle, Ellipse

from weightinit import plots
from weightinit._digest import digest


@pytest.mark.parametrize("factor", [0.95, 1.05])
@pytest.mark.parametrize("log", [True, False])
def test_five_percent_show_in_the_digest(factor, log):
    assert digest(figure(factor, log)) != digest(figure(1.0, log))


def test_digest_covers_what_can_be_drawn():
    fig, (left, right) = plots.subplots(1, 2)
    left.bar([0, 1, 2], [1.0, 2.0, 3.25])
    left.stairs([1.0, 4.0, 2.0], [0, 1, 2, 3], label="histogram")
    left.annotate("peak", (1.5, 4.0))
    right.scatter([0.0, 1.0], [5.0, 7.0], label="cloud")
    right.imshow(np.array([[1.0, 2.0], [3.0, 4.5]]))
    right.fill_between([0.0, 1.0], [0.0, 1.0], [2.0, 3.0])
    text = digest(fig)
    for piece in (
        "Panel 2", "3 bars: heights [1, 2, 3.25]", "steps 'histogram'", "y [1, 4, 2]", "'peak'",
        "scatter 'cloud': 2 points, x [0, 1], y [5, 7]", "image 2 × 2: from 1 to 4.5, mean 2.62", "at 1 [1, 3]",
    ):  # fmt: skip
        assert piece in text, (piece, text)


def test_small_numbers_survive_on_a_log_axis_and_residue_does_not_on_a_linear_one():
    fig, ax = plots.subplots()
    ax.plot([0, 1], [1.0, 1e-17])
    assert "y [1, 0]" in digest(fig)
    ax.set_yscale("log")
    assert "y [1, 1e-17]" in digest(fig)


def test_a_panel_without_axes_is_told_by_its_parts_and_texts():
    fig, ax = plots.subplots()
    ax.axis("off")
    ax.plot([0, 1], [0, 1])
    ax.plot([0, 1], [1, 0])
    ax.add_patch(Circle((0, 0), 1))
    ax.add_patch(Ellipse((0, 0), 1, 2))
    ax.text(0.123, 0.456, "x")
    ax.text(0.123, 0.456, "")
    fig.about = "Two lines cross in a circle."
    assert digest(fig) == "\n".join(
        ["Two lines cross in a circle.", "Panel 1", "  drawn: 2 lines, 1 circle, 1 Ellipse", "  written: 'x'"]
    )
    ax.clear()
    ax.axis("off")
    ax.set_title("Nothing", loc="right")
    assert digest(fig) == "Two lines cross in a circle.\nPanel 1: Nothing"
