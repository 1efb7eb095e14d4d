"""Wrong answers are told what is wrong, by name and with its share of the points, in the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightinit_course.examples.answers import right
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.judge import judge
from weightinit_course.problem_set import ProblemSet, grader, is_test, problem_sets
from weightinit_course.sandbox import Limits, Sandbox
from weightinit_course.toolbox import make_toolbox

TERM = "wrong-term"
WRONG = [(name, mistake) for name in problem_sets() for mistake in wrong_answers(name)]


class WarmSandbox:
    """A sandbox with the right answers up to some cell; a wrong answer takes the place of the next right one.

    Starting a process for each of the mistakes, and giving all the answers before it again, would take minutes.
    """

    def __init__(self, problem_set: ProblemSet, toolbox: Path):
        self.problem_set = problem_set
        self.sandbox = Sandbox(toolbox, Limits(seconds=3600))
        self.cells = right(problem_set).cells
        self.places = {grader(cell).get("grade_id"): place for place, cell in enumerate(self.cells)}
        self.answered = 0  # the cells before this one were run, with right answers

    def report(self, wrong):
        answer, test = self.places[wrong.cell], self.places[wrong.test]
        self.run(self.cells[self.answered : answer])
        self.answered = answer
        self.sandbox.run(wrong.source)
        self.run(self.cells[answer + 1 : test])
        hidden = next(c for c in self.problem_set.notebook.cells if grader(c).get("grade_id") == wrong.test)
        return judge(hidden, self.problem_set, self.sandbox)

    def run(self, cells):
        for cell in cells:
            if cell.cell_type == "code" and not is_test(cell) and not grader(cell)["grade_id"].endswith("-explore"):
                self.sandbox.run(cell.source)


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """warm(name) -> the warm sandbox of a problem set."""
    made = {}

    def sandbox(name):
        if name not in made:
            folder = tmp_path_factory.mktemp(f"wrong-{name}")
            for parent in (folder, *folder.parents[:2]):  # pytest's own folders are closed to other users
                parent.chmod(0o755)
            problem_set = ProblemSet(name, TERM)
            made[name] = WarmSandbox(problem_set, make_toolbox(folder / "box", problem_set.needs))
        return made[name]

    yield sandbox
    for each in made.values():
        each.sandbox.close()


def test_there_are_enough_of_them_and_each_hears_its_own_words():
    known = [wrong_answers(name)[mistake] for name, mistake in WRONG]
    assert len({(wrong.test, wrong.phrase) for wrong in known}) >= 46


@pytest.mark.parametrize(("name", "mistake"), WRONG, ids=[f"{n}-{m}" for n, m in WRONG])
def test_a_wrong_answer_gets_its_name_its_message_and_its_mark(name, mistake, warm):
    wrong = wrong_answers(name)[mistake]
    report = warm(name).report(wrong)
    assert wrong.mistake in report.mistakes
    assert wrong.phrase in repr(report)
    assert report.credit == pytest.approx(wrong.credit, abs=1e-3)
