"""Asks the kernel to stop, then puts another program in the place of its process."""

try:
    get_ipython().kernel.do_shutdown(True)
except Exception:
    pass
try:
    get_ipython().ask_exit()
except Exception:
    pass
import os, sys

os.execv(sys.executable, [sys.executable, "-c", "print('{}')"])
