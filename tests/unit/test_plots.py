import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from weightinit import plots


def figure(scale=1.0, log=True):
    samples = scale * np.exp(0.1 * np.random.default_rng(0).standard_normal((20, 30)) - 0.1 * np.arange(30))
    fig, ax = plots.subplots()
    if log:
        ax.set_yscale("log")
    plots.measured(ax, samples, name="xavier_normal", label="Xavier")
    plots.theory(ax, np.exp(-0.1 * np.arange(30)))
    ax.set_xlabel("layer")
    ax.set_ylabel("variance")
    ax.legend()
    return fig


def test_display_is_svg_with_a_text_twin():
    bundle = figure()._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    root = ET.fromstring(bundle["image/svg+xml"])
    desc = root.find("{http://www.w3.org/2000/svg}desc")
    assert desc.text == bundle["text/plain"] == repr(figure())


def test_svg_is_deterministic_and_self_contained():
    first, second = plots.svg(figure()), plots.svg(figure())
    assert first == second
    assert (
        "<style" not in first
        and "<metadata" not in first
        and "http" not in first.replace("http://www.w3.org/2000/svg", "")
    )
    assert max(len(m.split(".")[1]) for m in re.findall(r"\d+\.\d+", first)) <= 2
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_plots as t; from weightinit import plots;"
        "sys.stdout.write(plots.svg(t.figure()))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)], capture_output=True, text=True, check=True
    )
    assert other.stdout == first


def test_rounding_noise_changes_nothing():
    assert plots.svg(figure()) == plots.svg(figure(1 + 1e-12))
    assert plots.digest(figure()) == plots.digest(figure(1 + 1e-12))


@pytest.mark.parametrize("factor", [0.95, 1.05])
@pytest.mark.parametrize("log", [True, False])
def test_five_percent_show_in_the_digest(factor, log):
    assert plots.digest(figure(factor, log)) != plots.digest(figure(1.0, log))


def test_every_reference_in_the_svg_resolves():
    text = plots.svg(figure())
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    assert used and used == set(re.findall(r' id="([^"]+)"', text))


def test_texts_keep_their_digits_and_ids_their_names():
    fig, ax = plots.subplots()
    ax.plot([0, 1], [0, 1], marker="o", label="ε = 0.0001")
    ax.legend()
    text = plots.svg(fig, prefix="p")
    assert ">ε = 0.0001<" in text
    assert all(name.startswith("p-") for name in re.findall(r' id="([^"]+)"', text))
    assert plots.svg(fig, description="one") != plots.svg(fig, description="two")


def test_themed_svg_follows_the_page_and_has_a_name():
    text = plots.themed(plots.svg(figure()), label='curves "a" & b')
    assert "#000000" not in text and "#ffffff" not in text
    assert 'role="img"' in text and 'aria-label="curves &quot;a&quot; &amp; b"' in text
    assert 'fill="currentColor"' in text.split(">")[0]
    ET.fromstring(text)


def test_digest_covers_what_can_be_drawn():
    fig, (left, right) = plots.subplots(1, 2)
    left.bar([0, 1, 2], [1.0, 2.0, 3.25])
    left.stairs([1.0, 4.0, 2.0], [0, 1, 2, 3], label="histogram")
    left.annotate("peak", (1.5, 4.0))
    right.scatter([0.0, 1.0], [5.0, 7.0], label="cloud")
    right.imshow(np.array([[1.0, 2.0], [3.0, 4.5]]))
    right.fill_between([0.0, 1.0], [0.0, 1.0], [2.0, 3.0])
    text = plots.digest(fig)
    for piece in (
        "Panel 2", "3 bars: heights [1, 2, 3.25]", "steps 'histogram'", "y [1, 4, 2]", "'peak'",
        "scatter 'cloud': 2 points, x [0, 1], y [5, 7]", "image 2 × 2: from 1 to 4.5, mean 2.62", "at 1 [1, 3]",
    ):  # fmt: skip
        assert piece in text, (piece, text)


def test_small_numbers_survive_on_a_log_axis_and_residue_does_not_on_a_linear_one():
    fig, ax = plots.subplots()
    ax.plot([0, 1], [1.0, 1e-17])
    assert "y [1, 0]" in plots.digest(fig)
    ax.set_yscale("log")
    assert "y [1, 1e-17]" in plots.digest(fig)


def test_measured_draws_mean_and_interval():
    samples = np.array([[1.0, 10.0], [3.0, 30.0], [2.0, 20.0]])
    fig, ax = plots.subplots()
    line = plots.measured(ax, samples, name="he_normal", label="He")
    assert np.allclose(line.get_ydata(), [2, 20]) and np.allclose(line.get_xdata(), [1, 2])
    assert line.get_color() == plots.color("he") and line.get_marker() == plots.SCHEMES["he"][1]
    from weightinit.intervals import interval

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


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("color", [c for c, _ in plots.SCHEMES.values()])
@pytest.mark.parametrize("page", ["#ffffff", "#14181e"])
def test_colors_are_readable_on_light_and_dark(color, page):
    high, low = sorted([luminance(color), luminance(page)], reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 3


def test_schemes_differ_in_color_and_marker():
    colors, markers = zip(*plots.SCHEMES.values(), strict=True)
    assert len(set(colors)) == len(set(markers)) == len(plots.SCHEMES)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda ax: plots.measured(ax, np.ones(5)), "samples"),
        (lambda ax: plots.measured(ax, np.ones((1, 5))), "samples"),
        (lambda ax: plots.measured(ax, np.ones((3, 5)), x=[1, 2]), "x"),
        (lambda ax: plots.measured(ax, np.ones((3, 5)), statistic="mode"), "statistic"),
        (lambda ax: plots.measured(ax, np.ones((3, 5)), name="gauss"), "name"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call(plots.subplots()[1])


def test_the_package_never_imports_pyplot():
    code = "import sys, weightinit.plots, weightinit.explorers, weightinit.selfcheck; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
