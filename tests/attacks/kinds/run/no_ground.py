"""Removes and renames its own folder, changes HOME, PATH and sys.path, and stands in a folder that is gone (N48)."""

import os
import shutil
import sys

here = os.getcwd()
for name in ("HOME", "PATH", "TMPDIR", "IPYTHONDIR", "LD_PRELOAD", "PYTHONPATH"):
    os.environ[name] = "/nowhere"
try:
    os.chmod(here, 0)
    shutil.rmtree(here, ignore_errors=True)
    os.rmdir(here)
    os.symlink("/etc", here)
except OSError:
    pass
sys.path.clear()
sys.meta_path.clear()
