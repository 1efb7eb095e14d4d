"""Prints a gigabyte."""

ABOUT = {"slow": True}

for _ in range(1024):
    print("x" * 2**20)
