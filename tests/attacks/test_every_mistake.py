"""Every mistake that a test foresees is reached in every variant for which the formula is another one."""

from __future__ import annotations

import itertools

import pytest

from weightinit_course.foreseen import InProcess
from weightinit_course.problem_set import ProblemSet, problem_sets

FORMULAS = {"ps4": ("activation", "scale", "input_scale")}  # every combination of these; of the others each value once


def variants(name: str) -> list[dict]:
    """Variants that hold every value of every name, and of a problem set in `FORMULAS` every combination of some."""
    choices = ProblemSet(name, "every-mistake").choices
    longest = max(map(len, choices.values()))
    each = [{key: values[k % len(values)] for key, values in choices.items()} for k in range(longest)]
    keys = FORMULAS.get(name, ())
    combined = itertools.product(*(choices[key] for key in keys)) if keys else ()
    return each + [each[0] | dict(zip(keys, values, strict=True)) for values in combined]


CASES = [(name, k) for name in problem_sets() for k in range(len(variants(name)))]


@pytest.mark.parametrize(("name", "k"), CASES, ids=[f"{name}-{k}" for name, k in CASES])
def test_every_foreseen_mistake_is_reached(name, k):
    problem_set = ProblemSet(name, f"every-mistake-{k}")
    problem_set.__dict__["variant"] = variants(name)[k]
    # in a variant of ps4 what makes no difference is right: φ is odd
    problems = InProcess(problem_set).unreached()
    assert [line for line in problems if not ("is told ()" in line and name == "ps4")] == []
