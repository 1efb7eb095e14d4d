"""Writes 20 GB."""

with open("big", "wb") as f:
    for _ in range(20 * 1024):
        f.write(bytes(2**20))
