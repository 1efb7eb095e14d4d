"""Names which are options, commands, devices of Windows, formulas, directions of writing, 255 bytes long (N35, N36, B11)."""

from attack import put

ABOUT = {"named": False}
NAMES = [
    "--help",
    "-rf",
    "a\nADA: 100 of 100",
    "a\tb",
    "\u202eipynb.ada",
    "x" * 240,
    "CON",
    "dot.",
    "space ",
    " ada",
    "ada ",
    "ada\u200b",
    "\N{PILE OF POO}",
    "$(touch weightinit-was-here)",
    "; touch weightinit-was-here",
    "%s%n{0}",
    "=cmd|'!A0",
    "@SUM(1)",
    "＝1+1",
    '"quoted";',
    "\x1b[2J",
    "ada;ben",
    "ADA",
    "..ada",
    "~",
    "*",
]


def write(entry, notebook, problem_set):
    for name in NAMES:
        put(notebook, entry.parent / name / f"{problem_set.name}.ipynb")
    for name in NAMES[:12]:
        put(notebook, entry.parent / f"{name}.ipynb")
