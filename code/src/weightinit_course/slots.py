"""Numbers for running sandboxes, so that each can have a user of its own."""

from __future__ import annotations

import errno
import socket
import sys

MOST = 2000  # sandboxes at the same time on one machine


class Slot:
    """A number from 0 that no other running sandbox of this machine has; hold it open as long as it is used.

    It is held as the name of a socket in Linux's abstract namespace. The kernel gives a name to one holder only, in
    whatever process or run that is, and takes it back when the holder ends, however it ends. Lock files would do the
    same, but in a folder that every user may write to somebody else can have put a link where the lock is opened; and
    numbers of workers are unknown on a cluster and the same in two runs. Elsewhere than on Linux nobody changes users, and
    every slot is 0.
    """

    def __init__(self):
        self.number = 0
        self._socket = socket.socket(socket.AF_UNIX) if sys.platform == "linux" else None
        while self._socket is not None:
            try:
                self._socket.bind(f"\0weightinit-sandbox-{self.number}")
                break
            except OSError as error:
                if error.errno != errno.EADDRINUSE or self.number + 1 == MOST:
                    self.close()
                    raise
                self.number += 1

    def close(self) -> None:
        """Give the number back."""
        if self._socket is not None:
            self._socket.close()
