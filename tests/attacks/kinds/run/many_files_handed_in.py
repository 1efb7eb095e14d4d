"""Hands in a tree of 3,000 files and 60 folders deep, and no notebook (N33, N41)."""


def write(entry, notebook, problem_set):
    deep = entry.joinpath(*["d"] * 60)
    deep.mkdir(parents=True)
    for number in range(3000):
        (entry / f"file{number}.txt").touch()
    (deep / f"{problem_set.name}.ipynb").touch()
