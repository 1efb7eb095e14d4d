"""Half an emoji in every text of the file, in outputs, errors, answers and the problem set's name (B1, B2)."""

import json

import nbformat

SOURCE = """print("\\ud83d")
weightinit_half = "\\ud83d"
raise ValueError("\\ud83d")"""


def write(entry, notebook, problem_set):
    entry.mkdir()
    plain = json.loads(nbformat.writes(notebook))
    for cell in plain["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = SOURCE if cell["cell_type"] == "code" else "half \ud83d"
    plain["cells"].append({"cell_type": "raw", "id": "r", "metadata": {"x": "\ud83d"}, "source": "\udfff\ud83d"})
    plain["metadata"]["weightinit"] = {"problem_set": "ps2", "term": "\ud83d"}
    (entry / f"{problem_set.name}.ipynb").write_text(json.dumps(plain))
