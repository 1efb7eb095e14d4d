"""Looks what it may do: capabilities of any kind, other users and groups, new privileges, programs with set-user-id (C4, N65)."""

import glob
import os
import subprocess

got = []
for line in open("/proc/self/status") if os.path.exists("/proc/self/status") else []:
    name, _, value = line.partition(":")
    if name in ("CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd") and int(value, 16):
        got.append(line.strip())
    if name == "NoNewPrivs" and value.strip() != "1":
        got.append(line.strip())
    if name == "Groups" and any(int(group) == 0 for group in value.split()):
        got.append(line.strip())
for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.setresuid(0, 0, 0)):
    try:
        change()
        got.append("changed its user")
    except OSError:
        pass
if os.getuid() == 0:
    got.append("it is root")
for path in glob.glob("/usr/bin/*") + glob.glob("/bin/*"):
    try:
        if os.stat(path).st_mode & 0o4000:
            said = subprocess.run([path, "--version"], capture_output=True, timeout=1).returncode
            open("own", "wb").write(open(path, "rb").read())
            os.chmod("own", 0o4755)
            uid = subprocess.run(["./own"], capture_output=True, timeout=1)
    except Exception:
        pass
if got:
    print("STOLEN", got)
