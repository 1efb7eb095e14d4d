"""Links to scripts in every spelling that Markdown and browsers understand (B5, N80)."""

from attack import put
from nbformat.v4 import new_markdown_cell

from weightinit_course.problem_set import is_written

ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript&colon;alert(1)",
    "java\tscript:alert(1)",
    "java&#9;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "javascript&#58;alert(1)",
    "javascript%3Aalert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "blob:https://x/1",
    "file:///etc/passwd",
    "view-source:javascript:alert(1)",
    "//example.org/x",
    "/api/contents",
    "../../api/terminals",
    "\\\\example.org\\x",
    "feed:javascript:alert(1)",
    "\u202ejavascript:alert(1)",
]


def forms(number, address):
    yield f"[click {number}]({address})"
    yield f"[click {number}](<{address}>)"
    yield f"[click {number}][ref{number}]\n\n[ref{number}]: {address} 'title'"
    yield f"<{address}>"
    yield f"![picture {number}]({address})"
    yield f"[![x](data:image/png;base64,AAAA)]({address})"
    yield f'<a href="{address}">click</a> <a href={address}>click</a> <a xlink:href="{address}">x</a>'


def write(entry, notebook, problem_set):
    texts = [text for number, address in enumerate(ADDRESSES) for text in forms(number, address)]
    next(filter(is_written, notebook.cells)).source = "\n\n".join(texts)
    notebook.cells += [new_markdown_cell(text) for text in texts]
    put(notebook, entry / f"{problem_set.name}.ipynb")
