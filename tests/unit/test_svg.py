"""The deterministic SVG writer."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from figures import figure

from weightinit import plots
from weightinit._digest import digest
from weightinit._svg import svg, themed


def test_svg_is_deterministic_and_self_contained():
    first, second = svg(figure()), svg(figure())
    assert first == second
    assert (
        "<style" not in first
        and "<metadata" not in first
        and "http" not in first.replace("http://www.w3.org/2000/svg", "")
    )
    assert max(len(m.split(".")[1]) for m in re.findall(r"\d+\.\d+", first)) <= 2
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import figures as t; from weightinit._svg import svg;"
        "sys.stdout.write(svg(t.figure()))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)], capture_output=True, text=True, check=True
    )
    assert other.stdout == first


def test_rounding_noise_changes_nothing():
    assert svg(figure()) == svg(figure(1 + 1e-12))
    assert digest(figure()) == digest(figure(1 + 1e-12))


def test_every_reference_in_the_svg_resolves():
    text = svg(figure())
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    assert used and used == set(re.findall(r' id="([^"]+)"', text))


def test_texts_keep_their_digits_and_ids_their_names():
    fig, ax = plots.subplots()
    ax.plot([0, 1], [0, 1], marker="o", label="ε = 0.0001")
    ax.legend()
    text = svg(fig, prefix="p")
    assert ">ε = 0.0001<" in text
    assert all(name.startswith("p-") for name in re.findall(r' id="([^"]+)"', text))
    assert svg(fig, description="one") != svg(fig, description="two")


def test_an_index_is_set_below_the_line_and_what_follows_comes_back_to_it():
    fig, ax = plots.subplots()
    ax.set(xlabel="Wₗ₊₁ᵀ of nᵢₙ", ylabel="w₁₀")
    root = ET.fromstring(svg(fig))
    texts = {"".join(text.itertext()): list(text) for text in root.iter("{http://www.w3.org/2000/svg}text")}
    down, back, word = texts["Wl+1ᵀ of nin"]
    assert down.get("font-size") == "78%" and [(part.text, part.tail) for part in down] == [("l", "+1")]
    assert down[0].get("font-style") == "italic" and len(word) == 0 and word.text == "in"
    sizes = float(down.get("dy").removesuffix("em")) * 0.78, float(back.get("dy").removesuffix("em"))
    assert sizes[0] > 0.1 and abs(sum(sizes)) < 0.01, "as far up as down"
    assert len(texts["w10"]) == 1, "nothing follows, nothing comes back"


def test_a_letter_behind_an_underscore_is_an_index_too_but_no_part_of_a_word_is():
    fig, ax = plots.subplots()
    ax.set(xlabel="σ_w² over σ_b", ylabel="1/fan_in")
    root = ET.fromstring(svg(fig))
    texts = {"".join(text.itertext()): list(text) for text in root.iter("{http://www.w3.org/2000/svg}text")}
    first, between, second = texts["σw² over σb"]
    assert "".join(first.itertext()) == "w" and between.text == "² over σ" and "".join(second.itertext()) == "b"
    assert texts["1/fan_in"] == []


def test_panels_keep_one_scale_where_they_stand_one_below_the_other():
    fig, axes = plots.subplots(1, 2)
    axes[0].set_ylabel("a name\nof two lines")
    text = themed(svg(fig), label="two panels")
    widths = [float(box.split()[2]) for box in re.findall(r'viewBox="([^"]*)"', text)]
    assert len(widths) == 2 and min(widths) < 0.98 * max(widths)
    shares = [float(share) for share in re.findall(r"--wi-share: (\d+)%", text)]
    assert shares == [round(100 * min(widths) / max(widths))]


def test_themed_svg_follows_the_page_and_has_a_name():
    text = themed(svg(figure()), label='curves "a" & b')
    assert "#000000" not in text and "#ffffff" not in text
    assert 'role="img"' in text and 'aria-label="curves &quot;a&quot; &amp; b"' in text
    assert 'fill="currentColor"' in text.split(">")[0]
    ET.fromstring(text)
