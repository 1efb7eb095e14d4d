"""Hands in 200,000 stored outputs and a picture of 5 MB (N31)."""

import json

import nbformat


def write(entry, notebook, problem_set):
    entry.mkdir()
    plain = json.loads(nbformat.writes(notebook))
    code = next(cell for cell in plain["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}] * 200_000
    code["outputs"].append({"output_type": "display_data", "data": {"image/png": "A" * 5_000_000}, "metadata": {}})
    (entry / f"{problem_set.name}.ipynb").write_text(json.dumps(plain))
