"""Hands in folders named like the notebook, one in the other (N33)."""


def write(entry, notebook, problem_set):
    (entry / f"{problem_set.name}.ipynb" / f"{problem_set.name}.ipynb").mkdir(parents=True)
