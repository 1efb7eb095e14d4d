"""Does nothing for days, and ignores the alarm."""

ABOUT = {"slow": True}

import time, signal

signal.signal(signal.SIGALRM, signal.SIG_IGN)
time.sleep(10**6)
