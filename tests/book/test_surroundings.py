"""A notebook gives its outputs on a machine that has ideas of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

RUN = "import sys, nbformat; from pathlib import Path; from weightinit_book.execute import run; \
n = nbformat.read('x.ipynb', as_version=4); run(n, Path()); nbformat.write(n, 'x.ipynb')"


@pytest.fixture
def odd_machine(tmp_path) -> dict[str, str]:
    """No home, a profile that shows every value, a kernel `python3` that is something else, a wild matplotlibrc."""
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text("get_config().InteractiveShell.ast_node_interactivity = 'all'\n")
    kernel = tmp_path / "other" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"}))
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfigure.figsize: 1, 1\nsavefig.transparent: True\n")
    return os.environ | {
        "HOME": "/proc/nonexistent",
        "IPYTHONDIR": str(profile.parent),
        "JUPYTER_PATH": str(tmp_path / "other"),
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "LC_ALL": "C",
    }


def test_a_notebook_runs_and_is_compared_on_an_odd_machine_as_on_any_other(odd_machine, tmp_path):
    figure = "from weightinit import plots\nplots.use_style()\nfig, ax = plots.subplots()\nax.plot([0, 1], [0, 1])\nfig"
    outputs = []
    for name, environment in (("plain", dict(os.environ)), ("odd, ü", odd_machine)):
        folder = tmp_path / name
        folder.mkdir()
        nbformat.write(new_notebook(cells=[new_code_cell("1\n2"), new_code_cell(figure)]), folder / "x.ipynb")
        asked = {
            "cwd": folder,
            "env": environment,
            "capture_output": True,
            "text": True,
            "timeout": 120,
            "check": False,
        }
        done = subprocess.run([sys.executable, "-c", RUN], **asked)
        assert done.returncode == 0, done.stderr
        outputs.append([cell.outputs for cell in nbformat.read(folder / "x.ipynb", as_version=4).cells])
    assert outputs[0] == outputs[1] and [len(cell) for cell in outputs[0]] == [1, 1]
    compare = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "weightinit_book.surroundings",
        "--nbval",
        "x.ipynb",
    ]
    done = subprocess.run([sys.executable, *compare], **asked)
    assert done.returncode == 0, done.stdout


def test_what_was_set_is_gone_afterwards(tmp_path):
    script = "import os; from weightinit_book.surroundings import prepare; prepare(); print(os.environ['IPYTHONDIR'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() and not Path(done.stdout.strip()).exists()
