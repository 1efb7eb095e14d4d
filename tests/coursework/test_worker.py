"""The process in which a submission runs, seen from within."""

from __future__ import annotations

import numpy as np
import pytest

from weightinit_course.inside import worker
from weightinit_course.sandbox import Limits, RemoteError, Sandbox


@pytest.fixture(scope="module")
def sandbox(ps2, toolboxes):
    with Sandbox(toolboxes(ps2), Limits(seconds=3600)) as started:
        yield started


def test_texts_and_pictures_are_cut_to_a_bearable_size():
    long = "x" * (worker.LONGEST_TEXT + 1)
    shown = [
        {"text/plain": long, "image/png": b"\x89PNG", "text/html": "<b>"},
        {"image/png": "A" * (worker.LARGEST_PICTURE + 1)},
    ]
    first, second, third = worker._outputs([long, ""], shown)
    assert first == {"stream": long[:-1]}
    assert second == {"text/plain": long[:-1], "image/png": "iVBORw=="}  # nothing that a browser would run
    assert third == {"text/plain": ""}
    assert len(worker._outputs([], [{}] * 50)) == worker.MOST_OUTPUTS
    many = worker._outputs([], [{"image/png": "A" * worker.LARGEST_PICTURE}] * 5)
    assert [len(item.get("image/png", "")) for item in many] == [worker.LARGEST_PICTURE] * 3 + [0, 0]


def test_of_a_progress_bar_its_last_state_is_shown():
    assert worker._outputs(["0 %\r50 %\r100 %\nnext\r\nline"], []) == [{"stream": "100 %\nnext\r\nline"}]


def test_a_generator_is_made_once_and_then_goes_on():
    student = worker.Student.__new__(worker.Student)  # without IPython
    student.generators = {}
    bits = np.random.default_rng(3).bit_generator
    rng = student._generator({"$generator": 7, "state": bits.state, "seed": bits.seed_seq.state})
    assert rng.random() == np.random.default_rng(3).random()
    assert student._generator({"$generator": 7}) is rng
    assert student._generator({"plain": 1}) == {"plain": 1}


def test_what_a_cell_shows_comes_back(sandbox):
    answer = sandbox.run("print('out')\nimport sys\nprint('err', file=sys.stderr)\n41 + 1")
    outputs = [{"stream": "out\n"}, {"stream": "err\n"}, {"text/plain": "42"}]
    assert answer == {"outputs": outputs, "problem": None, "notes": []}
    assert sandbox.run("get_ipython()")["problem"] is None
    assert sandbox.run("41 + 1;")["outputs"] == []
    shown = sandbox.run("from IPython.display import display\ndisplay(1)\n2")["outputs"]
    assert [item["text/plain"] for item in shown] == ["1", "2"]


def test_a_figure_that_is_left_open_is_shown_and_closed(sandbox):
    answer = sandbox.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert answer["problem"] is None and "image/png" in answer["outputs"][-1]
    assert sandbox.run("plt.get_fignums()")["outputs"] == [{"text/plain": "[]"}]


def test_a_cell_that_is_too_slow_is_interrupted_and_the_next_one_runs(ps2, toolboxes):
    with Sandbox(toolboxes(ps2), Limits(cell_seconds=3)) as sandbox:
        problem = sandbox.run("while True: pass")["problem"]
        assert problem == {"kind": "CellTimeout", "message": "stopped after 3 s"}
        assert sandbox.run("1")["problem"] is None


def test_what_the_student_prints_below_python_is_no_answer(sandbox):
    assert sandbox.run("import os; os.write(1, b'x' * 100); os.system('echo hello')")["problem"] is None
    assert sandbox.run("'still here'")["outputs"] == [{"text/plain": "'still here'"}]


def test_the_home_is_the_work_folder_and_nothing_of_our_environment_is_there(sandbox):
    sandbox.run("import os\nhome, here, names = os.environ['HOME'], os.getcwd(), sorted(os.environ)")
    assert sandbox.look_up("home") == sandbox.look_up("here")
    assert not {"SSH_AUTH_SOCK", "WEIGHTINIT_COURSEWORK", "PYTHONPATH"} & set(sandbox.look_up("names"))


# ---- lines that belong to a live notebook ---------------------------------------------------------------------------
SILENT = [
    "%matplotlib inline",
    "%matplotlib notebook",
    "%matplotlib qt",
    "%matplotlib widget",
    "get_ipython().magic('matplotlib inline')",
    "get_ipython().run_line_magic('matplotlib', 'inline')",
    "import matplotlib; matplotlib.use('TkAgg')",
    "import matplotlib.pyplot as plt; plt.switch_backend('QtAgg')",
    "%pip install numpy",
    "%conda install numpy",
    "!pip install -q numpy",
    "!python3 -m pip install numpy",
    "%load_ext autoreload\n%autoreload 2",
    "%load_ext line_profiler",
    "%config InlineBackend.figure_format = 'retina'",
    "%time 1 + 1",
    "%%time\n1 + 1",
    "%%capture out\nprint(1)",
    "import matplotlib.pyplot as plt\nplt.plot([1]); plt.show()",
    "from tqdm.notebook import tqdm\nlist(tqdm([1]))",
    "from ipywidgets import interact\ninteract(lambda x: x, x=(0, 3))",
    "import asyncio\nawait asyncio.sleep(0)",
    "import threading\nthreading.Thread(target=print).start()",
    "from IPython.display import Javascript, display\ndisplay(Javascript('1'))",
    "breakpoint()",
    "import pdb; pdb.set_trace()",
    "%debug",
    "print?",
    "exit()",
    "%cd .",
]
NOTED = {
    "!ls": "shell lines are not run",
    "files = !ls": "shell lines are not run",
    "%lprun -f print print()": "%lprun did not work",
    "%run nowhere.py": "%run did not work",
    "%%memit\n1 + 1": "%%memit is not known here",
    "answer = input('your name')": "input() was answered",
    "import seaborn as sns": "No module named 'seaborn'",
    "from google.colab import drive": "No module named 'google",
    "from weightinit import network": "an import did not work",
}


@pytest.mark.parametrize("line", [*SILENT, *NOTED])
def test_no_line_of_a_live_notebook_takes_the_rest_of_the_cell_along(line, sandbox):
    answer = sandbox.run(f"{line}\ndef below():\n    return {line!r}")
    assert answer["problem"] is None
    assert sandbox.call("below", (), {}) == line
    assert (line in NOTED) == bool(answer["notes"]) and NOTED.get(line, "") in "".join(answer["notes"])


@pytest.mark.parametrize("magic", ["bash", "script sh", "python", "html", "javascript", "R"])
def test_cells_in_another_language_are_not_run_and_end_nothing(magic, sandbox):
    problem = sandbox.run(f"%%{magic}\n<b>this is no Python</b>")["problem"]
    assert problem is None if magic != "R" else problem["kind"] == "SyntaxError"
    assert sandbox.run("'still here'")["outputs"] == [{"text/plain": "'still here'"}]


def test_pylab_brings_its_names_and_a_written_module_can_be_imported(sandbox):
    assert sandbox.run("%pylab inline\nvalue = float(sqrt(4))")["problem"] is None
    assert sandbox.look_up("value") == 2
    sandbox.run("%%writefile my_helpers.py\nthree = 3")
    assert sandbox.run("from my_helpers import three")["problem"] is None and sandbox.look_up("three") == 3


def test_every_figure_of_a_cell_is_shown(sandbox):
    answer = sandbox.run("import matplotlib.pyplot as plt\nfor k in range(2):\n    plt.plot([k]); plt.show()")
    assert ["image/png" in item for item in answer["outputs"]] == [True, True]


def test_what_asks_until_it_likes_the_answer_ends(sandbox):
    assert sandbox.run("while True: input()")["problem"]["kind"] == "EOFError"


def test_functions_above_an_error_of_their_cell_stay(sandbox):
    answer = sandbox.run("def kept():\n    return 7\nassert kept() == 8")
    assert answer["problem"]["kind"] == "AssertionError" and sandbox.call("kept", (), {}) == 7


# ---- places ---------------------------------------------------------------------------------------------------------
def test_a_place_gives_the_names_their_meaning_back(sandbox):
    sandbox.run("scale = 1\ndef scaled(): return scale")
    sandbox.keep("here")
    sandbox.run("scale = 2\nlater = 3")
    sandbox.restore("here")
    assert sandbox.call("scaled", (), {}) == 1 and sandbox.look_up("later") == 3
    sandbox.restore("a place that was not kept")
    assert sandbox.call("scaled", (), {}) == 2


def test_a_call_that_is_too_slow_is_interrupted_and_the_next_one_works(ps2, toolboxes):
    with Sandbox(toolboxes(ps2), Limits(cell_seconds=2)) as sandbox:
        sandbox.run("def slow():\n    while True: pass\ndef quick(): return 1")
        with pytest.raises(RemoteError, match="CellTimeout: stopped after 2 s"):
            sandbox.call("slow", (), {})
        assert sandbox.call("quick", (), {}) == 1
