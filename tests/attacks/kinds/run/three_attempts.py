"""Several attempts: the newest is broken, empty, or a link to the neighbor (N33)."""

from attack import put


def write(entry, notebook, problem_set):
    put(notebook, entry / f"{problem_set.name}.ipynb")
    (entry / f"{problem_set.name}-1.ipynb").write_text("")
    (entry / f"{problem_set.name} (2).ipynb").symlink_to("../ada/ps2.ipynb")
    (entry / problem_set.name).mkdir()
    (entry / problem_set.name / f"{problem_set.name}.ipynb").symlink_to("../../ada/ps2.ipynb")
    (entry / "timestamp.txt").write_text("9999-99-99 \x1b[2J" * 1000)
