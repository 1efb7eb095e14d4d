"""`make notebooks`: run the book's notebooks and store their outputs, deterministically.

    python -m weightinit_book execute            all notebooks of the table of contents
    python -m weightinit_book execute 05 cheat   those whose file name begins with one of these

Nothing is written that changes from run to run: no timing, no widget ids, no version numbers. A notebook whose contents
did not change keeps its bytes.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from weightinit_book.check import ROOT, problems_in
from weightinit_book.progress import Progress
from weightinit_book.surroundings import prepare

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEEP = {"mystnb", "tags", "nbgrader", "editable", "deletable", "slideshow"}


def run(notebook: nbformat.NotebookNode, cwd: Path, begun: Callable[[int], object] = lambda cell: None) -> None:
    """Execute all cells in this environment's own kernel, in place; KeyboardInterrupt if Ctrl-C ended it.

    ``begun`` is called with the number of each cell that begins.

    nbclient's own handler of Ctrl-C shuts the kernel down; what it meets then (a cell that was interrupted, a kernel that is
    gone, or its own assertion that there is one) says nothing of the notebook, and neither does what asyncio has to say of
    tasks that nobody waits for any more.
    """
    prepare()
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        store_widget_state=False,
        record_timing=False,
        extra_arguments=["--log-level=CRITICAL"],
        on_cell_start=lambda cell, cell_index: begun(cell_index + 1),
        resources={"metadata": {"path": str(cwd)}},
    )
    try:
        client.execute()
    except (Exception, asyncio.CancelledError):
        if not stopped(client):
            raise
    if stopped(client):
        ensure_event_loop().set_exception_handler(lambda *_: None)
        raise KeyboardInterrupt


def stopped(client: NotebookClient) -> bool:
    """Whether Ctrl-C was typed: nbclient keeps the task that its handler began."""
    return hasattr(client, "_async_cleanup_kernel_future")


def normalize(notebook: nbformat.NotebookNode) -> None:
    """Drop everything that is not the author's and not a result."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        cell.metadata = nbformat.from_dict({k: v for k, v in sorted(cell.metadata.items()) if k in KEEP})
        merged = []
        for output in cell.get("outputs", []):
            output.pop("transient", None)
            if "data" in output:
                output.data.pop(WIDGET_VIEW, None)
                output.metadata = nbformat.from_dict({})
            streams = output.output_type == "stream" and merged and merged[-1].output_type == "stream"
            if streams and merged[-1].name == output.name:
                merged[-1].text += output.text  # how a stream is cut into pieces is chance
            else:
                merged.append(output)
        if cell.cell_type == "code":
            cell.outputs = merged


def begun(progress: Progress, name: str, notebook: nbformat.NotebookNode) -> Callable[[int], None]:
    """What `run` calls, to say which cell of a notebook begins."""
    progress.at(name)
    return lambda cell: progress.at(name, f"cell {cell} of {len(notebook.cells)}")


def execute(paths: list[Path]) -> int:
    """Execute these notebooks; returns the exit code."""
    failed, progress = 0, Progress()
    for path in paths:
        start = time.perf_counter()
        before = path.read_text(encoding="utf8")
        notebook = nbformat.reads(before, as_version=4)
        try:
            run(notebook, ROOT, begun(progress, str(path.relative_to(ROOT)), notebook))
        except CellExecutionError as error:
            progress.done()
            print(f"error: {path.relative_to(ROOT)}: {error.ename}: {error.evalue}\n{error}", file=sys.stderr)
            failed = 1
            continue
        progress.done()
        normalize(notebook)
        after = nbformat.writes(notebook) + "\n"
        if problems := problems_in(after, str(path.relative_to(ROOT))):
            print("\n".join(f"error: {problem}" for problem in problems), file=sys.stderr)
            print(f"error: {path.relative_to(ROOT)}: nothing was stored", file=sys.stderr)
            failed = 1
            continue
        if after != before:
            path.write_text(after, encoding="utf8")
        state = "unchanged" if after == before else "stored"
        print(f"{path.relative_to(ROOT)}: {state}, {len(after) / 1000:.0f} kB, {time.perf_counter() - start:.1f} s")
    return failed
