"""Whatever attackers hand in: they earn nothing, and everybody else gets what a class without them gets."""

from __future__ import annotations

import csv
import itertools
import re
from collections import defaultdict

import nbformat
import pytest
from attack import Attack, attacks
from classroom import NEIGHBORS, Classroom, Run
from harmful import harm
from ordinary import people

from weightinit_course.problem_set import grader, is_test
from weightinit_course.reading import LARGEST

MOST = 40  # attackers of a class


def classes() -> dict[str, list[Attack]]:
    """Attackers of a class, by the class's name; a class has attackers of all kinds."""
    by_set = defaultdict(list)
    for attack in attacks():
        by_set[attack.problem_set].append(attack)
    found = {}
    for problem_set, everybody in sorted(by_set.items()):
        count = -(-len(everybody) // MOST)
        found |= {f"{problem_set}-{k + 1}": everybody[k::count] for k in range(count)}
    return found


CLASSES = classes()


def markings() -> list:
    """Who marks which class, on a worker each: everybody all of ps2's, and each of the others one of them in turn.

    What only problem sets of their own are attacked with is worthless answers, to which it is the same who marks.
    """
    found = []
    for number, name in enumerate(CLASSES):
        ours = people() if name.startswith("ps2") else [people()[number % len(people())]]
        found += [pytest.param(who, name, marks=pytest.mark.xdist_group(who)) for who in ours]
    return found


@pytest.mark.parametrize(("who", "name"), markings())
def test_neighbors_are_marked_as_if_nobody_attacked(who, name, classrooms):
    attackers = CLASSES[name]
    room = classrooms(who, attackers[0].problem_set)
    full = sum(grader(cell)["points"] for cell in filter(is_test, room.problem_set.notebook.cells))
    assert [text for _, text in faults(room.quiet, room, [])] == []
    assert float(room.quiet.report["ada"]["automatic"]) == full and float(room.quiet.report["karl"]["automatic"]) == 0
    run = room.mark(attackers)
    wrong = faults(run, room, attackers)
    if any(common for common, _ in wrong):
        found = ", ".join(attack.name for attack in guilty(room, attackers)) or "only all together"
        wrong.append((False, f"who does it: {found}"))
    assert [text for _, text in wrong] == [], f"{run.said[-2000:]}"


def test_who_harms_a_class_is_found(monkeypatch):
    class Room:
        def mark(self, attackers):
            return attackers

    five = attacks()[:5]
    monkeypatch.setitem(globals(), "faults", lambda run, *_: [(True, "harm")] if {five[1], five[4]} & set(run) else [])
    assert guilty(Room(), five) == [five[1], five[4]]


def guilty(room: Classroom, attackers: list[Attack]) -> list[Attack]:
    """Those with whom alone the class is harmed: halves of it are tried again."""
    if not any(common for common, _ in faults(room.mark(attackers), room, attackers)):
        return []
    if len(attackers) == 1:
        return attackers
    half = len(attackers) // 2
    return guilty(room, attackers[:half]) + guilty(room, attackers[half:])


def faults(run: Run, room: Classroom, attackers: list[Attack]) -> list[tuple[bool, str]]:
    """What must not be; True with those which do not say by themselves who did it."""
    found = [(True, text) for text in run.left]
    if run.code:
        found.append((True, f"the exit code is {run.code}"))
    for student in NEIGHBORS:
        quiet, now = room.quiet.of(student), run.of(student)
        differ = sorted(key for key in quiet | now if quiet.get(key) != now.get(key))
        if differ:
            found.append((True, f"{student} has other {', '.join(differ)}: {[now.get(key) for key in differ]!s:.600}"))
    raw = {sign for sign in run.said if not sign.isprintable() and sign != "\n"}
    if raw:
        found.append((True, f"the terminal gets {raw}"))
    if "Traceback" in run.said:
        found.append((True, "a traceback is printed"))
    bound = 2 * room.quiet.seconds + len(attackers) * 2 * room.seconds
    if run.seconds > bound:
        found.append((True, f"it took {run.seconds:.0f} s, more than {bound:.0f} s"))
    for attack in attackers:
        found += [(False, f"{attack.name}: {text}") for text in faults_of(attack, run, room)]
    for table in sorted(run.term.glob("*.csv")):
        with table.open(newline="", encoding="utf-8-sig") as file:
            cells = {cell for row in csv.reader(file) for cell in row}
        found += [(True, f"{table.name} holds the formula {cell[:60]!r}") for cell in cells if formula(cell)]
    return found


# The error of a cheat that is itself wrong, and would not have cheated: of the cell behind the first answer.
BLUNDER = re.compile(r"code cell 5 ended with (Attribute|Import|Indentation|Key|Name|Syntax|Type)Error[^;]*")


def faults_of(attack: Attack, run: Run, room: Classroom) -> list[str]:
    """What one attacker got or did."""
    row = run.report.get(attack.student)
    if row is None:
        return ["the report has no line for it"] if attack.named else []
    found = []
    if row["status"] == "marked":
        if float(row["automatic"]) > attack.points:
            found.append(f"it has {row['automatic']} points: {row['mistakes']}")
    elif not row["status"].startswith("not marked: "):
        found.append(f"its status is {row['status']!r}")
    found += [f"it cheats wrongly: {said[0]}" for said in BLUNDER.finditer(row["remarks"]) if attack.path is None]
    if "the marking itself failed" in row["status"]:
        found.append(row["status"])
    for page in sorted((run.term / "feedback" / attack.student).rglob("*.html")):
        text = page.read_text(encoding="utf8")
        found += harm(text)
        found += [f"its page shows {line!r}" for line in room.problem_set.secrets() if line in text]
        if len(text) > LARGEST + 2_000_000:  # what was handed in, and what a page has besides
            found.append(f"its page has {len(text)} characters")
    for shown in sorted((run.term / "autograded" / attack.student).rglob("*.ipynb")):
        found += stolen(nbformat.read(shown, as_version=4))
    return found


def stolen(notebook: nbformat.NotebookNode) -> list[str]:
    """What an attack printed of what it found; a traceback quotes the source, so only beginnings of lines count."""
    outputs = itertools.chain.from_iterable(cell.get("outputs", []) for cell in notebook.cells)
    texts = (str(output.get("text", "")) for output in outputs)
    return [line[:200] for text in texts for line in text.splitlines() if line.startswith("STOLEN")]


def formula(cell: str) -> bool:
    """Would a spreadsheet take this cell for a formula?"""
    bare = cell.lstrip(" \t\r\n\N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}")
    try:
        float(bare)
    except ValueError:
        return bare[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
    return False
