"""Starts threads as long as the system lets it."""

import threading, time

try:
    while True:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
except Exception:
    pass
