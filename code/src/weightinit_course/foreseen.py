"""Every wrong answer that the tests of a problem set foresee, taken from the tests themselves, and answered.

The right answers run in this process, without a sandbox: they are our own. A test that names a foreseen mistake brings
what makes it, a number or a function; put in the place of the right answer it must get its name, and its share of the
points.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

from nbformat import NotebookNode

from weightinit import grading
from weightinit.grading import Report
from weightinit_course.examples.answers import right
from weightinit_course.judge import judge
from weightinit_course.problem_set import ProblemSet, grader, is_test


@dataclass(frozen=True)
class Foreseen:
    """A wrong answer that a test foresees.

    Attributes
    ----------
    test : str
        grade_id of the test.
    answer : str
        Name of what the student defines; empty if the test looks at it through a function of its own.
    wrong : object
        The number or the function that makes the mistake.
    messages : tuple of str
        What is said: a message for each of the mistakes that are made together.
    credit : float
    at_home : bool
        Whether the visible part of the test foresees it.
    """

    test: str
    answer: str
    wrong: Any
    messages: tuple[str, ...]
    credit: float
    at_home: bool


class InProcess:
    """Right answers to a problem set, run here; a test looks names up in it as in a sandbox.

    Parameters
    ----------
    problem_set : ProblemSet
    notebook : NotebookNode, optional
        The answers, if they are not those of the solution.
    skip : tuple of str
        Ends of the names of cells that are not run: what is only looked at takes its time.
    """

    def __init__(
        self,
        problem_set: ProblemSet,
        notebook: NotebookNode | None = None,
        skip: tuple[str, ...] = ("-explore", "-look"),
    ):
        self.problem_set = problem_set
        self.tests = {grader(cell)["grade_id"]: cell for cell in problem_set.notebook.cells if is_test(cell)}
        self.visible = {grader(cell)["grade_id"]: cell for cell in problem_set.released.cells if is_test(cell)}
        self.names: dict[str, Any] = {}
        for cell in (notebook or right(problem_set)).cells:
            name = grader(cell).get("grade_id", "")
            if cell.cell_type == "code" and not is_test(cell) and not name.endswith(skip):
                self.run(cell.source)

    def run(self, source: str) -> None:
        """Run a cell."""
        code = compile(source, "answer", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        waits = eval(code, self.names)  # a cell may wait, as in a notebook
        if inspect.iscoroutine(waits):
            asyncio.run(waits)

    def look_up(self, name: str) -> Any:
        """As `Sandbox.look_up`."""
        if name not in self.names:
            raise NameError(name)
        return self.names[name]

    def report(self, test: str, *, at_home: bool = False) -> Report:
        """What a test says to the answers, in the marking or as the student has it."""
        return judge((self.visible if at_home else self.tests)[test], self.problem_set, self)

    @contextlib.contextmanager
    def answering(self, name: str, answer: Any) -> Iterator[None]:
        """With another answer in the place of one."""
        before = self.names[name]
        self.names[name] = answer
        try:
            yield
        finally:
            self.names[name] = before

    def foreseen(self, test: str) -> list[Foreseen]:
        """All alternatives of a test, in the order in which they are tried."""
        at_home = self._alternatives(test, at_home=True)
        return at_home + self._alternatives(test, at_home=False)[len(at_home) :]

    def unreached(self) -> list[str]:
        """What is wrong with the foreseen mistakes, a line each: a mistake is told and paid as it stands in the test.

        In the marking the mistake must be all that is found. The student's own check must name it where it foresees it,
        and give it no other name anywhere; of several mistakes that are made together it may tell one.
        """
        problems = []
        for test, cell in self.tests.items():
            if "alternative(" not in cell.source:
                continue
            known = self.foreseen(test)
            names = {message for each in known for message in each.messages}
            for each in filter(lambda each: each.answer, known):
                with self.answering(each.answer, each.wrong):
                    at_home = {finding.message for finding in self.report(test, at_home=True).findings}
                    report = None if each.at_home else self.report(test)
                said = tuple(finding.message for finding in report.findings) if report else each.messages
                if said != each.messages or (report and abs(report.credit - each.credit) > 1e-9):
                    problems.append(f"{test}: {each.messages!r} is told {said} and gets {report.credit} points")
                # of several mistakes each may be told
                own = {name for name in names if any(name in message for message in each.messages)}
                if (each.at_home and not at_home >= set(each.messages)) or at_home & names - own:
                    problems.append(f"{test}: {each.messages!r} is told {at_home} at home")
        return problems

    def _alternatives(self, test: str, *, at_home: bool) -> list[Foreseen]:
        found: list[Foreseen] = []

        def noting(check: Callable[..., Report]) -> Callable[..., Report]:
            def noted(title: str, *arguments: Any, **options: Any) -> Report:
                first = re.match(r"\w*", title)[0]
                answer = first if first in self.names else ""
                found.extend(
                    Foreseen(test, answer, known.wrong, tuple(f.message for f in known.findings), known.credit, at_home)
                    for known in options.get("alternatives", ())
                )
                return check(title, *arguments, **options)

            return noted

        checks = {name: noting(getattr(grading, name)) for name in ("check_number", "check_function")}
        with mock.patch.multiple(grading, **checks):
            self.report(test, at_home=at_home)
        return found
