"""No hidden state: what a cell takes from another cell of its section is given to nothing else in the rest of the notebook.

So the cells of a section can be run again, in any order, by who has run the notebook: each finds what it found the first time,
or stops with the name of what is missing.
"""

from __future__ import annotations

import json
import re
import symtable
from pathlib import Path

import pytest

from weightinit_book.check import notebooks, text_of

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [path for path in notebooks(ROOT) if path.name[:2].isdigit()]
SECTION = re.compile(r"^##? ", re.M)


def names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell gives, and those that it takes without giving them itself.

    >>> names("a = b + c\\ndef f(x):\\n    return x + d")
    ({'a', 'f'}, {'b', 'c', 'd'})
    """
    cell = symtable.symtable(source, "cell", "exec")
    given = {name.get_name() for name in cell.get_symbols() if name.is_assigned() or name.is_imported()}
    taken, tables = {name.get_name() for name in cell.get_symbols() if name.is_referenced()}, cell.get_children()
    while tables:
        table = tables.pop()
        taken |= {name.get_name() for name in table.get_symbols() if name.is_referenced() and name.is_global()}
        tables += table.get_children()
    return given, taken - given


def shared(sections: list[list[str]]) -> list[str]:
    """The names that one cell of a section takes from another one and that another section gives to something else."""
    read = [[names(source) for source in section] for section in sections]
    given = [set().union(*(given for given, _ in section)) for section in read]
    found = []
    for k, section in enumerate(read):
        elsewhere = set().union(*(given[:k] + given[k + 1 :]))
        for _, taken in section:
            found += [f"section {k}: {name}" for name in sorted(taken & given[k] & elsewhere)]
    return sorted(set(found))


def test_the_look_at_names_finds_what_two_sections_share():
    first, second = ["a = 1\nb = 2", "print(a, [b for b in range(3)])"], ["a = 3", "c = 4"]
    assert shared([first, second]) == ["section 0: a"]
    assert shared([first, ["c = 4", "print(a)"]]) == []
    assert shared([["def f():\n    return a", "a = 1"], second]) == ["section 0: a"]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_cells_of_a_section_can_be_run_in_any_order(path):
    sections: list[list[str]] = [[]]
    for cell in json.loads(path.read_text(encoding="utf8"))["cells"]:
        if cell["cell_type"] == "code":
            sections[-1].append(text_of(cell["source"]))
        elif SECTION.search(text_of(cell["source"])):
            sections.append([])
    assert len(sections) > 3 and shared(sections) == []
