"""Checks of a learner's answers that name the mistake (floor 6).

The visible tests of the problem sets and the marking use the same functions. Each returns a `Report`: it is right, or it
lists what is wrong, in words, with the share of the marks that such an answer still earns. Nothing here draws a weight:
a checker that could be asked for the solution would be no checker.
"""

from weightinit.grading.answers import alternative, check_function, check_number, check_that
from weightinit.grading.mistakes import MISTAKES
from weightinit.grading.report import Finding, Report
from weightinit.grading.samplers import check_orthogonal, check_sampler

__all__ = [
    "MISTAKES",
    "Finding",
    "Report",
    "alternative",
    "check_function",
    "check_number",
    "check_orthogonal",
    "check_sampler",
    "check_that",
]
