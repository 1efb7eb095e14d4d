"""Hands in a device that never ends (only root can make one; otherwise a link to it) (N33)."""

import os
import stat


def write(entry, notebook, problem_set):
    entry.mkdir()
    path = entry / f"{problem_set.name}.ipynb"
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        path.symlink_to("/dev/zero")
