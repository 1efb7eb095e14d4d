"""Running a notebook leaves nothing in it that changes from run to run."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from weightinit_book import execute as module
from weightinit_book.execute import execute, normalize, run


def test_execution_is_deterministic_and_leaves_no_trace_of_the_run(tmp_path):
    source = [
        "import sys, ipywidgets\nprint('a'); sys.stdout.flush(); print('b')",
        "ipywidgets.IntSlider()",
        "from weightinit import plots\nfig, ax = plots.subplots()\nax.plot([0, 1], [0, 1])\nfig",
    ]
    texts = []
    for _ in range(2):
        made = new_notebook(cells=[new_code_cell(text, metadata={"tags": ["x"], "trusted": True}) for text in source])
        run(made, tmp_path)
        normalize(made)
        texts.append(nbformat.writes(made))
    assert texts[0] == texts[1]
    assert "widget-view" not in texts[0] and "trusted" not in texts[0] and 'execution"' not in texts[0]
    stored = nbformat.reads(texts[0], as_version=4)
    assert [output.text for output in stored.cells[0].outputs] == ["a\nb\n"]
    assert "image/svg+xml" in stored.cells[2].outputs[0].data


STOPPED = '''
import sys
from pathlib import Path
from nbformat.v4 import new_code_cell, new_notebook
from weightinit_book import __main__, execute

path = Path("long.ipynb")
cell = """
import os, signal, time
for _ in range(TIMES):
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(0.05)
time.sleep(60)"""
execute.nbformat.write(new_notebook(cells=[new_code_cell(cell)]), path)
__main__.chosen = lambda names: [path, path]
execute.ROOT = Path()
sys.exit(__main__.main(["execute"]))
'''


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_all_notebooks_with_one_line_and_stores_nothing(tmp_path, times):
    """The second one finds a kernel that is going, and a task of nbclient that nobody waits for."""
    command = [sys.executable, "-c", STOPPED.replace("TIMES", str(times))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "long.ipynb …\n", "stopped\n")
    assert not nbformat.read(tmp_path / "long.ipynb", as_version=4).cells[0].outputs


def test_a_notebook_with_a_problem_is_not_stored(tmp_path, monkeypatch, capsys):
    path = tmp_path / "noisy.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("import sys\nprint('a path', file=sys.stderr)")]), path)
    before = path.read_bytes()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    assert execute([path]) == 1
    assert path.read_bytes() == before
    assert "noisy.ipynb: nothing was stored" in capsys.readouterr().err
