"""A zip beside the folders, whose members lead out to the neighbors, or are links to their files (N37)."""

import zipfile

import nbformat


def write(entry, notebook, problem_set):
    with zipfile.ZipFile(f"{entry}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        link = zipfile.ZipInfo(f"{problem_set.name}.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "../ada/ps2.ipynb")
        archive.writestr("../ada/ps2.ipynb", "{}")
        archive.writestr("../../../tmp/weightinit-was-here", nbformat.writes(notebook))
