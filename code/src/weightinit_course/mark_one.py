"""Mark one submission: run its cells in a sandbox, then its tests here, and write down what came out.

All cells are run before the first test: what a test calls a function with can be shown by no cell. Each test sees the
names as they were where it stands.
"""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from weightinit.grading import Report
from weightinit_course.cells import Assembled, assemble, is_left
from weightinit_course.harmless import one_line
from weightinit_course.judge import judge
from weightinit_course.marks import CellMark, Marks
from weightinit_course.outputs import Shown
from weightinit_course.problem_set import ProblemSet, grader, is_test, is_written
from weightinit_course.sandbox import Limits, RemoteError, Sandbox, Stopped
from weightinit_course.submissions import Refused
from weightinit_course.toolbox import masked

LONGEST_CELL = 300_000  # characters that are run
MOST_STARTS = 2  # processes for one submission: the cell that ended the first is left out in the second
MOST_REMARKS = 40


def mark_submission(
    notebook: NotebookNode,
    problem_set: ProblemSet,
    toolbox: Path,
    *,
    limits: Limits | None = None,
    isolate: bool = True,
) -> Marks:
    """Mark a submitted notebook; `Refused` if no process can be started for it.

    Without `isolate`, it runs without a room of its own (`Sandbox`).
    """
    start = time.perf_counter()
    marking = _Marking(assemble(notebook, problem_set), problem_set)
    covered = masked(problem_set)
    for left in reversed(range(MOST_STARTS)):
        try:
            sandbox = Sandbox(toolbox, limits, masked=covered, isolate=isolate)
        except Stopped as error:
            raise Refused(f"{error}; mark again") from None
        with sandbox:
            if marking.run_cells(sandbox) or not left:
                marking.run_tests(sandbox)
                break
    return marking.marks(sandbox.protections, time.perf_counter() - start)


class _Marking:
    """One submission while it is marked."""

    def __init__(self, assembled: Assembled, problem_set: ProblemSet):
        self.cells, self.remarks, self.blank = assembled
        self.problem_set = problem_set
        self.originals = {grader(cell)["grade_id"]: cell for cell in problem_set.released.cells}
        self.reports: dict[str, Report] = {}
        self.odd: dict[int, list[str]] = {}  # remarks on the run of a cell
        self.left_out: set[int] = set()
        self.stopped = ""
        self.kept: dict[int, list[str]] = defaultdict(list)  # tests whose names are kept behind a cell
        for name, place in _places_of_tests(self.cells, list(problem_set.released.cells)).items():
            self.kept[place].append(name)

    def run_cells(self, sandbox: Sandbox) -> bool:
        """Run all cells; False if the process was stopped: then the cell that it stopped in is left out from now on."""
        shown = Shown()
        for place, cell in enumerate(self.cells):
            try:
                if cell.cell_type == "code" and not is_test(cell) and place not in self.left_out:
                    self.run_cell(place, cell, sandbox, shown)
                for name in self.kept[place]:
                    with contextlib.suppress(RemoteError):
                        sandbox.keep(name)
            except Stopped as error:
                self.stop(error)
                self.left_out.add(place)
                cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text=f"Stopped here: {error}.")]
                self.odd[place] = [f"stopped in {self.where(place)}, which was left out then: {error}"]
                return False
        return True

    def run_cell(self, place: int, cell: NotebookNode, sandbox: Sandbox, shown: Shown) -> None:
        """Run one cell; its outputs go into it."""
        where, odd = self.where(place), []
        if len(cell.source) > LONGEST_CELL:
            self.odd[place] = [f"{where} is too long to be run"]
            return
        try:
            answer = sandbox.run(cell.source)
        except RemoteError as error:
            answer = {"outputs": [{"stream": str(error)}]}
        cell.outputs = shown.of(answer)
        problem, notes = answer.get("problem"), answer.get("notes")
        if isinstance(problem, dict) and not self.is_unanswered(cell):
            kind, message = one_line(str(problem.get("kind")), 60), one_line(str(problem.get("message")), 200)
            if kind == "NotImplementedError" and not message:
                message = "is the line `raise NotImplementedError()` still there?"
            odd.append(f"{where} ended with {kind}: {message}")
        if isinstance(notes, list):
            odd += [f"{where}: {one_line(str(note), 200)}" for note in notes[:5]]
        self.odd[place] = odd

    def is_unanswered(self, cell: NotebookNode) -> bool:
        """Is it a stub, of which nobody expects more than that it raises?"""
        name = grader(cell).get("grade_id")
        return name is not None and is_left(cell, self.originals[name])

    def where(self, place: int) -> str:
        """How a cell is called."""
        name = grader(self.cells[place]).get("grade_id")
        return f"code cell {place + 1}" + (f" ({name})" if name else "")

    def run_tests(self, sandbox: Sandbox) -> None:
        """Judge every answer by the names as they were where its test stands."""
        tests = {grader(cell)["grade_id"]: cell for cell in self.problem_set.notebook.cells if is_test(cell)}
        for name, test in tests.items():
            self.restore(sandbox, name)
            self.reports[name] = judge(test, self.problem_set, sandbox)
        self.restore(sandbox, "")

    def restore(self, sandbox: Sandbox, name: str) -> None:
        """Give the names their meaning for a test; a process that has ended says so to the test itself."""
        try:
            sandbox.restore(name)
        except RemoteError:
            pass  # a namespace that was tampered with is what it is
        except Stopped as error:
            self.stop(error)

    def stop(self, error: Stopped) -> None:
        """Remember why its process was stopped: of several reasons time, since marked alone it may have more."""
        self.stopped = error.cause if error.cause == "time" else self.stopped or error.cause

    def marks(self, protections: tuple[str, ...], seconds: float) -> Marks:
        """What is written down."""
        marks = {}
        for cell in self.cells:
            name = grader(cell).get("grade_id")
            if is_test(cell):
                report, points = self.reports[name].compared, float(grader(cell)["points"])
                named = tuple(dict.fromkeys(finding.name for finding in report.findings))
                marks[name] = CellMark(round(points * report.credit, 2), points, repr(report), named)
                cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=repr(report))]
            elif is_written(cell):
                points = float(grader(cell)["points"])
                empty = CellMark(0.0, points, mistakes=("unanswered",), blank=True)
                marks[name] = empty if name in self.blank else CellMark(None, points)
        remarks = list(
            dict.fromkeys(self.remarks + [remark for place in sorted(self.odd) for remark in self.odd[place]])
        )
        if len(remarks) > MOST_REMARKS:
            remarks[MOST_REMARKS:] = [f"and {len(remarks) - MOST_REMARKS} more of this kind"]
        return Marks(
            cells={name: marks[name] for name in self.originals if name in marks},
            remarks=tuple(remarks),
            protections=protections,
            notebook=nbformat.writes(self.shown()),
            seconds=round(seconds, 2),
            stopped=self.stopped,
        )

    def shown(self) -> NotebookNode:
        """The notebook that the student and the marker see."""
        metadata = {"kernelspec": self.problem_set.notebook.metadata["kernelspec"]}
        shown = nbformat.v4.new_notebook(cells=self.cells, metadata=metadata)
        for number, cell in enumerate(shown.cells):
            cell.id = f"cell-{number}"
        return shown


def _places_of_tests(cells: list[NotebookNode], released: list[NotebookNode]) -> dict[str, int]:
    """Behind which cell each test looks at the names: where it stands, but never before the answer that it tests."""
    at = {grader(cell)["grade_id"]: place for place, cell in enumerate(cells) if grader(cell)}
    places, answer = {}, ""
    for cell in released:
        name = grader(cell)["grade_id"]
        if is_test(cell):
            places[name] = max(at[name], at.get(answer, 0))
        elif cell.cell_type == "code" and grader(cell).get("solution"):
            answer = name
    return places
