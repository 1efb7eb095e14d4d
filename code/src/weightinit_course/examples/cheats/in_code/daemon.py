"""Leaves a process behind that nobody is the parent of."""

import os, subprocess, sys

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        subprocess.run([sys.executable, "-c", "import time; weightinit_daemon = 1; time.sleep(10**6)"])
    os._exit(0)
