"""What editors and habits make of a right notebook of problem set 2. Every one of them must get full marks.

Each function changes a solved notebook; its docstring says what has happened to it. `changes` lists them.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable

import nbformat
from nbformat import NotebookNode

from weightinit_course.problem_set import ProblemSet, grader, is_test, is_written

PROBLEM_SET = "ps2"  # the changes know its names
LIVE = (
    "%matplotlib inline",
    "%matplotlib qt",
    "%pylab inline",
    "!pip install -q numpy",
    "files = !ls",
    "%load_ext autoreload\n%autoreload 2",
    "%config InlineBackend.figure_format = 'retina'",
    "import matplotlib; matplotlib.use('TkAgg')",
    "import seaborn as sns",
    "%lprun -f print print()",
    "name = input('Your name? ')",
)


def changes() -> dict[str, Callable[[NotebookNode], None]]:
    """All of them, by name."""
    here = sys.modules[__name__]
    return {n: f for n, f in vars(here).items() if callable(f) and f.__module__ == __name__ and f.__name__[:1] == "a"}


def _cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if grader(cell).get("grade_id") == name)


def _answers(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if grader(cell).get("solution")]


def _insert(notebook: NotebookNode, cell: NotebookNode, *, behind: str) -> None:
    notebook.cells.insert(notebook.cells.index(_cell(notebook, behind)) + 1, cell)


def _twin(cell: NotebookNode) -> NotebookNode:
    return nbformat.from_dict({**cell, "id": f"{cell.id}-twin"})


def _stub(name: str) -> str:
    return _cell(ProblemSet(PROBLEM_SET, "test-term").released, name).source


def _turn(notebook: NotebookNode, cell: NotebookNode, kind: str) -> None:
    new = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    notebook.cells[notebook.cells.index(cell)] = new[kind](cell.source, id=cell.id, metadata=cell.metadata)


# ---- what changes a notebook: names begin with a --------------------------------------------------------------------
def a_live_line_above_every_answer(notebook: NotebookNode) -> None:
    """Magics, shell lines and imports of what is not there stand above the answers."""
    for cell, line in zip((c for c in _answers(notebook) if c.cell_type == "code"), itertools.cycle(LIVE)):
        cell.source = f"{line}\n{cell.source}"


def a_cell_magic_on_every_answer(notebook: NotebookNode) -> None:
    """The answers are timed or captured, also by a magic that is not installed."""
    for cell, magic in zip(_answers(notebook), itertools.cycle(("%%time", "%%capture shown", "%%memit"))):
        if cell.cell_type == "code":
            cell.source = f"{magic}\n{cell.source}"


def answers_in_copies_below(notebook: NotebookNode) -> None:
    """Every answer cell was copied, and the copy was answered."""
    for cell in _answers(notebook):
        name = grader(cell)["grade_id"]
        _insert(notebook, _twin(cell), behind=name)
        cell.source = _stub(name)


def answers_in_copies_above(notebook: NotebookNode) -> None:
    """Every answer cell was copied, and the upper one was answered."""
    for cell in _answers(notebook):
        twin = _twin(cell)
        twin.source = _stub(grader(cell)["grade_id"])
        _insert(notebook, twin, behind=grader(cell)["grade_id"])


def answers_in_new_cells_below(notebook: NotebookNode) -> None:
    """The answer cells were left as they were, and new cells below them hold the answers."""
    for cell in _answers(notebook):
        make = nbformat.v4.new_markdown_cell if is_written(cell) else nbformat.v4.new_code_cell
        _insert(notebook, make(cell.source), behind=grader(cell)["grade_id"])
        cell.source = _stub(grader(cell)["grade_id"])


def answers_split_in_two(notebook: NotebookNode) -> None:
    """Every written answer was split in its middle; the lower half is a cell of its own."""
    for cell in filter(is_written, _answers(notebook)):
        half = len(cell.source) // 2
        _insert(notebook, nbformat.v4.new_markdown_cell(cell.source[half:]), behind=grader(cell)["grade_id"])
        cell.source = cell.source[:half]


def answers_merged_with_their_tests(notebook: NotebookNode) -> None:
    """Answer and check were merged into one cell."""
    for cell in [c for c in notebook.cells if is_test(c)]:
        place = notebook.cells.index(cell)
        if grader(notebook.cells[place - 1]).get("solution"):
            notebook.cells[place - 1].source += "\n\n" + cell.source
            notebook.cells.remove(cell)


def all_functions_at_the_top_and_answer_cells_deleted(notebook: NotebookNode) -> None:
    """One cell at the top holds all functions, and the cells for them are gone."""
    code = [cell for cell in _answers(notebook) if cell.cell_type == "code" and "def " in cell.source]
    for cell in code:
        notebook.cells.remove(cell)
    notebook.cells.insert(2, nbformat.v4.new_code_cell("\n\n".join(cell.source for cell in code)))


def all_tests_at_the_top(notebook: NotebookNode) -> None:
    """The checks stand together above all answers."""
    tests = [cell for cell in notebook.cells if is_test(cell)]
    notebook.cells[:] = [cell for cell in notebook.cells if not is_test(cell)]
    notebook.cells[2:2] = tests


def all_tests_deleted(notebook: NotebookNode) -> None:
    """The checks are gone."""
    notebook.cells[:] = [cell for cell in notebook.cells if not is_test(cell)]


def answers_turned_into_text(notebook: NotebookNode) -> None:
    """By the key M every code answer became Markdown."""
    for cell in _answers(notebook):
        if cell.cell_type == "code":
            _turn(notebook, cell, "markdown")


def answers_turned_into_code(notebook: NotebookNode) -> None:
    """By the key Y every written answer became code."""
    for cell in filter(is_written, _answers(notebook)):
        _turn(notebook, cell, "code")


def answers_turned_raw(notebook: NotebookNode) -> None:
    """By the key R every answer became raw."""
    for cell in _answers(notebook):
        _turn(notebook, cell, "raw")


def answers_in_the_text_of_the_task(notebook: NotebookNode) -> None:
    """In an editor that locks no cell the derivations were written below the tasks."""
    for cell in filter(is_written, _answers(notebook)):
        name = grader(cell)["grade_id"]
        _cell(notebook, f"{name}-text").source += "\n\n" + cell.source
        cell.source = _stub(name)


def an_error_below_every_function(notebook: NotebookNode) -> None:
    """A check of the student's own at the end of every function's cell fails."""
    for cell in _answers(notebook):
        if cell.cell_type == "code" and cell.source.startswith("def "):
            cell.source += "\nassert False, 'my own check'"


def all_names_reused_at_the_end(notebook: NotebookNode) -> None:
    """A last cell gives the names of answers another meaning."""
    names = "fan_in = fan_out = xavier_normal = xavier_bound = layers_until_lost = measure_forward = None"
    notebook.cells.append(nbformat.v4.new_code_cell(names))


def a_last_cell_that_ends_the_process(notebook: NotebookNode) -> None:
    """A last cell takes more memory than there is, or ends Python."""
    notebook.cells.append(nbformat.v4.new_code_cell("import os\nos._exit(1)"))
