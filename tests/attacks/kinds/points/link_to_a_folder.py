"""Hands in a folder that is a link to the solutions, to a neighbor, to the home of the marker (A17)."""

from weightinit_course.terms import ROOT


def write(entry, notebook, problem_set):
    entry.mkdir()
    (entry / problem_set.name).symlink_to(ROOT / "coursework" / "source" / problem_set.name)
