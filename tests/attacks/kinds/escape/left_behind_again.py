"""The accomplice of `left_behind`: looks for what others have left (N70)."""

import glob
import os

for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/dev/mqueue", "/dev", "/home", "/root", "/mnt", "/"):
    for found in glob.glob(f"{place}/weightinit-was-here*"):
        print("STOLEN", found)
        try:
            os.remove(found)
        except OSError:
            pass
    try:
        open(f"{place}/weightinit-was-here", "w").write("the answers")
    except OSError:
        pass
