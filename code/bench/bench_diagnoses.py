"""How many faulty starts are noticed, and how many healthy ones are accused, by `weightinit.diagnose` and by other tools.

    python code/bench/bench_diagnoses.py --tuning     the cases that thresholds may be looked at with; every misjudged one by name
    python code/bench/bench_diagnoses.py              the cases that are published: other sizes, other seeds
    python code/bench/bench_diagnoses.py --alone      our diagnosis only
    python code/bench/bench_diagnoses.py --store      and the table is kept, for the README

It needs torch (the environment of `make peers`). The other tools are asked where they are installed:
`pip install --no-deps torchdiag anyinit neural-net-checklist`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import warnings
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: one core, as is promised
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from diagnoses.cases import Case, cases
from diagnoses.rivals import installed

from weightinit.diagnosis import diagnose

STORED = Path(__file__).parent / "diagnoses" / "found.json"
"""What the last run with --store found; a test compares the README with it."""


def ours(case: Case, one_network: bool = False) -> tuple[str, ...] | None:
    """The kinds of faults that are found; None if it fails, which is counted against it.

    A dense case is told by its widths and drawn 20 times; with `one_network` it is given as other tools get it, as one
    module of torch with its weights.
    """
    try:
        return _kinds(case, one_network)
    except Exception as error:
        print(f"{case.name}: {type(error).__name__}: {error}", file=sys.stderr)
        return None


def _kinds(case: Case, one_network: bool) -> tuple[str, ...]:
    if case.dense is not None and not one_network:
        options = dict(case.dense)
        how = [options.pop(name) for name in ("widths", "activation", "init")]
        return diagnose(*how, **options, rng=case.seed).kinds
    return diagnose(case.module(), case.inputs(), rng=case.seed, **case.options).kinds


def told(kinds: tuple[str, ...] | None) -> str:
    """A verdict in words."""
    return "nothing, it failed" if kinds is None else ", ".join(kinds) or "healthy"


def share(part: int, whole: int) -> str:
    """A count of a count, and percent."""
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


def judged(found: Iterable[tuple[Case, bool | None]]) -> list[str]:
    """Recall, false alarms, and how many could not be judged, as cells of a table."""
    found = list(found)
    sick = [said for case, said in found if not case.healthy and said is not None]
    well = [said for case, said in found if case.healthy and said is not None]
    return [share(sum(sick), len(sick)), share(sum(well), len(well)), str(sum(said is None for _, said in found))]


def table(rows: list[list[str]]) -> str:
    """Rows in Markdown; the first is the head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def main() -> None:
    """Diagnose all cases and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tuning", action="store_true", help="the cases for tuning, every misjudged one by name")
    parser.add_argument("--alone", action="store_true", help="without the other tools")
    parser.add_argument("--store", action="store_true", help="keep the table, which the README has to agree with")
    parser.add_argument("--list", action="store_true", help="every case with what is said of it")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    chosen = cases(scoring=not options.tuning)
    verdicts, seconds = [], []
    for case in chosen:
        start = time.process_time()
        verdicts.append((case, ours(case)))
        seconds.append(time.process_time() - start)
        if options.list:
            print(f"{case.name}: {told(verdicts[-1][1])} ({seconds[-1]:.2f} s)", flush=True)
    faulty = [(case, kinds) for case, kinds in verdicts if not case.healthy]
    named = sum(bool(case.kinds & set(kinds or ())) for case, kinds in faulty)
    types = {frozenset(case.kinds) for case, _ in faulty}
    print(f"{len(faulty)} faulty starts of {len(types)} kinds, {len(verdicts) - len(faulty)} healthy ones.")
    print(f"Named by a right kind: {share(named, len(faulty))}.")
    print(f"Seconds of one core a case: median {statistics.median(seconds):.2f}, longest {max(seconds):.2f}.\n")
    rows = [["", "faulty, noticed", "healthy, accused", "not judged"]]
    rows.append(
        ["weightinit.diagnose", *judged((case, None if kinds is None else bool(kinds)) for case, kinds in verdicts)]
    )
    alone = [(case, ours(case, one_network=True)) for case in chosen]
    rows.append(["the same, one network of each", *judged((c, None if k is None else bool(k)) for c, k in alone)])
    for case, kinds in alone if options.tuning else ():
        if (kinds != ()) == case.healthy:
            print(f"one network, {case.name}: {told(kinds)}")
    if not options.alone:
        for name, judge in installed().items():
            # what has a loss of its own is not theirs to judge: they take classes and the cross-entropy
            asked = (case for case in chosen if not case.options.keys() & {"targets", "loss"})
            rows.append([name, *judged((case, judge(case)) for case in asked)])
    print(table(rows))
    if options.store:
        found = {
            "table": table(rows).splitlines(),
            "named": share(named, len(faulty)),
            "faulty": len(faulty),
            "healthy": len(verdicts) - len(faulty),
        }
        STORED.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    wrong = [
        (case, kinds)
        for case, kinds in verdicts
        if (kinds != () if case.healthy else not case.kinds & set(kinds or ()))
    ]
    for case, kinds in wrong:
        wanted = ", ".join(sorted(case.kinds)) or "healthy"
        print(f"- {case.name}: said {told(kinds)}, is {wanted}")


if __name__ == "__main__":
    main()
