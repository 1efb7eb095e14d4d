"""`make lab`: the reader's working copy of the book in `work/`, opened in JupyterLab.

    python -m weightinit_book lab [arguments of JupyterLab]

The copy is made from what the build wrote for it (extensions/working_copies.py). What a reader changed is never
overwritten: a record in the folder holds the digests of what was written. JupyterLab itself changes a notebook too when
it saves it (outputs, counts, what is folded), so a notebook counts as changed when a text in it differs.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from importlib.resources import files
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

from weightinit_book.build import BUILD, build
from weightinit_book.check import ROOT
from weightinit_book.lock import alone
from weightinit_book.revive import on_save
from weightinit_book.surroundings import prepare

WORK = ROOT / "work"
RECORD = ".written.json"
SETTINGS = files("weightinit_book") / "lab_settings"


def lab(arguments: list[str]) -> int:
    """Build, bring the working copy up to date, open it; returns the exit code."""
    prepare()
    if code := build():
        return code
    try:
        with alone(BUILD):
            said = update(BUILD / "lab", WORK)
    except OSError as error:
        print(f"error: the working copy cannot be written: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    for line in said:
        print(line)
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=options(arguments))
    return 0


def options(arguments: list[str]) -> list[str]:
    """How JupyterLab is started: at the repository, so that the problem sets are in reach, with the book's settings."""
    chosen = {
        "ServerApp.root_dir": ROOT,
        "LabApp.default_url": f"/lab/workspaces/{WORK.name}/tree/{WORK.name}/index.ipynb",
        "LabApp.app_settings_dir": SETTINGS,
        "LabApp.custom_css": True,
        "ServerApp.tornado_settings": f"static_custom_path={SETTINGS}",  # where it looks for custom.css
        "ContentsManager.pre_save_hook": f"{on_save.__module__}.{on_save.__name__}",
    }
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chosen["ServerApp.allow_root"] = True  # in a container there is often nobody else
    return [*(f"--{name}={value}" for name, value in chosen.items()), *arguments]


# ---- the working copy ---------------------------------------------------------------------------------------------------
def update(fresh: Path, work: Path) -> list[str]:
    """Bring the files of `work` up to date with those of `fresh`; returns what the reader should know."""
    work.mkdir(exist_ok=True)
    try:
        record = json.loads((work / RECORD).read_text(encoding="utf8"))
    except (OSError, ValueError):
        record = {}
    said = []
    for source in sorted(path for path in fresh.rglob("*") if path.is_file()):
        name = source.relative_to(fresh).as_posix()
        data = source.read_bytes()
        state = digest(data)
        if record.get(name, {}).get("state") == state and (work / name).is_file():
            continue
        target = name
        if not is_ours(work / name, record.get(name)) and texts(read(work / name)) != texts(data):
            target = beside(work, name, record)
            said.append(
                f"{work.name}/{name} holds changes of yours and stays; the book's new version is {work.name}/{target}"
            )
        put(work / target, data)
        record[target] = {"state": state, "texts": texts(data)}
        # what was offered once is not offered again; the reader's file is still compared with what was written to it
        record.setdefault(name, {"texts": ""})["state"] = state
        put(work / RECORD, json.dumps(record, indent=1).encode())
    trust(work, record)
    return said


def is_ours(path: Path, written: dict | None) -> bool:
    """Whether a file may be overwritten: it is not there, or its texts are those that were written."""
    return not path.exists() or (written is not None and texts(read(path)) == written["texts"])


def beside(work: Path, name: str, record: dict) -> str:
    """A name for the new version of a file that its reader has changed."""
    stem, suffix = os.path.splitext(name)
    number = 1
    while True:
        candidate = f"{stem}-new{'' if number == 1 else f'-{number}'}{suffix}"
        if is_ours(work / candidate, record.get(candidate)):
            return candidate
        number += 1


def texts(data: bytes) -> str:
    """Digest of what a person writes in a notebook: its cells' texts; of another file: of all that it holds."""
    try:
        written = [[cell["cell_type"], "".join(cell["source"])] for cell in json.loads(data)["cells"]]
    except (ValueError, TypeError, KeyError):
        return digest(data)
    return digest(json.dumps(written).encode())


def digest(data: bytes) -> str:
    """Names the contents of a file."""
    return hashlib.sha256(data).hexdigest()


def read(path: Path) -> bytes:
    """The contents of a file; nothing, if there is none."""
    return path.read_bytes() if path.is_file() else b""


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(data)
    half.replace(path)


def trust(work: Path, record: dict) -> None:
    """Sign the notebooks that are just as they were written, so that JupyterLab shows their figures before anything is run."""
    notary = NotebookNotary()
    for name, written in record.items():
        path = work / name
        if path.suffix == ".ipynb" and digest(read(path)) == written["state"]:
            notary.sign(nbformat.read(path, as_version=4))
