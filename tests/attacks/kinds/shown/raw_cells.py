"""Raw cells with a format, stored outputs, widgets' state, a title, authors and a kernel with markup in the metadata (N87)."""

from attack import put
from nbformat.v4 import new_output, new_raw_cell

BAD = "</title><script>alert(1)</script>"


def write(entry, notebook, problem_set):
    for kind in ("text/html", "text/latex", "text/restructuredtext", "pdf", BAD):
        notebook.cells.append(
            new_raw_cell(f"{BAD} \\input{{/etc/passwd}}", metadata={"format": kind, "raw_mimetype": kind})
        )
    for cell in notebook.cells:
        cell.metadata |= {"tags": [BAD], "name": BAD, "collapsed": BAD}
        if cell.cell_type == "code":
            cell.outputs = [new_output("display_data", data={"text/html": BAD})]
    notebook.metadata |= {
        "title": BAD,
        "authors": [{"name": BAD}],
        "widgets": {BAD: {"state": BAD}},
        "celltoolbar": BAD,
    }
    notebook.metadata["kernelspec"] = {"name": "../../bin/sh", "display_name": BAD, "language": BAD}
    notebook.metadata["language_info"] = {"name": BAD, "file_extension": "/../x", "pygments_lexer": BAD}
    put(notebook, entry / f"{problem_set.name}.ipynb")
