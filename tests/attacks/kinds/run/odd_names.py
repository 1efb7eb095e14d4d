"""Names which are options, commands, devices of Windows, formulas, directions of writing, 255 bytes long (N35, N36, B11).

None is almost a neighbor's, such as `ADA` or `ada ` with a space: that is taken for a further attempt of hers, with a remark
that names both. The platform names folders; who can make them there can also replace her file.
"""

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
    "..ada",
    "~",
    "*",
]


def write(entry, notebook, problem_set):
    for name in NAMES:
        put(notebook, entry.parent / name / f"{problem_set.name}.ipynb")
    for name in NAMES[:12]:
        put(notebook, entry.parent / f"{name}.ipynb")
