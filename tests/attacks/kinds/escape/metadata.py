"""Changes rights, times, names and attributes of everything in sight outside its folder, and watches it (C3, N66)."""

import os

here = os.getcwd()
for top in ("/", "/usr", "/etc", "/root", "/home", "/tmp", "/work", "/var/tmp", *__import__("sys").path):
    for path in [
        top,
        *[
            os.path.join(top, name)
            for name in (os.listdir(top) if os.path.isdir(top) and os.access(top, os.R_OK) else [])
        ],
    ]:
        if os.path.realpath(path).startswith(("/tmp", here, "/dev", "/proc")) or path == "/":
            continue
        for name, change in {
            "chmod": lambda: os.chmod(path, os.stat(path).st_mode & 0o7777),
            "utime": lambda: os.utime(path),
            "setxattr": lambda: os.setxattr(path, "user.weightinit", b"was here"),
            "link": lambda: os.link(path, "weightinit-link"),
            "truncate": lambda: os.truncate(path, os.stat(path).st_size) if os.path.isfile(path) else 1 / 0,
            "rename": lambda: os.rename(path, path + ".weightinit-was-here"),
        }.items():
            try:
                change()
            except (OSError, ZeroDivisionError):
                continue
            print("STOLEN", name, path)
