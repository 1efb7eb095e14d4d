"""The graders: ours, and four whose conditions are written down here in our own words and numbers.

Each judges a `Case` and says whether it would get the points. All but ours run in the process of what they judge, as they do
in the course: a fork of this one for every verdict, so that no cheat reaches the next.
"""

from __future__ import annotations

import contextlib
import doctest
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from IPython.core.interactiveshell import InteractiveShell

from graders.samplers import NORMAL, TASKS, UNIFORM, Case
from weightinit.grading import check_sampler
from weightinit_course.sandbox import RemoteError, Sandbox, Stopped
from weightinit_course.toolbox import make_toolbox

SHAPES = [(60, 90), (120, 40)]  # of our check; in a term they come from its secret
_FORMULAS = {"xavier": "math.sqrt(2 / ({0} + {1}))", "he": "math.sqrt(2 / {0})"}


def _expected(case: Case, fan_in: int, fan_out: int) -> str:
    """The formula that the author of a test would write."""
    return _FORMULAS[TASKS[case.task].scheme].format(fan_in, fan_out)


# ---- in the student's process --------------------------------------------------------------------------------------------
def _in_a_fork(judge: Callable[[], bool]) -> bool:
    """What `judge` says in a child of this process; False if it ends without a word."""
    InteractiveShell.instance()  # made once, here: the children inherit it
    read, write = os.pipe()
    child = os.fork()
    if not child:
        says, end = os.write, os._exit  # before anything is patched
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        with contextlib.suppress(BaseException):
            says(write, b"1" if judge() else b"0")
        end(0)
    os.close(write)
    said = os.read(read, 1)
    os.close(read)
    os.waitpid(child, 0)
    return said == b"1"


def _kernel(case: Case) -> InteractiveShell:
    """A kernel in which the cell of the submission has run."""
    np.random.seed(0)  # noqa: NPY002 - what global generators draw shall be the same in every run
    shell = InteractiveShell.instance()
    shell.user_ns["sampler"] = case.sampler
    if case.source:
        shell.run_cell(case.source)
    return shell


NBGRADER = """
import math
import numpy as np
expected = {expected}
w = sampler((200, 100), np.random.default_rng(0))
assert w.shape == (200, 100)
assert abs(w.mean()) < 0.05 * expected
assert abs(w.std() - expected) < 0.05 * expected
"""


def nbgrader(case: Case) -> bool:
    """A hidden test as they are written for nbgrader: a cell of asserts, run in the student's kernel."""

    def judge() -> bool:
        done = _kernel(case).run_cell(NBGRADER.format(expected=_expected(case, 200, 100)))
        return bool(done.success)

    return _in_a_fork(judge)


OTTER = """
>>> import math
>>> import numpy as np
>>> expected = {expected}
>>> w = sampler((60, 90), np.random.default_rng(42))
>>> w.shape
(60, 90)
>>> bool(np.isclose(w.mean(), 0, atol=0.02))
True
>>> bool(np.isclose(w.std(), expected, rtol=0.05))
True
>>> bool(np.array_equal(w, sampler((60, 90), np.random.default_rng(42))))
True
"""


def otter(case: Case) -> bool:
    """A test as they are written for Otter: doctests of moments, and of reproducibility, under the seed of the course."""

    def judge() -> bool:
        names = _kernel(case).user_ns
        text = OTTER.format(expected=_expected(case, 60, 90))
        test = doctest.DocTestParser().get_doctest(text, names, "test", None, 0)
        return doctest.DocTestRunner(verbose=False).run(test, out=lambda text: None).failed == 0

    return _in_a_fork(judge)


def prairielearn(case: Case) -> bool:
    """A question as they are written for PrairieLearn's Python grader: the reference's numbers under the same seed."""
    task = TASKS[case.task]

    def reference(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
        draw = NORMAL["rng.normal"] if task.law == "normal" else UNIFORM["rng.uniform"]
        return task.std(*shape) * draw(shape, rng)

    def judge() -> bool:
        np.random.seed(0)  # noqa: NPY002
        names: dict[str, Any] = {"sampler": case.sampler}
        exec(case.source, names)  # noqa: S102
        for seed, shape in enumerate([(60, 90), (200, 100)]):
            wanted = reference(shape, np.random.default_rng(seed))
            given = names["sampler"](shape, np.random.default_rng(seed))
            if not isinstance(given, np.ndarray) or given.shape != wanted.shape:
                return False
            if given.dtype.kind != wanted.dtype.kind or not np.allclose(wanted, given, rtol=1e-5, atol=1e-8):
                return False
        return True

    return _in_a_fork(judge)


# Its weights are (fan_out, fan_in): the shapes are turned round. The last two go on with torch's generator, seeded before.
TORCHCODE = (
    """
import numpy as np
w = sampler((512, 256), np.random.default_rng(0))
assert abs(w.mean()) < 0.02
""",
    """
import math
import numpy as np
expected = math.sqrt(2.0 / 1024)
w = sampler((1024, 256), np.random.default_rng(0))
assert abs(w.std() - expected) < 0.005
""",
    """
import numpy as np
assert sampler((32, 64), np.random.default_rng(1)).shape == (32, 64)
""",
    """
import numpy as np
small = sampler((16, 64), np.random.default_rng(2))
large = sampler((256, 64), np.random.default_rng(3))
assert small.std() > large.std()
""",
)


def torchcode(case: Case) -> bool | None:
    """The four conditions of TorchCode's judge of Kaiming's start; None for another task than He's."""
    if TASKS[case.task].scheme != "he":
        return None

    def judge() -> bool:
        names = _kernel(case).user_ns
        for number, text in enumerate(TORCHCODE):
            exec(compile(text, f"test {number}", "exec"), {"sampler": names["sampler"]})  # noqa: S102
        return True

    return _in_a_fork(judge)


# ---- ours ---------------------------------------------------------------------------------------------------------------
def check(case: Case, sampler: Any) -> bool:
    """Our check of a sampler, wherever it runs."""
    task = TASKS[case.task]
    return check_sampler(sampler, task.scheme, shapes=SHAPES, distribution=task.law, title=case.name).ok


@contextlib.contextmanager
def ours() -> Iterator[Callable[[Case], bool]]:
    """Our grader: a cheat runs in the sandbox of the marking and its draws come back as plain numbers.

    For all other cases that makes no difference, and they are called here.
    """
    with tempfile.TemporaryDirectory(prefix="weightinit-graders-") as folder:
        Path(folder).chmod(0o755)
        toolbox = make_toolbox(Path(folder) / "toolbox", ())

        def judge(case: Case) -> bool:
            if not case.source:
                return check(case, case.sampler)
            with Sandbox(toolbox) as sandbox:
                try:
                    sandbox.run(case.source)
                    return check(case, sandbox.look_up("sampler"))
                except (NameError, RemoteError, Stopped) as error:
                    print(f"{case.name}: {type(error).__name__}: {error}", file=sys.stderr)
                    return False

        yield judge


OTHERS: dict[str, Callable[[Case], bool | None]] = {
    "nbgrader": nbgrader,
    "Otter": otter,
    "PrairieLearn": prairielearn,
    "TorchCode": torchcode,
}
OURS = "this course"
