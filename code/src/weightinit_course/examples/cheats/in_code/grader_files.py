"""Looks for solutions in every file that it can open, and runs what it finds."""

ABOUT = {"needs_isolation": True}

found = []
for path in walk():
    if path.endswith((".ipynb", ".md", ".py")):
        try:
            text = open(path).read()
        except Exception:
            continue
        if "BEGIN SOLUTION" in text or "def xavier_normal" in text or "def signal_by_layer" in text:
            found.append((path, text))
for path, text in found:
    print("STOLEN", path)
    import json

    try:
        for cell in json.loads(text)["cells"]:
            if cell["cell_type"] == "code":
                try:
                    exec("".join(cell["source"]), globals())
                except Exception:
                    pass
    except Exception:
        pass
