"""The room in which a submission runs: what of this machine bubblewrap shows in it, and nothing else."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from weightinit_course.syscalls import refusing
from weightinit_course.terms import ROOT, build_folder
from weightinit_course.toolbox import PACKAGES

TOOLBOX, DISK, HOME = "/toolbox", "/tmp", "/tmp/student"  # inside
PREFIXES = ("/usr", "/usr/local", sys.base_prefix, sys.prefix)
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")
DEVICES = ("null", "full", "random", "urandom")  # none that gives memory, as zero does
SMALL = "65536"  # bytes of a folder that stays empty
# What bubblewrap needs as root: set ids (6, 7), give powers up (8), an own network (12), mounts (21). Root of a container
# has less, and goes the way of an ordinary user, through a user namespace.
POWERS = sum(1 << power for power in (6, 7, 8, 12, 21))


def by_root() -> bool:
    """Can bubblewrap be root here, so that every submission gets a user of its own?"""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return False
    effective = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)
    return os.geteuid() == 0 and effective & POWERS == POWERS


# ---- how a submission's process is started --------------------------------------------------------------------------
def command(
    toolbox: Path, limits: dict[str, int], user: int, masked: Iterable[Path]
) -> tuple[list[str], list[BinaryIO]]:
    """Bubblewrap and the jail in it, and the open files that it reads.

    Parameters
    ----------
    toolbox : Path
    limits : dict
        As the jail takes them.
    user : int
        Whom the submission becomes if that is possible.
    masked : iterable of Path
        Folders of packages that shall be empty.

    Raises
    ------
    OSError
        If bubblewrap or libseccomp is missing.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise FileNotFoundError("bwrap is not installed")
    as_root = by_root()
    ids = f"{user}:{user}" if as_root else f"{os.getuid()}:{os.getgid()}"
    files = [_readable(f"student:x:{ids}::{HOME}:\n".encode()), _readable(refusing())]
    passwd, seccomp = (str(file.fileno()) for file in files)
    found = ["--seccomp", seccomp, *_separate(as_root), *_root(view(toolbox, masked), limits["disk"], passwd)]
    files.append(_readable(b"".join(os.fsencode(word) + b"\0" for word in found)))  # not to be read in /proc/1
    jail = {
        "home": HOME,
        "user": user if as_root else None,
        "count": True,
        "readable": ["/"],
        "writable": [DISK, "/dev/null"],
    }
    return [program, "--args", str(files[-1].fileno()), "--", *_jail(TOOLBOX, jail, limits)], files


def command_without(toolbox: Path, limits: dict[str, int], user: int, work: Path) -> list[str]:
    """The jail alone, which closes what a process can close around itself.

    Root becomes `user`, unless the interpreter lies where only root can reach it.
    """
    seen = view(toolbox)
    places = [toolbox, *needed()]
    reachable = all(parent.stat().st_mode & 1 for path in places for parent in path.resolve().parents)
    own = user if os.name == "posix" and os.geteuid() == 0 and reachable else None
    devices = [f"/dev/{name}" for name in DEVICES]
    jail = {
        "home": str(work),
        "user": own,
        "count": own is not None,
        "filter": base64.b64encode(refusing()).decode() if sys.platform == "linux" else "",
        "package": str(PACKAGES),
        # nothing is closed if the course lies in the midst of what must stay open
        "readable": None if None in seen.values() else [str(path) for path in (toolbox, *seen, *devices)],
        "writable": [str(work), "/dev/null"],
    }
    return _jail(toolbox, jail, limits)


def _jail(toolbox: Path | str, jail: dict[str, Any], limits: dict[str, int]) -> list[str]:
    return [sys.executable, "-I", "-B", f"{toolbox}/inside/jail.py", json.dumps(jail | {"limits": limits})]


def _readable(data: bytes) -> BinaryIO:
    """An open file from which `data` can be read."""
    file = tempfile.TemporaryFile(buffering=0)
    file.write(data)
    file.seek(0)
    return file


# ---- what is seen ---------------------------------------------------------------------------------------------------
def needed() -> dict[Path, Path]:
    """Of this machine, what Python and its packages need: by the path at which they look for it, where it really is.

    Libraries, and the interpreter with the links that lead to it; no other program.
    """
    prefixes = [Path(prefix) for prefix in PREFIXES]
    paths = [path for prefix in (*prefixes, *(p.resolve() for p in prefixes)) for path in prefix.glob("lib*")]
    paths += [path for path in Path("/").glob("lib*") if not path.is_symlink()]
    paths += [Path(path) for path in (*SYSTEM_FILES, f"{sys.prefix}/pyvenv.cfg")]
    paths += _links(Path(sys.executable))
    return {path: path.resolve() for path in paths if path.exists()}


def _links(path: Path) -> Iterator[Path]:
    """A path, and those to which it leads as a link of a link."""
    yield path
    while path.is_symlink():
        path = Path(os.path.normpath(path.parent / os.readlink(path)))
        yield path


def view(toolbox: Path, masked: Iterable[Path] = ()) -> dict[Path, Path | None]:
    """What is seen in the room: by path, the place that is bound there read-only, or None for an empty folder.

    The course may itself lie below something that is needed (a repository in /usr/lib, say): it is covered wherever it
    would come into sight, and so is `masked`.
    """
    seen: dict[Path, Path | None] = {Path(TOOLBOX): toolbox.resolve(), **needed()}
    for covered in {path.resolve() for path in (ROOT, build_folder(), *masked)}:
        for path, source in list(seen.items()):
            if source is not None and covered.is_relative_to(source) and covered.is_dir():
                seen[path / covered.relative_to(source)] = None
    return seen


# ---- bubblewrap's arguments -----------------------------------------------------------------------------------------
def _separate(as_root: bool) -> list[str]:
    """Everything of its own; of root's powers those that the jail needs to become another user."""
    found = ["--die-with-parent", "--new-session", "--unshare-cgroup-try"]
    found += [f"--unshare-{kind}" for kind in ("ipc", "pid", "net", "uts")]
    if not as_root:
        return [*found, "--unshare-user"]
    powers = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
    return [*found, "--cap-drop", "ALL", *(word for power in powers for word in ("--cap-add", power))]


def _root(seen: dict[Path, Path | None], disk: int, passwd: str) -> list[str]:
    """A file system of its own, in which nothing can be written but one disk of the given size."""
    # One disk for all that can be written, POSIX's shared memory included: there is one size to keep. It comes first, since
    # the environment may lie in the machine's own /tmp.
    found = ["--size", str(disk), "--perms", "1777", "--tmpfs", DISK, "--perms", "0777", "--dir", HOME]
    for path in Path("/").glob("lib*"):
        if path.is_symlink():
            found += ["--symlink", os.readlink(path), str(path)]
    found += _mounts(seen)
    found += ["--dir", "/etc", "--perms", "0644", "--file", passwd, "/etc/passwd"]
    found += ["--proc", "/proc", "--size", SMALL, "--tmpfs", "/dev", "--symlink", "/proc/self/fd", "/dev/fd"]
    for name in DEVICES:
        found += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    found += ["--symlink", DISK, "/dev/shm", "--dir", "/var", "--symlink", DISK, "/var/tmp", "--chdir", HOME]
    for path in (*(path for path, source in seen.items() if source is None), "/dev", "/"):
        found += ["--remount-ro", str(path)]
    return found


def _mounts(seen: dict[Path, Path | None]) -> list[str]:
    """A folder comes before what lies in it; those on the way are open to all users."""
    found, made = [], {Path("/"), Path(DISK)}
    for path, source in sorted(seen.items()):
        for parent in reversed(path.parents):
            around = next((p for p in (parent, *parent.parents) if p in seen), None)
            if parent not in {*made, *seen} and (around is None or seen[around] is None):
                found += ["--dir", str(parent)]
                made.add(parent)
        found += ["--size", SMALL, "--tmpfs", str(path)] if source is None else ["--ro-bind", str(source), str(path)]
    return found
