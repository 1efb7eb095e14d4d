"""Asks for memory bit by bit, and keeps it."""

import numpy as np

kept = []
while True:
    kept.append(np.ones(2**24))
