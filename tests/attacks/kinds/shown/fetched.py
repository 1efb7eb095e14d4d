"""Pictures, fonts and prefetches from elsewhere, which tell the student who opens the page, and when (B5, N89)."""

from attack import put

from weightinit_course.problem_set import is_written

TEXTS = [
    """![](http://127.0.0.1:47110/pixel.png) ![x](https://example.org/x.png "t") <img src="http://example.org/y.png">
![ref][pic]\n\n[pic]: http://example.org/z.png\n
<link rel=prefetch href=http://example.org/p> <a ping=http://example.org/q href=#>x</a> <img srcset="http://example.org/r 2x">
<div style="background-image:url(http://example.org/s)">x</div><style>@font-face{font-family:x;src:url(http://example.org/t)}</style>""",
]


def write(entry, notebook, problem_set):
    for cell, text in zip(filter(is_written, notebook.cells), TEXTS, strict=False):
        cell.source = text
    put(notebook, entry / f"{problem_set.name}.ipynb")
