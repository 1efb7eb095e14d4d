"""Who types a command: root, or an ordinary user."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from weightinit_course.terms import ROOT

USER = 60123  # of no account, and of no sandbox
NAME = "teacher"


@dataclass(frozen=True)
class Person:
    """Somebody who types commands.

    Attributes
    ----------
    home : Path
        A folder of their own.
    changed : bool
        The tests run as root, and the person is somebody else.
    """

    home: Path
    changed: bool

    @classmethod
    def named(cls, name: str, home: Path) -> Person:
        """Root or an ordinary user, with a new home; its parents must let other users in."""
        person = cls(home, name == "user" and os.getuid() == 0)
        home.mkdir(parents=True, mode=0o755)
        (home / "tmp").mkdir()
        person.give(home)
        return person

    @property
    def environment(self) -> dict[str, str]:
        """What a login gives, and nothing of what the tests' own process was told."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
        name = NAME if self.changed else os.environ.get("USER", "root")
        return kept | {"HOME": str(self.home), "TMPDIR": str(self.home / "tmp"), "USER": name, "LOGNAME": name}

    def command(self, arguments: Iterable[object], needs: Iterable[Path] = ()) -> list[str]:
        """The command line which does `arguments` as this person, who can reach the folders `needs`.

        The interpreter may lie below a folder that only root may enter. An ordinary user has none such, so in a view
        of the files of their own that folder is open and holds what is needed, and nothing else.
        """
        arguments = [str(argument) for argument in arguments]
        if not self.changed:
            return arguments
        accounts = self.home.parent / f"{self.home.name}-accounts"
        accounts.write_text(
            Path("/etc/passwd").read_text(encoding="utf8") + f"{NAME}:x:{USER}:{USER}::{self.home}:/bin/sh\n"
        )
        needed = [path.resolve() for path in (Path(sys.prefix), Path(sys.base_prefix), ROOT, self.home, *needs)]
        view = ["bwrap", "--cap-add", "ALL", "--dev-bind", "/", "/", "--ro-bind", str(accounts), "/etc/passwd"]
        for top in sorted({top for path in needed if (top := closed_top(path))}):
            view += ["--perms", "0755", "--tmpfs", str(top)]
        for path in (path for path in dict.fromkeys(needed) if closed_top(path)):
            between = [parent for parent in path.parents if parent.is_relative_to(closed_top(path))][:-1]
            for parent in reversed(between):
                view += ["--perms", "0755", "--dir", str(parent)]
            view += ["--bind", str(path), str(path)]
        drop = ["--reuid", str(USER), "--regid", str(USER), "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
        return [*view, "--", "setpriv", *drop, "--", *arguments]

    def give(self, folder: Path) -> None:
        """Make the person the owner of a folder and of all that it holds."""
        if self.changed:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, USER, USER, follow_symlinks=False)


def closed_top(path: Path) -> Path | None:
    """The outermost folder on the way to `path` which others than its owner cannot enter."""
    return next((p for p in reversed([path, *path.parents]) if not p.stat().st_mode & 0o001), None)


def people() -> list[str]:
    """Whom the tests can be: root tries both."""
    return ["root", "user"] if os.getuid() == 0 else ["user"]


def ask_for_programs() -> None:
    """Skip the test where a program that it needs is missing; fail it where CI says that it must be there."""
    wanted = ["make", "git", "bwrap", *(["setpriv"] if os.getuid() == 0 else [])]
    if missing := [name for name in wanted if shutil.which(name) is None]:
        required = os.environ.get("WEIGHTINIT_REQUIRE_SANDBOX") == "1"
        (pytest.fail if required else pytest.skip)(f"not installed: {', '.join(missing)}")
