"""Hands in a folder within its own that is a link to the perfect neighbor's (A17)."""


def write(entry, notebook, problem_set):
    entry.mkdir()
    (entry / problem_set.name).symlink_to("../ada")
