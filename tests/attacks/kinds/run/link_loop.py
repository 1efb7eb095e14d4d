"""Hands in links that lead round in a loop (N33)."""


def write(entry, notebook, problem_set):
    entry.mkdir()
    (entry / "a").symlink_to("b")
    (entry / "b").symlink_to("a")
    (entry / f"{problem_set.name}.ipynb").symlink_to("a")
    (entry / problem_set.name).symlink_to(".")
