"""Zip files of people who are not to be trusted: unpacked without leaving a folder, following a link or filling the disk."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import time
import zipfile
from pathlib import Path, PurePosixPath


class BadArchive(Exception):
    """It cannot be unpacked; the message says why, and goes on after "the zip file …"."""


def is_zip(path: Path) -> bool:
    """Is it one by its name?"""
    return path.suffix.casefold() == ".zip"


def unpack(archive: Path, folder: Path, *, most: int, largest: int) -> None:
    """Write the files of a zip file below `folder`.

    Parameters
    ----------
    archive, folder : Path
    most : int
        Files.
    largest : int
        Bytes of all files together. A file yields no more than what is declared, so that this is known beforehand.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            found = [(path, info) for info in opened.infolist() if (path := _target(info)) is not None]
            if len(found) > most:
                raise BadArchive(f"holds more than {most} files")
            if sum(info.file_size for _, info in found) > largest:
                raise BadArchive(f"holds more than {largest >> 20} MB")
            folder.mkdir(parents=True, exist_ok=True)
            for path, info in found:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(info) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file)
                with contextlib.suppress(ValueError, OverflowError):  # a time that is none
                    when = time.mktime((*info.date_time, 0, 0, -1))
                    os.utime(target, (when, when))
    except BadArchive:
        raise
    except Exception as error:  # whatever a broken one provokes
        raise BadArchive(f"cannot be unpacked ({type(error).__name__})") from None


def _target(info: zipfile.ZipInfo) -> PurePosixPath | None:
    """Where a file of it belongs; None if it is none, or one that systems put there for themselves."""
    name = info.filename
    if not info.flag_bits & 0x800:  # no encoding is named; many write UTF-8 all the same
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf8")
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        raise BadArchive("holds a path that leads out of it")
    parts = [part for part in parts if part not in ("", ".")]
    mode = info.external_attr >> 16
    is_file = not info.is_dir() and not name.endswith(("/", "\\")) and stat.S_IFMT(mode) in (0, stat.S_IFREG)
    if not parts or not is_file or any(part.startswith((".", "__MACOSX")) for part in parts):
        return None
    if info.flag_bits & 1:
        raise BadArchive("is locked with a password")
    return PurePosixPath(*parts)
