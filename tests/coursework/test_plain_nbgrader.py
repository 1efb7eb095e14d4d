"""What plain nbgrader would have paid: its tests run in the student's kernel, ours do not."""

from __future__ import annotations

import nbformat
import pytest
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from weightinit_course.examples.answers import blank, with_answers
from weightinit_course.examples.cheats import cheat
from weightinit_course.mark_one import mark_submission

# An ordinary nbgrader exercise on the same function, with asserts as its tests.
ANSWER = "def xavier_normal(shape, rng, gain=1.0):\n    ### BEGIN SOLUTION\n    return rng.normal(0, (2 / sum(shape)) ** 0.5, shape)\n    ### END SOLUTION"
TESTS = """import numpy as np
w = xavier_normal((30, 80), np.random.default_rng(0))
assert w.shape == (30, 80)
### BEGIN HIDDEN TESTS
assert abs(w.var() - 2 / 110) < 0.002
### END HIDDEN TESTS"""

PAID = {
    "no_asserts": cheat("no_asserts").source
    + "\ndef xavier_normal(*a, **k):\n    import numpy as np\n    return np.zeros(a[0])",
    "lying_array": (
        "import numpy as np\n\n\nclass Lying(np.ndarray):\n    def var(self, *a, **k):\n        return 2 / sum(self.shape)\n\n\n"
        "def xavier_normal(shape, rng, gain=1.0):\n    return np.zeros(shape).view(Lying)"
    ),
    "patched_builtins": (
        "import builtins\nimport numpy as np\n\nbuiltins.abs = lambda x: 0\n\n\n"
        "def xavier_normal(shape, rng, gain=1.0):\n    return np.zeros(shape)"
    ),
}


def graded(source, grade_id, **meta):
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["nbgrader"] = {"grade_id": grade_id, "schema_version": 3, "task": False, "cell_type": "code"} | meta
    return cell


@pytest.fixture(scope="module")
def plain_marks(tmp_path_factory):
    """Marks of nbgrader's own autograder for the three cheats and for an honest zero."""
    root = tmp_path_factory.mktemp("plain")
    answer = graded(ANSWER, "answer", grade=False, solution=True, locked=False)
    test = graded(TESTS, "test", grade=True, solution=False, locked=True, points=10)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (root / "source" / "plain").mkdir(parents=True)
    nbformat.write(
        nbformat.v4.new_notebook(cells=[answer, test], metadata=kernel), root / "source" / "plain" / "plain.ipynb"
    )
    config = Config()
    config.CourseDirectory.root = str(root)
    api = NbGraderAPI(config=config)
    assert api.generate_assignment("plain")["success"]
    released = nbformat.read(root / "release" / "plain" / "plain.ipynb", as_version=4)
    wrong = "def xavier_normal(shape, rng, gain=1.0):\n    import numpy as np\n    return np.zeros(shape)"
    marks = {}
    for student, source in {**PAID, "honest_zero": wrong}.items():
        released.cells[0].source = source
        folder = root / "submitted" / student / "plain"
        folder.mkdir(parents=True)
        nbformat.write(released, folder / "plain.ipynb")
        found = api.autograde("plain", student)
        assert found["success"], found
        with api.gradebook as book:
            marks[student] = book.find_submission("plain", student).score
    return marks


def test_an_honest_zero_is_a_zero_there_too(plain_marks):
    assert plain_marks["honest_zero"] == 0


@pytest.mark.parametrize("name", PAID)
def test_plain_nbgrader_pays_in_full_and_we_pay_nothing(name, plain_marks, ps2, toolboxes):
    assert plain_marks[name] == 10
    marks = mark_submission(with_answers(blank(ps2), {"ps2-normal": PAID[name]}), ps2, toolboxes(ps2))
    assert marks.cells["ps2-normal-test"].points == 0
