"""A thousand processes, one after the other, each of which computes and ends: their time has to count (N52)."""

import os

while True:
    child = os.fork()
    if child == 0:
        sum(range(10**6))
        os._exit(0)
    os.waitpid(child, 0)
