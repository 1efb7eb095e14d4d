"""Lists the processes in sight, with command lines, and signals all of them: only its own may be there (C5, N61)."""

import os

own = {os.getpid(), os.getppid(), 1, 2, 3}
for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
    if name.isdigit() and int(name) not in own:
        try:
            line = open(f"/proc/{name}/cmdline").read().replace("\0", " ")
        except OSError:
            continue
        if "joblib" in line or "pytest" in line or "make" in line or "weightinit_course grade" in line:
            print("STOLEN process", name, line[:80])
try:
    os.kill(-1, 0)
except OSError:
    pass
