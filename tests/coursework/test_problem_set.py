"""One source notebook gives the released version, the solution and the rubric, for every variant."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from weightinit_course import problem_set as module
from weightinit_course.examples.answers import right
from weightinit_course.judge import wanted_names
from weightinit_course.problem_set import ProblemSet, copy, grader, is_test, is_written, problem_sets
from weightinit_course.terms import CourseError

SETS = problem_sets()


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def extremes(problem_set):
    """Variants that together hold every choice of every name."""
    longest = max(map(len, problem_set.choices.values()))
    return [{name: values[k % len(values)] for name, values in problem_set.choices.items()} for k in range(longest)]


def test_the_problem_sets_are_numbered():
    assert SETS == [f"ps{k}" for k in range(1, len(SETS) + 1)]


@pytest.mark.parametrize("name", SETS)
def test_points_make_a_hundred_and_both_kinds_are_there(name, term):
    cells = ProblemSet(name, term).notebook.cells
    automatic = sum(grader(cell)["points"] for cell in cells if is_test(cell))
    by_hand = sum(grader(cell)["points"] for cell in cells if is_written(cell))
    assert automatic + by_hand == 100
    assert automatic >= 50 and by_hand >= 20


@pytest.mark.parametrize("name", SETS)
def test_how_long_it_takes_is_said(name, term):
    assert 90 <= ProblemSet(name, term).minutes <= 180


@pytest.mark.parametrize("name", SETS)
def test_ids_are_unique_and_every_cell_has_one(name, term):
    ids = [grader(cell)["grade_id"] for cell in ProblemSet(name, term).notebook.cells]
    assert len(ids) == len(set(ids)) and all(i.startswith(f"{name}-") for i in ids)


@pytest.mark.parametrize("name", SETS)
def test_every_variant_is_whole_python_and_text(name, term):
    problem_set = ProblemSet(name, term)
    for variant in extremes(problem_set):
        notebook = problem_set.rendered(variant)
        text = "\n".join(cell.source for cell in notebook.cells)
        assert "«" not in text and "»" not in text
        for cell in code_of(notebook):
            ast.parse(cell.source)


@pytest.mark.parametrize("name", SETS)
def test_terms_differ_and_a_term_is_always_the_same(name):
    variants = [ProblemSet(name, f"term-{k}").variant for k in range(12)]
    assert len({tuple(v.items()) for v in variants}) >= 8
    assert ProblemSet(name, "term-3").variant == variants[3]


@pytest.mark.parametrize("name", SETS)
def test_students_get_no_solution_and_no_hidden_test(name, term):
    problem_set = ProblemSet(name, term)
    given = nbformat.writes(problem_set.released)
    for mark in ("BEGIN SOLUTION", "BEGIN HIDDEN", "MARK SCHEME", '"variants"'):
        assert mark not in given
    text = "\n".join(cell.source for cell in problem_set.released.cells)
    assert problem_set.secrets()  # there is something to tell
    for line in problem_set.secrets():
        assert line not in text, line


@pytest.mark.parametrize("name", SETS)
def test_released_notebook_runs_to_the_first_unanswered_cell(name, term):
    notebook = copy(ProblemSet(name, term).released)
    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(notebook, timeout=120, kernel_name="python3", extra_arguments=["--log-level=CRITICAL"]).execute()
    assert caught.value.ename == "NotImplementedError"
    cells = code_of(notebook)
    failed = [k for k, cell in enumerate(cells) if any(o.output_type == "error" for o in cell.outputs)]
    first_answer = next(k for k, cell in enumerate(cells) if grader(cell).get("solution"))
    # An unanswered function can be defined; its check says so, and the first cell that needs an answer stops the run.
    assert len(failed) == 1 and failed[0] >= first_answer
    for cell in cells[first_answer : failed[0]]:
        if is_test(cell):
            assert "not answered yet" in cell.outputs[0]["data"]["text/plain"]


@pytest.mark.parametrize("name", SETS)
def test_rubric_has_a_scheme_and_an_answer_for_everything_marked_by_hand(name, term):
    problem_set = ProblemSet(name, term)
    text = problem_set.rubric
    assert text.count("### Model answer") == sum(is_written(cell) for cell in problem_set.notebook.cells) >= 2
    assert "BEGIN MARK SCHEME" not in text


@pytest.mark.parametrize("name", SETS)
def test_tests_ask_only_for_names_that_the_student_is_asked_for(name, term):
    problem_set = ProblemSet(name, term)
    answers = "\n".join(cell.source for cell in problem_set.notebook.cells if grader(cell).get("solution"))
    for cell in problem_set.notebook.cells:
        if is_test(cell):
            for wanted in wanted_names(cell.source) - {"np", "math", "grading", "VARIANT"}:
                assert re.search(rf"\b{wanted}\b", answers), f"{grader(cell)['grade_id']} wants {wanted}"


def test_an_unknown_problem_set_is_named():
    with pytest.raises(CourseError, match="ps9.*ps1"):
        ProblemSet("ps9", "x")


@pytest.mark.parametrize("name", SETS)
def test_the_solution_holds_no_line_of_nbgrader(name, term):
    text = "\n".join(cell.source for cell in ProblemSet(name, term).solution.cells)
    assert "### BEGIN" not in text and "### END" not in text and "MARK SCHEME" not in text


def test_what_is_handed_out_is_never_changed_by_making_another_version(ps2):
    before = {kind: nbformat.writes(getattr(ps2, kind)) for kind in ("notebook", "released", "solution")}
    right(ps2).cells[0].source = "changed"
    assert ps2.rubric
    assert {kind: nbformat.writes(getattr(ps2, kind)) for kind in before} == before


def test_the_fingerprint_changes_with_the_term_and_with_any_code_that_marks_depend_on(tmp_path, monkeypatch):
    folders = [tmp_path / name for name in ("weightinit", "weightinit_course")]
    for folder in folders:
        (folder / "inside").mkdir(parents=True)
        (folder / "inside" / "module.py").write_text("x = 1\n")
    assert [folder.name for folder in module.CODE] == [folder.name for folder in folders]
    monkeypatch.setattr(module, "CODE", tuple(folders))
    seen = {
        ProblemSet("ps2", "one").fingerprint,
        ProblemSet("ps2", "two").fingerprint,
        ProblemSet("ps1", "one").fingerprint,
    }
    for folder in folders:
        (folder / "inside" / "module.py").write_text("x = 2\n")
        seen.add(ProblemSet("ps2", "one").fingerprint)
        (folder / "inside" / "module.py").rename(folder / "module.py")
        seen.add(ProblemSet("ps2", "one").fingerprint)
    assert len(seen) == 7
    assert ProblemSet("ps2", "one").fingerprint == ProblemSet("ps2", "one").fingerprint


# ---- what only the term's secret tells ------------------------------------------------------------------------------
@pytest.fixture
def with_a_seed(tmp_path, monkeypatch):
    """ps2 with one more line in a hidden test: a number that is drawn from the secret."""
    source = nbformat.read(module.SOURCES / "ps2" / "ps2.ipynb", as_version=4)
    cell = next(cell for cell in source.cells if "### BEGIN HIDDEN TESTS\n" in cell.source)
    line = "### BEGIN HIDDEN TESTS\nrows = int(\"«seed('rows')»\")\n"
    cell.source = cell.source.replace("### BEGIN HIDDEN TESTS\n", line)
    (tmp_path / "ps2").mkdir()
    nbformat.write(source, tmp_path / "ps2" / "ps2.ipynb")
    monkeypatch.setattr(module, "SOURCES", tmp_path)


def hidden_number(notebook):
    """The one that `with_a_seed` put there."""
    (found,) = re.findall(r"^rows = (\d+)$", "\n".join(cell.source for cell in notebook.cells), re.M)
    return int(found)


def test_secret_and_salt_change_the_hidden_numbers_and_nothing_that_students_get(with_a_seed):
    several = [
        ProblemSet("ps2", "x", secret=secret, salt=salt) for secret in (b"1" * 32, b"2" * 32) for salt in ("", "file")
    ]
    numbers = [hidden_number(problem_set.notebook) for problem_set in several]
    assert len(set(numbers)) == len(several) and all(0 <= number < 2**32 for number in numbers)
    assert [hidden_number(problem_set.solution) for problem_set in several] == numbers  # plain: it can be run
    assert len({nbformat.writes(problem_set.released) for problem_set in several}) == 1
    assert len({problem_set.fingerprint for problem_set in several}) == len(several)
    assert hidden_number(ProblemSet("ps2", "x", secret=b"1" * 32).notebook) == numbers[0]


def test_seeds_differ_by_label_set_and_term_and_their_secret_is_not_printed():
    one = ProblemSet("ps2", "x", secret=b"1" * 32)
    seeds = {one.seed("rows"), one.seed("pixels")}
    seeds |= {ProblemSet(name, term, secret=b"1" * 32).seed("rows") for name, term in (("ps1", "x"), ("ps2", "y"))}
    assert len(seeds) == 4 and "1111" not in repr(one)


@pytest.mark.parametrize("name", SETS)
def test_no_problem_set_shows_students_a_number_of_the_secret(name, term):
    bare, secret = ProblemSet(name, term), ProblemSet(name, term, secret=b"1" * 32)
    assert nbformat.writes(secret.released) == nbformat.writes(bare.released)


def test_a_student_s_variant_is_the_student_s_own():
    variants = [ProblemSet("ps2", "x", student).variant for student in ("", *(f"s{k}" for k in range(12)))]
    assert len({tuple(v.items()) for v in variants}) >= 8
    assert ProblemSet("ps2", "x", "s3").variant == variants[4]
    assert ProblemSet("ps2", "x", "s3").released.metadata["weightinit"]["student"] == "s3"
