"""Opens as many files, pipes and epolls as it can, and fills the pipes (N41, N47)."""

import os
import select

held = []
try:
    while True:
        read, write = os.pipe()
        os.set_blocking(write, False)
        held += [read, write, select.epoll()]
        os.write(write, b"x" * 2**20)
except (OSError, BlockingIOError):
    pass
