"""Stops itself, its parent and its group with signals that cannot be caught, and blocks all others (N40)."""

import os
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for number in (os.getppid(), 0, os.getpid()):
    try:
        os.kill(number, signal.SIGSTOP)
    except OSError:
        pass
