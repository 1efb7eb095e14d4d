"""Names a picture which is not attached, and attaches what is no picture (B5a)."""

from attack import put

from weightinit_course.problem_set import is_written


def write(entry, notebook, problem_set):
    for cell in filter(is_written, notebook.cells):
        cell.source = "![derivation](attachment:1f0c.png) ![](attachment:) ![](attachment:a%20b.png 't\"')"
        cell.attachments = {
            "a b.png": {"image/png": "no base64"},
            "../x": {"text/html": "<b>"},
            "y": {},
            "z": {"image/png": ["a"]},
        }
    put(notebook, entry / f"{problem_set.name}.ipynb")
