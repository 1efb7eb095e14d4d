"""One source notebook gives the student version, the solution and the rubric, for every variant."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from weightinit_course.course import CourseError, ProblemSet, check_term, grader, is_test, is_written, problem_sets
from weightinit_course.marking import wanted_names
from weightinit_course.release import executed, rubric, secrets, student_version

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
    given = nbformat.writes(student_version(problem_set.notebook))
    for mark in ("BEGIN SOLUTION", "BEGIN HIDDEN", "MARK SCHEME", '"variants"'):
        assert mark not in given
    text = "\n".join(cell.source for cell in student_version(problem_set.notebook).cells)
    assert len(secrets(problem_set)) > 30
    for line in secrets(problem_set):
        assert line not in text, line


@pytest.mark.parametrize("name", SETS)
def test_solution_runs_and_passes_its_own_tests(name, term):
    notebook = executed(ProblemSet(name, term))
    assert not any(output.output_type == "error" for cell in code_of(notebook) for output in cell.outputs)


@pytest.mark.parametrize("name", SETS)
def test_released_notebook_runs_to_the_first_unanswered_cell(name, term):
    notebook = student_version(ProblemSet(name, term).notebook)
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
    text = rubric(problem_set)
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


@pytest.mark.parametrize("term_name", ["", "two words", "../up", "-x", "a" * 60])
def test_a_term_must_be_a_plain_name(term_name):
    with pytest.raises(CourseError, match="TERM"):
        check_term(term_name)


def test_an_unknown_problem_set_is_named():
    with pytest.raises(CourseError, match="ps9.*ps1"):
        ProblemSet("ps9", "x")
