"""Figures: what an author draws with, and the colors of the book."""

import itertools
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from figures import figure

from weightinit import initializers, plots
from weightinit.intervals import interval


def test_display_is_svg_with_a_text_twin():
    bundle = figure()._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    root = ET.fromstring(bundle["image/svg+xml"])
    desc = root.find("{http://www.w3.org/2000/svg}desc")
    assert desc.text == bundle["text/plain"] == repr(figure())


def test_measured_draws_mean_and_interval():
    samples = np.array([[1.0, 10.0], [3.0, 30.0], [2.0, 20.0]])
    fig, ax = plots.subplots()
    line = plots.measured(ax, samples, name="he_normal", label="He")
    assert np.allclose(line.get_ydata(), [2, 20]) and np.allclose(line.get_xdata(), [1, 2])
    assert line.get_color() == plots.color("he") and line.get_marker() == plots.SCHEMES["he"][1]
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert np.isclose(band.max(), interval(samples).high.max()) and np.isclose(band.min(), interval(samples).low.min())
    other = plots.measured(ax, samples, x=[0.5, 0.7], statistic="median", confidence=0.5, color="black")
    assert np.allclose(other.get_ydata(), [2, 20]) and other.get_color() == "black"


def test_theory_is_black_and_dashed():
    fig, ax = plots.subplots()
    for line in (plots.theory(ax, [1.0, 2.0]), plots.theory(ax, 0.5, label="level")):
        assert line.get_color() == "black" and line.is_dashed()
    assert np.allclose(ax.lines[0].get_xdata(), [1, 2])


@pytest.mark.parametrize(
    ("name", "family"),
    [("glorot_uniform", "xavier"), ("kaiming_normal", "he"), ("he_uniform", "he"), ("lecun_normal", "lecun"),
     ("orthogonal", "orthogonal"), ("delta_orthogonal", "orthogonal"), ("zeros", "constant"), ("standard", "standard")],
)  # fmt: skip
def test_a_family_has_one_color(name, family):
    assert plots.scheme(name) == family and plots.color(name) == plots.SCHEMES[family][0]


ROLES = (plots.SIGNAL, plots.GRADIENT, plots.WEIGHT_GRADIENT)
SERIES = tuple(plots.series(k) for k in range(5))
LOOKS = (*plots.SCHEMES.values(), *ROLES, *SERIES)


def linear(color):
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(color):
    return linear(color) @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("color", [look.color for look in LOOKS])
@pytest.mark.parametrize("page", ["#ffffff", "#14181e"])
def test_colors_are_readable_on_light_and_dark(color, page):
    high, low = sorted([luminance(color), luminance(page)], reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 3


def test_schemes_differ_in_color_and_marker():
    colors, markers = zip(*plots.SCHEMES.values(), strict=True)
    assert len(set(colors)) == len(set(markers)) == len(plots.SCHEMES)


def test_every_initializer_has_a_color():
    assert {plots.color(name) for name in initializers.NAMES} <= {look.color for look in plots.SCHEMES.values()}
    with pytest.raises(ValueError, match="got 'truncated'"):
        plots.color("truncated")


def test_no_color_means_two_things():
    """Of any two looks of the book the colors differ by at least 0.075 in Oklab, as xavier and lecun's by 0.2."""
    for (_, one), (_, two) in itertools.combinations(enumerate(look.color for look in LOOKS), 2):
        assert np.linalg.norm(oklab(linear(one)) - oklab(linear(two))) > 0.075, (one, two)


@pytest.mark.parametrize("looks", [ROLES, SERIES])
def test_roles_and_series_stay_apart_for_color_blind_readers(looks):
    assert len({look.marker for look in looks}) == len(looks)
    for one, two in itertools.combinations(looks, 2):
        for kind, matrix in COLOR_BLIND.items():
            seen = [oklab(np.clip(matrix @ linear(look.color), 0, 1)) for look in (one, two)]
            assert np.linalg.norm(seen[0] - seen[1]) > 0.1, (kind, one, two)


# Protanopia, deuteranopia, tritanopia as matrices on linear RGB: Machado, Oliveira & Fernandes 2009, severity 1.
COLOR_BLIND = {
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def oklab(rgb):
    """Perceptual coordinates (Ottosson 2020) of linear RGB; white is (1, 0, 0)."""
    cones = np.array([[0.41222147, 0.53633254, 0.05144599], [0.21190350, 0.68069955, 0.10739696], [0.08830246, 0.28171884, 0.62997870]])  # fmt: skip
    lab = np.array([[0.21045426, 0.79361779, -0.00407205], [1.97799850, -2.42859221, 0.45059371], [0.02590404, 0.78277177, -0.80867577]])  # fmt: skip
    return lab @ np.cbrt(cones @ rgb)


def test_a_role_has_its_look():
    ax = plots.subplots()[1]
    line = plots.measured(ax, np.ones((3, 5)), look=plots.GRADIENT)
    assert (line.get_color(), line.get_marker()) == plots.GRADIENT
    line = plots.measured(ax, np.ones((3, 5)), look=plots.series(2), marker="")
    assert (line.get_color(), line.get_marker()) == (plots.series(2).color, "")


def test_signal_and_gradient_draw_both_with_their_theory():
    signal, gradient = np.geomspace(1, 8, 4) * np.ones((3, 1)), np.geomspace(27, 1, 4) * np.ones((3, 1))
    signal[0] *= 8
    ax = plots.subplots()[1]
    one, two = plots.signal_and_gradient(ax, signal, gradient, predicted=(signal[1], gradient[0]), markevery=1)
    assert (one.get_color(), two.get_color()) == (plots.SIGNAL.color, plots.GRADIENT.color)
    np.testing.assert_allclose(one.get_ydata(), 2 * signal[1])  # the geometric mean of 8, 1 and 1
    np.testing.assert_allclose(two.get_ydata(), gradient[0])
    assert [line.get_label() for line in ax.lines[2:3]] == ["theory"]
    np.testing.assert_array_equal(ax.lines[2].get_ydata(), signal[1])
    np.testing.assert_array_equal(ax.lines[3].get_ydata(), gradient[0])
    assert ax.get_legend_handles_labels()[1] == ["signal z, forward", "gradient δ, backward", "theory"]
    assert (ax.get_yscale(), ax.get_xlabel(), one.get_markevery()) == ("log", "layer", 1)


def test_signal_and_gradient_keep_a_base_and_take_labels():
    ax = plots.subplots()[1]
    ax.set_yscale("log", base=2)
    plots.signal_and_gradient(ax, np.ones((2, 3)), np.ones((2, 3)), labels=("x", "δ"), predicted=(None, [1, 1, 1]))
    assert ax.yaxis.get_transform().base == 2
    assert ax.get_legend_handles_labels()[1] == ["x", "δ", "theory"]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda ax: plots.measured(ax, np.ones(5)), "samples"),
        (lambda ax: plots.measured(ax, np.ones((1, 5))), "samples"),
        (lambda ax: plots.measured(ax, np.ones((3, 5)), x=[1, 2]), "x"),
        (lambda ax: plots.measured(ax, np.ones((3, 5)), statistic="mode"), "statistic"),
        (lambda ax: plots.measured(ax, np.ones((3, 5)), name="gauss"), "name"),
        (lambda ax: plots.measured(ax, np.ones((3, 5)), name="he", look=plots.SIGNAL), "look"),
        (lambda ax: plots.measured(ax, np.ones((3, 5)), look="he"), "look"),
        (lambda ax: plots.series(5), "k must"),
        (lambda ax: plots.series(-1), "k must"),
        (lambda ax: plots.series(1.0), "k must"),
        (lambda ax: plots.signal_and_gradient(ax, np.ones(3), np.ones((2, 3))), "samples"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises((TypeError, ValueError), match=word):
        call(plots.subplots()[1])


def test_the_package_never_imports_pyplot():
    code = "import sys, weightinit.plots, weightinit.explorers, weightinit.selfcheck; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(("limits", "name"), [((0, 1), "variance"), ((0, 2), "")])
def test_a_panel_gets_the_name_of_an_axis_only_from_the_same_axis(limits, name):
    fig, ((left, right), (_, below)) = plots.subplots(2, 2)
    left.set(ylim=(0, 1), ylabel="variance")
    right.set(ylim=limits)
    below.set(xlabel="layer")
    plots.name_axes(fig.axes)
    assert (right.get_ylabel(), right.get_xlabel()) == (name, "layer")
    right.set_ylabel("its own")
    plots.name_axes(fig.axes)
    assert right.get_ylabel() == "its own"


def test_the_band_of_a_geometric_mean_is_drawn_whole_and_that_of_a_mean_does_not_drag_the_axis_down():
    samples = 10.0 ** np.array([[-40.0], [0.0], [40.0]]) * np.ones(2)
    lowest = {}
    for statistic in ("geometric_mean", "mean"):
        _, ax = plots.subplots()
        ax.set_yscale("log")
        plots.measured(ax, samples, statistic=statistic)
        lowest[statistic] = ax.collections[0].get_paths()[0].vertices[:, 1].min()
    expected = interval(samples, confidence=0.95, statistic="geometric_mean").low.min()
    assert lowest["geometric_mean"] == pytest.approx(expected)
    assert lowest["mean"] == pytest.approx(samples.mean() / 1e3)
