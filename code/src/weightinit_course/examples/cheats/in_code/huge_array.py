"""Asks for 20 GB at once."""

import numpy as np

x = np.ones(20 * 2**30 // 8)
