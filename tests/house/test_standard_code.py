"""The folder `code/` must not hide the standard library's module `code`, which pdb and IPython import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
PROBE = "import code, sysconfig, pathlib; print(pathlib.Path(code.__file__).parent == pathlib.Path(sysconfig.get_path('stdlib')))"


def test_the_standard_code_module_is_importable_here():
    import code

    assert Path(code.__file__).name == "code.py" and not Path(code.__file__).is_relative_to(ROOT / "code")
    assert hasattr(code, "InteractiveConsole")
    assert str(ROOT / "code") not in sys.path and not (ROOT / "code" / "__init__.py").exists()


def test_the_standard_code_module_is_importable_from_the_root_in_a_fresh_python():
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_the_standard_code_module_is_importable_in_a_notebook_started_at_the_root():
    from weightinit_book.execute import run

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PROBE + "\nimport pdb, weightinit")])
    run(notebook, ROOT)
    assert notebook.cells[0].outputs[0].text.strip() == "True"
