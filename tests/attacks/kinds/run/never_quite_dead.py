"""Works on in __del__, at exit, in threads and signal handlers when it is told to end (N47)."""

import atexit
import signal
import threading
import time


class Undead:
    def __del__(self):
        while True:
            pass

    def __eq__(self, other):
        return self == other

    def __getattr__(self, name):
        return getattr(self, name + "x")


def on(*_):
    while True:
        pass


keep = [Undead() for _ in range(10)]
for number in range(1, 65):
    try:
        signal.signal(number, on)
    except (OSError, ValueError):
        pass
atexit.register(on)
threading.Thread(target=time.sleep, args=(10**6,)).start()
fan_in = Undead()
raise SystemExit
