"""Leaves processes behind which burn every core: the neighbor's wall clock goes on (B13, N39)."""

import os
import time

for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        while True:
            pass
time.sleep(40)
