"""The command line: python -m weightinit_book {build,check,execute,power,lab,zip,pdf,epub,picture}."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from weightinit_book.check import ROOT, chosen, report


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and carry it out; returns the exit code. Ctrl-C is one line, not a page of calls."""
    parser = argparse.ArgumentParser(prog="python -m weightinit_book", description="Everything that makes the book.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="check the sources and build the site into _build/html; a warning stops it")
    check = commands.add_parser("check", help="check the sources: table of contents, stored outputs")
    check.add_argument("root", nargs="?", type=Path, default=ROOT, help="folder of the book")
    run = commands.add_parser("execute", help="run the notebooks again and store their outputs")
    run.add_argument("names", nargs="*", help="how their file names begin, such as 05 or 5; all without it")
    power = commands.add_parser("power", help="does each claim fail when its prediction is off by 10 %%?")
    power.add_argument("names", nargs="*", help="as of execute")
    commands.add_parser(
        "lab", help="a working copy of the book in work/, opened in JupyterLab, which gets other arguments"
    )
    commands.add_parser("zip", help="the built site as one file that works from disk")
    commands.add_parser("pdf", help="the whole book as a PDF (needs Chromium)")
    commands.add_parser("epub", help="the whole book for e-readers (needs Chromium)")
    commands.add_parser("picture", help="the picture of the README, of the built site (needs Chromium)")
    asked, others = parser.parse_known_args(arguments)
    if others and asked.command != "lab":
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        return carry_out(asked, others)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def carry_out(asked: argparse.Namespace, others: list[str]) -> int:
    """Do what was asked; returns the exit code. Chromium, notebooks and the like are imported where they are used."""
    if asked.command == "check":
        return report(asked.root.resolve())
    if asked.command == "build":
        from weightinit_book.build import build

        return build()
    if asked.command in ("execute", "power"):
        if not (paths := chosen(asked.names)):  # a wrong name is told before anything large is imported
            return 1
        if asked.command == "execute":
            from weightinit_book.execute import execute

            return execute(paths)
        from weightinit_book.power import power

        return power(paths)
    if asked.command == "lab":
        from weightinit_book.lab import lab

        return lab(others)
    from weightinit_book.pack import pack

    return pack(asked.command)


if __name__ == "__main__":
    sys.exit(main())
