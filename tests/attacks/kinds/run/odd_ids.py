"""Hands in cell ids and names of cells which are paths, markup, 10 kB long, empty, no text, or all the same (N32)."""

import json

import nbformat

IDS = ["", "x" * 10_000, "../../../tmp/x", "<script>alert(1)</script>", "-rf", "\u202ecba", None, 7, ["a"]]


def write(entry, notebook, problem_set):
    entry.mkdir()
    plain = json.loads(nbformat.writes(notebook))
    for number, cell in enumerate(plain["cells"]):
        cell["id"] = IDS[number % len(IDS)]
        if number % 3 == 0:
            cell["metadata"]["nbgrader"] = {"grade_id": IDS[-number % len(IDS)], "grade": True, "points": 1e308}
            cell["metadata"]["tags"] = IDS
    (entry / f"{problem_set.name}.ipynb").write_text(json.dumps(plain))
