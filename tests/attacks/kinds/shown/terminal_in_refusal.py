"""Signs which a terminal obeys, where refusals and remarks quote the file (B10, N88)."""

from attack import put

WORDS = (
    "\x1b[2J\x1b[H300 of 300 marked.\x1b]52;c;eA==\x07\x1b]8;;javascript:x\x07\r\n  ada: not marked: copied\x9b1m\u202e"
)


def write(entry, notebook, problem_set):
    notebook.metadata["weightinit"] = {"problem_set": WORDS, "term": WORDS}
    put(notebook, entry / f"{problem_set.name}.ipynb")
