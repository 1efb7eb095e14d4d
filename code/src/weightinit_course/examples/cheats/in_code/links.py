"""Makes links to files that it may not open, and reads them."""

ABOUT = {"needs_isolation": True}

import os

for target in ("/etc/passwd", "/root", "/proc/1/root", "/"):
    for make in (os.symlink, os.link):
        try:
            make(target, "link" + str(abs(hash((target, make.__name__)))))
        except OSError:
            pass
for name in os.listdir("."):
    try:
        print("STOLEN" if "root:" in open(name).read() else "", name)
    except Exception:
        pass
