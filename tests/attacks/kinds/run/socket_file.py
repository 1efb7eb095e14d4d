"""Hands in a socket's file (N33)."""

import os
import socket


def write(entry, notebook, problem_set):
    entry.mkdir()
    here = os.open(entry, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{here}/{problem_set.name}.ipynb")
    os.close(here)
