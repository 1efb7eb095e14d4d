"""Hands in a link to the perfect neighbor's folder under its own name (A17)."""


def write(entry, notebook, problem_set):
    entry.symlink_to("ada")
