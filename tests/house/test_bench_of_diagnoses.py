"""What the README of the benchmarks says of diagnoses is what the last stored run found."""

from __future__ import annotations

import json
from pathlib import Path

BENCH = Path(__file__).parents[2] / "code" / "bench"


def test_the_readme_has_the_table_of_the_stored_run():
    found = json.loads((BENCH / "diagnoses" / "found.json").read_text(encoding="utf-8"))
    said = (BENCH / "README.md").read_text(encoding="utf-8")
    for line in found["table"]:
        assert line in said.splitlines(), line
    assert f"Named by a right kind: {found['named']}." in said
    assert f"{found['faulty']} faulty starts" in said and f"and {found['healthy']}\nhealthy ones" in said


def test_the_goals_are_met_by_the_stored_run():
    found = json.loads((BENCH / "diagnoses" / "found.json").read_text(encoding="utf-8"))
    row = next(line for line in found["table"] if line.startswith("| weightinit.diagnose |"))
    noticed, accused = (float(cell.split("(")[1].split(" %")[0]) for cell in row.split("|")[2:4])
    named = float(found["named"].split("(")[1].split(" %")[0])
    assert noticed >= 95 and named >= 95 and accused <= 2
    assert found["faulty"] >= 100 and found["healthy"] >= 100
