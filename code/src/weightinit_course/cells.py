"""The cells to run and to show of a submission: the student's, in the student's order, in the released frame.

Notebooks come back with cells copied, split, merged, moved, deleted and turned into another kind. The rule for all of
it: what a student wrote is run if it is code and seen by the marker if it is text, wherever it stands; what was
released is as it was released; and a remark says in words what was odd.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode

from weightinit_course.attachments import Album
from weightinit_course.problem_set import ProblemSet, grader, is_test, is_written

_NUMBERS = re.compile(r"[\d.]+")
_FUNCTION = re.compile(r"^def[ \t]+(\w+)", re.M)
_BOUND = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*=(?!=)", re.M)


class Assembled(NamedTuple):
    """What is run, shown and marked.

    Attributes
    ----------
    cells : list of NotebookNode
        Released cells carry nbgrader's metadata as released, the student's own carry none.
    remarks : list of str
        What was removed, doubled, moved or turned into another kind.
    blank : frozenset of str
        Written answers without a word in them or beside them.
    """

    cells: list[NotebookNode]
    remarks: list[str]
    blank: frozenset[str]


def assemble(notebook: NotebookNode, problem_set: ProblemSet) -> Assembled:
    """The cells of a submission in the released frame; what was removed of it is put back where it was."""
    return _Assembly(problem_set).of(notebook)


def is_left(cell: NotebookNode, original: NotebookNode) -> bool:
    """Was a cell left as it was released, or emptied?"""
    lines = [line.rstrip() for line in cell.source.strip().splitlines()]
    return not lines or lines == [line.rstrip() for line in original.source.strip().splitlines()]


class _Assembly:
    """One submission on its way."""

    def __init__(self, problem_set: ProblemSet):
        self.originals = {grader(cell)["grade_id"]: cell for cell in problem_set.released.cells}
        self.by_id = {cell.id: grader(cell)["grade_id"] for cell in problem_set.released.cells}
        self.album = Album()
        self.remarks: list[str] = []

    def of(self, notebook: NotebookNode) -> Assembled:
        names = [self.name(cell) for cell in notebook.cells]
        copies = defaultdict(list)
        for name, cell in zip(names, notebook.cells, strict=True):
            if name:
                copies[name].append(cell)
        students = [
            (name, cell) for name, cell in zip(names, notebook.cells, strict=True) if self.is_students(name, cell)
        ]
        self.code = [(name, cell.source) for name, cell in students if _is_code(cell)]
        # What stands in the place of each copy of a released cell, first to last
        placed = {name: iter(self.places(name, found)) for name, found in copies.items()}
        cells: list[NotebookNode] = []
        for number, (name, cell) in enumerate(zip(names, notebook.cells, strict=True), 1):
            cells += next(placed[name]) if name else [self.own(cell, f"cell {number}")]
        self.put_back(cells, set(copies))
        cells = [cell for cell in cells if not self.answered_elsewhere(cell)]
        blank = self.blank(cells, set(copies))
        return Assembled(cells, self.remarks + self.album.remarks, blank)

    # ---- which cell is which
    def name(self, cell: NotebookNode) -> str | None:
        """Name of the released cell that a cell is, or None for one of the student's own."""
        if not grader(cell):
            return None
        name = str(grader(cell).get("grade_id"))
        if name in self.originals:
            return name
        if cell.get("id") in self.by_id:
            return self.by_id[cell.id]
        self.remarks.append(
            f"the cell id {name[:60]!r} is not one of the released ones; taken as the student's own cell"
        )
        return None

    def is_students(self, name: str | None, cell: NotebookNode) -> bool:
        """Has a student written in it?"""
        if name is None:
            return True
        original = self.originals[name]
        return not is_left(cell, original) if grader(original).get("solution") else _added(cell.source, original.source)

    def places(self, name: str, found: list[NotebookNode]) -> list[list[NotebookNode]]:
        """For each copy of a released cell the cells that take its place."""
        original = self.originals[name]
        if not grader(original).get("solution"):
            return self.released(name, original, found)
        return (self.written if is_written(original) else self.coded)(name, original, found)

    # ---- cells that are not the student's
    def released(self, name: str, original: NotebookNode, found: list[NotebookNode]) -> list[list[NotebookNode]]:
        """As it was released; what somebody wrote into it becomes an own cell."""
        places = []
        for number, cell in enumerate(found):
            place = [] if number else [_clean(original)]
            if _added(cell.source, original.source):
                self.remarks.append(
                    f"something was written into the cell {name!r}; it stands as released, and what was written beside it"
                )
                own = [self.own(cell, f"cell {name!r}")]
                # Code before the released cell, so that the released names and numbers hold.
                place = own + place if original.cell_type == "code" else place + own
            places.append(place)
        return places

    # ---- answers
    def written(self, name: str, original: NotebookNode, found: list[NotebookNode]) -> list[list[NotebookNode]]:
        """A text: of several copies the answered ones, joined where the first of them stands."""
        answered = [cell for cell in found if not is_left(cell, original)]
        first = answered[0] if answered else found[0]
        if not _is_text(first):
            self.remarks.append(f"the answer {name!r} was turned into a {first.cell_type} cell; it is shown as text")
        texts, pictures = {}, {}
        for cell in answered:
            text, kept = self.album.keep(cell.source, cell.get("attachments"), f"the answer {name!r}")
            texts[text.strip()] = text
            pictures |= kept
        if len(found) > 1:
            joined = "their texts stand together" if len(texts) > 1 else "the answered one counts"
            self.remarks.append(f"the cell {name!r} is there {len(found)} times; {joined}")
        made = _clean(original, "\n\n".join(texts.values()) if texts else original.source)
        if pictures:
            made.attachments = nbformat.from_dict(pictures)
        return [[made] if cell is first else [] for cell in found]

    def coded(self, name: str, original: NotebookNode, found: list[NotebookNode]) -> list[list[NotebookNode]]:
        """Code: all answered copies are run, in their order. Text is run if nothing else defines what it does."""
        answered = [cell for cell in found if not is_left(cell, original)]
        first = next((cell for cell in answered if _is_code(cell)), (answered or found)[0])
        if len(found) > 1:
            run = "all that were answered are run" if len(answered) > 1 else "the answered one counts"
            self.remarks.append(f"the cell {name!r} is there {len(found)} times; {run}")
        if not _is_code(first) and answered:
            others = {bound for other, source in self.code if other != name for bound in _bound(source)}
            if others & _bound(first.source):
                self.remarks.append(f"the answer {name!r} was turned into text; another cell defines what it defined")
                first = None
            else:
                self.remarks.append(f"the answer {name!r} was turned into text; it was run as code all the same")
        places = []
        for cell in found:
            if cell is first:
                places.append([_clean(original, cell.source)])
            else:
                places.append([self.own(cell, f"cell {name!r}")] if cell in answered else [])
        return places

    def put_back(self, cells: list[NotebookNode], there: set[str]) -> None:
        """Put each released cell that is missing behind the one that it followed."""
        order = list(self.originals)
        for name in order:
            if name in there:
                continue
            original = self.originals[name]
            if grader(original).get("solution"):
                self.remarks.append(f"the answer cell {name!r} is missing")
            elif is_test(original):
                self.remarks.append(f"the test cell {name!r} was removed; it was put back")
            before = order[: order.index(name)]
            places = [k for k, cell in enumerate(cells) if grader(cell).get("grade_id") in before]
            cells.insert(places[-1] + 1 if places else 0, _clean(original))

    def answered_elsewhere(self, cell: NotebookNode) -> bool:
        """Is this an untouched stub, whose function stands in another cell? Run, it would take the answer away."""
        name = grader(cell).get("grade_id")
        if cell.cell_type != "code" or not grader(cell).get("solution") or not is_left(cell, self.originals[name]):
            return False
        stub = set(_FUNCTION.findall(self.originals[name].source))
        if not any(stub & _bound(source) for _, source in self.code):
            return False
        self.remarks.append(f"the answer to {name!r} stands in another cell")
        return True

    # ---- nothing to mark
    def blank(self, cells: list[NotebookNode], there: set[str]) -> frozenset[str]:
        """Written answers that a person need not look at: no word in them, and none beside them."""
        own_text = any(not grader(cell) and _is_text(cell) and cell.source.strip() for cell in cells)
        blank = set()
        for place, cell in enumerate(cells):
            name = grader(cell).get("grade_id")
            if not (is_written(cell) and is_left(cell, self.originals[name])):
                continue
            if _beside(cells, place) or (name not in there and own_text):
                self.remarks.append(f"the answer {name!r} is empty; what stands in own cells is left to the marker")
            else:
                blank.add(name)
        return frozenset(blank)

    def own(self, cell: NotebookNode, where: str) -> NotebookNode:
        """A cell of the student's own: its text and pictures, and nothing that it claims to be."""
        if _is_code(cell):
            return nbformat.v4.new_code_cell(cell.source)
        source, pictures = self.album.keep(cell.source, cell.get("attachments"), where)
        return nbformat.v4.new_markdown_cell(source, **({"attachments": pictures} if pictures else {}))


def _is_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code"


def _is_text(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown"


def _added(source: str, released: str) -> bool:
    """Does a text hold lines that the released one has not? Numbers differ from term to term and do not count."""
    return bool(_lines(source) - _lines(released))


def _lines(source: str) -> set[str]:
    return {_NUMBERS.sub("", line).strip() for line in source.splitlines()} - {""}


def _bound(source: str) -> set[str]:
    """Names that code gives a meaning to at its top level, by its looks: it may be no Python, or hostile to a parser."""
    found: set[str] = set()
    for function, variables in _BOUND.findall(source):
        found |= {function} if function else {name.strip() for name in variables.split(",")}
    return found


def _beside(cells: list[NotebookNode], place: int) -> bool:
    """Does an own cell with something in it stand between this cell and the released ones around it?"""
    for step in (-1, 1):
        k = place + step
        while 0 <= k < len(cells) and not grader(cells[k]):
            if cells[k].source.strip():
                return True
            k += step
    return False


def _clean(original: NotebookNode, source: str | None = None) -> NotebookNode:
    """A released cell without outputs, with the student's text if that is given."""
    cell: Any = nbformat.from_dict({**original})
    cell.metadata = nbformat.from_dict({"nbgrader": dict(grader(original))})
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if source is not None:
        cell.source = source
    return cell
