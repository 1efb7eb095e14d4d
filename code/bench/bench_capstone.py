"""How often would the capstone's training refuse the right start? Train the model solution many times, and extrapolate.

    python code/bench/bench_capstone.py --trials 20

A trial draws everything anew, the variant included. Logarithms of median losses are close to normal; the chance of one
miss is that law's tail beyond the threshold, and three misses in a row refuse.
"""

from __future__ import annotations

import argparse
import ast
import os
import re

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy import stats

from weightinit_course import capstone
from weightinit_course.problem_set import ProblemSet, grader

NETS = {"train": capstone.your_widths, "other": capstone.other_widths}


def cells(problem_set: ProblemSet) -> dict[str, str]:
    """The code of the model solution, by the names of its cells."""
    return {grader(cell).get("grade_id", ""): cell.source for cell in problem_set.solution.cells}


def thresholds(code: str) -> dict[str, float]:
    """What a hidden test asks for, by activation."""
    return ast.literal_eval(re.search(r"_THRESHOLD = (\{.*?\})", code, re.S)[1])


def losses(activation: str, trials: int) -> dict[str, tuple[float, np.ndarray]]:
    """For both kinds of networks: the threshold, and the median loss of each trial."""
    found: dict[str, list[float]] = {net: [] for net in NETS}
    number, asked = 0, {}
    while len(found["other"]) < trials:
        number += 1
        problem_set = ProblemSet("ps4", f"trial-{number}")
        if problem_set.variant["activation"] != activation:
            continue
        code, space = cells(problem_set), {}
        for name in ("ps4-setup", "ps4-recipe", "ps4-gains", "ps4-start"):
            exec(code[name], space)
        for net, widths in NETS.items():
            asked[net] = thresholds(code[f"ps4-{net}-test"])[activation]
            shape, scale = widths(space["VARIANT"])
            networks = [
                capstone._drawn(space["start"], shape, scale, [number, k], "start") for k in range(capstone.NETWORKS)
            ]
            rate = float(space["LEARNING_RATE"])
            found[net].append(capstone._median_loss(networks, rate, space["VARIANT"], (shape, scale), [number]))
    return {net: (asked[net], np.array(values)) for net, values in found.items()}


def main() -> None:
    """One line for each activation and kind of networks."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trials", type=int, default=20, help="of each activation and kind of networks")
    asked = parser.parse_args()
    for activation in capstone.LEAK:
        for net, (threshold, values) in losses(activation, asked.trials).items():
            logs = np.log(values)
            z = (np.log(threshold) - logs.mean()) / logs.std(ddof=1)
            miss = stats.norm.sf(z)
            print(
                f"{activation:9}{net:6} median {np.exp(logs.mean()):.3f}, largest {values.max():.3f}, threshold "
                f"{threshold:.2f}: {z:.1f} standard deviations away, one miss {miss:.0e}, "
                f"{capstone.TRIALS} misses {miss**capstone.TRIALS:.0e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
