"""Looks for other submissions, and runs what it finds."""

ABOUT = {"needs_isolation": True}

for path in walk():
    if path.endswith("ps2.ipynb"):
        try:
            text = open(path).read()
        except Exception:
            continue
        print("STOLEN", path)
        import json

        for cell in json.loads(text)["cells"]:
            if cell["cell_type"] == "code":
                try:
                    exec("".join(cell["source"]), globals())
                except Exception:
                    pass
