"""Attachments with names that break out of an attribute, of other kinds than they say, and of 50,000 by 50,000 points (N84)."""

import base64

from attack import put

from weightinit_course.problem_set import is_written

SVG = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
).decode()
HUGE = base64.b64encode(bytes.fromhex("89504e470d0a1a0a0000000d494844520000c3500000c350010000000000000000")).decode()
FILES = {
    'a"onerror="alert(1).png': {"image/png": SVG},
    "../../x.png": {"image/png": HUGE},
    "a b.png": {"image/png": "A" * 4_000_000},
    "page.png": {"image/png": 'AAAA"><script>alert(1)</script>'},
    "x.svg": {"image/svg+xml": SVG},
    "y.html": {"text/html": "<script>alert(1)</script>"},
    "z.png": {'image/png"onerror=alert(1)': "AAAA"},
}


def write(entry, notebook, problem_set):
    for cell in filter(is_written, notebook.cells):
        cell.attachments = FILES
        cell.source = "\n".join(f"![{name}](attachment:{name}) ![x](<attachment:{name}>)" for name in FILES)
    put(notebook, entry / f"{problem_set.name}.ipynb")
