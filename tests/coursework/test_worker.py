"""The process in which a submission runs, seen from within."""

from __future__ import annotations

import numpy as np
import pytest

from weightinit_course.inside import worker
from weightinit_course.sandbox import Limits, Sandbox


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


def test_a_generator_is_made_once_and_then_goes_on():
    student = worker.Student.__new__(worker.Student)  # without IPython
    student.generators = {}
    state = np.random.default_rng(3).bit_generator.state
    rng = student._generator({"$generator": 7, "state": state})
    assert rng.random() == np.random.default_rng(3).random()
    assert student._generator({"$generator": 7}) is rng
    assert student._generator({"plain": 1}) == {"plain": 1}


def test_what_a_cell_shows_comes_back(sandbox):
    answer = sandbox.run("print('out')\nimport sys\nprint('err', file=sys.stderr)\n41 + 1")
    assert answer == {"outputs": [{"stream": "out\n"}, {"stream": "err\n"}, {"text/plain": "42"}], "problem": None}
    assert sandbox.run("get_ipython()")["problem"] is None


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
