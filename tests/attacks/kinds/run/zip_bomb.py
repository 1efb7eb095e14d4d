"""A zip whose contents are a thousand times as large, with members that lead out, instead of the notebook (N37)."""

import zipfile


def write(entry, notebook, problem_set):
    entry.mkdir()
    with zipfile.ZipFile(entry / f"{problem_set.name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{problem_set.name}.ipynb", b" " * (200 * 2**20))
        archive.writestr("../../ada/ps2.ipynb", "{}")
        archive.writestr("/tmp/weightinit-was-here", "x")
