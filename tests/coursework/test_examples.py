"""A cheat is one file and a wrong answer one record; each is whole."""

from __future__ import annotations

import ast
import inspect

import pytest

from weightinit.grading import MISTAKES
from weightinit_course.examples import cheats as module
from weightinit_course.examples.cheats import Cheat, cheat, cheats
from weightinit_course.examples.wrong import wrong_answers
from weightinit_course.examples.wrong.record import Wrong
from weightinit_course.problem_set import ProblemSet, grader, is_test, problem_sets

WRONG = [(name, key) for name in problem_sets() for key in wrong_answers(name)]


# ---- cheats ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("known", cheats(), ids=lambda known: known.name)
def test_a_cheat_says_what_it_tries_and_stands_in_a_submission_after_the_worthless_answers(known, ps2):
    assert known.tries and known.tries.endswith(".")
    sources = [cell.source for cell in known.submission(ps2).cells]
    if known.source is None:
        assert sources
        return
    ast.parse(known.source)
    props = (module.HERE / "props.py").read_text(encoding="utf8")
    assert sources.index(known.source) == sources.index(props) + 1


def test_every_file_is_a_cheat_of_its_own_name():
    files = {path.stem for path in module.HERE.glob("in_*/*.py")} - {"__init__"}
    names = [known.name for known in cheats()]
    assert sorted(names) == sorted(files) and len(set(names)) == len(names)
    assert cheat("exit").name == "exit" and cheat("deleted_tests").source is None


def test_what_is_known_of_a_cheat_stands_in_its_file(tmp_path):
    (tmp_path / "in_code").mkdir()
    path = tmp_path / "in_code" / "new.py"
    path.write_text('"""Tries it."""\n\nABOUT = {"slow": True}\n')
    assert module._read(path) == Cheat("new", "Tries it.", path.read_text(), slow=True)
    path.write_text('"""Tries it."""\n\nABOUT = {"slwo": True}\n')
    with pytest.raises(TypeError, match="slwo"):
        module._read(path)


# ---- wrong answers --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "key"), WRONG, ids=[f"{n}-{k}" for n, k in WRONG])
def test_a_wrong_answer_is_whole(name, key, term):
    wrong = wrong_answers(name)[key]
    cells = {grader(cell)["grade_id"]: cell for cell in ProblemSet(name, term).notebook.cells}
    assert grader(cells[wrong.cell]).get("solution") and is_test(cells[wrong.test])
    ast.parse(wrong.source)
    assert wrong.phrase and key.isidentifier()
    carried_on = wrong.test != f"{wrong.cell}-test"  # right in another cell, from what was wrong in this one
    assert 0 <= wrong.credit < 1 or (wrong.credit == 1 and carried_on)


def test_a_wrong_answer_needs_no_more_than_its_cell_its_source_and_its_mistake():
    wrong = Wrong("ps2-normal", "\n    def f():\n        pass\n    ", mistake="half_variance")
    known = MISTAKES["half_variance"]
    assert (wrong.test, wrong.credit, wrong.phrase) == ("ps2-normal-test", known.credit, known.message)
    assert wrong.source == "def f():\n    pass\n"
    with pytest.raises(KeyError, match="half_varience"):
        Wrong("ps2-normal", "", mistake="half_varience")
    assert "source" in inspect.signature(Wrong).parameters
