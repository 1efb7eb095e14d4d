"""Whether claims fail when their predictions are off: the question that `make power` puts to every notebook."""

from __future__ import annotations

import nbformat
import numpy as np
import pytest
import scipy.stats
import sympy

from weightinit import claims
from weightinit_book import power
from weightinit_book.check import ROOT, notebooks
from weightinit_book.extensions.statements import POWER, Chapter, Claim, add_power, read_chapter, read_power
from weightinit_book.power import Asked

SAMPLES = 2 + 0.2 * scipy.stats.zscore(np.random.default_rng(0).normal(size=20))  # their mean, 2, is known to 9 %
NOTEBOOK = """
import numpy as np
from weightinit.claims import claim, claim_exact, claim_holds
claim("eq-mean", 2.0, 2 + 0.2 * np.tile([-1.0, 1.0], 10), what="twenty numbers")
claim_exact("eq-wide", 1.0, 1.0, atol=0.5, what="to a half")
claim_holds("eq-true", True, what="true")
"""


@pytest.fixture
def asked(monkeypatch) -> list[Asked]:
    """Claims ask again while this lasts; the list that they go into."""
    for name in (*power.PREDICTION, *power.OTHERS):
        monkeypatch.setattr(claims, name, getattr(claims, name))
    return power.watch()


@pytest.mark.parametrize(
    ("name", "given", "tells"),
    [
        ("claim", (2.0, SAMPLES), 0.1),
        ("claim", (2.0, 2 + (SAMPLES - 2) / 10), 0.05),
        ("claim", ([2.0, 2.0], np.stack([2 + (SAMPLES - 2) / 10, SAMPLES], axis=1)), 0.05),  # one entry suffices
        ("claim_exact", (3.0, 3.0), 0.05),
        ("claim_exact", ([0.0, 3.0], [0.0, 3.0]), 0.05),
        ("claim_exact", (1e-12, 0.0, 1e-9), None),
        ("claim_symbolic", ("(a + b)**2", "a**2 + 2*a*b + b**2"), 0.05),
        ("claim_symbolic", (sympy.Symbol("a") * 0, 0), None),
    ],
)
def test_the_smallest_part_that_a_claim_tells(asked, name, given, tells):
    keywords = {"atol": given[2]} if len(given) > 2 else {}
    getattr(claims, name)("eq-x", *given[:2], **keywords)
    assert asked == [Asked("eq-x", "", tells)]


def test_a_claim_that_holds_whatever_is_predicted_tells_nothing(asked):
    claims.claim_exact(label="eq-x", computed=1.0, expected=1.0, atol=0.5, what="to a half")
    assert asked == [Asked("eq-x", "to a half", np.inf)]


def test_off_in_one_direction_only_is_not_enough(asked):
    low = 2.12 + (SAMPLES - SAMPLES.mean()) / 2  # the prediction lies at the lower end of the interval
    claims.claim("eq-x", 2.06, low)
    (claim,) = asked
    assert claim.tells == 0.1


def test_a_claim_prints_its_line_once_and_fails_as_before(asked, capsys):
    claims.claim("eq-x", 2.0, SAMPLES)
    assert capsys.readouterr().out.count("✓") == 1
    with pytest.raises(claims.ClaimError):
        claims.claim("eq-x", 3.0, SAMPLES)
    assert len(asked) == 1


def test_inequalities_and_statements_are_counted(asked):
    claims.claim_less("eq-x", SAMPLES, 3.0, what="below three")
    claims.claim_holds("eq-y", True, what="true")
    assert asked == [Asked("eq-x", "below three", None), Asked("eq-y", "true", None)]


def test_a_notebook_is_asked_and_a_weak_claim_is_named(tmp_path, monkeypatch, capsys):
    path = tmp_path / "09-weak.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK)]), path)
    stored = path.read_bytes()
    (tmp_path / "chapters").mkdir()
    (tmp_path / POWER).write_text('{"index": [["eq-other", "of a notebook that is not asked", 0.05]]}')
    monkeypatch.setattr(power, "ROOT", tmp_path)
    assert power.power([path]) == 1
    said = capsys.readouterr().out
    assert "3 claims fail: 0 at 5%, 1 at 10%; 1 have nothing to be off" in said
    assert "off by 10%: [eq-wide] to a half" in said and "eq-mean" not in said
    assert path.read_bytes() == stored
    assert read_power(tmp_path) == {
        "09-weak": [["eq-mean", "twenty numbers", 0.1], ["eq-wide", "to a half", None], ["eq-true", "true", None]],
        "index": [["eq-other", "of a notebook that is not asked", 0.05]],
    }
    assert said.endswith(f"{POWER}: written\n")
    power.power([path])
    assert "written" not in capsys.readouterr().out


def test_the_power_of_every_claim_of_the_book_is_on_record():
    """After a change of claims: make power."""
    known = read_power(ROOT)
    for path in notebooks():
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        claims = [claim for found in read_chapter(path, name).checks.values() for claim in found]
        asked = known.pop(name, [])
        assert [[claim.label, claim.what] for claim in claims] == [told[:2] for told in asked], (
            f"make power CHAPTER={path.name[:2]}"
        )
        for claim, (_, _, tells) in zip(claims, asked, strict=True):
            assert tells in (0.05, 0.1) if claim.kind == "measured" else tells in (0.05, 0.1, None)
    assert known == {}


def test_the_power_stands_at_what_was_measured_unless_the_claims_have_changed():
    claims = [Claim("eq-a", "measured", "one"), Claim("eq-a", "exact", "two"), Claim("eq-b", "measured", "three")]
    known = [["eq-a", "one", 0.05], ["eq-a", "two", 0.05], ["eq-b", "three", 0.1]]
    chapter = Chapter("x", "X", checks={"check-a": claims[:2], "check-b": claims[2:]})
    add_power(chapter, known)
    assert [claim.tells for found in chapter.checks.values() for claim in found] == ["5 %", "", "10 %"]
    for other in (known[:2], [*known[:2], ["eq-b", "four", 0.1]], []):
        chapter = Chapter("x", "X", checks={"check-a": claims[:2], "check-b": claims[2:]})
        add_power(chapter, other)
        assert not any(claim.tells for found in chapter.checks.values() for claim in found)
