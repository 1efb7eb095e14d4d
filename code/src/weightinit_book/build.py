"""`make book`: check the sources, then build the site into _build/html; any warning stops the build.

Where nothing has changed since the last build, nothing is built: `make zip` after `make book` takes no time.

What Jupyter Book says is kept in _build/build.log; the terminal sees the problems and one closing line.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from weightinit_book.check import ROOT, check_book
from weightinit_book.lock import alone
from weightinit_book.progress import Progress

BUILD = ROOT / "_build"
MADE = ("_build", "build", "work")  # not a part of the book: the site, a class's folder, a reader's copies


def unchanged(root: Path, build: Path) -> str:
    """Stays the same as long as no source of the book, no installed package and no file of the site changes."""
    digest = hashlib.sha256(f"{os.environ.get('BOOK_BASEURL')} {fingerprint(root)}".encode())
    for path in sorted(Path(sys.prefix).glob("lib/python*/site-packages/*.dist-info")):
        digest.update(path.name.encode())
    tops = [path for path in root.iterdir() if not path.name.startswith(".") and path.name not in MADE]
    for path in sorted(path for top in tops for path in ([top] if top.is_file() else top.rglob("*"))):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    for path in sorted((build / "html").rglob("*")):
        about = path.stat()
        digest.update(f"{path.relative_to(build)} {about.st_size} {about.st_mtime_ns}".encode())
    return digest.hexdigest()


def fingerprint(root: Path) -> str:
    """Changes with everything that an incremental build would overlook: configuration, extensions, static files."""
    digest = hashlib.sha256()
    places = [root / "_config.yml", root / "_toc.yml", *sorted((root / "code/src/weightinit_book").rglob("*"))]
    places += sorted((root / "code/src/weightinit/static").glob("*"))
    places += sorted(Path(sys.prefix).glob("lib/python*/site-packages/sphinx*-*.dist-info"))
    for path in places:
        digest.update(str(path.relative_to(root) if path.is_relative_to(root) else path).encode())
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return digest.hexdigest()


PAGE = re.compile(r"(reading|writing)[^\[]*\[ *(\d+%)\] (\S+)")


def follow(lines: Iterable[str]) -> str:
    """Say which page Jupyter Book is at while it speaks; returns all that it said, without colors."""
    said, progress = [], Progress()
    for line in lines:
        said.append(re.sub(r"\x1b\[[0-9;]*m", "", line))
        if page := PAGE.match(said[-1]):
            progress.at(f"{page[1]} the pages", f"{page[2]}, {page[3]}")
    progress.done()
    return "".join(said)


def build() -> int:
    """Build; returns the exit code."""
    problems = check_book(ROOT)
    if problems:
        print("\n".join(f"error: {problem}" for problem in problems), file=sys.stderr)
        return 1
    try:
        BUILD.mkdir(exist_ok=True)
        for folder in (BUILD, *BUILD.glob("html")):
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        print(
            f"error: {BUILD.name}/ cannot be written ({error.strerror}): make it yours, or remove it", file=sys.stderr
        )
        return 1
    with alone(BUILD) as lock:
        return build_site(lock)


def build_site(lock: int) -> int:
    """Build what has changed; returns the exit code. Jupyter Book holds the lock as long as it runs."""
    start = time.perf_counter()
    done_before = BUILD / "unchanged"
    if done_before.exists() and done_before.read_text() == unchanged(ROOT, BUILD):
        print("Nothing has changed since the last build: open _build/html/index.html")
        return 0
    stamp, now = BUILD / "fingerprint", fingerprint(ROOT)
    # A page that failed a warning is not written again by an incremental build: start afresh after a failure as well.
    if not stamp.exists() or stamp.read_text() != now:
        for name in ("html", ".doctrees", "jupyter_execute"):
            shutil.rmtree(BUILD / name, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    program = Path(sys.executable).with_name("jupyter-book")
    command = [str(program), "build", str(ROOT), "-W", "--keep-going"]
    print("Building the site; a minute where little else runs …", flush=True)
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(lock,),
    ) as done:
        log = follow(done.stdout)
    (BUILD / "build.log").write_text(log, encoding="utf8")
    if done.returncode or not (BUILD / "html" / "index.html").is_file():
        bad = [line for line in log.splitlines() if re.search(r"\b(WARNING|ERROR|CRITICAL|Error)\b", line)]
        print("\n".join(line.replace(f"{ROOT}/", "") for line in bad or log.splitlines()[-20:]), file=sys.stderr)
        print("error: the book was not built; the whole log is in _build/build.log", file=sys.stderr)
        return done.returncode or 1
    stamp.write_text(now)
    done_before.write_text(unchanged(ROOT, BUILD))
    pages = len(list((BUILD / "html").glob("**/*.html")))
    print(f"Built {pages} pages in {time.perf_counter() - start:.1f} s: open _build/html/index.html")
    return 0
