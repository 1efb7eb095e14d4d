"""Analyze an activation on the command line: ``python -m weightinit analyze "x*sigmoid(1.7*x)"``."""

from __future__ import annotations

import argparse
import json
import sys

from weightinit import moments


def main(words: list[str] | None = None) -> int:
    """Run a command; 0 if all went well, 2 for bad input, which is told in one line.

    Parameters
    ----------
    words : list of str, optional
        The words of the command line; default: those of this process.

    Returns
    -------
    int

    Examples
    --------
    >>> main(["analyze", "relu", "--json"])  # doctest: +ELLIPSIS
    {"name": "ReLU", "mean": 0.398..., "stable": null}
    0
    """
    parser = argparse.ArgumentParser(prog="python -m weightinit", description="Gains of activation functions.")
    commands = parser.add_subparsers(dest="command", required=True)
    analyze = commands.add_parser("analyze", help="moments, gains and stability of a name or a formula in x")
    analyze.add_argument("activation", help='such as gelu or "x*sigmoid(1.7*x)"; one that begins with - after --')
    analyze.add_argument("--json", action="store_true", help="print JSON in place of a table")
    given = parser.parse_args(words)
    try:
        found = moments.analyze(given.activation)
    except (TypeError, ValueError) as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 2
    print(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False) if given.json else found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
