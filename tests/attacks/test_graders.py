"""The table of graders is what comes out, and ours judges every sampler of it rightly."""

from __future__ import annotations

import csv
import math
import os
import subprocess
import sys
from pathlib import Path

from ordinary import ask_for_programs

from weightinit.grading import samplers

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "coursework" / "graders"


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((STORED / f"{name}.csv").read_text(encoding="utf8").splitlines()))


def test_the_stored_tables_are_what_comes_out():
    ask_for_programs()
    done = subprocess.run(
        [sys.executable, ROOT / "code" / "bench" / "bench_graders.py", "--check"],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ours_refuses_no_right_sampler_and_accepts_no_other():
    cases = rows("cases")
    right = [case["this course"] for case in cases if case["group"] == "right"]
    wrong = [case["this course"] for case in cases if case["group"] != "right"]
    assert len(right) >= 60 and set(right) == {"accepted"}
    assert len(wrong) >= 120 and set(wrong) == {"refused"}
    assert sum(case["group"] == "cheat" for case in cases) >= 15


def test_the_page_says_the_limits_of_the_check():
    assert {row["limit"] for row in rows("margins")} == {f"{samplers.TOLERANCE:.0%}"}
    text = (ROOT / "coursework" / "graders.md").read_text(encoding="utf8")
    assert (
        f"{samplers.ENTRIES:,} weights of each shape" in text
        and samplers.FALSE_ALARM == 1e-9
        and "level $10^{-9}$" in text
    )


def test_twelve_uniform_numbers_pass_for_a_normal_one_as_the_page_says():
    def twelve(shape, rng):
        return (rng.random((12, *shape)).sum(axis=0) - 6) * math.sqrt(2 / sum(shape))

    assert samplers.check_sampler(twelve, "xavier", shapes=[(60, 90)], distribution="normal").ok


def test_the_farthest_right_sampler_is_far_from_the_limit():
    for row in rows("margins"):
        farthest, limit = (float(row[name].rstrip("%")) for name in ("farthest of the right ones", "limit"))
        assert farthest < limit / 3, row["counted"]
