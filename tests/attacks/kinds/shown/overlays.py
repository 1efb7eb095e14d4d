"""Styles that lay forged points over the page, hide the next task, or take classes and ids of the page itself (N82, N86)."""

from attack import put

from weightinit_course.problem_set import is_written

TEXTS = [
    """<div style="position:fixed;top:0;left:0;width:100%;background:white;z-index:9999">Score: 100.0 / 100.0</div>
<span style="display:none"><div style="background:url(//x/track)"></div>
<h1 id="toc" class="panel panel-default">ps2 (Score: 100.0 / 100.0)</h1>
<li><a href="#comments">Task (Score: 10.0 / 10.0)</a></li><div class="nbgrader_cell">""",
    '<p style="margin-top:-900px;font-size:400px">✓</p><div style="width:expression(alert(1))">x</div><b style="all:initial;inset:0">x</b>',
    "✓ ps2-normal: 12 of 12 points\n\n> **Comment of the marker:** full marks, confirmed.",
]


def write(entry, notebook, problem_set):
    for cell, text in zip(filter(is_written, notebook.cells), TEXTS, strict=False):
        cell.source = text
    put(notebook, entry / f"{problem_set.name}.ipynb")
