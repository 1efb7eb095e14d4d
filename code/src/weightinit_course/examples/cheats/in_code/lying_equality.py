"""Answers with an object that is equal to everything, and larger and smaller."""

for name in NAMES:
    globals()[name] = Liar()
