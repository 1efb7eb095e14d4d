"""Asks for the folders of the course, the submissions and the home by name: not even their names may be there (C7)."""

import os

for path in (
    "/root",
    "/home",
    "/work",
    "/srv",
    "/mnt",
    "/media",
    "/var/lib",
    "/var/spool",
    "/etc/shadow",
    "/etc/passwd-",
    "/run/docker.sock",
    "/sys/kernel/security",
    "/boot",
):
    try:
        names = os.listdir(path) if os.path.isdir(path) else [open(path).read(20)]
    except OSError:
        continue
    for name in names:
        if name.startswith((".ssh", ".bash", "shared", "brief", "main", "root:")):
            print("STOLEN", path, name)
for path in walk():
    if path.endswith((".ipynb", "students.csv", "report-ps2.csv")) and not path.startswith(os.getcwd()):
        print("STOLEN", path)
