"""`python -m weightinit_course release|grade|demo …`: the commands behind `make release`, `make grade`, `make grade-demo`.

The functions stand in modules of their own and not here: what is sent to workers must be importable there, and nothing
of the module that is `__main__` is.
"""

from __future__ import annotations

import sys

from weightinit_course import demo, grade, release

COMMANDS = {"release": release.main, "grade": grade.main, "demo": demo.main}


def main(argv: list[str]) -> int:
    """Hand over to a command."""
    if not argv or argv[0] not in COMMANDS:
        shown = f"got {argv[0]!r}" if argv else "got none"
        print(f"error: the command must be one of {', '.join(COMMANDS)}; {shown}", file=sys.stderr)
        return 2
    return COMMANDS[argv[0]](argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
