"""The file says that it was handed in at the end of time, or before its beginning (N31)."""

import os

from attack import put


def write(entry, notebook, problem_set):
    path = entry / f"{problem_set.name}.ipynb"
    put(notebook, path)
    os.utime(path, (2**40, 2**40))
    (entry / "timestamp.txt").write_text("-0001-13-40 99:99:99 UTC+99:99")
