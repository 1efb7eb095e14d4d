"""The table of starts: its formulas, what is computed from a rule, and its page."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from weightinit import moments
from weightinit_book import calls, starts, tables
from weightinit_book.check import text_of

PAGE = Path(__file__).resolve().parents[2] / "chapters" / "starts.ipynb"
ROWS = {row.name: row for row in starts.code_bases()}


def test_enough_rows():
    assert len(starts.layers()) >= 60 and len({row.repo for row in ROWS.values()}) >= 10
    assert len({row.call for row in starts.layers()}) == len(starts.layers())


@pytest.mark.parametrize("text", ["gauss 1", "uniform", "uniform1/3", ""])
def test_a_draw_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match="a draw must be one of"):
        starts.Draw.of(text)


def test_a_parameter_without_a_draw_is_named():
    layer = starts.layers()[0]
    assert layer.draw_of("weight") == ("weight", starts.Draw("uniform", "1/(3*n_in)"))
    with pytest.raises(KeyError, match="scale"):
        layer.draw_of("scale")


def test_values_of_what_is_not_random():
    blocks = starts.Draw.of("blocks 0 1 0 0")
    assert blocks.values((8,), {}).tolist() == [0, 0, 1, 1, 0, 0, 0, 0] and blocks.variance({}) == 0
    assert starts.Draw.of("constant log(p/(1 - p))").values((2,), {"p": 0.01}) == pytest.approx([-4.595] * 2, abs=1e-3)


def test_formulas_know_the_letters_of_their_row_and_nothing_else():
    assert starts.value("2/(n_in + n_out)", {"n_in": 3, "n_out": 5}) == 0.25
    with pytest.raises(NameError):
        starts.value("open('x')", {})


def test_variance_of_a_cut_normal():
    rng = np.random.default_rng(0)
    drawn = rng.standard_normal(400_000)
    for bound in (1.0, 2.0, 3.0):
        assert starts.cut(bound) == pytest.approx(np.mean(drawn[np.abs(drawn) <= bound] ** 2), rel=0.01)


def test_stream_of_gpt2_by_hand():
    """Two branches a block; with 1/√(2L) they add 1/(2L) of what they would, L times."""
    row, d, f = ROWS["nanoGPT"], 768, 3072
    s, m = 0.02**2, moments.second_moment("gelu", d * 0.02**2)
    by_hand = 1 + (d * s * d * s + f * s * m) / 2 / (2 * s)
    assert row.growth() == pytest.approx(by_hand)
    twice = replace(row, where=row.where | {"L": 24})
    assert twice.growth() == pytest.approx(by_hand)  # no matter how deep
    assert ROWS["GPT-2, as released"].growth() > 20 * by_hand


def test_a_stream_without_branches_keeps_its_size_and_carries_its_beginning():
    row = ROWS["nanochat"]
    plain = replace(row, stream={key: text for key, text in row.stream.items() if key not in ("carry", "again")})
    assert plain.growth() == 1 and row.growth() > 10


def test_first_loss():
    assert ROWS["ViT, torchvision"].first_loss() == pytest.approx(math.log(1000))
    assert ROWS["nanoGPT"].first_loss() == pytest.approx(math.log(50304) + 768 * 0.02**2 / 2)
    assert ROWS["Haiku, Linear"].first_loss() is None


def test_places_on_the_phase_diagram():
    siren, nerf, mapping = (ROWS[name].place() for name in ("SIREN", "NeRF", "StyleGAN2-ADA, mapping"))
    assert siren.sigma_w2 == pytest.approx(2) and siren.sigma_b2 == pytest.approx(900 / 768)
    assert nerf.q == 0 and nerf.chi_1 == pytest.approx(0.5)  # Xavier before a ReLU
    assert mapping.chi_1 == pytest.approx(1.04) and math.isinf(mapping.q)  # √2 belongs to the ReLU, this slope is 0.2


def shown() -> str:
    cells = json.loads(PAGE.read_text(encoding="utf8"))["cells"]
    outputs = [output for cell in cells if cell["cell_type"] == "code" for output in cell["outputs"]]
    return "\n".join(text_of(output.get("data", {}).get("text/html", output.get("text", ""))) for output in outputs)


def test_the_page_shows_every_row_and_the_versions():
    page = shown()
    for row in starts.layers():
        assert tables.code(row.name) in page and tables.said(row.silent) in page, row.call
    for row in ROWS.values():
        assert f'href="{row.address}"' in page and row.commit[:7] in page, row.name
    for row in calls.there():
        assert all(tables.code(call) in page for call in (row.torch, row.keras, row.jax) if call), row.ours
    for call in [row.theirs for row in calls.back()] + [row.call for row in calls.surprises()]:
        assert tables.code(call) in page, call
    assert all(f"{name} {version}" in page for name, version in starts.versions().items())
