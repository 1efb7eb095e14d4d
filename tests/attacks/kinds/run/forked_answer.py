"""Forks: parent and child both answer, and the child goes on when the parent has ended (N38)."""

import os

if os.fork():
    os._exit(0) if os.fork() else None
