"""How many right samplers are refused, and how many wrong ones get the points, by our grader and by others.

    python code/bench/bench_graders.py            print the tables
    python code/bench/bench_graders.py --store    and write those that the page `coursework/graders` shows
    python code/bench/bench_graders.py --check    and fail where the stored ones differ

The samplers stand in `graders/samplers.py` and `graders/cheats.py`, the graders in `graders/judges.py`. Our grader marks the cheats
in the sandbox, so that bubblewrap must be there.
"""

from __future__ import annotations

import argparse
import csv
import io
import math
import os
import sys
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: forks and threads do not go together

import numpy as np
from graders.cheats import cheats
from graders.judges import OTHERS, OURS, SHAPES, ours
from graders.samplers import TASKS, Case, right, wrong

STORED = Path(__file__).resolve().parents[2] / "coursework" / "graders"
GRADERS = [OURS, *OTHERS]
Row = list[str]


def verdicts() -> list[tuple[Case, dict[str, bool | None]]]:
    """Who accepts which case; None where a grader does not judge the task."""
    cases = [*right(), *wrong(), *cheats()]
    found = [(case, {name: judge(case) for name, judge in OTHERS.items()}) for case in cases]
    with ours() as judge:
        return [(case, {OURS: judge(case), **others}) for case, others in found]


def counted(found: Iterable[tuple[Case, dict[str, bool | None]]]) -> list[Row]:
    """A line a group of cases: how many are judged wrongly, of how many that the grader judges."""
    found = list(found)
    groups = list(dict.fromkeys(case.group for case, _ in found))

    def mistakes(name: str, chosen: Iterable[str], accepted: bool) -> str:
        said = [says[name] for case, says in found if case.group in chosen and says[name] is not None]
        return f"{said.count(accepted)} of {len(said)}"

    wrongs = groups[1:]
    rows = [["right samplers refused", *(mistakes(name, ["right"], False) for name in GRADERS)]]
    rows += [["wrong samplers accepted", *(mistakes(name, wrongs, True) for name in GRADERS)]]
    rows += [[f"–\N{NO-BREAK SPACE}{group}", *(mistakes(name, [group], True) for name in GRADERS)] for group in wrongs]
    return [["counted", *GRADERS], *rows]


def listed(found: Iterable[tuple[Case, dict[str, bool | None]]]) -> list[Row]:
    """A line a case."""
    words = {True: "accepted", False: "refused", None: ""}
    rows = [[case.task, case.group, case.name, *(words[says[name]] for name in GRADERS)] for case, says in found]
    return [["task", "group", "sampler", *GRADERS], *rows]


def margins() -> list[Row]:
    """How far right samplers stay from the limits of our check that have no level, in standard errors."""
    kurtosis = {"normal": 3.0, "uniform": 1.8}
    entries, tolerance = 100_000, 0.05  # of weightinit.grading.samplers; a test compares
    farthest = {"standard deviation": 0.0, "mean": 0.0, "correlation of neighbors": 0.0}
    errors = {
        "standard deviation": math.sqrt((max(kurtosis.values()) - 1) / (4 * entries)),
        "mean": 1 / math.sqrt(entries),
        "correlation of neighbors": 1 / math.sqrt(entries * (1 - 1 / min(min(shape) for shape in SHAPES))),
    }
    for number, case in enumerate(right()):
        for shape in SHAPES:
            rng = np.random.default_rng([number, *shape])
            draws = np.array([case.sampler(shape, rng) for _ in range(math.ceil(entries / math.prod(shape)))])
            z = draws.astype(float) / TASKS[case.task].std(*shape)
            neighbors = max(abs(float(np.mean(z[:, 1:] * z[:, :-1]))), abs(float(np.mean(z[:, :, 1:] * z[:, :, :-1]))))
            seen = (abs(math.log(z.std())), abs(float(z.mean())), neighbors)
            farthest = {name: max(far, new) for (name, far), new in zip(farthest.items(), seen, strict=True)}
    rows = [
        [name, f"{tolerance:.0%}", f"{errors[name]:.2%}", f"{tolerance / errors[name]:.0f}", f"{farthest[name]:.2%}"]
        for name in farthest
    ]
    return [["measured", "limit", "standard error", "limit in standard errors", "farthest of the right ones"], *rows]


def as_text(rows: list[Row]) -> str:
    """As a CSV file."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def main() -> None:
    """Print the tables; store or compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", action="store_true", help="write the tables of the page")
    parser.add_argument("--check", action="store_true", help="fail where the stored tables differ")
    options = parser.parse_args()
    found = verdicts()
    tables = {"counts": counted(found), "cases": listed(found), "margins": margins()}
    for name in ("counts", "margins"):
        for row in tables[name]:
            print(f"{row[0]:28}" + "".join(f"{cell:>16}" for cell in row[1:]))
        print()
    for name, rows in tables.items():
        path = STORED / f"{name}.csv"
        if options.store:
            path.parent.mkdir(exist_ok=True)
            path.write_text(as_text(rows), encoding="utf8")
        if options.check and path.read_text(encoding="utf8") != as_text(rows):
            sys.exit(f"{path} is not what comes out: python code/bench/bench_graders.py --store")


if __name__ == "__main__":
    main()
